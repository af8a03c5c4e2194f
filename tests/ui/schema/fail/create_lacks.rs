//! New records without what Knack demands.

use knack_runtime::KnackObject;
use knack_runtime::value::PersonName;

#[derive(KnackObject)]
#[knack(object = "Orders", create)] //~
struct NewOrder {
    #[knack(field = "Total")]
    total: Option<f64>,
}

#[derive(KnackObject)]
#[knack(create, object = "Accounts")] //~
struct NewAccount {
    name: PersonName,
}

fn main() {}
