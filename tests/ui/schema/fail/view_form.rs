//! Forms of new records without what Knack demands, or with what it computes.

use jiff::civil::DateTime;
use knack_runtime::{KnackView, RecordId};

#[derive(KnackView)]
#[knack(view = "view_2")] //~
struct NewCustomer {
    status: Option<String>,
}

#[derive(KnackView)]
#[knack(view = "view_7")] //~
struct NewOrder {
    placed: DateTime,
}

#[derive(KnackView)]
#[knack(view = "view_2")]
struct Wrong {
    #[knack(id)] //~
    id: RecordId,
    company: Option<String>, //~
    total: f64, //~
}

fn main() {}
