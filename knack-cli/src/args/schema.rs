//! The arguments of what is about an application's objects, fields and pages.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Format, Remote};

/// Writes what the application is to the folder .knack/, which is committed, and says what changed.
///
/// Needs no API key. The folder has one small file for each object and view; accounts, scripts and rules stay
/// behind. Structs of objects and views are checked against it by the compiler, which takes the nearest .knack
/// above a struct's own source before it asks KNACK_SCHEMA_DIR.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo knack pull --app 5d79512148c4af00106d1507
  cargo knack pull                      # again: the folder knows the application
  cargo knack pull --dry-run            # says what would change
  curl https://api.knack.com/v1/applications/YOUR_ID > app.json && cargo knack pull --from app.json")]
pub(crate) struct PullArguments {
    #[command(flatten)]
    pub(crate) remote: Remote,
    /// A saved answer to GET /v1/applications/ID; then nobody is asked. - is the standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["app", "base_url"])]
    pub(crate) from: Option<PathBuf>,
    /// The folder to write. Unless given, that of KNACK_SCHEMA_DIR, seen from the package, else the nearest
    /// .knack here or above, as far as the git repository goes, else a new one beside the nearest Cargo.toml.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Writes nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Compares the folder .knack/ with the application as it is now, for CI.
///
/// Needs no API key and writes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo knack check                     # the application is the one of the folder
  cargo knack check --from app.json
  cargo knack check --format json | jq -r '.changes[].text'

Exit codes:
  0  nothing differs
  1  something differs
  2  the command line is not understood, or nothing says which application
  3  it cannot be told: no answer, no folder, or one that cannot be read")]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) remote: Remote,
    /// A saved answer to GET /v1/applications/ID; then nobody is asked. - is the standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["app", "base_url"])]
    pub(crate) from: Option<PathBuf>,
    /// The folder. Unless given, that of KNACK_SCHEMA_DIR, seen from the package, else the nearest .knack here
    /// or above, as far as the git repository goes.
    #[arg(long, value_name = "DIR")]
    pub(crate) schema: Option<PathBuf>,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Where the schema is read from.
#[derive(Debug, clap::Args)]
pub(crate) struct Source {
    /// The folder. Unless given, that of KNACK_SCHEMA_DIR, seen from the package, else the nearest .knack here
    /// or above, as far as the git repository goes.
    #[arg(long, value_name = "DIR")]
    pub(crate) schema: Option<PathBuf>,
    /// A saved answer to GET /v1/applications/ID instead of the folder. - is the standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "schema")]
    pub(crate) from: Option<PathBuf>,
}

/// Prints structs for objects: a start that is yours to change.
///
/// Each struct is one that derives KnackObject, with every field in its natural type; choices become enums,
/// connections links. Fields that Knack does not demand, and those it demands but old records may lack, are
/// an Option.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo knack scaffold
  cargo knack scaffold Customers object_6 --create
  cargo knack scaffold --out src/shop.rs
  cargo knack scaffold --from app.json  # keys and kinds are in the structs: needs no folder .knack/")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct ScaffoldArguments {
    /// The objects, by name or key; all, unless given.
    #[arg(value_name = "OBJECT")]
    pub(crate) objects: Vec<String>,
    #[command(flatten)]
    pub(crate) source: Source,
    /// Prints structs of new records as well, for create.
    #[arg(long)]
    pub(crate) create: bool,
    /// Gives the key and kind of each field, so that the structs compile without the folder .knack/. Always so
    /// with --from.
    #[arg(long)]
    pub(crate) keys: bool,
    /// Takes it that no record lacks a field that Knack demands: no Option for it.
    #[arg(long)]
    pub(crate) trust_required: bool,
    /// Does without the crate jiff: dates are JSON.
    #[arg(long)]
    pub(crate) no_jiff: bool,
    /// Does without the crate rust_decimal: amounts of money are f64.
    #[arg(long)]
    pub(crate) no_decimal: bool,
    /// A new file to write, instead of the standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Draws the objects, their fields and connections.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo knack diagram > schema.mmd      # Mermaid, which GitHub shows
  cargo knack diagram --svg schema.svg  # for a browser
  cargo knack diagram Customers Orders --format svg > two.svg")]
pub(crate) struct DiagramArguments {
    /// The objects, by name or key; all, unless given.
    #[arg(value_name = "OBJECT")]
    pub(crate) objects: Vec<String>,
    #[command(flatten)]
    pub(crate) source: Source,
    /// How to draw it.
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    pub(crate) format: DiagramFormat,
    /// A file for an SVG, which is written over.
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    pub(crate) svg: Option<PathBuf>,
}

/// How a diagram is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagramFormat {
    /// An erDiagram in Mermaid's language.
    Mermaid,
    /// An image for browsers.
    Svg,
}

/// What to look for, and how to show it.
#[derive(Debug, clap::Args)]
pub(crate) struct LookArguments {
    /// Only what has this text in its key or label, in capitals or not.
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    #[command(flatten)]
    pub(crate) source: Source,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Lists the fields of an object, or of all.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo knack fields Customers
  cargo knack fields --search e-mail
  cargo knack fields object_3 --format json | jq '.[] | select(.required)'")]
pub(crate) struct FieldsArguments {
    /// The object, by name or key; all, unless given.
    #[arg(value_name = "OBJECT")]
    pub(crate) object: Option<String>,
    #[command(flatten)]
    pub(crate) look: LookArguments,
}
