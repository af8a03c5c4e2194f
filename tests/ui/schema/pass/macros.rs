//! Structs that come out of a `macro_rules!`.

#![deny(warnings)]

use knack_runtime::{KnackObject, Link};

macro_rules! record {
    ($name:ident, $object:literal, { $($(#[$meta:meta])* $field:ident: $ty:ty,)* }) => {
        #[derive(KnackObject)]
        #[knack(object = $object)]
        struct $name {
            $($(#[$meta])* $field: $ty,)*
        }
    };
}

record!(Customer, "Customers", {
    company: String,
    #[knack(field = "Orders")]
    bought: Vec<Link<Order>>,
});
record!(Order, "object_6", { customer: Link<Customer>, });

fn main() {
    let used = |customer: Customer, order: Order| (customer.company, customer.bought, order.customer);
    let _ = used;
    assert_eq!(Customer::BOUGHT.key().to_string(), "field_8");
}
