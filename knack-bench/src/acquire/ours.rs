//! The life of a permit of ours.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;
use knack_core::clock::{Clock, Moment};
use knack_core::headers::LimitHeaders;
use knack_core::limit::{Adaptive, Ask, Limiter, Observation, Permit};
use knack_runtime::TokioClock;

use super::Subject;

pub(super) const NAME: &str = "adaptive";

/// Calls come so far apart that none waits at ten a second; their answers are those of a server whose
/// windows are its clock's seconds.
const APART: Duration = Duration::from_millis(150);
const TRIP: Duration = Duration::from_millis(50);

/// Adaptive with its ten calls a second. A limit so high that nobody waits would measure something else:
/// what it remembers grows with the limit. It reads no clock, so the calls are given a time in which
/// none waits; the clock is read all the same, as the client does.
pub(super) struct Life {
    limiter: Arc<dyn Limiter>,
    calls: AtomicU64,
}

impl Default for Life {
    fn default() -> Self {
        Self { limiter: Arc::new(Adaptive::default()), calls: AtomicU64::new(0) }
    }
}

impl Life {
    /// One life; `false` if there was no leave.
    pub(super) fn once(&self) -> bool {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let sent = Moment::ZERO + APART.saturating_mul(u32::try_from(call).unwrap_or(u32::MAX));
        black_box(TokioClock.now());
        let ask = Ask::new(sent + Duration::from_mins(1));
        let Ok(mut permit) = Permit::try_acquire(&self.limiter, &ask, sent) else { return false };
        black_box(TokioClock.now());
        permit.mark_sent(sent);
        black_box(TokioClock.now());
        permit.observe(&Observation::new(sent, sent + TRIP, Some(StatusCode::OK), told(sent)));
        true
    }
}

/// What the server tells of a call that arrives half of the trip later.
fn told(sent: Moment) -> LimitHeaders {
    let arrival = (sent + TRIP / 2).since_start();
    let before = arrival.subsec_nanos() / u32::try_from(APART.as_nanos()).unwrap_or(u32::MAX);
    let mut limits = LimitHeaders::default();
    limits.rate_limit = Some(10);
    limits.rate_remaining = Some(9 - before.min(9));
    limits.rate_reset = Some(arrival.as_secs() + 1);
    limits.date = Some(arrival.as_secs());
    limits
}

impl Subject for Life {
    async fn live(self: Arc<Self>, count: u32) {
        let mut lived = 0;
        while lived < count {
            lived += u32::from(self.once());
        }
    }
}
