//! `cargo knack quota`: asks once, and shows what the answer says of limits.

pub(crate) mod ask;
mod report;

use std::io::Write;

use knack_runtime::Client;

use crate::args::{Format, QuotaArguments};
use crate::error::Result;
use crate::{key, remote};
use ask::Ear;
use report::Report;

pub(crate) fn run(asked: &QuotaArguments, out: &mut dyn Write) -> Result<()> {
    let ear = Ear::default();
    let client = client(asked, ear.clone())?;
    let heard = ask::once(&client, &ear, asked.object)?;
    let report = Report::new(heard);
    match asked.format {
        Format::Text => write!(out, "{report}")?,
        Format::Json => writeln!(out, "{:#}", report.json())?,
    }
    Ok(())
}

fn client(asked: &QuotaArguments, ear: Ear) -> Result<Client> {
    let builder = remote::builder(&asked.remote, None)?.api_key(key::read(&asked.key)?);
    Ok(builder.policy(ear).deadline(ask::DEADLINE).build()?)
}
