//! `cargo knack quota`: asks once, and shows what the answer says of limits.

pub(crate) mod ask;
mod report;

use std::io::Write;

use crate::args::{Format, QuotaArguments};
use crate::error::Result;
use report::Report;

pub(crate) fn run(asked: &QuotaArguments, out: &mut dyn Write) -> Result<()> {
    let report = Report::new(ask::once(&asked.remote, &asked.key, None, asked.object)?);
    match asked.format {
        Format::Text => write!(out, "{report}")?,
        Format::Json => writeln!(out, "{:#}", report.json())?,
    }
    Ok(())
}
