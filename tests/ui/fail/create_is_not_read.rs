//! Reads a struct of a new record.

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

#[derive(KnackObject)]
#[knack(object = "object_4", create)]
struct NewOrder {
    #[knack(key = "field_20", kind = "short_text")]
    title: String,
}

fn used(client: &Client, id: RecordId) {
    drop(NewOrder::get_opt(client, id));
    let _: Patch<NewOrder> = Patch::new().set(Order::TITLE, "x");
    drop(Order::TITLE.asc());
    drop(NewOrder::TITLE.asc());
}

fn main() {}
