//! The published crates, as their users use them: a wait for leave before each call, and a second's pause
//! after a refusal. None of them has a queue with classes.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use knack_core::limit::Class;
use knack_core::transport::BoxFuture;
use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy};
use tokio::time::{Instant, sleep};
use tower::limit::RateLimit;
use tower::limit::rate::Rate;
use tower::util::ServiceFn;
use tower::{Service, ServiceExt};

use super::road::Road;
use super::strategy::Client;

const PAUSE: Duration = Duration::from_secs(1);

/// Gives leave to send.
pub(super) trait Pacer: Send + Sync {
    fn leave(&self) -> impl Future<Output = ()> + Send;
}

/// A client that asks a pacer before each attempt.
pub(super) struct Paced<P> {
    pacer: P,
    road: Road,
}

impl<P> Paced<P> {
    pub(super) const fn new(pacer: P, road: Road) -> Self {
        Self { pacer, road }
    }
}

impl<P: Pacer> Client for Paced<P> {
    fn call(&self, _class: Class) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            loop {
                self.pacer.leave().await;
                if self.road.get().await {
                    return true;
                }
                sleep(PAUSE).await;
            }
        })
    }
}

/// governor at ten a second.
pub(super) struct Governor {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioTime, NoOpMiddleware<Duration>>,
    clock: TokioTime,
}

/// governor's clock on tokio's time: since when.
#[derive(Clone)]
pub(super) struct TokioTime(Instant);

impl Clock for TokioTime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Governor {
    pub(super) fn with_burst(burst: u32) -> Self {
        let clock = TokioTime(Instant::now());
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let each = Quota::with_period(Duration::from_millis(100));
        let quota = each.unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        Self { limiter: RateLimiter::direct_with_clock(quota, clock.clone()), clock }
    }
}

impl Pacer for Governor {
    /// `until_ready`, which checks and sleeps in turns, with tokio's sleep: its own is a thread's, and
    /// knows nothing of paused time.
    async fn leave(&self) {
        while let Err(not_until) = self.limiter.check() {
            sleep(not_until.wait_time_from(self.clock.now())).await;
        }
    }
}

/// leaky-bucket, fair, with a bucket of ten.
pub(super) struct Leaky(leaky_bucket::RateLimiter);

impl Default for Leaky {
    fn default() -> Self {
        let mut builder = leaky_bucket::RateLimiter::builder();
        builder.max(10).initial(10).refill(1).interval(Duration::from_millis(100)).fair(true);
        Self(builder.build())
    }
}

impl Pacer for Leaky {
    async fn leave(&self) {
        self.0.acquire_one().await;
    }
}

type Nothing = ServiceFn<fn(()) -> Ready<Result<(), Infallible>>>;

/// tower's `RateLimit`, ten a second, behind a lock that is first in, first out.
pub(super) struct Tower(tokio::sync::Mutex<RateLimit<Nothing>>);

impl Default for Tower {
    fn default() -> Self {
        let nothing: fn(()) -> _ = |()| ready(Ok(()));
        let rate = Rate::new(10, Duration::from_secs(1));
        Self(tokio::sync::Mutex::new(RateLimit::new(tower::service_fn(nothing), rate)))
    }
}

impl Pacer for Tower {
    async fn leave(&self) {
        let mut limit = self.0.lock().await;
        let Ok(ready) = limit.ready().await;
        let Ok(()) = ready.call(()).await;
    }
}

/// No pacing; after refusals the exponential backoff of retry-policies, from one second to half an hour
/// with full jitter, as often as it takes.
pub(super) struct Backoff {
    policy: ExponentialBackoff,
    road: Road,
    rng: Mutex<Rng>,
}

impl Backoff {
    pub(super) fn new(road: Road, rng: Rng) -> Self {
        // The crate's own jitter cannot be seeded.
        let builder = ExponentialBackoff::builder().jitter(Jitter::None);
        let policy = builder.build_with_max_retries(u32::MAX);
        Self { policy, road, rng: Mutex::new(rng) }
    }

    fn wait(&self, past: u32) -> Option<Duration> {
        let now = SystemTime::now();
        let RetryDecision::Retry { execute_after } = self.policy.should_retry(now, past) else {
            return None;
        };
        // The policy reads the system's clock; its waits are whole seconds.
        let seconds = execute_after.duration_since(now).unwrap_or_default().as_secs_f64().floor();
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Duration::from_secs_f64(seconds * rng.f64()))
    }
}

impl Client for Backoff {
    fn call(&self, _class: Class) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let mut past = 0;
            while !self.road.get().await {
                let Some(wait) = self.wait(past) else { return false };
                sleep(wait).await;
                past += 1;
            }
            true
        })
    }
}
