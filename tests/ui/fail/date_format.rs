//! Formats of dates that are none, or of fields that are no dates.

use jiff::civil::Date;
use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id, date_format = "dd/mm/yyyy")]
    id: knack_runtime::RecordId,
    #[knack(key = "field_1", kind = "date_time", date_format = "yyyy-mm-dd")]
    since: Option<Date>,
    #[knack(key = "field_2", kind = "short_text", date_format = "dd/mm/yyyy")]
    name: String,
    #[knack(key = "field_3", kind = "date_time", date_format)]
    until: Option<Date>,
}

fn main() {}
