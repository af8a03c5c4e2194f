//! The schema has a conflict that nobody resolved.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Customers")] //~
struct Customer {
    company: String,
    nonsense: u32,
}

fn main() {
    let _ = Customer::COMPANY;
}
