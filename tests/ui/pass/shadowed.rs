//! Names of the prelude and of primitive types mean something else here; names that variables could have are
//! constants.

#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

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

const _0: bool = true;
const _1: u8 = 7;
static _2: u8 = 7;
const name: u8 = 7;
static value: u8 = 7;
struct age;

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
