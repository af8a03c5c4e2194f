//! The folder: whether it is there, says what the application is, and goes with the package.

use std::path::Path;
use std::process::{Command, Stdio};

use knack_runtime::schema::{Application, SchemaError};

use super::Finding;
use crate::changes::difference;
use crate::error::CliError;
use crate::folder::Folder;
use crate::text::{counted, plain};

/// What is found of the folder; the application is what Knack said, if it said anything.
pub(crate) fn examine(given: Option<&Path>, now: Option<&Application>) -> Vec<Finding> {
    let folder = match Folder::to_read(given) {
        Ok(folder) => folder,
        Err(error) => {
            return vec![Finding::ill(
                "schema",
                error.to_string(),
                "go into the package, or give --schema DIR",
            )];
        }
    };
    let read = folder.files().and_then(|files| Ok((folder.read(&files)?, files)));
    let (app, files) = match read {
        Ok(read) => read,
        Err(CliError::NoFolder(_)) => {
            return vec![Finding::ill(
                "schema",
                format!("there is none in {}", folder.shown()),
                "make it: cargo knack pull --app ID",
            )];
        }
        Err(error) => return vec![Finding::ill("schema", error.to_string(), way_out(&error))],
    };
    let there =
        format!("{}, {} in {}", plain(&app.name), counted(app.objects.len(), "object"), folder.shown());
    let mut findings = vec![Finding::well("schema", there)];
    findings.push(match now {
        Some(now) => drift(difference((&files, &app), (&now.folder(), now)).len()),
        None => Finding::unknown("up to date", "not told without the application"),
    });
    findings.push(packed(&folder));
    findings
}

/// What `pull` mends, and what it leaves alone.
fn way_out(error: &CliError) -> &'static str {
    match error {
        CliError::Folder { source: SchemaError::Newer { .. }, .. } => {
            "update cargo-knack: cargo install --path knack-cli --force"
        }
        CliError::Folder { source: SchemaError::NoFormat, .. } => {
            "give another folder with --schema DIR, or remove its app.json: cargo knack pull"
        }
        _ => "cargo knack pull",
    }
}

fn drift(differences: usize) -> Finding {
    if differences == 0 {
        return Finding::well("up to date", "the application is as the schema says");
    }
    let found = format!("{} to the application", counted(differences, "difference"));
    Finding::ill("up to date", found, "see them: cargo knack check\ntake them: cargo knack pull")
}

/// Whether the package takes the folder along: an `include` list may leave it out, and without one cargo takes
/// what begins with a dot only where git knows it.
fn packed(folder: &Folder) -> Finding {
    const ABOUT: &str = "package";
    let Some(package) = folder.package() else {
        return Finding::unknown(ABOUT, "the schema is in no package");
    };
    let Some(listed) = files_of(package) else {
        return Finding::unknown(ABOUT, "cargo does not tell what it takes along");
    };
    let inner = folder.path().strip_prefix(package).unwrap_or(folder.path());
    if listed.lines().any(|line| Path::new(line).starts_with(inner)) {
        return Finding::well(ABOUT, "takes the schema along");
    }
    let name = inner.display();
    Finding::ill(
        ABOUT,
        "leaves the schema out, so it cannot be built elsewhere",
        format!("commit it; an include list in Cargo.toml must have \"{name}/**\" besides"),
    )
}

/// What cargo would pack; none if it cannot say.
fn files_of(package: &Path) -> Option<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["package", "--list", "--allow-dirty", "--offline", "--quiet"]).current_dir(package);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
