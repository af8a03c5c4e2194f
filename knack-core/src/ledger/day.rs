//! What is known of the present day.

use std::time::Duration;

use crate::clock::Moment;
use crate::headers::LimitHeaders;

/// How far two answers may disagree on the moment of the reset and still mean the same day.
pub(super) const SAME_DAY: Duration = Duration::from_mins(1);

/// See the [module](self).
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) limit: Option<u64>,
    pub(super) left: i64,
    pub(super) resets_at: Option<Moment>,
    /// When this was last the server's word.
    pub(super) as_of: Moment,
    /// How old it was by then, where it was kept from an earlier run.
    pub(super) old_by: Duration,
    /// Whether it ever was; else it is the plan's limit, of which nobody knows what is used.
    pub(super) told: bool,
}

impl Day {
    /// A day of which nothing is known but how many calls it has.
    pub(super) fn untouched(limit: u64) -> Self {
        let left = super::signed(limit);
        Self {
            limit: Some(limit),
            left,
            resets_at: None,
            as_of: Moment::ZERO,
            old_by: Duration::ZERO,
            told: false,
        }
    }

    /// What an answer says; `None` if it says nothing of what is left.
    pub(super) fn told(limits: &LimitHeaders, received_at: Moment) -> Option<Self> {
        Some(Self {
            limit: limits.plan_limit,
            left: limits.plan_remaining?.clamp(-super::MOST, super::MOST),
            // At once would be the moment of the answer itself: the word would be void as it is given. Headers that
            // were read never say so, but a transport or a test may put together what it likes.
            resets_at: limits.plan_reset.filter(|left| !left.is_zero()).map(|left| received_at + left),
            as_of: received_at,
            old_by: Duration::ZERO,
            told: true,
        })
    }

    pub(super) fn is_over(&self, now: Moment) -> bool {
        self.resets_at.is_some_and(|at| at <= now)
    }

    /// For how long this is the server's word.
    pub(super) fn age(&self, now: Moment) -> Duration {
        (now - self.as_of).saturating_add(self.old_by)
    }

    /// Takes note of an answer to a call sent at `sent_at`. One that was sent since the last word knows it
    /// all. Those that overlap overtake each other: of the same day, the least counts.
    pub(super) fn merge(self, new: Self, sent_at: Moment) -> Self {
        let new =
            Self { limit: new.limit.or(self.limit), resets_at: new.resets_at.or(self.resets_at), ..new };
        match (self.resets_at, new.resets_at) {
            // Of the day before.
            (Some(known), Some(late)) if known - late > SAME_DAY && known > new.as_of => return self,
            (Some(known), Some(next)) if next - known > SAME_DAY => return new,
            _ => {}
        }
        let raised = new.limit != self.limit;
        if !self.told || raised || sent_at >= self.as_of {
            return new;
        }
        Self { left: self.left.min(new.left), ..new }
    }
}
