//! Learns how the server counts, and uses all that it allows.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Moment;
use crate::limit::{Ask, Class, Decision, Limiter, Observation, PermitId, Snapshot};

/// Learns from the answers' headers how the server lays out its second, and uses all of it: fixed seconds,
/// windows that the first call opens, a bucket. Where none of these fits, it counts as
/// [`Slots`](crate::limit::Slots) does.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Adaptive, Ask, Decision, Limiter};
///
/// let adaptive = Adaptive::default(); // 10 calls a second
/// let ask = Ask::new(Moment::ZERO + Duration::from_secs(60));
/// assert!(matches!(adaptive.try_acquire(&ask, Moment::ZERO), Decision::Granted(_)));
/// ```
#[derive(Debug)]
pub struct Adaptive {
    state: Mutex<State>,
}

/// Seconds since the start of the clock.
type Seconds = f64;

const WINDOW: Seconds = 1.0;
/// Answers before round trips are believed.
const COLD_ANSWERS: u64 = 20;
/// After a time-out a call may still arrive for as long.
const LATEST_ARRIVAL: Seconds = 5.0;

#[derive(Debug)]
struct State {
    limit: u32,
    next_id: u64,
    /// Calls that are granted or on their way.
    open: Vec<Open>,
    answers: Answers,
    slots: Slots,
    grid: Grid,
    groups: Groups,
    opened: Opened,
    bucket: Bucket,
    mode: Mode,
    /// Until when a mode is not to be tried again, and how long it is banned next time.
    bans: [Ban; 3],
    /// When the latest calls were sent, refused ones as well, and when one was refused.
    sends: VecDeque<Seconds>,
    refused_at: Seconds,
    last_sent: Seconds,
    /// When a caller was last told to wait.
    denied: Seconds,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    id: u64,
    /// When it was granted; the executor sends it at once.
    at: Seconds,
    /// Behind a time-out: until then it may still arrive.
    lost_until: Option<Seconds>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Slots,
    Grid,
    Opened,
    Bucket,
}

#[derive(Clone, Copy, Debug, Default)]
struct Ban {
    until: Seconds,
    length: Seconds,
}

#[derive(Debug, Default)]
struct Answers {
    answered: u64,
    refused: u64,
    least_trip: Option<Seconds>,
    /// Of the latest answers, whether they were refusals.
    recent: VecDeque<bool>,
}

/// The certain way: a place is used again a second after its answer.
#[derive(Debug, Default)]
struct Slots {
    /// When the latest answered calls' places are free again.
    free_at: VecDeque<Seconds>,
    /// A wait on top after refusals.
    guard: Seconds,
}

/// Windows on a grid of whole seconds with an unknown phase: window `n` begins at `phase + n - 1`.
#[derive(Debug)]
struct Grid {
    low: Seconds,
    high: Seconds,
    since: Seconds,
    /// Windows that agreed.
    windows: u32,
    last_label: u64,
    /// Answers whose reset is the end of the second in which they were given, in a row.
    epoch: u32,
}

/// What was seen of one window, by the label that its reset is.
#[derive(Clone, Copy, Debug)]
struct Group {
    label: u64,
    own: u32,
    most: u32,
    least: u32,
    first_recv: Seconds,
    first_sent: Seconds,
}

#[derive(Debug, Default)]
struct Groups {
    recent: VecDeque<Group>,
}

/// Windows that are opened by the first call after the last has ended.
#[derive(Debug)]
struct Opened {
    /// Answers with labels above this one count in the present window.
    base: u64,
    began: Seconds,
    sent: u32,
    /// Calls sent within the first moments.
    burst: u32,
    guard: Seconds,
    refused: bool,
}

/// A bucket that fills evenly.
#[derive(Debug, Default)]
struct Bucket {
    room: u32,
    next: Seconds,
}

impl Default for Adaptive {
    fn default() -> Self {
        Self::new(10)
    }
}

impl Adaptive {
    /// A limiter of so many calls a second; at least one.
    pub fn new(calls_per_second: u32) -> Self {
        let limit = calls_per_second.max(1);
        Self {
            state: Mutex::new(State {
                limit,
                next_id: 0,
                open: Vec::with_capacity(limit as usize),
                answers: Answers::default(),
                slots: Slots::default(),
                grid: Grid::new(),
                groups: Groups::default(),
                opened: Opened { base: 0, began: f64::MIN, sent: 0, burst: 0, guard: 0.030, refused: false },
                bucket: Bucket::default(),
                mode: Mode::Slots,
                bans: [Ban::default(); 3],
                sends: VecDeque::new(),
                refused_at: f64::MIN,
                last_sent: f64::MIN,
                denied: f64::MIN,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seconds(moment: Moment) -> Seconds {
    moment.since_start().as_secs_f64()
}

fn moment(at: Seconds) -> Moment {
    // Rounded up to a microsecond, so that what is due then is due.
    Moment::new(Duration::try_from_secs_f64((at * 1e6).ceil() / 1e6).unwrap_or_default())
}

impl Grid {
    fn new() -> Self {
        Self { low: f64::MIN, high: f64::MAX, since: 0.0, windows: 0, last_label: 0, epoch: 0 }
    }

    fn width(&self) -> Seconds {
        self.high - self.low
    }

    /// Takes an answer; `false` if it contradicts the grid.
    fn learn(&mut self, sent: Seconds, received: Seconds, label: u64, date: Option<u64>) -> bool {
        // Clocks drift apart: 100 parts in a million, generously.
        if self.width() < 2.0 {
            let drift = (received - self.since).max(0.0) * 1e-4;
            self.low -= drift / 2.0;
            self.high += drift / 2.0;
        }
        self.since = received;
        #[allow(clippy::cast_precision_loss)]
        let label_at = label as Seconds;
        self.low = self.low.max(sent - label_at);
        self.high = self.high.min(received - label_at + 1.0);
        if label > self.last_label {
            self.last_label = label;
            self.windows += 1;
        }
        match date {
            Some(date) if label <= date + 1 => self.epoch += 1,
            Some(_) => self.epoch = 0,
            None => {}
        }
        if self.low > self.high {
            *self = Self { since: received, ..Self::new() };
            return false;
        }
        true
    }

    /// The label of the window that has begun for certain, and when it began at the latest.
    fn certain(&self, now: Seconds) -> (u64, Seconds) {
        let label = (now - self.high).floor() + 1.0;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let number = label.max(0.0) as u64;
        (number, self.high + label - 1.0)
    }
}

impl Groups {
    const KEPT: usize = 24;

    fn learn(&mut self, sent: Seconds, received: Seconds, label: u64, remaining: u32, ok: bool) {
        let own = u32::from(ok);
        if let Some(group) = self.recent.iter_mut().rev().find(|group| group.label == label) {
            group.own += own;
            group.most = group.most.max(remaining);
            group.least = group.least.min(remaining);
            group.first_recv = group.first_recv.min(received);
            group.first_sent = group.first_sent.min(sent);
            return;
        }
        let place = self.recent.partition_point(|group| group.label < label);
        self.recent.insert(
            place,
            Group { label, own, most: remaining, least: remaining, first_recv: received, first_sent: sent },
        );
        if self.recent.len() > Self::KEPT {
            self.recent.pop_front();
        }
    }

    /// Of the last windows with several answers, how many began with all their places.
    fn fresh(&self, limit: u32) -> (u32, u32) {
        let several = self.recent.iter().rev().skip(1).filter(|group| group.own >= 4).take(8);
        several.fold((0, 0), |(fresh, all), group| (fresh + u32::from(group.most + 2 >= limit), all + 1))
    }

    /// How many calls of a window are others', so that most windows hold no more.
    fn foreign(&self, limit: u32) -> u32 {
        let mut others: Vec<u32> = self
            .recent
            .iter()
            .rev()
            .skip(1)
            .take(16)
            .map(|group| (limit - group.least.min(limit)).saturating_sub(group.own))
            .collect();
        others.sort_unstable();
        let at = others.len() * 4 / 5;
        others.get(at).copied().unwrap_or(0)
    }

    fn own(&self, label: u64) -> u32 {
        self.recent.iter().find(|group| group.label == label).map_or(0, |group| group.own)
    }

    fn own_above(&self, base: u64) -> u32 {
        self.recent.iter().filter(|group| group.label > base).map(|group| group.own).sum()
    }
}

impl State {
    fn in_flight(&mut self, now: Seconds) -> u32 {
        self.open.retain(|open| open.lost_until.is_none_or(|until| until > now));
        u32::try_from(self.open.len()).unwrap_or(u32::MAX)
    }

    fn credit(&self) -> Seconds {
        if self.answers.answered > COLD_ANSWERS { self.answers.least_trip.unwrap_or(0.0) } else { 0.0 }
    }

    /// Places kept for persons in the first half of a window.
    fn kept(&self, class: Class, into_window: Seconds) -> u32 {
        let kept = self.limit / 5;
        if class == Class::Bulk && into_window + 2e-6 < 0.55 { kept } else { 0 }
    }

    fn decide(&mut self, class: Class, now: Seconds) -> Result<(), Option<Seconds>> {
        // While calls are refused no second carries more than the limit, whatever a window would allow.
        if now - self.refused_at < 2.0
            && self.sends.len() >= self.limit as usize
            && let Some(first) = self.sends.front().filter(|first| **first + WINDOW > now)
        {
            return Err(Some(first + WINDOW));
        }
        let flying = self.in_flight(now);
        match self.mode {
            Mode::Slots => self.by_slots(flying, now),
            Mode::Grid => self.by_grid(class, flying, now),
            Mode::Opened => self.by_opening(class, flying, now),
            Mode::Bucket => self.by_bucket(flying, now),
        }
    }

    fn by_slots(&mut self, flying: u32, now: Seconds) -> Result<(), Option<Seconds>> {
        let limit = self.limit as usize;
        let flying = flying as usize;
        let mut free: Vec<Seconds> = self.slots.free_at.iter().copied().filter(|at| *at > now).collect();
        free.sort_by(f64::total_cmp);
        if flying >= limit {
            return Err(None);
        }
        if flying + free.len() >= limit {
            return Err(free.get(flying + free.len() - limit).copied());
        }
        // Not all at once after a pause: what is spread is counted better.
        let paced = self.last_sent + 0.08;
        if now < paced && now - self.denied < 1.0 && self.slots.guard > 0.0 {
            Err(Some(paced))
        } else {
            Ok(())
        }
    }

    fn by_grid(&mut self, class: Class, flying: u32, now: Seconds) -> Result<(), Option<Seconds>> {
        let (label, began) = self.grid.certain(now);
        let next = began + WINDOW;
        // It may have begun already, where the boundary is not known better.
        let unsure = now > self.grid.low + (began - self.grid.high) + WINDOW;
        let used = self.groups.own(label).max(if unsure { self.groups.own(label + 1) } else { 0 });
        let into = now - began;
        let kept = self.kept(class, into) + self.left_to_others(label, flying, into);
        if used + flying + kept < self.limit {
            return Ok(());
        }
        Err(Some(self.next_look(used + flying, began, next, now)))
    }

    /// When to look again: when places are given up, or in the next window.
    fn next_look(&self, used: u32, began: Seconds, next: Seconds, now: Seconds) -> Seconds {
        let given_up = began + 0.55;
        if used < self.limit && now + 2e-6 < given_up { given_up } else { next }
    }

    /// Places left to others who use the same limit, by what they took before and what is left now.
    fn left_to_others(&self, label: u64, flying: u32, into: Seconds) -> u32 {
        let foreign = self.groups.foreign(self.limit);
        if foreign == 0 {
            return 0;
        }
        let reserve = foreign.max(1).min(self.limit - 1);
        let Some(group) = self.groups.recent.iter().find(|group| group.label == label) else {
            return reserve;
        };
        if into < 0.5 {
            return reserve;
        }
        // Late in a window what is left is known: all but one place.
        let left = group.least.saturating_sub(flying).saturating_sub(1);
        let used = group.own + flying;
        (self.limit - used.min(self.limit)).saturating_sub(left)
    }

    fn by_opening(&mut self, class: Class, flying: u32, now: Seconds) -> Result<(), Option<Seconds>> {
        let next = self.next_opening();
        if now >= next && self.opened.sent > 0 {
            self.opened.base = self.groups.recent.back().map_or(0, |group| group.label);
            self.opened.began = now;
            self.opened.sent = 0;
            self.opened.burst = 0;
            self.opened.refused = false;
        }
        let used = self.groups.own_above(self.opened.base);
        let into = now - self.opened.began;
        let label = self.groups.recent.back().map_or(0, |group| group.label);
        let kept = self.kept(class, into)
            + if label > self.opened.base {
                self.left_to_others(label, flying, into)
            } else {
                self.left_to_others(0, flying, into)
            };
        if used + flying + kept < self.limit {
            return Ok(());
        }
        let next = self.next_opening();
        if self.opened.sent == 0 || next == f64::MAX {
            return Err(None);
        }
        Err(Some(self.next_look(used + flying, self.opened.began, next, now).max(now + 0.001)))
    }

    /// When a new window may be opened.
    fn next_opening(&self) -> Seconds {
        let present = self.groups.recent.iter().filter(|group| group.label > self.opened.base);
        let first = present.map(|group| group.first_recv).fold(f64::MAX, f64::min);
        let certain = if first == f64::MAX { f64::MAX } else { first + WINDOW + 0.005 - self.credit() };
        let by_burst = self.opened.began + WINDOW + self.opened.guard;
        if self.opened.burst >= self.limit / 2 && !self.opened.refused {
            certain.min(by_burst)
        } else {
            certain
        }
    }

    fn by_bucket(&mut self, flying: u32, now: Seconds) -> Result<(), Option<Seconds>> {
        if flying >= self.limit * 4 {
            return Err(None);
        }
        if now < self.bucket.next { Err(Some(self.bucket.next)) } else { Ok(()) }
    }

    fn granted(&mut self, now: Seconds) -> PermitId {
        self.next_id += 1;
        self.open.push(Open { id: self.next_id, at: now, lost_until: None });
        self.last_sent = now;
        self.sends.push_back(now);
        if self.sends.len() > self.limit as usize {
            self.sends.pop_front();
        }
        self.opened.sent += 1;
        if now - self.opened.began < 0.02 {
            self.opened.burst += 1;
        }
        let cell = WINDOW / Seconds::from(self.limit);
        self.bucket.next = (self.bucket.next + cell).max(now + cell * 0.5);
        PermitId(self.next_id)
    }

    fn learn(&mut self, sent: Seconds, observation: &Observation) {
        let received = seconds(observation.received_at);
        let limits = &observation.headers;
        let refused = observation.refused();
        if !refused {
            self.slots.free_at.push_back(received + WINDOW - self.credit() + self.slots.guard);
            while self.slots.free_at.len() > self.limit as usize {
                self.slots.free_at.pop_front();
            }
        }
        if let (Some(label), Some(remaining)) = (limits.rate_reset, limits.rate_remaining) {
            self.groups.learn(sent, received, label, remaining, !refused);
            if !self.grid.learn(sent, received, label, limits.date) && self.mode == Mode::Grid {
                self.leave(received);
            }
            let saturated = received - self.denied < 1.0;
            self.bucket.room = if remaining >= 3 && saturated && !refused { self.bucket.room + 1 } else { 0 };
            if self.mode == Mode::Bucket && remaining <= 1 {
                self.bucket.next += 0.01;
            }
        }
        if refused {
            self.refused_at = received;
            self.refuse(received);
        }
        self.choose(received);
    }

    fn refuse(&mut self, now: Seconds) {
        match self.mode {
            Mode::Slots => self.slots.guard = (self.slots.guard + 0.03).min(0.5),
            Mode::Opened => {
                if !self.opened.refused {
                    self.opened.guard = (self.opened.guard + 0.015).min(0.2);
                }
                self.opened.refused = true;
            }
            Mode::Grid => {}
            Mode::Bucket => self.leave(now),
        }
        let bad = self.answers.recent.iter().filter(|refused| **refused).count();
        if self.mode != Mode::Slots && bad * 100 > 15 * self.answers.recent.len().max(20) {
            self.leave(now);
        }
    }

    fn leave(&mut self, now: Seconds) {
        let place = match self.mode {
            Mode::Slots => return,
            Mode::Grid => 0,
            Mode::Opened => 1,
            Mode::Bucket => 2,
        };
        if let Some(ban) = self.bans.get_mut(place) {
            ban.length = (ban.length * 2.0).clamp(30.0, 3600.0);
            ban.until = now + ban.length;
        }
        self.mode = Mode::Slots;
        self.bucket.room = 0;
        self.groups.recent.clear();
        self.answers.recent.clear();
    }

    fn choose(&mut self, now: Seconds) {
        let allowed = |place: usize| self.bans.get(place).is_some_and(|ban| now >= ban.until);
        let (fresh, all) = self.groups.fresh(self.limit);
        let windows = all >= 4 && fresh * 4 >= all * 3;
        let narrow = self.grid.width() < 0.35;
        let epoch = self.grid.epoch >= 25 && self.grid.windows >= 4;
        match self.mode {
            Mode::Grid | Mode::Bucket => {}
            Mode::Slots if allowed(0) && windows && narrow && (epoch || self.grid.windows >= 12) => {
                self.mode = Mode::Grid;
            }
            Mode::Opened if allowed(0) && windows && narrow && self.grid.windows >= 40 => {
                self.mode = Mode::Grid;
            }
            Mode::Slots if allowed(1) && windows && all >= 6 && !narrow => {
                self.mode = Mode::Opened;
                self.opened.began = now;
                self.opened.sent = 1;
                self.opened.burst = 0;
                self.opened.base = self.groups.recent.iter().rev().nth(1).map_or(0, |group| group.label);
            }
            Mode::Slots if allowed(2) && self.bucket.room >= 20 => {
                self.mode = Mode::Bucket;
                self.bucket.next = now;
            }
            Mode::Slots | Mode::Opened => {}
        }
    }
}

impl Limiter for Adaptive {
    fn try_acquire(&self, ask: &Ask, now: Moment) -> Decision {
        let mut state = self.state();
        let at = seconds(now);
        match state.decide(ask.class, at) {
            Ok(()) => Decision::Granted(state.granted(at)),
            Err(wait) => {
                state.denied = at;
                wait.map_or(Decision::OnChange, |wait| Decision::NotBefore(moment(wait)))
            }
        }
    }

    fn resume(&self, now: Moment) -> Option<Moment> {
        (self.state().mode == Mode::Opened).then_some(now)
    }

    fn refund(&self, id: PermitId) {
        self.state().open.retain(|open| open.id != id.0);
    }

    fn lost(&self, id: PermitId, sent_at: Moment) {
        let until = seconds(sent_at) + LATEST_ARRIVAL + WINDOW;
        if let Some(open) = self.state().open.iter_mut().find(|open| open.id == id.0) {
            open.lost_until = Some(until);
        }
    }

    fn observe(&self, id: PermitId, observation: &Observation) {
        let mut state = self.state();
        state.open.retain(|open| open.id != id.0);
        if observation.status.is_none() {
            return;
        }
        let sent = seconds(observation.sent_at);
        let trip = seconds(observation.received_at) - sent;
        state.answers.answered += 1;
        let refused = observation.refused();
        state.answers.refused += u64::from(refused);
        state.answers.recent.push_back(refused);
        if state.answers.recent.len() > 60 {
            state.answers.recent.pop_front();
        }
        if !refused {
            state.answers.least_trip = Some(state.answers.least_trip.map_or(trip, |least| least.min(trip)));
            if state.mode == Mode::Opened {
                state.opened.guard = (state.opened.guard - 0.00001).max(0.002);
            }
            state.slots.guard = (state.slots.guard - 0.0002).max(0.0);
        }
        state.learn(sent, observation);
    }

    fn snapshot(&self, now: Moment) -> Snapshot {
        let mut state = self.state();
        let in_flight = state.in_flight(seconds(now));
        Snapshot {
            strategy: match state.mode {
                Mode::Slots => "adaptive: slots",
                Mode::Grid => "adaptive: grid",
                Mode::Opened => "adaptive: opened",
                Mode::Bucket => "adaptive: bucket",
            },
            in_flight,
            available: None,
            answered: state.answers.answered,
            refused: state.answers.refused,
            least_round_trip: state
                .answers
                .least_trip
                .and_then(|trip| Duration::try_from_secs_f64(trip).ok()),
        }
    }
}
