//! Completions for shells.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::args::Arguments;
use crate::error::Result;

pub(crate) fn run(shell: Shell, out: &mut dyn Write) -> Result<()> {
    // The generator panics where it cannot write.
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "cargo-knack", &mut script);
    Ok(out.write_all(&script)?)
}
