//! The object's key is missing or wrong.

use knack_runtime::{KnackObject, RecordId};

#[derive(KnackObject)]
struct Missing {
    #[knack(id)]
    id: RecordId,
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Name {
    #[knack(id)]
    id: RecordId,
}

#[derive(KnackObject)]
#[knack(object = "object_03")]
struct Padded {
    #[knack(id)]
    id: RecordId,
}

#[derive(KnackObject)]
#[knack(object = 3)]
struct Number {
    #[knack(id)]
    id: RecordId,
}

#[derive(KnackObject)]
#[knack(object)]
struct Nothing {
    #[knack(id)]
    id: RecordId,
}

fn main() {}
