//! The one queue before a limiter: first in, first out, no polling, nobody left behind.
//!
//! While calls wait, one small task asks the limiter on behalf of the head and hands out permits;
//! it ends when the queue is empty. The waiting calls need not be polled for it to go on: a caller
//! who is busy elsewhere delays nobody else.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use knack_core::clock::{Clock, Moment};
use knack_core::limit::{Ask, Bell, Decision, Limiter, Permit, Snapshot};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout_at;

use crate::clock::TokioClock;

/// The shortest wait, which keeps a limiter that names a past moment from spinning the task.
const TICK: Duration = Duration::from_millis(1);

/// A queue and its limiter; clones share both.
#[derive(Clone)]
pub(crate) struct Queue(Arc<Inner>);

struct Inner {
    limiter: Arc<dyn Limiter>,
    clock: TokioClock,
    state: Mutex<State>,
    arrivals: AtomicU64,
    changed: Notify,
    /// Rings `changed`; every permit has it, and so has the limiter.
    bell: Bell,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiter>,
    hold: Option<Hold>,
    /// Whether a task serves the queue.
    driven: bool,
}

struct Waiter {
    place: Place,
    ask: Ask,
    grant: oneshot::Sender<Permit>,
}

/// A call's place in the queue, kept through its retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(u64);

/// Nothing goes before this moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold {
    pub(crate) until: Moment,
    pub(crate) reason: HoldReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HoldReason {
    /// A call was refused for its rate.
    Throttled,
    /// The plan's calls of the day are used up.
    PlanExhausted,
}

/// Why a call got no permit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Denied {
    /// Its deadline comes first; the earliest moment is told where it is known.
    TooLate(Option<Moment>),
    /// The plan's calls are used up until this moment.
    PlanExhausted(Moment),
}

impl Queue {
    pub(crate) fn new(limiter: Arc<dyn Limiter>, clock: TokioClock) -> Self {
        let inner = Arc::new_cyclic(|weak: &Weak<Inner>| {
            let weak = Weak::clone(weak);
            let ring = move || {
                if let Some(inner) = weak.upgrade() {
                    inner.changed.notify_one();
                }
            };
            Inner {
                limiter,
                clock,
                state: Mutex::default(),
                arrivals: AtomicU64::new(0),
                changed: Notify::new(),
                bell: Bell::new(ring),
            }
        });
        inner.limiter.on_change(inner.bell.clone());
        Self(inner)
    }

    /// A place behind everyone who has one.
    pub(crate) fn place(&self) -> Place {
        Place(self.0.arrivals.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits for a permit until the ask's deadline. `patient` waits while the plan is used up.
    pub(crate) async fn acquire(&self, place: Place, ask: Ask, patient: bool) -> Result<Permit, Denied> {
        let granted = match self.enter(place, ask, patient)? {
            Entered::Granted(permit) => return Ok(permit),
            Entered::Waiting(granted) => granted,
        };
        let _leave = Leave { queue: &self.0, place };
        match timeout_at(self.0.clock.instant(ask.deadline), granted).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Denied::TooLate(None)),
        }
    }

    fn enter(&self, place: Place, ask: Ask, patient: bool) -> Result<Entered, Denied> {
        let now = self.0.clock.now();
        let mut state = self.0.state();
        let hold = state.hold(now);
        if let Some(Hold { until, reason: HoldReason::PlanExhausted }) = hold
            && !patient
        {
            return Err(Denied::PlanExhausted(until));
        }
        if state.waiting.is_empty()
            && hold.is_none()
            && let Ok(permit) = self.0.try_acquire(&ask, now)
        {
            return Ok(Entered::Granted(permit));
        }
        let ahead = state.waiting.partition_point(|waiter| waiter.place < place);
        let earliest = self.0.limiter.earliest(ahead, now).max(hold.map(|hold| hold.until));
        if earliest.is_some_and(|earliest| earliest > ask.deadline) {
            return Err(Denied::TooLate(earliest));
        }
        let (grant, granted) = oneshot::channel();
        state.waiting.insert(ahead, Waiter { place, ask, grant });
        if !std::mem::replace(&mut state.driven, true) {
            tokio::spawn(drive(Arc::clone(&self.0)));
        }
        drop(state);
        self.0.changed.notify_one();
        Ok(Entered::Waiting(granted))
    }

    /// Lets nothing go before `hold.until`; a longer hold stays.
    pub(crate) fn hold(&self, hold: Hold) {
        let now = self.0.clock.now();
        let mut state = self.0.state();
        if state.hold(now).is_none_or(|present| present.until < hold.until) {
            state.hold = Some(hold);
        }
        drop(state);
        self.0.changed.notify_one();
    }

    /// Until when the plan is known to be used up.
    pub(crate) fn plan_hold(&self) -> Option<Moment> {
        let hold = self.0.state().hold(self.0.clock.now())?;
        (hold.reason == HoldReason::PlanExhausted).then_some(hold.until)
    }

    /// How many calls wait, and the limiter's own state.
    pub(crate) fn snapshot(&self) -> (usize, Snapshot) {
        let waiting = self.0.state().waiting.len();
        (waiting, self.0.limiter.snapshot(self.0.clock.now()))
    }
}

enum Entered {
    Granted(Permit),
    Waiting(oneshot::Receiver<Permit>),
}

impl Inner {
    /// Nothing panics while the lock is held, except perhaps a limiter of the user's; the state is
    /// whole then too.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_acquire(&self, ask: &Ask, now: Moment) -> Result<Permit, Decision> {
        Ok(Permit::try_acquire(&self.limiter, ask, now)?.with_bell(self.bell.clone()))
    }

    /// Hands out all permits that can be had now. Answers until when there is nothing to do, and
    /// `None` when nobody waits any more.
    fn serve(&self) -> Option<Wait> {
        let now = self.clock.now();
        let mut state = self.state();
        loop {
            let Some(head) = state.waiting.front() else {
                state.driven = false;
                return None;
            };
            if head.grant.is_closed() {
                state.waiting.pop_front();
                continue;
            }
            let ask = head.ask;
            if let Some(hold) = state.hold(now) {
                return Some(Wait::Until(hold.until));
            }
            match self.try_acquire(&ask, now) {
                // A caller who has just left gives the permit back by dropping it.
                Ok(permit) => drop(state.waiting.pop_front().map(|waiter| waiter.grant.send(permit))),
                Err(Decision::NotBefore(at)) => return Some(Wait::Until(at.max(now + TICK))),
                Err(_) => return Some(Wait::ForChange),
            }
        }
    }
}

impl State {
    fn hold(&mut self, now: Moment) -> Option<Hold> {
        self.hold = self.hold.filter(|hold| hold.until > now);
        self.hold
    }
}

enum Wait {
    Until(Moment),
    ForChange,
}

async fn drive(queue: Arc<Inner>) {
    let mut driver = Driver { queue, done: false };
    while let Some(wait) = driver.queue.serve() {
        let changed = driver.queue.changed.notified();
        match wait {
            Wait::Until(at) => drop(timeout_at(driver.queue.clock.instant(at), changed).await),
            Wait::ForChange => changed.await,
        }
    }
    driver.done = true;
}

/// Lets another task serve the queue when this one is ended early, as by its runtime's shutdown.
struct Driver {
    queue: Arc<Inner>,
    done: bool,
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.done {
            self.queue.state().driven = false;
        }
    }
}

/// Takes a call that stops waiting out of the queue.
struct Leave<'a> {
    queue: &'a Arc<Inner>,
    place: Place,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.queue.state().waiting.retain(|waiter| waiter.place != self.place);
        self.queue.changed.notify_one();
    }
}
