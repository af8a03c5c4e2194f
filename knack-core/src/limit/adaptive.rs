//! Learns how the server lays out its second, and uses all that it allows.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::Moment;
use crate::limit::lock::{self, Mutex, MutexGuard};
use crate::limit::{
    Ask, Class, Decision, LearntWindow, Limiter, MOST_CALLS, Observation, PermitId, Snapshot,
};

mod clock;
mod estimate;
mod grid;
mod seen;
mod untold;

use clock::{ServerClock, Told};
use grid::{Fit, Grid};
use seen::{Call, Now, Seen, Window, are_windows};

/// A moment or a time in microseconds of our clock.
type Micros = i64;

const SECOND: Micros = 1_000_000;

/// Clocks drift apart by less than this part of the time that passes: 100 in a million.
const DRIFT: Micros = 10_000;

/// How many answers it takes until round trips are believed: cold connections deceive.
const COLD_ANSWERS: u64 = 20;

/// How many answers in a row that tell of room, while calls wait, show a bucket.
const ROOM_OF_BUCKET: u32 = 20;

/// How long a call that was given up may still be on its way.
const LATEST_ARRIVAL: Micros = 5 * SECOND;

/// How far into a window places are kept for persons.
const KEPT_UNTIL: Micros = 550_000;

/// How long after a refusal no second carries more than the limit. A minute would have persons wait longer than
/// they may where bulk calls fill up windows that the first call opens.
const SLOWED: Micros = 20 * SECOND;

/// How long to hold when calls came before the last window was over: it is then.
const TOO_EARLY: Micros = 100_000;

/// How many of the latest answers are looked at for refusals, and how many of them are too many.
const LOOKED_AT: u32 = 60;
const TOO_MANY_REFUSED: u32 = 9;

/// The default: learns from the answers' headers how the server lays out its second, and uses all of it.
///
/// It begins like [`Slots`](crate::limit::Slots), which is safe with every server, and changes over when
/// answers show one of these:
///
/// - windows on a grid, such as the seconds of the server's clock: all calls at each beginning;
/// - windows that the first call opens: the next calls when the last window is over for certain, or by
///   what the last times taught;
/// - a bucket that fills evenly: one call after the other.
///
/// No clock is trusted: boundaries are bounded by when calls were sent and answered. A call on its way is
/// charged to the present window until its answer tells which was its own. Where an answer contradicts,
/// or too many calls are refused, it goes back to slots, and tries again later. A fifth of a window is
/// kept for [`Class::Interactive`] calls at first. Others who use the same limit are noticed by what
/// remains, and are left their places.
///
/// Guarantees: without others and with a server of one of these kinds, hardly a call is refused; for 20 seconds
/// from a refusal on, no second carries more than the limit, so none does while a call in 200 is refused. At other
/// times two windows may be used up within the second in which one of them ends, as the server allows. Costs: one
/// lock and no allocation.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Adaptive, Ask, Decision, Limiter};
///
/// let adaptive = Adaptive::default(); // 10 calls a second
/// let ask = Ask::new(Moment::ZERO + Duration::from_secs(60));
/// assert!(matches!(adaptive.try_acquire(&ask, Moment::ZERO), Decision::Granted(_)));
/// assert_eq!(adaptive.snapshot(Moment::ZERO).strategy, "adaptive: slots");
/// ```
// Not on one cache line with the counts of the `Arc` that it is in: 64 tasks take 0.8 of the time then.
#[derive(Debug)]
#[repr(align(128))]
pub struct Adaptive {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: u32,
    mode: Mode,
    permits: Permits,
    answers: Answers,
    slots: Slots,
    slots_since: Micros,
    grid: Grid,
    opened: Opened,
    bucket: Bucket,
    clock: ServerClock,
    seen: Seen,
    bans: [Ban; 3],
    /// When somebody was last told to wait.
    denied_at: Micros,
}

/// How the server is taken to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Slots,
    Grid,
    Opened,
    Bucket,
}

/// Until when a mode that failed is not tried again. Each time it is twice as long.
#[derive(Clone, Copy, Debug, Default)]
struct Ban {
    until: Micros,
    length: Micros,
}

/// Why a call is not sent now.
enum Wait {
    Until(Micros),
    Change,
}

/// Whether the window that an answer names is taken for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belief {
    Certain,
    /// It may have been in the present one.
    Doubtful,
    No,
}

/// What a window is taken up by.
#[derive(Clone, Copy, Debug)]
struct Load {
    /// By our calls: those it let pass, those that may be in it, and those that are on their way.
    used: u32,
    /// By what is left to others.
    others: u32,
}

impl Load {
    const fn all(self) -> u32 {
        self.used.saturating_add(self.others)
    }
}

/// The permits that are given out, and when calls were sent.
#[derive(Debug, Default)]
struct Permits {
    next: u64,
    /// Granted or on their way. Those given up on their way have the moment until which they may arrive.
    open: Vec<(u64, Option<Micros>)>,
    /// When the latest calls were sent, whatever became of them.
    sent: VecDeque<Micros>,
}

/// What became of calls.
#[derive(Debug)]
struct Answers {
    answered: u64,
    refused: u64,
    refused_at: Micros,
    /// Of the latest, whether they were refused: a bit each, the last one lowest.
    latest: u64,
    least_trip: Option<Micros>,
}

/// The certain way: a place is used again a second after its answer, less the smallest round trip.
#[derive(Debug, Default)]
struct Slots {
    free_at: VecDeque<Micros>,
    /// Places left to others, in thousandths. Our own calls fit the limit: each refusal tells of somebody else's.
    left: u32,
}

/// Windows that the first call opens behind the end of the last.
#[derive(Debug)]
struct Opened {
    /// Windows with later resets than this are the present one.
    base: i64,
    began: Micros,
    sent: u32,
    /// How many calls were sent together when it began. Of ten, the first arrives after a time that
    /// hardly varies; of one it may be any.
    together: u32,
    /// How much later than a second behind the last the next are sent.
    guard: Micros,
    /// Whether calls came while the last window was not over.
    refused: bool,
}

/// A bucket that fills evenly.
#[derive(Debug, Default)]
struct Bucket {
    /// How many answers in a row told of room while calls waited.
    room: u32,
    next: Micros,
}

fn micros(moment: Moment) -> Micros {
    Micros::try_from(moment.since_start().as_micros()).unwrap_or(Micros::MAX / 4)
}

fn moment(at: Micros) -> Moment {
    Moment::new(Duration::from_micros(u64::try_from(at).unwrap_or(0)))
}

impl Default for Adaptive {
    /// Knack's 10 calls a second.
    fn default() -> Self {
        Self::new(10)
    }
}

impl Adaptive {
    /// A limiter of so many calls a second, at least one and at most 10,000.
    ///
    /// Of one call a second no window is learnt: slots are all there is to it.
    ///
    /// ```
    /// use knack_core::limit::Adaptive;
    ///
    /// let of_another_plan = Adaptive::new(25);
    /// ```
    pub fn new(calls_per_second: u32) -> Self {
        Self { state: Mutex::new(State::new(calls_per_second.clamp(1, MOST_CALLS))) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock::patiently(&self.state)
    }
}

impl Permits {
    /// How many calls are on their way, or about to be.
    fn flying(&mut self, now: Micros) -> u32 {
        if self.first_lost().is_some_and(|first| first <= now) {
            self.open.retain(|(_, until)| until.is_none_or(|until| until > now));
        }
        u32::try_from(self.open.len()).unwrap_or(u32::MAX)
    }

    fn grant(&mut self, now: Micros, limit: u32) -> PermitId {
        self.next += 1;
        self.open.push((self.next, None));
        if self.sent.len() >= limit as usize {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
        PermitId(self.next)
    }

    fn close(&mut self, id: PermitId) {
        if let Some(place) = self.open.iter().position(|(open, _)| *open == id.0) {
            self.open.swap_remove(place);
        }
    }

    /// When the first of the calls that were given up cannot arrive any more. No answer tells of that.
    fn first_lost(&self) -> Option<Micros> {
        self.open.iter().filter_map(|(_, until)| *until).min()
    }

    /// Until when those count that were given up and may still arrive.
    fn lost(&self, now: Micros) -> impl Iterator<Item = Micros> {
        self.open.iter().filter_map(|(_, until)| *until).filter(move |until| *until > now)
    }

    /// When fewer than `limit` calls were sent in the second before.
    fn second_is_over(&self, limit: u32) -> Option<Micros> {
        let full = self.sent.len() >= limit as usize;
        self.sent.front().filter(|_| full).map(|first| first + SECOND)
    }
}

impl Answers {
    fn note(&mut self, received: Micros, trip: Micros, refused: bool) {
        self.answered += 1;
        self.refused += u64::from(refused);
        self.latest = (self.latest << 1 | u64::from(refused)) & ((1 << LOOKED_AT) - 1);
        if refused {
            self.refused_at = received;
        } else {
            self.least_trip = Some(self.least_trip.map_or(trip, |least| least.min(trip)));
        }
    }

    /// The smallest round trip, once it is believed.
    fn trip(&self) -> Micros {
        if self.answered > COLD_ANSWERS { self.least_trip.unwrap_or(0).min(SECOND) } else { 0 }
    }

    fn too_many_refused(&self) -> bool {
        self.latest.count_ones() > TOO_MANY_REFUSED
    }
}

impl Slots {
    /// When places that are taken return: in the order of answers, but for those that are free again.
    fn taken(&self, now: Micros) -> impl Iterator<Item = Micros> {
        self.free_at.iter().copied().filter(move |at| *at > now)
    }

    fn free(&self, limit: u32, flying: u32, now: Micros) -> u32 {
        let taken = u32::try_from(self.taken(now).count()).unwrap_or(u32::MAX);
        (limit - self.left / 1_000).saturating_sub(flying.saturating_add(taken))
    }

    fn decide(&self, limit: u32, flying: u32, now: Micros) -> Result<(), Wait> {
        let (limit, flying) = ((limit - self.left / 1_000) as usize, flying as usize);
        if flying >= limit {
            return Err(Wait::Change);
        }
        let surplus = (self.taken(now).count() + flying + 1).saturating_sub(limit);
        match surplus {
            0 => Ok(()),
            surplus => Err(self.taken(now).nth(surplus - 1).map_or(Wait::Change, Wait::Until)),
        }
    }

    fn answered(&mut self, received: Micros, trip: Micros, limit: u32) {
        if self.free_at.len() >= limit as usize {
            self.free_at.pop_front();
        }
        let at = received + SECOND - trip;
        // A smaller trip must not let a later answer's place return before an earlier one's.
        self.free_at.push_back(self.free_at.back().map_or(at, |last| at.max(*last)));
        self.left = self.left.saturating_sub(15);
    }

    fn refused(&mut self, limit: u32) {
        self.left = (self.left + 1_000).min((limit - 1) * 1_000);
    }
}

impl Opened {
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

    fn begin(&mut self, now: Micros, base: i64) {
        *self = Self { base, began: now, sent: 0, together: 0, guard: self.guard, refused: false };
    }

    fn granted(&mut self, now: Micros) {
        self.sent += 1;
        self.together += u32::from(now - self.began < 20_000);
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
    fn new(limit: u32) -> Self {
        let long_ago = -1_000 * SECOND;
        Self {
            limit,
            mode: Mode::Slots,
            permits: Permits::default(),
            answers: Answers { answered: 0, refused: 0, refused_at: long_ago, latest: 0, least_trip: None },
            slots: Slots::default(),
            slots_since: 0,
            grid: Grid::new(0),
            opened: Opened { base: 0, began: long_ago, sent: 0, together: 0, guard: 30_000, refused: false },
            bucket: Bucket::default(),
            clock: ServerClock::default(),
            seen: Seen::default(),
            bans: [Ban::default(); 3],
            denied_at: long_ago,
        }
    }

    fn decide(&mut self, class: Class, now: Micros) -> Result<(), Wait> {
        if let Some(over) = self.slowed_until(now) {
            return Err(Wait::Until(over));
        }
        let flying = self.permits.flying(now);
        match self.mode {
            Mode::Slots => self.slots.decide(self.limit, flying, now),
            Mode::Grid => self.decide_by_grid(class, flying, now),
            Mode::Opened => self.decide_by_opening(class, flying, now),
            Mode::Bucket if flying >= self.limit.saturating_mul(4) => Err(Wait::Change),
            Mode::Bucket if now < self.bucket.next => Err(Wait::Until(self.bucket.next)),
            Mode::Bucket => Ok(()),
        }
    }

    /// While calls are refused, no second carries more than the limit, whatever windows would allow.
    fn slowed_until(&self, now: Micros) -> Option<Micros> {
        let slowed = now - self.answers.refused_at < SLOWED;
        self.permits.second_is_over(self.limit).filter(|over| slowed && *over > now)
    }

    /// How many calls of a person could go now.
    fn available(&mut self, now: Micros) -> u32 {
        let flying = self.permits.flying(now);
        let free = match self.mode {
            Mode::Slots => self.slots.free(self.limit, flying, now),
            Mode::Grid => self.limit.saturating_sub(self.load_of_grid(flying, now).all()),
            Mode::Opened => {
                let (base, began) = self.present(flying, now);
                self.limit.saturating_sub(self.load_of_opened(base, began, flying, now).all())
            }
            Mode::Bucket => u32::from(now >= self.bucket.next && flying < self.limit.saturating_mul(4)),
        };
        if self.slowed_until(now).is_some() { 0 } else { free }
    }

    fn load_of_grid(&self, flying: u32, now: Micros) -> Load {
        let (reset, began) = self.grid.present(now);
        let own = |reset| self.seen.get(reset).map_or(0, |window| window.own);
        let mut own_used = own(reset);
        if self.grid.next_may_have_begun(began, now) {
            own_used = own_used.max(own(reset + 1));
        }
        let untold = self.seen.untold_since(began - self.grid.width());
        let others = self.left_to_others(self.seen.get(reset), flying, untold, began, now);
        Load { used: own_used + untold + flying, others }
    }

    fn decide_by_grid(&self, class: Class, flying: u32, now: Micros) -> Result<(), Wait> {
        let (_, began) = self.grid.present(now);
        let load = self.load_of_grid(flying, now);
        if load.all() + self.kept(class, began, now) < self.limit {
            return Ok(());
        }
        Err(Wait::Until(self.next_look(load.used, began, began + SECOND, now)))
    }

    /// The present window: behind which reset it is, and when it began. It may be one that begins now.
    fn present(&self, flying: u32, now: Micros) -> (i64, Micros) {
        let over = self.opened.sent > 0 && self.next_opening().is_some_and(|next| now >= next);
        // Whatever came: what sends nothing learns nothing.
        let stuck = flying == 0 && now >= self.opened.began + 2 * SECOND;
        if over || stuck { (self.over_by(now), now) } else { (self.opened.base, self.opened.began) }
    }

    fn load_of_opened(&self, base: i64, began: Micros, flying: u32, now: Micros) -> Load {
        let untold = self.seen.untold_since(began);
        let own = self.seen.behind(base).map(|window| window.own).sum::<u32>();
        let others = self.left_to_others(self.seen.behind(base).last(), flying, untold, began, now);
        Load { used: own + untold + flying, others }
    }

    fn decide_by_opening(&mut self, class: Class, flying: u32, now: Micros) -> Result<(), Wait> {
        let (base, began) = self.present(flying, now);
        if began != self.opened.began {
            self.opened.begin(began, base);
        }
        let load = self.load_of_opened(base, began, flying, now);
        if load.all() + self.kept(class, began, now) < self.limit {
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

    fn next_opening(&self) -> Option<Micros> {
        let first = self.seen.behind(self.opened.base).map(|window| window.first_answer).min();
        self.opened.next(first, self.answers.trip(), self.limit)
    }

    /// When the present window ends at the latest, and how much earlier it may.
    fn window(&self, now: Micros) -> Option<(Micros, Micros)> {
        match self.mode {
            Mode::Slots | Mode::Bucket => None,
            Mode::Grid => {
                let (_, began) = self.grid.present(now);
                Some((began + SECOND, self.grid.width()))
            }
            Mode::Opened => {
                let ends = self.next_opening().filter(|ends| *ends > now)?;
                // The first call arrived after it was sent.
                Some((ends, ends - (self.opened.began + SECOND).min(ends)))
            }
        }
    }

    /// Places kept for persons in the first half of a window.
    fn kept(&self, class: Class, began: Micros, now: Micros) -> u32 {
        if class == Class::Bulk && now < began + KEPT_UNTIL { self.limit / 5 } else { 0 }
    }

    fn left_to_others(
        &self,
        present: Option<&Window>,
        flying: u32,
        untold: u32,
        began: Micros,
        now: Micros,
    ) -> u32 {
        let is_late = now >= began + SECOND / 2;
        let now = Now { at: now, is_late, trip: self.answers.least_trip.unwrap_or(0), flying, untold };
        self.seen.left_to_others(present, self.limit, now)
    }

    /// When to look again: when what is kept is given up, or in the next window.
    fn next_look(&self, used: u32, began: Micros, next: Micros, now: Micros) -> Micros {
        let given_up = began + KEPT_UNTIL;
        if used < self.limit && now < given_up { given_up.min(next) } else { next }
    }

    fn grant(&mut self, now: Micros) -> PermitId {
        self.opened.granted(now);
        let cell = SECOND / Micros::from(self.limit);
        // Half a cell of lateness is made up for.
        self.bucket.next = (self.bucket.next + cell).max(now + cell / 2);
        self.permits.grant(now, self.limit)
    }

    fn learn(&mut self, sent: Micros, received: Micros, observation: &Observation) {
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
            self.bucket.room = if room { self.bucket.room + 1 } else { 0 };
            if remaining <= 1 {
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

    fn refused_by_opened(&mut self, now: Micros, reset: Option<i64>) {
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
            self.opened.guard = 30_000;
            self.leave(now);
        }
    }

    /// The mode was wrong: back to what is certain.
    fn leave(&mut self, now: Micros) {
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

    fn banned_until(&self, mode: Mode) -> Micros {
        mode.place().and_then(|place| self.bans.get(place)).map_or(0, |ban| ban.until)
    }

    /// How many windows show whether they are on a grid. Those that calls open lie on one as well for a while, if
    /// they follow on each other closely: until they are later by a second, by as much each time as the guard is.
    fn turn(&self) -> u32 {
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

impl Mode {
    /// Its place among the bans; the certain way has none.
    const fn place(self) -> Option<usize> {
        match self {
            Self::Slots => None,
            Self::Grid => Some(0),
            Self::Opened => Some(1),
            Self::Bucket => Some(2),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Slots => "adaptive: slots",
            Self::Grid => "adaptive: grid",
            Self::Opened => "adaptive: opened",
            Self::Bucket => "adaptive: bucket",
        }
    }
}

impl Limiter for Adaptive {
    fn try_acquire(&self, ask: &Ask, now: Moment) -> Decision {
        let mut state = self.state();
        let now = micros(now);
        match state.decide(ask.class, now) {
            Ok(()) => Decision::Granted(state.grant(now)),
            Err(wait) => {
                state.denied_at = now;
                match (wait, state.permits.first_lost()) {
                    (Wait::Until(at), _) | (Wait::Change, Some(at)) => Decision::NotBefore(moment(at)),
                    (Wait::Change, None) => Decision::OnChange,
                }
            }
        }
    }

    fn resume(&self, now: Moment) -> Option<Moment> {
        let state = self.state();
        match state.mode {
            // The window was over for the other calls that were sent with it.
            Mode::Opened => {
                let now = micros(now);
                let next = state.next_opening().filter(|next| *next > now);
                Some(moment(next.unwrap_or(now + TOO_EARLY)))
            }
            Mode::Grid => {
                let (_, began) = state.grid.present(micros(now));
                Some(moment(began + SECOND))
            }
            Mode::Slots | Mode::Bucket => None,
        }
    }

    fn refund(&self, id: PermitId) {
        self.state().permits.close(id);
    }

    fn lost(&self, id: PermitId, sent_at: Moment) {
        let until = micros(sent_at) + LATEST_ARRIVAL + SECOND;
        let mut state = self.state();
        if let Some((_, lost)) = state.permits.open.iter_mut().find(|(open, _)| *open == id.0) {
            *lost = Some(until);
        }
    }

    fn observe(&self, id: PermitId, observation: &Observation) {
        let mut state = self.state();
        let (sent, received) = (micros(observation.sent_at), micros(observation.received_at));
        state.permits.close(id);
        if observation.status.is_some() {
            state.learn(sent, received, observation);
        } else {
            // It may have arrived, and nothing tells in which window.
            state.seen.untold(sent, received);
            let limit = state.limit;
            state.slots.answered(received, 0, limit);
        }
    }

    fn snapshot(&self, now: Moment) -> Snapshot {
        let mut state = self.state();
        let in_flight = state.permits.flying(micros(now));
        let trip = state.answers.least_trip.and_then(|trip| u64::try_from(trip).ok());
        Snapshot {
            strategy: state.mode.name(),
            in_flight,
            available: Some(state.available(micros(now))),
            answered: state.answers.answered,
            refused: state.answers.refused,
            least_round_trip: trip.map(Duration::from_micros),
        }
    }

    fn window(&self, now: Moment) -> Option<LearntWindow> {
        let (ends_at, width) = self.state().window(micros(now))?;
        let width = Duration::from_micros(u64::try_from(width).unwrap_or(0));
        Some(LearntWindow::new(moment(ends_at), width))
    }

    fn earliest(&self, ahead: usize, now: Moment) -> Option<Moment> {
        Some(moment(self.state().earliest(ahead, micros(now))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::LimitHeaders;
    use http::StatusCode;
    use proptest::prelude::*;

    /// What a server says, whether or not there is such a server.
    #[derive(Clone, Debug)]
    struct Said {
        trip: u64,
        status: u16,
        remaining: Option<u32>,
        reset: Option<u64>,
        date: Option<u64>,
        ending: u8,
    }

    fn said() -> impl Strategy<Value = Said> {
        let reset = prop_oneof![
            8 => (1_000_u64..1_100).prop_map(Some),
            1 => Just(None),
            1 => prop_oneof![Just(Some(0)), Just(Some(u64::MAX))],
        ];
        let status = prop_oneof![6 => Just(200), 1 => Just(429), 1 => Just(500)];
        let date = proptest::option::of(prop_oneof![1_000_u64..1_100, Just(u64::MAX)]);
        (1..2_000_000_u64, status, proptest::option::of(0_u32..12), reset, date, 0..8_u8).prop_map(
            |(trip, status, remaining, reset, date, ending)| Said {
                trip,
                status,
                remaining,
                reset,
                date,
                ending,
            },
        )
    }

    fn observation(sent: Micros, received: Micros, said: &Said) -> Observation {
        let headers = LimitHeaders {
            rate_limit: Some(10),
            rate_remaining: said.remaining,
            rate_reset: said.reset,
            date: said.date,
            ..LimitHeaders::default()
        };
        let status = StatusCode::from_u16(said.status).unwrap();
        Observation::new(moment(sent), moment(received), Some(status), headers)
    }

    proptest! {
        /// Whatever the server says, drops or lies: no permit is lost, a limit's worth of calls is on its way at
        /// the most (four where a bucket was seen), and waiting always ends.
        #[test]
        fn nothing_is_lost_and_nobody_waits_for_ever(
            limit in 1_u32..12,
            calls in proptest::collection::vec((said(), 0..3_u8), 1..300),
        ) {
            let adaptive = Adaptive::new(limit);
            let mut open: Vec<(Micros, Micros, PermitId, Said)> = Vec::new();
            let mut now = 0;
            for (said, class) in calls {
                let mut ask = Ask::new(moment(Micros::MAX / 8));
                ask.class = [Class::Interactive, Class::Normal, Class::Bulk][usize::from(class)];
                let began = now;
                let id = loop {
                    let available = adaptive.snapshot(moment(now)).available;
                    let decision = adaptive.try_acquire(&ask, moment(now));
                    if ask.class == Class::Interactive {
                        prop_assert_eq!(available > Some(0), matches!(decision, Decision::Granted(_)));
                    }
                    // The next answer, if it comes before the limiter would look again.
                    let next = open.iter().map(|(done, ..)| *done).min();
                    match (decision, next) {
                        (Decision::Granted(id), _) => break id,
                        (Decision::NotBefore(at), next) if next.is_none_or(|next| micros(at) < next) => {
                            prop_assert!(micros(at) > now, "a wait that is over already would spin");
                            now = micros(at);
                        }
                        (_, Some(next)) => {
                            now = now.max(next);
                            let at = open.iter().position(|(done, ..)| *done == next).unwrap();
                            let (_, sent, id, said) = open.swap_remove(at);
                            match said.ending {
                                0 => adaptive.lost(id, moment(sent)),
                                1 => adaptive.refund(id),
                                _ => adaptive.observe(id, &observation(sent, now, &said)),
                            }
                        }
                        (_, None) => prop_assert!(false, "nothing is on its way, and it waits for a change"),
                    }
                    prop_assert!(now - began < 60 * SECOND, "waited a minute");
                };
                open.push((now + Micros::try_from(said.trip).unwrap(), now, id, said));
                prop_assert!(open.len() <= 4 * limit as usize);
            }
            for (done, sent, id, said) in open {
                adaptive.observe(id, &observation(sent, done, &said));
            }
            let later = moment(now + 100 * SECOND);
            prop_assert_eq!(adaptive.snapshot(later).in_flight, 0);
        }
    }

    /// It has learnt the seconds of a clock that is 300 ms ahead of ours: a call each 130 ms told where they end.
    fn knows_a_grid() -> Adaptive {
        let adaptive = Adaptive::new(10);
        let ask = Ask::new(moment(600 * SECOND));
        assert_eq!(adaptive.window(moment(0)), None);
        for n in 0..80 {
            let sent = n * 130_000;
            let arrival = u64::try_from(sent + 20_000 + 300_000).unwrap() / 1_000_000;
            let said = Said {
                trip: 0,
                status: 200,
                remaining: Some(9),
                reset: Some(1_001 + arrival),
                date: Some(1_000 + arrival),
                ending: 9,
            };
            let Decision::Granted(id) = adaptive.try_acquire(&ask, moment(sent)) else { continue };
            adaptive.observe(id, &observation(sent, sent + 40_000, &said));
        }
        adaptive
    }

    #[test]
    fn the_window_is_told_once_it_is_learnt() {
        let window = knows_a_grid().window(moment(12 * SECOND)).expect("the grid is known");
        let ends_at = micros(window.ends_at);
        let earliest = ends_at - Micros::try_from(window.clock_width.as_micros()).unwrap();
        assert!((earliest..=ends_at).contains(&12_700_000), "{window:?}");
        assert!(window.clock_width <= Duration::from_millis(60), "{window:?}");
    }

    #[test]
    fn calls_that_were_given_up_count_in_the_estimate() {
        for adaptive in [Adaptive::default(), knows_a_grid()] {
            let sent = 20 * SECOND;
            let ids: Vec<_> = (0..10)
                .map(|_| match adaptive.try_acquire(&Ask::new(moment(60 * SECOND)), moment(sent)) {
                    Decision::Granted(id) => id,
                    wait => panic!("{wait:?}"),
                })
                .collect();
            let earliest = |ahead| micros(adaptive.earliest(ahead, moment(21 * SECOND)).unwrap());
            assert_eq!(earliest(0), 21 * SECOND, "they could still come back unused");
            for (n, id) in ids.into_iter().enumerate() {
                adaptive.lost(id, moment(sent + i64::try_from(n).unwrap() * 200_000));
            }
            // They may arrive for five seconds, and count for one more; the last two seconds of them one by one.
            assert!((25 * SECOND..=26 * SECOND).contains(&earliest(0)), "{adaptive:?}");
            assert!((25 * SECOND..=28 * SECOND).contains(&earliest(9)), "{adaptive:?}");
            assert!((26 * SECOND..=29 * SECOND).contains(&earliest(19)), "{adaptive:?}");
        }
    }

    #[test]
    fn windows_that_a_refused_call_came_to_hold_the_queue() {
        let mut state = State::new(10);
        state.mode = Mode::Opened;
        state.opened = Opened { base: 1_000, began: 9_900_000, sent: 10, together: 10, ..state.opened };
        let call = |received| Call { sent: 9_900_000, received, passed: true };
        state.seen.learn(call(10_000_000), 1_001, 9, 10);
        let adaptive = Adaptive { state: Mutex::new(state) };
        let resumes = |at| adaptive.resume(moment(at)).map(micros);
        // The next window, and where it has begun already, the rest of the last.
        assert_eq!(resumes(10_100_000), Some(9_900_000 + SECOND + 30_000));
        assert_eq!(resumes(11_100_000), Some(11_100_000 + TOO_EARLY));
    }

    #[test]
    fn slots_leave_room_to_others_for_a_while() {
        let mut slots = Slots::default();
        let at_once =
            |slots: &Slots| (0..20).take_while(|flying| slots.decide(10, *flying, 0).is_ok()).count();
        assert_eq!(at_once(&slots), 10);
        (0..3).for_each(|_| slots.refused(10));
        assert_eq!(at_once(&slots), 7);
        (0..100).for_each(|_| slots.refused(10));
        assert_eq!(at_once(&slots), 1, "what sends nothing learns nothing");
        (0..600).for_each(|n| slots.answered(-2 * SECOND + n, 0, 10));
        assert_eq!(at_once(&slots), 10);
    }

    #[test]
    fn any_limit_is_taken() {
        for limit in [0, 1, 5_000_000, u32::MAX] {
            let adaptive = Adaptive::new(limit);
            let ask = Ask::new(moment(60 * SECOND));
            let said =
                Said { trip: 1, status: 429, remaining: Some(0), reset: Some(1_001), date: None, ending: 9 };
            for n in 0..30 {
                let Decision::Granted(id) = adaptive.try_acquire(&ask, moment(n * 3 * SECOND)) else {
                    panic!()
                };
                adaptive.observe(id, &observation(n * 3 * SECOND, n * 3 * SECOND + 1, &said));
                adaptive.earliest(usize::MAX, moment(n * 3 * SECOND)).unwrap();
            }
        }
    }

    #[test]
    fn what_is_available_is_told() {
        let adaptive = Adaptive::default();
        let available = |at| adaptive.snapshot(moment(at)).available;
        assert_eq!(available(0), Some(10));
        let ask = Ask::new(moment(60 * SECOND));
        let said = Said { trip: 1, status: 200, remaining: None, reset: None, date: None, ending: 9 };
        for left in (0..10).rev() {
            let Decision::Granted(id) = adaptive.try_acquire(&ask, moment(0)) else { panic!() };
            adaptive.observe(id, &observation(0, 100_000, &said));
            assert_eq!(available(100_000), Some(left));
        }
        assert_eq!(available(1_100_000), Some(10));
    }

    #[test]
    fn refusals_slow_it_to_the_limit_whatever_windows_allow() {
        let adaptive = Adaptive::new(10);
        let ask = Ask::new(moment(60 * SECOND));
        let said =
            Said { trip: 1, status: 429, remaining: Some(9), reset: Some(1_001), date: None, ending: 9 };
        let mut sends = Vec::new();
        let mut now = 0;
        while now < 5 * SECOND {
            match adaptive.try_acquire(&ask, moment(now)) {
                Decision::Granted(id) => {
                    sends.push(now);
                    adaptive.observe(id, &observation(now, now + 1_000, &said));
                }
                _ => now += 1_000,
            }
        }
        let busiest =
            sends.iter().map(|from| sends.iter().filter(|at| (*from..from + SECOND).contains(*at)).count());
        assert_eq!(busiest.max(), Some(10));
    }
}
