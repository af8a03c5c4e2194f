//! Names of the prelude and of primitive types mean something else here.

#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

use knack_runtime::KnackObject as Derived;

struct Result;
struct Option;
struct String;
struct Ok;
struct Err;
struct Some;
struct Send;
struct Sized;
struct RecordId;
struct KnackObject;
struct str;
struct usize;

mod core {}
mod std {}
mod knack_core {}

#[derive(Derived)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(id)]
    id: ::knack_runtime::RecordId,
    #[knack(key = "field_7", kind = "short_text", required)]
    name: ::std::string::String,
    #[knack(key = "field_8", kind = "number")]
    age: ::std::option::Option<u32>,
}

#[derive(Derived)]
#[knack(object = "object_3", create)]
struct NewCustomer {
    #[knack(key = "field_7", kind = "short_text", required)]
    name: ::std::string::String,
    #[knack(key = "field_8", kind = "number")]
    age: ::std::option::Option<u32>,
}

fn main() {
    let _ = Customer::NAME;
}
