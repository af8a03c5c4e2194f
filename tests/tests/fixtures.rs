//! Answers of the real service, where the recordings are at hand.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::civil::{Date, DateTime, date};
use knack_emulator::Emulator;
use knack_runtime::value::{EmailAddress, Json, PersonName};
use knack_runtime::{KnackObject, Link, Patch, RecordId};
use knack_tests::{Script, client_of, fixtures};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// A record of the application that the knackpy project records its tests with.
#[derive(Clone, Debug, PartialEq, KnackObject)]
#[knack(object = "object_3")]
struct Sample {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_11", kind = "auto_increment")]
    number: u64,
    #[knack(key = "field_6", kind = "multiple_choice", required)]
    topping: Option<String>,
    #[knack(key = "field_7", kind = "short_text", required)]
    text: String,
    #[knack(key = "field_8", kind = "rich_text")]
    rich: String,
    #[knack(key = "field_10", kind = "number")]
    amount: Option<f64>,
    #[knack(key = "field_12", kind = "date_time")]
    day: Option<Date>,
    #[knack(key = "field_13", kind = "date_time")]
    moment: Option<DateTime>,
    #[knack(key = "field_19", kind = "name")]
    name: Option<PersonName>,
    #[knack(key = "field_20", kind = "email")]
    email: Option<EmailAddress>,
    #[knack(key = "field_29", kind = "boolean")]
    yes: bool,
    #[knack(key = "field_30", kind = "currency")]
    price: Option<Decimal>,
    #[knack(key = "field_9", kind = "concatenation")]
    formula: String,
    #[knack(key = "field_128", kind = "connection")]
    customer: Vec<Link<Customer>>,
    #[knack(key = "field_21", kind = "address")]
    address: Option<Json>,
}

#[derive(Debug, KnackObject)]
#[knack(object = "object_7")]
struct Customer {}

fn json(name: &str) -> Option<Value> {
    let path = fixtures()?.join(name);
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

fn records() -> Option<Vec<Value>> {
    json("knackpy/_all_fields.json").map(|file| file["records"].as_array().unwrap().clone())
}

/// Holds every field that `sample` has against the recorded raw values, by another way than the
/// reader's.
fn agrees(sample: &Sample, recorded: &Value) {
    let raw = |key: &str| &recorded[format!("{key}_raw")];
    assert_eq!(sample.id.to_string(), recorded["id"]);
    assert_eq!(sample.number, raw("field_11").as_u64().unwrap());
    assert_eq!(sample.topping.as_deref(), raw("field_6").as_str());
    assert_eq!(sample.text, raw("field_7").as_str().unwrap_or_default());
    assert_eq!(sample.rich, raw("field_8").as_str().unwrap_or_default());
    assert_eq!(sample.amount, raw("field_10").as_f64());
    let iso =
        |key: &str| raw(key)["iso_timestamp"].as_str().map(|iso| iso.trim_end_matches(".000Z").to_owned());
    assert_eq!(sample.day.map(|day| format!("{day}T00:00:00")), iso("field_12"));
    assert_eq!(sample.moment.map(|moment| moment.to_string()), iso("field_13"));
    let part = |name: &str| raw("field_19")[name].as_str().unwrap_or_default().to_owned();
    let name =
        PersonName { title: part("title"), first: part("first"), middle: part("middle"), last: part("last") };
    assert_eq!(sample.name.clone().unwrap_or_default(), name);
    assert_eq!(sample.email.as_ref().map(|email| email.address.as_str()), raw("field_20")["email"].as_str());
    assert_eq!(Some(sample.yes), raw("field_29").as_bool());
    assert_eq!(sample.price.map(|price| price.to_string()), raw("field_30").as_str().map(str::to_owned));
    assert_eq!(sample.formula, raw("field_9").as_str().unwrap_or_default());
    let customers = raw("field_128").as_array().cloned().unwrap_or_default();
    assert_eq!(
        sample
            .customer
            .iter()
            .map(|link| json!({"id": link.id().to_string(), "identifier": link.label()}))
            .collect::<Vec<_>>(),
        customers
    );
    assert_eq!(
        sample.address.as_ref().map(|address| address.parse().unwrap()),
        raw("field_21").is_object().then(|| raw("field_21").clone())
    );
}

#[tokio::test(start_paused = true)]
async fn the_recorded_answer_is_read_as_it_is() {
    let Some(recorded) = records() else { return };
    let path = fixtures().unwrap().join("knackpy/_all_fields.json");
    let knack = Script::new(move |index, _| {
        let body = if index == 0 { std::fs::read(&path).unwrap() } else { b"{\"records\":[]}".to_vec() };
        async { Ok(knack_tests::answer(200, body)) }
    });
    let samples = Sample::list(&knack.client()).all().await.unwrap();
    assert_eq!(samples.len(), 25);
    samples.iter().zip(&recorded).for_each(|(sample, recorded)| agrees(sample, recorded));
}

#[tokio::test(start_paused = true)]
async fn the_local_knack_serves_the_recorded_application() {
    let (Some(application), Some(recorded)) = (json("knackpy/_metadata.json"), records()) else { return };
    let local =
        Emulator::builder().application(application).records("object_3", recorded.clone()).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let samples = Sample::list(&knack).sort(Sample::NUMBER.asc()).all().await.unwrap();
    assert_eq!(samples.len(), 25);
    for sample in &samples {
        let recorded = recorded.iter().find(|recorded| recorded["id"] == sample.id.to_string()).unwrap();
        agrees(sample, recorded);
        assert_eq!(&Sample::get(&knack, sample.id).await.unwrap(), sample);
    }

    // One written back: what was set is new, all else as it was.
    let first = &samples[0];
    let patch = Patch::new()
        .set(Sample::TEXT, "changed \"here\" & <there>")
        .set(Sample::AMOUNT, -12.5)
        .set(Sample::MOMENT, date(2026, 2, 28).at(12, 30, 0, 0))
        .set(Sample::NAME, PersonName::new("Ada", "Ray"))
        .set(Sample::EMAIL, "ada@example.com")
        .set(Sample::YES, true)
        .clear(Sample::PRICE);
    let written = Sample::update(&knack, first.id, patch).await.unwrap();
    let wanted = Sample {
        text: "changed \"here\" & <there>".to_owned(),
        amount: Some(-12.5),
        moment: Some(date(2026, 2, 28).at(12, 30, 0, 0)),
        name: Some(PersonName::new("Ada", "Ray")),
        email: Some("ada@example.com".into()),
        yes: true,
        price: None,
        formula: written.formula.clone(),
        ..first.clone()
    };
    assert_eq!(written, wanted);
    assert_eq!(Sample::get(&knack, first.id).await.unwrap(), wanted);
}
