//! What keeps a queue from sending, whatever its limiter says: a refusal, and a plan that is used up.

use std::time::Duration;

use knack_core::clock::Moment;
use knack_core::limit::Ask;

/// How often one call is sent while the plan is used up, so that a raised plan is noticed.
const PROBE_EVERY: Duration = Duration::from_mins(10);

/// How long the plan is taken as used up where the server does not say when it resets.
const UNKNOWN_RESET: Duration = Duration::from_mins(5);

/// The holds of a queue. They bear on every call that waits in it or comes to it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Holds {
    /// A call was refused for its rate: nothing goes before this moment.
    throttled: Option<Moment>,
    plan: Option<PlanHold>,
}

/// The plan's calls of the day are used up.
#[derive(Clone, Copy, Debug)]
struct PlanHold {
    since: Moment,
    until: Moment,
    /// The server's word on the reset, if it gave one.
    resets_at: Option<Moment>,
    probe_at: Moment,
}

/// On what terms a call waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) ask: Ask,
    /// The latest reset of the plan that it has settled to wait for, if it waits for any.
    pub(crate) reset: Option<Moment>,
}

/// Why a call got no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// It cannot be sent in time; the earliest moment is told where it is known.
    TooLate(Option<Moment>),
    /// The plan's calls are used up until this moment, which is a guess where no reset is known.
    PlanExhausted { until: Moment, resets_at: Option<Moment> },
}

impl Denied {
    /// In a word, for metrics.
    pub(crate) const fn reason(&self) -> &'static str {
        match self {
            Self::TooLate(_) => "late",
            Self::PlanExhausted { .. } => "plan",
        }
    }
}

impl Holds {
    pub(crate) fn is_empty(&self) -> bool {
        self.throttled.is_none() && self.plan.is_none()
    }

    /// Nothing goes before `until`; a longer hold stays.
    pub(crate) fn throttle(&mut self, until: Moment) {
        self.throttled = self.throttled.max(Some(until));
    }

    /// The plan is used up, by the server's latest word.
    pub(crate) fn exhaust(&mut self, now: Moment, resets_at: Option<Moment>) {
        let until = resets_at.unwrap_or(now + UNKNOWN_RESET);
        self.plan = Some(PlanHold { since: now, until, resets_at, probe_at: now + PROBE_EVERY });
    }

    /// The plan has calls again, as a call sent at `sent_at` found. One that was sent before the plan was
    /// used up, and answered after, says nothing.
    pub(crate) fn replenish(&mut self, sent_at: Moment) {
        self.plan = self.plan.filter(|plan| sent_at <= plan.since);
    }

    /// A call goes. While the plan is used up it is a probe, and the next may not follow soon.
    pub(crate) fn let_go(&mut self, now: Moment) {
        if let Some(plan) = &mut self.plan {
            plan.probe_at = now + PROBE_EVERY;
        }
    }

    /// Forgets what is over.
    pub(crate) fn expire(&mut self, now: Moment) {
        self.throttled = self.throttled.filter(|until| *until > now);
        self.plan = self.plan.filter(|plan| plan.until > now);
    }

    /// The moment before which nothing goes; `None` if something may go now.
    pub(crate) fn until(&self, now: Moment) -> Option<Moment> {
        let plan = self.plan.map(|plan| plan.until.min(plan.probe_at));
        self.throttled.max(plan).filter(|until| *until > now)
    }

    /// What holds the queue the longest, and until when.
    pub(crate) fn reason(&self, now: Moment) -> Option<(&'static str, Moment)> {
        let plan = self.plan.map(|plan| ("plan", plan.until.min(plan.probe_at)));
        let throttled = self.throttled.map(|until| ("refusal", until));
        throttled.into_iter().chain(plan).filter(|(_, until)| *until > now).max_by_key(|(_, until)| *until)
    }

    /// Why a call is not to wait on these terms, if so.
    pub(crate) fn denial(&self, terms: &Terms, now: Moment) -> Option<Denied> {
        let spent = self.plan.filter(|plan| plan.probe_at > now);
        if let Some(PlanHold { until, resets_at, .. }) = spent
            && terms.reset < Some(until)
        {
            return Some(Denied::PlanExhausted { until, resets_at });
        }
        let throttled = self.throttled.filter(|until| *until > terms.ask.deadline);
        throttled.map(|until| Denied::TooLate(Some(until)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::new(Duration::from_secs(seconds))
    }

    const IMPATIENT: Terms = Terms { ask: Ask::new(Moment::new(Duration::from_mins(1))), reset: None };

    #[test]
    fn a_throttle_denies_those_whose_deadline_comes_first() {
        let mut holds = Holds::default();
        holds.throttle(at(60));
        holds.throttle(at(5));
        assert_eq!((holds.until(at(1)), holds.denial(&IMPATIENT, at(1))), (Some(at(60)), None));
        holds.throttle(at(61));
        assert_eq!(holds.denial(&IMPATIENT, at(1)), Some(Denied::TooLate(Some(at(61)))));
        holds.expire(at(61));
        assert_eq!(holds.until(at(61)), None);
    }

    #[test]
    fn a_spent_plan_denies_whoever_does_not_wait_for_its_reset() {
        let mut holds = Holds::default();
        holds.exhaust(at(0), Some(at(3_600)));
        let denied = Denied::PlanExhausted { until: at(3_600), resets_at: Some(at(3_600)) };
        let patient = |reset| Terms { reset: Some(at(reset)), ..IMPATIENT };
        assert_eq!(holds.denial(&IMPATIENT, at(1)), Some(denied));
        assert_eq!(holds.denial(&patient(0), at(1)), Some(denied));
        assert_eq!(holds.denial(&patient(3_600), at(1)), None);
    }

    #[test]
    fn every_ten_minutes_one_call_probes() {
        let mut holds = Holds::default();
        holds.exhaust(at(0), Some(at(3_600)));
        assert_eq!(holds.until(at(599)), Some(at(600)));
        assert_eq!((holds.until(at(600)), holds.denial(&IMPATIENT, at(600))), (None, None));
        holds.let_go(at(600));
        assert_eq!(holds.until(at(600)), Some(at(1_200)));
        assert!(holds.denial(&IMPATIENT, at(600)).is_some());
    }

    #[test]
    fn only_a_call_sent_since_tells_of_a_raised_plan() {
        let mut holds = Holds::default();
        holds.exhaust(at(10), None);
        holds.replenish(at(10));
        assert_eq!(holds.until(at(10)), Some(at(310)));
        holds.replenish(at(11));
        assert_eq!(holds.until(at(11)), None);
    }
}
