//! What can be wrong with what an emulator is given.

use crate::manners::Quirk;

/// Why an [`Emulator`](crate::Emulator) could not be built or served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// Neither an application nor the sample was chosen.
    #[error("no application: give one with .application(dump) or take the built-in .sample()")]
    NoApplication,
    /// The application dump lacks what nothing can be served without.
    #[error(
        "the application dump has no usable {what}; it should be the JSON of GET /v1/applications/{{id}}"
    )]
    Application {
        /// The part that is missing, as a path into the dump.
        what: &'static str,
    },
    /// Records were given for an object that the application does not have.
    #[error("the application has no object {object:?}; it has {known}")]
    UnknownObject {
        /// The key that was given.
        object: String,
        /// The keys that exist, separated by commas.
        known: String,
    },
    /// A field was marked as searchable that the application does not have.
    #[error("the application has no field {field:?} that could be searchable")]
    UnknownField {
        /// The key that was given.
        field: String,
    },
    /// There is no switch of this name.
    #[error("there is no quirk `{name}`; they are {}", quirks())]
    UnknownQuirk {
        /// The name that was given.
        name: String,
    },
    /// A switch does not have this value.
    #[error("the quirk {name} cannot be `{value}`; it is {known}")]
    QuirkValue {
        /// The switch.
        name: &'static str,
        /// The value that was given.
        value: String,
        /// The values that it can have.
        known: String,
    },
    /// A record is no JSON object.
    #[error("record {position} of {object} is no JSON object")]
    Record {
        /// The object's key.
        object: String,
        /// The record's place in what was given, from 0.
        position: usize,
    },
    /// Two records of one object have the same id.
    #[error("{object} has two records with the id {id:?}")]
    SameId {
        /// The object's key.
        object: String,
        /// The id in question.
        id: String,
    },
    /// What is kept on the disk could not be read or written.
    #[error("the records in {path} cannot be kept: {source}")]
    Data {
        /// The folder.
        path: std::path::PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The folder keeps the records of another application.
    #[error("{path} keeps the records of the application {kept}, not of {asked}; give another folder")]
    OtherData {
        /// The folder.
        path: std::path::PathBuf,
        /// The application whose records are there.
        kept: String,
        /// The application that is served.
        asked: String,
    },
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file or folder.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no JSON.
    #[error("{path} is not valid JSON: {source}")]
    Json {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// A recording cannot be served.
    #[error("{path}, line {line}: {why}")]
    Recording {
        /// The recording.
        path: std::path::PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// A recording could not be written.
    #[error("cannot write the recording {path}: {source}")]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is a file where a recording was to be.
    #[error("{path} is there already, and is not written over")]
    Exists {
        /// The file.
        path: std::path::PathBuf,
    },
    /// The address of the service to record cannot be used. It is not repeated, since it may hold a secret.
    #[error("the address of the service: {why}")]
    Service {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The address could not be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

fn quirks() -> String {
    let names: Vec<_> = Quirk::ALL.iter().map(Quirk::name).collect();
    names.join(", ")
}
