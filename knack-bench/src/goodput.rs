//! How much of the ten calls a second each strategy uses, and how many of its calls are refused, on
//! servers of every kind, in tokio's paused time.

use std::io::{IsTerminal, Write};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use serde::Serialize;

use crate::Failure;
use crate::report::{Report, Row};
use crate::stats::quantile;

mod genie;
mod load;
mod needs;
mod ours;
mod peers;
mod road;
pub(crate) mod server;
mod shape;
mod strategy;

use genie::mean;
use load::{Outcome, Setup};
pub(crate) use ours::Tool;
use server::SERVERS;
use shape::SHAPES;
use strategy::STRATEGIES;

/// What is asked for on the command line; an empty list means all.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) strategies: Vec<String>,
    pub(crate) servers: Vec<String>,
    pub(crate) shapes: Vec<String>,
    pub(crate) seed0: u64,
    pub(crate) runs: u32,
    pub(crate) seconds: u32,
}

/// One strategy on one server in one shape, over all runs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    strategy: &'static str,
    server: &'static str,
    shape: &'static str,
    /// In % of ten calls a second.
    goodput: f64,
    /// In % of own calls.
    refused: f64,
    worst_goodput: f64,
    worst_refused: f64,
    /// What persons waited, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_p50: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_p99: Option<f64>,
    /// In % of the calls of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    foreign_refused: Option<f64>,
    runs: u32,
}

impl Row for Figures {
    const COLUMNS: &'static [&'static str] = &[
        "strategy",
        "server",
        "shape",
        "goodput %",
        "refused %",
        "worst",
        "worst",
        "wait p50 s",
        "p99 s",
        "foreign refused %",
        "runs",
    ];

    fn cells(&self) -> Vec<String> {
        let maybe = |figure: Option<f64>, digits| figure.map_or(String::new(), |f| format!("{f:.digits$}"));
        vec![
            self.strategy.to_owned(),
            self.server.to_owned(),
            self.shape.to_owned(),
            format!("{:.2}", self.goodput),
            format!("{:.3}", self.refused),
            format!("{:.2}", self.worst_goodput),
            format!("{:.3}", self.worst_refused),
            maybe(self.wait_p50, 3),
            maybe(self.wait_p99, 3),
            maybe(self.foreign_refused, 1),
            self.runs.to_string(),
        ]
    }
}

/// The names that can be chosen of each table.
pub(crate) fn strategies() -> impl Iterator<Item = &'static str> {
    STRATEGIES.iter().map(|strategy| strategy.name).chain([GENIE])
}

pub(crate) fn servers() -> impl Iterator<Item = &'static str> {
    SERVERS.iter().map(|server| server.name)
}

pub(crate) fn shapes() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|shape| shape.name)
}

const GENIE: &str = "genie";

impl Choice {
    fn has(names: &[String], name: &str) -> bool {
        names.is_empty() || names.iter().any(|chosen| chosen == name || chosen == "all")
    }

    /// All runs: those of the same kind follow on each other.
    fn setups(&self) -> Vec<Setup> {
        let mut setups = Vec::new();
        for shape in SHAPES.iter().filter(|shape| Self::has(&self.shapes, shape.name)) {
            for strategy in STRATEGIES.iter().filter(|strategy| Self::has(&self.strategies, strategy.name)) {
                for server in SERVERS.iter().filter(|server| Self::has(&self.servers, server.name)) {
                    let (seed, seconds) = (self.seed0, self.seconds);
                    let setup = |run| Setup { strategy, server, shape, seed, run, seconds };
                    setups.extend((0..self.runs).map(setup));
                }
            }
        }
        setups
    }

    /// The genie's rows, beside whatever is measured.
    fn bounds(&self) -> impl Iterator<Item = Figures> {
        let shapes = SHAPES.iter().filter(|shape| Self::has(&self.shapes, shape.name));
        shapes.flat_map(|shape| {
            let servers = SERVERS.iter().filter(|server| Self::has(&self.servers, server.name));
            servers.filter_map(|server| {
                Some(Figures::bound(server.name, shape.name, genie::bound(server, shape)?))
            })
        })
    }
}

impl Figures {
    fn of(setup: &Setup, outcomes: &[Outcome]) -> Self {
        let figures = |of: fn(&Outcome) -> f64| outcomes.iter().map(of);
        let mut waits: Vec<f64> = outcomes.iter().flat_map(|outcome| outcome.waits.iter().copied()).collect();
        let foreign: u32 = outcomes.iter().map(|outcome| outcome.foreign).sum();
        let refused: u32 = outcomes.iter().map(|outcome| outcome.foreign_refused).sum();
        Self {
            strategy: setup.strategy.name,
            server: setup.server.name,
            shape: setup.shape.name,
            goodput: rounded(mean(figures(|outcome| outcome.goodput))),
            refused: rounded(mean(figures(|outcome| outcome.refused))),
            worst_goodput: rounded(figures(|outcome| outcome.goodput).fold(f64::INFINITY, f64::min)),
            worst_refused: rounded(figures(|outcome| outcome.refused).fold(0.0, f64::max)),
            wait_p50: Some(rounded(quantile(&mut waits, 0.5))),
            wait_p99: Some(rounded(quantile(&mut waits, 0.99))),
            foreign_refused: (foreign > 0).then(|| rounded(f64::from(refused) * 100.0 / f64::from(foreign))),
            runs: u32::try_from(outcomes.len()).unwrap_or(u32::MAX),
        }
    }

    /// The row of a bound.
    fn bound(server: &'static str, shape: &'static str, goodput: f64) -> Self {
        let (goodput, refused) = (rounded(goodput), genie::REFUSED * 100.0);
        Self {
            strategy: GENIE,
            server,
            shape,
            goodput,
            refused,
            worst_goodput: goodput,
            worst_refused: refused,
            wait_p50: None,
            wait_p99: None,
            foreign_refused: None,
            runs: 0,
        }
    }
}

/// To four digits behind the point: the rest is noise.
fn rounded(figure: f64) -> f64 {
    (figure * 1e4).round() / 1e4
}

/// Runs what is chosen, on all cores.
pub(crate) fn run(choice: &Choice) -> Result<Report<Figures>, Failure> {
    let began = Instant::now();
    let setups = choice.setups();
    let outcomes = outcomes(&setups)?;
    let runs = choice.runs as usize;
    let kinds = setups.chunks(runs).zip(outcomes.chunks(runs));
    let mut rows: Vec<Figures> =
        kinds.filter_map(|(setups, outcomes)| Some(Figures::of(setups.first()?, outcomes))).collect();
    let mut notes = vec![
        "genie: the closed form of limiters.md, section 2, for 0.1 % of refused calls; not a simulation".to_owned(),
        "waits are those of persons, half a call a second beside fifty workers; in the peers they queue with them"
            .to_owned(),
    ];
    notes.extend(needs::judge(&rows).iter().map(ToString::to_string));
    rows.extend(choice.bounds());
    let title = format!(
        "goodput: {runs} runs of {} s each from seed {}, in {:.0} s",
        choice.seconds,
        choice.seed0,
        began.elapsed().as_secs_f64()
    );
    Ok(Report { title, rows, notes })
}

/// Fails where these rows do not meet all needs of the default strategy, or lack some that have needs.
pub(crate) fn require(rows: &[Figures]) -> Result<(), Failure> {
    let lacking = needs::lacking(rows);
    if lacking.is_empty() { Ok(()) } else { Err(lacking.join("\n").into()) }
}

/// The outcomes of all runs, in their order.
fn outcomes(setups: &[Setup]) -> Result<Vec<Outcome>, Failure> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Progress::default());
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let work = || -> Result<Vec<(usize, Outcome)>, Failure> {
        let mut outcomes = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(setup) = setups.get(place) else { return Ok(outcomes) };
            outcomes.push((place, setup.run()?));
            if let Ok(mut progress) = done.lock() {
                progress.one_more(setup, setups.len());
            }
        }
    };
    let mut outcomes = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.join().map_err(|_| "a run panicked")??);
        }
        Ok::<_, Failure>(all)
    })?;
    outcomes.sort_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// Tells on a terminal how far it is.
#[derive(Default)]
struct Progress {
    runs: usize,
}

impl Progress {
    fn one_more(&mut self, setup: &Setup, all: usize) {
        self.runs += 1;
        let mut terminal = std::io::stderr();
        if terminal.is_terminal() {
            let (strategy, server, shape) = (setup.strategy.name, setup.server.name, setup.shape.name);
            let end = if self.runs == all { '\n' } else { '\r' };
            let _ = write!(terminal, "\x1b[2K{} of {all}: {strategy} {server} {shape}{end}", self.runs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(strategies: &[&str]) -> Choice {
        let strategies = strategies.iter().map(ToString::to_string).collect();
        Choice { strategies, servers: vec![], shapes: vec!["base".into()], seed0: 3, runs: 2, seconds: 5 }
    }

    #[test]
    fn every_strategy_gets_calls_through() {
        let report = run(&choice(&[])).unwrap();
        assert_eq!(report.rows.len(), strategies().count() * servers().count());
        for row in report.rows {
            assert!(row.goodput > 20.0 && row.refused < 99.0, "{row:?}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_figures_twice() {
        let once = || outcomes(&choice(&["adaptive", "tower", "retry-policies"]).setups()).unwrap();
        assert_eq!(once(), once());
    }

    #[test]
    fn runs_differ() {
        let outcomes = outcomes(&choice(&["adaptive"]).setups()).unwrap();
        assert_ne!(outcomes[0], outcomes[1]);
    }

    #[test]
    fn others_are_counted_by_themselves() {
        let shapes = vec!["foreign".to_owned()];
        let setups = Choice { shapes, seconds: 60, ..choice(&["slots"]) }.setups();
        let outcome = setups[0].run().unwrap();
        assert!((90..150).contains(&outcome.foreign), "{outcome:?}");
        assert!(outcome.foreign_refused > 0);
    }
}
