//! Windows on a grid: each whole second of the server's clock, or each second from an unknown phase on.

use super::{DRIFT, Micros, SECOND};

/// How much an answer that does not fit speaks against the grid: as much as so many that fit speak for it. And how
/// much is too much: two within seven. Where windows drift there are soon more.
const DOUBT: u32 = 8;
const TOO_MUCH_DOUBT: u32 = 10;

/// How many answers in a row that name the end of their second show that the server counts by its clock.
const BY_THE_CLOCK: u32 = 45;

/// Where the boundaries lie that the resets name: the window whose reset is `n` ends at a moment between
/// `low + n` and `high + n` seconds of ours.
///
/// A call was sent before it arrived, and arrived before it was answered: each answer bounds the grid from
/// both sides, without any clock being trusted. Where no grid fits, the bounds cross.
#[derive(Debug)]
pub(super) struct Grid {
    low: Micros,
    high: Micros,
    learnt_at: Micros,
    last: i64,
    /// The latest call of the last window.
    last_sent: Micros,
    /// How many boundaries had calls close by on both sides.
    seen_close: u32,
    /// How many windows fitted.
    windows: u32,
    /// How many answers in a row named the end of the second in which they were given: so do the windows of
    /// a server that counts by its clock's seconds.
    by_the_clock: u32,
    /// How much speaks against it: more with each answer that does not fit, less with each that does.
    doubt: u32,
}

/// What an answer is, beside those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Fits,
    /// It does not fit, as one wrong answer may not.
    Odd,
    /// No grid fits.
    Crossed,
}

impl Grid {
    pub(super) const fn new(now: Micros) -> Self {
        // Wide enough for any phase, and far from overflow.
        let far = Micros::MAX / 4;
        Self {
            low: -far,
            high: far,
            learnt_at: now,
            last: i64::MIN,
            last_sent: -far,
            seen_close: 0,
            windows: 0,
            by_the_clock: 0,
            doubt: 0,
        }
    }

    /// Takes an answer in. Of many that do not fit no grid comes about, and it begins anew.
    pub(super) fn learn(&mut self, sent: Micros, received: Micros, reset: i64, date: Option<i64>) -> Fit {
        let drift = (received - self.learnt_at).clamp(0, 3_600 * SECOND) / DRIFT / 2;
        self.learnt_at = received;
        let low = (self.low - drift).max(sent - reset * SECOND);
        let high = (self.high + drift).min(received - (reset - 1) * SECOND);
        if low > high {
            return self.doubt();
        }
        (self.low, self.high) = (low, high);
        self.doubt = self.doubt.saturating_sub(1);
        if reset > self.last {
            self.seen_close += u32::from(reset == self.last + 1 && sent - self.last_sent < 250_000);
            self.last = reset;
            self.windows += 1;
            self.last_sent = sent;
        } else if reset == self.last {
            self.last_sent = self.last_sent.max(sent);
        }
        if let Some(date) = date {
            let its_end = (date..=date + 1).contains(&reset);
            self.by_the_clock = if its_end { self.by_the_clock.saturating_add(1) } else { 0 };
        }
        Fit::Fits
    }

    fn doubt(&mut self) -> Fit {
        self.doubt += DOUBT;
        if self.doubt < TOO_MUCH_DOUBT {
            return Fit::Odd;
        }
        *self = Self::new(self.learnt_at);
        Fit::Crossed
    }

    /// Whether the boundaries are known well enough to send by them.
    pub(super) const fn is_narrow(&self) -> bool {
        self.width() < 350_000
    }

    pub(super) const fn width(&self) -> Micros {
        self.high - self.low
    }

    /// How many windows fitted.
    pub(super) const fn windows(&self) -> u32 {
        self.windows
    }

    /// Whether enough windows fitted whose boundaries were seen from close by. Windows that calls open would
    /// have drifted away meanwhile.
    pub(super) const fn is_seen_closely(&self) -> bool {
        self.windows >= 12 && self.seen_close >= 8
    }

    /// Whether the windows are those of the server's clock, by its own word.
    pub(super) const fn is_by_the_clock(&self) -> bool {
        self.by_the_clock >= BY_THE_CLOCK && self.windows >= 4
    }

    /// How many seconds it takes at least until it may be sure, by so many windows or by the clock, with so many
    /// answers a second.
    pub(super) fn seconds_until_sure(&self, windows: u32, answers: u32) -> i64 {
        let by_the_clock = BY_THE_CLOCK.saturating_sub(self.by_the_clock.saturating_add(1)) / answers;
        by_the_clock.min(windows.saturating_sub(self.windows + 1)).into()
    }

    /// The window that has begun for certain: its reset, and the latest moment of its beginning.
    pub(super) const fn present(&self, now: Micros) -> (i64, Micros) {
        let begun = (now - self.high).div_euclid(SECOND);
        (begun + 1, self.high + begun * SECOND)
    }

    /// Whether the window behind the one that began at `began` may have begun as well.
    pub(super) const fn next_may_have_begun(&self, began: Micros, now: Micros) -> bool {
        now >= began + SECOND - self.width()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the phase and the trips, the grid is found and its boundaries are where it says.
        #[test]
        fn boundaries_are_within_the_bounds(
            phase in 0..SECOND,
            calls in proptest::collection::vec((0..300_000_i64, 1..200_000_i64, 1..400_000_i64), 1..200),
        ) {
            let mut grid = Grid::new(0);
            let mut now = 0;
            for (gap, there, back) in calls {
                now += gap;
                let arrival = now + there;
                // The server's clock is ahead by 1,000,000 s and `phase`.
                let reset = (arrival + phase).div_euclid(SECOND) + 1_000_001;
                prop_assert_eq!(grid.learn(now, arrival + back, reset, None), Fit::Fits);
                let ends = (reset - 1_000_000) * SECOND - phase;
                prop_assert!(grid.low + reset * SECOND <= ends && ends <= grid.high + reset * SECOND);
            }
        }
    }

    #[test]
    fn windows_that_drift_fit_no_grid() {
        let mut grid = Grid::new(0);
        let fits = (0..40).all(|n| {
            let opened: Micros = n * 1_050_000;
            let reset = (opened + 2 * SECOND - 1).div_euclid(SECOND);
            // The call that opens the window, and one near its end.
            [opened, opened + 900_000]
                .iter()
                .all(|at| grid.learn(at - 50_000, at + 50_000, reset, None) != Fit::Crossed)
        });
        assert!(!fits);
    }

    #[test]
    fn a_clock_that_counts_by_its_seconds_is_known_soon() {
        let mut grid = Grid::new(0);
        for n in 0..60 {
            let at: Micros = n * 150_000;
            let second = (at + 50_000).div_euclid(SECOND);
            assert_eq!(grid.learn(at, at + 100_000, second + 1, Some(second)), Fit::Fits);
        }
        assert!(grid.is_narrow() && grid.is_by_the_clock());
        assert_eq!(grid.present(3_000_000 + grid.high).0, 4);
    }

    #[test]
    fn a_clock_that_is_known_for_years_stays_known() {
        let mut grid = Grid { by_the_clock: u32::MAX, windows: 4, ..Grid::new(0) };
        assert_eq!(grid.learn(0, 100_000, 1, Some(0)), Fit::Fits);
        assert!(grid.is_by_the_clock());
        assert_eq!(grid.seconds_until_sure(40, 10), 0);
    }
}
