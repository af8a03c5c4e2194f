//! How long a request takes: on its way there, in the server, on its way back.

use std::time::Duration;

/// The delays of every exchange. A call is judged when it arrives, after its way there; a refused
/// one takes at most 2 ms in the server.
///
/// ```
/// use std::time::Duration;
/// use knack_emulator::{Latency, Spread};
///
/// let steady = Latency::fixed(Duration::from_millis(20), Duration::from_millis(60), Duration::from_millis(20));
/// let way = Spread::log_normal(Duration::from_millis(40), Duration::from_millis(200));
/// let jittery = Latency::Random { there: way, processing: way, back: way };
/// # let _ = (steady, jittery);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Latency {
    /// Answers come at once.
    #[default]
    None,
    /// The same delays for every call.
    Fixed {
        /// From the client to the server.
        there: Duration,
        /// In the server.
        processing: Duration,
        /// From the server to the client.
        back: Duration,
    },
    /// Delays drawn anew for every call, from the emulator's seed.
    Random {
        /// From the client to the server.
        there: Spread,
        /// In the server.
        processing: Spread,
        /// From the server to the client.
        back: Spread,
    },
}

impl Latency {
    /// [`Latency::Fixed`] in one line.
    pub const fn fixed(there: Duration, processing: Duration, back: Duration) -> Self {
        Self::Fixed { there, processing, back }
    }

    pub(crate) fn draw(&self, rng: &mut fastrand::Rng) -> Trip {
        match self {
            Self::None => Trip::default(),
            Self::Fixed { there, processing, back } => {
                Trip { there: *there, processing: *processing, back: *back }
            }
            Self::Random { there, processing, back } => {
                Trip { there: there.draw(rng), processing: processing.draw(rng), back: back.draw(rng) }
            }
        }
    }
}

/// A log-normal spread of durations, given by what half and 99 % of them stay below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    median: Duration,
    p99: Duration,
}

impl Spread {
    /// Half of the draws are below `median`, 99 % below `p99`.
    pub const fn log_normal(median: Duration, p99: Duration) -> Self {
        Self { median, p99 }
    }

    /// Always the same duration.
    pub const fn always(duration: Duration) -> Self {
        Self { median: duration, p99: duration }
    }

    fn draw(&self, rng: &mut fastrand::Rng) -> Duration {
        let median = self.median.as_secs_f64();
        if median <= 0.0 {
            return Duration::ZERO;
        }
        // 2.326 standard deviations hold 99 % of a normal distribution.
        let sigma = (self.p99.as_secs_f64().max(median) / median).ln() / 2.326;
        let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * rng.f64()).cos();
        Duration::try_from_secs_f64((median * (sigma * normal).exp()).min(3_600.0)).unwrap_or(self.median)
    }
}

/// The delays of one call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trip {
    pub(crate) there: Duration,
    pub(crate) processing: Duration,
    pub(crate) back: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_its_median_and_tail() {
        let spread = Spread::log_normal(Duration::from_millis(40), Duration::from_millis(200));
        let mut rng = fastrand::Rng::with_seed(7);
        let mut draws: Vec<Duration> = (0..20_000).map(|_| spread.draw(&mut rng)).collect();
        draws.sort_unstable();
        let near = |at: usize, ms: u128| {
            let got = draws[at].as_millis();
            assert!(got * 10 >= ms * 9 && got * 9 <= ms * 10, "{got} is not near {ms}");
        };
        near(10_000, 40);
        near(19_800, 200);
        let mut again = fastrand::Rng::with_seed(7);
        assert!(draws.contains(&spread.draw(&mut again)));
    }

    #[test]
    fn a_spread_without_width_is_steady() {
        let steady = Spread::always(Duration::from_millis(3));
        assert_eq!(steady.draw(&mut fastrand::Rng::with_seed(1)), Duration::from_millis(3));
        assert_eq!(Spread::always(Duration::ZERO).draw(&mut fastrand::Rng::with_seed(1)), Duration::ZERO);
    }
}
