//! `cargo knack emulate`: the local Knack as a program.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use clap::CommandFactory;
use knack_core::schema::Application;
use knack_emulator::{Builder, Emulator, Latency, Quirk, Seen, Server};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::args::{Arguments, EmulateArguments, FAULTS, Topic};
use crate::error::{CliError, Result, failed};
use crate::folder::Folder;
use crate::text::{self, counted, grouped};
use crate::{replay, serving, source, table};

/// What a folder without an application's id is served under.
const NO_ID: &str = "000000000000000000000000";

/// How many requests are remembered for the control pages.
const REMEMBERED: usize = 1_000;

pub(crate) fn run(asked: &EmulateArguments, out: &mut dyn Write, err: &mut dyn Write) -> Result<()> {
    match asked.help {
        None => {}
        Some(None) => return Ok(help()?),
        Some(Some(Topic::Quirks)) => return quirks(out),
        Some(Some(Topic::Faults)) => return Ok(out.write_all(FAULTS.as_bytes())?),
    }
    if let Some(path) = &asked.replay {
        return replay::run(path, asked, out, err);
    }
    let (log, mut lines) = mpsc::unbounded_channel();
    let mut builder = builder(asked)?;
    if asked.log {
        // Whoever prints must not hold up the server; nobody hears the last lines of one that has ended.
        builder = builder.on_request(move |seen| drop(log.send(line(seen))));
    }
    let knack = builder.build()?;
    let runtime = Runtime::new().map_err(CliError::Runtime)?;
    runtime.block_on(async {
        let stopped = serving::stopped()?;
        let server =
            knack.serve_on(SocketAddr::new(asked.host, asked.port)).await.map_err(CliError::Listen)?;
        welcome(asked, &knack, &server, out)?;
        serving::warn_of_others(asked.host, err)?;
        let ended = serving::until(stopped, &mut lines, err).await;
        server.stop().await;
        ended
    })
}

fn builder(asked: &EmulateArguments) -> Result<Builder> {
    let way = Duration::from_millis(asked.latency) / 2;
    let mut builder = application(asked.app.as_deref())?
        .api_key(&asked.api_key)
        .window(asked.window)
        .rate_limit(asked.rate)
        .daily_used(asked.used)
        .clock_skew(asked.clock_skew)
        .latency(Latency::fixed(way, Duration::ZERO, way))
        .remember_requests(REMEMBERED)
        .remote_control(asked.control);
    if let Some(plan) = asked.plan {
        builder = builder.daily_calls(plan.daily_calls());
    }
    if let Some(path) = &asked.records {
        builder = builder.records_from(path)?;
    }
    if let Some(seed) = asked.seed {
        builder = builder.seed(seed).generated_records(asked.rows);
    }
    if let Some(folder) = &asked.data {
        builder = builder.data(folder);
    }
    for (name, value) in &asked.quirk {
        builder = builder.quirk(name, value.as_deref())?;
    }
    Ok(asked.fault.iter().cloned().fold(builder, Builder::fault))
}

/// The application that is asked for, else that of the nearest folder, else the sample.
fn application(given: Option<&Path>) -> Result<Builder> {
    let builder = Emulator::builder();
    match given {
        Some(path) if path.is_dir() => Ok(builder.application(of_folder(&Folder::to_read(Some(path))?)?)),
        Some(path) => Ok(builder.application(of_dump(path)?)),
        None => match Folder::to_read(None)? {
            folder if folder.is_there() => Ok(builder.application(of_folder(&folder)?)),
            _ => Ok(builder.sample()),
        },
    }
}

fn of_dump(path: &Path) -> Result<Value> {
    let text = source::open(path).and_then(std::io::read_to_string);
    let text = text.map_err(|source| failed(path, "read", source))?;
    serde_json::from_str(&text)
        .map_err(|source| CliError::Dump { path: path.to_owned(), source: source.into() })
}

/// The folder as a dump. It knows neither records nor rules, and need not know the application's id.
fn of_folder(folder: &Folder) -> Result<Value> {
    let mut dump = Application::dump_of_folder(folder.files()?)
        .map_err(|source| CliError::Folder { path: folder.path().to_owned(), source })?;
    if let Value::Object(parts) = &mut dump {
        parts.entry("id").or_insert(json!(NO_ID));
    }
    Ok(dump)
}

/// Says where it is, and the lines to paste.
fn welcome(asked: &EmulateArguments, knack: &Emulator, server: &Server, out: &mut dyn Write) -> Result<()> {
    let (id, key, url) = (knack.application_id(), knack.api_key(), format!("{}/v1", server.url()));
    let objects = knack.objects();
    let records: usize = objects.iter().map(|object| knack.count(object)).sum();
    let records = grouped(u64::try_from(records).unwrap_or(u64::MAX));
    let name = Some(knack.application_name()).filter(|name| !name.is_empty()).unwrap_or(id);
    let name = text::plain(name);
    writeln!(out, "{name} at {url}: {}, {records} records", counted(objects.len(), "object"))?;
    if asked.host.is_loopback() || asked.control {
        writeln!(out, "Its page, with records, calls, limits and switches, is {}/", server.url())?;
    }
    writeln!(out, "\n{}", text::label("shell"))?;
    writeln!(out, "  export KNACK_BASE_URL={url} KNACK_APP_ID={id} KNACK_API_KEY={key}")?;
    writeln!(out, "{}", text::label("Rust"))?;
    writeln!(out, "  Client::builder(\"{id}\").api_key(\"{key}\").base_url(\"{url}\").build()?")?;
    writeln!(out, "{}", text::label("curl"))?;
    let object = objects.first().map_or("object_1", String::as_str);
    writeln!(
        out,
        "  curl -H 'X-Knack-Application-Id: {id}' -H 'X-Knack-REST-API-Key: {key}' {url}/objects/{object}/records"
    )?;
    let emails: Vec<String> = (0..3).filter_map(|n| knack.account_email(n)).collect();
    let made_up = asked.seed.is_some() || knack.application_id() == Emulator::SAMPLE_ID;
    if made_up && !emails.is_empty() {
        writeln!(out, "{}", text::label("accounts"))?;
        writeln!(out, "  {} with the password {}", emails.join(", "), Emulator::SAMPLE_PASSWORD)?;
    }
    if records == "0" {
        writeln!(out, "\nThere are no records: --seed 1 makes some, --records loads yours.")?;
    }
    writeln!(out, "\nCtrl-C stops it.")?;
    // Who starts it from a script waits for these lines.
    Ok(out.flush()?)
}

/// A request and what became of it, as a line of the log.
fn line(seen: &Seen) -> String {
    let Seen { method, path, at, status, .. } = seen;
    let query = seen.shown_query();
    let mark = if query.is_empty() { "" } else { "?" };
    let became = status.map_or("no answer".to_owned(), |status| status.to_string());
    let agent = seen.headers.get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let line = format!("{:>9.3} s  {became}  {method} {path}{mark}{query}  {agent}", at.as_secs_f64());
    line.trim_end().to_owned()
}

/// The help of the command itself. Its own colours know whether there is a terminal.
fn help() -> io::Result<()> {
    let mut commands = Arguments::command();
    // So that it calls itself by its whole name.
    commands.build();
    commands.find_subcommand_mut("emulate").map_or(Ok(()), clap::Command::print_long_help)
}

fn quirks(out: &mut dyn Write) -> Result<()> {
    let row = |quirk: &Quirk| [quirk.name(), &quirk.values().join(", "), quirk.about()].map(str::to_owned);
    let rows: Vec<_> = Quirk::ALL.iter().map(row).collect();
    Ok(table::write(["quirk", "values", "what it is about"], &rows, out)?)
}
