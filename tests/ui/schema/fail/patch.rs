//! Patches that clear what the schema demands, and write what it computes.

use knack_runtime::{KnackObject, Patch};

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    company: String,
    total: f64,
    active: bool,
}

fn main() {
    let _ = Patch::<Customer>::new().clear(Customer::COMPANY); //~
    let _ = Patch::<Customer>::new().set(Customer::TOTAL, 7); //~ 2
    let _ = Patch::<Customer>::new().clear(Customer::ACTIVE); //~
}
