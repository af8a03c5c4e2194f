//! Structs with errors whose verbs and handles are used: no error follows from the first.

#![deny(missing_docs, warnings)]

use knack_runtime::error::Result;
use knack_runtime::{Client, KnackChoice, KnackObject, Link, Patch, RecordId};

/// Its object is wrong.
#[derive(Debug, KnackObject)]
#[knack(object = "Custmers")] //~
pub struct Customer {
    #[knack(id)]
    id: RecordId,
    company: String,
    orders: Vec<Link<Order>>,
    nonsense: u8,
}

/// One field is wrong, and others have types that are.
#[derive(Debug, KnackObject)]
#[knack(object = "Orders")]
pub struct Order {
    #[knack(id)]
    id: RecordId,
    nmber: u32, //~
    customer: Link<Customer>,
    paid: String,
    tags: Option<Tag>,
}

/// It has no right arm.
#[derive(Debug, KnackChoice)]
pub enum Tag {
    /// Has a value.
    Gift(u8), //~
}

/// A new record that lacks much, unless the wrong field is it.
#[derive(Debug, KnackObject)]
#[knack(object = "Orders", create)]
pub struct NewOrder {
    custmer: Link<Customer>, //~
}

/// It is right but for what it uses.
#[derive(Debug, KnackObject)]
#[knack(object = "Orders")]
pub struct OrderRow {
    customer: Link<Customer>,
    tags: Vec<Tag>,
}

/// Uses them all.
pub async fn used(client: &Client, id: RecordId) -> Result<()> {
    let filter = Customer::COMPANY.contains("Ann") & Customer::ORDERS.is(id);
    let mut customers = Customer::list(client).filter(filter).sort(Customer::NONSENSE.asc()).stream();
    while let Some(customer) = customers.next().await {
        println!("{}", customer?.company);
    }
    Customer::update(client, id, Patch::new().set(Customer::COMPANY, "Bob").clear(Customer::ORDERS)).await?;
    let patch: Patch<Order> = Patch::new().set(Order::NMBER, 7).clear(Order::CUSTOMER);
    let order = Order::update(client, id, patch.set(OrderRow::CUSTOMER, id)).await?;
    println!("{:?} {:?}", order.nmber, order.id);
    for row in OrderRow::list(client).filter(Order::PAID.is(true)).all().await? {
        println!("{:?} {:?}", row.customer.fetch(client).await?.id, row.tags);
    }
    OrderRow::create(client, &NewOrder { custmer: Link::to(id) }).await?;
    tokio::spawn(Order::get(&client.clone(), id)).await.ok();
    Ok(())
}

fn main() {}
