//! Calls of ours that ended without telling their window.

use std::collections::VecDeque;

use super::seen::Window;
use super::{Micros, SECOND};

/// How many are remembered: those of 16 windows, if every other call is one.
const KEPT: usize = 128;

/// Connections broke, a gateway answered, or a reset was wrong: the calls may have counted all the same. They
/// are charged to whatever window they may be in, and are not taken for those of others.
#[derive(Debug, Default)]
pub(super) struct Untold(VecDeque<Call>);

#[derive(Clone, Copy, Debug)]
struct Call {
    sent: Micros,
    ended: Micros,
}

impl Untold {
    pub(super) fn note(&mut self, sent: Micros, ended: Micros) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Call { sent, ended });
    }

    /// How many may count in a window that began at `began` at the earliest, and goes on.
    pub(super) fn since(&self, began: Micros) -> u32 {
        count(self.0.iter().rev().take_while(|call| call.ended >= began))
    }

    /// How many may have counted in this window.
    pub(super) fn within(&self, window: &Window) -> u32 {
        let overlaps =
            |call: &&Call| call.sent < window.first_answer + SECOND && call.ended > window.last_sent - SECOND;
        count(self.0.iter().filter(overlaps))
    }
}

fn count<'a>(calls: impl Iterator<Item = &'a Call>) -> u32 {
    u32::try_from(calls.count()).unwrap_or(u32::MAX)
}
