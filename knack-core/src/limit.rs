//! Limiters: who may send, and when.
//!
//! The executor owns the queue. A [`Limiter`] answers for the head of that queue alone: a permit,
//! not before a certain moment, or not before something changes. It neither sleeps nor keeps
//! waiters, so that every limiter is exactly first in, first out, and one that is shared between
//! processes can lease permits ahead in a task of its own.
//!
//! A permit goes through states: *granted*, then *sent*, then *ended*. What becomes of it is one of
//! three things:
//!
//! - **refunded**, if nothing reached the server: it was dropped before sending, or no connection came
//!   about;
//! - **observed**, if the call ended: with an answer, or with a connection that broke;
//! - **lost**, if the call was given up on its way, by a time-out or by a caller who dropped it. It may
//!   still arrive at the server, so it stays charged.
//!
//! Knack's limit is 10 calls a second on every plan. Source: docs.knack.com/docs/api-limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::clock::Moment;
use crate::headers::LimitHeaders;

/// What the head of the queue asks for.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::Ask;
///
/// let mut ask = Ask::new(Moment::ZERO + Duration::from_secs(60));
/// assert_eq!(ask.attempt, 0);
/// ask.attempt = 1; // the same call, after a refusal
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Ask {
    /// The latest moment at which sending is of use: the call's deadline, for a write less the time that
    /// an answer takes at least.
    pub deadline: Moment,
    /// How often the call was sent already, refusals included: 0 for a first attempt.
    pub attempt: u32,
    /// How urgent it is.
    pub class: Class,
}

/// How urgent a call is. The queue serves classes in this order, and is first in, first out within one.
///
/// ```
/// use knack_core::limit::Class;
///
/// assert!(Class::Interactive < Class::Bulk);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A person waits for it.
    Interactive,
    /// Neither the one nor the other.
    #[default]
    Normal,
    /// Part of a long job that nobody watches. It yields to the others, and is never starved.
    Bulk,
}

impl Ask {
    /// A first attempt that is to be sent by `deadline`.
    pub const fn new(deadline: Moment) -> Self {
        Self { deadline, attempt: 0, class: Class::Normal }
    }
}

/// A limiter's answer to the head of the queue.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Ask, Decision, Limiter, Slots};
///
/// let (slots, now) = (Slots::new(1), Moment::ZERO);
/// let ask = Ask::new(now + Duration::from_secs(60));
/// let Decision::Granted(id) = slots.try_acquire(&ask, now) else { panic!() };
/// assert_eq!(slots.try_acquire(&ask, now), Decision::OnChange); // its end is not known yet
///
/// slots.lost(id, now); // given up on its way: it may arrive for 5 s, and counts for 1 s more
/// assert_eq!(slots.try_acquire(&ask, now), Decision::NotBefore(now + Duration::from_secs(6)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send now; the id names the permit from here on.
    Granted(PermitId),
    /// Ask again at this moment, or earlier if something changes.
    NotBefore(Moment),
    /// Ask again when a permit comes back or the limiter says that something changed.
    OnChange,
}

/// The name that a limiter gives to a permit. What it means is the limiter's business; the executor
/// hands it back with what became of the call.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Ask, Decision, Limiter, PermitId, Slots};
///
/// let ask = Ask::new(Moment::ZERO + Duration::from_secs(60));
/// let decision = Slots::default().try_acquire(&ask, Moment::ZERO);
/// assert_eq!(decision, Decision::Granted(PermitId(0))); // here: the number of the slot
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PermitId(pub u64);

/// What became of a call that was sent.
///
/// ```
/// use std::time::Duration;
/// use http::StatusCode;
/// use knack_core::clock::Moment;
/// use knack_core::headers::LimitHeaders;
/// use knack_core::limit::Observation;
///
/// let sent = Moment::ZERO;
/// let received = sent + Duration::from_millis(150);
/// let status = Some(StatusCode::TOO_MANY_REQUESTS);
/// let answer = Observation::new(sent, received, status, LimitHeaders::default());
/// assert!(answer.refused());
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Observation {
    /// When it was sent.
    pub sent_at: Moment,
    /// When its answer, or its failure, came.
    pub received_at: Moment,
    /// The answer's status; `None` if none came.
    pub status: Option<StatusCode>,
    /// What the answer says about limits.
    pub headers: LimitHeaders,
}

impl Observation {
    /// An answer with this status.
    pub const fn new(
        sent_at: Moment,
        received_at: Moment,
        status: Option<StatusCode>,
        headers: LimitHeaders,
    ) -> Self {
        Self { sent_at, received_at, status, headers }
    }

    /// Whether the server refused the call for its rate or its plan (status 429). Knack answers both
    /// alike; [`plan_exhausted`](LimitHeaders::plan_exhausted) of the headers tells them apart.
    pub fn refused(&self) -> bool {
        self.status == Some(StatusCode::TOO_MANY_REQUESTS)
    }
}

/// A limiter as seen from outside, for people and for metrics.
///
/// ```
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Limiter, Slots};
///
/// let snapshot = Slots::default().snapshot(Moment::ZERO);
/// assert_eq!((snapshot.strategy, snapshot.available, snapshot.in_flight), ("slots", Some(10), 0));
/// assert_eq!((snapshot.answered, snapshot.refused, snapshot.least_round_trip), (0, 0, None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Snapshot {
    /// The limiter's name.
    pub strategy: &'static str,
    /// Permits that are granted or sent and not answered yet.
    pub in_flight: u32,
    /// Permits that could be granted now; `None` if there is no bound.
    pub available: Option<u32>,
    /// Answers seen since the limiter was made, of whatever status.
    pub answered: u64,
    /// How many of them were refusals (429).
    pub refused: u64,
    /// The smallest round trip seen; `None` before the first answer, or if the limiter does not
    /// measure it.
    pub least_round_trip: Option<Duration>,
}

/// How a limiter takes the server's present second to lie.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::LearntWindow;
///
/// let ends_at = Moment::ZERO + Duration::from_millis(730);
/// let window = LearntWindow::new(ends_at, Duration::from_millis(12)); // give or take 6 ms
/// assert_eq!(window.ends_at - Moment::ZERO, Duration::from_millis(730));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LearntWindow {
    /// When it ends, by our clock.
    pub ends_at: Moment,
    /// How far apart the bounds are between which it may end.
    pub clock_width: Duration,
}

impl LearntWindow {
    /// A window that ends so, as far as is known.
    pub const fn new(ends_at: Moment, clock_width: Duration) -> Self {
        Self { ends_at, clock_width }
    }
}

/// Decides when calls are sent. All methods are called from the executor, never concurrently for
/// the same permit; they take the time as an argument and return at once.
///
/// Clients of a process that are given one limiter share its queue as well, and go by one clock.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::limit::{Ask, Decision, Limiter, Observation, PermitId, Snapshot};
///
/// /// At most one call a second, whatever the answers say.
/// #[derive(Default)]
/// struct OnePerSecond { next: AtomicU64 }
///
/// impl Limiter for OnePerSecond {
///     fn try_acquire(&self, _ask: &Ask, now: Moment) -> Decision {
///         let next = Moment::new(Duration::from_millis(self.next.load(Ordering::Relaxed)));
///         if now < next {
///             return Decision::NotBefore(next);
///         }
///         let after = (now + Duration::from_secs(1)).since_start().as_millis() as u64;
///         self.next.store(after, Ordering::Relaxed);
///         Decision::Granted(PermitId(0))
///     }
///     fn refund(&self, _id: PermitId) {}
///     fn lost(&self, _id: PermitId, _sent_at: Moment) {}
///     fn observe(&self, _id: PermitId, _observation: &Observation) {}
///     fn snapshot(&self, _now: Moment) -> Snapshot { Snapshot::default() }
/// }
///
/// let (limiter, now) = (OnePerSecond::default(), Moment::ZERO);
/// let ask = Ask::new(now + Duration::from_secs(60));
/// assert_eq!(limiter.try_acquire(&ask, now), Decision::Granted(PermitId(0)));
/// assert_eq!(limiter.try_acquire(&ask, now), Decision::NotBefore(now + Duration::from_secs(1)));
/// ```
pub trait Limiter: Send + Sync + 'static {
    /// May the head of the queue be sent now? Called again at the moment that was named, after each
    /// permit's end, and when the [`Bell`] rings.
    fn try_acquire(&self, ask: &Ask, now: Moment) -> Decision;

    /// The permit was not used: nothing reached the server, so nothing is charged.
    fn refund(&self, id: PermitId);

    /// The call was sent at `sent_at` and given up before its answer, by a time-out or by its caller; it
    /// may still arrive at the server and must stay charged for as long as that could be.
    fn lost(&self, id: PermitId, sent_at: Moment);

    /// The call ended: with an answer, or with a connection that broke (`status` is `None`), after which
    /// it will not arrive any more, but may have done so before.
    fn observe(&self, id: PermitId, observation: &Observation);

    /// The state at `now`, for people and for metrics.
    fn snapshot(&self, now: Moment) -> Snapshot;

    /// The earliest moment at which the call with `ahead` calls before it could be granted, if
    /// that is known. A call whose deadline is earlier is refused at once, so a guess must be too
    /// early rather than too late.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knack_core::clock::Moment;
    /// use knack_core::limit::{Limiter, Slots};
    ///
    /// // With 10 slots free, the 26th call goes two seconds later.
    /// let earliest = Slots::default().earliest(25, Moment::ZERO);
    /// assert_eq!(earliest, Some(Moment::ZERO + Duration::from_secs(2)));
    /// ```
    fn earliest(&self, ahead: usize, now: Moment) -> Option<Moment> {
        let _ = (ahead, now);
        None
    }

    /// After a refusal that came without a `Retry-After`: when to go on, if the limiter knows better than a
    /// second. The queue holds until then.
    ///
    /// ```
    /// use knack_core::clock::Moment;
    /// use knack_core::limit::{Limiter, Slots};
    ///
    /// assert_eq!(Slots::default().resume(Moment::ZERO), None);
    /// ```
    fn resume(&self, now: Moment) -> Option<Moment> {
        let _ = now;
        None
    }

    /// How the server's present second lies, if the limiter has learnt that; for people and for metrics.
    ///
    /// ```
    /// use knack_core::clock::Moment;
    /// use knack_core::limit::{Limiter, Slots};
    ///
    /// assert_eq!(Slots::default().window(Moment::ZERO), None); // slots need not know
    /// ```
    fn window(&self, now: Moment) -> Option<LearntWindow> {
        let _ = now;
        None
    }

    /// Gives the limiter a bell to ring when something changes that no answer or permit tells of,
    /// such as a permit leased from elsewhere. Called when the first client takes it into use.
    fn on_change(&self, bell: Bell) {
        let _ = bell;
    }

    /// What tells this limiter from others. Clients whose limiters are the same share one queue: first in,
    /// first out over all of them, and a refusal holds them all. A limiter that wraps a shared one gives
    /// that one's identity.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use knack_core::limit::{Limiter, Slots};
    ///
    /// let shared = Arc::new(Slots::default());
    /// assert_eq!(shared.identity(), Arc::clone(&shared).identity());
    /// assert_ne!(shared.identity(), Slots::default().identity());
    /// ```
    fn identity(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// A limiter that several clients share, each of which holds a clone of the `Arc`.
impl<L: Limiter + ?Sized> Limiter for Arc<L> {
    fn try_acquire(&self, ask: &Ask, now: Moment) -> Decision {
        (**self).try_acquire(ask, now)
    }

    fn refund(&self, id: PermitId) {
        (**self).refund(id);
    }

    fn lost(&self, id: PermitId, sent_at: Moment) {
        (**self).lost(id, sent_at);
    }

    fn observe(&self, id: PermitId, observation: &Observation) {
        (**self).observe(id, observation);
    }

    fn snapshot(&self, now: Moment) -> Snapshot {
        (**self).snapshot(now)
    }

    fn earliest(&self, ahead: usize, now: Moment) -> Option<Moment> {
        (**self).earliest(ahead, now)
    }

    fn resume(&self, now: Moment) -> Option<Moment> {
        (**self).resume(now)
    }

    fn window(&self, now: Moment) -> Option<LearntWindow> {
        (**self).window(now)
    }

    fn on_change(&self, bell: Bell) {
        (**self).on_change(bell);
    }

    fn identity(&self) -> usize {
        (**self).identity()
    }
}

/// Wakes an executor's queue, so that its head asks again. A limiter gets one from each client by
/// [`Limiter::on_change`] and rings it from a task or thread of its own, never while it is asked.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::sync::Arc;
/// use knack_core::limit::Bell;
///
/// let rings = Arc::new(AtomicU32::new(0));
/// let counted = Arc::clone(&rings);
/// let bell = Bell::new(move || { counted.fetch_add(1, Ordering::Relaxed); });
/// bell.ring();
/// assert_eq!(rings.load(Ordering::Relaxed), 1);
/// ```
#[derive(Clone)]
pub struct Bell(Arc<dyn Fn() + Send + Sync>);

impl Bell {
    /// A bell that calls `ring`.
    pub fn new(ring: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(ring))
    }

    /// Something changed.
    pub fn ring(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bell")
    }
}

/// Leave to send one call. See the [module](self) for its states.
///
/// ```
/// # use std::sync::Arc;
/// # use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::headers::LimitHeaders;
/// use knack_core::limit::{Ask, Limiter, Observation, Permit, Slots};
///
/// let slots: Arc<dyn Limiter> = Arc::new(Slots::new(1));
/// let (ask, now) = (Ask::new(Moment::new(Duration::from_secs(60))), Moment::ZERO);
///
/// let permit = Permit::try_acquire(&slots, &ask, now).unwrap();
/// drop(permit); // nothing was sent: refunded
///
/// let mut permit = Permit::try_acquire(&slots, &ask, now).unwrap();
/// permit.mark_sent(now); // from here on it is charged
/// let status = Some(http::StatusCode::OK);
/// permit.observe(&Observation::new(now, now, status, LimitHeaders::default()));
/// assert!(Permit::try_acquire(&slots, &ask, now).is_err()); // not before a second has passed
/// ```
#[must_use = "a permit that is dropped is given back"]
pub struct Permit {
    limiter: Arc<dyn Limiter>,
    id: PermitId,
    state: State,
    bell: Option<Bell>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Granted,
    Sent(Moment),
    Observed,
}

impl Permit {
    /// Asks `limiter` once; an `Err` says when to ask again and is never [`Decision::Granted`].
    pub fn try_acquire(limiter: &Arc<dyn Limiter>, ask: &Ask, now: Moment) -> Result<Self, Decision> {
        match limiter.try_acquire(ask, now) {
            Decision::Granted(id) => {
                Ok(Self { limiter: Arc::clone(limiter), id, state: State::Granted, bell: None })
            }
            wait => Err(wait),
        }
    }

    /// Rings `bell` when the permit ends, in whatever state, so that the next in the queue asks.
    ///
    /// ```
    /// # use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
    /// # use knack_core::clock::Moment;
    /// # use knack_core::limit::{Ask, Bell, Limiter, Permit, Slots};
    /// # let limiter: Arc<dyn Limiter> = Arc::new(Slots::default());
    /// let rung = Arc::new(AtomicBool::new(false));
    /// let flag = Arc::clone(&rung);
    /// let permit = Permit::try_acquire(&limiter, &Ask::new(Moment::ZERO), Moment::ZERO).unwrap();
    /// drop(permit.with_bell(Bell::new(move || flag.store(true, Ordering::Relaxed))));
    /// assert!(rung.load(Ordering::Relaxed));
    /// ```
    pub fn with_bell(mut self, bell: Bell) -> Self {
        self.bell = Some(bell);
        self
    }

    /// The call is being sent: from here on the permit is charged, dropped or not.
    pub fn mark_sent(&mut self, now: Moment) {
        self.state = State::Sent(now);
    }

    /// The call turned out never to have reached the server: the permit is refunded.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use knack_core::clock::Moment;
    /// # use knack_core::limit::{Ask, Limiter, Permit, Slots};
    /// let slots: Arc<dyn Limiter> = Arc::new(Slots::new(1));
    /// let (ask, now) = (Ask::new(Moment::ZERO), Moment::ZERO);
    /// let mut permit = Permit::try_acquire(&slots, &ask, now).unwrap();
    /// permit.mark_sent(now);
    /// permit.refund(); // no connection came about
    /// assert!(Permit::try_acquire(&slots, &ask, now).is_ok());
    /// ```
    pub fn refund(mut self) {
        self.state = State::Granted;
    }

    /// The call ended; `observation` says how. Ends the permit.
    pub fn observe(mut self, observation: &Observation) {
        self.state = State::Observed;
        self.limiter.observe(self.id, observation);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        match self.state {
            State::Granted => self.limiter.refund(self.id),
            State::Sent(at) => self.limiter.lost(self.id, at),
            State::Observed => {}
        }
        if let Some(bell) = &self.bell {
            bell.ring();
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// The most calls a second of limiters that keep count of each: a thousand times what any plan allows.
const MOST_CALLS: u32 = 10_000;

/// How long a call that was given up on its way could still take to reach the server.
const LATEST_ARRIVAL: Duration = Duration::from_secs(5);

/// How many answers must have come before the smallest round trip counts. The first calls open
/// connections, and a handshake in a round trip makes a slot return too early: 60 calls on a cold
/// pool had 10 refusals with that credit, and none without.
const COLD_ANSWERS: u64 = 20;

mod adaptive;
mod fixed_delay;
mod lock;
#[cfg(all(test, knack_loom))]
mod model;
mod reactive;
mod serial;
mod slots;
mod unmetered;
mod window_batch;

pub use adaptive::Adaptive;
pub use fixed_delay::FixedDelay;
pub use reactive::Reactive;
pub use serial::Serial;
pub use slots::Slots;
pub use unmetered::Unmetered;
pub use window_batch::WindowBatch;
