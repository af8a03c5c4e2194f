//! The built-in application: a bicycle workshop with customers, employees, products, orders,
//! order lines, deliveries and accounts. Every kind of field occurs in it; what is computed, the
//! server computes. Everybody and everything in it is made up.

mod details;

pub(crate) use details::{asset, place, signature};

use fastrand::Rng;
use serde_json::{Value, json};

const APPLICATION: &str = include_str!("../sample/application.json");

pub(crate) const APPLICATION_ID: &str = "64a1f0d2c8b94e0012ab34cd";

/// What every account logs in with.
pub(crate) const PASSWORD: &str = "Pedal-2026";

/// Fixed, so that every emulator has the same records.
const SEED: u64 = 2_026;

/// 2024-01-01 00:00:00 UTC, in whose seconds the ids of the records begin.
const CREATED: u64 = 1_704_067_200;

const CUSTOMERS: usize = 420;
const EMPLOYEES: usize = 18;
const PRODUCTS: usize = 140;
const ORDERS: usize = 1_300;
const LINES: usize = 3_200;
const DELIVERIES: usize = 380;
const ACCOUNTS: usize = 12;

pub(crate) const FIRST: [&str; 24] = [
    "Ada", "Bruno", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jonas", "Kwame", "Lotte",
    "Mateo", "Nadia", "Omar", "Priya", "Quinn", "Rosa", "Stefan", "Tala", "Umut", "Vera", "Wanda", "Yusuf",
];
pub(crate) const LAST: [&str; 24] = [
    "Abara",
    "Berg",
    "Castillo",
    "Dahl",
    "Eriksen",
    "Fontaine",
    "Grünwald",
    "Haddad",
    "Ito",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novak",
    "O'Neill",
    "Petrov",
    "Quiroga",
    "Rossi",
    "Silva",
    "Tanaka",
    "Usman",
    "Vogel",
    "Walsh",
    "Zhou",
];
pub(crate) const STREETS: [&str; 6] =
    ["Mill Lane", "Harbor Road", "Elm Street", "Station Avenue", "Canal Walk", "Hill View"];
const TOWNS: [(&str, &str); 5] =
    [("Springfield", "IL"), ("Riverton", "WY"), ("Fairview", "TX"), ("Oakdale", "MN"), ("Salem", "OR")];
const GOODS: [(&str, &str, u32); 14] = [
    ("City Bike", "Bikes", 64_900),
    ("Gravel Bike", "Bikes", 149_900),
    ("Cargo Bike", "Bikes", 289_900),
    ("E-Bike", "Bikes", 324_950),
    ("Chain", "Parts", 2_495),
    ("Brake Pads", "Parts", 1_850),
    ("Tire", "Parts", 3_999),
    ("Saddle", "Parts", 5_450),
    ("Rain Jacket", "Clothing", 7_900),
    ("Gloves", "Clothing", 2_199),
    ("Multi-Tool", "Tools", 2_750),
    ("Floor Pump", "Tools", 4_200),
    ("Full Service", "Services", 11_900),
    ("Wheel Truing", "Services", 2_500),
];
pub(crate) const COLORS: [&str; 10] =
    ["Red", "Blue", "Black", "Green", "Silver", "White", "Orange", "Teal", "Sand", "Plum"];

/// The dump of the built-in application, as `GET /v1/applications/{id}` gives it.
pub(crate) fn application() -> Value {
    // The file is part of the crate; a test reads it.
    serde_json::from_str(APPLICATION).unwrap_or(Value::Null)
}

/// The records of the built-in application by object, in a form that can be written; the same
/// at every call.
pub(crate) fn records() -> Vec<(String, Vec<Value>)> {
    let mut rng = Rng::with_seed(SEED);
    let products: Vec<(Value, u32)> = (0..PRODUCTS).map(|n| product(&mut rng, n)).collect();
    let prices: Vec<u32> = products.iter().map(|(_, cents)| *cents).collect();
    let orders: Vec<Value> = (0..ORDERS).map(|n| order(&mut rng, n)).collect();
    let mut all: [(&str, Vec<Value>); 7] = [
        ("object_1", (0..CUSTOMERS).map(|n| customer(&mut rng, n)).collect()),
        ("object_3", (0..EMPLOYEES).map(|n| employee(&mut rng, n)).collect()),
        ("object_4", products.into_iter().map(|(product, _)| product).collect()),
        ("object_6", orders),
        ("object_7", (0..LINES).map(|n| line(&mut rng, n, &prices)).collect()),
        ("object_9", (0..DELIVERIES).map(|n| delivery(&mut rng, n)).collect()),
        ("object_10", (0..ACCOUNTS).map(details::account).collect()),
    ];
    let mut rng = Rng::with_seed(SEED + 1);
    for (object, records) in &mut all {
        for (n, record) in records.iter_mut().enumerate() {
            details::add(&mut rng, object, n, record);
        }
    }
    all.into_iter().map(|(key, records)| (key.to_owned(), records)).collect()
}

/// The id of the `n`th record of an object.
fn id(object: u64, n: usize) -> String {
    let n = u64::try_from(n).unwrap_or(0);
    format!("{:08x}5a{object:02x}{n:012x}", CREATED + object * 1_000_000 + n)
}

pub(crate) fn pick<T: Copy>(rng: &mut Rng, from: &[T]) -> Option<T> {
    rng.choice(from).copied()
}

pub(crate) fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

pub(crate) fn person(rng: &mut Rng) -> (&'static str, &'static str) {
    (pick(rng, &FIRST).unwrap_or_default(), pick(rng, &LAST).unwrap_or_default())
}

/// An address at a domain that belongs to nobody, different for every `n`.
pub(crate) fn mail(first: &str, last: &str, n: usize) -> String {
    let plain: String = format!("{first}.{last}{n}")
        .to_lowercase()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
        .collect();
    format!("{plain}@example.com")
}

/// A number of the range that is kept free for fiction.
pub(crate) fn phone(rng: &mut Rng) -> String {
    format!("(555) 555-01{:02}", rng.u32(0..100))
}

/// A day of 2024 or 2025 that every month has.
fn day(rng: &mut Rng) -> String {
    format!("{:02}/{:02}/{}", rng.u32(1..=12), rng.u32(1..=28), rng.u32(2_024..=2_025))
}

fn customer(rng: &mut Rng, n: usize) -> Value {
    let (first, last) = person(rng);
    let business = rng.u32(0..4) == 0;
    let (city, state) = pick(rng, &TOWNS).unwrap_or_default();
    let street = format!("{} {}", rng.u32(1..400), pick(rng, &STREETS).unwrap_or_default());
    let mut record = json!({
        "id": id(1, n),
        "field_1": {"first": first, "last": last},
        "field_2": mail(first, last, n),
        "field_6": if business { "Business" } else { pick(rng, &["Private", "Private", "Club"]).unwrap_or_default() },
        "field_7": rng.bool(),
        "field_8": day(rng),
        "field_9": {"street": street, "city": city, "state": state, "zip": format!("{:05}", rng.u32(10_000..99_999))},
    });
    // Most of what is optional is left out for some, as in a real table.
    if rng.u32(0..5) > 0 {
        put(&mut record, "field_3", json!(phone(rng)));
    }
    if business {
        put(&mut record, "field_5", json!(format!("{last} & {}", pick(rng, &LAST).unwrap_or_default())));
        put(&mut record, "field_11", json!(format!("https://shop{n}.example.com")));
    }
    if rng.u32(0..6) == 0 {
        put(&mut record, "field_12", json!("Rings twice.\nPrefers a call in the evening."));
    }
    record
}

fn employee(rng: &mut Rng, n: usize) -> Value {
    let (first, last) = person(rng);
    let skills: Vec<&str> =
        ["Wheels", "Brakes", "Suspension", "E-Bikes", "Frames"].into_iter().filter(|_| rng.bool()).collect();
    json!({
        "id": id(3, n),
        "field_20": {"first": first, "last": last},
        "field_21": mail(first, last, n),
        "field_22": pick(rng, &["Mechanic", "Mechanic", "Sales", "Driver", "Manager"]),
        "field_23": skills,
        "field_24": money(rng.u32(1_800..4_500)),
        "field_26": day(rng),
        "field_27": rng.u32(0..6) > 0,
    })
}

fn product(rng: &mut Rng, n: usize) -> (Value, u32) {
    let (name, category, price) = GOODS.get(n % GOODS.len()).copied().unwrap_or_default();
    let color = COLORS.get(n / GOODS.len()).copied().unwrap_or("Grey");
    let cents = price + rng.u32(0..20) * 50;
    let mut record = json!({
        "id": id(4, n),
        "field_30": format!("{name} {color}"),
        "field_31": format!("FW-{:04}", n + 1),
        "field_32": category,
        "field_33": money(cents),
        "field_35": rng.u32(0..120),
        "field_37": rng.u32(0..12) == 0,
    });
    if category != "Services" {
        put(&mut record, "field_34", json!(f64::from(rng.u32(10..2_600)) / 100.0));
    }
    if category == "Bikes" {
        let url = format!("https://example.com/manuals/fw-{:04}.pdf", n + 1);
        put(&mut record, "field_38", json!({"url": url, "label": format!("{name} manual")}));
    }
    (record, cents)
}

fn order(rng: &mut Rng, n: usize) -> Value {
    let status =
        pick(rng, &["New", "In Progress", "Ready", "Delivered", "Delivered", "Delivered", "Cancelled"]);
    let tags: Vec<&str> =
        ["Rush", "Warranty", "Gift", "Pickup"].into_iter().filter(|_| rng.u32(0..5) == 0).collect();
    let (hour, minute) = (rng.u32(8..18), rng.u32(0..60));
    let mut record = json!({
        "id": id(6, n),
        "field_40": n + 1,
        "field_41": id(1, rng.usize(0..CUSTOMERS)),
        "field_43": format!("{} {hour}:{minute:02}", day(rng)),
        "field_46": status,
        "field_48": status == Some("Delivered") || rng.bool(),
        "field_49": money(rng.u32(1_500..250_000)),
    });
    if rng.u32(0..10) > 0 {
        put(&mut record, "field_42", json!(id(3, rng.usize(0..EMPLOYEES))));
        put(&mut record, "field_44", json!(day(rng)));
    }
    if !tags.is_empty() {
        put(&mut record, "field_47", json!(tags));
    }
    if rng.u32(0..8) == 0 {
        put(&mut record, "field_50", json!("Check the rear hub.\nCall before replacing parts."));
    }
    record
}

fn line(rng: &mut Rng, n: usize, prices: &[u32]) -> Value {
    let product = rng.usize(0..PRODUCTS);
    let mut record = json!({
        "id": id(7, n),
        "field_60": n + 1,
        // Every order has at least one line.
        "field_61": id(6, if n < ORDERS { n } else { rng.usize(0..ORDERS) }),
        "field_62": id(4, product),
        "field_63": rng.u32(1..6),
        "field_64": money(prices.get(product).copied().unwrap_or(0)),
    });
    if rng.u32(0..4) == 0 {
        put(&mut record, "field_66", json!(f64::from(rng.u32(1..60)) / 2.0));
    }
    record
}

fn delivery(rng: &mut Rng, n: usize) -> Value {
    let (date, hour) = (day(rng), rng.u32(8..17));
    let delivered = rng.u32(0..4) > 0;
    let crew: Vec<String> = (0..rng.usize(0..3)).map(|_| id(3, rng.usize(0..EMPLOYEES))).collect();
    let mut record = json!({
        "id": id(9, n),
        "field_70": format!("D-{:05}", 10_000 + n),
        "field_71": id(6, rng.usize(0..ORDERS)),
        "field_72": {"date": date, "hours": hour, "minutes": 0,
            "to": {"date": date, "hours": hour + 2, "minutes": 30}},
        "field_73": crew,
        "field_74": phone(rng),
        "field_75": delivered,
    });
    if delivered {
        put(&mut record, "field_77", json!(f64::from(rng.u32(2..=10)) / 2.0));
    }
    record
}

pub(crate) fn put(record: &mut Value, key: &str, value: Value) {
    if let Value::Object(parts) = record {
        parts.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::app::App;

    #[test]
    fn the_records_fit_the_application() {
        let app = App::read(application()).unwrap();
        let all = records();
        assert_eq!(all, records(), "the same at every call");
        let ids: HashSet<String> = all
            .iter()
            .flat_map(|(_, records)| records)
            .map(|r| r["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids.len(), all.iter().map(|(_, records)| records.len()).sum::<usize>());
        for (key, records) in &all {
            let (_, object) = app.object(key).unwrap();
            let known: HashSet<&str> = object.fields.iter().map(|f| f.key.as_str()).collect();
            for record in records {
                let users = key == "object_10";
                let user = ["account_status", "approval_status", "profile_keys", "profile_keys_raw"];
                for key in record.as_object().unwrap().keys() {
                    let extra = users && user.contains(&key.as_str());
                    assert!(key == "id" || known.contains(key.as_str()) || extra, "{key}");
                }
                assert_eq!(record["id"].as_str().unwrap().len(), 24);
            }
            for field in object.fields.iter().filter(|f| f.required) {
                assert!(records.iter().all(|r| r.get(&field.key).is_some()), "{}", field.key);
            }
            for field in object.fields.iter().filter(|f| f.unique) {
                let values: HashSet<String> = records.iter().map(|r| r[&field.key].to_string()).collect();
                assert_eq!(values.len(), records.len(), "{}", field.key);
            }
        }
        let told = application();
        assert_eq!(told["application"]["id"], APPLICATION_ID);
        for (key, records) in &all {
            assert_eq!(told["application"]["counts"][key], json!(records.len()));
        }
    }

    #[test]
    fn every_kind_occurs() {
        let dump = application();
        let objects = dump["application"]["objects"].as_array().unwrap();
        let fields = objects.iter().flat_map(|object| object["fields"].as_array().unwrap());
        let kinds: HashSet<&str> = fields.clone().map(|field| field["type"].as_str().unwrap()).collect();
        assert_eq!(kinds.len(), 29);
        let keys: HashSet<&str> = fields.clone().map(|field| field["key"].as_str().unwrap()).collect();
        assert_eq!(keys.len(), fields.count());
        let app = App::read(dump.clone()).unwrap();
        for object in &app.objects {
            for field in &object.fields {
                assert!(field.kind != crate::kind::Kind::Unknown, "{}", field.key);
                let computed = field.kind.computed() && field.kind != crate::kind::Kind::AutoIncrement;
                assert_eq!(field.formula.is_some(), computed, "{}", field.key);
            }
        }
    }
}
