//! Our limiters, behind a queue that does as the client's does: classes in their order, first in, first
//! out within one, and a hold for all after a refusal.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use knack_core::clock::{Clock, Moment};
use knack_core::headers::LimitHeaders;
use knack_core::limit::{Ask, Class, Decision, Limiter, Observation, Permit};
use knack_core::transport::{BoxFuture, Transport};
use knack_runtime::TokioClock;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::road::{Road, request};
use super::strategy::Client;

/// How long the queue is held after a refusal, where the limiter does not know better.
const HOLD: Duration = Duration::from_secs(1);

/// The shortest wait of the client's queue.
const TICK: Duration = Duration::from_millis(1);

pub(super) struct Ours {
    limiter: Arc<dyn Limiter>,
    road: Road,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    /// The calls that wait, by class.
    waiting: [VecDeque<oneshot::Sender<Permit>>; 3],
    held_until: Moment,
}

impl Ours {
    pub(super) fn begin(road: Road, limiter: Arc<dyn Limiter>) -> Arc<Self> {
        let state = Mutex::new(State { waiting: Default::default(), held_until: Moment::ZERO });
        let ours = Arc::new(Self { limiter, road, state, changed: Notify::new() });
        tokio::spawn(Arc::clone(&ours).serve());
        ours
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands out permits for as long as the runtime lives.
    async fn serve(self: Arc<Self>) {
        loop {
            match self.hand_out(TokioClock.now()) {
                Some(wait) => drop(timeout(wait, self.changed.notified()).await),
                None => self.changed.notified().await,
            }
        }
    }

    /// Hands out the permits that can be had, and tells when to go on if nothing changes.
    fn hand_out(&self, now: Moment) -> Option<Duration> {
        let mut state = self.state();
        if state.held_until > now {
            return Some(state.held_until - now);
        }
        let classes = [Class::Interactive, Class::Normal, Class::Bulk];
        for (class, waiting) in classes.into_iter().zip(&mut state.waiting) {
            while !waiting.is_empty() {
                let mut ask = Ask::new(now + Duration::from_hours(1));
                ask.class = class;
                match Permit::try_acquire(&self.limiter, &ask, now) {
                    Ok(permit) => drop(waiting.pop_front().map(|waiter| waiter.send(permit))),
                    Err(Decision::NotBefore(at)) => return Some(at.max(now + TICK) - now),
                    Err(_) => return None,
                }
            }
        }
        None
    }

    /// Waits for a permit, at the end of the class or, if refused already, at its head.
    async fn permit(&self, class: Class, again: bool) -> Option<Permit> {
        let (sender, permit) = oneshot::channel();
        if let Some(waiting) = self.state().waiting.get_mut(class as usize) {
            if again { waiting.push_front(sender) } else { waiting.push_back(sender) }
        }
        self.changed.notify_one();
        permit.await.ok()
    }

    /// Makes one attempt; whether it passed.
    async fn attempt(&self, mut permit: Permit) -> bool {
        let sent = TokioClock.now();
        permit.mark_sent(sent);
        let Ok(answer) = self.road.send(request()).await else { return false };
        let now = TokioClock.now();
        let limits = LimitHeaders::parse(answer.headers());
        let observation = Observation::new(sent, now, Some(answer.status()), limits);
        permit.observe(&observation);
        if observation.refused() {
            let until = self.limiter.resume(now).unwrap_or(now + HOLD);
            let mut state = self.state();
            state.held_until = state.held_until.max(until);
        }
        self.changed.notify_one();
        answer.status() != StatusCode::TOO_MANY_REQUESTS
    }
}

impl Client for Ours {
    fn call(&self, class: Class) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let mut again = false;
            while let Some(permit) = self.permit(class, again).await {
                if self.attempt(permit).await {
                    return;
                }
                again = true;
            }
        })
    }
}
