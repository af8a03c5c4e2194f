//! `cargo knack emulate --replay`: a recording as a server.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use knack_emulator::{Latency, Replay, Server};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::args::EmulateArguments;
use crate::error::{CliError, Result};
use crate::serving;
use crate::text::{self, counted};

/// How many exchanges that nobody asked for are listed.
const LISTED: usize = 20;

pub(crate) fn run(
    path: &Path,
    asked: &EmulateArguments,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<()> {
    let (log, mut lines) = mpsc::unbounded_channel();
    let way = Duration::from_millis(asked.latency) / 2;
    let mut replay = Replay::open(path)?.latency(Latency::fixed(way, Duration::ZERO, way));
    if let Some(warning) = replay.warning() {
        writeln!(err, "{}: {}: {warning}", text::alarm("warning"), path.display())?;
    }
    if asked.log {
        replay = replay.on_request(move |line| drop(log.send(line.to_owned())));
    }
    let runtime = Runtime::new().map_err(CliError::Runtime)?;
    runtime.block_on(async {
        let address = SocketAddr::new(asked.host, asked.port);
        let stopped = serving::stopped()?;
        let server = replay.serve_on(address).await.map_err(CliError::Listen)?;
        welcome(path, &replay, &server, out)?;
        serving::warn_of_others(asked.host, err)?;
        let ended = serving::until(stopped, &mut lines, err).await;
        server.stop().await;
        ended
    })?;
    say_never_asked(&replay, err)
}

/// Says where it is, and the lines to paste.
fn welcome(path: &Path, replay: &Replay, server: &Server, out: &mut dyn Write) -> Result<()> {
    let (id, url) = (replay.application_id(), format!("{}/v1", server.url()));
    let exchanges = counted(replay.exchanges(), "recorded exchange");
    writeln!(out, "{} at {url}: {exchanges}", path.display())?;
    writeln!(out, "\n{}", text::label("shell"))?;
    writeln!(out, "  export KNACK_BASE_URL={url} KNACK_APP_ID={id} KNACK_API_KEY=any")?;
    writeln!(out, "{}", text::label("Rust"))?;
    writeln!(out, "  Client::builder(\"{id}\").api_key(\"any\").base_url(\"{url}\").build()?")?;
    writeln!(out, "\nAny key will do. What was not recorded gets a 421 that says what comes nearest.")?;
    writeln!(out, "\nCtrl-C stops it.")?;
    // Who starts it from a script waits for these lines.
    Ok(out.flush()?)
}

fn say_never_asked(replay: &Replay, err: &mut dyn Write) -> Result<()> {
    let never = replay.never_asked();
    if never.is_empty() {
        return Ok(());
    }
    writeln!(
        err,
        "{} of {} were never asked for:",
        never.len(),
        counted(replay.exchanges(), "recorded exchange")
    )?;
    for line in never.iter().take(LISTED) {
        writeln!(err, "  {line}")?;
    }
    if never.len() > LISTED {
        writeln!(err, "  and {} more", never.len() - LISTED)?;
    }
    Ok(())
}
