//! One call every so often.

use std::time::Duration;

use crate::clock::Moment;
use crate::limit::lock::{self, Mutex, MutexGuard};
use crate::limit::{Ask, Decision, Limiter, Observation, PermitId, Snapshot};

/// Calls at a steady pace, one every tenth of a second unless told otherwise. What was not used is not
/// made up for.
///
/// **Guarantees** that permits are never closer together than the delay. **Costs** refusals, each of which
/// holds the queue for a second: calls leave evenly, and arrive as their ways let them. In simulation
/// with round trips around 150 ms, so much of the 10 calls a second was used, and so much of it refused:
///
/// | the server's limit | 100 ms, the default | 110 ms |
/// |---|---|---|
/// | a bucket | 100 %, none | 91 %, none |
/// | windows by the clock | 88 %, 1 % | 91 %, 0.1 % |
/// | windows that the first call opens | 62 %, 6 % | 85 %, 0.7 % |
/// | any second | 52 %, 8 % | 75 %, 2 % |
///
/// Source of the 10 calls: docs.knack.com/docs/api-limits.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Ask, Decision, FixedDelay, Limiter};
///
/// let careful = FixedDelay::every(Duration::from_millis(110));
/// let ask = Ask::new(Moment::ZERO + Duration::from_secs(60));
/// assert!(matches!(careful.try_acquire(&ask, Moment::ZERO), Decision::Granted(_)));
/// let next = Moment::ZERO + Duration::from_millis(110);
/// assert_eq!(careful.try_acquire(&ask, Moment::ZERO), Decision::NotBefore(next));
/// ```
#[derive(Debug)]
pub struct FixedDelay {
    delay: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the next call may go.
    next: Moment,
    /// The last permit and when it was granted, until it ends: it could still be refunded.
    last: Option<(u64, Moment)>,
    granted: u64,
    in_flight: u32,
    answered: u64,
    refused: u64,
}

impl FixedDelay {
    /// An even pace of `calls_per_second`; 0 is taken as 1.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knack_core::clock::Moment;
    /// use knack_core::limit::{FixedDelay, Limiter};
    ///
    /// let of_another_plan = FixedDelay::new(20);
    /// let sixth = of_another_plan.earliest(5, Moment::ZERO);
    /// assert_eq!(sixth, Some(Moment::ZERO + Duration::from_millis(250)));
    /// ```
    pub fn new(calls_per_second: u32) -> Self {
        Self::every(Duration::from_secs(1) / calls_per_second.max(1))
    }

    /// One call each `delay`.
    pub fn every(delay: Duration) -> Self {
        Self { delay, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock::at_once(&self.state)
    }
}

impl Default for FixedDelay {
    /// Knack's 10 calls a second.
    fn default() -> Self {
        Self::new(10)
    }
}

impl State {
    /// When the permit was granted, if it is the last; it is not in flight any more.
    fn end(&mut self, id: PermitId) -> Option<Moment> {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.last.take_if(|(last, _)| *last == id.0).map(|(_, granted_at)| granted_at)
    }
}

impl Limiter for FixedDelay {
    fn try_acquire(&self, _ask: &Ask, now: Moment) -> Decision {
        let mut state = self.state();
        if now < state.next {
            return Decision::NotBefore(state.next);
        }
        state.granted += 1;
        state.in_flight += 1;
        state.last = Some((state.granted, now));
        state.next = now + self.delay;
        Decision::Granted(PermitId(state.granted))
    }

    fn refund(&self, id: PermitId) {
        let mut state = self.state();
        // The turn of an earlier one is over, used or not.
        if let Some(granted_at) = state.end(id) {
            state.next = granted_at;
        }
    }

    fn lost(&self, id: PermitId, _sent_at: Moment) {
        self.state().end(id);
    }

    fn observe(&self, id: PermitId, observation: &Observation) {
        let mut state = self.state();
        state.end(id);
        if observation.status.is_some() {
            state.answered += 1;
            state.refused += u64::from(observation.refused());
        }
    }

    fn snapshot(&self, now: Moment) -> Snapshot {
        let state = self.state();
        Snapshot {
            strategy: "fixed delay",
            in_flight: state.in_flight,
            available: Some(u32::from(state.next <= now)),
            answered: state.answered,
            refused: state.refused,
            least_round_trip: None,
        }
    }

    fn earliest(&self, ahead: usize, now: Moment) -> Option<Moment> {
        let state = self.state();
        // The last permit could be refunded at once.
        let next = if state.last.is_some() { now } else { state.next.max(now) };
        Some(next + self.delay.saturating_mul(u32::try_from(ahead).unwrap_or(u32::MAX)))
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

    fn ask(limiter: &FixedDelay, now: u64) -> Decision {
        limiter.try_acquire(&Ask::new(ms(1_000_000)), ms(now))
    }

    #[test]
    fn lateness_is_not_made_up_for() {
        let limiter = FixedDelay::default();
        assert_eq!(ask(&limiter, 250), Decision::Granted(PermitId(1)));
        assert_eq!(ask(&limiter, 300), Decision::NotBefore(ms(350)));
        assert_eq!(ask(&limiter, 5_000), Decision::Granted(PermitId(2)));
        assert_eq!(ask(&limiter, 5_000), Decision::NotBefore(ms(5_100)));
    }

    #[test]
    fn the_last_turn_comes_back_and_an_earlier_one_has_passed() {
        let limiter = FixedDelay::default();
        assert_eq!(ask(&limiter, 0), Decision::Granted(PermitId(1)));
        assert_eq!(ask(&limiter, 100), Decision::Granted(PermitId(2)));
        limiter.refund(PermitId(1));
        assert_eq!(ask(&limiter, 110), Decision::NotBefore(ms(200)));
        limiter.refund(PermitId(2));
        assert_eq!(ask(&limiter, 110), Decision::Granted(PermitId(3)));
    }

    proptest! {
        /// Of permits that were not refunded no two are closer than the delay, whatever the order of
        /// their ends; the moment that is named is always kept; and nothing stays in flight.
        #[test]
        fn the_delay_is_kept_and_no_turn_is_lost(
            delay in 1_u64..300,
            steps in proptest::collection::vec((0_u64..250, 0_u8..4, any::<prop::sample::Index>()), 1..200),
        ) {
            let limiter = FixedDelay::every(Duration::from_millis(delay));
            let (mut now, mut open, mut used) = (0, Vec::new(), Vec::new());
            for (gap, end, which) in steps {
                now += gap;
                let earliest = limiter.earliest(0, ms(now)).unwrap();
                match ask(&limiter, now) {
                    Decision::Granted(id) => {
                        prop_assert!(earliest <= ms(now));
                        open.push((id, now));
                    }
                    Decision::NotBefore(at) => {
                        prop_assert!(at > ms(now) && at <= ms(now + delay) && earliest <= at);
                    }
                    Decision::OnChange => prop_assert!(false, "time alone is waited for"),
                }
                if open.is_empty() {
                    continue;
                }
                let place = which.index(open.len());
                let (id, granted_at) = open[place];
                match end {
                    0 => continue,
                    1 => limiter.refund(id),
                    2 => limiter.lost(id, ms(granted_at)),
                    _ => {
                        let (at, ok) = (ms(granted_at), Some(StatusCode::OK));
                        limiter.observe(id, &Observation::new(at, ms(now), ok, LimitHeaders::default()));
                    }
                }
                open.remove(place);
                if end != 1 {
                    used.push(granted_at);
                }
            }
            prop_assert_eq!(limiter.snapshot(ms(now)).in_flight as usize, open.len());
            used.extend(open.iter().map(|(_, granted_at)| granted_at));
            used.sort_unstable();
            prop_assert!(used.windows(2).all(|two| two[1] - two[0] >= delay), "{:?}", used);
        }
    }
}
