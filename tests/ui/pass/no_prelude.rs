//! Nothing of the prelude is in scope.

#![no_implicit_prelude]
#![deny(warnings)]

#[derive(::std::fmt::Debug, ::knack_runtime::KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id)]
    id: ::knack_runtime::RecordId,
    #[knack(key = "field_7", kind = "short_text", required)]
    name: ::std::string::String,
    #[knack(key = "field_8", kind = "number")]
    age: ::core::option::Option<u32>,
}

#[derive(::knack_runtime::KnackObject)]
#[knack(object = "object_3", create)]
struct NewCustomer {
    #[knack(key = "field_7", kind = "short_text", required)]
    name: ::std::string::String,
    #[knack(key = "field_8", kind = "number")]
    age: ::core::option::Option<u32>,
}

#[allow(dead_code)]
fn used(customer: Customer) -> NewCustomer {
    let _ = customer.id;
    NewCustomer { name: customer.name, age: customer.age }
}

fn main() {
    ::std::assert!(Customer::NAME.def().is_required());
}
