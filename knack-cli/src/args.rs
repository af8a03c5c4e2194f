//! The command line.

#![allow(clippy::doc_markdown, reason = "these are help texts, where backticks would be shown")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use knack_runtime::Plan;
use knack_runtime::key::ObjectKey;

mod emulate;
mod record;
mod schema;

pub(crate) use emulate::{EmulateArguments, FAULTS, Topic};
pub(crate) use record::RecordArguments;
pub(crate) use schema::{
    CheckArguments, DiagramArguments, DiagramFormat, FieldsArguments, LookArguments, PullArguments,
    ScaffoldArguments, Source,
};

const AFTER_HELP: &str = "\
Examples:
  cargo knack pull --app 5d79512148c4af00106d1507
  cargo knack scaffold Customers Orders
  cargo knack check
  cargo knack doctor
  cargo knack emulate
  cargo knack record --out orders.jsonl
  cargo knack help pull

Exit codes:
  0  done; check: nothing differs; doctor: all is well
  1  something went wrong, as the message says; check: something differs; doctor: something is wrong
  2  the command line is not understood, or nothing says which application
  3  check: it cannot be told whether something differs";

/// Works with the Knack API: schemas that the compiler checks, limits, plans, a local Knack.
#[derive(Debug, Parser)]
#[command(name = "cargo-knack", bin_name = "cargo knack", version, about, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Pull(PullArguments),
    Check(CheckArguments),
    Scaffold(ScaffoldArguments),
    Diagram(DiagramArguments),
    /// Lists the objects.
    #[command(after_help = "\
Examples:
  cargo knack objects
  cargo knack objects --search order
  cargo knack objects --format json | jq -r '.[].key'")]
    Objects(LookArguments),
    Fields(FieldsArguments),
    /// Lists the views, with their pages and who may see them.
    #[command(after_help = "\
Examples:
  cargo knack views
  cargo knack views --search \"add an order\"
  cargo knack views --format json | jq '.[] | select(.access == \"everybody\")'")]
    Views(LookArguments),
    Doctor(DoctorArguments),
    Emulate(EmulateArguments),
    Record(RecordArguments),
    Plan(PlanArguments),
    Quota(QuotaArguments),
    /// Prints a shell's completions of cargo-knack.
    #[command(after_help = "\
Examples:
  cargo knack completions bash > ~/.local/share/bash-completion/completions/cargo-knack
  cargo knack completions zsh > ~/.zfunc/_cargo-knack
  cargo knack completions fish > ~/.config/fish/completions/cargo-knack.fish")]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Says which plan and packages carry a load of calls, and how long it takes.
///
/// Asks nobody: the figures are those of Knack's documents. The prices of plans are not known here, those
/// of packages are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo knack plan --calls 20000
  cargo knack plan --calls 80,000 --plan pro --headroom 25
  cargo knack plan --calls 30000 --format json | jq '.options[0]'")]
pub(crate) struct PlanArguments {
    /// Calls a day, as 20000, 20,000 or 20_000.
    #[arg(long, value_name = "N", value_parser = count)]
    pub(crate) calls: u64,
    /// The plan that is kept: starter, pro, corporate, plus, or its calls a day. All, unless given.
    #[arg(long, value_name = "PLAN", value_parser = plan)]
    pub(crate) plan: Option<Plan>,
    /// How much more than the calls a plan is to allow, in percent of them.
    #[arg(long, value_name = "PERCENT", default_value_t = 10)]
    pub(crate) headroom: u32,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Asks Knack once what is left of the limits of the day and of the second.
///
/// The question is a list of one record, which costs one call of the day. The API key is read from the
/// environment, a file or the standard input, never from the command line.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  KNACK_APP_ID=… KNACK_API_KEY=… cargo knack quota
  cargo knack quota --app 5d79512148c4af00106d1507 --key-env SHOP_API_KEY
  pass show knack/shop | cargo knack quota --app 5d79512148c4af00106d1507 --key-file -
  cargo knack quota --base-url https://eu-api.knack.com/v1 --format json | jq .plan.left")]
pub(crate) struct QuotaArguments {
    #[command(flatten)]
    pub(crate) remote: Remote,
    #[command(flatten)]
    pub(crate) key: KeyPlace,
    /// The object of which one record is asked for. It need not have any.
    #[arg(long, value_name = "KEY", default_value = "object_1")]
    pub(crate) object: ObjectKey,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Says what is wrong with host, application, key, clock, limits and .knack/, and what to do next.
///
/// Asks Knack twice: for the application, which needs no key, and for a list of one record, which costs one
/// call of the day.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  KNACK_APP_ID=… KNACK_API_KEY=… cargo knack doctor
  cargo knack doctor --app 5d79512148c4af00106d1507 --key-file key.txt
  cargo knack doctor --format json | jq '.[] | select(.ok | not)'

Exit codes:
  0  all is well
  1  something is wrong")]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) remote: Remote,
    #[command(flatten)]
    pub(crate) key: KeyPlace,
    /// The folder. Unless given, that of KNACK_SCHEMA_DIR, seen from the package, else the nearest .knack here
    /// or above, as far as the git repository goes.
    #[arg(long, value_name = "DIR")]
    pub(crate) schema: Option<PathBuf>,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Which application, and where it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Remote {
    /// The application's id (Builder, API & Code). Unless given, KNACK_APP_ID has it.
    #[arg(long, value_name = "ID")]
    pub(crate) app: Option<String>,
    /// The API's address, version included. Unless given, that of KNACK_BASE_URL, else
    /// https://api.knack.com/v1.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
}

/// Where the API key is.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyPlace {
    /// The environment variable that has the API key.
    #[arg(long, value_name = "NAME", default_value = "KNACK_API_KEY")]
    pub(crate) key_env: String,
    /// A file with the API key; - is the standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "key_env")]
    pub(crate) key_file: Option<PathBuf>,
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// JSON, for programs.
    Json,
}

/// Cargo names the subcommand again behind the program.
pub(crate) fn without_cargo<T: Into<OsString>>(
    arguments: impl IntoIterator<Item = T>,
) -> impl Iterator<Item = OsString> {
    let arguments = arguments.into_iter().map(Into::into).enumerate();
    arguments.filter(|(place, argument)| *place != 1 || argument != "knack").map(|(_, argument)| argument)
}

fn count(text: &str) -> Result<u64, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    digits.parse().map_err(|_| "expected a whole number, as 20000".to_owned())
}

fn plan(text: &str) -> Result<Plan, String> {
    let named = Plan::NAMED.into_iter().find(|plan| plan.to_string().eq_ignore_ascii_case(text));
    let custom = || count(text).ok().map(Plan::Custom);
    named.or_else(custom).ok_or_else(|| "expected starter, pro, corporate, plus, or calls a day".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn cargos_own_word_is_passed_over_once() {
        let kept = |given: &[&str]| without_cargo(given.iter().copied()).skip(1).collect::<Vec<_>>();
        assert_eq!(kept(&["cargo-knack", "knack", "plan"]), ["plan"]);
        assert_eq!(kept(&["cargo-knack", "plan", "knack"]), ["plan", "knack"]);
    }

    #[test]
    fn plans_and_counts() {
        for (text, wanted) in [
            ("pro", Ok(Plan::Pro)),
            ("Corporate", Ok(Plan::Corporate)),
            ("75,000", Ok(Plan::Custom(75_000))),
            ("gold", Err("expected starter, pro, corporate, plus, or calls a day".to_owned())),
        ] {
            assert_eq!(plan(text), wanted);
        }
        assert_eq!(count("1_000,000"), Ok(1_000_000));
        assert!(count("-1").is_err() && count("").is_err());
    }
}
