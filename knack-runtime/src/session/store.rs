//! Where tokens are kept, so that a program that starts again need not log in again.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use knack_core::transport::BoxFuture;

use super::Token;
use crate::blocking::blocking;

/// Keeps the token of a user between two runs of a program. Give one to [`Login::store`](crate::Login::store).
///
/// ```
/// use std::io;
/// use std::sync::Mutex;
/// use knack_runtime::transport::BoxFuture;
/// use knack_runtime::{Token, TokenStore};
///
/// /// Keeps it for as long as the program runs.
/// #[derive(Default)]
/// struct InMemory(Mutex<Option<Token>>);
///
/// impl TokenStore for InMemory {
///     fn load(&self) -> BoxFuture<'_, io::Result<Option<Token>>> {
///         Box::pin(async { Ok(self.0.lock().unwrap().clone()) })
///     }
///     fn save<'a>(&'a self, token: Option<&'a Token>) -> BoxFuture<'a, io::Result<()>> {
///         Box::pin(async move { *self.0.lock().unwrap() = token.cloned(); Ok(()) })
///     }
/// }
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// The token that was saved last; `None` if none was, or if it was forgotten.
    fn load(&self) -> BoxFuture<'_, io::Result<Option<Token>>>;

    /// Keeps a token, or forgets the one that it has.
    fn save<'a>(&'a self, token: Option<&'a Token>) -> BoxFuture<'a, io::Result<()>>;
}

/// A file with a user's token, which nobody but its owner may read (on systems that have such rights).
///
/// ```
/// use knack_runtime::TokenFile;
///
/// let store = TokenFile::new("/var/lib/stock-sync/knack.token");
/// ```
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    /// The store in this file, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl TokenStore for TokenFile {
    fn load(&self) -> BoxFuture<'_, io::Result<Option<Token>>> {
        Box::pin(async {
            let path = self.path.clone();
            blocking(move || match fs::read_to_string(path) {
                Ok(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(Token::new)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            })
            .await
        })
    }

    fn save<'a>(&'a self, token: Option<&'a Token>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let (path, token) = (self.path.clone(), token.cloned());
            blocking(move || match token {
                Some(token) => write(&path, token.expose()),
                None => match fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                },
            })
            .await
        })
    }
}

/// Writes beside and renames, so that a reader sees the old token or the new one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| file.write_all(text.as_bytes()));
    let kept = written.and_then(|()| fs::rename(&beside, path));
    if kept.is_err() {
        let _ = fs::remove_file(&beside);
    }
    kept
}
