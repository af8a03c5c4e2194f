//! Fields that the object has not.

use knack_runtime::{KnackObject, Link, RecordId};

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    id: RecordId, //~
    compny: String, //~
    #[knack(field = "Average spent")] //~
    average_spend: Option<f64>,
    #[knack(key = "field_99")] //~
    status: Option<String>,
    colour: String, //~
    orders: Vec<Link<()>>,
}

fn main() {}
