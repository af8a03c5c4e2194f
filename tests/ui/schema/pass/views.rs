//! Structs of views with their keys alone, and what these can do.

#![deny(warnings)]

use jiff::civil::DateTime;
use knack_runtime::view::ExportFile;
use knack_runtime::{Client, KnackObject, KnackView, Link, Patch, RecordId, Result, User};

#[derive(Debug, KnackView)]
#[knack(view = "view_1")]
struct CustomerRow {
    #[knack(id)]
    id: RecordId,
    company: String,
    orders: Vec<Link<Order>>,
    #[knack(key = "field_16", handle = "SUM")]
    total: Option<f64>,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_2")]
struct SignUp {
    company: String,
    #[knack(field = "Average Spend", handle = "SPENT")]
    spent: Option<f64>,
}

/// What is said besides is right.
#[derive(Debug, KnackView)]
#[knack(view = "view_3", scene = "scene_3", object = "Orders", access = "login", can = "delete,list , update")]
struct OrderRow {
    #[knack(id)]
    id: RecordId,
    number: u32,
    paid: bool,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_4")]
struct Details {
    company: String,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_5")]
struct Edit {
    company: String,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_6", under = "customer-details", parent = "Customers", object = "object_6")]
struct CustomerOrder {
    number: u32,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_7")]
struct NewOrder {
    placed: DateTime,
    tags: Vec<String>,
    total: Option<f64>,
}

#[derive(Debug, KnackView)]
#[knack(view = "view_8")]
struct Sales;

#[derive(Debug, KnackView)]
#[knack(view = "view_8", access = "login", can = "report")]
struct SalesAgain {}

#[derive(Debug, KnackObject)]
#[knack(object = "Orders")]
struct Order {
    #[knack(id)]
    id: RecordId,
}

async fn everybody(anybody: &Client, id: RecordId) -> Result<()> {
    let rows = CustomerRow::list(anybody).filter(CustomerRow::COMPANY.contains("Ann") & SignUp::SPENT.higher_than(7));
    for row in rows.sort(CustomerRow::SUM.desc()).all().await? {
        println!("{} {} {:?} {:?}", row.id, row.company, row.orders, row.total);
    }
    CustomerRow::list(anybody).export(ExportFile::Csv).await?;
    SignUp::create(anybody, &SignUp { company: "Ann".into(), spent: None }).await?;
    println!("{id}");
    Ok(())
}

async fn users(user: &Client<User>, id: RecordId) -> Result<()> {
    everybody_too(user).await?;
    let order = OrderRow::update(user, id, Patch::new().set(OrderRow::PAID, true)).await?;
    OrderRow::delete(user, order.id).await?;
    println!("{} {}", OrderRow::list(user).all().await?.len(), order.number);
    println!("{}", Details::get(user, id).await?.company);
    let edited = Edit::update(user, id, Patch::new().set(Edit::COMPANY, "Bob")).await?;
    println!("{} {}", edited.company, Edit::get(user, id).await?.company);
    println!("{}", CustomerOrder::list(user).of(id).all().await?.len());
    let new = NewOrder { placed: DateTime::MIN, tags: Vec::new(), total: None };
    NewOrder::create_of(user, id, &new).await?;
    println!("{:?} {:?}", Sales::report(user).await?, SalesAgain::report(user).await?);
    Ok(())
}

async fn everybody_too(user: &Client<User>) -> Result<()> {
    CustomerRow::list(user).first().await.map(drop)
}

fn main() {
    let _ = (everybody, users);
    assert_eq!(OrderRow::VIEW.view().to_string(), "view_3");
    assert_eq!(CustomerOrder::VIEW.parent(), Some("customer-details"));
    assert!(!SignUp::VIEW.is_behind_login() && Sales::VIEW.is_behind_login());
    println!("{:?} {:?}", Sales, SalesAgain {});
    let order: Option<(Order, CustomerOrder)> = None;
    println!("{:?}", order.map(|(order, row)| (order.id, row.number)));
}
