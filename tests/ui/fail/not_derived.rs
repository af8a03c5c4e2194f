//! A struct without the derive.

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

struct Plain {
    name: String,
}

async fn generic<T: KnackObject>(client: &Client, id: RecordId) -> Option<T> {
    T::get_opt(client, id).await.ok()?
}

fn used(client: &Client, id: RecordId) {
    // Not `get`: other crates have traits with a `get`, and the compiler names them all.
    drop(Plain::get_opt(client, id));
    drop(generic::<Plain>(client, id));
    let _: Patch<Plain> = Patch::new().set(Customer::NAME, "x");
}

fn main() {}
