//! Types that cannot be written to the kinds of the schema.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: bool, //~
    born: Option<String>, //~
    orders: Vec<String>, //~
}

fn main() {}
