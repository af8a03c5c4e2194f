//! The shapes: how long calls take, and what else goes on at the server.

use std::time::Duration;

use fastrand::Rng;

/// One shape of the road between client and server. Times are in seconds.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) there: Delay,
    pub(crate) processing: Delay,
    pub(crate) back: Delay,
    /// Whether connections are opened with two round trips, and closed after five idle seconds.
    pub(crate) handshakes: bool,
    /// Calls a second of others who use the same limit.
    pub(crate) foreign: f64,
    /// By how many milliseconds the server's clock is off, ahead in one run and behind in the next.
    pub(crate) skew_ms: i64,
}

/// A delay: a part that is always there, and one that is log-normal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delay {
    least: f64,
    median: f64,
    p99: f64,
}

const fn delay(least: f64, median: f64, p99: f64) -> Delay {
    Delay { least, median, p99 }
}

/// The shape that the figures of the issue are asked in.
const BASE: Shape = Shape {
    name: "base",
    there: delay(0.0, 0.040, 0.200),
    processing: delay(0.0, 0.060, 0.300),
    back: delay(0.0, 0.040, 0.200),
    handshakes: false,
    foreign: 0.0,
    skew_ms: 0,
};

/// All shapes, in the order of the report.
pub(crate) static SHAPES: &[Shape] = &[
    BASE,
    Shape {
        name: "lowjit",
        there: delay(0.012, 0.004, 0.015),
        processing: delay(0.0, 0.020, 0.060),
        back: delay(0.012, 0.004, 0.015),
        ..BASE
    },
    Shape {
        name: "hijit",
        there: delay(0.020, 0.060, 0.600),
        processing: delay(0.0, 0.060, 0.300),
        back: delay(0.020, 0.060, 0.600),
        ..BASE
    },
    Shape {
        name: "mobile",
        there: delay(0.030, 0.025, 0.350),
        processing: delay(0.0, 0.060, 0.300),
        back: delay(0.030, 0.025, 0.350),
        ..BASE
    },
    Shape {
        name: "slow",
        there: delay(0.080, 0.010, 0.050),
        processing: delay(0.050, 0.150, 0.900),
        back: delay(0.080, 0.010, 0.050),
        ..BASE
    },
    Shape { name: "skew", skew_ms: 2_700, ..BASE },
    Shape { name: "foreign", foreign: 2.0, ..BASE },
    Shape { name: "cold", handshakes: true, ..BASE },
];

impl Shape {
    /// What it takes to open a connection: the round trips of TCP's handshake and of TLS's.
    pub(super) fn handshake(&self, rng: &mut Rng) -> Duration {
        (0..2).map(|_| self.there.draw(rng) + self.back.draw(rng)).sum()
    }
}

impl Delay {
    pub(super) fn draw(&self, rng: &mut Rng) -> Duration {
        Duration::from_secs_f64(self.seconds(rng))
    }

    pub(super) fn seconds(&self, rng: &mut Rng) -> f64 {
        // 2.326 standard deviations hold 99 % of a normal distribution.
        let sigma = (self.p99 / self.median).ln() / 2.326;
        let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * rng.f64()).cos();
        self.least + self.median * (sigma * normal).exp()
    }
}

/// A time of a Poisson process with so many events a second: until the next one.
pub(super) fn until_next(a_second: f64, rng: &mut Rng) -> Duration {
    Duration::from_secs_f64(-(1.0 - rng.f64()).ln() / a_second)
}
