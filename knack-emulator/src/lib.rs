//! A local Knack: its REST API with its limits and faults, for tests and for trying things out.
//!
//! An [`Emulator`] holds one application and its records. It answers in the same process through
//! [`Emulator::transport`], which works in tokio's paused time, and on a socket through
//! [`Emulator::serve`]. The program `knack-emulator` does the latter from a shell.
//!
//! It behaves as far as public documents and recordings tell how Knack behaves; where they are
//! silent, a method of [`Builder`] chooses.

mod answer;
mod app;
mod builder;
mod check;
mod clock;
mod dates;
mod emulator;
mod error;
mod fault;
mod files;
mod filter;
mod gate;
mod json;
mod kind;
mod latency;
mod list;
mod plan;
mod query;
mod records;
mod render;
mod routes;
mod sample;
mod seen;
mod server;
mod span;
mod store;
mod transport;
pub mod window;
mod write;
mod zone;

pub use builder::Builder;
pub use emulator::Emulator;
pub use error::EmulatorError;
pub use fault::{Effect, Fault};
pub use latency::{Latency, Spread};
pub use routes::MissingRecord;
pub use seen::Seen;
pub use server::Server;
pub use transport::InProcess;
pub use window::Window;
