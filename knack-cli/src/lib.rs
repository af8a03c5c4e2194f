//! The commands of `cargo knack`. The program is [`run`] with the real arguments and outputs.
//!
//! Nothing here takes an API key of Knack from the command line, which other users of the machine can read.

mod args;
mod changes;
mod check;
mod completions;
mod diagram;
mod doctor;
mod emulate;
mod error;
mod folder;
mod key;
mod look;
mod names;
mod near;
mod plan;
mod pull;
mod quota;
mod record;
mod remote;
mod replay;
mod scaffold;
mod serving;
mod source;
mod table;
mod text;
mod uses;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use args::{Arguments, Command};
use clap::Parser;
use error::{CliError, Result};

/// Where a command writes. Reports go to `out` alone, so that they can be piped.
pub struct Io<'a> {
    /// What was asked for.
    pub out: &'a mut dyn Write,
    /// What went wrong.
    pub err: &'a mut dyn Write,
}

/// Runs a command line as cargo (`cargo-knack knack plan …`) or a shell (`cargo-knack plan …`) gives it.
///
/// ```
/// use std::process::ExitCode;
/// use knack_cli::{Io, run};
///
/// let (mut out, mut err) = (Vec::new(), Vec::new());
/// let io = Io { out: &mut out, err: &mut err };
/// let code = run(["cargo-knack", "knack", "plan", "--calls", "900"], io);
/// assert_eq!(code, ExitCode::SUCCESS);
/// assert!(String::from_utf8_lossy(&out).contains("Starter"));
/// ```
pub fn run<T: Into<OsString>>(arguments: impl IntoIterator<Item = T>, io: Io<'_>) -> ExitCode {
    let Io { out, err } = io;
    match Arguments::try_parse_from(args::without_cargo(arguments)) {
        Ok(arguments) => conclude(execute(arguments.command, out, err), err),
        // Its own colours know whether there is a terminal. Asked for help, it goes to the standard output.
        Err(usage) => {
            let _ = usage.print();
            ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2))
        }
    }
}

/// How a command ends that did what it was asked for.
enum Ending {
    /// All is as it should be.
    Well,
    /// `check` found differences, `doctor` something wrong; the report says what.
    Ill,
}

fn execute(command: Command, out: &mut dyn Write, err: &mut dyn Write) -> Result<Ending> {
    match command {
        Command::Pull(asked) => pull::run(&asked, out, err)?,
        Command::Check(asked) => return check::run(&asked, out, err),
        Command::Scaffold(asked) => scaffold::run(&asked, out)?,
        Command::Doctor(asked) => return doctor::run(&asked, out, err),
        Command::Emulate(asked) => emulate::run(&asked, out, err)?,
        Command::Record(asked) => record::run(&asked, out, err)?,
        Command::Diagram(asked) => diagram::run(&asked, out)?,
        Command::Objects(asked) => look::objects(&asked, out)?,
        Command::Fields(asked) => look::fields(&asked, out)?,
        Command::Views(asked) => look::views(&asked, out)?,
        Command::Plan(asked) => plan::run(&asked, out)?,
        Command::Quota(asked) => quota::run(&asked, out)?,
        Command::Completions { shell } => completions::run(shell, out)?,
    }
    Ok(Ending::Well)
}

fn conclude(result: Result<Ending>, err: &mut dyn Write) -> ExitCode {
    match result {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::Ill) => ExitCode::FAILURE,
        // Who closed the pipe has seen enough.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(err, "{}: {error}", text::alarm("error"));
            ExitCode::from(error.exit_code())
        }
    }
}
