//! The clock of the executor: tokio's, so that paused time stops it too.

use std::time::Duration;

use knack_core::clock::{Clock, Moment};
use tokio::time::Instant;

/// Follows tokio's time, paused or not. The client's limits, deadlines and waits go by it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
/// use knack_runtime::TokioClock;
/// use knack_runtime::time::Clock;
///
/// let clock = TokioClock::new();
/// let start = clock.now();
/// tokio::time::sleep(Duration::from_secs(3600)).await; // passes at once: time is paused
/// assert!(clock.now() - start >= Duration::from_secs(3600));
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: Instant,
}

impl TokioClock {
    /// A clock that begins now.
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }

    /// The moment as tokio's timers take it.
    pub(crate) fn instant(self, moment: Moment) -> Instant {
        // A moment too far away for the system's clock is as good as never.
        let never = self.origin + Duration::from_hours(24 * 365 * 30);
        self.origin.checked_add(moment.since_start()).unwrap_or(never)
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Moment {
        Moment::new(self.origin.elapsed())
    }
}
