//! `cargo knack quota`: asks once, and shows what the answer says of limits.

mod ask;
mod report;

use std::env;
use std::io::Write;

use knack_runtime::Client;

use crate::args::{Format, QuotaArguments};
use crate::error::{CliError, Result};
use crate::key;
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
    let application = asked.app.clone().or_else(|| variable("KNACK_APP_ID"));
    let application = application.ok_or(CliError::NoApplication)?;
    let key = key::read(asked.key_file.as_deref(), &asked.key_env)?;
    let builder = Client::builder(application).api_key(key).policy(ear).deadline(ask::DEADLINE);
    let builder = match asked.base_url.clone().or_else(|| variable("KNACK_BASE_URL")) {
        Some(url) => builder.base_url(url),
        None => builder,
    };
    Ok(builder.build()?)
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.trim().is_empty())
}
