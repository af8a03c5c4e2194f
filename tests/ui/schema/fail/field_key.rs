//! Keys that the object does not have, or that are none.

use knack_runtime::{KnackObject, Link};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(key = "field_99")] //~
    company: String,
    #[knack(key = "field_41", kind = "connection")] //~
    of_another_object: Vec<Link<()>>,
    #[knack(field = "field_98")] //~
    tags: Vec<String>,
    #[knack(key = "Company")] //~
    label_as_key: String,
    #[knack(key = "field_7", field = "Company")] //~
    both: String,
}

fn main() {}
