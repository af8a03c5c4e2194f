//! `cargo knack scaffold`: structs to begin with.

mod model;
mod print;
mod types;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use crate::args::ScaffoldArguments;
use crate::error::{CliError, Result, failed};
use crate::source;
use crate::text::counted;
use model::Model;

/// How structs are to be.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub(crate) struct Wishes {
    /// Each field with its key and kind, so that nothing else tells them.
    pub(crate) keys: bool,
    pub(crate) create: bool,
    pub(crate) trust_required: bool,
    pub(crate) jiff: bool,
    pub(crate) decimal: bool,
}

pub(crate) fn run(asked: &ScaffoldArguments, out: &mut dyn Write) -> Result<()> {
    let app = source::read(&asked.source)?;
    let objects = source::objects(&app, &asked.objects)?;
    if objects.is_empty() {
        return Err(CliError::NothingToPrint);
    }
    let wishes = Wishes {
        keys: asked.keys || asked.source.from.is_some(),
        create: asked.create,
        trust_required: asked.trust_required,
        jiff: !asked.no_jiff,
        decimal: !asked.no_decimal,
    };
    let model = Model::of(&app, &objects, wishes);
    let code = print::code(&app.name, &model);
    let Some(path) = &asked.out else {
        out.write_all(code.as_bytes())?;
        return Ok(());
    };
    create(path, &code)?;
    let structs = counted(model.structs.len(), "struct");
    writeln!(out, "wrote {}: {structs}, {}", path.display(), counted(model.choices().count(), "enum"))?;
    Ok(())
}

/// Never over what is there.
fn create(path: &Path, code: &str) -> Result<()> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(code.as_bytes()).map_err(|source| failed(path, "written", source)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(CliError::Exists(path.to_owned())),
        Err(source) => Err(failed(path, "written", source)),
    }
}
