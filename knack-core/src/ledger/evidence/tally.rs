//! Calls by sort and end, and what two answers tell of the calls between them.

/// What is said of a call: that it uses up the plan, or that it is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) enum Sort {
    Metered,
    Unmetered,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) enum End {
    Answered,
    Refused,
    /// Without an answer.
    Void,
}

/// How many calls of a sort there were so far.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    sent: i64,
    answered: i64,
    refused: i64,
    void: i64,
}

impl Count {
    fn ended(&self) -> i64 {
        self.answered + self.refused + self.void
    }

    fn on_their_way(&self) -> i64 {
        self.sent - self.ended()
    }

    fn end(&mut self, end: End) {
        match end {
            End::Answered => self.answered += 1,
            End::Refused => self.refused += 1,
            End::Void => self.void += 1,
        }
    }
}

/// How many calls there were so far.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::ledger) struct Tally {
    metered: Count,
    unmetered: Count,
}

impl Tally {
    pub(super) fn send(&mut self, sort: Sort) {
        self.of(sort).sent += 1;
    }

    pub(super) fn end(&mut self, sort: Sort, end: End) {
        self.of(sort).end(end);
    }

    fn of(&mut self, sort: Sort) -> &mut Count {
        match sort {
            Sort::Metered => &mut self.metered,
            Sort::Unmetered => &mut self.unmetered,
        }
    }

    fn ended(&self) -> i64 {
        self.metered.ended() + self.unmetered.ended()
    }

    /// Whether no call is on its way.
    pub(super) fn is_quiet(&self) -> bool {
        self.metered.on_their_way() == 0 && self.unmetered.on_their_way() == 0
    }
}

/// An answer that tells what is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) left: i64,
    pub(super) limit: Option<u64>,
    /// What had ended as its call was sent, and the call itself.
    pub(super) before: Tally,
    /// What had been sent and had ended as it came.
    pub(super) after: Tally,
}

/// How a count fell from one answer to another, and how many calls were judged between the two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fall {
    pub(super) by: i64,
    pub(super) answered: Judged,
    pub(super) refused: Judged,
    pub(super) unmetered: Judged,
    /// Metered calls that may have been, in all.
    pub(super) metered: i64,
}

/// Calls of a kind that were judged between two answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Judged {
    /// Surely.
    pub(super) least: i64,
    /// Perhaps, of those that ended.
    pub(super) ended: i64,
    /// Perhaps, with those on their way.
    pub(super) most: i64,
}

impl Answer {
    /// Whether its call was sent after the other answer had come.
    pub(super) fn follows(&self, other: &Self) -> bool {
        self.before.ended() > other.after.ended()
    }

    /// Whether there was no other on its way: what it tells is of all before it.
    pub(super) fn is_exact(&self) -> bool {
        self.after.is_quiet() && self.before.ended() == self.after.ended()
    }

    /// Whether both tell of one and the same call's count.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        (self.left, self.limit) == (other.left, other.limit)
    }

    /// How the count fell since the answer that this one follows; `None` where it did not: calls were bought,
    /// or another day began.
    pub(super) fn since(&self, base: &Self) -> Option<Fall> {
        let by = base.left - self.left;
        let judged = |of: fn(&Tally) -> (&Count, i64)| {
            let [(_, before), (came, after)] = [of(&base.before), of(&base.after)];
            let [(_, then), (now, ended)] = [of(&self.before), of(&self.after)];
            // Those on their way as the base came may have been judged before, and now, after.
            let least = (then - after - came.on_their_way()).max(0);
            let ended = ended - before;
            Judged { least, ended, most: ended + now.on_their_way() }
        };
        let metered = judged(|tally| (&tally.metered, tally.metered.ended()));
        let unmetered = judged(|tally| (&tally.unmetered, tally.unmetered.ended()));
        let answered_unmetered = judged(|tally| (&tally.unmetered, tally.unmetered.answered));
        (by >= 0 && self.limit == base.limit).then(|| Fall {
            by,
            answered: judged(|tally| (&tally.metered, tally.metered.answered)),
            refused: judged(|tally| (&tally.metered, tally.metered.refused)),
            unmetered: Judged { least: answered_unmetered.least, ..unmetered },
            metered: metered.most,
        })
    }
}
