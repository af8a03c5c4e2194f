//! The server's clocks: time since the start, and a wall clock that may be wrong.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// HTTP and Knack's dates end with the year 9999.
const END: Duration = Duration::from_secs(253_000_000_000);

/// Advances with tokio's clock, so that paused time moves the wall clock too.
#[derive(Debug)]
pub(crate) struct WallClock {
    start: Instant,
    /// What the wall clock showed at the start, since the Unix epoch, skew included.
    shown: Duration,
    /// Nanoseconds that it was advanced by, which hold five hundred years.
    advanced: AtomicU64,
}

impl WallClock {
    /// A clock that shows `at` now, off by `skew_ms`.
    pub(crate) fn new(at: SystemTime, skew_ms: i64) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let skew = Duration::from_millis(skew_ms.unsigned_abs());
        let shown = if skew_ms < 0 { since.saturating_sub(skew) } else { since.saturating_add(skew) };
        Self { start: Instant::now(), shown, advanced: AtomicU64::new(0) }
    }

    /// Time since the emulator was built.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed() + Duration::from_nanos(self.advanced.load(Ordering::Acquire))
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        let more = |before: u64| Some(before.saturating_add(by));
        // The update never declines.
        let _ = self.advanced.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
    }

    /// Takes back what the clock was advanced by.
    pub(crate) fn reset(&self) {
        self.advanced.store(0, Ordering::Release);
    }

    /// The wall clock at `elapsed`, since the Unix epoch.
    pub(crate) fn wall(&self, elapsed: Duration) -> Duration {
        self.shown.saturating_add(elapsed).min(END)
    }
}
