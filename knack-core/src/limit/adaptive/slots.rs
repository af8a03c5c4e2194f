//! The certain way, which no server refuses.

use std::collections::VecDeque;

use super::{Micros, SECOND, Wait};

/// The certain way: a place is used again a second after its answer, less the smallest round trip.
#[derive(Debug, Default)]
pub(super) struct Slots {
    free_at: VecDeque<Micros>,
    /// Places left to others, in thousandths. Our own calls fit the limit: each refusal tells of somebody else's.
    left: u32,
}

impl Slots {
    /// When places that are taken return: in the order of answers, but for those that are free again.
    pub(super) fn taken(&self, now: Micros) -> impl Iterator<Item = Micros> {
        self.free_at.iter().copied().filter(move |at| *at > now)
    }

    pub(super) fn free(&self, limit: u32, flying: u32, now: Micros) -> u32 {
        let taken = u32::try_from(self.taken(now).count()).unwrap_or(u32::MAX);
        (limit - self.left / 1_000).saturating_sub(flying.saturating_add(taken))
    }

    pub(super) fn decide(&self, limit: u32, flying: u32, now: Micros) -> Result<(), Wait> {
        let (limit, flying) = ((limit - self.left / 1_000) as usize, flying as usize);
        if flying >= limit {
            return Err(Wait::Change);
        }
        let surplus = (self.taken(now).count() + flying + 1).saturating_sub(limit);
        match surplus {
            0 => Ok(()),
            surplus => Err(self.taken(now).nth(surplus - 1).map_or(Wait::Change, Wait::Until)),
        }
    }

    pub(super) fn answered(&mut self, received: Micros, trip: Micros, limit: u32) {
        if self.free_at.len() >= limit as usize {
            self.free_at.pop_front();
        }
        let at = received + SECOND - trip;
        // A smaller trip must not let a later answer's place return before an earlier one's.
        self.free_at.push_back(self.free_at.back().map_or(at, |last| at.max(*last)));
        self.left = self.left.saturating_sub(15);
    }

    pub(super) fn refused(&mut self, limit: u32) {
        self.left = (self.left + 1_000).min((limit - 1) * 1_000);
    }
}
