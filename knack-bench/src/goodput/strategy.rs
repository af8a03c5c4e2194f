//! The strategies: ours and what else Rust has, each of them one line.

use std::sync::Arc;

use fastrand::Rng;
use knack_core::limit::{Adaptive, Class, Limiter, Slots, Unmetered};
use knack_core::transport::BoxFuture;

use super::ours::Ours;
use super::peers::{Backoff, Governor, Leaky, Paced, Tower};
use super::road::Road;

/// A client of the server.
pub(crate) trait Client: Send + Sync {
    /// Makes one call, as often as it takes until it is not refused.
    fn call(&self, class: Class) -> BoxFuture<'_, ()>;
}

/// A strategy by name.
pub(crate) struct Strategy {
    pub(crate) name: &'static str,
    begin: fn(Road, Rng) -> Arc<dyn Client>,
}

/// All strategies, ours first.
pub(crate) static STRATEGIES: &[Strategy] = &[
    Strategy { name: "adaptive", begin: |road, _| ours(road, Adaptive::default()) },
    Strategy { name: "slots", begin: |road, _| ours(road, Slots::default()) },
    Strategy { name: "unmetered", begin: |road, _| ours(road, Unmetered::default()) },
    Strategy { name: "governor-1", begin: |road, _| Arc::new(Paced::new(Governor::with_burst(1), road)) },
    Strategy { name: "governor-10", begin: |road, _| Arc::new(Paced::new(Governor::with_burst(10), road)) },
    Strategy { name: "leaky-bucket", begin: |road, _| Arc::new(Paced::new(Leaky::default(), road)) },
    Strategy { name: "tower", begin: |road, _| Arc::new(Paced::new(Tower::default(), road)) },
    Strategy { name: "retry-policies", begin: |road, rng| Arc::new(Backoff::new(road, rng)) },
];

impl Strategy {
    /// Begins a client, in the runtime in which it will be used.
    pub(super) fn begin(&self, road: Road, rng: Rng) -> Arc<dyn Client> {
        (self.begin)(road, rng)
    }
}

fn ours(road: Road, limiter: impl Limiter) -> Arc<dyn Client> {
    Ours::begin(road, Arc::new(limiter))
}
