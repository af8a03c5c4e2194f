//! The application where it is: how it is reached, and asked what it is.

use std::env;
use std::io::Write;
use std::time::Duration;

use knack_runtime::schema::Application;
use knack_runtime::{ApplicationId, Client, ClientBuilder, NoKey};

use crate::args::Remote;
use crate::error::{CliError, Result};
use crate::text;

/// How long a dump of several megabytes may take on a slow line.
const PATIENCE: Duration = Duration::from_secs(90);

/// A client of the application that is given, else that of the environment, else `known`.
pub(crate) fn builder(remote: &Remote, known: Option<ApplicationId>) -> Result<ClientBuilder<NoKey>> {
    let given = remote.app.clone().or_else(|| variable("KNACK_APP_ID"));
    let application = given.or_else(|| known.map(|id| id.to_string())).ok_or(CliError::NoApplication)?;
    let builder = Client::builder(application);
    Ok(match remote.base_url.clone().or_else(|| variable("KNACK_BASE_URL")) {
        Some(url) => builder.base_url(url),
        None => builder,
    })
}

/// Asks the application what it is. A person who waits is told for what.
pub(crate) fn application(
    remote: &Remote,
    known: Option<ApplicationId>,
    err: &mut dyn Write,
) -> Result<Application> {
    let client = builder(remote, known)?.timeout(PATIENCE).build()?;
    let waiting = text::Waiting::new("asking Knack for the application …", err)?;
    let answer = runtime()?.block_on(client.application());
    waiting.over(err)?;
    Ok(answer?)
}

/// What a command asks with: one call at a time.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CliError::Runtime)
}

/// A variable of the environment that says something.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.trim().is_empty())
}
