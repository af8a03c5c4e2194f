//! Names of the prelude, of primitive types and of the library mean something else here.

#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

use knack_runtime::KnackObject as Derived;

struct Result;
struct Option;
struct Some;
struct String;
struct Vec;
struct u8;
struct u32;
struct bool;
struct str;
struct Settings;
struct Of;
struct PresumesNothing;

trait Presumes {
    const PRESUMED: u8;
}

impl<T> Presumes for T {
    const PRESUMED: u8 = u8;
}

mod core {}
mod std {}

static reader: &::core::primitive::str = "";
static body: &::core::primitive::str = "";
const value: () = ();
const id: () = ();

#[derive(Derived)]
#[knack(object = "Customers")]
struct Customer {
    #[knack(id)]
    id: ::knack_runtime::RecordId,
    company: ::std::string::String,
    orders: ::std::vec::Vec<::knack_runtime::Link<Customer2>>,
    status: ::std::option::Option<::std::string::String>,
}

#[derive(Derived)]
#[knack(object = "Orders")]
struct Customer2 {
    customer: ::knack_runtime::Link<Customer>,
}

#[derive(Derived)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: ::std::string::String,
    status: ::std::option::Option<::std::string::String>,
}

fn main() {
    let _ = Customer::COMPANY;
}
