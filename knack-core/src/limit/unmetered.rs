//! No limit but politeness.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::clock::Moment;
use crate::limit::{Ask, Decision, Limiter, Observation, PermitId, Snapshot};

/// Grants every call at once, as long as not too many are under way.
///
/// **Guarantees** nothing about rates. **Costs** nothing. Meant for calls that Knack does not count,
/// such as those of public views; a 429 still holds the queue, since the executor does that.
///
/// ```
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Ask, Decision, Limiter, Unmetered};
///
/// let ask = Ask::new(Moment::ZERO);
/// let polite = Unmetered::at_most(1);
/// let Decision::Granted(id) = polite.try_acquire(&ask, Moment::ZERO) else { panic!() };
/// assert_eq!(polite.try_acquire(&ask, Moment::ZERO), Decision::OnChange);
/// polite.refund(id);
/// assert!(matches!(polite.try_acquire(&ask, Moment::ZERO), Decision::Granted(_)));
///
/// let free = Unmetered::default(); // no bound
/// assert_eq!(free.snapshot(Moment::ZERO).available, None);
/// ```
#[derive(Debug)]
pub struct Unmetered {
    most: u32,
    in_flight: AtomicU32,
    answered: AtomicU64,
    refused: AtomicU64,
}

impl Unmetered {
    /// At most `calls` under way at the same time; 0 is taken as 1.
    pub const fn at_most(calls: u32) -> Self {
        let most = if calls == 0 { 1 } else { calls };
        Self { most, in_flight: AtomicU32::new(0), answered: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    fn end(&self) {
        self.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Default for Unmetered {
    /// No bound on the calls under way.
    fn default() -> Self {
        Self::at_most(u32::MAX)
    }
}

impl Limiter for Unmetered {
    fn try_acquire(&self, _ask: &Ask, _now: Moment) -> Decision {
        let one_more = |now: u32| (now < self.most).then_some(now + 1);
        match self.in_flight.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more) {
            Ok(_) => Decision::Granted(PermitId(0)),
            Err(_) => Decision::OnChange,
        }
    }

    fn refund(&self, _id: PermitId) {
        self.end();
    }

    fn lost(&self, _id: PermitId, _sent_at: Moment) {
        self.end();
    }

    fn observe(&self, _id: PermitId, observation: &Observation) {
        self.end();
        if observation.status.is_some() {
            self.answered.fetch_add(1, Ordering::Relaxed);
            self.refused.fetch_add(u64::from(observation.refused()), Ordering::Relaxed);
        }
    }

    fn snapshot(&self, _now: Moment) -> Snapshot {
        let in_flight = self.in_flight.load(Ordering::Acquire);
        Snapshot {
            strategy: "unmetered",
            in_flight,
            available: (self.most < u32::MAX).then(|| self.most.saturating_sub(in_flight)),
            answered: self.answered.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            least_round_trip: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_under_way_is_bounded() {
        let limiter = Unmetered::at_most(2);
        let ask = Ask::new(Moment::ZERO);
        let granted = Decision::Granted(PermitId(0));
        assert_eq!(limiter.try_acquire(&ask, Moment::ZERO), granted);
        assert_eq!(limiter.try_acquire(&ask, Moment::ZERO), granted);
        assert_eq!(limiter.try_acquire(&ask, Moment::ZERO), Decision::OnChange);
        limiter.lost(PermitId(0), Moment::ZERO);
        assert_eq!(limiter.try_acquire(&ask, Moment::ZERO), granted);
        assert_eq!(limiter.snapshot(Moment::ZERO).available, Some(0));
    }
}
