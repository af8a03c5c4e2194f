//! Fields whose own names the object does not know.

use knack_runtime::{KnackObject, Link, RecordId};

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    id: RecordId, //~
    compny: String, //~
    orders: Vec<Link<()>>,
    colour: String, //~
    average_spent: Option<f64>, //~
}

fn main() {}
