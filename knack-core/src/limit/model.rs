//! The life of permits on two threads, in every interleaving that loom finds.
//!
//! `RUSTFLAGS="--cfg knack_loom" cargo test -p knack-runtime-core --lib limit::model`

// A panic is how a model fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use loom::thread;

use crate::clock::Moment;
use crate::headers::LimitHeaders;
use crate::limit::{
    Adaptive, Ask, Bell, FixedDelay, Limiter, Observation, Permit, Serial, Slots, WindowBatch,
};

/// Ways in which a permit ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// Dropped before anything was sent.
    Unsent,
    /// Sent, but no connection came about.
    Refunded,
    /// Sent and answered.
    Observed,
    /// Sent and given up.
    Dropped,
}

const ENDS: [End; 4] = [End::Unsent, End::Refunded, End::Observed, End::Dropped];

/// The time of everything that the threads do. It stands still, so what is charged stays charged.
const NOW: Moment = Moment::new(Duration::from_secs(100));

/// What the threads did, counted outside of the limiter and of loom: threads take turns at locks alone.
#[derive(Default)]
struct Counts {
    /// Permits that were granted and did not come back unused.
    charged: AtomicUsize,
    granted: AtomicUsize,
    rung: AtomicUsize,
}

/// One permit, if there is one, from its grant to its end. `most` may be charged at any time.
fn live(limiter: &Arc<dyn Limiter>, counts: &Arc<Counts>, end: End, most: usize) {
    let Ok(permit) = Permit::try_acquire(limiter, &Ask::new(NOW), NOW) else { return };
    let rung = Arc::clone(counts);
    let mut permit = permit.with_bell(Bell::new(move || {
        rung.rung.fetch_add(1, Ordering::SeqCst);
    }));
    counts.granted.fetch_add(1, Ordering::SeqCst);
    let before = counts.charged.fetch_add(1, Ordering::SeqCst);
    assert!(before < most, "{before} are charged already");
    if !matches!(end, End::Unsent) {
        permit.mark_sent(NOW);
    }
    if matches!(end, End::Unsent | End::Refunded) {
        // Before it comes back: then another may have it.
        counts.charged.fetch_sub(1, Ordering::SeqCst);
    }
    match end {
        End::Unsent | End::Dropped => drop(permit),
        End::Refunded => permit.refund(),
        End::Observed => {
            let ok = Some(StatusCode::OK);
            permit.observe(&Observation::new(NOW, NOW, ok, LimitHeaders::default()));
        }
    }
}

/// Two threads, each with two permits that end in each of the ways. Of the limiter, `most` permits can be
/// charged at `NOW`; much later `most` can be had again, and no more.
fn in_every_interleaving<L: Limiter>(most: usize, limiter: fn() -> L) {
    for ends in 0..ENDS.len().pow(4) {
        let end = move |place: u32| ENDS[ends / ENDS.len().pow(place) % ENDS.len()];
        loom::model(move || {
            let limiter: Arc<dyn Limiter> = Arc::new(limiter());
            let counts = Arc::new(Counts::default());
            let other = {
                let (limiter, counts) = (Arc::clone(&limiter), Arc::clone(&counts));
                thread::spawn(move || {
                    live(&limiter, &counts, end(0), most);
                    live(&limiter, &counts, end(1), most);
                })
            };
            live(&limiter, &counts, end(2), most);
            live(&limiter, &counts, end(3), most);
            other.join().unwrap();

            let (granted, rung) = (counts.granted.load(Ordering::SeqCst), counts.rung.load(Ordering::SeqCst));
            assert_eq!(granted, rung, "every end is told to the queue");
            assert!(granted > 0, "nobody got a permit");
            // By then nothing that was given up can arrive any more.
            let later = NOW + Duration::from_mins(1);
            assert_eq!(limiter.snapshot(later).in_flight, 0);
            for _ in 0..most {
                let again = Permit::try_acquire(&limiter, &Ask::new(later), later);
                std::mem::forget(again.expect("a permit was lost"));
            }
            assert!(Permit::try_acquire(&limiter, &Ask::new(later), later).is_err(), "one too many");
        });
    }
}

#[test]
fn adaptive() {
    in_every_interleaving(1, || Adaptive::new(1));
    in_every_interleaving(2, || Adaptive::new(2));
}

#[test]
fn slots() {
    in_every_interleaving(1, || Slots::new(1));
    in_every_interleaving(2, || Slots::new(2));
}

#[test]
fn serial() {
    in_every_interleaving(1, || Serial::with_pause(Duration::from_secs(1)));
}

#[test]
fn fixed_delay() {
    in_every_interleaving(1, FixedDelay::default);
}

#[test]
fn window_batch() {
    in_every_interleaving(1, || WindowBatch::new(1));
    in_every_interleaving(2, || WindowBatch::new(2));
}
