//! Values of the built-in application's rarer kinds. They have a chance of their own, so that more
//! of them change none of the others.

use fastrand::Rng;
use serde_json::{Value, json};

use super::{APPLICATION_ID, COLORS, EMPLOYEES, FIRST, LAST, PASSWORD, STREETS, day, id, mail, pick, put};

/// Cities with the coordinates of places that are free for fiction: in the open sea.
const CITIES: [(&str, &str, &str, f64, f64); 5] = [
    ("Springfield", "IL", "United States", 30.10, -50.20),
    ("Riverton", "WY", "United States", 31.40, -48.75),
    ("Fairview", "TX", "United States", 28.65, -52.30),
    ("Oakdale", "MN", "United States", 33.05, -51.60),
    ("Salem", "OR", "United States", 29.90, -46.15),
];

/// What accounts may do, by profile.
const ROLES: [&str; 2] = ["profile_11", "profile_12"];

/// Adds to the record that is the `n`th of an object.
pub(super) fn add(rng: &mut Rng, object: &str, n: usize, record: &mut Value) {
    match object {
        "object_1" => customer(rng, n, record),
        "object_3" => employee(rng, n, record),
        "object_4" => product(rng, n, record),
        "object_6" => order(rng, record),
        "object_9" => delivery(rng, record),
        _ => {}
    }
}

/// The `n`th account: one of an employee. The first has both roles, the others take turns.
pub(super) fn account(n: usize) -> Value {
    let first = FIRST.get(n % FIRST.len()).copied().unwrap_or_default();
    let last = LAST.get((n * 5) % LAST.len()).copied().unwrap_or_default();
    let status = if n % 6 == 5 { "inactive" } else { "active" };
    let roles: Vec<&str> = match n {
        0 => ROLES.to_vec(),
        _ => ROLES.into_iter().cycle().skip(n - 1).take(1).collect(),
    };
    let spans: Vec<String> =
        roles.iter().map(|role| format!("<span class=\"{role}\">{role}</span>")).collect();
    json!({
        "id": id(10, n),
        "account_status": status,
        "approval_status": "approved",
        "profile_keys": spans.join("<br />"),
        "profile_keys_raw": roles.iter().map(|role| json!({"id": role, "identifier": role})).collect::<Vec<_>>(),
        "field_140": {"first": first, "last": last},
        "field_141": mail(first, last, 900 + n),
        "field_142": PASSWORD,
        "field_143": status,
        "field_144": roles,
        "field_145": id(3, n % EMPLOYEES),
    })
}

/// An address somewhere in a city, with coordinates as numbers or, as in older data, as text.
pub(crate) fn place(rng: &mut Rng, country: bool) -> Value {
    let (city, state, land, latitude, longitude) =
        pick(rng, &CITIES).unwrap_or(("Salem", "OR", "United States", 29.90, -46.15));
    let street = format!("{} {}", rng.u32(1..400), pick(rng, &STREETS).unwrap_or_default());
    let near = |rng: &mut Rng, center: f64| {
        let thousandths = f64::from(rng.i32(-60..=60)) / 1_000.0;
        format!("{:.3}", center + thousandths)
    };
    let (latitude, longitude) = (near(rng, latitude), near(rng, longitude));
    let number = |text: &str| json!(text.parse::<f64>().unwrap_or_default());
    let (latitude, longitude) = match rng.u32(0..8) {
        0 => (json!(latitude), json!(longitude)),
        _ => (number(&latitude), number(&longitude)),
    };
    let mut address = json!({"street": street, "city": city, "state": state,
        "zip": format!("{:05}", rng.u32(10_000..99_999)), "latitude": latitude, "longitude": longitude});
    if country {
        put(&mut address, "country", json!(land));
    }
    address
}

/// An asset of an application as Knack describes it.
pub(crate) fn asset(app: &str, kind: &str, n: usize, name: &str, field: &str, size: u32) -> Value {
    let asset = id(if kind == "file" { 98 } else { 99 }, n);
    let url = format!("https://example.com/assets/{app}/{asset}/original/{name}");
    let thumb = match kind {
        "image" => format!("https://example.com/assets/{app}/{asset}/thumb/{name}"),
        _ => String::new(),
    };
    json!({"id": asset, "application_id": app, "s3": true, "type": kind, "filename": name,
        "url": url, "thumb_url": thumb, "size": size, "field_key": field})
}

fn customer(rng: &mut Rng, n: usize, record: &mut Value) {
    if rng.u32(0..5) > 0 {
        put(record, "field_80", place(rng, false));
    }
    if rng.u32(0..4) > 0 {
        let birthday = format!("{:02}/{:02}/{}", rng.u32(1..=28), rng.u32(1..=12), rng.u32(1_950..=2_005));
        put(record, "field_81", json!(birthday));
    }
    if rng.u32(0..3) > 0 {
        put(record, "field_82", json!(format!("https://example.com/logos/{n}.png")));
    }
}

fn employee(rng: &mut Rng, n: usize, record: &mut Value) {
    let color = pick(rng, &COLORS).unwrap_or_default();
    let since = rng.u32(2_005..2_024);
    put(
        record,
        "field_90",
        json!(format!("<p>With us since <strong>{since}</strong>; rides a {color} bike.</p>")),
    );
    if rng.u32(0..5) > 0 {
        let name = format!("employee-{n}.jpg");
        put(
            record,
            "field_91",
            asset(APPLICATION_ID, "image", n, &name, "field_91", rng.u32(20_000..900_000)),
        );
    }
    put(record, "field_92", json!(format!("{}:{:02}am", rng.u32(6..11), rng.u32(0..4) * 15)));
}

fn product(rng: &mut Rng, n: usize, record: &mut Value) {
    if rng.u32(0..4) > 0 {
        let name = format!("fw-{:04}.pdf", n + 1);
        put(
            record,
            "field_100",
            asset(APPLICATION_ID, "file", n, &name, "field_100", rng.u32(10_000..500_000)),
        );
    }
    put(record, "field_108", json!({"url": format!("https://example.com/shop/fw-{:04}", n + 1)}));
    let color = pick(rng, &COLORS).unwrap_or_default();
    put(record, "field_109", json!(format!("Checked in our workshop.\nAlso to be had in {color}.")));
}

fn order(rng: &mut Rng, record: &mut Value) {
    if rng.u32(0..3) > 0 {
        let (date, hour) = (day(rng), rng.u32(8..15));
        let (first, last) = (rng.u32(0..4) * 15, rng.u32(0..4) * 15);
        let times = json!([{"from": {"date": date, "hours": hour, "minutes": first},
            "to": {"date": date, "hours": hour + rng.u32(1..4), "minutes": last}}]);
        put(record, "field_118", json!({ "times": times }));
    }
}

fn delivery(rng: &mut Rng, record: &mut Value) {
    put(record, "field_130", place(rng, true));
    if record.get("field_75") == Some(&Value::Bool(true)) {
        put(record, "field_131", signature(rng));
    }
}

/// A stroke of a pen.
pub(crate) fn signature(rng: &mut Rng) -> Value {
    let (x, y) = (rng.u32(10..90), rng.u32(10..40));
    let svg = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" \
         height=\"50\"><path d=\"M 5 25 L {x} {y} L 95 25\" fill=\"none\" stroke=\"black\"/></svg>"
    );
    json!({"base30": format!("5{x}Z{y}"), "svg": svg})
}
