//! The permits that are given out.

use std::collections::VecDeque;

use super::{Micros, SECOND};
use crate::limit::PermitId;

/// The permits that are given out, and when the latest were.
#[derive(Debug, Default)]
pub(super) struct Permits {
    next: u64,
    /// Granted or on their way. Those given up on their way have the moment until which they count: they may arrive
    /// for five seconds, and count for one more.
    pub(super) open: Vec<(u64, Option<Micros>)>,
    /// When the latest were granted, whatever became of them.
    granted: VecDeque<Micros>,
}

impl Permits {
    /// How many calls are on their way, or about to be.
    pub(super) fn flying(&mut self, now: Micros) -> u32 {
        if self.first_lost().is_some_and(|first| first <= now) {
            self.open.retain(|(_, until)| until.is_none_or(|until| until > now));
        }
        u32::try_from(self.open.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn grant(&mut self, now: Micros, limit: u32) -> PermitId {
        self.next += 1;
        self.open.push((self.next, None));
        if self.granted.len() >= limit as usize {
            self.granted.pop_front();
        }
        self.granted.push_back(now);
        PermitId(self.next)
    }

    pub(super) fn close(&mut self, id: PermitId) {
        if let Some(place) = self.open.iter().position(|(open, _)| *open == id.0) {
            self.open.swap_remove(place);
        }
    }

    /// When the first of the calls that were given up does not count any more. No answer tells of that.
    pub(super) fn first_lost(&self) -> Option<Micros> {
        self.open.iter().filter_map(|(_, until)| *until).min()
    }

    /// Until when those count that were given up and may still arrive.
    pub(super) fn lost(&self, now: Micros) -> impl Iterator<Item = Micros> {
        self.open.iter().filter_map(|(_, until)| *until).filter(move |until| *until > now)
    }

    /// When fewer than `limit` calls were granted in the second before.
    pub(super) fn second_is_over(&self, limit: u32) -> Option<Micros> {
        let full = self.granted.len() >= limit as usize;
        self.granted.front().filter(|_| full).map(|first| first + SECOND)
    }
}
