//! The windows of the last while, as the answers show them.

use std::collections::VecDeque;

use super::untold::Untold;
use super::{Micros, SECOND};

/// How many windows are remembered.
const KEPT: usize = 24;

/// How many of them tell what others take.
const TELL: usize = 16;

/// How many of them tell of what kind the server is.
const TELL_KIND: usize = 8;

/// Whether so many of so many that began with all their places show that the server counts by windows.
pub(super) const fn are_windows(fresh: usize, all: usize) -> bool {
    all >= 4 && fresh * 4 >= all * 3
}

/// The answers whose reset is the same, and what they tell of a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) reset: i64,
    /// Calls of ours that it let pass.
    pub(super) own: u32,
    /// The most and the least that was told to remain.
    pub(super) most: u32,
    pub(super) least: u32,
    /// When the least was told, about.
    least_at: Micros,
    pub(super) first_answer: Micros,
    /// When the last of our calls in it was sent.
    pub(super) last_sent: Micros,
}

/// The windows, in the order of their resets.
#[derive(Debug, Default)]
pub(super) struct Seen {
    windows: VecDeque<Window>,
    untold: Untold,
    /// Counted when a window is over, and not at each decision.
    others: Others,
}

/// What others took of the last windows that are over.
#[derive(Clone, Copy, Debug, Default)]
struct Others {
    /// As much as they took at most in four of five windows.
    most_times: u32,
    taken: u32,
    windows: u32,
}

impl Seen {
    pub(super) fn learn(&mut self, call: Call, reset: i64, remaining: u32, limit: u32) {
        let place = self.place(reset);
        let is_new = self.windows.get(place).is_none_or(|window| window.reset != reset);
        if is_new {
            self.windows.insert(place, Window::new(reset, remaining, call));
        }
        if let Some(window) = self.windows.get_mut(place) {
            window.learn(call, remaining);
        }
        let is_over = place + 1 != self.windows.len();
        if self.windows.len() > KEPT {
            self.windows.pop_front();
        }
        if is_new || is_over {
            self.others = self.count_others(limit);
        }
    }

    /// Where the window with this reset is, or would be: mostly it is the last.
    fn place(&self, reset: i64) -> usize {
        match self.windows.back() {
            Some(last) if last.reset == reset => self.windows.len() - 1,
            _ => self.windows.partition_point(|window| window.reset < reset),
        }
    }

    /// A call of ours ended, and in which window it counted is not known.
    pub(super) fn untold(&mut self, sent: Micros, ended: Micros) {
        self.untold.note(sent, ended);
    }

    /// How many such calls may count in a window that began at `began` at the earliest, and goes on.
    pub(super) fn untold_since(&self, began: Micros) -> u32 {
        self.untold.since(began)
    }

    /// Forgets the windows, not the calls that may count in the next.
    pub(super) fn forget(&mut self) {
        *self = Self { untold: std::mem::take(&mut self.untold), ..Self::default() };
    }

    pub(super) fn get(&self, reset: i64) -> Option<&Window> {
        self.windows.iter().rev().find(|window| window.reset == reset)
    }

    /// The resets of the latest windows, the last first.
    pub(super) fn resets(&self) -> impl Iterator<Item = i64> {
        self.windows.iter().rev().map(|window| window.reset)
    }

    /// The windows behind this reset.
    pub(super) fn behind(&self, reset: i64) -> impl DoubleEndedIterator<Item = &Window> {
        self.windows.range(self.windows.partition_point(|window| window.reset <= reset)..)
    }

    /// The first answer of the windows behind this reset.
    pub(super) fn first_answer_behind(&self, reset: i64) -> Option<Micros> {
        self.behind(reset).map(|window| window.first_answer).min()
    }

    /// How many calls of ours the windows behind this reset let pass.
    pub(super) fn own_behind(&self, reset: i64) -> u32 {
        self.behind(reset).fold(0, |own, window| own.saturating_add(window.own))
    }

    /// Of the last windows with several calls, how many began with all their places; and how many those are.
    /// In a window nearly all remain at first; in a log that slides, or a bucket under load, never.
    pub(super) fn fresh(&self, limit: u32) -> (usize, usize) {
        // A window of few places has few calls, and its first answer tells of all but one.
        let (enough, but) = (limit.clamp(2, 4), if limit < 8 { 1 } else { 2 });
        let several = self.windows.iter().rev().skip(1).filter(|window| window.own >= enough).take(TELL_KIND);
        let (mut fresh, mut all) = (0, 0);
        for window in several {
            all += 1;
            fresh += usize::from(window.most.saturating_add(but) >= limit);
        }
        (fresh, all)
    }

    /// How many seconds it takes at least until windows may be known as such.
    pub(super) fn seconds_until_known(&self, limit: u32) -> i64 {
        let (fresh, all) = self.fresh(limit);
        let known = |more: &usize| {
            let all = (all + more).min(TELL_KIND);
            are_windows((fresh + more).min(all), all)
        };
        let more = (0..TELL_KIND).find(known).unwrap_or(TELL_KIND);
        // Two may be over within a moment: the last, and the one that few calls were in.
        i64::try_from(more.saturating_sub(2)).unwrap_or_default()
    }

    fn count_others(&self, limit: u32) -> Others {
        // On the stack: nothing here may allocate.
        let (mut taken, mut count) = ([0; TELL], 0);
        let over = self.windows.iter().rev().skip(1);
        for (place, window) in taken.iter_mut().zip(over) {
            let ours = window.own.saturating_add(self.untold.within(window));
            *place = limit.saturating_sub(window.least.saturating_add(ours));
            count += 1;
        }
        let taken = taken.get_mut(..count).unwrap_or_default();
        taken.sort_unstable();
        let most_times = taken.get(count * 4 / 5).copied().unwrap_or_default();
        Others { most_times, taken: taken.iter().sum(), windows: u32::try_from(count).unwrap_or_default() }
    }

    /// How many places to leave to others who use the same limit, of those not used in the present window.
    pub(super) fn left_to_others(&self, present: Option<&Window>, limit: u32, now: Now) -> u32 {
        let Others { most_times, taken, windows } = self.others;
        if most_times == 0 {
            return 0;
        }
        let reserve = most_times.min(limit.saturating_sub(1));
        let Some(window) = present.filter(|_| now.is_late) else { return reserve };
        // Late in a window what remains is known, less what others take meanwhile.
        let stale = (now.at - window.least_at + now.trip / 2).max(0);
        let cell = Micros::from(windows.max(1)) * SECOND;
        let taken = Micros::from(taken).saturating_mul(stale).saturating_add(cell - 1) / cell;
        let remains = (Micros::from(window.least) - Micros::from(now.flying) - taken - 1).max(0);
        let ours = window.own.saturating_add(now.untold).saturating_add(now.flying);
        let open = Micros::from(limit.saturating_sub(ours));
        u32::try_from((open - remains).max(0)).unwrap_or(limit)
    }
}

impl Window {
    const fn new(reset: i64, remaining: u32, call: Call) -> Self {
        let (most, least, first_answer) = (remaining, remaining, call.received);
        Self { reset, own: 0, most, least, least_at: first_answer, first_answer, last_sent: call.sent }
    }

    fn learn(&mut self, call: Call, remaining: u32) {
        self.own = self.own.saturating_add(u32::from(call.passed));
        self.most = self.most.max(remaining);
        if remaining <= self.least {
            (self.least, self.least_at) = (remaining, call.sent.midpoint(call.received));
        }
        self.first_answer = self.first_answer.min(call.received);
        self.last_sent = self.last_sent.max(call.sent);
    }
}

/// A call of ours that was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) sent: Micros,
    pub(super) received: Micros,
    pub(super) passed: bool,
}

/// The present, as far as others matter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) at: Micros,
    /// Whether more than half of the window is over.
    pub(super) is_late: bool,
    /// The smallest round trip.
    pub(super) trip: Micros,
    /// Our calls that are on their way, and those that may have counted in it.
    pub(super) flying: u32,
    pub(super) untold: u32,
}
