//! A constant of the user's has the name of a handle.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "object_3")]
pub struct Customer {
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
}

impl Customer {
    const NAME: &'static str = "customer";
}

fn main() {}
