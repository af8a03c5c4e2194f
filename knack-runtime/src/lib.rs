//! The Knack client: typed records, calls that stay within Knack's limits, retries that are safe.
//!
//! ```
//! use knack_runtime::value::PersonName;
//! use knack_runtime::{Client, KnackObject, Patch, RecordId};
//!
//! #[derive(Debug, KnackObject)]
//! #[knack(object = "object_1")]
//! struct Customer {
//!     #[knack(id)]
//!     id: RecordId,
//!     #[knack(key = "field_1", kind = "name", required)]
//!     name: PersonName,
//!     #[knack(key = "field_5", kind = "short_text")]
//!     company: Option<String>,
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let local = knack_emulator::Emulator::builder().sample().build()?;
//! # let (app_id, api_key) = (local.application_id(), local.api_key());
//! let knack = Client::builder(app_id).api_key(api_key)
//! #   .transport(local.transport())
//!     .build()?;
//!
//! let mut customers =
//!     Customer::list(&knack).filter(Customer::COMPANY.is_blank()).sort(Customer::NAME.asc()).stream();
//! while let Some(customer) = customers.next().await {
//!     let customer = customer?;
//!     println!("{} has no company", customer.name);
//!     let patch = Patch::new().set(Customer::COMPANY, "unknown");
//!     let customer = Customer::update(&knack, customer.id, patch).await?;
//!     assert_eq!(customer.company.as_deref(), Some("unknown"));
//! #   break;
//! }
//! # Ok(()) }
//! ```
//!
//! The examples on these pages run against a local Knack (`knack-emulator`), whose setup they do not
//! show: give the builder its application id, its key and its transport.
//!
//! # What happens to a call
//!
//! The [policy](quota::QuotaPolicy) says whether it counts. It waits in the client's one queue, where
//! calls go by [class](limit::Class) and first in, first out within one, until the
//! [limiter](limit::Limiter) lets the head go. It is sent; what the
//! answer's headers say goes back to the limiter; the policy judges the answer. A refusal (429)
//! holds the whole queue and is never lost; trouble that may pass is tried again where that is
//! safe; everything has a deadline, 60 seconds unless set.
//!
//! A call in the queue is told at once when there is no use in waiting: its deadline comes before its
//! turn, or the day's plan is used up. One that is given up on its way, by a time-out or by dropping its
//! future, may still arrive, and the limiter counts it for as long as it may.
//!
//! Clones of a [`Client`] share the queue, the limiter and the connections; clients that are given one
//! limiter share its queue.

mod builder;
mod client;
mod clock;
mod executor;
mod holds;
mod host;
mod http_transport;
mod lines;
mod queue;
mod retry;
mod round_trip;
mod trace;
mod usage;

pub use builder::{BuildError, ClientBuilder};
pub use client::{ApiKey, Client, NoKey};
pub use clock::TokioClock;
pub use host::Host;
pub use http_transport::HttpTransport;
pub use usage::Usage;

pub use knack_core::value::KnackChoice;
#[cfg(feature = "jiff")]
pub use knack_core::zone;
pub use knack_core::{
    ApplicationId, Error, KnackObject, Link, Patch, Plan, RecordId, Result, advice, call, cell,
    clock as time, error, headers, key, kind, limit, list, object, patch, plan, query, quota, record,
    resolve, schema, transport, value, verbs, write,
};
pub use knack_derive::{KnackChoice, KnackObject};

#[doc(hidden)]
pub use knack_core::__private1;
