//! What became of calls: how many were refused, and how long the fastest took.

use super::{Micros, SECOND};
use crate::limit::COLD_ANSWERS;

/// How many of the latest answers are looked at for refusals, and how many of them are too many.
const LOOKED_AT: u32 = 60;
const TOO_MANY_REFUSED: u32 = 9;

/// What became of calls.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) answered: u64,
    pub(super) refused: u64,
    pub(super) refused_at: Micros,
    /// Of the latest, whether they were refused: a bit each, the last one lowest.
    pub(super) latest: u64,
    pub(super) least_trip: Option<Micros>,
}

impl Answers {
    pub(super) fn note(&mut self, received: Micros, trip: Micros, refused: bool) {
        self.answered += 1;
        self.refused += u64::from(refused);
        self.latest = (self.latest << 1 | u64::from(refused)) & ((1 << LOOKED_AT) - 1);
        if refused {
            self.refused_at = received;
        } else {
            self.least_trip = Some(self.least_trip.map_or(trip, |least| least.min(trip)));
        }
    }

    /// The smallest round trip, once it is believed.
    pub(super) fn trip(&self) -> Micros {
        if self.answered > COLD_ANSWERS { self.least_trip.unwrap_or(0).min(SECOND) } else { 0 }
    }

    pub(super) fn too_many_refused(&self) -> bool {
        self.latest.count_ones() > TOO_MANY_REFUSED
    }
}
