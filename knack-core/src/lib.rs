//! The pure half of the Knack client: what records, values, queries, calls and limits *are*, with
//! no I/O and no async runtime. Programs name the crate `knack-runtime`, which re-exports all of
//! this.
//!
//! - A struct that derives [`KnackObject`] is a *projection* of an object: it takes the fields it
//!   names. Its verbs are provided methods over [`verbs::Execute`].
//! - [`value`] has the Rust types for each [`kind`] of field; [`patch`] changes them, [`query`]
//!   asks for them.
//! - [`limit::Limiter`] says when a call may go, [`quota::QuotaPolicy`] which calls count and what an
//!   answer means. Both are synchronous and take the time as an argument.

// The documentation speaks of all types; those of features left out have no pages to lead to.
#![cfg_attr(not(all(feature = "jiff", feature = "decimal")), allow(rustdoc::broken_intra_doc_links))]

pub mod advice;
pub mod call;
pub mod cell;
pub mod clock;
pub mod error;
#[doc(hidden)]
pub mod fit;
pub mod headers;
mod json;
pub mod key;
pub mod kind;
pub mod ledger;
pub mod limit;
pub mod list;
pub mod object;
pub mod patch;
pub mod plan;
pub mod query;
pub mod quota;
pub mod record;
pub mod resolve;
#[cfg(feature = "schema")]
pub mod schema;
pub mod settings;
pub mod transport;
pub mod value;
pub mod verbs;
pub mod view;
pub mod write;
#[cfg(feature = "jiff")]
pub mod zone;

pub use error::{Error, Result};
pub use key::{ApplicationId, RecordId};
pub use patch::Patch;
pub use plan::Plan;
pub use value::Link;
pub use verbs::KnackObject;
pub use view::KnackView;

/// What derived code names. Not part of the API: it may change in any release.
#[doc(hidden)]
pub mod __private1 {
    pub use core::option::Option::{self, Some};
    pub use core::result::Result::{self, Err, Ok};
    pub use std::string::String;

    pub use crate::cell::ValueError;
    pub use crate::error::Error;
    pub use crate::key::{FieldKey, ObjectKey, RecordId};
    pub use crate::kind;
    pub use crate::kind::MultipleChoice;
    pub use crate::object::derived::{def, field};
    pub use crate::object::{DateOrder, Field, FieldDef, Object, Optional, Projection, Required};
    pub use crate::patch::BodyWriter;
    pub use crate::query::{Comparison, Operand};
    pub use crate::record::{FieldError, Reader, Record};
    pub use crate::settings::{Of, PresumesNothing, Settings};
    pub use crate::value::{KnackChoice, ToField};
    pub use crate::verbs::{KnackObject, NewRecord};
    pub use crate::view::{
        Asks, Creates, Deletes, Gets, KnackView, Lists, Login, Public, Reports, TopLevel, Updates, ViewDef,
    };
    pub use crate::write::ValueWriter;
    pub use serde_json::Value;
}
