//! The verbs, end to end against the local Knack.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::civil::date;
use knack_emulator::{Emulator, MissingRecord};
use knack_runtime::error::Error;
use knack_runtime::query::Format;
use knack_runtime::{Client, KnackObject, Patch, RecordId};
use knack_tests::sample::{Customer, CustomerName, NewCustomer, Order, OrderLine, Product};
use knack_tests::{client_of, emulator};

fn local() -> (Emulator, Client) {
    let local = emulator().build().unwrap();
    let client = client_of(&local).build().unwrap();
    (local, client)
}

const NOBODY: RecordId = RecordId::from_bytes([7; 12]);

#[tokio::test(start_paused = true)]
async fn a_record_from_its_making_to_its_end() {
    let (local, knack) = local();
    let mut new = NewCustomer::with_email("ann@example.com");
    new.company = Some("a&b \"c\" <d> é 🚲 \\ \n tab\t".to_owned());
    new.since = Some(date(2026, 3, 9));

    let ann = Customer::create(&knack, &new).await.unwrap();
    assert_eq!((&ann.company, ann.since, ann.newsletter), (&new.company, new.since, false));
    assert_eq!(Customer::get(&knack, ann.id).await.unwrap(), ann);

    let patch = Patch::new().set(Customer::NEWSLETTER, true).clear(Customer::SINCE);
    let changed = Customer::update(&knack, ann.id, patch).await.unwrap();
    assert_eq!(changed, Customer { newsletter: true, since: None, ..ann.clone() });

    let before = local.count("object_1");
    Customer::delete(&knack, ann.id).await.unwrap();
    assert_eq!(local.count("object_1"), before - 1);
    assert!(Customer::get_opt(&knack, ann.id).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn only_what_was_set_is_sent() {
    let (local, knack) = local();
    let ann = Customer::create(&knack, &NewCustomer::with_email("ann@example.com")).await.unwrap();
    let patch =
        Patch::new().set(Customer::COMPANY, "x").clear(Customer::COMPANY).set(Customer::NEWSLETTER, true);
    Customer::update(&knack, ann.id, patch).await.unwrap();

    let bodies: Vec<_> =
        local.requests().into_iter().map(|seen| String::from_utf8(seen.body.to_vec()).unwrap()).collect();
    let created = r#"{"field_1":{"first":"Ann","last":"Berg"},"field_2":{"email":"ann@example.com"}}"#;
    assert_eq!(bodies, [created, r#"{"field_5":"","field_7":true}"#]);
}

#[tokio::test(start_paused = true)]
async fn a_patch_creates_too_once_its_required_fields_are_set() {
    let (local, knack) = local();
    let without = Patch::<Customer>::new().set(Customer::EMAIL, "ann@example.com");
    let error = Customer::create(&knack, &without).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "create of `Customer` (object_1) has wrong values (it was not sent): `name` (field_1): a value is required"
    );
    assert_eq!(local.calls(), 0);

    let name = knack_runtime::value::PersonName::new("Ann", "Berg");
    let made = Customer::create(&knack, &without.set(Customer::NAME, name.clone())).await.unwrap();
    assert_eq!(made.name, name);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_not_there() {
    for missing in [MissingRecord::Status500, MissingRecord::Status404] {
        let local = emulator().missing_record(missing).build().unwrap();
        let knack = client_of(&local).build().unwrap();
        assert!(Customer::get_opt(&knack, NOBODY).await.unwrap().is_none());
        let text =
            format!("(object_1), record {NOBODY} found nothing: there is no such record, or it was deleted");
        for error in [
            Customer::get(&knack, NOBODY).await.unwrap_err(),
            Customer::update(&knack, NOBODY, Patch::new().set(Customer::NEWSLETTER, true)).await.unwrap_err(),
            Customer::delete(&knack, NOBODY).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
            assert!(error.to_string().ends_with(&text), "{error}");
        }
        let calls = if missing == MissingRecord::Status404 { 4 } else { 8 };
        assert_eq!(local.calls(), calls, "a 500 costs one more call, to look closer");
    }
}

#[tokio::test(start_paused = true)]
async fn a_500_of_a_record_that_is_there_is_looked_through() {
    let (local, knack) = local();
    let ann = Customer::create(&knack, &NewCustomer::with_email("ann@example.com")).await.unwrap();
    let path = format!("/records/{}", ann.id);
    let hiccup = || knack_emulator::Fault::status(500, "Internal Server Error").path(path.clone()).nth(1);
    local.inject(hiccup());
    assert_eq!(Customer::get(&knack, ann.id).await.unwrap(), ann);
    local.clear_faults();
    local.inject(hiccup());
    let changed = Customer::update(&knack, ann.id, Patch::new().set(Customer::COMPANY, "x")).await.unwrap();
    assert_eq!(changed.company.as_deref(), Some("x"));
    local.clear_faults();
    local.inject(hiccup());
    Customer::delete(&knack, ann.id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn projections_share_an_object_and_its_handles() {
    let (_local, knack) = local();
    let names = CustomerName::list(&knack).filter(Customer::KIND.is("Club")).sort(Customer::NAME.asc());
    let names = names.all().await.unwrap();
    let clubs = Customer::list(&knack).filter(Customer::KIND.is("Club")).sort(CustomerName::NAME.asc());
    let clubs = clubs.all().await.unwrap();
    assert!(!names.is_empty());
    assert_eq!(
        names.iter().map(|c| c.name.clone()).collect::<Vec<_>>(),
        clubs.iter().map(|c| c.name.to_string()).collect::<Vec<_>>()
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_in_every_way_of_reading_it() {
    let (local, knack) = local();
    let count = local.count("object_7");
    assert!(count > 3_000);

    let all = OrderLine::list(&knack).all().await.unwrap();
    assert_eq!(all.len(), count);
    let calls = local.calls();
    assert_eq!(calls, count.div_ceil(1_000) as u64 + 1, "pages of 1,000, and the empty one behind them");
    let trusting = OrderLine::list(&knack).trust_counts().all().await.unwrap();
    assert_eq!((trusting.len(), local.calls() - calls), (count, count.div_ceil(1_000) as u64));

    let mut stream = OrderLine::list(&knack).rows_per_page(700).stream();
    let mut streamed = Vec::new();
    while let Some(line) = stream.next().await {
        streamed.push(line.unwrap().id);
    }
    assert_eq!(streamed, all.iter().map(|line| line.id).collect::<Vec<_>>());

    let mut pages = OrderLine::list(&knack).pages();
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!(
        (first.records.len(), first.current_page, first.total_records),
        (1_000, Some(1), Some(count as u64))
    );

    let before = local.calls();
    let biggest = OrderLine::list(&knack).sort(OrderLine::QUANTITY.desc()).first().await.unwrap().unwrap();
    assert_eq!(Some(biggest.quantity), all.iter().map(|line| line.quantity).max());
    assert_eq!(local.calls() - before, 1);

    let guarded = OrderLine::list(&knack).guarded().await.unwrap();
    assert!(guarded.iter().all(|line| line.error().is_none() && line.id.is_some()));
    assert!(Customer::list(&knack).filter(Customer::COMPANY.is("nobody")).all().await.unwrap().is_empty());
    assert!(Customer::list(&knack).filter(Customer::COMPANY.is("nobody")).first().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn filters_find_what_they_say() {
    let (_local, knack) = local();
    let products = Product::list(&knack).all().await.unwrap();
    let ids = |products: Vec<Product>| products.into_iter().map(|p| p.id).collect::<Vec<_>>();
    let having = |test: &dyn Fn(&Product) -> bool| {
        let mut found: Vec<_> = products.iter().filter(|p| test(p)).map(|p| p.id).collect();
        found.sort();
        found
    };
    let find = async |filter: knack_runtime::query::Filter<_>| {
        let mut found = ids(Product::list(&knack).filter(filter).all().await.unwrap());
        found.sort();
        found
    };
    let heavy = find(Product::WEIGHT.higher_than(10).into()).await;
    assert_eq!(heavy, having(&|p| p.weight.is_some_and(|w| w > 10.0)));
    assert!(!heavy.is_empty());
    let both = find((Product::STOCK.lower_than(5) & Product::NAME.contains("a")).into()).await;
    assert_eq!(both, having(&|p| p.stock.is_some_and(|s| s < 5) && p.name.to_lowercase().contains('a')));
    let either = find((Product::WEIGHT.is_blank() | Product::STOCK.is(0)).into()).await;
    assert_eq!(either, having(&|p| p.weight.is_none() || p.stock == Some(0)));

    let order = Order::list(&knack).first().await.unwrap().unwrap();
    let his = Order::list(&knack).filter(Order::CUSTOMER.is(&order.customer)).all().await.unwrap();
    assert!(his.iter().any(|o| o.id == order.id) && his.iter().all(|o| o.customer == order.customer));

    let late = date(2025, 1, 1);
    let placed = Order::list(&knack).filter(Order::PLACED.is_after(late)).all().await.unwrap();
    assert!(!placed.is_empty() && placed.iter().all(|o| o.placed.unwrap().date() > late));
}

#[tokio::test(start_paused = true)]
async fn both_formats_read_the_same() {
    let (_local, knack) = local();
    let raw = Order::list(&knack).rows_per_page(300).first().await.unwrap().unwrap();
    let both = Order::list(&knack).format(Format::Both).first().await.unwrap().unwrap();
    let got = Order::get(&knack, raw.id).await.unwrap();
    for order in [&both, &got] {
        assert_eq!(format!("{raw:?}"), format!("{order:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn connections_are_written_by_id_and_read_with_their_label() {
    let (_local, knack) = local();
    let ann = Customer::create(&knack, &NewCustomer::with_email("ann@example.com")).await.unwrap();
    let new = Patch::<Order>::new()
        .set(Order::CUSTOMER, ann.id)
        .set(Order::STATUS, "New")
        .set(Order::TAGS, vec!["Rush", "Gift"])
        .set(Order::PLACED, date(2026, 7, 1).at(0, 5, 0, 0));
    let order = Order::create(&knack, &new).await.unwrap();
    assert_eq!((order.customer.id(), order.customer.label()), (ann.id, Some("Ann Berg")));
    assert_eq!(order.tags, ["Rush", "Gift"]);
    assert_eq!(order.placed, Some(date(2026, 7, 1).at(0, 5, 0, 0)));
    assert!(order.number > 1_300);
}

#[tokio::test(start_paused = true)]
async fn refused_values_name_the_fields_of_the_struct() {
    let (_local, knack) = local();
    let ann = NewCustomer::with_email("ann@example.com");
    Customer::create(&knack, &ann).await.unwrap();
    let error = Customer::create(&knack, &ann).await.unwrap_err();
    let Error::Validation(validation) = &error else { panic!("{error:?}") };
    let problem = &validation.problems()[0];
    assert_eq!(
        (problem.field(), problem.key().map(|k| k.to_string()).as_deref()),
        (Some("email"), Some("field_2"))
    );
    assert!(
        error.to_string().starts_with(
            "create of `Customer` (object_1) has wrong values (Knack refused it): `email` (field_2): "
        ),
        "{error}"
    );

    let nameless = knack_runtime::value::PersonName::default();
    let error =
        Customer::update(&knack, NOBODY, Patch::new().set(Customer::NAME, nameless)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. } | Error::Validation(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_value_that_cannot_be_sent_is_an_error_and_nothing_is_sent() {
    let (local, knack) = local();
    let patch = Patch::new().set(Product::WEIGHT, f64::NAN);
    let error = Product::update(&knack, NOBODY, patch).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "update of `Product` (object_4), record {NOBODY} was not sent: `weight` (field_34): the value is no finite number, so it cannot be sent"
        )
    );
    assert_eq!(local.calls(), 0);
}
