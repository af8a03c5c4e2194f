//! Filters that a kind of field does not have, and values that do not fit.

#![allow(unused_imports)]

use knack_runtime::{Client, KnackObject, Link, Patch, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(key = "field_7", kind = "short_text", required)]
    name: String,
    #[knack(key = "field_8", kind = "number")]
    age: Option<u32>,
    #[knack(key = "field_9", kind = "boolean")]
    active: bool,
    #[knack(key = "field_10", kind = "sum")]
    spent: f64,
    #[knack(key = "field_11", kind = "connection")]
    orders: Vec<Link<Order>>,
}

#[derive(KnackObject)]
#[knack(object = "object_4")]
struct Order {
    #[knack(key = "field_20", kind = "short_text")]
    title: String,
}

fn main() {
    let _ = Customer::AGE.contains(7);
    let _ = Customer::NAME.higher_than(7);
    let _ = Customer::ORDERS.starts_with("x");
    let _ = Customer::NAME.is_before("x");
    let _ = Customer::NAME.is(7);
    let _ = Customer::AGE.is("seven");
    let _ = Customer::ACTIVE.is("yes");
    let _ = Customer::ORDERS.is("5d7964422d7159001659b27a");
}
