//! Trouble on this machine.

use std::fmt;
use std::io;
use std::sync::Arc;

/// What went wrong on this machine, and where: see [`Error::Local`](crate::Error::Local).
///
/// ```
/// use std::io;
/// use knack_core::error::LocalError;
///
/// let trouble = LocalError::new("reading", "`terms.pdf`", io::ErrorKind::NotFound.into());
/// assert_eq!(trouble.to_string(), "reading `terms.pdf`: entity not found; check the path");
/// assert_eq!(trouble.kind(), io::ErrorKind::NotFound);
/// ```
#[derive(Clone, Debug)]
pub struct LocalError {
    doing: &'static str,
    place: String,
    source: Arc<io::Error>,
}

impl fmt::Display for LocalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { doing, place, source } = self;
        write!(f, "{doing} {place}: {source}{}", hint(source.kind()))
    }
}

impl std::error::Error for LocalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl LocalError {
    /// Trouble in `doing` something at `place`, a path or a few words. Neither may hold a secret.
    pub fn new(doing: &'static str, place: impl Into<String>, source: io::Error) -> Self {
        Self { doing, place: place.into(), source: Arc::new(source) }
    }

    /// What kind of trouble.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

fn hint(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => "; check the path",
        io::ErrorKind::PermissionDenied => "; check who may read and write there",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room and try again",
        _ => "",
    }
}
