//! Applications and records from files.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::error::EmulatorError;

/// A whole file of JSON.
pub(crate) fn json(path: &Path) -> Result<Value, EmulatorError> {
    let text = fs::read(path).map_err(|source| EmulatorError::Read { path: path.to_owned(), source })?;
    serde_json::from_slice(&text).map_err(|source| EmulatorError::Json { path: path.to_owned(), source })
}

/// The records of a file or a folder, by object.
pub(crate) fn records(path: &Path) -> Result<Vec<(String, Vec<Value>)>, EmulatorError> {
    let told = |source| EmulatorError::Read { path: path.to_owned(), source };
    if !path.is_dir() {
        return Ok(match json(path)? {
            Value::Object(objects) => objects.into_iter().map(|(key, list)| (key, listed(list))).collect(),
            _ => Vec::new(),
        });
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(told)? {
        let file = entry.map_err(told)?.path();
        let key = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if key.starts_with("object_") && file.extension().is_some_and(|end| end == "json") {
            found.push((key.to_owned(), listed(json(&file)?)));
        }
    }
    // The order of a folder is chance; that of the records must not be.
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}

/// A list of records, bare or in the envelope of a list call.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(records) => records,
        Value::Object(mut envelope) => match envelope.remove("records") {
            Some(Value::Array(records)) => records,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
