//! For every kind that can be written a type that is not.

use knack_runtime::KnackObject;
use knack_runtime::value::PersonName;

#[derive(KnackObject)]
#[knack(object = "object_3", create)]
struct NewEverything {
    #[knack(key = "field_1", kind = "short_text")]
    short_text: u32,
    #[knack(key = "field_2", kind = "paragraph_text")]
    paragraph_text: bool,
    #[knack(key = "field_3", kind = "rich_text")]
    rich_text: u32,
    #[knack(key = "field_4", kind = "multiple_choice")]
    multiple_choice: u32,
    #[knack(key = "field_5", kind = "boolean")]
    boolean: String,
    #[knack(key = "field_6", kind = "number")]
    number: String,
    #[knack(key = "field_7", kind = "currency")]
    currency: bool,
    #[knack(key = "field_8", kind = "date_time")]
    date_time: String,
    #[knack(key = "field_9", kind = "timer")]
    timer: u32,
    #[knack(key = "field_10", kind = "name")]
    name: String,
    #[knack(key = "field_11", kind = "email")]
    email: PersonName,
    #[knack(key = "field_12", kind = "phone")]
    phone: u64,
    #[knack(key = "field_13", kind = "address")]
    address: String,
    #[knack(key = "field_14", kind = "link")]
    link: bool,
    #[knack(key = "field_15", kind = "file")]
    file: String,
    #[knack(key = "field_16", kind = "image")]
    image: bool,
    #[knack(key = "field_17", kind = "signature")]
    signature: String,
    #[knack(key = "field_18", kind = "rating")]
    rating: Option<bool>,
    #[knack(key = "field_19", kind = "connection")]
    connection: String,
    #[knack(key = "field_20", kind = "password")]
    password: u32,
    #[knack(key = "field_21", kind = "user_roles")]
    user_roles: String,
    #[knack(key = "field_22", kind = "unknown")]
    unknown: String,
}

fn main() {}
