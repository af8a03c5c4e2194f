//! A list of records: filters, free text, order, pages (`docs.knack.com/docs/pagination`).

use std::cmp::Ordering;
use std::time::Duration;

use serde_json::Value;

use crate::app::{App, Object, Sort};
use crate::figures;
use crate::filter::{Filter, Now};
use crate::json::{self, Look, Shape};
use crate::kind::Kind;
use crate::manners::Manners;
use crate::query::Query;
use crate::render;
use crate::scope::Scope;
use crate::search::Search;
use crate::store::{Row, Store, Table};

/// Rows of a page where none are asked for.
const DEFAULT_ROWS: usize = 25;
/// The most rows of one page.
const MOST_ROWS: usize = 1_000;

/// A record and its id.
pub(crate) type Entry<'a> = (&'a str, &'a Row);

/// Answers a list request on what `scope` leaves of an object, with the JSON of the envelope, or with
/// why the filter is not understood where strict filters ask for that.
pub(crate) fn page(
    scene: (&App, &Store),
    of: (usize, &Object),
    scope: &Scope<'_>,
    query: &Query,
    wall: Duration,
    manners: Manners,
) -> Result<Vec<u8>, String> {
    if manners.refuse_rows && rows(query).is_some_and(|rows| rows > MOST_ROWS) {
        return Err(format!("rows_per_page is at most {MOST_ROWS}"));
    }
    let rows = rows(query).or(scope.rows).unwrap_or(DEFAULT_ROWS).min(MOST_ROWS);
    let question = Question::read(scene, of.1, scope, query, wall, manners)?;
    // Where nothing is asked, the page is cut out of the table: nobody else's rows are looked at.
    let whole = scene.1.tables.get(of.0).filter(|_| question.is_none());
    let (total, part) = if let Some(table) = whole {
        (table.rows.len(), cut(table, query, rows))
    } else {
        let found = question.found(scene, of);
        (found.len(), part(&found, query, rows).to_vec())
    };
    let look = Look { columns: scope.columns, ..Look::whole(Shape::of(query.get("format"))) };

    let mut out = Vec::with_capacity(part.len() * 1_024 + 128);
    let pages = total.div_ceil(rows).max(usize::from(manners.empty_page));
    out.extend_from_slice(format!("{{\"total_pages\":{pages},\"current_page\":").as_bytes());
    match query.get("page") {
        // Knack echoes the page as text once it was sent.
        Some(text) if !manners.numeric_pages => json::text(&mut out, text),
        _ => out.extend_from_slice(number(query).to_string().as_bytes()),
    }
    out.extend_from_slice(format!(",\"total_records\":{total},\"records\":").as_bytes());
    records(&mut out, scene, of.1, &part, look);
    out.push(b'}');
    Ok(out)
}

/// Appends a JSON list of records.
pub(crate) fn records(
    out: &mut Vec<u8>,
    scene: (&App, &Store),
    object: &Object,
    part: &[Entry<'_>],
    look: Look<'_>,
) {
    out.push(b'[');
    for (at, entry) in part.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        json::record(out, scene, object, *entry, look);
    }
    out.push(b']');
}

/// The records that `scope` leaves of an object and that the caller's filters and free text admit, in the
/// caller's order; or why the filters are not understood, where strict ones ask for that.
pub(crate) fn found<'a>(
    scene: (&App, &'a Store),
    of: (usize, &Object),
    scope: &Scope<'_>,
    query: &Query,
    wall: Duration,
    manners: Manners,
) -> Result<Vec<Entry<'a>>, String> {
    Ok(Question::read(scene, of.1, scope, query, wall, manners)?.found(scene, of))
}

/// Which records are asked for, and in which order.
struct Question<'a> {
    scope: &'a Scope<'a>,
    filter: Filter,
    search: Option<Search>,
    order: Order,
}

impl<'a> Question<'a> {
    fn read(
        scene: (&App, &Store),
        object: &Object,
        scope: &'a Scope<'a>,
        query: &Query,
        wall: Duration,
        manners: Manners,
    ) -> Result<Self, String> {
        let now = Now::at(scene, wall, manners);
        let filter = Filter::read(object, query, &now, manners.strict_filters)?;
        let order = Order::of(object, scope, query, manners);
        Ok(Self { scope, filter, search: Search::read(object, query), order })
    }

    /// Whether all records are asked for, in the order of their ids.
    fn is_none(&self) -> bool {
        let order = matches!(&self.order, Order::By(sorts) if sorts.is_empty());
        order && self.filter.is_none() && self.search.is_none() && self.scope.is_everything()
    }

    fn found<'s>(&self, scene: (&App, &'s Store), (place, object): (usize, &Object)) -> Vec<Entry<'s>> {
        let table = scene.1.tables.get(place);
        let rows = table.into_iter().flat_map(|table| &table.rows).map(|(id, row)| (&**id, row));
        let mut found: Vec<Entry<'s>> = rows
            .filter(|(id, row)| self.scope.admits(scene, object, id, row))
            .filter(|(id, row)| self.filter.admits(scene, object, id, row))
            .filter(|(_, row)| self.search.as_ref().is_none_or(|search| search.admits(scene, object, row)))
            .collect();
        self.order.sort(scene, object, &mut found);
        found.truncate(self.scope.limit.unwrap_or(usize::MAX));
        found
    }
}

/// The page that a call asks for; all records where it does not say how long a page is.
pub(crate) fn asked<'a, 'b>(found: &'b [Entry<'a>], query: &Query) -> &'b [Entry<'a>] {
    rows(query).map_or(found, |rows| part(found, query, rows))
}

/// The rows of a page that a call asks for.
fn rows(query: &Query) -> Option<usize> {
    query.get("rows_per_page")?.trim().parse().ok().filter(|rows| *rows > 0)
}

/// The number of the page that a call asks for, at least 1.
fn number(query: &Query) -> usize {
    query.get("page").and_then(|text| text.trim().parse().ok()).unwrap_or(1).max(1)
}

/// The page of so many rows whose number a call gives.
fn part<'a, 'b>(found: &'b [Entry<'a>], query: &Query, rows: usize) -> &'b [Entry<'a>] {
    let from = from(query, rows).min(found.len());
    let to = from.saturating_add(rows).min(found.len());
    found.get(from..to).unwrap_or_default()
}

/// The same of a whole table.
fn cut<'a>(table: &'a Table, query: &Query, rows: usize) -> Vec<Entry<'a>> {
    table.rows.iter().skip(from(query, rows)).take(rows).map(|(id, row)| (&**id, row)).collect()
}

/// How many records stand before a page of so many rows.
fn from(query: &Query, rows: usize) -> usize {
    (number(query) - 1).saturating_mul(rows)
}

/// The order of a list: that of the query, else the view's, else the object's own, else that of ids.
enum Order {
    /// By these fields; the first counts most. By none, in that of ids.
    By(Vec<Sort>),
    /// That of ids, the last first.
    IdsBackwards,
}

impl Order {
    fn of(object: &Object, scope: &Scope<'_>, query: &Query, manners: Manners) -> Self {
        let descending = |order: Option<&str>| order.is_some_and(|order| order.eq_ignore_ascii_case("desc"));
        if query.get("sort_field") == Some("id") {
            let backwards = descending(query.get("sort_order"));
            return if backwards { Self::IdsBackwards } else { Self::By(Vec::new()) };
        }
        let mut orders = query.all("sort_order");
        let keys = query.all("sort_field").take(if manners.all_sorts { usize::MAX } else { 1 });
        let asked = keys.map(|key| (key, descending(orders.next())));
        let asked: Vec<Sort> = asked
            .filter_map(|(key, descending)| Some(Sort { field: object.place(key)?, descending }))
            .collect();
        Self::By(match (asked.is_empty(), scope.sort.is_empty()) {
            (false, _) => asked,
            (true, false) => scope.sort.to_vec(),
            (true, true) => object.sort.into_iter().collect(),
        })
    }

    fn sort(&self, scene: (&App, &Store), object: &Object, found: &mut [Entry<'_>]) {
        let Self::By(sorts) = self else {
            found.reverse();
            return;
        };
        // The sort is stable, so that the first of several counts most, and records of one value stay in
        // the order of their ids.
        for by in sorts.iter().rev() {
            let mut keyed: Vec<(Key, Entry<'_>)> =
                found.iter().map(|&entry| (Key::of(scene, object, by.field, entry.1), entry)).collect();
            keyed.sort_by(|(a, _), (b, _)| if by.descending { b.compare(a) } else { a.compare(b) });
            for (slot, (_, entry)) in found.iter_mut().zip(keyed) {
                *slot = entry;
            }
        }
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
            Kind::Boolean(_) => raw.as_bool().map(|flag| f64::from(u8::from(flag))),
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
