//! How long calls waited, by class, and what is counted beside.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use knack_core::limit::Class;

/// A figure for each class of calls.
///
/// ```
/// use knack_runtime::{ByClass, limit::Class};
///
/// let waiting = ByClass { interactive: 0, normal: 2, bulk: 40 };
/// assert_eq!(*waiting.of(Class::Bulk), 40);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByClass<T> {
    /// Of interactive calls.
    pub interactive: T,
    /// Of normal calls.
    pub normal: T,
    /// Of bulk calls.
    pub bulk: T,
}

impl<T> ByClass<T> {
    /// The figure of one class.
    pub fn of(&self, class: Class) -> &T {
        match class {
            Class::Interactive => &self.interactive,
            Class::Normal => &self.normal,
            Class::Bulk => &self.bulk,
        }
    }

    fn of_mut(&mut self, class: Class) -> &mut T {
        match class {
            Class::Interactive => &mut self.interactive,
            Class::Normal => &mut self.normal,
            Class::Bulk => &mut self.bulk,
        }
    }
}

impl<T> From<[T; 3]> for ByClass<T> {
    fn from([interactive, normal, bulk]: [T; 3]) -> Self {
        Self { interactive, normal, bulk }
    }
}

/// How calls waited to be sent, each attempt for itself. One that goes within a
/// millisecond has not waited.
///
/// ```
/// use knack_runtime::Waits;
///
/// let mean = |waits: Waits| waits.total.checked_div(waits.count.try_into().ok()?);
/// assert_eq!(mean(Waits::default()), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waits {
    /// How many waited.
    pub count: u64,
    /// How long, all together.
    pub total: Duration,
    /// How long the longest did.
    pub longest: Duration,
}

/// What a client counts of its calls.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    waits: Mutex<ByClass<Waits>>,
    refused: AtomicU64,
    retries: AtomicU64,
}

impl Tally {
    pub(crate) fn waited(&self, class: Class, took: Duration) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = waits.of_mut(class);
        waits.count += 1;
        waits.total += took;
        waits.longest = waits.longest.max(took);
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn waits(&self) -> ByClass<Waits> {
        *self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refusals (429), and attempts after trouble.
    pub(crate) fn refusals_and_retries(&self) -> (u64, u64) {
        (self.refused.load(Ordering::Relaxed), self.retries.load(Ordering::Relaxed))
    }
}
