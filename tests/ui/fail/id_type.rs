//! A record's id in another type than `RecordId`.

use knack_runtime::{KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id)]
    id: String,
}

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Maybe {
    #[knack(id)]
    id: Option<RecordId>,
}

fn main() {}
