//! A name that two objects have.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Archive")] //~
struct Old {
    company: String,
}

fn main() {}
