//! The default limiter's estimates, in paused time: a deadline that cannot be met is refused at once, and one that
//! can be met is not.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use knack_emulator::{Latency, Spread, Window};
use knack_runtime::error::Error;
use knack_runtime::limit::{Adaptive, Ask, Decision, Limiter, Observation, PermitId, Snapshot};
use knack_runtime::time::Moment;
use knack_runtime::{Client, KnackObject, RecordId};
use knack_tests::sample::Customer;
use knack_tests::{WINDOWS, client_of, emulator, ms, some_id};
use tokio::task::JoinSet;
use tokio::time::Instant;

fn server(window: Window) -> knack_emulator::Builder {
    let way = Spread::log_normal(ms(30), ms(90));
    let latency = Latency::Random { there: way, processing: way, back: way };
    emulator().daily_calls(100_000).window(window).latency(latency).seed(3).starts_at(begun(0))
}

/// Beginnings that differ in where the second begins.
fn begun(seed: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + ms(seed * 313)
}

/// Gets the record so many times at once.
fn crowd(knack: &Client, id: RecordId, calls: usize) -> JoinSet<bool> {
    let one = |knack: Client| async move { Customer::get(&knack, id).await.is_ok() };
    (0..calls).map(|_| one(knack.clone())).collect()
}

/// How long it took to be told that the deadline cannot be met, and when it could.
async fn refused(knack: &Client, id: RecordId, deadline: Duration) -> (Duration, Option<Duration>) {
    let began = Instant::now();
    let error = Customer::get(&knack.with_deadline(deadline), id).await.unwrap_err();
    let Error::RateLimited { estimate, .. } = error else { panic!("{error:?}") };
    (began.elapsed(), estimate)
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_cannot_be_met_is_refused_at_once_whatever_the_window() {
    for window in WINDOWS {
        let local = server(window).build().unwrap();
        let (knack, id) = (client_of(&local).build().unwrap(), some_id(&local));
        for warm in [0, 200, 200] {
            crowd(&knack, id, warm).join_all().await;
            // Slots that may be found too slow in a moment are no ground to send anybody away.
            let strategy = knack.usage().limiter.strategy;
            let sure = strategy != "adaptive: slots" || window == Window::Sliding;
            let deadline = if sure && warm > 0 { ms(1_900) } else { ms(1_200) };
            // Ten go, and 35 wait.
            let waiting = crowd(&knack, id, 45);
            tokio::time::sleep(ms(5)).await;
            let (took, estimate) = refused(&knack, id, deadline).await;
            let told = format!("{window:?}, {strategy}, {warm} before, {deadline:?}: {took:?}, {estimate:?}");
            assert!(took < ms(5) && estimate > Some(deadline), "{told}");
            assert!(waiting.join_all().await.into_iter().all(|done| done));
        }
    }
}

/// Keeps the estimates: how many calls were granted and ahead, and the moment that was told.
struct Watched {
    limiter: Adaptive,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    granted: Vec<Moment>,
    told: Vec<(usize, Moment)>,
}

impl Limiter for Watched {
    fn try_acquire(&self, ask: &Ask, now: Moment) -> Decision {
        let decision = self.limiter.try_acquire(ask, now);
        if matches!(decision, Decision::Granted(_)) {
            self.kept.lock().unwrap().granted.push(now);
        }
        decision
    }
    fn refund(&self, id: PermitId) {
        self.limiter.refund(id);
    }
    fn lost(&self, id: PermitId, sent_at: Moment) {
        self.limiter.lost(id, sent_at);
    }
    fn observe(&self, id: PermitId, observation: &Observation) {
        self.limiter.observe(id, observation);
    }
    fn snapshot(&self, now: Moment) -> Snapshot {
        self.limiter.snapshot(now)
    }
    fn earliest(&self, ahead: usize, now: Moment) -> Option<Moment> {
        let earliest = self.limiter.earliest(ahead, now)?;
        let mut kept = self.kept.lock().unwrap();
        let before = kept.granted.len();
        kept.told.push((before + ahead, earliest));
        Some(earliest)
    }
    fn resume(&self, now: Moment) -> Option<Moment> {
        self.limiter.resume(now)
    }
}

#[tokio::test(start_paused = true)]
async fn no_estimate_is_later_than_what_comes_to_pass() {
    for window in WINDOWS {
        for seed in 0..3 {
            let local = server(window).seed(seed).starts_at(begun(seed)).build().unwrap();
            let watched = Arc::new(Watched { limiter: Adaptive::default(), kept: Mutex::default() });
            let builder = client_of(&local).limiter(Arc::clone(&watched)).deadline(Duration::from_mins(10));
            let (knack, id) = (builder.build().unwrap(), some_id(&local));
            let mut all = JoinSet::new();
            // At random: from one to 60 at once, up to five seconds apart.
            let (mut chance, mut calls) = (seed + 1, 0_u64);
            for _ in 0..60 {
                chance =
                    chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let count = (chance >> 33) % 60 + 1;
                calls += count;
                for _ in 0..count {
                    let knack = knack.clone();
                    all.spawn(async move { Customer::get(&knack, id).await.is_ok() });
                }
                tokio::time::sleep(ms((chance >> 40) % 5_000)).await;
            }
            assert!(all.join_all().await.into_iter().all(|done| done));
            let kept = watched.kept.lock().unwrap();
            assert!(kept.told.len() as u64 > calls / 2);
            // Refused calls go again, in their old places: then it is one of those behind. While the mode is wrong,
            // as once in a while with a bucket, windows need not be a second apart.
            let late = kept.told.iter().filter(|(nth, told)| *told > kept.granted[*nth] + ms(2)).count();
            assert!(late * 100 <= kept.told.len(), "{window:?}, {seed}: {late} of {}", kept.told.len());
            assert!(
                kept.told.iter().all(|(nth, told)| *told < kept.granted[*nth] + ms(1_000)),
                "{window:?}, {seed}"
            );
        }
    }
}
