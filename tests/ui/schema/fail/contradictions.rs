//! What the struct says itself is not what the schema says.

use knack_runtime::KnackObject;
use jiff::civil::Date;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    #[knack(kind = "number")] //~
    company: String,
    #[knack(key = "field_11", kind = "number")] //~
    spent: Option<f64>,
    #[knack(required)] //~
    status: Option<String>,
    #[knack(date_format = "mm/dd/yyyy")] //~
    born: Option<Date>,
    #[knack(date_format = "dd/mm/yyyy")] //~
    since: Option<Date>,
    #[knack(date_format = "dd/mm/yyyy")] //~
    r#type: String,
    #[knack(required)] //~
    total: f64,
    #[knack(kind = "nmber")] //~
    größe: Option<f64>,
}

fn main() {}
