//! Structs of views with errors whose verbs and handles are used: no error follows from the first.

#![deny(missing_docs, warnings)]

use knack_runtime::{Client, KnackView, Link, Patch, RecordId, Result, User};

/// Its view is not there.
#[derive(Debug, KnackView)]
#[knack(view = "view_99")] //~
pub struct Customer {
    #[knack(id)]
    id: RecordId,
    company: String,
    nonsense: u8,
}

/// One field is wrong.
#[derive(Debug, KnackView)]
#[knack(view = "view_3")]
pub struct Order {
    #[knack(id)]
    id: RecordId,
    nmber: u32, //~
    customer: Link<Account>,
    paid: String,
}

/// It is of a page's record, and lacks much unless the wrong field is it.
#[derive(Debug, KnackView)]
#[knack(view = "view_7")]
pub struct NewOrder {
    #[knack(field = "Placd")] //~
    placed: String,
}

/// It is of a page's record.
#[derive(Debug, KnackView)]
#[knack(view = "view_6", scene = "scene_7")] //~
pub struct CustomerOrder {
    number: u32,
}

/// A report has no records.
#[derive(Debug, KnackView)]
#[knack(view = "view_8")]
pub struct Sales {
    total: f64, //~
}

/// Says no view.
#[derive(Debug, KnackView)]
pub struct SignUp { //~
    company: String,
}

/// It is right but for what it uses.
#[derive(Debug, knack_runtime::KnackObject)]
#[knack(object = "Accounts")]
pub struct Account {
    name: String,
}

/// Uses them all.
pub async fn used(client: &Client<User>, anybody: &Client, id: RecordId) -> Result<()> {
    let filter = Customer::COMPANY.contains("Ann") & Customer::NONSENSE.is(id);
    let mut customers = Customer::list(client).filter(filter).sort(Customer::NONSENSE.asc()).stream();
    while let Some(customer) = customers.next().await {
        println!("{}", customer?.company);
    }
    Customer::update(client, id, Patch::new().set(Customer::COMPANY, "Bob")).await?;
    println!("{:?} {}", Customer::get(anybody, id).await?.id, Customer::get(anybody, id).await?.nonsense);
    Customer::delete(client, id).await?;
    for order in Order::list(client).filter(Order::PAID.is(true)).all().await? {
        println!("{:?} {:?} {} {}", order.id, order.customer, order.nmber, order.paid);
    }
    let order = Order::update(client, id, Patch::new().set(Order::NMBER, 7).clear(Order::CUSTOMER)).await?;
    NewOrder::create_of(client, order.id, &NewOrder { placed: String::new() }).await?;
    for order in CustomerOrder::list(client).of(id).sort(CustomerOrder::NUMBER.asc()).all().await? {
        println!("{}", order.number);
    }
    println!("{:?} {:?}", Sales::report(client).await?, Sales { total: 0.0 }.total);
    SignUp::create(anybody, &SignUp { company: "Ann".into() }).await?;
    SignUp::list(anybody).all().await?;
    Ok(())
}

fn main() {}
