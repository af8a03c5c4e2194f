//! New records that may come without what Knack demands.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: Option<String>, //~
    active: Option<bool>,
}

fn main() {}
