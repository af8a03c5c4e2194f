//! A list of records: filters, order, pages (`docs.knack.com/docs/pagination`).

use std::cmp::Ordering;
use std::time::Duration;

use serde_json::Value;

use crate::app::{App, Object, Sort};
use crate::figures;
use crate::filter::{Filter, Now};
use crate::json::{self, Shape};
use crate::kind::Kind;
use crate::query::Query;
use crate::render;
use crate::routes::Manners;
use crate::store::{Row, Store};

/// Rows of a page where none are asked for.
const DEFAULT_ROWS: usize = 25;
/// The most rows of one page.
const MOST_ROWS: usize = 1_000;

/// A record and its id.
pub(crate) type Entry<'a> = (&'a str, &'a Row);

/// Answers a list request with the JSON of the envelope, or with why the filter is not understood
/// where strict filters ask for that.
pub(crate) fn page(
    (app, store): (&App, &Store),
    place: usize,
    object: &Object,
    query: &Query,
    now: Duration,
    manners: Manners,
) -> Result<Vec<u8>, String> {
    let now = Now { local: app.zone.local(now), field_order: manners.field_order, scene: Some((app, store)) };
    let filter = Filter::read(object, query, &now, manners.strict_filters)?;
    let table = store.tables.get(place);
    let rows = table.into_iter().flat_map(|table| &table.rows).map(|(id, row)| (&**id, row));
    let mut found: Vec<Entry<'_>> =
        rows.filter(|(id, row)| filter.admits((app, store), object, id, row)).collect();
    sort((app, store), object, query, &mut found);

    let rows = query
        .get("rows_per_page")
        .and_then(|text| text.trim().parse::<usize>().ok())
        .filter(|&rows| rows > 0)
        .unwrap_or(DEFAULT_ROWS)
        .min(MOST_ROWS);
    let asked = query.get("page");
    let number = asked.and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(1).max(1);
    let skipped = (number - 1).saturating_mul(rows);
    let total = found.len();
    let shape = Shape::of(query.get("format"));

    let mut out = Vec::with_capacity(total.saturating_sub(skipped).min(rows) * 1_024 + 128);
    out.extend_from_slice(format!("{{\"total_pages\":{},\"current_page\":", total.div_ceil(rows)).as_bytes());
    match asked {
        // Knack echoes the page as text once it was sent.
        Some(text) => json::text(&mut out, text),
        None => out.push(b'1'),
    }
    out.extend_from_slice(format!(",\"total_records\":{total},\"records\":[").as_bytes());
    for (at, entry) in found.into_iter().skip(skipped).take(rows).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        json::record(&mut out, (app, store), object, entry, shape);
    }
    out.extend_from_slice(b"]}");
    Ok(out)
}

/// Orders records by the query, else by the object's own order, else leaves them in that of ids.
pub(crate) fn sort(scene: (&App, &Store), object: &Object, query: &Query, found: &mut [Entry<'_>]) {
    let descending = query.get("sort_order").is_some_and(|order| order.eq_ignore_ascii_case("desc"));
    let by = match query.get("sort_field") {
        Some("id") => {
            if descending {
                found.reverse();
            }
            return;
        }
        Some(key) => object.place(key).map(|field| Sort { field, descending }),
        None => None,
    };
    if let Some(by) = by.or(object.sort) {
        sort_by(scene, object, by, found);
    }
}

/// Orders records by one field; those of one value stay in the order that they have.
pub(crate) fn sort_by(scene: (&App, &Store), object: &Object, by: Sort, found: &mut [Entry<'_>]) {
    let mut keyed: Vec<(Key, Entry<'_>)> =
        found.iter().map(|&entry| (Key::of(scene, object, by.field, entry.1), entry)).collect();
    // Stable, so that without another order records of one value stay in that of their ids.
    keyed.sort_by(|(a, _), (b, _)| if by.descending { b.compare(a) } else { a.compare(b) });
    for (slot, (_, entry)) in found.iter_mut().zip(keyed) {
        *slot = entry;
    }
}

/// What a record is ordered by. Empty values come first.
pub(crate) enum Key {
    Blank,
    Number(f64),
    Text(String),
}

impl Key {
    pub(crate) fn of((app, store): (&App, &Store), object: &Object, place: usize, row: &Row) -> Self {
        let (Some(field), Some(cell)) = (object.fields.get(place), row.cells.get(place)) else {
            return Self::Blank;
        };
        let Some(raw) = cell.raw.as_ref().filter(|raw| !render::is_blank(raw)) else {
            return Self::Blank;
        };
        let number = match &field.kind {
            Kind::Number(_)
            | Kind::Equation(_)
            | Kind::Aggregate(_)
            | Kind::Currency(_)
            | Kind::AutoIncrement
            | Kind::Rating => figures::numeric(raw)
                // An equation may result in a date.
                .or_else(|| raw.get("unix_timestamp")?.as_f64()),
            Kind::DateTime(_) => raw.get("unix_timestamp").and_then(Value::as_f64),
            Kind::Timer(_) => raw.get("total_time").and_then(Value::as_f64),
            Kind::Boolean => raw.as_bool().map(|flag| f64::from(u8::from(flag))),
            _ => None,
        };
        if let Some(number) = number {
            return Self::Number(number);
        }
        Self::Text(match &field.kind {
            Kind::ShortText | Kind::RichText | Kind::ParagraphText | Kind::Concatenation => {
                raw.as_str().unwrap_or_default().to_lowercase()
            }
            Kind::Email(_) => raw.get("email").and_then(Value::as_str).unwrap_or_default().to_lowercase(),
            Kind::Connection { object, .. } => {
                let now = store.connected(app, object, raw, 3);
                let label = now.get(0).and_then(|link| link.get("identifier")).and_then(Value::as_str);
                label.unwrap_or_default().to_lowercase()
            }
            kind => match render::shown(kind, &field.key, raw) {
                Value::String(text) => text.to_lowercase(),
                other => other.to_string(),
            },
        })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Blank => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
        }
    }
}
