//! One value where the field holds several.

use knack_runtime::{KnackChoice, KnackObject, Link};

#[derive(KnackChoice)]
enum Tag {
    A,
    Other(String),
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    orders: Option<Link<Order>>, //~
    tags: Option<Tag>, //~
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Text {
    tags: String, //~
}

#[derive(KnackObject)]
#[knack(object = "Orders")]
struct Order {
    customer: Vec<Link<Customer>>,
}

fn main() {}
