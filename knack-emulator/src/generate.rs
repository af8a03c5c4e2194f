//! Made-up records of any application: values of every kind as its format has them.

use fastrand::Rng;
use jiff::civil::{Date, DateTime, date};
use serde_json::{Value, json};

use crate::app::{App, Field, Object};
use crate::dates;
use crate::kind::{DateFormat, DateOrder, Kind};
use crate::sample::{self, COLORS, FIRST, LAST, STREETS, pick};
use crate::store::Store;

/// 2026-01-01 00:00:00 UTC, in whose seconds the ids begin.
const CREATED: u64 = 1_767_225_600;

const THINGS: [&str; 12] = [
    "Lantern", "Kettle", "Compass", "Ladder", "Basket", "Anvil", "Teapot", "Rudder", "Easel", "Hammock",
    "Barrel", "Sextant",
];
const REMARKS: [&str; 5] = [
    "Checked twice.",
    "Needs a second look next week.",
    "Arrived early, in good order.",
    "Call before noon.",
    "Nothing to add.",
];

/// So many records for each object that has none yet, in a form that can be loaded. Objects draw from
/// chances of their own, so that one more object changes no other.
pub(crate) fn records<'a>(
    app: &'a App,
    store: &Store,
    count: usize,
    seed: u64,
) -> Vec<(&'a str, Vec<Value>)> {
    let counts: Vec<usize> = store.tables.iter().map(|table| table.rows.len()).collect();
    let ids: Vec<Vec<String>> = store
        .tables
        .iter()
        .enumerate()
        .map(|(place, table)| match table.rows.len() {
            0 => (0..count).map(|n| id(place, n)).collect(),
            _ => table.rows.keys().map(|id| id.clone().into_string()).collect(),
        })
        .collect();
    let objects = app.objects.iter().enumerate().zip(&counts).filter(|(_, count)| **count == 0);
    objects
        .map(|((place, object), _)| {
            let mut maker = Maker { app, ids: &ids, rng: Rng::with_seed(seed ^ own_chance(place)) };
            let records = (0..count).map(|n| maker.record(object, n, &id(place, n)));
            (object.key.as_str(), records.collect())
        })
        .collect()
}

/// The id of the `n`th record of the object at a place.
fn id(place: usize, n: usize) -> String {
    let n = u64::try_from(n).unwrap_or(0);
    format!("{:08x}9e{place:04x}{n:010x}", (CREATED + n) & 0xffff_ffff)
}

/// What sets the chance of an object apart.
fn own_chance(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

struct Maker<'a> {
    app: &'a App,
    /// The records that connections may lead to, by object.
    ids: &'a [Vec<String>],
    rng: Rng,
}

impl Maker<'_> {
    fn record(&mut self, object: &Object, n: usize, id: &str) -> Value {
        let mut record = json!({ "id": id });
        // One person a record, so that its name and its mail address belong together.
        let (first, last) = sample::person(&mut self.rng);
        for field in &object.fields {
            // What need not be given is left out now and then, as in a real table.
            let fixed = field.required || field.unique || object.users || object.identifies(field);
            if !fixed && self.rng.u32(0..8) == 0 {
                continue;
            }
            if let Some(value) = self.value(field, n, (first, last)) {
                sample::put(&mut record, &field.key, value);
            }
        }
        record
    }

    /// A value in a form that can be loaded; none for what the server computes.
    fn value(&mut self, field: &Field, n: usize, (first, last): (&str, &str)) -> Option<Value> {
        let rng = &mut self.rng;
        Some(match &field.kind {
            Kind::ShortText => json!(short(rng, field, n)),
            Kind::ParagraphText => json!(format!("{}\n{}", remark(rng), remark(rng))),
            Kind::RichText => json!(format!("<p>{} <strong>{}</strong></p>", remark(rng), remark(rng))),
            Kind::Choice { multi } => choice(rng, field, *multi)?,
            Kind::Boolean(_) => json!(rng.bool()),
            Kind::Number(_) if field.unique => json!(n + 1),
            Kind::Number(_) => json!(f64::from(rng.u32(0..40_000)) / 4.0),
            Kind::Currency(_) => json!(sample::money(rng.u32(100..250_000))),
            Kind::Rating => json!(rating(rng, field)),
            Kind::DateTime(format) => period(rng, format),
            Kind::Timer(format) => timer(rng, format),
            Kind::Name(_) => json!({"first": first, "last": last}),
            Kind::Email(_) => json!(sample::mail(first, last, n)),
            Kind::Link { .. } => {
                json!({"url": format!("https://example.com/{}/{n}", field.key), "label": thing(rng)})
            }
            Kind::Phone(_) => json!(sample::phone(rng)),
            Kind::Address { country } => sample::place(rng, *country),
            Kind::File => {
                let name = format!("{}-{n}.pdf", field.key);
                sample::asset(&self.app.id, "file", n, &name, &field.key, rng.u32(10_000..500_000))
            }
            Kind::Image { by_url: true } => json!(format!("https://example.com/{}/{n}.png", field.key)),
            Kind::Image { by_url: false } => {
                let name = format!("{}-{n}.jpg", field.key);
                sample::asset(&self.app.id, "image", n, &name, &field.key, rng.u32(20_000..900_000))
            }
            Kind::Signature => sample::signature(rng),
            Kind::Connection { object, many } => self.links(object, *many)?,
            Kind::Password => json!(sample::PASSWORD),
            Kind::UserRoles => json!([self.role(field)?]),
            Kind::Concatenation
            | Kind::Equation(_)
            | Kind::Aggregate(_)
            | Kind::AutoIncrement
            | Kind::Unknown => return None,
        })
    }

    /// Ids of records that a connection leads to.
    fn links(&mut self, object: &str, many: bool) -> Option<Value> {
        let (place, _) = self.app.object(object)?;
        let ids = self.ids.get(place)?;
        let count = if many { self.rng.usize(1..=3) } else { 1 };
        let mut chosen: Vec<&String> = (0..count).filter_map(|_| self.rng.choice(ids)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        (!chosen.is_empty()).then(|| json!(chosen))
    }

    /// A role that the field offers or some object of users stands for.
    fn role<'b>(&'b mut self, field: &'b Field) -> Option<&'b str> {
        let offered = options(field).unwrap_or_default();
        let profiles = self.app.objects.iter().filter_map(|object| object.profile.as_deref());
        let roles = offered.into_iter().chain(profiles).filter(|role| *role != "all_users");
        self.rng.choice(roles.collect::<Vec<_>>())
    }
}

fn thing(rng: &mut Rng) -> String {
    format!("{} {}", pick(rng, &COLORS).unwrap_or_default(), pick(rng, &THINGS).unwrap_or_default())
}

fn remark(rng: &mut Rng) -> &'static str {
    pick(rng, &REMARKS).unwrap_or_default()
}

/// A short text that its label suggests. What must be unique has its number.
fn short(rng: &mut Rng, field: &Field, n: usize) -> String {
    let label = field.name.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| label.contains(word));
    if says(&["code", "number", "sku", "reference"]) || label.ends_with(" id") {
        return format!("{}-{:05}", label.chars().next().unwrap_or('r').to_uppercase(), n + 1);
    }
    let text = if says(&["first name"]) {
        pick(rng, &FIRST).unwrap_or_default().to_owned()
    } else if says(&["last name", "surname"]) {
        pick(rng, &LAST).unwrap_or_default().to_owned()
    } else if says(&["company", "organi", "client", "vendor", "supplier"]) {
        format!("{} & {}", pick(rng, &LAST).unwrap_or_default(), pick(rng, &LAST).unwrap_or_default())
    } else if says(&["street", "address", "location"]) {
        format!("{} {}", rng.u32(1..400), pick(rng, &STREETS).unwrap_or_default())
    } else if says(&["note", "comment", "description", "remark"]) {
        remark(rng).to_owned()
    } else {
        thing(rng)
    };
    if field.unique { format!("{text} {}", n + 1) } else { text }
}

/// One of a choice's options, or some. Accounts are active.
fn choice(rng: &mut Rng, field: &Field, multi: bool) -> Option<Value> {
    let options = options(field)?;
    if field.name.eq_ignore_ascii_case("user status") {
        return options.contains(&"active").then(|| json!("active"));
    }
    let one = rng.choice(&options).copied()?;
    if !multi {
        return Some(json!(one));
    }
    Some(json!(options.iter().filter(|option| **option == one || rng.u32(0..4) == 0).collect::<Vec<_>>()))
}

fn options(field: &Field) -> Option<Vec<&str>> {
    let options = field.meta.pointer("/format/options")?.as_array()?;
    Some(options.iter().filter_map(Value::as_str).collect())
}

fn rating(rng: &mut Rng, field: &Field) -> f64 {
    let most = field.meta.pointer("/format/max");
    let most = most.and_then(|most| most.as_u64().or_else(|| most.as_str()?.parse().ok())).unwrap_or(5);
    f64::from(rng.u32(1..=u32::try_from(most.clamp(1, 100)).unwrap_or(5)))
}

/// A time between 2024 and 2026, at a quarter of an hour in the day.
fn moment(rng: &mut Rng, format: &DateFormat) -> DateTime {
    let day = match format.order {
        DateOrder::Ignored => dates::NO_DATE,
        _ => day(rng),
    };
    match format.clock {
        None => day.at(0, 0, 0, 0),
        Some(_) => day.at(rng.i8(7..19), rng.i8(0..4) * 15, 0, 0),
    }
}

/// A day that every month has.
fn day(rng: &mut Rng) -> Date {
    date(rng.i16(2_024..=2_026), rng.i8(1..=12), rng.i8(1..=28))
}

fn period(rng: &mut Rng, format: &DateFormat) -> Value {
    let from = moment(rng, format);
    let mut raw = dates::raw(from, format, None);
    if format.range {
        // Within the same day, as the hours begin before seven in the evening.
        let to = from.with().hour((from.hour() + 2).min(23)).build().unwrap_or(from);
        raw.insert("to".to_owned(), Value::Object(dates::raw(to, format, None)));
    }
    Value::Object(raw)
}

fn timer(rng: &mut Rng, format: &DateFormat) -> Value {
    let day = dates::raw(moment(rng, format), format, None);
    let (date, hour) = (day.get("date_formatted").cloned().unwrap_or_default(), rng.u32(7..16));
    json!({"times": [{"from": {"date": date, "hours": hour, "minutes": 0},
        "to": {"date": date, "hours": hour + rng.u32(1..4), "minutes": 30}}]})
}
