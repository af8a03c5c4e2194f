//! Structs without a key or a kind: the schema knows them.

#![deny(warnings)]

use jiff::civil::{Date, DateTime};
use knack_runtime::object::DateOrder;
use knack_runtime::value::{EmailAddress, Json, PersonName};
use knack_runtime::{KnackChoice, KnackObject, Link, Patch, RecordId};
use rust_decimal::Decimal;

#[derive(KnackChoice)]
enum Status {
    New,
    Open,
    #[knack(option = "In Progress")]
    InProgress,
}

#[derive(KnackChoice)]
enum Tag {
    B,
    Other(String),
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    company: String,
    orders: Vec<Link<Order>>,
    status: Option<Status>,
    born: Option<Date>,
    average_spend: Option<Decimal>,
    #[knack(key = "field_12")]
    phone: Option<String>,
    #[knack(field = "field_13")]
    other_phone: String,
    owner: Option<Link<Account>>,
    tags: Vec<Tag>,
    total: f64,
    active: bool,
    shape: Json,
    #[knack(field = "E-mail (work)")]
    work: Option<EmailAddress>,
    r#type: String,
    _2nd_line: String,
    since: Option<DateTime>,
    größe: Option<f64>,
}

#[derive(KnackObject)]
#[knack(object = "object_6")]
struct Order {
    number: u32,
    customer: Link<Customer>,
    placed: DateTime,
}

#[derive(KnackObject)]
#[knack(object = "Accounts")]
struct Account {
    name: PersonName,
}

fn main() {
    let company = Customer::COMPANY.def();
    assert_eq!((company.key().to_string(), company.is_required()), ("field_7".into(), true));
    assert_eq!(Customer::BORN.def().date_order(), DateOrder::DayFirst);
    assert_eq!(Customer::SINCE.def().date_order(), DateOrder::MonthFirst);
    assert!(!Customer::TOTAL.def().is_required() && !Customer::ACTIVE.def().is_required());
    let _ = Patch::<Customer>::new().set(Customer::COMPANY, "Acme").clear(Customer::ORDERS);
    let used = |c: Customer, o: Order, a: Account| {
        let _ = (c.id, c.company, c.orders, c.status, c.born, c.average_spend, c.phone, c.other_phone);
        let _ = (c.owner, c.tags, c.total, c.active, c.shape, c.work, c.r#type, c._2nd_line, c.since, c.größe);
        let _ = (o.number, o.customer, o.placed, a.name);
    };
    let _ = used;
}
