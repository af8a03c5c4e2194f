//! Attributes that are unknown, repeated, or not of the form of attributes.

use knack_runtime::{KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(objekt = "object_3", colour = "red", crate = 7, key = "field_6")]
struct Unknown {
    #[knack(id = true)]
    id: RecordId,
    #[knack(ky = "field_7", kinds = "short_text", Required)]
    misspelt: String,
    #[knack(key = "field_8", kind = "short_text", object = "object_3", rename("x", "y"))]
    foreign: String,
    #[knack(key = field_9, kind = ShortText, required = "yes", handle)]
    no_texts: String,
    #[knack(key("field_10"), kind: "short_text")]
    no_values: String,
    #[knack(key = "field_11" kind = "short_text")]
    no_comma: String,
}

#[derive(KnackObject)]
#[knack(object = "object_3", created, create = true)]
struct New {
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
}

#[derive(KnackObject)]
#[knack(object = "object_3", object = "object_4", create)]
#[knack(create, crate = knack_runtime, crate = "knack_runtime")]
struct Repeated {
    #[knack(key = "field_7", key = "field_8", kind = "short_text", required)]
    #[knack(kind = "number", required)]
    name: String,
}

#[derive(KnackObject)]
#[knack]
#[knack = "object_3"]
#[knack(object = "object_3")]
struct Form {
    #[knack]
    #[knack(key = "field_7", kind = "short_text")]
    word: String,
    #[knack = "field_8"]
    #[knack(key = "field_8", kind = "short_text")]
    value: String,
    #[knack("field_9", kind = "short_text")]
    literal: String,
    #[knack()]
    empty: String,
}

fn main() {}
