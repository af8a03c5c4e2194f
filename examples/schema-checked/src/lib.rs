//! Orders of a bike workshop. No struct says a key or a kind: they are in `.knack/`, which
//! `cargo knack pull` wrote and which is committed. What Knack renames or retypes does not compile.

use knack_runtime::value::{EmailAddress, PersonName};
use knack_runtime::{Client, KnackChoice, KnackObject, Link, RecordId, Result};
use rust_decimal::Decimal;

/// A customer.
#[derive(Debug, KnackObject)]
#[knack(object = "Customers")]
pub struct Customer {
    #[knack(id)]
    pub id: RecordId,
    pub name: PersonName,
    pub email: EmailAddress,
}

/// Where an order is. An option that is added in Knack makes the build fail until it has an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, KnackChoice)]
pub enum Status {
    New,
    #[knack(option = "In Progress")]
    InProgress,
    Ready,
    Delivered,
    Cancelled,
}

/// An order.
#[derive(Debug, KnackObject)]
#[knack(object = "Orders")]
pub struct Order {
    pub order_number: u64,
    pub customer: Link<Customer>,
    pub status: Status,
    pub total: Option<Decimal>,
}

/// A new order: what Knack demands, and no more.
#[derive(Debug, KnackObject)]
#[knack(object = "Orders", create)]
pub struct NewOrder {
    pub customer: Link<Customer>,
    pub status: Status,
}

/// The orders that are worked on, the dearest first, a line each.
pub async fn in_progress(knack: &Client) -> Result<Vec<String>> {
    let orders = Order::list(knack).filter(Order::STATUS.is(Status::InProgress)).sort(Order::TOTAL.desc());
    let line = |order: Order| {
        let customer = order.customer.label().unwrap_or("somebody");
        format!("No. {} of {customer}: {}", order.order_number, order.total.unwrap_or_default())
    };
    Ok(orders.all().await?.into_iter().map(line).collect())
}
