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
//! # From the application to the first compile error
//!
//! The struct above says the key and the kind of each field. With the application's schema at hand it need
//! not: `cargo knack pull` writes it to `.knack/`, which is committed and read while compiling.
//!
//! ```text
//! $ export KNACK_APP_ID=5d79512148c4af00106d1507
//! $ cargo knack pull
//! $ git add .knack
//! ```
//!
//! ```text
//! #[derive(Debug, KnackObject)]
//! #[knack(object = "Customers")]
//! struct Customer {
//!     #[knack(id)]
//!     id: RecordId,
//!     name: PersonName,       // the field "Name"
//!     company: Option<u32>,
//! }
//! ```
//!
//! ```text
//! error[E0277]: `Option<u32>` cannot hold a Knack short text field
//!   --> src/main.rs:7:14
//!    |
//!  7 |     company: Option<u32>,
//!    |              ^^^^^^^^^^^ does not fit the field's kind
//!    |
//!    = note: a short text field is held by `String`
//! ```
//!
//! When somebody renames the field in Knack, `cargo knack check` in CI says so; and after the next pull the
//! struct does not compile before it is called so too, or says `#[knack(field = "Firm")]`. What else is checked,
//! and how the folder is found: [`macro@KnackObject`].
//!
//! # Pages and users
//!
//! A struct that derives [`KnackView`] stands for a view on a page of the application: it is read and written by the
//! page's rules, at no cost where everybody may see it. [`Client::login`] gives the client of a user, for pages behind
//! a login. The API key is sent to neither.
//!
//! ```
//! use knack_runtime::{Client, KnackView};
//!
//! #[derive(Debug, KnackView)]
//! #[knack(view = "view_2", scene = "scene_4", object = "object_4", access = "public", can = "list")]
//! struct Product {
//!     #[knack(key = "field_30", kind = "short_text", required)]
//!     name: String,
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let local = knack_emulator::Emulator::builder().sample().build()?;
//! # let app_id = local.application_id();
//! let knack = Client::builder(app_id)
//! #   .transport(local.transport())
//!     .build()?;
//! let bikes = Product::list(&knack).filter(Product::NAME.contains("Bike")).all().await?;
//! assert!(!bikes.is_empty());
//! assert_eq!(knack.usage().plan_left, None); // nothing was counted
//! # Ok(()) }
//! ```
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
//! What is left of the plan, the client counts in a [ledger](ledger::Ledger): a job can
//! [reserve](Client::reserve) calls, and the last of the day are kept for interactive ones.
//!
//! # What is told
//!
//! [`Client::usage`] tells all at one moment. `tracing` has a span for each call and events for refusals,
//! retries, the plan, and, once for each call, a wait of more than a second with its reason. With the feature
//! `metrics` there are counters and gauges for the `metrics` facade:
//!
//! | name | kind | labels | what |
//! |---|---|---|---|
//! | `knack_sent_total` | counter | `class` | attempts sent |
//! | `knack_refused_total` | counter | | refusals (429) |
//! | `knack_retries_total` | counter | | attempts after other trouble |
//! | `knack_denied_total` | counter | `reason` | calls given up unsent: `late` for their deadline, `plan` used up, `kept` for others |
//! | `knack_waits_total` | counter | `class` | attempts that waited |
//! | `knack_waited_milliseconds_total` | counter | `class` | how long, all together |
//! | `knack_waiting` | gauge | `class` | calls in the queue |
//! | `knack_longest_wait_seconds` | gauge | `class` | the longest wait so far |
//! | `knack_in_flight` | gauge | | metered calls on their way |
//! | `knack_plan_limit`, `knack_plan_left` | gauge | | the day's plan, once it is known |
//! | `knack_plan_reserved`, `knack_plan_floor` | gauge | | what is kept of it |
//! | `knack_plan_resets_in_seconds` | gauge | | how long until it begins anew |
//!
//! Gauges are set when an answer comes and when a call has waited for a second. `class` is `interactive`,
//! `normal` or `bulk`. Nothing secret is in any of it.
//!
//! # Features
//!
//! | name | default | what |
//! |---|---|---|
//! | `jiff` | yes | date fields as types of `jiff`, time zones |
//! | `decimal` | yes | numbers and currencies as `rust_decimal::Decimal` |
//! | `schema` | no | the application's own description: `Client::application`, and the module `schema` |
//! | `metrics` | no | counters and gauges, as above |
//!
//! # Sharing
//!
//! Clones of a [`Client`] share the queue, the limiter and the connections; clients that are given one
//! limiter share its queue.

mod admission;
mod blocking;
mod book;
mod builder;
mod client;
mod clock;
mod executor;
mod files;
mod holds;
mod host;
mod http_transport;
mod ledger_file;
mod lines;
#[cfg(feature = "schema")]
mod metadata;
mod metrics;
mod queue;
mod reservation;
mod retry;
mod round_trip;
mod run;
mod session;
mod trace;
mod transfer;
mod usage;
mod waits;

pub use builder::{BuildError, ClientBuilder};
pub use client::{Access, ApiKey, Client, NoKey, User};
pub use clock::TokioClock;
pub use files::{Download, FileField, Progress, StoredFile, Upload};
pub use host::Host;
pub use http_transport::HttpTransport;
#[cfg(feature = "schema")]
pub use metadata::MetadataError;
pub use reservation::Reservation;
pub use session::{Account, Login, Token, TokenFile, TokenStore};
pub use usage::Usage;
pub use waits::{ByClass, Waits};

#[cfg(feature = "schema")]
pub use knack_core::schema;
pub use knack_core::value::KnackChoice;
#[cfg(feature = "jiff")]
pub use knack_core::zone;
pub use knack_core::{
    ApplicationId, Error, KnackObject, KnackView, Link, Patch, Plan, RecordId, Result, advice, call, cell,
    clock as time, error, headers, key, kind, ledger, limit, list, object, patch, plan, query, quota, record,
    resolve, settings, transport, value, verbs, view, write,
};
pub use knack_derive::{KnackChoice, KnackObject, KnackView};

#[doc(hidden)]
pub use knack_core::__private1;
