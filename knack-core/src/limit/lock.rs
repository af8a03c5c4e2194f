//! The lock of a limiter: the standard one, or loom's where every interleaving is tried.

#[cfg(all(test, knack_loom))]
pub(super) use loom::sync::{Mutex, MutexGuard};
#[cfg(not(all(test, knack_loom)))]
pub(super) use std::sync::{Mutex, MutexGuard};
