//! Windows that calls open.

use super::{Class, Load, Micros, SECOND, State, Wait, Window};

/// The guard before anything is learnt of it.
const GUARD: Micros = 30_000;

/// Windows that the first call opens behind the end of the last.
#[derive(Debug)]
pub(super) struct Opened {
    /// Windows with later resets than this are the present one.
    pub(super) base: i64,
    pub(super) began: Micros,
    pub(super) sent: u32,
    /// How many calls were sent together when it began. Of ten, the first arrives after a time that
    /// hardly varies; of one it may be any.
    pub(super) together: u32,
    /// How much later than a second behind the last the next are sent.
    pub(super) guard: Micros,
    /// Whether calls came while the last window was not over.
    pub(super) refused: bool,
}

impl Opened {
    /// As nothing was sent yet, or long ago.
    pub(super) const fn new(began: Micros) -> Self {
        Self { base: 0, began, sent: 0, together: 0, guard: GUARD, refused: false }
    }

    /// When the next window may be opened. `first_answer` is the first of the present one: a second behind
    /// it, less a round trip, the window is over for certain. Behind many calls at once less is enough.
    fn next(&self, first_answer: Option<Micros>, trip: Micros, limit: u32) -> Option<Micros> {
        let certain = first_answer.map(|at| at + SECOND + 5_000 - trip);
        let by_the_last = self.began + SECOND + self.guard;
        if self.together >= limit.div_ceil(2) && !self.refused {
            Some(certain.map_or(by_the_last, |certain| certain.min(by_the_last)))
        } else {
            certain
        }
    }

    pub(super) fn begin(&mut self, now: Micros, base: i64) {
        *self = Self { base, began: now, sent: 0, together: 0, guard: self.guard, refused: false };
    }

    pub(super) fn granted(&mut self, now: Micros) {
        self.sent = self.sent.saturating_add(1);
        self.together = self.together.saturating_add(u32::from(now - self.began < 20_000));
    }

    /// Calls came too early: once for each window.
    fn too_early(&mut self) {
        if !self.refused {
            self.guard = (self.guard + 8_000).min(200_000);
        }
        self.refused = true;
    }
}

impl State {
    /// The present window: behind which reset it is, and when it began. It may be one that begins now.
    pub(super) fn present(&self, flying: u32, now: Micros) -> (i64, Micros) {
        let over = self.opened.sent > 0 && self.next_opening().is_some_and(|next| now >= next);
        // Whatever came: what sends nothing learns nothing.
        let stuck = flying == 0 && now >= self.opened.began + 2 * SECOND;
        if over || stuck { (self.over_by(now), now) } else { (self.opened.base, self.opened.began) }
    }

    pub(super) fn load_of_opened(&self, base: i64, began: Micros, flying: u32, now: Micros) -> Load {
        let untold = self.seen.untold_since(began);
        let others = self.left_to_others(self.seen.behind(base).last(), flying, untold, began, now);
        Load { used: self.seen.own_behind(base).saturating_add(untold).saturating_add(flying), others }
    }

    pub(super) fn decide_by_opening(&mut self, class: Class, flying: u32, now: Micros) -> Result<(), Wait> {
        let (base, began) = self.present(flying, now);
        if began != self.opened.began {
            self.opened.begin(began, base);
        }
        let load = self.load_of_opened(base, began, flying, now);
        if load.all().saturating_add(self.kept(class, began, now)) < self.limit {
            return Ok(());
        }
        let next = match self.next_opening() {
            Some(next) if self.opened.sent > 0 => next,
            _ if flying > 0 => return Err(Wait::Change),
            // Nothing that came tells of a window, and nothing is on its way that could.
            _ => began.max(now) + SECOND,
        };
        Err(Wait::Until(self.next_look(load.used, began, next, now)))
    }

    /// The reset of the last window that is over. Of those that answers tell of, the first is; a later one may
    /// have been opened by a call that was long on its way, and go on.
    fn over_by(&self, now: Micros) -> i64 {
        let over = |window: &&Window| window.first_answer + SECOND - self.answers.trip() <= now;
        let behind = || self.seen.behind(self.opened.base);
        let last = behind().rfind(over).or_else(|| behind().next());
        last.map_or(self.opened.base, |window| window.reset)
    }

    pub(super) fn next_opening(&self) -> Option<Micros> {
        let first = self.seen.first_answer_behind(self.opened.base);
        self.opened.next(first, self.answers.trip(), self.limit)
    }

    pub(super) fn refused_by_opened(&mut self, now: Micros, reset: Option<i64>) {
        let window = reset.and_then(|reset| self.seen.get(reset));
        let contradicts = if let Some(window) = window.filter(|window| window.reset > self.opened.base) {
            // Our calls opened it, and it was not empty: a bucket, that had not filled. One that others filled up
            // as it went on was as good as empty at first.
            window.most < self.limit / 2
        } else {
            self.opened.too_early();
            // The windows are not as they seemed, if so long a wait behind them is not enough.
            self.opened.guard > 150_000
        };
        if contradicts {
            self.opened.guard = GUARD;
            self.leave(now);
        }
    }
}
