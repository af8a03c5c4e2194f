//! A label that two fields have.

use knack_runtime::KnackObject;
use knack_runtime::value::PhoneNumber;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    phone: Option<PhoneNumber>, //~
    #[knack(field = "Phone")] //~
    other: Option<PhoneNumber>,
}

fn main() {}
