//! `knack-emulator`: serves an application, or the built-in one, on a local port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use knack_emulator::{Emulator, EmulatorError, Latency, Window};

/// A local Knack server.
#[derive(Debug, Parser)]
#[command(name = "knack-emulator", version, about)]
struct Arguments {
    /// The application: a file with the JSON of GET /v1/applications/{id}. Without it the built-in
    /// sample is served.
    #[arg(long, value_name = "FILE")]
    app: Option<PathBuf>,
    /// Records: a folder with a JSON file for each object, named by its key, or one file with a
    /// list for each key.
    #[arg(long, value_name = "PATH")]
    records: Option<PathBuf>,
    /// The port; 0 takes any free one.
    #[arg(long, default_value_t = 4711)]
    port: u16,
    /// The address to listen on. Anything but loopback lets others in.
    #[arg(long, value_name = "ADDRESS")]
    host: Option<IpAddr>,
    /// The API key that is accepted.
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// How the rate limit's second is laid out: epoch-second, fixed-phase=MS, first-call, sliding
    /// or bucket.
    #[arg(long, default_value = "first-call", value_parser = window)]
    window: Window,
    /// Calls a second.
    #[arg(long, value_name = "CALLS", default_value_t = 10)]
    rate_limit: u32,
    /// Calls a day. Unless given, what the application's plan says.
    #[arg(long, value_name = "CALLS")]
    daily_calls: Option<u64>,
    /// Calls already used today.
    #[arg(long, value_name = "CALLS", default_value_t = 0)]
    daily_used: u64,
    /// Milliseconds that every call takes there, and back.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// Tells the number of a page as a number even where it was asked for.
    #[arg(long)]
    numeric_pages: bool,
    /// Milliseconds that the server's clock is ahead.
    #[arg(long, value_name = "MS", default_value_t = 0, allow_negative_numbers = true)]
    clock_skew: i64,
}

fn window(text: &str) -> Result<Window, String> {
    Ok(match text {
        "epoch-second" => Window::EpochSecond,
        "first-call" => Window::FirstCall,
        "sliding" => Window::Sliding,
        "bucket" => Window::Bucket,
        _ => {
            let phase = text.strip_prefix("fixed-phase=").and_then(|ms| ms.parse().ok());
            let phase = phase.map(Duration::from_millis).ok_or_else(|| {
                "expected epoch-second, fixed-phase=MS, first-call, sliding or bucket".to_owned()
            })?;
            Window::FixedPhase { phase }
        }
    })
}

fn build(arguments: &Arguments) -> Result<Emulator, EmulatorError> {
    let way = Duration::from_millis(arguments.latency);
    let mut builder = Emulator::builder()
        .window(arguments.window)
        .rate_limit(arguments.rate_limit)
        .daily_used(arguments.daily_used)
        .numeric_pages(arguments.numeric_pages)
        .clock_skew(arguments.clock_skew)
        .latency(Latency::fixed(way, Duration::ZERO, way));
    builder = match &arguments.app {
        Some(file) => builder.application_file(file)?,
        None => builder.sample(),
    };
    if let Some(path) = &arguments.records {
        builder = builder.records_from(path)?;
    }
    if let Some(key) = &arguments.api_key {
        builder = builder.api_key(key);
    }
    if let Some(calls) = arguments.daily_calls {
        builder = builder.daily_calls(calls);
    }
    builder.build()
}

async fn run(arguments: Arguments) -> Result<(), EmulatorError> {
    let knack = build(&arguments)?;
    let host = arguments.host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let server = knack.serve_on(SocketAddr::new(host, arguments.port)).await?;
    println!("{} at {}", knack.application_name(), server.url());
    println!("application id  {}", knack.application_id());
    println!("API key         {}", knack.api_key());
    if arguments.app.is_none() {
        let emails: Vec<String> = (0..3).filter_map(|n| knack.account_email(n)).collect();
        println!("accounts        {} and others, with {}", emails.join(", "), Emulator::SAMPLE_PASSWORD);
    }
    println!("Ctrl-C stops it.");
    if !host.is_loopback() {
        eprintln!("warning: {host} can be reached from other machines");
    }
    stopped().await;
    server.stop().await;
    Ok(())
}

/// Waits for Ctrl-C or, on Unix, a request to terminate.
async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_are_sound() {
        Arguments::command().debug_assert();
        let given = Arguments::try_parse_from([
            "knack-emulator",
            "--window",
            "fixed-phase=300",
            "--clock-skew",
            "-5",
        ])
        .unwrap();
        assert_eq!(given.window, Window::FixedPhase { phase: Duration::from_millis(300) });
        assert_eq!(given.clock_skew, -5);
        assert!(Arguments::try_parse_from(["knack-emulator", "--window", "round"]).is_err());
    }
}
