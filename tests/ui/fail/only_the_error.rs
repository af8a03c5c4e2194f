//! Structs with an error whose verbs and handles are used: no error follows from the first.

#![deny(missing_docs, warnings)]

use knack_runtime::error::Result;
use knack_runtime::{Client, KnackObject, Link, Patch, RecordId};

/// Its object is wrong.
#[derive(Debug, KnackObject)]
#[knack(object = "customers")]
pub struct Customer {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_7", kind = "short_text", required)]
    name: String,
    #[knack(key = "field_8", kind = "connection")]
    orders: Vec<Link<Order>>,
}

/// Its fields are wrong.
#[derive(Debug, KnackObject)]
#[knack(object = "object_4")]
pub struct Order {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_9", kind = "nummer")]
    amount: f64,
    #[knack(key = "10", kind = "short_text", handle = "REMARK")]
    note: Option<String>,
    name: String,
    #[knack(key = "field_11", kind = "boolean")]
    paid: bool,
}

/// Its object and its fields are wrong.
#[derive(Debug, KnackObject)]
#[knack(create)]
pub struct NewCustomer {
    #[knack(key = "field_7", kind = "text", required)]
    name: String,
}

/// It is right.
#[derive(Debug, KnackObject)]
#[knack(object = "object_4")]
pub struct OrderRow {
    #[knack(key = "field_9", kind = "number")]
    amount: f64,
}

/// Uses them all.
pub async fn used(client: &Client, id: RecordId) -> Result<()> {
    let made: Customer = Customer::create(client, &NewCustomer { name: "Ann".into() }).await?;
    let filter = Customer::NAME.contains("Ann") & Customer::ORDERS.is(id);
    let mut customers = Customer::list(client).filter(filter).sort(Customer::NAME.asc()).stream();
    while let Some(customer) = customers.next().await {
        println!("{}", customer?.name);
    }
    Customer::update(client, made.id, Patch::new().set(Customer::NAME, "Bob").clear(Customer::ORDERS))
        .await?;
    Customer::delete(client, made.id).await?;

    let patch: Patch<Order> = Patch::new().set(Order::AMOUNT, 7).clear(Order::REMARK).set(Order::PAID, true);
    let order = Order::update(client, id, patch.set(OrderRow::AMOUNT, 8)).await?;
    println!("{} {:?}", order.amount + 1.0, order.note);
    let rows = OrderRow::list(client).filter(Order::AMOUNT.higher_than(7) & OrderRow::AMOUNT.lower_than(9));
    for row in rows.sort(Order::NAME.desc()).all().await? {
        println!("{}", row.amount);
    }
    OrderRow::create(client, &NewCustomer { name: "Ann".into() }).await?;
    tokio::spawn(Order::get(&client.clone(), id)).await.ok();
    Ok(())
}

fn main() {}
