//! The main job against a local Knack: create, read, list, update, clear, delete, and then 60 calls
//! at once that all stay within the limits.
//!
//! `cargo run --example quickstart` needs no account and nothing installed. Against a real
//! application, the client is made by `Client::from_env()` and the keys are those of its fields.

use std::error::Error;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use knack_emulator::Emulator;
use knack_runtime::value::{EmailAddress, PersonName};
use knack_runtime::{Client, KnackObject, Link, Patch, Plan, RecordId};

/// A customer, with the fields that this program needs.
#[derive(Debug, KnackObject)]
#[knack(object = "object_1")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_1", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_2", kind = "email", required)]
    email: EmailAddress,
    #[knack(key = "field_5", kind = "short_text")]
    company: Option<String>,
    #[knack(key = "field_6", kind = "multiple_choice")]
    kind: Option<String>,
    #[knack(key = "field_7", kind = "boolean")]
    newsletter: bool,
    #[knack(key = "field_8", kind = "date_time")]
    since: Option<Date>,
}

/// What a new customer needs.
#[derive(KnackObject)]
#[knack(object = "object_1", create)]
struct NewCustomer {
    #[knack(key = "field_1", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_2", kind = "email", required)]
    email: EmailAddress,
    #[knack(key = "field_5", kind = "short_text")]
    company: Option<String>,
    #[knack(key = "field_8", kind = "date_time")]
    since: Option<Date>,
}

/// An order, as a projection to its number, its customer and its state.
#[derive(Debug, KnackObject)]
#[knack(object = "object_6")]
struct Order {
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u64,
    #[knack(key = "field_41", kind = "connection", required)]
    customer: Link<Customer>,
    #[knack(key = "field_46", kind = "multiple_choice", required)]
    status: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let local = Emulator::builder().sample().daily_calls(Plan::Pro.daily_calls()).build()?;
    let server = local.serve().await?;
    println!("a local Knack answers at {}\n", server.url());

    let knack = Client::builder(local.application_id())
        .api_key(local.api_key())
        .base_url(format!("{}/v1", server.url()))
        .plan(Plan::Pro)
        .build()?;

    one_record(&knack).await?;
    lists(&knack).await?;
    sixty_at_once(&knack, &local).await?;
    server.stop().await;
    Ok(())
}

/// Create, read, update a field, clear one, delete.
async fn one_record(knack: &Client) -> Result<(), Box<dyn Error>> {
    let new = NewCustomer {
        name: PersonName::new("Ann", "Berg"),
        email: "ann.berg@example.com".into(),
        company: Some("Berg & Daughters \"Wheels\"".to_owned()),
        since: Some(date(2026, 3, 9)),
    };
    let ann = Customer::create(knack, &new).await?;
    println!("created  {} as {} (customer since {:?})", ann.name, ann.id, ann.since);
    check(ann.name == new.name && ann.since == new.since && !ann.newsletter, "created as given")?;

    let read = Customer::get(knack, ann.id).await?;
    println!("read     {} <{}>, company {:?}", read.name, read.email, read.company);
    check(read.company == new.company && read.email == new.email, "read as written")?;

    let patch = Patch::new().set(Customer::NEWSLETTER, true).set(Customer::KIND, "Business");
    let updated = Customer::update(knack, ann.id, patch).await?;
    println!("updated  newsletter {}, kind {:?}", updated.newsletter, updated.kind);
    check(updated.newsletter && updated.kind.as_deref() == Some("Business"), "updated")?;
    check(updated.company == new.company, "what was not named is untouched")?;

    let cleared = Customer::update(knack, ann.id, Patch::new().clear(Customer::COMPANY)).await?;
    println!("cleared  company {:?}", cleared.company);
    check(cleared.company.is_none(), "cleared")?;

    Customer::delete(knack, ann.id).await?;
    let gone = Customer::get_opt(knack, ann.id).await?;
    println!("deleted  {} is {}\n", ann.id, if gone.is_none() { "gone" } else { "still there" });
    check(gone.is_none(), "deleted")
}

/// A filtered and sorted list, and one of several pages.
async fn lists(knack: &Client) -> Result<(), Box<dyn Error>> {
    let mut clubs = Customer::list(knack)
        .filter(Customer::KIND.is("Club") & Customer::NEWSLETTER.is(true))
        .sort(Customer::NAME.asc())
        .stream();
    let mut names = Vec::new();
    while let Some(club) = clubs.next().await {
        let club = club?;
        check(club.kind.as_deref() == Some("Club") && club.newsletter, "only what was asked for")?;
        names.push(club.name.to_string());
    }
    println!("listed   {} clubs with the newsletter, first {:?}", names.len(), names.first());
    check(!names.is_empty(), "some clubs")?;

    let orders = Order::list(knack).rows_per_page(500).all().await?;
    let open = orders.iter().filter(|order| order.status == "New").count();
    let first = orders.first().ok_or("no orders")?;
    println!("listed   {} orders in pages of 500, {open} of them new;", orders.len());
    println!("         order {} is for {}\n", first.number, first.customer.label().unwrap_or("?"));
    check(orders.len() > 1_000, "all pages")
}

/// 60 calls from 20 tasks: all succeed, at 10 a second, none refused.
async fn sixty_at_once(knack: &Client, local: &Emulator) -> Result<(), Box<dyn Error>> {
    let customers = Customer::list(knack).rows_per_page(60).pages().next().await.ok_or("no page")??;
    let ids: Vec<RecordId> = customers.records.iter().filter_map(|customer| customer.id).collect();
    check(ids.len() == 60, "60 ids")?;

    let refused_before = local.refused();
    let began = Instant::now();
    let tasks = ids.chunks(3).map(|three| {
        let (knack, three) = (knack.clone(), three.to_vec());
        tokio::spawn(async move {
            for id in three {
                Customer::get(&knack, id).await?;
            }
            Ok::<usize, knack_runtime::Error>(3)
        })
    });
    let mut done = 0;
    for task in tasks.collect::<Vec<_>>() {
        done += task.await??;
    }
    let took = began.elapsed();
    let refused = local.refused() - refused_before;
    let usage = knack.usage();

    println!("calls: {done} from 20 tasks at once, all succeeded");
    println!("took: {:.1} s ({:.1} calls a second)", took.as_secs_f64(), f64::from(60) / took.as_secs_f64());
    println!("429s: {refused}");
    let (left, limit) = (usage.plan_left.ok_or("no plan")?, usage.plan_limit.ok_or("no plan")?);
    println!("plan: {left} of {limit} calls left today");
    check(done == 60 && refused == 0, "all done, none refused")?;
    check(left == local.plan_left(), "the plan as the server counts it")?;
    check(took < Duration::from_secs(12), "in time")
}

fn check(holds: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
