//! No pacing: goes on until it is refused.

use crate::clock::Moment;
use crate::limit::{Ask, Decision, Limiter, Observation, PermitId, Snapshot, Unmetered};

/// Sends what there is, and waits when a call is refused: the queue holds until the server's
/// `Retry-After`, else for a second. At most 10 calls are under way, unless told otherwise.
///
/// **Guarantees** nothing but that bound. **Costs** refusals, which nobody knows to be free: in
/// simulation with round trips around 150 ms every second call was refused with 10 under way, and five
/// of six with 50; what is left came near to the limit. It also takes the limit from everyone else who
/// uses the application. Meant for a program that makes a call now and then, and for comparison.
///
/// ```
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Ask, Decision, Limiter, Reactive};
///
/// let (reactive, ask) = (Reactive::default(), Ask::new(Moment::ZERO));
/// for _ in 0..10 {
///     assert!(matches!(reactive.try_acquire(&ask, Moment::ZERO), Decision::Granted(_)));
/// }
/// assert_eq!(reactive.try_acquire(&ask, Moment::ZERO), Decision::OnChange);
/// ```
#[derive(Debug)]
pub struct Reactive(Unmetered);

impl Reactive {
    /// At most `calls` under way at the same time; 0 is taken as 1.
    ///
    /// ```
    /// use knack_core::clock::Moment;
    /// use knack_core::limit::{Limiter, Reactive};
    ///
    /// assert_eq!(Reactive::at_most(3).snapshot(Moment::ZERO).available, Some(3));
    /// ```
    pub const fn at_most(calls: u32) -> Self {
        Self(Unmetered::at_most(calls))
    }
}

impl Default for Reactive {
    /// As many as Knack allows in a second.
    fn default() -> Self {
        Self::at_most(10)
    }
}

/// What it shares with calls that do not count is all of it; that those are refused is another matter.
impl Limiter for Reactive {
    fn try_acquire(&self, ask: &Ask, now: Moment) -> Decision {
        self.0.try_acquire(ask, now)
    }

    fn refund(&self, id: PermitId) {
        self.0.refund(id);
    }

    fn lost(&self, id: PermitId, sent_at: Moment) {
        self.0.lost(id, sent_at);
    }

    fn observe(&self, id: PermitId, observation: &Observation) {
        self.0.observe(id, observation);
    }

    fn snapshot(&self, now: Moment) -> Snapshot {
        Snapshot { strategy: "reactive", ..self.0.snapshot(now) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::headers::LimitHeaders;
    use http::StatusCode;
    use proptest::prelude::*;

    proptest! {
        /// Never more under way than allowed; every end, of whatever kind and in whatever order, makes
        /// room for one; and a refusal changes nothing here, since the queue holds.
        #[test]
        fn only_the_number_under_way_counts(
            most in 1_u32..20,
            ends in proptest::collection::vec(0_u8..6, 1..300),
        ) {
            let (limiter, now) = (Reactive::at_most(most), Moment::new(Duration::from_secs(1)));
            let (mut under_way, id) = (0, PermitId(0));
            for end in ends {
                match end {
                    0..=2 => {
                        let granted = limiter.try_acquire(&Ask::new(now), now) != Decision::OnChange;
                        prop_assert_eq!(granted, under_way < most);
                        under_way += u32::from(granted);
                        continue;
                    }
                    _ if under_way == 0 => continue,
                    3 => limiter.refund(id),
                    4 => limiter.lost(id, now),
                    _ => {
                        let refused = Some(StatusCode::TOO_MANY_REQUESTS);
                        limiter.observe(id, &Observation::new(now, now, refused, LimitHeaders::default()));
                    }
                }
                under_way -= 1;
                prop_assert_eq!(limiter.snapshot(now).available, Some(most - under_way));
                prop_assert_eq!(limiter.resume(now), None);
            }
        }
    }
}
