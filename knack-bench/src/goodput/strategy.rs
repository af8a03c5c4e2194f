//! The strategies: ours and what else Rust has, each of them one line.

use std::sync::Arc;

use fastrand::Rng;
use knack_core::limit::{
    Adaptive, Class, FixedDelay, Limiter, Reactive, Serial, Slots, Unmetered, WindowBatch,
};
use knack_core::transport::BoxFuture;

use super::ours::Ours;
use super::peers::{Backoff, Governor, Leaky, Paced, Pacer, Tower};
use super::road::Road;
use crate::Failure;

/// A client of the server.
pub(crate) trait Client: Send + Sync {
    /// Makes one call, as often as it takes until it is not refused; `false` if it fails otherwise.
    fn call(&self, class: Class) -> BoxFuture<'_, bool>;
}

/// A strategy by name.
pub(crate) struct Strategy {
    pub(crate) name: &'static str,
    begin: fn(Road, Rng) -> Begun,
}

type Begun = Result<Arc<dyn Client>, Failure>;

/// All strategies, ours first.
pub(crate) static STRATEGIES: &[Strategy] = &[
    Strategy { name: "adaptive", begin: |road, _| ours(road, Adaptive::default()) },
    Strategy { name: "slots", begin: |road, _| ours(road, Slots::default()) },
    Strategy { name: "serial", begin: |road, _| ours(road, Serial::default()) },
    Strategy { name: "fixed-delay", begin: |road, _| ours(road, FixedDelay::default()) },
    Strategy { name: "window-batch", begin: |road, _| ours(road, WindowBatch::default()) },
    Strategy { name: "reactive", begin: |road, _| ours(road, Reactive::default()) },
    Strategy { name: "unmetered", begin: |road, _| ours(road, Unmetered::default()) },
    Strategy { name: "governor-1", begin: |road, _| Ok(paced(road, Governor::with_burst(1))) },
    Strategy { name: "governor-10", begin: |road, _| Ok(paced(road, Governor::with_burst(10))) },
    Strategy { name: "leaky-bucket", begin: |road, _| Ok(paced(road, Leaky::default())) },
    Strategy { name: "tower", begin: |road, _| Ok(paced(road, Tower::default())) },
    Strategy { name: "retry-policies", begin: |road, rng| Ok(Arc::new(Backoff::new(road, rng))) },
];

impl Strategy {
    /// Begins a client, in the runtime in which it will be used.
    pub(super) fn begin(&self, road: Road, rng: Rng) -> Begun {
        (self.begin)(road, rng)
    }
}

fn ours(road: Road, limiter: impl Limiter) -> Begun {
    Ok(Arc::new(Ours::new(road, limiter)?))
}

fn paced(road: Road, pacer: impl Pacer + 'static) -> Arc<dyn Client> {
    Arc::new(Paced::new(pacer, road))
}
