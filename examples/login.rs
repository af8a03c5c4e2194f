//! Pages behind a login: a user sees and does what the user's roles may, by the rules of the pages. The session
//! is renewed when it ends, once for all calls, and its token outlives the program.
//!
//! `cargo run --example login` needs no account and nothing installed. For a real application, run
//! `cargo knack pull`, keep `#[knack(view = "view_…")]` alone, and log in as one of its users.

use std::error::Error;

use knack_emulator::Emulator;
use knack_runtime::{Client, KnackObject, KnackView, Link, NoKey, Patch, RecordId, TokenFile, User};

/// The customers' object, which links and the pages of its records are about.
#[derive(Debug, KnackObject)]
#[knack(object = "object_1")]
struct Customer {}

/// A row of the workshop's table, which is edited in place.
#[derive(Debug, KnackView)]
#[knack(view = "view_7", scene = "scene_7", object = "object_6", access = "login", can = "list, update")]
struct Order {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u64,
    #[knack(key = "field_41", kind = "connection", required)]
    customer: Link<Customer>,
    #[knack(key = "field_46", kind = "multiple_choice", required)]
    status: String,
}

/// A row of the table on a customer's page.
#[derive(Debug, KnackView)]
#[knack(view = "view_12", scene = "scene_8", object = "object_6", access = "login", can = "list")]
#[knack(under = "customer-details", parent = "object_1")]
struct CustomerOrder {
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u64,
}

/// The form on a customer's page.
#[derive(Debug, KnackView)]
#[knack(view = "view_13", scene = "scene_8", object = "object_6", access = "login", can = "create")]
#[knack(under = "customer-details", parent = "object_1")]
struct NewOrder {
    #[knack(key = "field_46", kind = "multiple_choice", required)]
    status: String,
}

/// A table that managers alone may see.
#[derive(Debug, KnackView)]
#[knack(view = "view_16", scene = "scene_10", object = "object_3", access = "login", can = "list")]
struct Pay {
    #[knack(id)]
    id: RecordId,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let local = Emulator::builder().sample().build()?;
    let server = local.serve().await?;
    println!("a local Knack answers at {}\n", server.url());
    let base = format!("{}/v1", server.url());
    let knack = Client::builder(local.application_id()).base_url(base).build()?;

    let wrong = knack.login(email(&local, 1)?, "wrong").await.err().ok_or("logged in")?;
    println!("refused  {wrong}");
    let user = knack.login(email(&local, 1)?, Emulator::SAMPLE_PASSWORD).await?;
    let account = user.account().ok_or("no account")?;
    println!("in       as {} with the roles {:?}\n", account.id, account.roles);

    pages(&user).await?;
    roles(&user).await?;
    renewal(&user, &local).await?;
    restart(&knack, &local).await?;
    server.stop().await;
    Ok(())
}

fn email(local: &Emulator, n: usize) -> Result<String, &'static str> {
    local.account_email(n).ok_or("no such account")
}

/// Edits in place, and a page about one customer.
async fn pages(user: &Client<User>) -> Result<(), Box<dyn Error>> {
    let order = Order::list(user).first().await?.ok_or("no orders")?;
    println!("order    {} for {} is {}", order.number, order.customer.label().unwrap_or("?"), order.status);
    let order = Order::update(user, order.id, Patch::new().set(Order::STATUS, "Ready")).await?;
    println!("         and now {}", order.status);

    let before = CustomerOrder::list(user).of(&order.customer).all().await?;
    let done = NewOrder::create_of(user, &order.customer, &NewOrder { status: "New".to_owned() }).await?;
    let after = CustomerOrder::list(user).of(&order.customer).all().await?;
    let numbers: Vec<_> = after.iter().map(|order| order.number).collect();
    println!("customer has the orders {numbers:?}; {} is new\n", done.id().ok_or("no id")?);
    check(after.len() == before.len() + 1, "the form's order is the customer's")
}

async fn roles(user: &Client<User>) -> Result<(), Box<dyn Error>> {
    let refused = Pay::list(user).first().await.map(|pay| pay.map(|pay| pay.id)).err().ok_or("allowed")?;
    println!("refused  {refused}\n");
    Ok(())
}

/// Twenty calls find the session ended: one of them logs in for all.
async fn renewal(user: &Client<User>, local: &Emulator) -> Result<(), Box<dyn Error>> {
    local.expire_sessions();
    local.forget_requests();
    let tasks = (0..20).map(|_| {
        let user = user.clone();
        tokio::spawn(async move { Order::list(&user).first().await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await??.ok_or("no orders")?;
    }
    let logins = local.requests().iter().filter(|seen| seen.path.ends_with("/session")).count();
    println!("renewed  with {logins} login for 20 calls");
    check(logins == 1, "one login")
}

/// A token that is kept serves the next run.
async fn restart(knack: &Client<NoKey>, local: &Emulator) -> Result<(), Box<dyn Error>> {
    let file = std::env::temp_dir().join(format!("knack-example-{}.token", std::process::id()));
    let login = || {
        Ok::<_, &str>(knack.login(email(local, 1)?, Emulator::SAMPLE_PASSWORD).store(TokenFile::new(&file)))
    };
    login()?.await?;
    local.forget_requests();
    let user = login()?.await?;
    let logins = local.requests().iter().filter(|seen| seen.path.ends_with("/session")).count();
    println!("again    with {logins} logins: the token of the last run was still good");
    check(logins == 0, "the stored token")?;
    user.logout().await;
    check(!file.exists(), "forgotten")
}

fn check(holds: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
