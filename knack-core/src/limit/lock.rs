//! The lock of a limiter: the standard one, or loom's where every interleaving is tried.

use std::sync::PoisonError;

#[cfg(all(test, knack_loom))]
pub(super) use loom::sync::{Mutex, MutexGuard};
#[cfg(not(all(test, knack_loom)))]
pub(super) use std::sync::{Mutex, MutexGuard};

/// How many spins to wait after each try that finds it locked: some microseconds in all, and it is held for a
/// twentieth of one. (Loom would try all of them.)
const WAITS: &[u32] = if cfg!(all(test, knack_loom)) { &[] } else { &[128, 256, 512] };

/// Locks it. Who finds it locked stays away for a while, which leaves the lock, and the cache lines of what it
/// guards, to the core that has them: 64 tasks on two cores take half of the time that they take otherwise, and
/// as long as one task.
pub(super) fn patiently<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    for wait in WAITS {
        if let Ok(guard) = mutex.try_lock() {
            return guard;
        }
        (0..*wait).for_each(|_| std::hint::spin_loop());
    }
    at_once(mutex)
}

/// Locks it. Nothing panics while it is held; were it otherwise, what it guards would still be in order.
pub(super) fn at_once<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
