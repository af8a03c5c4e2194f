//! What answers teach: what is used, and how the server counts.

use super::clock::Told;
use super::grid::{Fit, Grid};
use super::seen::{Call, are_windows};
use super::{Micros, Mode, Opened, ROOM_OF_BUCKET, SECOND, State};
use crate::limit::Observation;

/// Whether the window that an answer names is taken for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belief {
    Certain,
    /// It may have been in the present one.
    Doubtful,
    No,
}

impl State {
    pub(super) fn learn(&mut self, sent: Micros, received: Micros, observation: &Observation) {
        let refused = observation.refused();
        self.answers.note(received, received - sent, refused);
        if !refused {
            self.slots.answered(received, self.answers.trip(), self.limit);
            self.opened.guard = (self.opened.guard - 4).max(2_000);
        }
        let limits = &observation.headers;
        let whole = |seconds: u64| i64::try_from(seconds).unwrap_or(0).min(i64::MAX / (4 * SECOND));
        let reset = limits.rate_reset.map(whole).filter(|reset| self.believes(sent, received, *reset));
        if let (Some(reset), Some(remaining)) = (reset, limits.rate_remaining) {
            let fit = self.grid.learn(sent, received, reset, limits.date.map(whole));
            let belief = self.belief(fit, sent, received, reset);
            if belief != Belief::Certain && !refused {
                self.seen.untold(sent, received);
            }
            if belief != Belief::No {
                self.seen.learn(Call { sent, received, passed: !refused }, reset, remaining, self.limit);
            }
            // One wrong answer is none of ours to pay for, unless it is a refusal.
            if self.mode == Mode::Grid && (fit == Fit::Crossed || fit == Fit::Odd && refused) {
                self.leave(received);
            }
            let room = remaining >= 3 && !refused && received - self.denied_at < SECOND;
            self.bucket.room = if room { self.bucket.room.saturating_add(1) } else { 0 };
            if self.mode == Mode::Bucket && remaining <= 1 {
                self.bucket.next += 10_000;
            }
        } else if !refused {
            self.seen.untold(sent, received);
        }
        if refused {
            self.refused(sent, received, reset);
        }
        self.choose(received);
    }

    /// Whether a reset is one of the server's clock. Where that was set, all begins anew.
    fn believes(&mut self, sent: Micros, received: Micros, reset: i64) -> bool {
        let told = self.clock.learn(sent, received, reset);
        if told == Told::ClockSet {
            self.grid = Grid::new(received);
            self.restart(received);
        }
        told == Told::Right
    }

    /// Whether the window that a reset names can be the call's, as the mode has it.
    fn belief(&self, fit: Fit, sent: Micros, received: Micros, reset: i64) -> Belief {
        let Opened { base, began, refused, .. } = self.opened;
        let last = || self.seen.resets().next().is_some_and(|last| last > base && last < reset);
        match self.mode {
            Mode::Grid if fit == Fit::Odd => Belief::No,
            // A window after the one that our calls opened, which is not over.
            Mode::Opened if !refused && received < began + SECOND && last() => Belief::No,
            Mode::Opened if reset <= base && sent >= began => Belief::Doubtful,
            _ => Belief::Certain,
        }
    }

    fn refused(&mut self, sent: Micros, now: Micros, reset: Option<i64>) {
        match self.mode {
            // Of those that a wrong mode sent, the first has told of it.
            Mode::Slots if sent < self.slots_since => {}
            Mode::Slots => self.slots.refused(self.limit),
            Mode::Opened => self.refused_by_opened(now, reset),
            Mode::Bucket => self.leave(now),
            Mode::Grid => {}
        }
        if self.answers.too_many_refused() {
            self.leave(now);
        }
    }

    /// The mode was wrong: back to what is certain.
    pub(super) fn leave(&mut self, now: Micros) {
        if let Some(ban) = self.mode.place().and_then(|place| self.bans.get_mut(place)) {
            ban.length = (ban.length * 2).clamp(30 * SECOND, 3_600 * SECOND);
            ban.until = now + ban.length;
            self.restart(now);
        }
    }

    /// From the beginning, with what is certain.
    fn restart(&mut self, now: Micros) {
        self.mode = Mode::Slots;
        self.slots_since = now;
        self.bucket.room = 0;
        self.seen.forget();
        self.answers.latest = 0;
    }

    pub(super) fn banned_until(&self, mode: Mode) -> Micros {
        mode.place().and_then(|place| self.bans.get(place)).map_or(0, |ban| ban.until)
    }

    /// How many windows show whether they are on a grid. Those that calls open lie on one as well for a while, if
    /// they follow on each other closely: until they are later by a second, by as much each time as the guard is.
    pub(super) fn turn(&self) -> u32 {
        u32::try_from(3 * SECOND / 2 / self.opened.guard.max(1)).unwrap_or(u32::MAX).max(40)
    }

    /// Changes over to what the answers show.
    fn choose(&mut self, now: Micros) {
        if matches!(self.mode, Mode::Grid | Mode::Bucket) {
            return;
        }
        let allowed = |mode| now >= self.banned_until(mode);
        let (fresh, all) = self.seen.fresh(self.limit);
        let windows = are_windows(fresh, all);
        let narrow = windows && self.grid.is_narrow() && allowed(Mode::Grid);
        let closely = self.mode == Mode::Slots && self.grid.is_seen_closely();
        let sure = closely || self.grid.is_by_the_clock() || self.grid.windows() >= self.turn();
        if narrow && sure {
            self.mode = Mode::Grid;
        } else if self.mode == Mode::Slots && windows && all >= 8 && !narrow && allowed(Mode::Opened) {
            self.mode = Mode::Opened;
            let last_but_one = self.seen.resets().nth(1).unwrap_or_default();
            self.opened.begin(now, last_but_one);
            self.opened.sent = 1;
        } else if self.mode == Mode::Slots && self.bucket.room >= ROOM_OF_BUCKET && allowed(Mode::Bucket) {
            self.mode = Mode::Bucket;
            self.bucket.next = now;
        }
    }
}
