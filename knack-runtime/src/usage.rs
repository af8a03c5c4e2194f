//! What is left of the limits, as far as the client knows.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use knack_core::clock::Moment;
use knack_core::headers::LimitHeaders;
use knack_core::limit::Snapshot;
use knack_core::plan::Plan;

/// The state of a client's limits at one moment, from [`Client::usage`](crate::Client::usage).
///
/// The plan's figures are the server's own words in the latest answers; they are `None` before the
/// first answer that has them. The allowance is the account's: what other programs spend is seen in
/// them, too.
///
/// Source: docs.knack.com/docs/api-limits.
///
/// ```
/// # use knack_emulator::Emulator;
/// # use knack_runtime::{Client, KnackObject};
/// # #[derive(Debug, KnackObject)]
/// # #[knack(object = "object_1")]
/// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let local = Emulator::builder().sample().daily_calls(5_000).build()?;
/// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
/// let knack = builder.transport(local.transport()).build()?;
/// Customer::list(&knack).first().await?;
///
/// let usage = knack.usage();
/// assert_eq!((usage.plan_limit, usage.plan_left), (Some(5_000), Some(4_999)));
/// assert!(usage.plan_resets_in.unwrap().as_secs() <= 86_400);
/// assert_eq!((usage.waiting, usage.limiter.answered, usage.unmetered.answered), (0, 1, 0));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The calls of a day: by the server's word, else by the plan given to the builder.
    pub plan_limit: Option<u64>,
    /// What is left of them by the server's word; zero or less when they are used up.
    pub plan_left: Option<i64>,
    /// How long until the day's count begins anew, at midnight GMT.
    pub plan_resets_in: Option<Duration>,
    /// Calls that wait to be sent, of all clones and of all clients that share the limiter.
    pub waiting: usize,
    /// The limiter of metered calls.
    pub limiter: Snapshot,
    /// The limiter of unmetered calls.
    pub unmetered: Snapshot,
}

/// The latest that answers said of the day's plan.
#[derive(Debug, Default)]
pub(crate) struct PlanMeter(Mutex<Option<Reading>>);

#[derive(Clone, Copy, Debug)]
struct Reading {
    limit: Option<u64>,
    left: i64,
    resets_at: Option<Moment>,
}

/// How far two answers may disagree on the moment of the reset and still mean the same day.
const SAME_DAY: Duration = Duration::from_mins(1);

impl PlanMeter {
    /// Takes note of an answer. Answers overtake each other: of the same day, the least counts.
    pub(crate) fn note(&self, now: Moment, limits: &LimitHeaders) {
        let Some(left) = limits.plan_remaining else { return };
        let new =
            Reading { limit: limits.plan_limit, left, resets_at: limits.plan_reset.map(|left| now + left) };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let older = known.is_some_and(|known| known.same_day(new, now) && known.left < new.left);
        if !older {
            *known = Some(new);
        }
    }

    pub(crate) fn fill(&self, now: Moment, plan: Option<Plan>, usage: &mut Usage) {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.filter(|known| known.resets_at.is_none_or(|at| at > now));
        usage.plan_limit = known.and_then(|known| known.limit).or(plan.map(Plan::daily_calls));
        usage.plan_left = known.map(|known| known.left);
        usage.plan_resets_in = known.and_then(|known| known.resets_at).map(|at| at - now);
    }
}

impl Reading {
    fn same_day(self, new: Self, now: Moment) -> bool {
        match (self.resets_at, new.resets_at) {
            (Some(known), Some(new)) => known > now && new - known < SAME_DAY,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::new(Duration::from_secs(seconds))
    }

    fn left(meter: &PlanMeter, now: u64) -> Option<i64> {
        let mut usage = Usage {
            plan_limit: None,
            plan_left: None,
            plan_resets_in: None,
            waiting: 0,
            limiter: Snapshot::default(),
            unmetered: Snapshot::default(),
        };
        meter.fill(at(now), None, &mut usage);
        usage.plan_left
    }

    fn says(left: i64, resets_in: u64) -> LimitHeaders {
        let mut limits = LimitHeaders::default();
        limits.plan_remaining = Some(left);
        limits.plan_reset = Some(Duration::from_secs(resets_in));
        limits
    }

    #[test]
    fn answers_that_overtake_each_other_do_not_raise_what_is_left() {
        let meter = PlanMeter::default();
        meter.note(at(0), &says(98, 1_000));
        meter.note(at(1), &says(99, 999));
        assert_eq!(left(&meter, 2), Some(98));
        meter.note(at(1_001), &says(4_999, 86_000));
        assert_eq!(left(&meter, 1_002), Some(4_999));
        assert_eq!(left(&meter, 90_000), None, "the day is over and nothing is known of the new one");
    }
}
