//! Where a command reads the application from: a saved dump, the folder, or Knack.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use knack_runtime::ApplicationId;
use knack_runtime::schema::{Application, ObjectSchema};

use crate::args::{Remote, Source};
use crate::error::{CliError, Result, failed};
use crate::folder::Folder;
use crate::near::nearest;
use crate::remote;

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
    let mut bytes = Vec::new();
    let read = open(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|source| failed(path, "read", source))?;
    Application::read(&bytes).map_err(|source| CliError::Dump { path: path.to_owned(), source })
}

/// A file to be read; `-` is the standard input.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    Ok(if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) })
}

/// The objects with these names or keys; all, if none is named.
pub(crate) fn objects<'a>(app: &'a Application, named: &[String]) -> Result<Vec<&'a ObjectSchema>> {
    if named.is_empty() {
        return Ok(app.objects.iter().collect());
    }
    named.iter().map(|name| object(app, name)).collect()
}

/// The one object with this name or key; with this name but for capitals, where none has it as it is.
pub(crate) fn object<'a>(app: &'a Application, name: &str) -> Result<&'a ObjectSchema> {
    let alike = |one: &str| one.to_lowercase() == name.to_lowercase();
    let found: Vec<_> = match app.object(name) {
        Some(found) if found.key.to_string() == name => return Ok(found),
        Some(_) => app.objects.iter().filter(|object| object.name == name).collect(),
        None => app.objects.iter().filter(|object| alike(&object.name)).collect(),
    };
    match &*found {
        [one] => Ok(one),
        [] => {
            let meant = nearest(name, app.objects.iter().map(|object| object.name.as_str()));
            Err(CliError::NoObject { name: name.to_owned(), meant })
        }
        several => {
            let keys: Vec<_> = several.iter().map(|object| object.key.to_string()).collect();
            Err(CliError::ManyObjects { name: name.to_owned(), keys: keys.join(" or ") })
        }
    }
}
