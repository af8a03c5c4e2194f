//! Every family of filters, joined and sorted: what is asked in words, and how many records that is.
//!
//! `cargo run --example queries` needs no account and nothing installed. Which kinds have which filters,
//! the documentation of `knack_runtime::query` tells; a filter that a kind has not does not compile.

use std::error::Error;

use jiff::civil::{Date, DateTime, date};
use knack_emulator::Emulator;
use knack_runtime::query::Distance::Miles;
use knack_runtime::query::Unit::Year;
use knack_runtime::query::Units::Months;
use knack_runtime::query::{IntoFilter, Rule};
use knack_runtime::value::{PersonName, PostalAddress};
use knack_runtime::{Client, KnackObject, Link, Plan, RecordId};
use rust_decimal::Decimal;
use serde_json::json;

type Outcome = Result<(), Box<dyn Error>>;

#[derive(Debug, KnackObject)]
#[knack(object = "object_1")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_1", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_5", kind = "short_text")]
    company: Option<String>,
    #[knack(key = "field_6", kind = "multiple_choice")]
    sort: Option<String>,
    #[knack(key = "field_7", kind = "boolean")]
    newsletter: bool,
    #[knack(key = "field_8", kind = "date_time")]
    since: Option<Date>,
    #[knack(key = "field_80", kind = "address")]
    location: Option<PostalAddress>,
    #[knack(key = "field_84", kind = "count")]
    orders: u32,
}

#[derive(Debug, KnackObject)]
#[knack(object = "object_6")]
struct Order {
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u64,
    #[knack(key = "field_41", kind = "connection", required)]
    customer: Link<Customer>,
    #[knack(key = "field_43", kind = "date_time")]
    placed: Option<DateTime>,
    #[knack(key = "field_46", kind = "multiple_choice", required)]
    status: String,
    #[knack(key = "field_47", kind = "multiple_choice")]
    tags: Vec<String>,
    #[knack(key = "field_49", kind = "currency")]
    total: Option<Decimal>,
}

#[tokio::main]
async fn main() -> Outcome {
    // Real Knack looks places up on a map; the local one has to be told of them. Its clock is set, so
    // that "last year" is the same year whenever this is run.
    let noon = date(2025, 7, 1).at(12, 0, 0, 0).in_tz("America/Chicago")?;
    let local = Emulator::builder()
        .sample()
        .daily_calls(Plan::Pro.daily_calls())
        .place("Harbor Springs", 30.10, -50.20)
        .starts_at(noon.timestamp().into())
        .build()?;
    let knack = Client::builder(local.application_id())
        .api_key(local.api_key())
        .transport(local.transport())
        .plan(Plan::Pro)
        .build()?;

    texts_and_choices(&knack).await?;
    numbers(&knack).await?;
    dates(&knack).await?;
    places_and_connections(&knack).await?;
    joined(&knack).await?;
    lists(&knack).await?;
    println!("\nall as it should be");
    Ok(())
}

async fn texts_and_choices(knack: &Client) -> Outcome {
    println!("Texts, choices, yes or no");
    let found =
        ask::<Customer>(knack, "company begins with \"Berg\"", Customer::COMPANY.starts_with("Berg")).await?;
    check(found.iter().all(|c| c.company.as_deref().is_some_and(|name| name.starts_with("Berg"))), "begins")?;
    let found =
        ask::<Customer>(knack, "name has \"grün\" in it, in whatever case", Customer::NAME.contains("grün"))
            .await?;
    check(found.iter().all(|c| c.name.to_string().contains("Grün")), "contains")?;
    let found =
        ask::<Customer>(knack, "is a business or a club", Customer::SORT.is_any(["Business", "Club"]))
            .await?;
    check(found.iter().all(|c| matches!(c.sort.as_deref(), Some("Business" | "Club"))), "one of two")?;
    let found = ask::<Customer>(knack, "gets the newsletter", Customer::NEWSLETTER.is(true)).await?;
    check(found.iter().all(|c| c.newsletter), "yes")?;
    let found = ask::<Customer>(knack, "has no company", Customer::COMPANY.is_blank()).await?;
    check(found.iter().all(|c| c.company.is_none()), "blank")?;
    let found = ask::<Order>(knack, "is tagged as a gift", Order::TAGS.contains("Gift")).await?;
    check(found.iter().all(|o| o.tags.iter().any(|tag| tag == "Gift")), "includes")
}

async fn numbers(knack: &Client) -> Outcome {
    println!("\nNumbers, money, totals");
    let thousand = Decimal::new(1_000, 0);
    let found = ask::<Order>(knack, "costs more than 1,000", Order::TOTAL.higher_than(thousand)).await?;
    check(found.iter().all(|o| o.total > Some(thousand)), "higher")?;
    let found = ask::<Order>(knack, "is order number 17", Order::NUMBER.is(17)).await?;
    check(found.len() == 1 && found.iter().all(|o| o.number == 17), "the one")?;
    let found = ask::<Customer>(knack, "has fewer than 2 orders", Customer::ORDERS.lower_than(2)).await?;
    check(found.iter().all(|c| c.orders < 2), "lower")
}

async fn dates(knack: &Client) -> Outcome {
    println!("\nDates; today is 1 July 2025, by the clock of the server");
    let new_year = date(2025, 1, 1);
    let found =
        ask::<Customer>(knack, "is a customer since before 2025", Customer::SINCE.is_before(new_year))
            .await?;
    check(found.iter().all(|c| c.since < Some(new_year) && c.since.is_some()), "before")?;
    let found = ask::<Customer>(
        knack,
        "came in the 3 months before this",
        Customer::SINCE.is_during_the_previous(3, Months),
    )
    .await?;
    let spring = date(2025, 4, 1)..date(2025, 7, 1);
    check(found.iter().all(|c| c.since.is_some_and(|since| spring.contains(&since))), "April to June")?;
    let found = ask::<Customer>(knack, "came this year", Customer::SINCE.is_during_the_current(Year)).await?;
    check(found.iter().all(|c| c.since.is_some_and(|since| since.year() == 2025)), "this year")?;
    let found =
        ask::<Order>(knack, "was placed after this moment", Order::PLACED.is_after_current_time()).await?;
    let noon = date(2025, 7, 1).at(12, 0, 0, 0);
    check(found.iter().all(|o| o.placed >= Some(noon)), "made-up orders of the future")
}

async fn places_and_connections(knack: &Client) -> Outcome {
    println!("\nPlaces and connections");
    let near = Customer::LOCATION.near("Harbor Springs", Miles(20));
    let found = ask::<Customer>(knack, "is within 20 miles of Harbor Springs", near).await?;
    let here = |c: &Customer| c.location.as_ref().is_some_and(|place| place.city == "Springfield");
    check(found.iter().all(here), "that is where Springfield is here")?;
    let busiest = Customer::list(knack).sort(Customer::ORDERS.desc()).first().await?.ok_or("no customer")?;
    let found =
        ask::<Order>(knack, "is for the customer with most orders", Order::CUSTOMER.is(busiest.id)).await?;
    check(found.len() == usize::try_from(busiest.orders)?, "as many as Knack counts")?;
    check(found.iter().all(|o| o.customer.id() == busiest.id), "all are for that one")
}

async fn joined(knack: &Client) -> Outcome {
    println!("\nJoined; a request says `and` or `or`, and both in one do not compile");
    let all = Order::STATUS.is("New") & Order::TAGS.contains("Rush") & Order::TOTAL.lower_than(500);
    let found = ask::<Order>(knack, "is new, in a rush and below 500", all).await?;
    check(found.iter().all(|o| o.status == "New" && o.total < Some(Decimal::new(500, 0))), "all three")?;
    let any = Order::STATUS.is("Cancelled") | Order::TOTAL.is_blank();
    let found = ask::<Order>(knack, "is cancelled or has no total", any).await?;
    check(found.iter().all(|o| o.status == "Cancelled" || o.total.is_none()), "one of two")?;
    let raw = Rule::raw(json!({ "field": "field_46", "operator": "is", "value": "Ready" }));
    let found =
        ask::<Order>(knack, "is ready, by a rule as it is sent", raw & Order::TOTAL.is_not_blank()).await?;
    check(found.iter().all(|o| o.status == "Ready"), "the raw rule")
}

async fn lists(knack: &Client) -> Outcome {
    println!("\nSorted, searched, counted, in pages");
    let dearest = Order::list(knack).sort(Order::TOTAL.desc()).rows_per_page(5).pages().next().await;
    let dearest = dearest.ok_or("no page")??.records;
    let totals: Vec<_> = dearest.into_iter().filter_map(|order| order.result.ok()?.total).collect();
    println!(
        "  the five dearest orders cost {}",
        totals.iter().map(Decimal::to_string).collect::<Vec<_>>().join(", ")
    );
    check(totals.len() == 5 && totals.is_sorted_by(|a, b| a >= b), "the greatest first")?;

    let found = Customer::list(knack).search("Lindqvist").trust_counts().all().await?;
    answer("has \"Lindqvist\" in a searchable field", found.len());
    println!("    (that is all: Knack passes over a search where no field is set to be searchable, as here)");
    check(found.len() == 420, "a search that is not heeded")?;

    let before = knack.usage().plan_left.ok_or("no plan")?;
    let count = Order::list(knack).filter(Order::STATUS.is("Delivered")).count().await?;
    let calls = before - knack.usage().plan_left.ok_or("no plan")?;
    println!("  {count} orders are delivered; to count them cost {calls} call");
    check(calls == 1 && count > 0, "one call")?;

    let mut pages = Order::list(knack).filter(Order::STATUS.is("Delivered")).rows_per_page(250).pages();
    let (mut number, mut records) = (0, 0);
    while let Some(page) = pages.next().await {
        number += 1;
        records += page?.records.len();
    }
    println!("  they come in {number} pages of 250");
    check(u64::try_from(records)? == count, "as many as counted")
}

/// Asks, says so, and takes care that something is found.
async fn ask<T: KnackObject>(
    knack: &Client,
    words: &str,
    filter: impl IntoFilter<T::Object>,
) -> Result<Vec<T>, Box<dyn Error>> {
    // Counts are right here, and trusting them saves the call for the empty page behind the last.
    let found = T::list(knack).filter(filter).trust_counts().all().await?;
    answer(words, found.len());
    check(!found.is_empty(), "nothing was found, so that nothing is shown")?;
    Ok(found)
}

fn answer(words: &str, records: usize) {
    println!("  {words:<44} {records:>5}");
}

fn check(holds: bool, what: &str) -> Outcome {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
