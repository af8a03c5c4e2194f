//! `cargo knack check`: whether the folder says what the application is now.

use std::io::Write;

use knack_runtime::schema::Application;
use serde_json::{Value, json};

use crate::Ending;
use crate::args::{CheckArguments, Format};
use crate::changes::{Change, difference, words};
use crate::error::{CliError, Result};
use crate::folder::Folder;
use crate::source;
use crate::text::counted;
use crate::uses::{self, Use};

/// What was found.
struct Finding {
    changes: Vec<Change>,
    uses: Vec<Use>,
}

pub(crate) fn run(asked: &CheckArguments, out: &mut dyn Write, err: &mut dyn Write) -> Result<Ending> {
    let found = find(asked, err).map_err(|error| CliError::Undecided(Box::new(error)))?;
    match asked.format {
        Format::Text => found.write(out)?,
        Format::Json => writeln!(out, "{:#}", found.json())?,
    }
    Ok(if found.changes.is_empty() { Ending::Well } else { Ending::Ill })
}

fn find(asked: &CheckArguments, err: &mut dyn Write) -> Result<Finding> {
    let folder = Folder::to_read(asked.schema.as_deref())?;
    let files = folder.files()?;
    let app = folder.read(&files)?;
    let now: Application = source::now(asked.from.as_deref(), &asked.remote, app.id, err)?;
    let changes = difference((&files, &app), (&now.folder(), &now));
    let package = folder.package();
    let uses = package.map(|package| uses::touched(package, &changes, [&app, &now])).unwrap_or_default();
    Ok(Finding { changes, uses })
}

impl Finding {
    fn write(&self, out: &mut dyn Write) -> Result<()> {
        if self.changes.is_empty() {
            writeln!(out, "nothing differs")?;
            return Ok(());
        }
        words::write(&self.changes, out)?;
        uses::write(&self.uses, out)?;
        writeln!(
            out,
            "{}. Next: cargo knack pull, and see what the compiler says",
            counted(self.changes.len(), "difference")
        )?;
        Ok(())
    }

    fn json(&self) -> Value {
        // A path may be no text, and JSON has texts alone.
        let uses = self.uses.iter().map(|Use { file, line, name, of: (attribute, value) }| {
            json!({"file": file.to_string_lossy(), "line": line, "struct": name, *attribute: value})
        });
        json!({
            "same": self.changes.is_empty(),
            "changes": self.changes.iter().map(Change::json).collect::<Vec<_>>(),
            "structs": uses.collect::<Vec<_>>(),
        })
    }
}
