//! Projections of one object share handles; the id and the fields are optional; create structs.

#![deny(warnings)]

use knack_runtime::error::Result;
use knack_runtime::value::PersonName;
use knack_runtime::{Client, KnackObject, Link, Patch, RecordId};

#[derive(Debug, KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_7", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_8", kind = "short_text", handle = "TOWN")]
    city: Option<String>,
    #[knack(key = "field_9", kind = "connection")]
    parent: Vec<Link<Self>>,
    #[knack(key = "account_status", kind = "short_text")]
    status: Option<String>,
}

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Spender {
    #[knack(key = "field_10", kind = "sum")]
    spent: f64,
}

/// No field at all: to count records, to delete them.
#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Nothing {}

#[derive(KnackObject)]
#[knack(object = "object_3", create)]
struct NewCustomer {
    #[knack(key = "field_7", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_8", kind = "short_text")]
    city: std::option::Option<String>,
}

#[derive(KnackObject)]
#[knack(object = "object_3", create)]
struct NewNothing {}

#[allow(dead_code)]
async fn used(client: &Client, id: RecordId, new: NewCustomer) -> Result<()> {
    let big = Spender::SPENT.higher_than(7) & Customer::TOWN.is("Oslo");
    let customers = Customer::list(client).filter(big).sort(Spender::SPENT.desc()).all().await?;
    for Customer { id, name, city, parent, status } in customers {
        let patch: Patch<Spender> = Patch::new().set(Customer::NAME, name).clear(Customer::TOWN);
        let Spender { spent } = Spender::update(client, id, patch).await?;
        println!("{city:?} {parent:?} {status:?} {spent}");
    }
    let _: Nothing = Nothing::create(client, &new).await?;
    let _: Spender = Spender::create(client, &NewNothing {}).await?;
    Nothing::delete(client, id).await
}

fn main() {
    assert_eq!(Customer::TOWN.key().to_string(), "field_8");
    assert_eq!(Customer::STATUS.key().to_string(), "account_status");
    assert!(Customer::NAME.def().is_required());
    assert_eq!(Customer::PROJECTION.to_string(), "Customer (object_3)");
    assert!(Nothing::PROJECTION.fields().is_empty());
}
