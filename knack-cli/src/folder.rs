//! The folder `.knack/` on the disk: where it is, what is in it, how it is written.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use knack_runtime::key::{ObjectKey, ViewKey};
use knack_runtime::schema::{Application, SchemaError};

use crate::error::{CliError, Result, failed};

const NAME: &str = ".knack";
const INDEX: &str = "app.json";

/// The texts of the files, by their paths in the folder.
pub(crate) type Files = BTreeMap<String, String>;

/// A folder, which may not be there yet.
pub(crate) struct Folder(PathBuf);

/// What writing did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) written: usize,
    pub(crate) removed: usize,
}

impl Folder {
    /// The folder that `pull` writes: the one that all others read, else a new one in the package.
    pub(crate) fn to_write(given: Option<&Path>) -> Result<Self> {
        match found(given)? {
            Some(path) => Ok(Self(path)),
            None => Ok(Self(package()?.ok_or(CliError::NoPackage)?.join(NAME))),
        }
    }

    /// The folder that all others read.
    pub(crate) fn to_read(given: Option<&Path>) -> Result<Self> {
        match found(given)? {
            Some(path) => Ok(Self(path)),
            None => Ok(Self(package_or_here()?.join(NAME))),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The path as a person in the present folder writes it.
    pub(crate) fn shown(&self) -> String {
        let here = here().unwrap_or_default();
        self.0.strip_prefix(&here).unwrap_or(&self.0).display().to_string()
    }

    /// The package that the folder lies in.
    pub(crate) fn package(&self) -> Option<&Path> {
        self.0.ancestors().skip(1).find(|above| above.join("Cargo.toml").is_file())
    }

    /// Whether there is one, readable or not.
    pub(crate) fn is_there(&self) -> bool {
        self.0.join(INDEX).is_file()
    }

    /// What is in it, less what is not `pull`'s.
    pub(crate) fn files(&self) -> Result<Files> {
        if !self.is_there() {
            return Err(CliError::NoFolder(self.0.clone()));
        }
        let mut files = Files::new();
        for path in self.owned()? {
            let file = self.0.join(&path);
            let bytes = fs::read(&file).map_err(|source| failed(&file, "read", source))?;
            // What is no text is no reason to end: it differs, or is no JSON, and is written anew.
            files.insert(path, with_bare_ends(&String::from_utf8_lossy(&bytes)));
        }
        Ok(files)
    }

    /// The application of the files.
    pub(crate) fn read(&self, files: &Files) -> Result<Application> {
        let path = || self.0.clone();
        Application::read_folder(files).map_err(|source| CliError::Folder { path: path(), source })
    }

    /// The application that `pull` finds; none where there is none, or where it cannot be read and is written
    /// anew. The folder of a newer version is left to that, and one that is none of ours to whoever made it: a
    /// dump may be called `app.json` too.
    pub(crate) fn before(&self) -> Result<Option<(Files, Application)>> {
        let files = match self.files() {
            Ok(files) => files,
            Err(CliError::NoFolder(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        match self.read(&files) {
            Ok(app) => Ok(Some((files, app))),
            Err(
                error @ CliError::Folder { source: SchemaError::Newer { .. } | SchemaError::NoFormat, .. },
            ) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Makes the folder hold these files. Each is whole at every moment, the index comes last, and one that is
    /// right already is not touched, so that nothing is built again for it.
    pub(crate) fn write(&self, files: &Files) -> Result<Written> {
        let mut done = Written::default();
        let (index, others): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| *path == INDEX);
        for (path, text) in others.into_iter().chain(index) {
            let path = self.0.join(path);
            if fs::read_to_string(&path).is_ok_and(|old| with_bare_ends(&old) == *text) {
                continue;
            }
            replace(&path, text).map_err(|source| failed(&path, "written", source))?;
            done.written += 1;
        }
        for path in self.owned()?.into_iter().filter(|path| !files.contains_key(path)) {
            let path = self.0.join(path);
            fs::remove_file(&path).map_err(|source| failed(&path, "removed", source))?;
            done.removed += 1;
        }
        Ok(done)
    }

    /// The paths of the files that are `pull`'s by their names. Others in the folder are their owner's.
    fn owned(&self) -> Result<Vec<String>> {
        let mut owned: Vec<_> = [INDEX, "scenes.json"].map(str::to_owned).into();
        owned.retain(|path| self.0.join(path).is_file());
        for (inner, is_key) in
            [("objects", is_key::<ObjectKey> as fn(&str) -> bool), ("views", is_key::<ViewKey>)]
        {
            let path = self.0.join(inner);
            let entries = match fs::read_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries.map_err(|source| failed(&path, "read", source))?,
            };
            for entry in entries {
                let name = entry.map_err(|source| failed(&path, "read", source))?.file_name();
                let name = name.to_string_lossy();
                owned.extend(
                    name.strip_suffix(".json").is_some_and(is_key).then(|| format!("{inner}/{name}")),
                );
            }
        }
        Ok(owned)
    }
}

/// The text with `\n` at the end of its lines; git may have been told to write `\r\n`.
fn with_bare_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn is_key<K: std::str::FromStr>(text: &str) -> bool {
    text.parse::<K>().is_ok()
}

/// The folder as given; else where `KNACK_SCHEMA_DIR` says, seen from the package; else the nearest, here or
/// above. Both are as the derive has them, so that it reads what `pull` writes.
fn found(given: Option<&Path>) -> Result<Option<PathBuf>> {
    if let Some(path) = given {
        return Ok(Some(path.to_owned()));
    }
    match env::var_os("KNACK_SCHEMA_DIR").filter(|said| !said.is_empty()) {
        Some(said) => Ok(Some(package_or_here()?.join(said))),
        None => Ok(nearest(&here()?)),
    }
}

/// The nearest `.knack/` from here upwards, as far as the repository goes.
fn nearest(here: &Path) -> Option<PathBuf> {
    for folder in here.ancestors() {
        let schema = folder.join(NAME);
        if schema.is_dir() {
            return Some(schema);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

fn here() -> Result<PathBuf> {
    env::current_dir().map_err(CliError::Here)
}

/// The folder of the nearest `Cargo.toml`, here or above.
fn package() -> Result<Option<PathBuf>> {
    Ok(here()?.ancestors().find(|above| above.join("Cargo.toml").is_file()).map(Path::to_owned))
}

fn package_or_here() -> Result<PathBuf> {
    package()?.map_or_else(here, Ok)
}

/// Writes beside the file and moves that into its place: who reads meanwhile sees the old text or the new.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let moved = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        let _ = fs::remove_file(&beside);
    }
    moved
}
