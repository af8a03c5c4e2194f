//! For every family of operators a kind that has them not.

use knack_runtime::query::{Distance, Unit, Units};
use knack_runtime::value::{Json, PhoneNumber, UploadedFile};
use knack_runtime::{KnackObject, Link, RecordId};

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(key = "field_1", kind = "short_text")]
    name: String,
    #[knack(key = "field_2", kind = "number")]
    age: Option<u32>,
    #[knack(key = "field_3", kind = "multiple_choice")]
    status: Option<String>,
    #[knack(key = "field_4", kind = "boolean")]
    active: bool,
    #[knack(key = "field_5", kind = "file")]
    terms: Option<UploadedFile>,
    #[knack(key = "field_6", kind = "phone")]
    phone: Option<PhoneNumber>,
    #[knack(key = "field_7", kind = "connection")]
    orders: Vec<Link<Customer>>,
    #[knack(key = "field_8", kind = "date_time")]
    since: Option<jiff::civil::Date>,
    #[knack(key = "field_9", kind = "password")]
    password: Option<Json>,
    #[knack(key = "field_10", kind = "unknown")]
    hologram: Option<Json>,
    #[knack(key = "field_11", kind = "timer")]
    worked: Option<jiff::SignedDuration>,
}

fn main() {
    // is, is not
    let _ = Customer::TERMS.is("terms.pdf");
    let _ = Customer::HOLOGRAM.is_not("x");
    // contains, does not contain
    let _ = Customer::AGE.contains(7);
    let _ = Customer::ACTIVE.does_not_contain(true);
    // starts with, ends with
    let _ = Customer::STATUS.starts_with("x");
    let _ = Customer::SINCE.ends_with("2026");
    // higher than, lower than
    let _ = Customer::NAME.higher_than(7);
    let _ = Customer::SINCE.lower_than(7);
    // is any
    let _ = Customer::NAME.is_any(["Ann", "Bea"]);
    let _ = Customer::AGE.is_any([1, 2]);
    // near
    let _ = Customer::PHONE.near("Oslo", Distance::Miles(3));
    // is blank, is not blank
    let _ = Customer::PASSWORD.is_blank();
    let _ = Customer::PASSWORD.is_not_blank();
    // dates
    let _ = Customer::AGE.is_before(7);
    let _ = Customer::NAME.is_today();
    let _ = Customer::ACTIVE.is_after_current_time();
    let _ = Customer::ORDERS.is_during_the_current(Unit::Week);
    let _ = Customer::STATUS.is_during_the_previous(3, Units::Months);
    // values that do not fit
    let _ = Customer::SINCE.is_after("2026-01-01");
    let _ = Customer::ORDERS.is_any(["5d7964422d7159001659b27a"]);
    let _ = Customer::NAME.contains(RecordId::from_bytes([0; 12]));
    let _ = Customer::WORKED.higher_than(jiff::SignedDuration::from_mins(5));
}
