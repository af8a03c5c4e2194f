//! Structs that say themselves what the schema says.

#![deny(warnings)]

use jiff::civil::Date;
use knack_runtime::value::Json;
use knack_runtime::{KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_7", kind = "short_text", required)]
    name: String,
    #[knack(field = "Born", kind = "date_time", date_format = "dd/mm/yyyy")]
    birthday: Option<Date>,
    #[knack(date_format = "mm/dd/yyyy")]
    since: Option<Date>,
    #[knack(required)]
    active: bool,
    #[knack(kind = "unknown", handle = "FORM")]
    shape: Json,
    // A kind that this version does not know yet may be said to be like another.
    #[knack(field = "Shape", crate = knack_runtime)]
    #[cfg(any())]
    never: Json,
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct LikeText {
    #[knack(kind = "short_text")]
    shape: String,
}

fn main() {
    let used = |customer: Customer, other: LikeText| {
        let Customer { id, name, birthday, since, active, shape } = customer;
        let _ = (id, name, birthday, since, active, shape, other.shape);
    };
    let _ = used;
    assert_eq!(Customer::NAME.key(), "field_7".parse().unwrap());
    assert_eq!(Customer::FORM.def().name(), "shape");
}
