//! The schema is of a format that comes later.

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
