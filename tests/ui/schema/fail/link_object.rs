//! Links to another object than the field connects to.

use knack_runtime::cell::{Cell, ValueError};
use knack_runtime::kind::Connection;
use knack_runtime::settings::{Presumed, Presumes};
use knack_runtime::value::FromField;
use knack_runtime::{KnackObject, Link};

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    orders: Vec<Link<Customer>>, //~
    owner: Option<Link<Order>>, //~
}

type Customers = Vec<Link<Customer>>;

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Aliased {
    orders: Customers, //~
    owner: Option<Wrapped>, //~
}

struct Wrapped(Link<Order>);

impl FromField<Connection> for Wrapped {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        Link::from_field(cell).map(Self)
    }
}

impl Presumes for Wrapped {
    const PRESUMED: Presumed = <Link<Order>>::PRESUMED;
}

#[derive(KnackObject)]
#[knack(object = "Orders")]
struct Order {
    customer: Link<Order>, //~
}

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: String,
    orders: Option<Vec<Link<Customer>>>, //~
}

macro_rules! of_type {
    ($ty:ty) => {
        #[derive(KnackObject)]
        #[knack(object = "Orders")]
        struct Generated {
            customer: $ty,
        }
    };
}

of_type!(Link<Order>); //~

fn main() {}
