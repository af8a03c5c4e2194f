//! The smallest round trip of late, by which a write is known to have too little time left.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use knack_core::clock::Moment;

/// How long a round trip is remembered. Were it for ever, slow answers once could have writes with short
/// deadlines refused for ever: nothing might be sent any more that shows a smaller one.
const MEMORY: Duration = Duration::from_mins(1);

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct RoundTrip(Mutex<Option<(Duration, Moment)>>);

impl RoundTrip {
    /// Takes note of an answer that came `now`.
    pub(crate) fn note(&self, took: Duration, now: Moment) {
        let mut least = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if least.is_none_or(|(known, seen)| took <= known || now - seen > MEMORY) {
            *least = Some((took, now));
        }
    }

    /// The time that an answer takes at least; zero where that is not known.
    pub(crate) fn least(&self, now: Moment) -> Duration {
        let least = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        least.filter(|(_, seen)| now - *seen <= MEMORY).map(|(least, _)| least).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_is_remembered_for_a_minute() {
        let at = |seconds| Moment::new(Duration::from_secs(seconds));
        let [short, long] = [150, 900].map(Duration::from_millis);
        let trips = RoundTrip::default();
        assert_eq!(trips.least(at(0)), Duration::ZERO);
        trips.note(short, at(0));
        trips.note(long, at(30));
        assert_eq!(trips.least(at(60)), short);
        assert_eq!(trips.least(at(61)), Duration::ZERO);
        trips.note(long, at(62));
        assert_eq!(trips.least(at(62)), long);
    }
}
