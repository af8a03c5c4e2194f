//! The local Knack under strain: many clients at once for a while, against the program as its users start it.
//! Told is what went wrong that should not, and whether its memory stays as it is.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::caller::{Caller, Told};
use super::program::Program;
use crate::Failure;
use crate::report::{Report, Row, met};
use crate::stats::quantile;

/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// The need: megabytes that the program may grow by once it is warm.
const GROWTH: f64 = 8.0;

/// The servers: one whose limits nobody reaches, and one with Knack's ten calls a second.
const SERVERS: [(&str, &str); 2] = [("unlimited", "4294967295"), ("ten a second", "10")];

/// What became of all calls to one server.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Strained {
    server: &'static str,
    requests: u64,
    /// Answered with a 429, which only the server with a limit means.
    refused: u64,
    /// Connections that the client broke off, in the midst of its request or of the answer.
    broken_off: u64,
    /// What the server did not mean: other statuses, answers that are no JSON, connections that end.
    errors: u64,
    p50_ms: f64,
    p99_ms: f64,
    /// Megabytes: after a third of the time, at the end, and at most in between.
    warm_mb: f64,
    end_mb: f64,
    most_mb: f64,
}

impl Row for Strained {
    const COLUMNS: &'static [&'static str] = &[
        "server",
        "requests",
        "429",
        "broken off",
        "errors",
        "p50 ms",
        "p99 ms",
        "MB warm",
        "MB end",
        "MB most",
    ];

    fn cells(&self) -> Vec<String> {
        let counts =
            [self.requests, self.refused, self.broken_off, self.errors].map(|count| count.to_string());
        let figures = [self.p50_ms, self.p99_ms, self.warm_mb, self.end_mb, self.most_mb];
        let figures = figures.map(|figure| format!("{figure:.1}"));
        std::iter::once(self.server.to_owned()).chain(counts).chain(figures).collect()
    }
}

/// Lets so many clients call for so many seconds, first without limits and then with them.
pub(crate) fn run(clients: u32, seconds: u32) -> Result<Report<Strained>, Failure> {
    let runtime = Runtime::new()?;
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for (server, rate) in SERVERS {
        let program = Program::start(&["--rate", rate, "--plan", "99999999"])?;
        let time = Duration::from_secs(seconds.into());
        let limited = rate == "10";
        let memory = || program.memory();
        let (row, first) =
            runtime.block_on(strain(server, program.address(), clients, time, limited, memory))?;
        notes.extend(notes_of(&row, first));
        rows.push(row);
    }
    Ok(Report { title: format!("strain: {clients} clients for {seconds} s on the sample"), rows, notes })
}

fn notes_of(row: &Strained, first: Option<String>) -> Vec<String> {
    let growth = (row.end_mb - row.warm_mb).max(0.0);
    let first = first.map_or(String::new(), |first| format!(", such as: {first}"));
    vec![
        format!("{}: {}: {} errors{first}", met(row.errors == 0), row.server, row.errors),
        format!("{}: {}: {growth:.1} MB more <= {GROWTH}", met(growth <= GROWTH), row.server),
    ]
}

/// The figures, and the first error in words.
async fn strain(
    server: &'static str,
    address: SocketAddr,
    clients: u32,
    time: Duration,
    limited: bool,
    memory: impl Fn() -> f64,
) -> Result<(Strained, Option<String>), Failure> {
    let end = Instant::now() + time;
    let mut calling = JoinSet::new();
    for n in 0..clients {
        calling.spawn(Caller::new(address, n, limited).call_until(end));
    }
    let mut row = Strained { server, ..Strained::default() };
    while Instant::now() < end {
        tokio::time::sleep(LOOK).await;
        row.end_mb = memory();
        row.most_mb = row.most_mb.max(row.end_mb);
        if Instant::now() + time * 2 / 3 < end {
            row.warm_mb = row.end_mb;
        }
    }
    let (mut took, mut first) = (Vec::new(), None);
    while let Some(told) = calling.join_next().await {
        let Told { times, refused, broken_off, errors } = told?;
        row.requests += u64::try_from(times.len())?;
        row.refused += refused;
        row.broken_off += broken_off;
        row.errors += u64::try_from(errors.len())?;
        took.extend(times.iter().map(|time| time.as_secs_f64() * 1_000.0));
        first = first.or(errors.into_iter().next());
    }
    (row.p50_ms, row.p99_ms) = (quantile(&mut took, 0.5), quantile(&mut took, 0.99));
    Ok((row, first))
}

#[cfg(test)]
mod tests {
    use knack_emulator::Emulator;

    use super::*;

    /// In this process, where memory is not the server's alone.
    #[test]
    fn nothing_goes_wrong_that_should_not() {
        let runtime = Runtime::new().unwrap();
        for (limited, rate) in [(false, u32::MAX), (true, 10)] {
            let knack = Emulator::builder().sample().rate_limit(rate).daily_calls(u64::MAX).build().unwrap();
            let before = knack.count("object_4");
            let server = runtime.block_on(knack.serve()).unwrap();
            let time = Duration::from_secs(2);
            let strained = strain("x", server.address(), 20, time, limited, || 1.0);
            let (row, first) = runtime.block_on(strained).unwrap();
            assert_eq!((row.errors, first), (0, None));
            assert!(row.requests > 100 && row.broken_off > 0 && (row.refused > 0) == limited, "{row:?}");
            assert!(knack.count("object_4") <= before + 20, "records are kept in balance");
        }
    }
}
