//! `cargo-knack`, which cargo runs for `cargo knack`.

use std::io;
use std::process::ExitCode;

use knack_cli::{Io, run};

fn main() -> ExitCode {
    let io = Io { out: &mut io::stdout().lock(), err: &mut io::stderr().lock() };
    run(std::env::args_os(), io)
}
