//! For every kind a type that does not hold it.

use knack_runtime::value::{EmailAddress, PersonName};
use knack_runtime::{KnackObject, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Everything {
    #[knack(key = "field_1", kind = "short_text")]
    short_text: bool,
    #[knack(key = "field_2", kind = "paragraph_text")]
    paragraph_text: u32,
    #[knack(key = "field_3", kind = "rich_text")]
    rich_text: Vec<String>,
    #[knack(key = "field_4", kind = "multiple_choice")]
    multiple_choice: PersonName,
    #[knack(key = "field_5", kind = "boolean")]
    boolean: u8,
    #[knack(key = "field_6", kind = "number")]
    number: bool,
    #[knack(key = "field_7", kind = "currency")]
    currency: String,
    #[knack(key = "field_8", kind = "auto_increment")]
    auto_increment: String,
    #[knack(key = "field_9", kind = "equation")]
    equation: bool,
    #[knack(key = "field_10", kind = "concatenation")]
    concatenation: u32,
    #[knack(key = "field_11", kind = "count")]
    count: bool,
    #[knack(key = "field_12", kind = "sum")]
    sum: String,
    #[knack(key = "field_13", kind = "average")]
    average: String,
    #[knack(key = "field_14", kind = "min")]
    min: String,
    #[knack(key = "field_15", kind = "max")]
    max: Option<bool>,
    #[knack(key = "field_16", kind = "date_time")]
    date_time: String,
    #[knack(key = "field_17", kind = "timer")]
    timer: u32,
    #[knack(key = "field_18", kind = "name")]
    name: EmailAddress,
    #[knack(key = "field_19", kind = "email")]
    email: PersonName,
    #[knack(key = "field_20", kind = "phone")]
    phone: u64,
    #[knack(key = "field_21", kind = "address")]
    address: Vec<String>,
    #[knack(key = "field_22", kind = "link")]
    link: bool,
    #[knack(key = "field_23", kind = "file")]
    file: String,
    #[knack(key = "field_24", kind = "image")]
    image: Vec<u8>,
    #[knack(key = "field_25", kind = "signature")]
    signature: String,
    #[knack(key = "field_26", kind = "rating")]
    rating: bool,
    #[knack(key = "field_27", kind = "connection")]
    connection: RecordId,
    #[knack(key = "field_28", kind = "password")]
    password: String,
    #[knack(key = "field_29", kind = "user_roles")]
    user_roles: String,
    #[knack(key = "field_30", kind = "unknown")]
    unknown: String,
}

fn main() {}
