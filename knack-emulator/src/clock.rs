//! The server's clocks: time since the start, and a wall clock that may be wrong.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Advances with tokio's clock, so that paused time moves the wall clock too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WallClock {
    start: Instant,
    /// What the wall clock showed at the start, since the Unix epoch, skew included.
    shown: Duration,
}

impl WallClock {
    /// A clock that shows `at` now, off by `skew_ms`.
    pub(crate) fn new(at: SystemTime, skew_ms: i64) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let skew = Duration::from_millis(skew_ms.unsigned_abs());
        let shown = if skew_ms < 0 { since.saturating_sub(skew) } else { since.saturating_add(skew) };
        // HTTP and Knack's dates end with the year 9999.
        Self { start: Instant::now(), shown: shown.min(Duration::from_secs(253_000_000_000)) }
    }

    /// Time since the emulator was built.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The wall clock at `elapsed`, since the Unix epoch.
    pub(crate) fn wall(&self, elapsed: Duration) -> Duration {
        self.shown.saturating_add(elapsed)
    }
}
