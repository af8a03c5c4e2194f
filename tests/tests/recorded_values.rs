//! Every recorded value through the types of its kind: what the recording says, by another way than the
//! reader's.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use knack_runtime::cell::Cell;
use knack_runtime::key::ProfileKey;
use knack_runtime::kind::{self, FieldKind, Kind};
use knack_runtime::schema::{Application, FieldSchema};
use knack_runtime::value::{
    Coordinates, Drawing, EmailAddress, FromField, Json, Period, PersonName, PhoneNumber, Picture,
    PostalAddress, UploadedFile, WebAddress, WorkLog,
};
use knack_runtime::{Link, RecordId};
use knack_tests::fixtures;
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn file(name: &str) -> Option<Vec<u8>> {
    Some(std::fs::read(fixtures()?.join(name)).unwrap())
}

/// Reads the value as a `U` of kind `K`.
fn read<K: Kind, U: FromField<K>>(raw: &Value) -> U {
    let json = raw.to_string();
    U::from_field(Cell::new(json.as_bytes())).unwrap_or_else(|error| panic!("{}: {json} {error}", K::KIND))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The wall-clock time of a raw date: of the newer shape by its ISO time stamp, of that of 2015 by its parts.
fn wall_clock(raw: &Value) -> DateTime {
    if let Some(iso) = raw["iso_timestamp"].as_str() {
        return iso.trim_end_matches('Z').parse().unwrap();
    }
    let written = format!(
        "{} {}:{} {}",
        raw["date"].as_str().unwrap(),
        raw["hours"].as_str().unwrap(),
        raw["minutes"].as_str().unwrap(),
        raw["am_pm"].as_str().unwrap()
    );
    DateTime::strptime("%m/%d/%Y %I:%M %p", written).unwrap()
}

/// Holds one value against what its kind's types make of it.
#[allow(clippy::too_many_lines, reason = "one arm a kind")]
fn check(field: &FieldSchema, raw: &Value) {
    let part = |key: &str| raw[key].as_str().unwrap_or_default().to_owned();
    match field.kind {
        FieldKind::SHORT_TEXT => assert_eq!(Some(read::<kind::ShortText, String>(raw)), text(raw)),
        FieldKind::PARAGRAPH_TEXT => assert_eq!(Some(read::<kind::ParagraphText, String>(raw)), text(raw)),
        FieldKind::RICH_TEXT => assert_eq!(Some(read::<kind::RichText, String>(raw)), text(raw)),
        FieldKind::CONCATENATION => assert_eq!(Some(read::<kind::Concatenation, String>(raw)), text(raw)),
        FieldKind::MULTIPLE_CHOICE => {
            let chosen: Vec<String> = read::<kind::MultipleChoice, _>(raw);
            assert_eq!(json!(chosen), if raw.is_array() { raw.clone() } else { json!([raw]) });
        }
        FieldKind::BOOLEAN => assert_eq!(Some(read::<kind::Boolean, bool>(raw)), raw.as_bool()),
        FieldKind::NUMBER => {
            assert_eq!(Some(read::<kind::Number, f64>(raw)), raw.as_f64());
            assert_eq!(read::<kind::Number, Decimal>(raw).to_string(), raw.to_string());
        }
        FieldKind::AUTO_INCREMENT => assert_eq!(Some(read::<kind::AutoIncrement, i64>(raw)), raw.as_i64()),
        FieldKind::EQUATION => assert_eq!(Some(read::<kind::Equation, f64>(raw)), raw.as_f64()),
        FieldKind::RATING => assert_eq!(Some(read::<kind::Rating, f64>(raw)), raw.as_f64()),
        FieldKind::CURRENCY => {
            assert_eq!(Some(read::<kind::Currency, Decimal>(raw).to_string()), text(raw));
        }
        FieldKind::DATE_TIME => {
            let period: Period = read::<kind::DateTime, _>(raw);
            assert_eq!(period.start, wall_clock(raw));
            assert_eq!(period.end, raw.get("to").map(wall_clock));
            assert_eq!(Some(period.all_day), raw.get("all_day").map_or(Some(false), Value::as_bool));
            assert_eq!(period.repeat.is_some(), raw.get("repeat").is_some());
            if let (Some(repeat), Some(raw)) = (&period.repeat, raw.get("repeat")) {
                assert_eq!(
                    format!("{:?}", repeat.frequency).to_lowercase(),
                    raw["frequency"].as_str().unwrap()
                );
                let days = raw.as_object().unwrap().values().filter(|day| **day == json!(true)).count();
                assert_eq!(repeat.weekdays.len(), days);
            }
            assert_eq!(read::<kind::DateTime, DateTime>(raw), period.start);
            assert_eq!(read::<kind::DateTime, Date>(raw), period.start.date());
            assert_eq!(read::<kind::DateTime, Time>(raw), period.start.time());
        }
        FieldKind::TIMER => {
            let total = raw["total_time"].as_i64().unwrap();
            assert_eq!(read::<kind::Timer, SignedDuration>(raw), SignedDuration::from_millis(total));
            let log: WorkLog = read::<kind::Timer, _>(raw);
            assert_eq!(log.total(), SignedDuration::from_millis(total));
            assert_eq!(log.spans[0].0, wall_clock(&raw["times"][0]["from"]));
        }
        FieldKind::NAME => {
            let name: PersonName = read::<kind::Name, _>(raw);
            let parts = (part("title"), part("first"), part("middle"), part("last"));
            assert_eq!((name.title, name.first, name.middle, name.last), parts);
        }
        FieldKind::EMAIL => {
            let email: EmailAddress = read::<kind::Email, _>(raw);
            assert_eq!((Some(email.address), email.label), (text(&raw["email"]), text(&raw["label"])));
        }
        FieldKind::PHONE => {
            let phone: PhoneNumber = read::<kind::Phone, _>(raw);
            assert_eq!((phone.formatted, phone.digits), (part("formatted"), part("full")));
            assert_eq!((phone.area, phone.country), (text(&raw["area"]), text(&raw["country"])));
        }
        FieldKind::ADDRESS => {
            let address: PostalAddress = read::<kind::Address, _>(raw);
            assert_eq!(
                (address.street, address.street2, address.city),
                (part("street"), part("street2"), part("city"))
            );
            assert_eq!(
                (address.state, address.zip, address.country),
                (part("state"), part("zip"), part("country"))
            );
            let degrees = |key: &str| raw[key].as_f64().or_else(|| raw[key].as_str()?.parse().ok());
            let place = degrees("latitude").zip(degrees("longitude"));
            let place = place.map(|(latitude, longitude)| Coordinates { latitude, longitude });
            assert_eq!(address.coordinates, place);
        }
        FieldKind::WEB_LINK => {
            let link: WebAddress = read::<kind::WebLink, _>(raw);
            assert_eq!((Some(link.url), link.label), (text(&raw["url"]), text(&raw["label"])));
        }
        FieldKind::FILE => uploaded(&read::<kind::File, _>(raw), raw),
        FieldKind::IMAGE => match read::<kind::Image, _>(raw) {
            Picture::Uploaded(file) => uploaded(&file, raw),
            Picture::Web(url) => assert_eq!(Some(url), text(raw)),
        },
        FieldKind::SIGNATURE => {
            let drawing: Drawing = read::<kind::Signature, _>(raw);
            assert_eq!((drawing.base30, drawing.svg), (part("base30"), part("svg")));
        }
        FieldKind::CONNECTION => {
            let links: Vec<Link<()>> = read::<kind::Connection, _>(raw);
            let told =
                links.iter().map(|link| json!({ "id": link.id().to_string(), "identifier": link.label() }));
            assert_eq!(told.collect::<Vec<_>>(), *raw.as_array().unwrap());
        }
        FieldKind::USER_ROLES => {
            let roles: Vec<ProfileKey> = read::<kind::UserRoles, _>(raw);
            assert_eq!(roles.len(), raw.as_array().unwrap().len());
        }
        // Recorded with asterisks, once; nothing but JSON holds it.
        FieldKind::PASSWORD => {
            read::<kind::Password, Json>(raw);
        }
        other => panic!("no recorded value of kind {other} was expected"),
    }
}

fn uploaded(file: &UploadedFile, raw: &Value) {
    assert_eq!(file.id.to_string(), raw["id"].as_str().unwrap());
    assert_eq!(Some(file.filename.clone()), text(&raw["filename"]));
    assert_eq!(Some(file.url.clone()), text(&raw["url"]));
    assert_eq!((file.thumb_url.clone(), file.size), (text(&raw["thumb_url"]), raw["size"].as_u64()));
}

#[test]
fn records_of_2021() {
    let (Some(dump), Some(records)) = (file("knackpy/_metadata.json"), file("knackpy/_all_fields.json"))
    else {
        return;
    };
    let app = Application::read(&dump).unwrap();
    assert_eq!(app.zone().unwrap().to_string(), "America/Chicago");
    let records: Value = serde_json::from_slice(&records).unwrap();
    let object = app.object("object_3").unwrap();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records["records"].as_array().unwrap() {
        record["id"].as_str().unwrap().parse::<RecordId>().unwrap();
        for field in &object.fields {
            // What was never set has no raw value.
            let shown = &record[field.key.to_string()];
            let raw = record.get(format!("{}_raw", field.key)).unwrap_or(shown);
            let empty = Cell::new(raw.to_string().as_bytes()).is_empty();
            assert_eq!(empty, *raw == json!("") || *raw == json!([]), "{}: {raw}", field.key);
            if !empty {
                check(field, raw);
                *told.entry(field.kind.name()).or_default() += 1;
            }
        }
    }
    println!("{} recorded values of {} kinds: {told:?}", told.values().sum::<usize>(), told.len());
    assert!(told.len() >= 19 && told.values().sum::<usize>() > 300, "{told:?}");
}

#[test]
fn records_of_2015() {
    let Some(dump) = file("pyknackhq/tests_schema.json") else { return };
    let app = Application::read(&dump).unwrap();
    assert_eq!(app.objects.len(), 19);
    let fields: BTreeMap<&str, &FieldSchema> = app
        .objects
        .iter()
        .flat_map(|object| &object.fields)
        .map(|field| (field.name.as_str(), field))
        .collect();
    let folder = fixtures().unwrap().join("pyknackhq/example_get_response");
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let record = std::fs::read(entry.unwrap().path().join("raw.json")).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        for (name, raw) in record.as_object().unwrap().iter().filter(|(name, _)| *name != "id") {
            let field = fields[name.as_str()];
            check(field, raw);
            *told.entry(field.kind.name()).or_default() += 1;
        }
    }
    println!("{} recorded values of {} kinds: {told:?}", told.values().sum::<usize>(), told.len());
    assert!(told.len() >= 17, "{told:?}");
}
