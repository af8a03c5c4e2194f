//! One run: fifty workers that always have something to do, persons who ask now and then, and where the
//! shape has them, others who use the same limit.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use knack_core::limit::Class;
use tokio::time::{Instant, sleep, sleep_until};

use super::road::{PERSON, Road};
use super::server::Server;
use super::shape::{Shape, until_next};
use super::strategy::{Client, Strategy};
use crate::Failure;

const WORKERS: usize = 50;
const PERSONS_A_SECOND: f64 = 0.5;

/// What is run.
#[derive(Clone, Copy)]
pub(super) struct Setup {
    pub(super) strategy: &'static Strategy,
    pub(super) server: &'static Server,
    pub(super) shape: &'static Shape,
    pub(super) seed: u64,
    /// The number of the run among those of the same kind.
    pub(super) run: u32,
    pub(super) seconds: u32,
}

/// What came of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// In % of ten calls a second.
    pub(super) goodput: f64,
    /// In % of our calls.
    pub(super) refused: f64,
    /// How long persons waited, in seconds: until the call was sent that passed, or until the end.
    pub(super) waits: Vec<f64>,
    /// Calls of others, and those of them that were refused.
    pub(super) foreign: u32,
    pub(super) foreign_refused: u32,
}

impl Setup {
    /// Runs it, in a runtime of its own whose time is paused.
    pub(super) fn run(self) -> Result<Outcome, Failure> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build()?;
        runtime.block_on(self.load())
    }

    async fn load(self) -> Result<Outcome, Failure> {
        let mut rng = Rng::with_seed(self.seed.wrapping_add(u64::from(self.run)));
        let server = self.server.start(self.shape, self.run, &mut rng)?;
        let road = Road::new(&server, self.shape, rng.fork());
        let client = self.strategy.begin(road.clone(), rng.fork())?;
        let end = Instant::now() + Duration::from_secs(self.seconds.into());
        for _ in 0..WORKERS {
            tokio::spawn(work(Arc::clone(&client)));
        }
        tokio::spawn(persons(client, road.clone(), rng.fork()));
        if self.shape.foreign > 0.0 {
            tokio::spawn(others(road.clone(), self.shape.foreign, rng.fork()));
        }
        sleep_until(end).await;
        Ok(self.outcome(&road, end))
    }

    fn outcome(self, road: &Road, end: Instant) -> Outcome {
        let tally = road.tally();
        let calls = f64::from(tally.passed + tally.refused).max(1.0);
        let waits = tally.persons.iter().map(|asked| asked.sent.unwrap_or(end) - asked.at);
        Outcome {
            goodput: f64::from(tally.passed) * 10.0 / f64::from(self.seconds),
            refused: f64::from(tally.refused) * 100.0 / calls,
            waits: waits.map(|wait| wait.as_secs_f64()).collect(),
            foreign: tally.foreign,
            foreign_refused: tally.foreign_refused,
        }
    }
}

/// Works until a call fails, which none should: the goodput shows it.
async fn work(client: Arc<dyn Client>) {
    while client.call(Class::Bulk).await {}
}

async fn persons(client: Arc<dyn Client>, road: Road, mut rng: Rng) {
    loop {
        sleep(until_next(PERSONS_A_SECOND, &mut rng)).await;
        let (client, person) = (Arc::clone(&client), road.asks());
        tokio::spawn(PERSON.scope(person, async move { client.call(Class::Interactive).await }));
    }
}

/// Another program, next door to the server, that knows of no limit.
async fn others(road: Road, a_second: f64, mut rng: Rng) {
    loop {
        sleep(until_next(a_second, &mut rng)).await;
        road.foreign().await;
    }
}
