//! Two fields of the struct that are one of the object.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    company: String,
    #[knack(field = "Company")] //~
    by_label: String,
    #[knack(key = "field_7")] //~
    by_key: String,
}

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    #[knack(field = "field_7")]
    name: String,
    company: String, //~
}

fn main() {}
