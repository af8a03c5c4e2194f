//! What a command can end with. Each message names the next step; none repeats a key.

use std::io;
use std::path::{Path, PathBuf};

use knack_emulator::EmulatorError;
use knack_runtime::key::ObjectKey;
use knack_runtime::schema::SchemaError;
use knack_runtime::{BuildError, MetadataError};

pub(crate) type Result<T> = std::result::Result<T, CliError>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("which application? Give --app ID or set KNACK_APP_ID (Builder, API & Code)")]
    NoApplication,
    #[error(
        "no API key: {0} is not set\n\
         \x20 set it:        export {0}=…   (Builder, API & Code)\n\
         \x20 or name it:    --key-env NAME\n\
         \x20 or a file:     --key-file FILE, where - is the standard input"
    )]
    NoKey(String),
    #[error("the API key in {0} is no text")]
    KeyText(String),
    #[error("the API key cannot be read from {}: {source}", path.display())]
    KeyFile { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Client(#[from] BuildError),
    #[error("{0}")]
    Call(knack_runtime::Error),
    #[error("the API key was not accepted: {0}")]
    KeyRefused(knack_runtime::Error),
    #[error(
        "the answer says nothing of limits: {answer}\n\
         \x20 Is the application on this host? Accounts in the EU have https://eu-api.knack.com/v1 (--base-url).\n\
         \x20 Does it have {object}? --object KEY asks for another."
    )]
    NoHeaders { answer: String, object: ObjectKey },
    #[error("{0}")]
    Emulator(#[from] EmulatorError),
    #[error("{0}\n\x20 --port 0 takes any port that is free")]
    Listen(EmulatorError),
    #[error("{0}")]
    Metadata(#[from] MetadataError),
    #[error("{} cannot be read as an application: {source}", path.display())]
    Dump { path: PathBuf, source: SchemaError },
    #[error(
        "there is no Cargo.toml here or above, so it is not clear where .knack/ belongs\n\
         \x20 go into the package, or name the folder: --out DIR"
    )]
    NoPackage,
    #[error("there is no schema in {}\n\x20 make it: cargo knack pull --app ID", .0.display())]
    NoFolder(PathBuf),
    #[error("the folder {}: {source}", path.display())]
    Folder { path: PathBuf, source: SchemaError },
    #[error("{} cannot be {done}: {source}", path.display())]
    File { path: PathBuf, done: &'static str, source: io::Error },
    #[error("{} is there already, and is not written over; give another name", .0.display())]
    Exists(PathBuf),
    #[error(
        "{} is there already, and is not written over\n\
         \x20 add to it:        --append\n\
         \x20 or another name:  --out FILE", .0.display()
    )]
    Recorded(PathBuf),
    #[error("there is no object `{name}`{meant}\n\x20 list them: cargo knack objects")]
    NoObject { name: String, meant: String },
    #[error("several objects are named `{name}`: give a key, {keys}")]
    ManyObjects { name: String, keys: String },
    #[error("the application has no objects, so there is nothing to print")]
    NothingToPrint,
    /// What `check` could not find out.
    #[error("{0}")]
    Undecided(Box<CliError>),
    #[error("the working folder is not there any more, or not to be read: {0}\n\x20 go into another")]
    Here(io::Error),
    #[error("nothing can be asked, since the system gives no means to wait for answers: {0}")]
    Runtime(io::Error),
    /// What `?` makes of an error of `write!`; what else goes wrong with files says which.
    #[error("the report cannot be written: {0}")]
    Output(#[from] io::Error),
}

/// What went wrong with a file, and what was to be done with it.
pub(crate) fn failed(path: &Path, done: &'static str, source: io::Error) -> CliError {
    CliError::File { path: path.to_owned(), done, source }
}

impl CliError {
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::NoApplication => 2,
            Self::Undecided(error) if error.exit_code() == 1 => 3,
            Self::Undecided(error) => error.exit_code(),
            _ => 1,
        }
    }
}
