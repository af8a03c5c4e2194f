//! Learns how the server lays out its second, and uses all that it allows.

use std::time::Duration;

use crate::clock::Moment;
use crate::limit::lock::{self, Mutex, MutexGuard};
use crate::limit::{
    Ask, Class, Decision, LATEST_ARRIVAL, LearntWindow, Limiter, MOST_CALLS, Observation, PermitId, Snapshot,
};

mod answers;
mod clock;
mod estimate;
mod grid;
mod learn;
mod opened;
mod permits;
mod seen;
mod slots;
mod untold;

use answers::Answers;
use clock::ServerClock;
use grid::Grid;
use opened::Opened;
use permits::Permits;
use seen::{Now, Seen, Window};
use slots::Slots;

/// A moment or a time in microseconds of our clock.
type Micros = i64;

const SECOND: Micros = 1_000_000;

/// Clocks drift apart by less than this part of the time that passes: 100 in a million.
const DRIFT: Micros = 10_000;

/// How many answers in a row that tell of room, while calls wait, show a bucket.
const ROOM_OF_BUCKET: u32 = 20;

/// How many times the limit may be on its way to a bucket.
const FLYING_TO_BUCKET: u32 = 4;

/// How far into a window bulk calls leave a fifth of its places to the others.
const KEPT_UNTIL: Micros = 550_000;

/// How long after a refusal no second carries more than the limit. A minute would have persons wait longer than
/// they may where bulk calls fill up windows that the first call opens.
const SLOWED: Micros = 20 * SECOND;

/// How long to hold when calls came before the last window was over: it is then.
const TOO_EARLY: Micros = 100_000;

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
/// or too many calls are refused, it goes back to slots, and tries again later. Of windows on a grid, or
/// that calls open, [`Class::Bulk`] calls leave a fifth to the other classes for the first half; of fewer
/// than five places that is none. Others who use the same limit are noticed by what remains, and are left
/// their places.
///
/// Guarantees: without others and with a server of one of these kinds, hardly a call is refused; for 20 seconds
/// from a refusal on, no second carries more than the limit. Under full load, where 20 seconds are 200 calls,
/// none does while one in so many is refused. At other times two windows may be used up within the second in which
/// one of them ends, as the server allows. Costs: one lock and no allocation.
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

/// A bucket that fills evenly.
#[derive(Debug, Default)]
struct Bucket {
    /// How many answers in a row told of room while calls waited.
    room: u32,
    next: Micros,
}

fn micros(moment: Moment) -> Micros {
    // No sum with it overflows.
    Micros::try_from(moment.since_start().as_micros()).unwrap_or(Micros::MAX).min(Micros::MAX / 4)
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
            opened: Opened::new(long_ago),
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
            Mode::Bucket => self.decide_by_bucket(flying, now),
        }
    }

    fn decide_by_bucket(&self, flying: u32, now: Micros) -> Result<(), Wait> {
        if flying >= self.limit.saturating_mul(FLYING_TO_BUCKET) {
            return Err(Wait::Change);
        }
        if now < self.bucket.next { Err(Wait::Until(self.bucket.next)) } else { Ok(()) }
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
            Mode::Bucket => u32::from(self.decide_by_bucket(flying, now).is_ok()),
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
        Load { used: own_used.saturating_add(untold).saturating_add(flying), others }
    }

    fn decide_by_grid(&self, class: Class, flying: u32, now: Micros) -> Result<(), Wait> {
        let (_, began) = self.grid.present(now);
        let load = self.load_of_grid(flying, now);
        if load.all().saturating_add(self.kept(class, began, now)) < self.limit {
            return Ok(());
        }
        Err(Wait::Until(self.next_look(load.used, began, began + SECOND, now)))
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

    /// Places that bulk calls leave to the others in the first half of a window: a fifth, so none of fewer than five.
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
        match self.mode {
            Mode::Slots | Mode::Grid => {}
            Mode::Opened => self.opened.granted(now),
            Mode::Bucket => {
                let cell = self.cell();
                // Half a cell of lateness is made up for.
                self.bucket.next = (self.bucket.next + cell).max(now + cell / 2);
            }
        }
        self.permits.grant(now, self.limit)
    }

    /// How far apart calls are that are evenly spread.
    fn cell(&self) -> Micros {
        SECOND / Micros::from(self.limit)
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
        let until = micros(sent_at + LATEST_ARRIVAL) + SECOND;
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
mod tests;
