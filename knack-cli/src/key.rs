//! Where the API key comes from.

use std::env::{self, VarError};
use std::io;

use secrecy::SecretString;

use crate::args::KeyPlace;
use crate::error::{CliError, Result};
use crate::source;

/// The key of a file, if one is named, else of an environment variable.
pub(crate) fn read(place: &KeyPlace) -> Result<SecretString> {
    let key = match &place.key_file {
        Some(path) => {
            let text = source::open(path).and_then(io::read_to_string);
            text.map_err(|source| CliError::KeyFile { path: path.clone(), source })?
        }
        None => from_environment(&place.key_env)?,
    };
    Ok(key.trim().to_owned().into())
}

fn from_environment(name: &str) -> Result<String> {
    match env::var(name) {
        Ok(key) if !key.trim().is_empty() => Ok(key),
        Ok(_) | Err(VarError::NotPresent) => Err(CliError::NoKey(name.to_owned())),
        Err(VarError::NotUnicode(_)) => Err(CliError::KeyText(name.to_owned())),
    }
}
