// What the examples in the documentation stand on; they include this file out of sight.

use knack_core::call::Call;
pub use knack_core::verbs::{Execute, ObjectAccess, Reply};
pub use knack_core::{KnackObject, Link, RecordId, Result};

#[derive(Clone, Debug, PartialEq, knack_derive::KnackObject)]
#[knack(object = "object_3", crate = knack_core)]
pub struct Customer {
    #[knack(key = "field_7", kind = "short_text", required)]
    pub city: String,
    #[knack(key = "field_8", kind = "number")]
    pub age: Option<f64>,
    #[knack(key = "field_9", kind = "connection")]
    pub rep: Vec<Link<Customer>>,
    #[cfg(feature = "jiff")]
    #[knack(key = "field_6", kind = "date_time")]
    pub since: Option<jiff::civil::Date>,
    #[knack(key = "field_10", kind = "address")]
    pub address: Option<knack_core::value::PostalAddress>,
    #[knack(key = "field_11", kind = "multiple_choice")]
    pub tags: Vec<String>,
}

/// A client whose every answer is this; a second page of a list is empty.
#[derive(Clone)]
pub struct Canned(pub &'static str);

impl ObjectAccess for Canned {}

impl Execute for Canned {
    async fn execute(&self, call: Call) -> Result<Reply> {
        let behind = call.query().starts_with("page=") && !call.query().starts_with("page=1&");
        Ok(Reply { body: if behind { r#"{"records":[]}"#.into() } else { self.0.into() } })
    }
}

/// A client that wants this in every query, and finds nothing.
#[derive(Clone)]
pub struct Expect(pub &'static str);

impl ObjectAccess for Expect {}

impl Execute for Expect {
    async fn execute(&self, call: Call) -> Result<Reply> {
        assert!(call.query().contains(self.0), "{}", call.query());
        Ok(Reply { body: r#"{"records":[]}"#.into() })
    }
}
