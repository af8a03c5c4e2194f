//! There is no schema to look names up in.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Named {
    company: String,
    #[knack(field = "Average Spend")]
    spent: f64,
}

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Keyed {
    company: String,
    #[knack(field = "Average Spend", kind = "currency")]
    spent: f64,
    #[knack(field = "field_9")]
    status: String,
    #[knack(key = "account_status")]
    account: String,
}

fn main() {}
