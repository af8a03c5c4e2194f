//! New records with what Knack computes.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: String,
    total: Option<f64>, //~
}

#[derive(KnackObject)]
#[knack(object = "object_6", create)] //~
struct NewOrder {
    #[knack(field = "Number")] //~
    number: u32,
}

fn main() {}
