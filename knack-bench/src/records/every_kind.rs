//! Made-up records of every kind of field that is read, each under a key of its own. What the fixture has
//! is made as its stand-ins are; the rest has the shapes of recorded answers.

use fastrand::Rng;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::Entries;
use super::generate::{
    address, asset, connection, currency, date, email, hex, link, name, phone, raw_date, rich_text, text,
    timer, twice, whole, words, yes,
};

/// How many different records there are: enough that no branch is learned by heart.
const RECORDS: usize = 40;

/// The same records on every machine and in every run.
pub(super) fn models() -> Vec<Entries> {
    let mut rng = Rng::with_seed(11);
    (0..RECORDS).map(|_| model(&mut rng)).collect()
}

fn model(rng: &mut Rng) -> Entries {
    let mut entries = vec![("id".to_owned(), json!(hex(rng)).to_string())];
    for (field, empty, make) in FIELDS {
        let made = match empty {
            // A field in five is empty. What that looks like depends on whether it was ever filled.
            Some(cleared) if rng.u8(..5) == 0 => {
                (json!("").to_string(), rng.bool().then(|| (*cleared).to_owned()))
            }
            _ => {
                let (plain, raw) = make(rng);
                (plain.to_string(), Some(raw.to_string()))
            }
        };
        entries.push((format!("field_{field}"), made.0));
        entries.extend(made.1.map(|raw| (format!("field_{field}_raw"), raw)));
    }
    let status = rng.choice(["active", "inactive", "pending approval"]);
    entries.push(("account_status".to_owned(), json!(status).to_string()));
    entries
}

/// Makes the formatted and the raw value.
type Make = fn(&mut Rng) -> (Value, Value);

/// The raw value of most fields that were filled once and are empty now.
const BLANK: Option<&str> = Some(r#""""#);

/// The field's number, its raw value when it was cleared, if it can be, and how it is made.
const FIELDS: &[(u32, Option<&str>, Make)] = &[
    (7, BLANK, text),
    (8, BLANK, paragraphs),
    (9, BLANK, rich_text),
    (11, BLANK, choice),
    (12, Some("[null]"), choices),
    (13, None, yes),
    (10, BLANK, whole),
    (14, BLANK, currency),
    (15, None, whole),
    (16, BLANK, ratio),
    (17, BLANK, date),
    (18, BLANK, seconds),
    (19, None, text),
    (20, None, whole),
    (21, BLANK, ratio),
    (22, BLANK, ratio),
    (23, BLANK, ratio),
    (24, BLANK, ratio),
    (25, BLANK, date),
    (26, BLANK, date),
    (27, BLANK, period),
    (28, BLANK, proper_date),
    (29, BLANK, timer),
    (30, BLANK, name),
    (31, Some(r#"{"email":""}"#), email),
    (32, BLANK, full_phone),
    (33, BLANK, place),
    (34, Some(r#"{"url":""}"#), link),
    (35, BLANK, asset),
    (36, BLANK, picture),
    (37, BLANK, signature),
    (38, BLANK, stars),
    (39, Some("[]"), connection),
    (40, Some("[]"), connections),
    (41, None, roles),
    (42, BLANK, hologram),
];

fn paragraphs(rng: &mut Rng) -> (Value, Value) {
    let (first, second) = (words(rng, 6), words(rng, 8));
    (json!(format!("{first}<br />{second}")), json!(format!("{first}\n{second}")))
}

fn choice(rng: &mut Rng) -> (Value, Value) {
    twice(json!(rng.choice(["Red", "Dark Blue", "Added later"])))
}

fn choices(rng: &mut Rng) -> (Value, Value) {
    let chosen: Vec<&str> = ["First", "Second", "Third"].into_iter().filter(|_| rng.bool()).collect();
    (json!(chosen.join(", ")), json!(chosen))
}

/// A number of few digits: of those with more, `serde_json` gets the last wrong now and then.
fn ratio(rng: &mut Rng) -> (Value, Value) {
    (json!(rng.u32(..5000)), json!(f64::from(rng.u32(..)) / 1_000.0))
}

fn seconds(rng: &mut Rng) -> (Value, Value) {
    let seconds = rng.u32(..1_000_000);
    (json!(seconds / 86_400), json!(seconds))
}

/// A date of a calendar field: with an end, and one in four repeated.
fn period(rng: &mut Rng) -> (Value, Value) {
    let mut raw = raw_date(rng);
    let shown = json!(raw.get("timestamp"));
    if let Some(parts) = raw.as_object_mut() {
        parts.insert("to".to_owned(), raw_date(rng));
        if rng.u8(..4) == 0 {
            parts.insert("repeat".to_owned(), json!({
                "frequency": "weekly", "interval": "2", "SU": false, "MO": true, "TU": false, "WE": false,
                "TH": true, "FR": false, "SA": false, "repeatby": "dom", "endson": "limit", "end_count": "15",
                "end_date": "", "start_date": "11/01/2015",
            }));
        }
    }
    (shown, raw)
}

/// A date with its true instant, as newer applications send it, in half of the records.
fn proper_date(rng: &mut Rng) -> (Value, Value) {
    let (shown, mut raw) = date(rng);
    let proper = raw.get("iso_timestamp").and_then(Value::as_str).and_then(in_chicago);
    if let (true, Some(parts), Some(proper)) = (rng.bool(), raw.as_object_mut(), proper) {
        parts.insert("proper_iso_timestamp".to_owned(), json!(proper));
    }
    (shown, raw)
}

/// The instant at which the clocks of Chicago show this time.
fn in_chicago(iso: &str) -> Option<String> {
    let wall: DateTime = iso.strip_suffix('Z')?.parse().ok()?;
    let instant = wall.in_tz("America/Chicago").ok()?.timestamp();
    Some(instant.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string())
}

fn full_phone(rng: &mut Rng) -> (Value, Value) {
    let (shown, mut raw) = phone(rng);
    if let Some(parts) = raw.as_object_mut() {
        parts.insert("formatted".to_owned(), shown.clone());
    }
    (shown, raw)
}

/// An address with coordinates, as numbers or as text.
fn place(rng: &mut Rng) -> (Value, Value) {
    let (shown, mut raw) = address(rng);
    let degrees = |rng: &mut Rng| f64::from(rng.i32(-8_999..9_000)) / 100.0;
    let (latitude, longitude) = (degrees(rng), degrees(rng));
    if let Some(parts) = raw.as_object_mut() {
        parts.insert("street2".to_owned(), Value::Null);
        let text = rng.bool();
        let value = |degrees: f64| if text { json!(degrees.to_string()) } else { json!(degrees) };
        parts.insert("latitude".to_owned(), value(latitude));
        parts.insert("longitude".to_owned(), value(longitude));
    }
    (shown, raw)
}

/// An image, uploaded or on the web.
fn picture(rng: &mut Rng) -> (Value, Value) {
    if rng.bool() {
        return asset(rng);
    }
    let url = format!("https://example.com/{}.png", rng.u32(..));
    (json!(format!("<img src=\"{url}\" />")), json!(url))
}

fn signature(rng: &mut Rng) -> (Value, Value) {
    let strokes: Vec<String> = (0..12).map(|_| format!("L {} {}", rng.u8(..), rng.u8(..))).collect();
    let svg = format!(
        "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M 0 0 {}\"/></svg>",
        strokes.join(" ")
    );
    (json!("<img src=\"data:image/svg+xml;base64,PD94bWwg\" />"), json!({ "base30": hex(rng), "svg": svg }))
}

fn stars(rng: &mut Rng) -> (Value, Value) {
    let stars = f64::from(rng.u8(..=10)) / 2.0;
    (json!(format!("{stars:.2}")), json!(stars))
}

fn connections(rng: &mut Rng) -> (Value, Value) {
    let all: Vec<(Value, Value)> = (0..rng.usize(1..4)).map(|_| connection(rng)).collect();
    let raw: Vec<&Value> = all.iter().filter_map(|(_, raw)| raw.get(0)).collect();
    let shown: Vec<&str> = all.iter().filter_map(|(shown, _)| shown.as_str()).collect();
    (json!(shown.join("<br />")), json!(raw))
}

fn roles(rng: &mut Rng) -> (Value, Value) {
    let roles: Vec<String> = (0..rng.usize(1..3)).map(|_| format!("profile_{}", rng.u8(1..40))).collect();
    (json!(roles.join("<br />")), json!(roles))
}

/// A value of a kind that nobody has heard of.
fn hologram(rng: &mut Rng) -> (Value, Value) {
    let raw = json!({ "shape": words(rng, 1), "hue": f64::from(rng.u16(..)) / 64.0, "layers": [1, 2, null] });
    (json!(words(rng, 2)), raw)
}
