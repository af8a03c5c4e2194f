//! Rust types that do not hold what their kind has.

use knack_runtime::value::PersonName;
use knack_runtime::{KnackObject, Link, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(key = "field_7", kind = "number")]
    amount: bool,
    #[knack(key = "field_8", kind = "number")]
    count: Option<bool>,
    #[knack(key = "field_9", kind = "short_text")]
    name: PersonName,
    #[knack(key = "field_10", kind = "connection")]
    orders: Vec<RecordId>,
    #[knack(key = "field_11", kind = "short_text")]
    borrowed: &'static str,
}

#[derive(KnackObject)]
#[knack(object = "object_3", create)]
struct NewCustomer {
    #[knack(key = "field_7", kind = "number", required)]
    amount: bool,
    #[knack(key = "field_8", kind = "number")]
    count: Option<bool>,
    #[knack(key = "field_10", kind = "connection")]
    order: Link<Customer>,
}

fn main() {}
