//! The daily plan: how many calls an account may make until midnight UTC.

use std::time::Duration;

const DAY: u64 = 86_400;

/// The account's calls of one day. Knack resets them at midnight GMT
/// (`docs.knack.com/docs/api-limits`).
#[derive(Clone, Debug)]
pub(crate) struct DailyPlan {
    limit: u64,
    used: u64,
    day: Option<u64>,
}

impl DailyPlan {
    pub(crate) fn new(limit: u64, used: u64) -> Self {
        Self { limit, used, day: None }
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Calls that were used on the day that `now` (since the Unix epoch) lies in.
    pub(crate) fn used(&mut self, now: Duration) -> u64 {
        self.turn(now);
        self.used
    }

    /// Calls left on the day that `now` (since the Unix epoch) lies in; negative where more were
    /// used than the plan holds.
    pub(crate) fn left(&mut self, now: Duration) -> i64 {
        self.turn(now);
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        limit.saturating_sub(i64::try_from(self.used).unwrap_or(i64::MAX))
    }

    /// Counts one call.
    pub(crate) fn charge(&mut self, now: Duration) {
        self.turn(now);
        self.used = self.used.saturating_add(1);
    }

    /// The value of `X-PlanLimit-Reset`: milliseconds until 00:00 UTC.
    pub(crate) fn reset_ms(now: Duration) -> u64 {
        let day_ms = u128::from(DAY) * 1_000;
        u64::try_from(day_ms - now.as_millis() % day_ms).unwrap_or(0)
    }

    fn turn(&mut self, now: Duration) {
        let today = now.as_secs() / DAY;
        match self.day {
            None => self.day = Some(today),
            Some(day) if today > day => {
                self.day = Some(today);
                self.used = 0;
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_begins_a_new_plan() {
        let day = Duration::from_secs(20_000 * DAY);
        let mut plan = DailyPlan::new(5, 3);
        assert_eq!(plan.left(day), 2);
        plan.charge(day);
        plan.charge(day + Duration::from_secs(DAY - 1));
        assert_eq!(plan.left(day + Duration::from_secs(DAY - 1)), 0);
        assert_eq!(plan.left(day + Duration::from_secs(DAY)), 5);
        // A clock that is set back does not give a second plan.
        plan.charge(day + Duration::from_secs(DAY));
        assert_eq!(plan.left(day), 4);
    }

    #[test]
    fn the_header_counts_milliseconds_to_midnight() {
        // The sample of knack-api.md 10.3: 13:26:36.618 was told 38003382.
        let sample = Duration::from_millis(((13 * 60 + 26) * 60 + 36) * 1_000 + 618);
        assert_eq!(DailyPlan::reset_ms(sample), 38_003_382);
        assert_eq!(DailyPlan::reset_ms(Duration::from_secs(DAY)), 86_400_000);
    }

    #[test]
    fn more_used_than_planned_is_negative() {
        assert_eq!(DailyPlan::new(5, 8).left(Duration::ZERO), -3);
    }
}
