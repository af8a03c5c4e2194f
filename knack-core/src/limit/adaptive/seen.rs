//! The windows of the last while, as the answers show them.

use std::collections::VecDeque;

use super::{Micros, SECOND};

/// How many windows are remembered.
const KEPT: usize = 24;

/// How many of them tell what others take.
const TELL: usize = 16;

/// The answers whose reset is the same, and what they tell of a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) reset: i64,
    /// Calls of ours that it let pass.
    pub(super) own: u32,
    /// The most and the least that was told to remain.
    most: u32,
    pub(super) least: u32,
    /// When the least was told, about.
    least_at: Micros,
    pub(super) first_answer: Micros,
}

/// The windows, in the order of their resets.
#[derive(Debug, Default)]
pub(super) struct Seen(VecDeque<Window>);

impl Seen {
    pub(super) fn learn(&mut self, sent: Micros, received: Micros, reset: i64, remaining: u32, passed: bool) {
        let about = sent.midpoint(received);
        let place = self.0.partition_point(|window| window.reset < reset);
        if self.0.get(place).is_none_or(|window| window.reset != reset) {
            let (most, least) = (remaining, remaining);
            let new = Window { reset, own: 0, most, least, least_at: about, first_answer: received };
            self.0.insert(place, new);
        }
        if let Some(window) = self.0.get_mut(place) {
            window.own += u32::from(passed);
            window.most = window.most.max(remaining);
            if remaining <= window.least {
                (window.least, window.least_at) = (remaining, about);
            }
            window.first_answer = window.first_answer.min(received);
        }
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    pub(super) fn get(&self, reset: i64) -> Option<&Window> {
        self.0.iter().rev().find(|window| window.reset == reset)
    }

    /// The resets of the latest windows, the last first.
    pub(super) fn resets(&self) -> impl Iterator<Item = i64> {
        self.0.iter().rev().map(|window| window.reset)
    }

    /// The windows behind this reset.
    pub(super) fn behind(&self, reset: i64) -> impl Iterator<Item = &Window> {
        self.0.iter().filter(move |window| window.reset > reset)
    }

    /// Of the last windows with several calls, how many began with all their places; and how many those are.
    /// In a window nearly all remain at first; in a log that slides, or a bucket under load, never.
    pub(super) fn fresh(&self, limit: u32) -> (usize, usize) {
        let several = self.0.iter().rev().skip(1).filter(|window| window.own >= 4).take(8);
        let (mut fresh, mut all) = (0, 0);
        for window in several {
            all += 1;
            fresh += usize::from(window.most + 2 >= limit);
        }
        (fresh, all)
    }

    /// How many places others took in each of the last windows, that are over.
    fn others(&self, limit: u32) -> impl Iterator<Item = u32> {
        let used = move |window: &Window| limit.saturating_sub(window.least);
        self.0.iter().rev().skip(1).take(TELL).map(move |window| used(window).saturating_sub(window.own))
    }

    /// How many places to leave to others who use the same limit, of those not used in the present window;
    /// `flying` calls are on their way.
    pub(super) fn left_to_others(&self, present: Option<&Window>, limit: u32, flying: u32, now: Now) -> u32 {
        // On the stack: each decision comes by here.
        let (mut others, mut count) = ([0; TELL], 0);
        for (place, taken) in others.iter_mut().zip(self.others(limit)) {
            *place = taken;
            count += 1;
        }
        let others = others.get_mut(..count).unwrap_or_default();
        others.sort_unstable();
        let most_times = others.get(count * 4 / 5).copied().unwrap_or_default();
        if most_times == 0 {
            return 0;
        }
        let reserve = most_times.min(limit.saturating_sub(1));
        let Some(window) = present.filter(|_| now.is_late) else { return reserve };
        // Late in a window what remains is known, less what others take meanwhile.
        let count = Micros::try_from(others.len()).unwrap_or(1).max(1);
        let a_second = others.iter().copied().map(Micros::from).sum::<Micros>();
        let stale = (now.at - window.least_at + now.trip / 2).max(0);
        let cell = count * SECOND;
        let taken = (a_second * stale + cell - 1) / cell;
        let remains = (Micros::from(window.least) - Micros::from(flying) - taken - 1).max(0);
        let open = Micros::from(limit.saturating_sub(window.own + flying));
        u32::try_from((open - remains).max(0)).unwrap_or(limit)
    }
}

/// The present, as far as others matter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) at: Micros,
    /// Whether more than half of the window is over.
    pub(super) is_late: bool,
    /// The smallest round trip.
    pub(super) trip: Micros,
}
