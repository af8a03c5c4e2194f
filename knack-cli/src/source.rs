//! Where a command reads the application from: a saved dump, the folder, or Knack.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use knack_runtime::ApplicationId;
use knack_runtime::schema::{Application, ObjectSchema};

use crate::args::{Remote, Source};
use crate::error::{CliError, Result};
use crate::folder::{Folder, failed};
use crate::{remote, text};

/// The application of a saved dump, if one is given, else of the folder.
pub(crate) fn read(source: &Source) -> Result<Application> {
    if let Some(path) = &source.from {
        return dump(path);
    }
    let folder = Folder::to_read(source.schema.as_deref())?;
    folder.read(&folder.files()?)
}

/// The application as it is now: of a saved dump, if one is given, else by its own word.
pub(crate) fn now(
    from: Option<&Path>,
    remote: &Remote,
    known: Option<ApplicationId>,
    err: &mut dyn Write,
) -> Result<Application> {
    match from {
        Some(path) => dump(path),
        None => remote::application(remote, known, err),
    }
}

fn dump(path: &Path) -> Result<Application> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let bytes = bytes.map_err(|source| failed(path, "read", source))?;
    Application::read(&bytes).map_err(|source| CliError::Dump { path: path.to_owned(), source })
}

/// The objects with these names or keys; all, if none is named.
pub(crate) fn objects<'a>(app: &'a Application, named: &[String]) -> Result<Vec<&'a ObjectSchema>> {
    if named.is_empty() {
        return Ok(app.objects.iter().collect());
    }
    named.iter().map(|name| object(app, name)).collect()
}

/// The one object with this name or key.
pub(crate) fn object<'a>(app: &'a Application, name: &str) -> Result<&'a ObjectSchema> {
    let Some(found) = app.object(name).or_else(|| alike(app, name)) else {
        let meant = text::nearest(name, app.objects.iter().map(|object| object.name.as_str()));
        return Err(CliError::NoObject { name: name.to_owned(), meant });
    };
    let namesakes = app.objects.iter().filter(|object| object.name == found.name);
    let keys: Vec<_> = namesakes.map(|object| object.key.to_string()).collect();
    if keys.len() > 1 && found.key.to_string() != name {
        return Err(CliError::ManyObjects { name: name.to_owned(), keys: keys.join(" or ") });
    }
    Ok(found)
}

/// The object with this name but for capitals.
fn alike<'a>(app: &'a Application, name: &str) -> Option<&'a ObjectSchema> {
    app.objects.iter().find(|object| object.name.to_lowercase() == name.to_lowercase())
}
