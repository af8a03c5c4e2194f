//! The genie's bound (limiters.md, section 2): what a client could reach that sees the server's counter, but
//! not how long its calls will take, and lets one call in a thousand be refused.
//!
//! Closed forms, over draws of the way there, L; q is its 0.1 % quantile:
//!
//! - A, A2: all calls at each window's beginning: 1 - P(L > 0.9 s), a tenth for what is not known of it;
//! - B: a window is opened by the first of ten calls that are sent q early: 1 / (1 + E min of ten L - q);
//! - C: each place is used again q early: 1 / (1 + E L - q);
//! - D: the bucket takes up all jitter: 1.

use fastrand::Rng;
use knack_emulator::Window;

use super::server::Server;
use super::shape::Shape;
use crate::stats::quantile;

/// The share of calls that may be refused.
pub(super) const REFUSED: f64 = 0.001;

const DRAWS: usize = 200_000;

/// The bound in % of ten calls a second; none where others take part.
pub(super) fn bound(server: &Server, shape: &Shape) -> Option<f64> {
    if shape.foreign > 0.0 {
        return None;
    }
    let mut rng = Rng::with_seed(1);
    let ways: Vec<f64> = (0..DRAWS).map(|_| shape.there.seconds(&mut rng)).collect();
    let early = quantile(&mut ways.clone(), REFUSED);
    let reached = match server.window(&mut rng) {
        Window::EpochSecond | Window::FixedPhase { .. } => {
            mean(ways.iter().map(|way| f64::from(u8::from(*way <= 0.9))))
        }
        Window::FirstCall => {
            let first = |ten: &[f64]| ten.iter().copied().fold(f64::INFINITY, f64::min);
            1.0 / (1.0 + mean(ways.chunks_exact(10).map(first)) - early)
        }
        Window::Sliding => 1.0 / (1.0 + mean(ways.iter().copied()) - early),
        _ => 1.0,
    };
    Some(reached * 100.0)
}

pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goodput::server::SERVERS;
    use crate::goodput::shape::SHAPES;

    /// The bounds that limiters.md gives.
    #[test]
    fn bounds_are_those_of_the_survey() {
        let known =
            [("base", [100.0, 100.0, 98.99, 95.59, 100.0]), ("hijit", [99.7, 99.7, 98.77, 91.32, 100.0])];
        for (shape, bounds) in known {
            let shape = SHAPES.iter().find(|known| known.name == shape).unwrap();
            for (server, known) in SERVERS.iter().zip(bounds) {
                let bound = bound(server, shape).unwrap();
                assert!((bound - known).abs() < 0.2, "{} {}: {bound}", shape.name, server.name);
            }
        }
    }
}
