//! New records with all that Knack demands.

#![deny(warnings)]

use jiff::civil::DateTime;
use knack_runtime::value::PersonName;
use knack_runtime::{KnackObject, Link, RecordId};

#[derive(KnackObject)]
#[knack(object = "Orders")]
struct Order {
    #[knack(id)]
    id: RecordId,
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    #[knack(id)]
    id: RecordId,
}

#[derive(KnackObject)]
#[knack(object = "Orders", create)]
struct NewOrder {
    customer: Link<Customer>,
    placed: DateTime,
    tags: Vec<String>,
    #[knack(key = "field_46")]
    note: String,
    paid: Option<bool>,
}

#[derive(KnackObject)]
#[knack(object = "Accounts", create)]
struct NewAccount {
    name: PersonName,
    email: String,
    password: String,
}

/// What Knack computes is demanded of nobody, and yes/no is never missing.
#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: String,
}

fn main() {
    let used = |order: Order, customer: Customer| (order.id, customer.id);
    let _ = used;
    let _: [fn() -> String; 3] = [made::<NewOrder>, made::<NewAccount>, made::<NewCustomer>];
}

fn made<T>() -> String {
    std::any::type_name::<T>().into()
}
