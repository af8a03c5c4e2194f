//! What a new record cannot have.

use knack_runtime::{KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3", create)]
struct NewCustomer {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_7", kind = "short_text", required)]
    name: Option<String>,
    #[knack(key = "field_8", kind = "auto_increment")]
    number: u32,
    #[knack(key = "field_9", kind = "concatenation")]
    title: Option<String>,
    #[knack(key = "field_10", kind = "short_text", handle = "TOWN")]
    city: String,
}

fn main() {}
