//! The server's clock, as far as its resets tell: no more than to know a wrong one.

use super::{DRIFT, Micros, SECOND};

/// How many wrong resets in a row show that the server's clock was set.
const SET: u32 = 5;

/// How far the bounds give way to each wrong reset: if it was the one before that was wrong, after a few.
const GIVES_WAY: Micros = 100_000;

/// Between which bounds the server's clock is ahead of ours.
///
/// Whatever the windows are, a reset names a moment less than two seconds after the call's arrival, a second for
/// the window and one for being rounded up. And the call arrived between being sent and answered.
#[derive(Debug)]
pub(super) struct ServerClock {
    low: Micros,
    high: Micros,
    learnt_at: Micros,
    /// How many resets in a row were wrong.
    wrong: u32,
}

/// What a reset is, beside those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Right,
    Wrong,
    /// It was wrong as several before it: the clock was set, and what is known of resets is worth nothing.
    ClockSet,
}

impl Default for ServerClock {
    fn default() -> Self {
        let far = Micros::MAX / 4;
        Self { low: -far, high: far, learnt_at: 0, wrong: 0 }
    }
}

impl ServerClock {
    /// Takes in the reset of a call's answer. A wrong one is not learnt.
    pub(super) fn learn(&mut self, sent: Micros, received: Micros, reset: i64) -> Told {
        let drift = (received - self.learnt_at).clamp(0, 3_600 * SECOND) / DRIFT;
        self.learnt_at = received;
        let (low, high) = ((reset - 2) * SECOND - received, reset * SECOND - sent);
        let (least, most) = (self.low - drift, self.high + drift);
        if low.max(least) <= high.min(most) {
            *self = Self { low: low.max(least), high: high.min(most), learnt_at: received, wrong: 0 };
            return Told::Right;
        }
        if self.wrong + 1 >= SET {
            *self = Self { low, high, learnt_at: received, wrong: 0 };
            return Told::ClockSet;
        }
        let (down, up) = if high < least { (GIVES_WAY, 0) } else { (0, GIVES_WAY) };
        (self.low, self.high) = (least - down, most + up);
        self.wrong += 1;
        Told::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The server's clock is so far ahead.
    const AHEAD: Micros = 1_000 * SECOND;

    /// The reset of a window that ends so long after the call's arrival, as the server rounds it.
    fn reset(arrival: Micros, ends_in: Micros) -> i64 {
        (AHEAD + arrival + ends_in + SECOND - 1).div_euclid(SECOND)
    }

    proptest! {
        #[test]
        fn whatever_the_windows_right_resets_are_right_and_those_far_off_are_not(
            calls in proptest::collection::vec(
                (0..900_000_i64, 1..400_000_i64, 1..400_000_i64, 1..=SECOND, 0..10_u8, 6..5_000_i64), 1..300,
            ),
        ) {
            let (mut clock, mut now, mut wrong) = (ServerClock::default(), 0, 0);
            for (gap, there, back, ends_in, kind, off) in calls {
                now += gap;
                let (arrival, received) = (now + there, now + there + back);
                let told = |clock: &mut ServerClock, off| clock.learn(now, received, reset(arrival, ends_in) + off);
                let known = clock.high < Micros::MAX / 8;
                match kind {
                    0 if known && wrong < 4 => {
                        prop_assert_eq!(told(&mut clock, off), Told::Wrong);
                        wrong += 1;
                    }
                    1 if known && wrong < 4 => {
                        prop_assert_eq!(told(&mut clock, -off), Told::Wrong);
                        wrong += 1;
                    }
                    _ => {
                        prop_assert_eq!(told(&mut clock, 0), Told::Right);
                        wrong = 0;
                    }
                }
            }
        }
    }

    #[test]
    fn a_clock_that_was_set_is_believed_after_a_few_answers() {
        for set in [-3_600, -5, 10] {
            let mut clock = ServerClock::default();
            let mut told = |n: i64, set| {
                clock.learn(n * 100_000, n * 100_000 + 50_000, reset(n * 100_000, 500_000) + set)
            };
            assert!((0..50).all(|n| told(n, 0) == Told::Right));
            let told: Vec<_> = (50..60).map(|n| told(n, set)).collect();
            assert_eq!(told[..5], [Told::Wrong, Told::Wrong, Told::Wrong, Told::Wrong, Told::ClockSet]);
            assert!(told[5..].iter().all(|told| *told == Told::Right));
        }
    }

    #[test]
    fn a_wrong_reset_that_was_believed_is_made_up_for() {
        let mut clock = ServerClock::default();
        let told = |clock: &mut ServerClock, n: i64, off| {
            clock.learn(n * 100_000, n * 100_000 + 50_000, reset(n * 100_000, 1 + n * 77_777 % SECOND) + off)
        };
        assert_eq!(told(&mut clock, 0, 2), Told::Right);
        let wrong = (1..400).filter(|n| told(&mut clock, *n, 0) != Told::Right).count();
        assert!((1..20).contains(&wrong), "{wrong}");
        assert!((400..500).all(|n| told(&mut clock, n, 0) == Told::Right));
    }
}
