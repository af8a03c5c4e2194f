//! The schema has no `app.json`.

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
