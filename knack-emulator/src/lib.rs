//! A local Knack: its REST API with its limits and faults, for tests and for trying things out.
//!
//! An [`Emulator`] holds one application and its records. It answers in the same process through
//! [`Emulator::transport`], which works in tokio's paused time, and on a socket through
//! [`Emulator::serve`]. `cargo knack emulate` does the latter from a shell.
//!
//! It behaves as far as public documents and recordings tell how Knack behaves; where they are
//! silent, a method of [`Builder`] chooses.
//!
//! # What it computes
//!
//! - `auto_increment`, labels of connections and formatted values, as any record is given out.
//! - `equation` and `concatenation`, when their record is created or updated. A formula reads the
//!   fields of its record and, over a connection to one, those of another (`{field_3.field_7}`). What
//!   is empty or unknown counts as 0, or as no text; an equation of dates without a date has no value.
//! - `count`, `sum`, `average`, `min` and `max` of connected records, with the field's own filters, at
//!   once after each write that could change them. An average, least or greatest of nothing is shown
//!   as 0 and has no raw value.
//!
//! What formulas read is computed before them, whatever the order of the fields; a circle ends after
//! one round. Values that were loaded with a raw value stay until their record is saved (a total:
//! until a connected record is). Where none was loaded it is computed while building.
//!
//! # What filters mean
//!
//! Every operator of Knack's documents is understood on the kinds that have it; relative dates are
//! those of the server's own clock ([`Builder::starts_at`]) in the application's time zone. Dates are
//! written `mm/dd/yyyy` ([`Builder::filter_dates_in_field_order`] changes that); ISO dates match
//! nothing. `near` knows coordinates, the places of [`Builder::place`] and the addresses of records,
//! and measures along great circles. Rules that are not understood are ignored, as it seems that
//! Knack ignores them, unless [`Builder::strict_filters`] asks otherwise.
//!
//! The free text of a list, `q`, is looked for in the fields that [`Builder::searchable`] marks, and ignored
//! where none is marked.
//!
//! ```
//! use bytes::Bytes;
//! use knack_core::transport::Transport;
//! use knack_emulator::Emulator;
//! use serde_json::{Value, json};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let knack = Emulator::builder()
//!     .application(json!({"id": "5f0000000000000000000001", "objects": [
//!         {"key": "object_1", "name": "Shelves", "fields": [
//!             {"key": "field_1", "name": "Tools", "type": "count", "format": {"connection": "field_3"}}]},
//!         {"key": "object_2", "name": "Tools", "fields": [
//!             {"key": "field_2", "name": "Name", "type": "short_text"},
//!             {"key": "field_3", "name": "Shelf", "type": "connection",
//!                 "relationship": {"object": "object_1", "has": "one", "belongs_to": "many"}},
//!             {"key": "field_4", "name": "Code", "type": "concatenation",
//!                 "format": {"equation": "upper(left({field_2}, 2))"}}]}]}))
//!     .records("object_1", vec![json!({"id": "5f0000000000000000000002"})])
//!     .build()?;
//! let request = http::Request::post("/v1/objects/object_2/records")
//!     .header("X-Knack-Application-Id", knack.application_id())
//!     .header("X-Knack-REST-API-Key", knack.api_key())
//!     .body(Bytes::from(r#"{"field_2": "Saw", "field_3": "5f0000000000000000000002"}"#))?;
//! let made: Value = serde_json::from_slice(knack.transport().send(request).await?.body())?;
//! assert_eq!(made["field_4"], "SA");
//! let shelf = knack.record("object_1", "5f0000000000000000000002").unwrap_or_default();
//! assert_eq!(shelf["field_1"], 1);
//! # Ok(()) }
//! ```
//!
//! # What browsers may do
//!
//! Views are served at `/v1/pages/{scene}/views/{view}/records`, and at `/v1/scenes/…`, as the dump
//! describes them:
//!
//! - A page is open unless a login, on it or on a page above it, protects it, perhaps for some roles.
//!   `POST /v1/applications/{id}/session` begins a session; it ends after
//!   [48 hours](Builder::session_lifetime), with [`Emulator::expire_sessions`] or when its account is no
//!   longer active. [`Builder::lockout`] locks accounts after wrong passwords.
//! - Tables, lists and the like give out their columns and the records of their source: its criteria, order
//!   and limit, and what belongs to the user. Details and update forms give out one record.
//! - Insert forms take their inputs, update forms change them, tables take what is edited in place and
//!   delete where they have a link for that. Anything else is refused.
//! - Views of child pages are about the record that a call names by its page's slug
//!   (`?customer-details_id=…`).
//! - Beside records, `…/report` gives all reports of a view and `…/report/{n}` one,
//!   `…/records/export/applications/{id}?type=csv` (or `json`) a table as a file, `…/connections/{field}` the
//!   options of a connection input. All take filters; what the source of a view leaves out stays out.
//! - Calls of public views are free unless [`Builder::public_views_count`] says otherwise.
//!
//! Scripts of other sites may call and read the limits' headers (CORS), JSON comes as a call of the function
//! that `callback` names (JSONP), and the application's dump has an `ETag`.
//!
//! ```
//! use bytes::Bytes;
//! use knack_core::transport::Transport;
//! use knack_emulator::Emulator;
//! use serde_json::Value;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let knack = Emulator::builder().sample().build()?;
//! let request = http::Request::get("/v1/pages/scene_4/views/view_4/records")
//!     .header("X-Knack-Application-Id", knack.application_id())
//!     .header("X-Knack-REST-API-Key", "knack")
//!     .body(Bytes::new())?;
//! let bikes: Value = serde_json::from_slice(knack.transport().send(request).await?.body())?;
//! assert_eq!(bikes["total_records"], 10); // the view's own limit
//! assert_eq!(knack.plan_left(), 5_000);
//! # Ok(()) }
//! ```
//!
//! # Files
//!
//! `POST /v1/applications/{app}/assets/file/upload` (or `…/image/upload`) takes a form with a file; its id is
//! written to a field. The address in the record sends on to a public one, which gives the file or the part
//! of it that a `Range` asks for. Those of secure fields want a token. Files that loaded records tell of are
//! made up in the size that they tell.
//!
//! ```
//! use bytes::Bytes;
//! use knack_core::transport::Transport;
//! use knack_emulator::Emulator;
//! use serde_json::Value;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let knack = Emulator::builder().sample().build()?;
//! let app = knack.application_id();
//! let form = "--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"bell.txt\"\r\n\r\nring\r\n--X--";
//! let request = http::Request::post(format!("/v1/applications/{app}/assets/file/upload"))
//!     .header("X-Knack-Application-Id", app)
//!     .header("X-Knack-REST-API-Key", "knack")
//!     .header("Content-Type", "multipart/form-data; boundary=X")
//!     .body(Bytes::from(form))?;
//! let told: Value = serde_json::from_slice(knack.transport().send(request).await?.body())?;
//! let url = told["public_url"].as_str().unwrap_or_default();
//! let part = http::Request::get(url).header("Range", "bytes=2-").body(Bytes::new())?;
//! let part = knack.transport().send(part).await?;
//! assert_eq!((part.status().as_u16(), &part.body()[..]), (206, &b"ng"[..]));
//! # Ok(()) }
//! ```
//!
//! # For tests in other languages
//!
//! On a socket of this machine, `/_emulator/` tells of pages that do what [`Emulator`] does for tests in Rust:
//! `POST /_emulator/faults` adds faults, one a line (`503:nth=3`), `GET /_emulator/requests` gives the requests that
//! were seen, `POST /_emulator/advance?ms=1500` moves the clock, `POST /_emulator/reset` begins anew. Other machines
//! reach them only with [`Builder::remote_control`], and pages of other origins never. The page for people, at `/`,
//! shows what they tell and does what they do.
//!
//! # Recordings
//!
//! With the feature `record`, a `Recorder` sits between a program and a real service and writes what passes, without
//! keys, tokens and passwords; `cargo knack record` does it from a shell. A [`Replay`] serves the file, in the same
//! process or on a socket: a test that answers as Knack did, or a report of an error that others can run.
//!
//! # Objects, fields and views
//!
//! With the API key, calls below `/v1/objects` read the schema and change it, as programs were seen to do with Knack
//! though no document tells of it: objects, their fields and tasks, and below `/v1/scenes` the views of pages. Records
//! stay as far as their fields do. [`Emulator::reset`] brings the schema back as well; it is not kept on the disk, where
//! values of what was deleted stay until their record is written.
//!
//! # How much it holds
//!
//! Everything is in memory: a record of six short fields, one of them unique, takes some 1.4 kB, a million 1.4 GB; dates
//! take more, as each is kept with all of Knack's keys. A page of a million records is there within 50 ms, a filtered
//! one within 500 (`knack-bench emulator`). With the feature `disk`, `Builder::data` keeps records and files in a folder
//! as well.
//!
//! # What goes wrong
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
mod assets;
mod browsers;
mod builder;
mod check;
mod clock;
mod compute;
mod contact;
mod control;
mod dates;
#[cfg(feature = "disk")]
mod disk;
mod downloads;
mod emulator;
mod error;
mod expression;
mod fault;
mod figures;
mod files;
mod filter;
mod formula;
mod gate;
mod generate;
mod json;
mod kind;
mod latency;
mod list;
mod live;
mod manners;
mod multipart;
mod near;
mod outcome;
mod pages;
mod plan;
mod query;
mod recording;
mod records;
mod redact;
mod render;
mod routes;
mod sample;
mod schema;
mod scope;
mod search;
mod seen;
mod server;
mod sessions;
mod span;
mod steer;
mod store;
mod template;
mod transport;
mod uploads;
mod views;
pub mod window;
mod write;
mod zone;

pub use builder::Builder;
pub use emulator::Emulator;
pub use error::EmulatorError;
pub use fault::{Effect, Fault, FaultError};
pub use latency::{Latency, Spread};
pub use manners::{BadLogin, MissingRecord, Quirk};
#[cfg(feature = "record")]
pub use recording::recorder::{Recorder, Recording};
pub use recording::replay::{Replay, ReplayTransport};
pub use seen::Seen;
pub use server::Server;
pub use transport::InProcess;
pub use window::Window;
