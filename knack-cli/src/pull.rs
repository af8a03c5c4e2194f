//! `cargo knack pull`: makes the folder say what the application is now.

use std::io::Write;

use knack_runtime::schema::Application;

use crate::args::PullArguments;
use crate::changes::{State, difference, words};
use crate::error::Result;
use crate::folder::{Files, Folder, Written};
use crate::source;
use crate::text::{counted, plain};
use crate::uses;

pub(crate) fn run(asked: &PullArguments, out: &mut dyn Write, err: &mut dyn Write) -> Result<()> {
    let folder = Folder::to_write(asked.out.as_deref())?;
    let before = folder.before()?;
    if before.is_none() && folder.is_there() {
        writeln!(out, "{} cannot be read and is written anew", folder.shown())?;
    }
    let known = before.as_ref().and_then(|(_, app)| app.id);
    let app = source::now(asked.from.as_deref(), &asked.remote, known, err)?;
    let files = app.folder();
    let written = if asked.dry_run { Written::default() } else { folder.write(&files)? };
    match before {
        None => first(&app, &folder, asked.dry_run, out),
        Some(before) => again(&before, (&files, &app), &folder, asked.dry_run, out),
    }?;
    if written != Written::default() {
        writeln!(
            out,
            "wrote {}, removed {} in {}",
            counted(written.written, "file"),
            written.removed,
            folder.shown()
        )?;
    }
    Ok(())
}

/// There was no folder, or none that could be read.
fn first(app: &Application, folder: &Folder, dry: bool, out: &mut dyn Write) -> Result<()> {
    let fields = app.objects.iter().map(|object| object.fields.len()).sum();
    let what = [
        counted(app.objects.len(), "object"),
        counted(fields, "field"),
        counted(app.scenes.len(), "page"),
        counted(app.views.len(), "view"),
    ];
    writeln!(out, "{}: {}", plain(&app.name), what.join(", "))?;
    if !dry {
        writeln!(out, "Commit {}. Next: cargo knack scaffold", folder.shown())?;
    }
    Ok(())
}

fn again(
    (files, app): &(Files, Application),
    now: State<'_>,
    folder: &Folder,
    dry: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let found = difference((files, app), now);
    if found.is_empty() {
        writeln!(out, "nothing changed")?;
        return Ok(());
    }
    words::write(&found, out)?;
    if let Some(package) = folder.package() {
        uses::write(&uses::touched(package, &found, [app, now.1]), out)?;
    }
    if dry {
        writeln!(out, "{}; nothing was written", counted(found.len(), "change"))?;
    }
    Ok(())
}
