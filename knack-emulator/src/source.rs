//! Where a view's records come from: its object, criteria, order and limit, and the record of its page.

use std::time::Duration;

use serde_json::Value;

use crate::app::{App, Field, Object, Sort};
use crate::filter::{Filter, Now};
use crate::list::{self, Entry};
use crate::query::Query;
use crate::routes::Manners;
use crate::store::Store;

/// A request to a view whose caller may make it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) app: &'a App,
    pub(crate) store: &'a Store,
    /// The key of the page.
    pub(crate) scene: &'a str,
    /// The view as the dump has it.
    pub(crate) view: &'a Value,
    pub(crate) query: &'a Query,
    /// The record of the logged-in user.
    pub(crate) user: Option<&'a str>,
    /// The server's wall clock, since the Unix epoch.
    pub(crate) wall: Duration,
    pub(crate) manners: Manners,
}

impl<'a> Visit<'a> {
    /// The view's own source.
    pub(crate) fn source(&self) -> &'a Value {
        self.view.get("source").unwrap_or(&Value::Null)
    }

    /// The object that a source is about.
    pub(crate) fn object(&self, source: &Value) -> Option<(usize, &'a Object)> {
        self.app.object(source.get("object")?.as_str()?)
    }

    /// The records of a source that the caller's filters admit, in the caller's order; or why the filters
    /// are not understood, where strict ones ask for that.
    pub(crate) fn records(&self, source: &Value) -> Result<Vec<Entry<'a>>, String> {
        let scene = (self.app, self.store);
        let Some((place, object)) = self.object(source) else {
            return Ok(Vec::new());
        };
        let now = Now {
            local: self.app.zone.local(self.wall),
            field_order: self.manners.field_order,
            scene: Some(scene),
        };
        let criteria = source.get("criteria").filter(|criteria| criteria.is_object() || criteria.is_array());
        let criteria = match criteria {
            Some(criteria) => Filter::group(object, criteria, &now, false)?,
            None => Filter::default(),
        };
        let asked = Filter::read(object, self.query, &now, self.manners.strict_filters)?;
        let page = self.page_record(source, object);
        let rows = self.store.tables.get(place).into_iter().flat_map(|table| &table.rows);
        let mut found: Vec<Entry<'a>> = rows
            .map(|(id, row)| (&**id, row))
            .filter(|entry| page.as_ref().is_none_or(|page| page.leads_to(entry)))
            .filter(|entry| self.is_users(source, object, entry))
            .filter(|(id, row)| {
                [&criteria, &asked].iter().all(|filter| filter.admits(scene, object, id, row))
            })
            .collect();
        self.order(source, object, &mut found);
        if let Some(limit) = limit(source) {
            found.truncate(limit);
        }
        if self.query.get("sort_field").is_some_and(|key| key == "id" || object.place(key).is_some()) {
            list::sort(scene, object, self.query, &mut found);
        }
        Ok(found)
    }

    /// Whether a record is of the logged-in user, where the source is limited to those: the user's own, or
    /// one that is connected to it.
    fn is_users(&self, source: &Value, object: &Object, (id, row): &Entry<'_>) -> bool {
        if source.get("authenticated_user").and_then(Value::as_bool) != Some(true) {
            return true;
        }
        let connection = source.get("connection_key").and_then(|key| object.place(key.as_str()?));
        self.user.is_some_and(|user| match connection {
            Some(connection) => row.links(connection).any(|link| link == user),
            None => *id == user,
        })
    }

    /// The order of the source, else that of the object.
    fn order(&self, source: &Value, object: &Object, found: &mut [Entry<'_>]) {
        let listed = source.get("sort").and_then(Value::as_array).into_iter().flatten();
        let sorts = listed.filter_map(|sort| {
            let field = object.place(sort.get("field")?.as_str()?)?;
            Some(Sort { field, descending: sort.get("order").and_then(Value::as_str) == Some("desc") })
        });
        let mut sorts: Vec<Sort> = sorts.collect();
        if sorts.is_empty() {
            sorts.extend(object.sort);
        }
        // The first sort counts most: it comes last, and leaves what is equal as it is.
        for by in sorts.into_iter().rev() {
            list::sort_by((self.app, self.store), object, by, found);
        }
    }

    /// The record of the page that this view belongs to, where its source is connected to one. Without
    /// its id in the query nothing is connected (a guess).
    fn page_record(&self, source: &Value, object: &Object) -> Option<PageRecord> {
        let parent = source.get("parent_source")?;
        let text = |key: &str| parent.get(key).and_then(Value::as_str);
        let (of, connection) = (text("object")?, text("connection")?);
        let id = self.page_id(of).unwrap_or_default();
        if let Some(field) = object.place(connection) {
            return Some(PageRecord::Named { field, id: id.to_owned() });
        }
        let (place, parent) = self.app.object(of)?;
        let field = parent.place(connection)?;
        let row = self.store.row(place, id);
        let ids = row.into_iter().flat_map(|row| row.links(field)).map(str::to_owned);
        Some(PageRecord::Names(ids.collect()))
    }

    /// The id that the query gives for a page of this object, as `order-details_id=…`; the view's own page
    /// comes before others.
    fn page_id(&self, object: &str) -> Option<&'a str> {
        let text = |scene: &'a Value, key: &str| scene.get(key).and_then(Value::as_str);
        let given = |scene: &'a Value| self.query.get(&format!("{}_id", text(scene, "slug")?));
        let own = self.app.scenes.iter().filter(|scene| text(scene, "key") == Some(self.scene));
        let others = self.app.scenes.iter().filter(|scene| text(scene, "object") == Some(object));
        own.chain(others).find_map(given)
    }
}

/// How records and the record of a page are connected.
enum PageRecord {
    /// A field of the records leads to it.
    Named { field: usize, id: String },
    /// A field of it leads to these records.
    Names(Vec<String>),
}

impl PageRecord {
    fn leads_to(&self, (id, row): &Entry<'_>) -> bool {
        match self {
            Self::Named { field, id } => row.links(*field).any(|link| link == id),
            Self::Names(ids) => ids.iter().any(|named| named == id),
        }
    }
}

fn limit(source: &Value) -> Option<usize> {
    let limit = match source.get("limit")? {
        Value::Number(limit) => limit.as_u64(),
        Value::String(limit) => limit.trim().parse().ok(),
        _ => None,
    };
    usize::try_from(limit?).ok().filter(|limit| *limit > 0)
}

/// The rows of a page that the query asks for; all without `rows_per_page`.
pub(crate) fn page<'a, 'b>(found: &'b [Entry<'a>], query: &Query) -> &'b [Entry<'a>] {
    let number = |name: &str| query.get(name).and_then(|text| text.trim().parse::<usize>().ok());
    let Some(rows) = number("rows_per_page").filter(|rows| *rows > 0) else {
        return found;
    };
    let skipped = (number("page").unwrap_or(1).max(1) - 1).saturating_mul(rows).min(found.len());
    let rest = found.get(skipped..).unwrap_or_default();
    rest.get(..rows.min(rest.len())).unwrap_or_default()
}

/// A field of a view.
pub(crate) struct Shown<'a> {
    pub(crate) label: &'a str,
    /// Its place in the object.
    pub(crate) place: usize,
    pub(crate) field: &'a Field,
}

/// The fields of a view: the columns of tables, what details and lists show, the inputs of forms. Fields of
/// other objects are left out.
pub(crate) fn fields<'a>(view: &'a Value, object: &'a Object) -> Vec<Shown<'a>> {
    let mut found = Vec::new();
    gather_within(view, object, &mut found);
    found
}

fn gather<'a>(part: &'a Value, object: &'a Object, found: &mut Vec<Shown<'a>>) {
    if let Value::Array(parts) = part {
        for part in parts {
            gather(part, object, found);
        }
        return;
    }
    let text = |key: &str| part.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let place = part.get("field").and_then(|field| object.place(field.get("key")?.as_str()?));
    if let Some((place, field)) = place.and_then(|place| Some((place, object.fields.get(place)?))) {
        let label = ["header", "label", "name"].iter().find_map(|key| text(key)).unwrap_or(&field.name);
        if found.iter().all(|other| other.place != place) {
            found.push(Shown { label, place, field });
        }
        return;
    }
    gather_within(part, object, found);
}

fn gather_within<'a>(part: &'a Value, object: &'a Object, found: &mut Vec<Shown<'a>>) {
    for inner in ["columns", "groups", "inputs"].iter().filter_map(|key| part.get(key)) {
        gather(inner, object, found);
    }
}
