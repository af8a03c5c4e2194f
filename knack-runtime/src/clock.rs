//! The clock of the executor: tokio's, so that paused time stops it too.

use std::sync::OnceLock;
use std::time::Duration;

use knack_core::clock::{Clock, Moment};
use tokio::time::Instant;

/// Follows tokio's time, paused or not. The client's limits, deadlines and waits go by it. All clients of
/// a process have this one clock, so that they can share a limiter; a runtime whose time is paused is a
/// time of its own, which no client should leave for another.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
/// use knack_runtime::TokioClock;
/// use knack_runtime::time::Clock;
///
/// let start = TokioClock.now();
/// tokio::time::sleep(Duration::from_secs(3600)).await; // passes at once: time is paused
/// assert!(TokioClock.now() - start >= Duration::from_secs(3600));
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

impl TokioClock {
    /// The moment as tokio's timers take it.
    pub(crate) fn instant(moment: Moment) -> Instant {
        // A moment too far away for the system's clock is as good as never.
        let never = origin() + Duration::from_hours(24 * 365 * 30);
        origin().checked_add(moment.since_start()).unwrap_or(never)
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Moment {
        Moment::new(origin().elapsed())
    }
}

/// Where the process's time begins: a day before it is first asked for, since a runtime whose time was
/// paused earlier is behind.
fn origin() -> Instant {
    static ORIGIN: OnceLock<std::time::Instant> = OnceLock::new();
    let begin = || {
        let now = std::time::Instant::now();
        now.checked_sub(Duration::from_hours(24)).unwrap_or(now)
    };
    Instant::from_std(*ORIGIN.get_or_init(begin))
}
