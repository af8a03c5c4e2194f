//! One call at a time.

use std::time::Duration;

use crate::clock::Moment;
use crate::limit::lock::{self, Mutex, MutexGuard};
use crate::limit::{Ask, Decision, LATEST_ARRIVAL, Limiter, Observation, PermitId, Snapshot};

/// One call at a time: the next is sent when the last is answered, the first advice of Knack's
/// documents.
///
/// **Guarantees** that calls reach the server in their order, never two at once; a call that was given
/// up on its way is awaited for 5 seconds. **Costs** most of the limit: a call takes a whole round
/// trip. In simulation with round trips around 150 ms, 56 % of the 10 calls a second are used and
/// hardly one is refused. Where round trips are shorter than 100 ms it is faster than the limit allows:
/// around 40 ms, 2 to 5 % were refused. [`with_pause`](Self::with_pause) prevents that.
///
/// Source: docs.knack.com/docs/api-limits.
///
/// ```
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Ask, Decision, Limiter, Serial};
///
/// let (serial, ask) = (Serial::default(), Ask::new(Moment::ZERO));
/// let Decision::Granted(id) = serial.try_acquire(&ask, Moment::ZERO) else { panic!() };
/// assert_eq!(serial.try_acquire(&ask, Moment::ZERO), Decision::OnChange);
/// serial.refund(id);
/// assert!(matches!(serial.try_acquire(&ask, Moment::ZERO), Decision::Granted(_)));
/// ```
#[derive(Debug, Default)]
pub struct Serial {
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    turn: Turn,
    answered: u64,
    refused: u64,
    least_round_trip: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
enum Turn {
    /// The next call can go from this moment on.
    Free(Moment),
    Taken,
}

impl Default for Turn {
    fn default() -> Self {
        Self::Free(Moment::ZERO)
    }
}

impl Serial {
    /// One call at a time, and a pause behind each. With a tenth of a second no server of 10 calls a
    /// second refuses one, and about a third of them is used.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knack_core::limit::Serial;
    ///
    /// let careful = Serial::with_pause(Duration::from_millis(100));
    /// ```
    pub fn with_pause(pause: Duration) -> Self {
        Self { pause, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock::at_once(&self.state)
    }
}

impl Limiter for Serial {
    fn try_acquire(&self, _ask: &Ask, now: Moment) -> Decision {
        let mut state = self.state();
        match state.turn {
            Turn::Taken => Decision::OnChange,
            Turn::Free(from) if from > now => Decision::NotBefore(from),
            Turn::Free(_) => {
                state.turn = Turn::Taken;
                Decision::Granted(PermitId(0))
            }
        }
    }

    fn refund(&self, _id: PermitId) {
        self.state().turn = Turn::default();
    }

    fn lost(&self, _id: PermitId, sent_at: Moment) {
        self.state().turn = Turn::Free(sent_at + LATEST_ARRIVAL + self.pause);
    }

    fn observe(&self, _id: PermitId, observation: &Observation) {
        let mut state = self.state();
        state.turn = Turn::Free(observation.received_at + self.pause);
        if observation.status.is_some() {
            state.answered += 1;
            state.refused += u64::from(observation.refused());
            let trip = observation.received_at - observation.sent_at;
            state.least_round_trip = Some(state.least_round_trip.map_or(trip, |least| least.min(trip)));
        }
    }

    fn snapshot(&self, now: Moment) -> Snapshot {
        let state = self.state();
        let free = matches!(state.turn, Turn::Free(from) if from <= now);
        Snapshot {
            strategy: "serial",
            in_flight: u32::from(matches!(state.turn, Turn::Taken)),
            available: Some(u32::from(free)),
            answered: state.answered,
            refused: state.refused,
            least_round_trip: state.least_round_trip,
        }
    }

    fn earliest(&self, ahead: usize, now: Moment) -> Option<Moment> {
        let state = self.state();
        let next = match state.turn {
            Turn::Free(from) => from.max(now),
            // It could end at once.
            Turn::Taken => now,
        };
        // The smallest round trip may yet become smaller: only the pauses are certain.
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        Some(next + self.pause.saturating_mul(ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::LimitHeaders;
    use http::StatusCode;
    use proptest::prelude::*;

    fn ms(millis: u64) -> Moment {
        Moment::new(Duration::from_millis(millis))
    }

    fn ask(serial: &Serial, now: u64) -> Decision {
        serial.try_acquire(&Ask::new(ms(1_000_000)), ms(now))
    }

    #[test]
    fn a_call_given_up_on_its_way_is_awaited() {
        let serial = Serial::default();
        assert_eq!(ask(&serial, 100), Decision::Granted(PermitId(0)));
        serial.lost(PermitId(0), ms(120));
        assert_eq!(ask(&serial, 200), Decision::NotBefore(ms(5_120)));
        assert_eq!(ask(&serial, 5_120), Decision::Granted(PermitId(0)));
    }

    #[test]
    fn the_estimate_counts_pauses() {
        let serial = Serial::with_pause(Duration::from_millis(100));
        assert_eq!(serial.earliest(7, ms(50)), Some(ms(750)));
    }

    proptest! {
        /// Whatever becomes of calls: never two at once, the pause is kept, and every turn comes back.
        #[test]
        fn one_at_a_time_and_no_turn_lost(
            pause in 0_u64..300,
            ends in proptest::collection::vec((0_u8..3, 0_u64..2_000, 0_u64..500), 1..60),
        ) {
            let serial = Serial::with_pause(Duration::from_millis(pause));
            let (mut now, mut free) = (0, 0);
            for (end, trip, idle) in ends {
                now = free.max(now);
                prop_assert_eq!(ask(&serial, now), Decision::Granted(PermitId(0)));
                prop_assert_eq!(ask(&serial, now + trip), Decision::OnChange);
                let (sent, id) = (now, PermitId(0));
                now += trip;
                match end {
                    0 => {
                        serial.refund(id);
                        free = now;
                        prop_assert_eq!(serial.snapshot(ms(now)).available, Some(1));
                        continue;
                    }
                    1 => {
                        serial.lost(id, ms(sent));
                        free = sent + 5_000 + pause;
                    }
                    _ => {
                        let ok = Some(StatusCode::OK);
                        serial.observe(id, &Observation::new(ms(sent), ms(now), ok, LimitHeaders::default()));
                        free = now + pause;
                    }
                }
                if free > now {
                    prop_assert_eq!(ask(&serial, free - 1), Decision::NotBefore(ms(free)));
                }
                now += idle;
            }
        }
    }
}
