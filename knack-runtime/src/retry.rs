//! How often and how soon trouble is tried again. Refusals (429) are not counted here: they wait in
//! the queue until their deadline.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How often a call is sent at most.
pub(crate) const MOST_ATTEMPTS: u32 = 4;

const LEAST_BACKOFF: Duration = Duration::from_millis(100);
const MOST_BACKOFF: Duration = Duration::from_secs(5);

/// The wait before attempt `attempt + 1`: anything up to a bound that grows fourfold, so that
/// clients which failed together do not come back together.
pub(crate) fn backoff(attempt: u32) -> Duration {
    let bound = LEAST_BACKOFF.saturating_mul(4_u32.saturating_pow(attempt)).min(MOST_BACKOFF);
    LEAST_BACKOFF + bound.saturating_sub(LEAST_BACKOFF).mul_f64(fastrand::f64())
}

/// Keeps retries to a fifth of the calls, so that a server in trouble is not given more to do. Ten
/// may go before any call has succeeded.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    /// In fifths of a retry.
    fifths: AtomicU32,
}

const COST: u32 = 5;
const MOST_SAVED: u32 = 10 * COST;

impl RetryBudget {
    pub(crate) const fn new() -> Self {
        Self { fifths: AtomicU32::new(MOST_SAVED) }
    }

    /// A call was answered: a fifth of a retry is earned.
    pub(crate) fn earn(&self) {
        let more = |saved: u32| (saved < MOST_SAVED).then_some(saved + 1);
        let _full = self.fifths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Takes a retry, if there is one.
    pub(crate) fn spend(&self) -> bool {
        let less = |saved: u32| saved.checked_sub(COST);
        self.fifths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_and_is_bounded() {
        for attempt in 1..40 {
            for _ in 0..50 {
                let wait = backoff(attempt);
                assert!((LEAST_BACKOFF..=MOST_BACKOFF).contains(&wait), "{attempt}: {wait:?}");
            }
        }
        assert!((0..100).all(|_| backoff(1) <= Duration::from_millis(400)));
    }

    #[test]
    fn a_fifth_of_the_calls_may_be_retries() {
        let budget = RetryBudget::new();
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
        (0..4).for_each(|_| budget.earn());
        assert!(!budget.spend());
        budget.earn();
        assert!(budget.spend());
        (0..10_000).for_each(|_| budget.earn());
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
    }
}
