//! The earliest moment at which a call could go that waits behind others.
//!
//! Whoever has less time than that is sent away, so it is never later than what could come to pass: calls on
//! their way count as if they came back unused, others as if they took nothing, and where the mode may change
//! meanwhile, the better one counts.
//!
//! One exception: while the mode is wrong, as once in a while with a bucket, windows need not be a second apart.
//! One estimate in a hundred may then be too late, by less than a second.

use super::{Load, Micros, Mode, ROOM_OF_BUCKET, SECOND, State};

/// Deeper queues than this many calls are told the time of this one.
const DEEPEST: usize = 100_000_000;

impl State {
    pub(super) fn earliest(&self, ahead: usize, now: Micros) -> Micros {
        let ahead = i64::try_from(ahead.min(DEEPEST)).unwrap_or_default();
        // Whatever the mode, it may be found wrong.
        let by_slots = self.nth_by_slots(ahead, now);
        by_slots.min(match self.mode {
            Mode::Slots => self.nth_by_another_mode(ahead, now),
            Mode::Grid => self.nth_by_windows(ahead, now),
            Mode::Opened => self.nth_by_openings(ahead, now),
            Mode::Bucket => self.nth_by_bucket(ahead, now),
        })
    }

    /// Each place is used once a second.
    fn nth_by_slots(&self, ahead: i64, now: Micros) -> Micros {
        first(now, ahead, |at| self.count_by_slots(at, now) > ahead)
    }

    /// How many calls can have gone until `at`.
    fn count_by_slots(&self, at: Micros, now: Micros) -> i64 {
        let uses = |from: Micros| if at < from { 0 } else { (at - from) / SECOND + 1 };
        let (mut count, mut taken) = (0, 0);
        for back in self.slots.taken(now).chain(self.permits.lost(now)) {
            count += uses(back);
            taken += 1;
        }
        // Of more that are taken than there are places, the first that return are of no use.
        if taken > i64::from(self.limit) {
            count.min(uses(now) * i64::from(self.limit))
        } else {
            count + (i64::from(self.limit) - taken) * uses(now)
        }
    }

    /// Each window has its places: what is left of the present one, then one window a second.
    fn nth_by_windows(&self, ahead: i64, now: Micros) -> Micros {
        let (limit, (used, next)) = (i64::from(self.limit), self.present_window(now));
        let count = |at: Micros| {
            let windows = if at < next { 0 } else { (at - next) / SECOND + 1 };
            // A call that may still arrive takes a place of each window that ends before.
            let lost =
                |until: Micros| if until <= next { 0 } else { ((until - next) / SECOND).min(windows) + 1 };
            limit - i64::from(used) + windows * limit - self.permits.lost(now).map(lost).sum::<i64>()
        };
        first(now, ahead, |at| count(at) > ahead)
    }

    /// What is used of the present window for certain, and when the next begins at the earliest.
    fn present_window(&self, now: Micros) -> (u32, Micros) {
        let certain_used = |load: Load| load.used.min(self.limit);
        if self.mode == Mode::Grid {
            let (_, began) = self.grid.present(now);
            let next = (began + SECOND - self.grid.width()).max(now);
            return (certain_used(self.load_of_grid(0, now)), next);
        }
        let (base, began) = self.present(0, now);
        let certain =
            self.seen.first_answer_behind(base).map_or(Micros::MAX, |at| at + SECOND - self.answers.trip());
        (certain_used(self.load_of_opened(base, began, 0, now)), certain.min(began + SECOND).max(now))
    }

    /// One call after the other. The first that are late make up for half of their distance.
    fn nth_by_bucket(&self, ahead: i64, now: Micros) -> Micros {
        let cell = self.cell();
        now.max(self.bucket.next.max(now - cell / 2) + ahead * cell)
    }

    /// By windows that calls open, until they may be known as a grid's: then one of those lies open too.
    fn nth_by_openings(&self, ahead: i64, now: Micros) -> Micros {
        let known = now + self.grid.seconds_until_sure(self.turn(), self.limit) * SECOND;
        let after = self.nth_by_windows((ahead - i64::from(self.limit)).max(0), now);
        self.nth_by_windows(ahead, now).min(known.max(self.banned_until(Mode::Grid)).max(after))
    }

    /// By slots until windows or a bucket may be known, then by that.
    fn nth_by_another_mode(&self, ahead: i64, now: Micros) -> Micros {
        let limit = i64::from(self.limit);
        let known = self.next_answer(now) + self.seen.seconds_until_known(self.limit) * SECOND;
        // Of what slots hold back for a round trip and longer, a window may lie open.
        let after = self.nth_by_slots((ahead - limit * 3 / 2).max(0), now);
        let by_windows =
            known.max(self.banned_until(Mode::Grid).min(self.banned_until(Mode::Opened))).max(after);
        by_windows.min(self.nth_by_bucket_once_known(ahead, now))
    }

    /// When something may be learnt: at once, unless nothing is on its way.
    fn next_answer(&self, now: Micros) -> Micros {
        let lost = |(_, until): &(u64, Option<Micros>)| until.is_some();
        if self.permits.open.iter().all(lost) { self.nth_by_slots(0, now) } else { now }
    }

    fn nth_by_bucket_once_known(&self, ahead: i64, now: Micros) -> Micros {
        let answers = i64::from(ROOM_OF_BUCKET.saturating_sub(self.bucket.room.saturating_add(1)));
        let known = self.next_answer(now) + answers / i64::from(self.limit) * SECOND;
        let known = known.max(self.banned_until(Mode::Bucket));
        let behind = (ahead - self.count_by_slots(known, now)).max(0);
        known + behind * self.cell()
    }
}

/// The first moment at which `is_so`, which stays so: within a second for each of those ahead, and ten.
fn first(now: Micros, ahead: i64, is_so: impl Fn(Micros) -> bool) -> Micros {
    if is_so(now) {
        return now;
    }
    let (mut not_yet, mut so) = (now, now + (ahead + 10) * SECOND);
    while not_yet + 1 < so {
        let middle = not_yet.midpoint(so);
        if is_so(middle) { so = middle } else { not_yet = middle }
    }
    so
}
