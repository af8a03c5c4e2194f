//! `cargo knack record`: what passes between programs and the real service, in a file.

use std::io::Write;
use std::net::SocketAddr;

use knack_emulator::{EmulatorError, Recorder, Recording};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::args::RecordArguments;
use crate::error::{CliError, Result};
use crate::text::{self, counted};
use crate::{remote, serving};

const REAL: &str = "https://api.knack.com/v1";

pub(crate) fn run(asked: &RecordArguments, out: &mut dyn Write, err: &mut dyn Write) -> Result<()> {
    let (log, mut lines) = mpsc::unbounded_channel();
    let given = asked.base_url.clone().or_else(|| remote::variable("KNACK_BASE_URL"));
    let service = given.as_deref().unwrap_or(REAL);
    let recorder = Recorder::new(service)?
        .append(asked.append)
        .keep_application_id(asked.keep_application_id)
        // Whoever prints must not hold up the calls.
        .on_call(move |line| drop(log.send(line.to_owned())));
    let runtime = Runtime::new().map_err(CliError::Runtime)?;
    let ended = runtime.block_on(async {
        let address = SocketAddr::new(asked.host, asked.port);
        let stopped = serving::stopped()?;
        let recording = recorder.serve_on(&asked.out, address).await.map_err(told)?;
        welcome(asked, service, &recording, out)?;
        serving::warn_of_others(asked.host, err)?;
        let ended = serving::until(stopped, &mut lines, err).await;
        let written = recording.stop().await;
        ended.and(Ok(written?))
    });
    // What was on its way when it was stopped.
    while let Ok(line) = lines.try_recv() {
        writeln!(err, "{line}")?;
    }
    let calls = counted(usize::try_from(ended?).unwrap_or(usize::MAX), "call");
    Ok(writeln!(err, "{calls} in {}", asked.out.display())?)
}

/// What can be done about it on the command line.
fn told(error: EmulatorError) -> CliError {
    match error {
        EmulatorError::Listen { .. } => CliError::Listen(error),
        EmulatorError::Exists { path } => CliError::Recorded(path),
        error => error.into(),
    }
}

/// Says where it is, and the lines to paste.
fn welcome(asked: &RecordArguments, service: &str, recording: &Recording, out: &mut dyn Write) -> Result<()> {
    let url = format!("{}/v1", recording.url());
    writeln!(out, "recording {service} at {url}: into {}", asked.out.display())?;
    writeln!(out, "\n{}", text::label("shell"))?;
    writeln!(out, "  export KNACK_BASE_URL={url}")?;
    writeln!(out, "{}", text::label("Rust"))?;
    writeln!(out, "  Client::builder(app).api_key(key).base_url(\"{url}\").build()?")?;
    writeln!(out, "{}", text::label("to serve it again"))?;
    writeln!(out, "  cargo knack emulate --replay {}", asked.out.display())?;
    writeln!(
        out,
        "\nCalls count against the plan, and what they write is written. Keys, tokens and passwords are"
    )?;
    writeln!(out, "left out of the file; records are not: look at it before you send it on.")?;
    writeln!(out, "\nCtrl-C stops it.")?;
    // Who starts it from a script waits for these lines.
    Ok(out.flush()?)
}
