//! Two fields where there can be one.

use knack_runtime::{KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    #[knack(id)]
    again: RecordId,
    #[knack(id, key = "field_6", kind = "short_text", required, handle = "ID")]
    both: RecordId,
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
    #[knack(key = "field_7", kind = "short_text")]
    same_key: String,
    #[knack(key = "field_8", kind = "short_text", handle = "NAME")]
    same_handle: String,
    #[knack(key = "field_9", kind = "short_text")]
    #[allow(non_snake_case)]
    Name: String,
}

fn main() {}
