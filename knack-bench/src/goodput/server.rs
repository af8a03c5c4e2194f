//! The servers: the emulator's own windows, each with one small record to give.

use std::time::{Duration, UNIX_EPOCH};

use fastrand::Rng;
use knack_emulator::{Emulator, Window};
use serde_json::json;

use super::shape::Shape;
use crate::Failure;

/// The application and its one record.
pub(crate) const APPLICATION: &str = "5f0000000000000000000001";
pub(crate) const RECORD: &str = "5f0000000000000000000002";

/// How a server counts.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) name: &'static str,
    window: fn(&mut Rng) -> Window,
}

/// The servers of limiters.md, in its order.
pub(crate) static SERVERS: &[Server] = &[
    Server { name: "A", window: |_| Window::EpochSecond },
    Server { name: "A2", window: |rng| Window::FixedPhase { phase: Duration::from_secs_f64(rng.f64()) } },
    Server { name: "B", window: |_| Window::FirstCall },
    Server { name: "C", window: |_| Window::Sliding },
    Server { name: "D", window: |_| Window::Bucket },
];

impl Server {
    pub(super) fn window(&self, rng: &mut Rng) -> Window {
        (self.window)(rng)
    }

    /// Starts it at some part of a second. In odd runs its clock is behind, in even ones ahead, where the
    /// shape has it off at all.
    pub(super) fn start(&self, shape: &Shape, run: u32, rng: &mut Rng) -> Result<Emulator, Failure> {
        let skew_ms = if run.is_multiple_of(2) { shape.skew_ms } else { -shape.skew_ms };
        let starts_at = UNIX_EPOCH + Duration::from_secs_f64(1_700_000_000.0 + rng.f64());
        let emulator = emulator().window(self.window(rng)).starts_at(starts_at).clock_skew(skew_ms);
        Ok(emulator.remember_requests(0).build()?)
    }
}

/// An emulator with nothing but what a GET of a record needs, and calls enough.
pub(crate) fn emulator() -> knack_emulator::Builder {
    Emulator::builder()
        .application(json!({"id": APPLICATION, "name": "Bench", "objects": [
            {"key": "object_1", "name": "Tools", "fields": [
                {"key": "field_1", "name": "Name", "type": "short_text"}]}]}))
        .records("object_1", vec![json!({"id": RECORD, "field_1": "Saw"})])
        .daily_calls(1_000_000_000)
}
