//! Pages that everybody may see, without an account and without cost: five pages of a public catalog, and a
//! form. The plan's calls of the day are the same before and after.
//!
//! `cargo run --example public_view` needs no account and nothing installed. For a real application, run
//! `cargo knack pull`, keep `#[knack(view = "view_…")]` alone, and give the application's id to the builder.

use std::error::Error;

use knack_emulator::{Emulator, Seen};
use knack_runtime::value::{EmailAddress, PersonName};
use knack_runtime::{Client, KnackView, NoKey, RecordId};
use rust_decimal::Decimal;

/// A product of the catalog: what the page's table shows of it.
#[derive(Debug, KnackView)]
#[knack(view = "view_2", scene = "scene_4", object = "object_4", access = "public", can = "list")]
struct Product {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_30", kind = "short_text", required)]
    name: String,
    #[knack(key = "field_32", kind = "multiple_choice")]
    category: Option<String>,
    #[knack(key = "field_33", kind = "currency")]
    price: Option<Decimal>,
}

/// The page's form.
#[derive(Debug, KnackView)]
#[knack(view = "view_3", scene = "scene_4", object = "object_1", access = "public", can = "create")]
struct SignUp {
    #[knack(key = "field_1", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_2", kind = "email", required)]
    email: EmailAddress,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let local = Emulator::builder().sample().daily_calls(1_000).build()?;
    let server = local.serve().await?;
    println!("a local Knack answers at {}\n", server.url());

    // No API key: it would open every record of every object, and a page needs none.
    let knack = Client::builder(local.application_id()).base_url(format!("{}/v1", server.url())).build()?;
    let before = local.plan_left();
    five_pages(&knack).await?;
    search(&knack).await?;
    form(&knack).await?;

    println!("plan: {} of 1000 calls left, as many as before", local.plan_left());
    check(local.plan_left() == before, "calls of public views are free")?;
    let no_key = |seen: &Seen| seen.headers.get("x-knack-rest-api-key").is_some_and(|key| key == "knack");
    check(local.requests().iter().all(no_key), "no key was sent")?;
    server.stop().await;
    Ok(())
}

async fn five_pages(knack: &Client<NoKey>) -> Result<(), Box<dyn Error>> {
    let mut pages = Product::list(knack).rows_per_page(20).pages();
    for number in 1..=5 {
        let page = pages.next().await.ok_or("no such page")??;
        let first = page.records.into_iter().next().ok_or("an empty page")?.into_result()?;
        let price = first.price.map(|price| price.to_string()).unwrap_or_default();
        println!("page {number}  begins with {} ({}, {price})", first.name, first.id);
    }
    Ok(())
}

/// The page's own criteria hold beside the filter.
async fn search(knack: &Client<NoKey>) -> Result<(), Box<dyn Error>> {
    let bikes =
        Product::list(knack).filter(Product::CATEGORY.is("Bikes")).sort(Product::PRICE.desc()).all().await?;
    let dearest = bikes.first().ok_or("no bikes")?;
    println!("listed  {} bikes, the dearest is {}", bikes.len(), dearest.name);
    check(bikes.iter().all(|bike| bike.category.as_deref() == Some("Bikes")), "bikes alone")
}

async fn form(knack: &Client<NoKey>) -> Result<(), Box<dyn Error>> {
    let form = SignUp { name: PersonName::new("Ann", "Berg"), email: "ann.berg@example.com".into() };
    let done = SignUp::create(knack, &form).await?;
    let id = done.id().ok_or("no id")?;
    println!("signed up as {id}; the form's rule {} holds", done.submit_key().unwrap_or("?"));

    let again = SignUp::create(knack, &form).await.err().ok_or("twice")?;
    println!("refused  {again}\n");
    Ok(())
}

fn check(holds: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
