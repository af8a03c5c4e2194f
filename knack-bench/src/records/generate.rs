//! Made-up records of the kinds, keys and sizes of the fixture's object: a few full ones and many
//! that are mostly empty, as real tables are.

use fastrand::Rng;
use serde_json::{Value, json};

use super::Entries;

/// How many records, as in the fixture.
const RECORDS: usize = 25;
/// Every so many records one is full.
const FULL_EVERY: usize = 12;

/// The same records on every machine and in every run.
pub(super) fn models() -> Vec<Entries> {
    let mut rng = Rng::with_seed(7);
    (0..RECORDS).map(|place| model(&mut rng, place.is_multiple_of(FULL_EVERY))).collect()
}

fn model(rng: &mut Rng, full: bool) -> Entries {
    let mut entries = Entries::new();
    entries.push(("id".to_owned(), json!(hex(rng)).to_string()));
    for (field, always, make) in FIELDS {
        let (plain, raw) = if full || *always { make(rng) } else { (json!(""), Value::Null) };
        entries.push((format!("field_{field}"), plain.to_string()));
        if !raw.is_null() {
            entries.push((format!("field_{field}_raw"), raw.to_string()));
        }
    }
    entries
}

/// Makes the formatted and the raw value.
type Make = fn(&mut Rng) -> (Value, Value);

/// The field's number, whether even sparse records have it, and how it is made.
const FIELDS: &[(u32, bool, Make)] = &[
    (11, true, whole),
    (125, false, text),
    (6, false, text),
    (7, false, text),
    (8, false, rich_text),
    (10, true, whole),
    (12, false, date),
    (13, true, date),
    (14, true, date),
    (15, false, date),
    (16, false, timer),
    (17, false, asset),
    (18, true, asset),
    (19, false, name),
    (20, false, email),
    (21, false, address),
    (22, false, phone),
    (24, false, link),
    (25, false, whole),
    (9, true, text),
    (29, true, yes),
    (30, false, currency),
    (37, false, date),
    (38, true, yes),
    (50, false, asset),
    (44, false, address),
    (76, true, text),
    (126, false, address),
    (127, false, address),
    (128, true, connection),
    (129, true, equation),
];

const WORDS: &[&str] =
    &["harbour", "quiet", "Lantern", "seventy", "gravel", "Ingrid", "\"quoted\"", "fjord", "night", "copper"];

pub(super) fn words(rng: &mut Rng, count: usize) -> String {
    let picked: Vec<&str> = (0..count).filter_map(|_| rng.choice(WORDS)).copied().collect();
    picked.join(" ")
}

pub(super) fn hex(rng: &mut Rng) -> String {
    format!("{:08x}{:016x}", rng.u32(..), rng.u64(..))
}

pub(super) fn twice(value: Value) -> (Value, Value) {
    (value.clone(), value)
}

pub(super) fn whole(rng: &mut Rng) -> (Value, Value) {
    twice(json!(rng.u32(..3000)))
}

pub(super) fn text(rng: &mut Rng) -> (Value, Value) {
    twice(json!(words(rng, 3)))
}

pub(super) fn rich_text(rng: &mut Rng) -> (Value, Value) {
    twice(json!(format!("<p class=\"lead\"><strong>{}</strong></p><p>{}</p>", words(rng, 6), words(rng, 12))))
}

pub(super) fn date(rng: &mut Rng) -> (Value, Value) {
    let raw = raw_date(rng);
    (json!(raw.get("timestamp")), raw)
}

pub(super) fn raw_date(rng: &mut Rng) -> Value {
    let (year, month, day) = (rng.u32(2015..2025), rng.u32(1..=12), rng.u32(1..=28));
    let (hours, minutes) = (rng.u32(1..12), rng.u32(..60));
    let date = format!("{month:02}/{day:02}/{year}");
    json!({
        "date": date, "date_formatted": date, "hours": format!("{hours:02}"), "minutes": format!("{minutes:02}"),
        "am_pm": "AM", "unix_timestamp": 1_568_160_000_000_u64 + rng.u64(..1_000_000_000),
        "iso_timestamp": format!("{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:00.000Z"),
        "timestamp": format!("{date} {hours:02}:{minutes:02} am"), "time": hours * 60 + minutes,
    })
}

pub(super) fn timer(rng: &mut Rng) -> (Value, Value) {
    let times = json!([{ "from": raw_date(rng), "to": raw_date(rng) }]);
    (json!("<span>09/11/19</span>&nbsp;4:14pm to 5:14pm"), json!({ "total_time": 3_600_000, "times": times }))
}

pub(super) fn asset(rng: &mut Rng) -> (Value, Value) {
    let (id, file) = (hex(rng), format!("{}.jpg", words(rng, 1).replace('"', "")));
    let url = format!(
        "https://s3.example.com/assets.example.com/assets/5d79512148c4af00106d1507/{id}/original/{file}"
    );
    let raw = json!({
        "id": id, "application_id": "5d79512148c4af00106d1507", "s3": true, "type": "image", "filename": file,
        "url": url, "thumb_url": url.replace("original", "thumb"), "size": rng.u32(..900_000), "field_key": "field_18",
    });
    (json!(format!("<img src=\"{url}\" />")), raw)
}

pub(super) fn name(rng: &mut Rng) -> (Value, Value) {
    let (first, last) = (words(rng, 1), words(rng, 1));
    (json!(format!("{last}, {first}")), json!({ "first": first, "last": last }))
}

pub(super) fn email(rng: &mut Rng) -> (Value, Value) {
    let email = format!("{}@example.com", rng.u32(..));
    (json!(format!("<a href=\"mailto:{email}\">{email}</a>")), json!({ "email": email }))
}

pub(super) fn address(rng: &mut Rng) -> (Value, Value) {
    let (street, city) = (words(rng, 2), words(rng, 1));
    (
        json!(format!("{street}<br />{city}")),
        json!({ "street": street, "city": city, "zip": "5003", "country": "Norway" }),
    )
}

pub(super) fn phone(rng: &mut Rng) -> (Value, Value) {
    let number = rng.u32(1_000_000..9_999_999);
    (
        json!(format!("(512) {number}")),
        json!({ "area": "512", "number": number.to_string(), "full": format!("512{number}") }),
    )
}

pub(super) fn link(rng: &mut Rng) -> (Value, Value) {
    let url = format!("https://example.com/{}", rng.u32(..));
    (json!(format!("<a href=\"{url}\">{url}</a>")), json!({ "url": url, "label": words(rng, 2) }))
}

pub(super) fn yes(rng: &mut Rng) -> (Value, Value) {
    let yes = rng.bool();
    (json!(if yes { "Yes" } else { "No" }), json!(yes))
}

pub(super) fn currency(rng: &mut Rng) -> (Value, Value) {
    let amount = format!("{}.{:02}", rng.u32(..1000), rng.u32(..100));
    (json!(format!("${amount}")), json!(amount))
}

pub(super) fn connection(rng: &mut Rng) -> (Value, Value) {
    let (id, label) = (hex(rng), words(rng, 2));
    (json!(format!("<span class=\"{id}\">{label}</span>")), json!([{ "id": id, "identifier": label }]))
}

fn equation(rng: &mut Rng) -> (Value, Value) {
    (json!(rng.u32(..5000)), json!(f64::from(rng.u32(..)) / 1024.0))
}
