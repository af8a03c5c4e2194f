//! Recordings of a real service: what passed between it and a program, without secrets, to be served again.
//!
//! A recording is a file with one JSON object a line. The first tells the format:
//!
//! ```json
//! {"knack_recording":1,"service":"https://api.knack.com","application_id":"replaced"}
//! ```
//!
//! Each other line is an exchange. `***` stands where a secret was, zeros for the application's id:
//!
//! ```json
//! {"at_ms":12,"took_ms":85,
//!  "request":{"method":"GET","path":"/v1/objects/object_1/records","query":[["page","2"]],
//!    "headers":{"x-knack-rest-api-key":"***"},"body":null},
//!  "response":{"status":200,"headers":{"content-type":"application/json"},"body":{"json":{"records":[]}}}}
//! ```
//!
//! - A body is `null` or has one entry that says what it is: `json`, `form` (pairs), `upload` (what is told of each
//!   part), `text`, `base64` or `omitted` (why).
//! - `response` is `null` where none came. `broke` beside it tells what ended an exchange too early.
//! - A line like the first begins another run, whose `at_ms` count anew.

mod body;
#[cfg(feature = "record")]
mod book;
mod compare;
#[cfg(feature = "record")]
mod entry;
mod exchange;
mod file;
mod matching;
#[cfg(feature = "record")]
pub(crate) mod recorder;
pub(crate) mod replay;
pub(crate) mod secrets;
mod walk;
#[cfg(feature = "record")]
mod write;
