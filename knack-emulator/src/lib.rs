//! A local Knack: its REST API with its limits and faults, for tests and for trying things out.
//!
//! An [`Emulator`] holds one application and its records. It answers in the same process through
//! [`Emulator::transport`], which works in tokio's paused time, and on a socket through
//! [`Emulator::serve`]. The program `knack-emulator` does the latter from a shell.
//!
//! It behaves as far as public documents and recordings tell how Knack behaves; where they are
//! silent, a method of [`Builder`] chooses.
//!
//! ```
//! use bytes::Bytes;
//! use http::Method;
//! use knack_core::transport::{Failure, Transport};
//! use knack_emulator::{Effect, Emulator, Fault};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The first create is applied, but its answer never comes.
//! let knack = Emulator::builder()
//!     .sample()
//!     .fault(Fault::new(Effect::DropAfter).method(Method::POST).nth(1))
//!     .build()?;
//! let before = knack.count("object_4");
//! let request = http::Request::post("/v1/objects/object_4/records")
//!     .header("X-Knack-Application-Id", knack.application_id())
//!     .header("X-Knack-REST-API-Key", knack.api_key())
//!     .body(Bytes::from(r#"{"field_30": "Bell", "field_31": "FW-9001"}"#))?;
//! let lost = knack.transport().send(request).await.unwrap_err();
//! assert_eq!(lost.failure(), Failure::Broken);
//! assert_eq!(knack.count("object_4"), before + 1);
//! # Ok(()) }
//! ```

mod answer;
mod app;
mod builder;
mod check;
mod clock;
mod compute;
mod contact;
mod dates;
mod emulator;
mod error;
mod expression;
mod fault;
mod figures;
mod files;
mod filter;
mod formula;
mod gate;
mod json;
mod kind;
mod latency;
mod list;
mod near;
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
mod template;
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
