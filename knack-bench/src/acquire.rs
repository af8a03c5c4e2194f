//! What a permit costs: its whole life, from being asked for to the answer, beside what peers take for
//! their leave to send. Nobody waits for any of them.

use std::sync::Arc;
use std::time::Instant;

use fastrand::Rng;
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::Failure;
use crate::report::{Report, Row, met};
use crate::stats::median;

mod allocations;
mod ours;
mod peers;

use ours::Life;
use peers::{Governor, Leaky, TowerBuffer};

/// Lives of one subject in a round, of all its tasks together.
const LIVES: u32 = 64_000;
const TASKS: [u32; 2] = [1, 64];

/// A limiter that is lived with: `count` times leave to send, by one task.
trait Subject: Send + Sync + 'static {
    fn live(self: Arc<Self>, count: u32) -> impl Future<Output = ()> + Send;
}

/// One subject with so many tasks.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    subject: &'static str,
    tasks: u32,
    ns: f64,
}

impl Row for Cost {
    const COLUMNS: &'static [&'static str] = &["subject", "tasks", "ns"];

    fn cells(&self) -> Vec<String> {
        vec![self.subject.to_owned(), self.tasks.to_string(), format!("{:.1}", self.ns)]
    }
}

/// Measures one task on one thread, and 64 on two.
pub(crate) fn run(rounds: u32) -> Result<Report<Cost>, Failure> {
    let mut rows = Vec::new();
    for tasks in TASKS {
        rows.extend(measure(tasks, rounds)?);
    }
    let mut notes: Vec<String> = TASKS.into_iter().filter_map(|tasks| judge(&rows, tasks)).collect();
    notes.push(allocations::note());
    notes.push(
        "adaptive: acquired, sent, observed, with a clock read for each; the others: acquired".to_owned(),
    );
    let title = format!("acquire: {rounds} rounds of {LIVES} permits each, median");
    Ok(Report { title, rows, notes })
}

/// The need: no more than tower's `RateLimit` behind `Buffer`.
fn judge(rows: &[Cost], tasks: u32) -> Option<String> {
    let of = |subject| rows.iter().find(|row| row.tasks == tasks && row.subject == subject).map(|row| row.ns);
    let ratio = of(ours::NAME)? / of(peers::TOWER)?;
    let met = met(ratio <= 1.0);
    Some(format!("{met}: adaptive / tower-buffer = {ratio:.2} <= 1 with {tasks} tasks"))
}

/// Each subject's median over the rounds, in which they take turns in an order that chance gives.
fn measure(tasks: u32, rounds: u32) -> Result<Vec<Cost>, Failure> {
    let runtime = runtime(tasks)?;
    let mut turns = turns(&runtime);
    let mut rng = Rng::with_seed(1);
    for round in 0..=rounds {
        rng.shuffle(&mut turns);
        for turn in &mut turns {
            let ns = (turn.timed)(&runtime, tasks);
            // The first round warms up.
            if round > 0 {
                turn.ns.push(ns);
            }
        }
    }
    turns.sort_by_key(|turn| turn.name);
    Ok(turns
        .into_iter()
        .map(|mut turn| Cost { subject: turn.name, tasks, ns: median(&mut turn.ns) })
        .collect())
}

fn runtime(tasks: u32) -> std::io::Result<Runtime> {
    let mut builder = if tasks == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    builder.worker_threads(2).enable_time().build()
}

/// One round of a subject: so many tasks in this runtime; what a life took, in ns.
type Timed = dyn Fn(&Runtime, u32) -> f64;

struct Turn {
    name: &'static str,
    timed: Box<Timed>,
    ns: Vec<f64>,
}

/// The subjects, made in the runtime in which they live.
fn turns(runtime: &Runtime) -> Vec<Turn> {
    let _inside = runtime.enter();
    vec![
        turn(ours::NAME, Life::default()),
        turn("governor-std", Governor::default()),
        turn("leaky-bucket", Leaky::default()),
        turn(peers::TOWER, TowerBuffer::default()),
    ]
}

fn turn(name: &'static str, subject: impl Subject) -> Turn {
    let subject = Arc::new(subject);
    let timed = move |runtime: &Runtime, tasks| runtime.block_on(timed(&subject, tasks));
    Turn { name, timed: Box::new(timed), ns: Vec::new() }
}

/// The time of one life in ns, with so many tasks that live at once.
async fn timed<S: Subject>(subject: &Arc<S>, tasks: u32) -> f64 {
    let began = Instant::now();
    let mut all: JoinSet<()> = (0..tasks).map(|_| Arc::clone(subject).live(LIVES / tasks)).collect();
    while all.join_next().await.is_some() {}
    began.elapsed().as_secs_f64() * 1e9 / f64::from(LIVES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_is_measured_with_one_task_and_with_many() {
        let report = run(1).unwrap();
        assert_eq!(report.rows.len(), 8);
        assert!(report.rows.iter().all(|row| row.ns > 0.0), "{:?}", report.rows);
        assert_eq!(report.notes.iter().filter(|note| note.contains("tower-buffer")).count(), 2);
    }
}
