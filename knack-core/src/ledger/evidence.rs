//! Whether refusals, and calls that are said to be free, use up the plan: seen, not believed.
//!
//! Between two moments at which no call is on its way, the server's count falls by what it counted. What it
//! fell by beyond the calls that surely count tells of the others. Other programs may use the account, too:
//! so only what comes out exactly counts, and more than once.

use crate::clock::Moment;

use super::Outcome;
use super::day::Day;

/// How often in a row refusals must be seen to count, and how often free calls must.
const REFUSALS_CERTAIN: u32 = 2;
const UNMETERED_CERTAIN: u32 = 3;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Evidence {
    on_their_way: u32,
    /// What was left at the last such moment, of which day.
    base: Option<(i64, Option<u64>)>,
    answered: i64,
    refused: i64,
    unmetered: i64,
    /// The latest answer that told nothing of the plan; one to a later call must come to know of it.
    unseen: Option<Moment>,
    /// A call was lost: nothing can be told.
    blurred: bool,
    refusals: Claim,
    false_claims: u32,
}

/// Whether refusals count.
#[derive(Debug, Default)]
struct Claim {
    seen: u32,
    settled: Option<bool>,
}

impl Evidence {
    pub(super) fn refusals_count(&self) -> Option<bool> {
        self.refusals.settled
    }

    pub(super) fn unmetered_count(&self) -> bool {
        self.false_claims >= UNMETERED_CERTAIN
    }

    /// A call went; nothing can be told until it ended.
    pub(super) fn sent(&mut self) {
        self.on_their_way += 1;
    }

    /// A call ended; `counts` is what was said of it, `day` what is known now.
    pub(super) fn ended(&mut self, outcome: &Outcome, counts: bool, day: Option<&Day>) {
        self.on_their_way = self.on_their_way.saturating_sub(1);
        match *outcome {
            Outcome::Unsent => {}
            Outcome::Lost => self.blurred = true,
            Outcome::Answered { sent_at, received_at, refused, limits } => {
                let count = match (counts, refused) {
                    (false, _) => &mut self.unmetered,
                    (true, true) => &mut self.refused,
                    (true, false) => &mut self.answered,
                };
                *count += 1;
                if limits.plan_remaining.is_none() {
                    self.unseen = Some(received_at);
                } else if self.unseen.is_some_and(|unseen| unseen <= sent_at) {
                    self.unseen = None;
                }
            }
        }
        if self.on_their_way == 0 && self.unseen.is_none() {
            self.weigh(day.filter(|day| day.told));
        }
    }

    /// Another day, or one that begins anew.
    pub(super) fn forget(&mut self) {
        self.base = None;
        self.blurred = true;
    }

    fn weigh(&mut self, day: Option<&Day>) {
        let now = day.map(|day| (day.left, day.limit));
        if let (Some((before, limit)), Some((left, same))) = (self.base, now)
            && limit == same
            && !self.blurred
            // Below zero the server counts no further, as far as it tells.
            && left > 0
        {
            self.compare(before - left - self.answered);
        }
        let refusals = std::mem::take(&mut self.refusals);
        let on_their_way = self.on_their_way;
        *self =
            Self { on_their_way, base: now, refusals, false_claims: self.false_claims, ..Self::default() };
    }

    /// `beyond` is by how much more the count fell than by the calls that surely count.
    fn compare(&mut self, beyond: i64) {
        match (self.refused, self.unmetered) {
            // Others use the account: nothing can be told by counting.
            (0, 0) if beyond != 0 && !self.unmetered_count() => self.false_claims = 0,
            (0, 0) => {}
            (refused, 0) => self.refusals.weigh(beyond, refused),
            (0, _) if self.unmetered_count() => {}
            (0, unmetered) if beyond == unmetered => self.false_claims += 1,
            (0, _) => self.false_claims = 0,
            _ => {}
        }
    }
}

impl Claim {
    fn weigh(&mut self, beyond: i64, refused: i64) {
        if beyond == 0 {
            // Nobody gives calls back: this is certain.
            *self = Self { seen: 0, settled: Some(false) };
        } else if beyond == refused {
            self.seen += 1;
            if self.seen >= REFUSALS_CERTAIN {
                self.settled = Some(true);
            }
        }
    }
}
