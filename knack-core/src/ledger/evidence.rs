//! Whether refusals, and calls that are said to be free, use up the plan: seen, not believed.
//!
//! From one answer to that of a call sent later, the server's count falls by what it counted between the two.
//! Which calls it may have judged there, and which it surely did, shows by when they were sent and answered,
//! however many overlap. So it can be told whether these *suspects* were counted as well.
//!
//! Other programs may use the account, too, and make the count fall by more. That suspects count is therefore
//! believed where the fall fits them closely, and several times in a row; that they do not, at once, since
//! nobody gives calls back.

mod tally;
#[cfg(test)]
mod tests;

use super::{MOST, Outcome};
use tally::{Answer, End, Fall, Sort};

pub(super) use tally::Tally;

/// How often in a row refusals must be seen to count, and how often free calls must.
const REFUSALS_CERTAIN: u32 = 2;
const UNMETERED_CERTAIN: u32 = 3;

/// How many times as often, once they were seen not to: calls of others come out even by chance, too.
const IN_DOUBT: u32 = 4;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Evidence {
    tally: Tally,
    refusals: Claim,
    unmetered: Claim,
    /// The latest answer to a call that is said to be free.
    latest_free: Option<Answer>,
    crowd: Crowd,
}

/// The calls since none was on its way.
#[derive(Debug, Default)]
struct Crowd {
    /// The answer among them that tells of the least.
    least: Option<Answer>,
    /// One of them does not tell, so the least may be none of theirs.
    blurred: bool,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            tally: Tally::default(),
            refusals: Claim::new(REFUSALS_CERTAIN),
            unmetered: Claim::new(UNMETERED_CERTAIN),
            latest_free: None,
            crowd: Crowd::default(),
        }
    }
}

impl Evidence {
    pub(super) fn refusals_count(&self) -> Option<bool> {
        self.refusals.verdict
    }

    pub(super) fn unmetered_count(&self) -> bool {
        self.unmetered.verdict == Some(true)
    }

    /// A call goes; `counts` is what is said of it. What there was by then is needed as it ends.
    pub(super) fn sent(&mut self, counts: bool) -> Tally {
        self.tally.send(sort(counts));
        self.tally
    }

    /// A call ended, which was sent `with` that.
    pub(super) fn ended(&mut self, outcome: &Outcome, counts: bool, with: Tally) {
        let (sort, end) = (sort(counts), end(outcome));
        let mut before = with;
        before.end(sort, end);
        self.tally.end(sort, end);
        match *outcome {
            Outcome::Unsent => {}
            // It may arrive at any time.
            Outcome::Lost => self.forget(),
            Outcome::Answered { limits, .. } => match limits.plan_remaining {
                None => self.crowd.blurred = true,
                // Below zero the server counts no further, as far as it tells.
                Some(..=0) => self.forget(),
                Some(left) => {
                    let (left, limit) = (left.min(MOST), limits.plan_limit);
                    let answer = Answer { left, limit, before, after: self.tally };
                    self.take(answer);
                    if (sort, end) == (Sort::Unmetered, End::Answered) {
                        self.compare(answer);
                    }
                }
            },
        }
        if self.tally.is_quiet() {
            self.crowd = Crowd::default();
        }
    }

    /// Another day, or one that begins anew.
    pub(super) fn forget(&mut self) {
        self.refusals.base = None;
        self.unmetered.base = None;
        self.latest_free = None;
        self.crowd = Crowd { least: None, blurred: true };
    }

    fn take(&mut self, answer: Answer) {
        let least = self.crowd.least.filter(|least| least.left < answer.left).unwrap_or(answer);
        self.crowd.least = Some(least);
        if self.tally.is_quiet() && !self.crowd.blurred {
            // All are counted in the least.
            self.weigh(&Answer { before: self.tally, after: self.tally, ..least });
        } else {
            self.weigh(&answer);
        }
    }

    fn weigh(&mut self, answer: &Answer) {
        let (refusals, unmetered) = (self.refusals.verdict, self.unmetered.verdict);
        self.refusals.weigh(answer, |fall| Reading::of_refusals(fall, unmetered));
        self.unmetered.weigh(answer, |fall| Reading::of_unmetered(fall, refusals));
    }

    /// No two calls that count are told of the same number: of two that are, the later one was free.
    fn compare(&mut self, answer: Answer) {
        if self.latest_free.replace(answer).is_some_and(|latest| answer.repeats(&latest)) {
            self.unmetered.conclude(Finding::Free);
        }
    }
}

fn sort(counts: bool) -> Sort {
    if counts { Sort::Metered } else { Sort::Unmetered }
}

fn end(outcome: &Outcome) -> End {
    match outcome {
        Outcome::Answered { refused: true, .. } => End::Refused,
        Outcome::Answered { .. } => End::Answered,
        Outcome::Unsent | Outcome::Lost => End::Void,
    }
}

/// How a fall may be read: by how much the count fell, and what it would have by either reading.
#[derive(Clone, Copy, Debug)]
struct Reading {
    fell: i64,
    /// At least by this, suspects or not.
    least: i64,
    /// At most by this without suspects, and with them.
    most_without: i64,
    most: i64,
    /// Suspects that were surely judged there, and those of which one knows that may have been.
    suspects: i64,
    seen: i64,
}

impl Reading {
    /// With what is known of free calls.
    fn of_refusals(fall: &Fall, unmetered: Option<bool>) -> Self {
        let Fall { answered, refused, unmetered: free, metered, .. } = fall;
        let least = answered.least + if unmetered == Some(true) { free.least } else { 0 };
        let most = metered + if unmetered == Some(false) { 0 } else { free.most };
        let most_without = most - refused.ended;
        Self { fell: fall.by, least, most_without, most, suspects: refused.least, seen: refused.ended }
    }

    /// With what is known of refusals.
    fn of_unmetered(fall: &Fall, refusals: Option<bool>) -> Self {
        let Fall { answered, refused, unmetered: free, metered, .. } = fall;
        let least = answered.least + if refusals == Some(true) { refused.least } else { 0 };
        let most_without = metered - if refusals == Some(false) { refused.ended } else { 0 };
        let most = most_without + free.most;
        Self { fell: fall.by, least, most_without, most, suspects: free.least, seen: free.ended }
    }

    fn find(&self) -> Finding {
        let charged = self.least + self.suspects;
        if self.fell < self.least || self.fell > self.most {
            Finding::Strange
        } else if self.fell < charged {
            Finding::Free
        } else if self.seen == 0 {
            Finding::Nothing
        } else if self.fell > self.most_without && 2 * (self.most - charged) <= self.suspects {
            Finding::Charged
        } else {
            Finding::TooEarly
        }
    }
}

/// What a fall tells of suspects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    /// At least one was not counted.
    Free,
    /// It fits if all were counted, and is too much if none was.
    Charged,
    /// Others use the account, or the server does not count.
    Strange,
    /// There were none.
    Nothing,
    /// Both may be; more calls will tell.
    TooEarly,
}

/// Whether suspects count.
#[derive(Debug)]
struct Claim {
    /// The answer from which on it is looked at.
    base: Option<Answer>,
    /// How often in a row they were seen to count.
    seen: u32,
    certain: u32,
    verdict: Option<bool>,
}

impl Claim {
    fn new(certain: u32) -> Self {
        Self { base: None, seen: 0, certain, verdict: None }
    }

    fn weigh(&mut self, answer: &Answer, read: impl FnOnce(&Fall) -> Reading) {
        if let Some(base) = &self.base {
            if !answer.follows(base) {
                return;
            }
            let finding = answer.since(base).map(|fall| read(&fall).find());
            // What is exact is worth more than a longer look.
            if finding == Some(Finding::TooEarly) && (base.is_exact() || !answer.is_exact()) {
                return;
            }
            self.conclude(finding.unwrap_or(Finding::Nothing));
        }
        self.base = Some(*answer);
    }

    fn conclude(&mut self, finding: Finding) {
        match finding {
            Finding::Free => (self.seen, self.verdict) = (0, Some(false)),
            Finding::Strange => self.seen = 0,
            Finding::Charged => {
                self.seen += 1;
                let times = if self.verdict == Some(false) { IN_DOUBT } else { 1 };
                if self.seen >= self.certain * times {
                    self.verdict = Some(true);
                }
            }
            Finding::Nothing | Finding::TooEarly => {}
        }
    }
}
