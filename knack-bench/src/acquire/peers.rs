//! The published crates, with rates so high that nobody waits.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::MonotonicClock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tower::buffer::Buffer;
use tower::limit::RateLimit;
use tower::limit::rate::Rate;
use tower::{Service, ServiceExt};

use super::Subject;

pub(super) const TOWER: &str = "tower-buffer";

/// A call each nanosecond.
const A_SECOND: u32 = 1_000_000_000;

/// governor with std's clock.
pub(super) struct Governor(
    RateLimiter<NotKeyed, InMemoryState, MonotonicClock, NoOpMiddleware<std::time::Instant>>,
);

impl Default for Governor {
    fn default() -> Self {
        let quota = Quota::per_second(NonZeroU32::new(A_SECOND).unwrap_or(NonZeroU32::MIN));
        Self(RateLimiter::direct_with_clock(quota, MonotonicClock))
    }
}

impl Subject for Governor {
    async fn live(self: Arc<Self>, count: u32) {
        for _ in 0..count {
            self.0.until_ready().await;
        }
    }
}

/// leaky-bucket, fair.
pub(super) struct Leaky(leaky_bucket::RateLimiter);

impl Default for Leaky {
    fn default() -> Self {
        let many = A_SECOND as usize;
        let mut builder = leaky_bucket::RateLimiter::builder();
        builder.max(many).initial(many).refill(many).interval(Duration::from_secs(1)).fair(true);
        Self(builder.build())
    }
}

impl Subject for Leaky {
    async fn live(self: Arc<Self>, count: u32) {
        for _ in 0..count {
            self.0.acquire_one().await;
        }
    }
}

/// tower's `RateLimit`, which tasks share by `Buffer`.
pub(super) struct TowerBuffer(Buffer<(), Ready<Result<(), Infallible>>>);

impl Default for TowerBuffer {
    fn default() -> Self {
        let nothing: fn(()) -> Ready<Result<(), Infallible>> = |()| ready(Ok(()));
        let rate = Rate::new(A_SECOND.into(), Duration::from_secs(1));
        Self(Buffer::new(RateLimit::new(tower::service_fn(nothing), rate), 1_024))
    }
}

impl Subject for TowerBuffer {
    async fn live(self: Arc<Self>, count: u32) {
        let mut buffer = self.0.clone();
        for _ in 0..count {
            if let Ok(ready) = buffer.ready().await {
                let _ = ready.call(()).await;
            }
        }
    }
}
