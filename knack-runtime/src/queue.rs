//! The one queue before a limiter, of all clients that share it: class by class, first in, first out
//! within one, no polling, nobody left behind.
//!
//! While calls wait, one small task asks the limiter on behalf of the head and hands out permits;
//! it ends when the queue is empty. The waiting calls need not be polled for it to go on: a caller
//! who is busy elsewhere delays nobody else.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use knack_core::clock::{Clock, Moment};
use knack_core::limit::{Ask, Bell, Class, Decision, LearntWindow, Limiter, Permit, Snapshot};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout_at;

use crate::clock::TokioClock;
use crate::holds::{Denied, Holds, Terms};
use crate::lines::{Lines, Place};

/// The shortest wait, which keeps a limiter that names a past moment from spinning the task.
const TICK: Duration = Duration::from_millis(1);

/// A queue and its limiter; clones share both.
#[derive(Clone)]
pub(crate) struct Queue(Arc<Inner>);

struct Inner {
    limiter: Arc<dyn Limiter>,
    state: Mutex<State>,
    arrivals: AtomicU64,
    changed: Notify,
    /// Rings `changed`; every permit has it, and so has the limiter.
    bell: Bell,
}

#[derive(Default)]
struct State {
    waiting: Lines<Waiter>,
    holds: Holds,
    /// Whether a task serves the queue.
    driven: bool,
}

struct Waiter {
    terms: Terms,
    answer: oneshot::Sender<Result<Permit, Denied>>,
}

/// The queues in use, by which clients that share a limiter find its queue.
static QUEUES: Mutex<Vec<Weak<Inner>>> = Mutex::new(Vec::new());

impl Queue {
    /// The queue of this limiter. One of its own for each client would leave those that share the limiter
    /// to chance: the busiest would get every permit.
    pub(crate) fn of(limiter: Arc<dyn Limiter>) -> Self {
        let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        queues.retain(|queue| queue.strong_count() > 0);
        let same = |inner: &Arc<Inner>| inner.limiter.identity() == limiter.identity();
        if let Some(inner) = queues.iter().filter_map(Weak::upgrade).find(same) {
            return Self(inner);
        }
        let queue = Self::new(limiter);
        queues.push(Arc::downgrade(&queue.0));
        queue
    }

    fn new(limiter: Arc<dyn Limiter>) -> Self {
        let inner = Arc::new_cyclic(|weak: &Weak<Inner>| {
            let weak = Weak::clone(weak);
            let ring = move || {
                if let Some(inner) = weak.upgrade() {
                    inner.changed.notify_one();
                }
            };
            Inner {
                limiter,
                state: Mutex::default(),
                arrivals: AtomicU64::new(0),
                changed: Notify::new(),
                bell: Bell::new(ring),
            }
        });
        inner.limiter.on_change(inner.bell.clone());
        Self(inner)
    }

    /// A place behind everyone of its class who has one.
    pub(crate) fn place(&self) -> Place {
        Place(self.0.arrivals.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits for a permit, as long as the terms allow.
    pub(crate) async fn acquire(&self, place: Place, terms: Terms) -> Result<Permit, Denied> {
        loop {
            let answer = match self.enter(place, terms)? {
                Entered::Granted(permit) => return in_time(permit, terms),
                Entered::Waiting(answer) => answer,
            };
            let _leave = Leave { queue: &self.0, place, class: terms.ask.class };
            match timeout_at(TokioClock::instant(terms.ask.deadline), answer).await {
                Ok(Ok(answer)) => return answer.and_then(|permit| in_time(permit, terms)),
                // The task that served the queue ended with its runtime: this call sees to another.
                Ok(Err(_)) => {}
                Err(_) => return Err(self.too_late(terms)),
            }
        }
    }

    /// Why a call got nothing until its deadline.
    fn too_late(&self, terms: Terms) -> Denied {
        let now = TokioClock.now();
        let denial = self.0.state(now).holds.denial(&terms, now);
        denial.unwrap_or(Denied::TooLate(None))
    }

    fn enter(&self, place: Place, terms: Terms) -> Result<Entered, Denied> {
        let now = TokioClock.now();
        let mut state = self.0.state(now);
        if let Some(denied) = state.holds.denial(&terms, now) {
            return Err(denied);
        }
        let held = state.holds.until(now);
        if state.waiting.is_empty()
            && held.is_none()
            && let Ok(permit) = self.0.try_acquire(&terms.ask, now)
        {
            state.holds.let_go(now);
            return Ok(Entered::Granted(permit));
        }
        let class = terms.ask.class;
        let ahead = state.waiting.ahead(class, place);
        let earliest = self.0.limiter.earliest(ahead, now).max(held);
        if earliest.is_some_and(|earliest| earliest > terms.ask.deadline) {
            return Err(Denied::TooLate(earliest));
        }
        let (sender, answer) = oneshot::channel();
        state.waiting.insert(class, place, Waiter { terms, answer: sender });
        let driven = std::mem::replace(&mut state.driven, true);
        drop(state);
        if !driven {
            // Not under the lock: a runtime that shuts down drops the task on the spot.
            tokio::spawn(drive(Driver { queue: Arc::clone(&self.0), done: false }));
        }
        self.0.changed.notify_one();
        Ok(Entered::Waiting(answer))
    }

    /// When to go on after a refusal, if the limiter knows.
    pub(crate) fn resume(&self, now: Moment) -> Option<Moment> {
        self.0.limiter.resume(now)
    }

    /// A refusal for the rate: lets nothing go before `until`.
    pub(crate) fn throttle(&self, until: Moment) {
        self.0.hold(|holds, _| holds.throttle(until));
    }

    /// The plan is used up, until the reset if the server named it.
    pub(crate) fn exhaust(&self, resets_at: Option<Moment>) {
        self.0.hold(|holds, now| holds.exhaust(now, resets_at));
    }

    /// A call that was sent at `sent_at` found calls in the plan.
    pub(crate) fn replenish(&self, sent_at: Moment) {
        self.0.hold(|holds, _| holds.replenish(sent_at));
    }

    /// How many calls wait, by class, and the limiter's own state.
    pub(crate) fn snapshot(&self, now: Moment) -> ([usize; 3], Snapshot) {
        let waiting = self.0.state(now).waiting.lengths();
        (waiting, self.0.limiter.snapshot(now))
    }

    /// The server's window, if the limiter knows it.
    pub(crate) fn window(&self, now: Moment) -> Option<LearntWindow> {
        self.0.limiter.window(now)
    }

    /// Why a call in this place waits, and until when at least, as far as that is known.
    pub(crate) fn outlook(&self, place: Place, class: Class) -> (&'static str, Option<Moment>) {
        let now = TokioClock.now();
        let state = self.0.state(now);
        let (reason, held) =
            state.holds.reason(now).map_or(("rate", None), |(why, until)| (why, Some(until)));
        let earliest = self.0.limiter.earliest(state.waiting.ahead(class, place), now);
        (reason, earliest.max(held))
    }
}

/// The permit, unless it is of no use any more: there is less time left than an answer takes, or the
/// caller took it up too late.
fn in_time(permit: Permit, terms: Terms) -> Result<Permit, Denied> {
    let now = TokioClock.now();
    if now <= terms.ask.deadline { Ok(permit) } else { Err(Denied::TooLate(Some(now))) }
}

enum Entered {
    Granted(Permit),
    Waiting(oneshot::Receiver<Result<Permit, Denied>>),
}

impl Inner {
    /// Nothing panics while the lock is held, except perhaps a limiter of the user's; the state is
    /// whole then too.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state without holds that are over.
    fn state(&self, now: Moment) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        state.holds.expire(now);
        state
    }

    fn try_acquire(&self, ask: &Ask, now: Moment) -> Result<Permit, Decision> {
        Ok(Permit::try_acquire(&self.limiter, ask, now)?.with_bell(self.bell.clone()))
    }

    /// Changes the holds, and tells whoever cannot wait for them.
    fn hold(&self, change: impl FnOnce(&mut Holds, Moment)) {
        let now = TokioClock.now();
        let mut state = self.state(now);
        change(&mut state.holds, now);
        state.deny(now);
        drop(state);
        self.changed.notify_one();
    }

    /// Hands out all permits that can be had now. Answers until when there is nothing to do, and
    /// `None` when nobody waits any more.
    fn serve(&self) -> Option<Wait> {
        let now = TokioClock.now();
        let mut state = self.state(now);
        loop {
            let Some((head, class)) = state.waiting.head() else {
                state.driven = false;
                return None;
            };
            if head.answer.is_closed() {
                state.waiting.skip();
                continue;
            }
            if let Some(until) = state.holds.until(now) {
                return Some(Wait::Until(until));
            }
            let mut ask = head.terms.ask;
            ask.class = class;
            match self.try_acquire(&ask, now) {
                Ok(permit) => state.grant(permit, now),
                Err(Decision::NotBefore(at)) => return Some(Wait::Until(at.max(now + TICK))),
                Err(_) => return Some(Wait::ForChange),
            }
        }
    }
}

impl State {
    /// Gives the head its permit. A caller who has just left gives it back by dropping it.
    fn grant(&mut self, permit: Permit, now: Moment) {
        drop(self.waiting.serve().map(|waiter| waiter.answer.send(Ok(permit))));
        self.holds.let_go(now);
        self.deny(now);
    }

    /// Sends away whoever cannot wait for what holds the queue.
    fn deny(&mut self, now: Moment) {
        if self.holds.is_empty() {
            return;
        }
        let denial = |waiter: &Waiter| self.holds.denial(&waiter.terms, now);
        for waiter in self.waiting.take_if(|waiter| denial(waiter).is_some()) {
            if let Some(denied) = self.holds.denial(&waiter.terms, now) {
                drop(waiter.answer.send(Err(denied)));
            }
        }
    }
}

enum Wait {
    Until(Moment),
    ForChange,
}

async fn drive(mut driver: Driver) {
    while let Some(wait) = driver.queue.serve() {
        let changed = driver.queue.changed.notified();
        match wait {
            Wait::Until(at) => drop(timeout_at(TokioClock::instant(at), changed).await),
            Wait::ForChange => changed.await,
        }
    }
    driver.done = true;
}

/// Serves the queue. Ended early, as by its runtime's shutdown, it sends the calls that wait back to the
/// queue, so that the first of another runtime drives it.
struct Driver {
    queue: Arc<Inner>,
    done: bool,
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.done {
            let mut state = self.queue.lock();
            state.driven = false;
            let waiting = std::mem::take(&mut state.waiting);
            drop(state);
            drop(waiting);
        }
    }
}

/// Takes a call that stops waiting out of the queue.
struct Leave<'a> {
    queue: &'a Arc<Inner>,
    place: Place,
    class: Class,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.queue.lock().waiting.remove(self.class, self.place);
        self.queue.changed.notify_one();
    }
}
