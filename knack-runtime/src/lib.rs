//! The Knack client: typed records, calls that stay within Knack's limits, retries that are safe.
//!
//! ```no_run
//! use knack_runtime::value::PersonName;
//! use knack_runtime::{Client, KnackObject, Patch, RecordId};
//!
//! #[derive(Debug, KnackObject)]
//! #[knack(object = "object_3")]
//! struct Customer {
//!     #[knack(id)]
//!     id: RecordId,
//!     #[knack(key = "field_12", kind = "name", required)]
//!     name: PersonName,
//!     #[knack(key = "field_14", kind = "short_text")]
//!     city: Option<String>,
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let knack = Client::builder("5d79512148c4af00106d1507").api_key("…").build()?;
//!
//! let mut oslo = Customer::list(&knack).filter(Customer::CITY.is("Oslo")).sort(Customer::NAME.asc()).stream();
//! while let Some(customer) = oslo.next().await {
//!     let customer = customer?;
//!     Customer::update(&knack, customer.id, Patch::new().set(Customer::CITY, "Bergen")).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What happens to a call
//!
//! The [policy](quota::QuotaPolicy) says whether it counts. It waits in the client's one queue,
//! first in, first out, until the [limiter](limit::Limiter) lets its head go. It is sent; what the
//! answer's headers say goes back to the limiter; the policy judges the answer. A refusal (429)
//! holds the whole queue and is never lost; trouble that may pass is tried again where that is
//! safe; everything has a deadline, 60 seconds unless set.
//!
//! Clones of a [`Client`] share the queue, the limiter and the connections.

mod builder;
mod client;
mod clock;
mod executor;
mod host;
mod http_transport;
mod queue;
mod retry;
mod trace;
mod usage;

pub use builder::{BuildError, ClientBuilder};
pub use client::{ApiKey, Client, NoKey};
pub use clock::TokioClock;
pub use host::Host;
pub use http_transport::HttpTransport;
pub use usage::Usage;

pub use knack_core::{
    ApplicationId, Error, KnackObject, Link, Patch, Plan, RecordId, Result, call, cell, clock as time, error,
    headers, key, kind, limit, list, object, patch, plan, query, quota, record, transport, value, verbs,
    write,
};
pub use knack_derive::KnackObject;

#[doc(hidden)]
pub use knack_core::__private1;
