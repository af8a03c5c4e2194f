//! Types that do not fit the kinds of the schema.

use knack_runtime::{KnackObject, Link};

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    company: u32, //~
    orders: Vec<String>, //~
    status: Option<Link<Customer>>, //~
    active: String, //~
    shape: String, //~
}

fn main() {}
