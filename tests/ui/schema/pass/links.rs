//! Whatever may hold a connection: links through aliases and wrappers, to structs of the same object, to
//! what is no struct of Knack, and what is no link.

#![deny(warnings)]
#![allow(dead_code)]

use knack_runtime::cell::{Cell, ValueError};
use knack_runtime::kind::Connection;
use knack_runtime::settings::{Presumed, Presumes};
use knack_runtime::value::{FromField, Json, ToField};
use knack_runtime::write::ValueWriter;
use knack_runtime::{KnackObject, Link, RecordId};

#[derive(KnackObject)]
#[knack(object = "Orders")]
struct Order {
    customer: Link<Customer>,
}

#[derive(KnackObject)]
#[knack(object = "object_6")]
struct OrderRow {
    customer: Vec<Link<CustomerRow>>,
}

type Orders = Vec<Link<OrderRow>>;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    orders: Orders,
    owner: Option<Owner>,
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct CustomerRow {
    orders: Option<Vec<Link<Order>>>,
    owner: Json,
}

struct Nothing;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Loose {
    orders: Vec<Link<Nothing>>,
    owner: Count,
}

/// Says what it holds.
struct Owner(Link<Account>);

impl FromField<Connection> for Owner {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        Link::from_field(cell).map(Self)
    }
}

impl Presumes for Owner {
    const PRESUMED: Presumed = <Link<Account>>::PRESUMED;
}

/// Says nothing.
struct Count(usize);

impl FromField<Connection> for Count {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        Ok(Self(cell.elements().count()))
    }
}

#[derive(KnackObject)]
#[knack(object = "Accounts")]
struct Account {
    #[knack(id)]
    id: RecordId,
}

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: String,
    orders: Link<Order>, // one of several
    owner: Option<RecordId>,
}

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct Others {
    company: String,
    orders: Vec<RecordId>,
    owner: Written,
}

struct Written;

impl ToField<Connection> for Written {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.text("");
        Ok(())
    }
}

fn main() {}
