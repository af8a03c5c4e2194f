//! Ten slots, each used once a second.

use std::time::Duration;

use crate::clock::Moment;
use crate::limit::lock::{self, Mutex, MutexGuard};
use crate::limit::{
    Ask, COLD_ANSWERS, Decision, LATEST_ARRIVAL, Limiter, MOST_CALLS, Observation, PermitId, Snapshot,
};

/// The length of Knack's rate window.
const WINDOW: Duration = Duration::from_secs(1);

/// A fixed number of permits, 10 unless told otherwise, each of which returns one second after its
/// answer, less the smallest round trip seen.
///
/// **Guarantees** that a slot's next call arrives at the server one second after its last, whatever
/// the server's window is, but for what the ways there and back differ from the smallest round
/// trip: a refusal takes several such calls at once. **Costs** the spread of the round trips. In
/// simulation with round trips around 150 ms, 88 % of the 10 calls a second are used and 0.04 % of
/// them refused. It needs no header and trusts no clock.
///
/// A call that is given up on its way, by a time-out or by dropping its future, holds its slot until
/// 6 seconds after it was sent: it may take 5 to arrive, and counts for one more.
///
/// Source of the 10 calls: docs.knack.com/docs/api-limits.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Ask, Decision, Limiter, Slots};
///
/// let knacks_own = Slots::default(); // 10 calls a second
/// let half = Slots::new(5); // leaves room for another program
/// assert_eq!(half.snapshot(Moment::ZERO).available, Some(5));
///
/// let ask = Ask::new(Moment::ZERO + Duration::from_secs(60));
/// for _ in 0..10 {
///     assert!(matches!(knacks_own.try_acquire(&ask, Moment::ZERO), Decision::Granted(_)));
/// }
/// assert_eq!(knacks_own.try_acquire(&ask, Moment::ZERO), Decision::OnChange);
/// ```
#[derive(Debug)]
pub struct Slots {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    slots: Box<[Slot]>,
    answered: u64,
    refused: u64,
    least_round_trip: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
enum Slot {
    /// Can be granted from this moment on.
    Free(Moment),
    Granted,
}

impl Slots {
    /// A limiter of `calls_per_second`, of at least one and at most 10,000.
    pub fn new(calls_per_second: u32) -> Self {
        let slots = vec![Slot::Free(Moment::ZERO); calls_per_second.clamp(1, MOST_CALLS) as usize].into();
        Self { state: Mutex::new(State { slots, answered: 0, refused: 0, least_round_trip: None }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock::at_once(&self.state)
    }
}

impl Default for Slots {
    /// Knack's 10 calls a second.
    fn default() -> Self {
        Self::new(10)
    }
}

impl State {
    /// The slot that was free first, so that the others rest the longer.
    fn first_free(&self) -> Option<(usize, Moment)> {
        let free = self.slots.iter().enumerate().filter_map(|(index, slot)| match slot {
            Slot::Free(from) => Some((index, *from)),
            Slot::Granted => None,
        });
        free.min_by_key(|(_, from)| *from)
    }

    fn set(&mut self, index: u64, slot: Slot) {
        let place = usize::try_from(index).ok().and_then(|index| self.slots.get_mut(index));
        if let Some(place) = place {
            *place = slot;
        }
    }

    fn credit(&self) -> Duration {
        if self.answered > COLD_ANSWERS { self.least_round_trip.unwrap_or_default() } else { Duration::ZERO }
    }
}

impl Limiter for Slots {
    fn try_acquire(&self, _ask: &Ask, now: Moment) -> Decision {
        let mut state = self.state();
        match state.first_free() {
            Some((index, from)) if from <= now => {
                let index = index as u64;
                state.set(index, Slot::Granted);
                Decision::Granted(PermitId(index))
            }
            Some((_, from)) => Decision::NotBefore(from),
            None => Decision::OnChange,
        }
    }

    fn refund(&self, id: PermitId) {
        self.state().set(id.0, Slot::Free(Moment::ZERO));
    }

    fn lost(&self, id: PermitId, sent_at: Moment) {
        self.state().set(id.0, Slot::Free(sent_at + LATEST_ARRIVAL + WINDOW));
    }

    fn observe(&self, id: PermitId, observation: &Observation) {
        let mut state = self.state();
        let round_trip = observation.received_at - observation.sent_at;
        if observation.status.is_some() {
            state.answered += 1;
            state.refused += u64::from(observation.refused());
            let least = state.least_round_trip.map_or(round_trip, |least| least.min(round_trip));
            state.least_round_trip = Some(least);
        }
        // A smallest round trip above one second would make slots return before their answer.
        let rest = WINDOW.saturating_sub(state.credit());
        state.set(id.0, Slot::Free(observation.received_at + rest));
    }

    fn snapshot(&self, now: Moment) -> Snapshot {
        let state = self.state();
        let count = |test: fn(&Slot, Moment) -> bool| {
            u32::try_from(state.slots.iter().filter(|slot| test(slot, now)).count()).unwrap_or(u32::MAX)
        };
        Snapshot {
            strategy: "slots",
            in_flight: count(|slot, _| matches!(slot, Slot::Granted)),
            available: Some(count(|slot, now| matches!(slot, Slot::Free(from) if *from <= now))),
            answered: state.answered,
            refused: state.refused,
            least_round_trip: state.least_round_trip,
        }
    }

    fn earliest(&self, ahead: usize, now: Moment) -> Option<Moment> {
        let state = self.state();
        let at = |slot: &Slot| match slot {
            Slot::Free(from) => (*from).max(now),
            // It could be refunded at once.
            Slot::Granted => now,
        };
        let mut free: Vec<Moment> = state.slots.iter().map(at).collect();
        free.sort_unstable();
        let rounds = u32::try_from(ahead / free.len()).unwrap_or(u32::MAX);
        free.get(ahead % free.len()).map(|first| *first + WINDOW.saturating_mul(rounds))
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

    fn acquire(slots: &Slots, now: u64) -> Result<PermitId, Decision> {
        match slots.try_acquire(&Ask::new(ms(60_000)), ms(now)) {
            Decision::Granted(id) => Ok(id),
            wait => Err(wait),
        }
    }

    fn answer(slots: &Slots, id: PermitId, sent: u64, received: u64) {
        let ok = Some(StatusCode::OK);
        slots.observe(id, &Observation::new(ms(sent), ms(received), ok, LimitHeaders::default()));
    }

    #[test]
    fn a_slot_returns_one_second_after_its_answer_while_connections_are_cold() {
        let slots = Slots::new(1);
        let id = acquire(&slots, 0).unwrap();
        assert_eq!(acquire(&slots, 0), Err(Decision::OnChange));
        answer(&slots, id, 0, 300);
        assert_eq!(acquire(&slots, 1_299), Err(Decision::NotBefore(ms(1_300))));
        assert!(acquire(&slots, 1_300).is_ok());
    }

    #[test]
    fn the_smallest_round_trip_is_credited_after_twenty_answers() {
        let slots = Slots::new(1);
        let mut now = 0;
        for _ in 0..20 {
            let id = acquire(&slots, now).unwrap();
            answer(&slots, id, now, now + 100);
            now += 1_100;
        }
        let id = acquire(&slots, now).unwrap();
        answer(&slots, id, now, now + 250);
        assert_eq!(acquire(&slots, now), Err(Decision::NotBefore(ms(now + 250 + 1_000 - 100))));
    }

    #[test]
    fn refunded_is_free_at_once_and_lost_stays_charged() {
        let slots = Slots::new(1);
        let id = acquire(&slots, 0).unwrap();
        slots.refund(id);
        let id = acquire(&slots, 0).unwrap();
        slots.lost(id, ms(0));
        assert_eq!(acquire(&slots, 100), Err(Decision::NotBefore(ms(6_000))));
    }

    #[test]
    fn the_estimate_counts_rounds() {
        let slots = Slots::new(10);
        assert_eq!(slots.earliest(9, ms(0)), Some(ms(0)));
        assert_eq!(slots.earliest(10, ms(0)), Some(ms(1_000)));
        assert_eq!(slots.earliest(65, ms(0)), Some(ms(6_000)));
    }

    proptest! {
        /// Whatever the delays on the way, no second at the server, less the largest credit given,
        /// holds more than the limit.
        #[test]
        fn no_second_at_the_server_holds_too_many(
            limit in 1_u32..12,
            trips in proptest::collection::vec((1_u64..400, 1_u64..400), 30..200),
        ) {
            let slots = Slots::new(limit);
            // (answered at, sent at, id), and the moments of arrival.
            let (mut open, mut arrivals, mut now) = (Vec::new(), Vec::new(), 0);
            let mut credit = 0;
            for (there, back) in trips {
                loop {
                    match acquire(&slots, now) {
                        Ok(id) => {
                            arrivals.push(now + there);
                            open.push((now + there + back, now, id));
                            break;
                        }
                        Err(Decision::NotBefore(at)) if open.iter().all(|(done, ..)| ms(*done) >= at) => {
                            now = u64::try_from(at.since_start().as_millis()).unwrap();
                        }
                        Err(_) => {
                            let first = (0..open.len()).min_by_key(|i| open[*i].0).unwrap();
                            let (done, sent, id) = open.swap_remove(first);
                            now = now.max(done);
                            answer(&slots, id, sent, done);
                            let state = slots.state();
                            credit = credit.max(u64::try_from(state.credit().as_millis()).unwrap());
                        }
                    }
                }
            }
            arrivals.sort_unstable();
            for window in arrivals.windows(limit as usize + 1) {
                prop_assert!(window[limit as usize] - window[0] >= 1_000 - credit, "{:?}", window);
            }
        }
    }
}
