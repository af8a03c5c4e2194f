//! What a field says of itself is missing or wrong.

use knack_runtime::{KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    nothing: String,
    #[knack(key = "field_7")]
    no_kind: String,
    #[knack(kind = "short_text")]
    no_key: String,
    #[knack(key = "Name", kind = "short_text")]
    label: String,
    #[knack(key = "field_08", kind = "short_text")]
    padded: String,
    #[knack(key = "field_9", kind = "shorttext")]
    misspelt: String,
    #[knack(key = "field_10", kind = "yes/no")]
    label_as_kind: bool,
    #[knack(key = "field_11", kind = "colour")]
    unknown: String,
    #[knack(key = "field_12", kind = "short_text", handle = "my-name")]
    handle: String,
    #[knack(key = "field_13", kind = "short_text", handle = "type")]
    keyword: String,
    #[knack(key = "field_14", kind = "sum", required)]
    computed: f64,
}

fn main() {}
