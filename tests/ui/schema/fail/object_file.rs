//! Objects whose files are missing or spoilt, by a conflict say.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Lost")] //~
struct Lost {
    company: String,
}

#[derive(KnackObject)]
#[knack(object = "object_23")] //~
struct Spoilt {
    company: String,
}

fn main() {}
