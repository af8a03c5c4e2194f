//! The records of an application.

mod index;
mod journal;
#[cfg(feature = "disk")]
mod keep;
mod layout;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde_json::{Value, json};

use crate::app::{App, Field, Object};
use crate::assets::Assets;
use crate::error::EmulatorError;
use crate::formula::Place;
use crate::kind::Kind;
use crate::render::{self, is_blank};
use crate::write::{self, Surroundings};

use index::Index;
use journal::Journal;

/// The id of a record.
pub(crate) type Id = Box<str>;

/// Where what was written is kept, before it is acknowledged.
pub(crate) trait Keep: Send + Sync {
    /// Whether nothing was kept there yet.
    fn is_fresh(&self) -> bool;

    /// Puts what is kept into an empty store.
    fn load(&self, app: &App, store: &mut Store) -> Result<(), EmulatorError>;

    /// Keeps what was written since.
    fn keep(&self, app: &App, store: &mut Store) -> Result<(), EmulatorError>;
}

/// All tables of an application, in the order of its objects.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) tables: Vec<Table>,
    index: Index,
    /// What accounts log in with. Nothing that is given out or printed holds it.
    passwords: HashMap<(usize, Id), Password>,
    /// The files that were uploaded.
    pub(crate) assets: Assets,
    journal: Journal,
    /// Numbers the records made here, so that ids made within one second stay in order.
    made: u64,
}

/// The records of one object, in the order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) rows: BTreeMap<Id, Row>,
    /// The next number of each `auto_increment` field; numbers are not used twice.
    next: HashMap<usize, i64>,
}

#[derive(Clone)]
struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The formatted value of a cell whose raw value is `now`: what was recorded, unless it leads elsewhere.
pub(crate) fn shown_of<'a>(field: &Field, cell: &'a Cell, now: Option<&Value>) -> Cow<'a, Value> {
    // The same place is the same value; connections are put together anew.
    let stays = |now: &Value| cell.raw.as_ref().is_some_and(|raw| std::ptr::eq(raw, now) || raw == now);
    match (&cell.recorded, now) {
        (Some(recorded), now) if now.is_none_or(stays) => Cow::Borrowed(recorded),
        (_, Some(now)) => Cow::Owned(render::shown(&field.kind, &field.key, now)),
        (_, None) => Cow::Owned(json!("")),
    }
}

/// One record: a cell for each field in schema order, and what the schema does not know
/// (`account_status`, `profile_keys` …), which stands before the fields.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    pub(crate) extra: Vec<(String, Value)>,
}

/// One value. A field that was never set has no raw value; what was cleared has an empty one.
#[derive(Debug, Default, Clone)]
pub(crate) struct Cell {
    pub(crate) raw: Option<Value>,
    /// The formatted value as it was recorded, until the record is written. Most have none, and a million
    /// records have many cells.
    pub(crate) recorded: Option<Box<Value>>,
}

impl Store {
    pub(crate) fn new(app: &App) -> Self {
        let tables = app.objects.iter().map(|_| Table::default()).collect();
        Self { tables, index: Index::of(app), ..Self::default() }
    }

    pub(crate) fn row(&self, table: usize, id: &str) -> Option<&Row> {
        self.tables.get(table)?.rows.get(id)
    }

    /// A new id: the creation time in seconds, then a counter, as 24 lower-case hex digits.
    pub(crate) fn new_id(&mut self, seconds: u64) -> String {
        loop {
            self.made += 1;
            let id = format!("{:08x}{:016x}", seconds & 0xffff_ffff, self.made);
            // Records that another emulator made may have been loaded.
            if !self.tables.iter().any(|table| table.rows.contains_key(id.as_str())) {
                return id;
            }
        }
    }

    /// Takes recorded records, or raw-only ones. Ids that are missing are made up.
    pub(crate) fn load(
        &mut self,
        app: &App,
        key: &str,
        records: Vec<Value>,
        around: &Surroundings<'_>,
    ) -> Result<(), EmulatorError> {
        let Some((place, object)) = app.object(key) else {
            let known: Vec<&str> = app.objects.iter().map(|o| o.key.as_str()).collect();
            return Err(EmulatorError::UnknownObject { object: key.to_owned(), known: known.join(", ") });
        };
        for (position, record) in records.into_iter().enumerate() {
            let Value::Object(mut parts) = record else {
                return Err(EmulatorError::Record { object: key.to_owned(), position });
            };
            let id = match parts.remove("id") {
                Some(Value::String(id)) if !id.is_empty() => id,
                _ => self.new_id(0),
            };
            if object.users {
                self.keep_password((place, object), &id, |key| parts.get(key));
            }
            let mut raw_keys = parts.keys().filter_map(|key| key.strip_suffix("_raw"));
            let recorded_raw = raw_keys.any(|key| object.place(key).is_some());
            let cells = object.fields.iter().map(|field| {
                let shown = parts.remove(&field.key);
                let raw = if recorded_raw { parts.remove(&field.raw_key) } else { None };
                match (raw, shown) {
                    (Some(raw), shown) => Cell { raw: Some(raw), recorded: shown.map(Box::new) },
                    (None, Some(shown)) if recorded_raw => {
                        let shown = Some(shown).filter(|shown| !is_blank(shown));
                        Cell { raw: None, recorded: shown.map(Box::new) }
                    }
                    (None, Some(raw)) => Cell { raw: plain(field, raw, around), recorded: None },
                    (None, None) => Cell { raw: write::initial(field, around), recorded: None },
                }
            });
            let cells: Vec<Cell> = cells.collect();
            let row = Row { cells, extra: parts.into_iter().collect() };
            if self.put(place, &id, row).is_some() {
                return Err(EmulatorError::SameId { object: key.to_owned(), id });
            }
        }
        if let Some(table) = self.tables.get_mut(place) {
            table.count_up(object);
        }
        Ok(())
    }

    /// What a connection reads as now: without deleted records, with present labels.
    pub(crate) fn connected(&self, app: &App, object: &str, raw: &Value, depth: u8) -> Value {
        let Some((place, target)) = app.object(object) else {
            return raw.clone();
        };
        let Some(table) = self.tables.get(place) else {
            return raw.clone();
        };
        let links = raw.as_array().into_iter().flatten().filter_map(|link| {
            let id = link.get("id")?.as_str()?;
            if self.index.is_deleted(place, id) {
                return None;
            }
            match table.rows.get(id) {
                None => Some(link.clone()),
                Some(row) => Some(match self.label(app, target, row, depth) {
                    Some(label) => json!({"id": id, "identifier": label}),
                    None => json!({ "id": id }),
                }),
            }
        });
        Value::Array(links.collect())
    }

    /// The text by which other records name this one: its identifier field as shown.
    pub(crate) fn label(&self, app: &App, object: &Object, row: &Row, depth: u8) -> Option<String> {
        let place = object.identifier?;
        let (field, cell) = (object.fields.get(place)?, row.cells.get(place)?);
        // Identifiers that are connections could form a circle.
        let shown = if depth == 0 { json!("") } else { self.shown(app, field, cell, depth - 1) };
        Some(match shown {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        })
    }

    /// The present raw value of a cell.
    pub(crate) fn raw<'a>(&self, app: &App, field: &Field, cell: &'a Cell) -> Option<Cow<'a, Value>> {
        self.raw_to(app, field, cell, 3)
    }

    /// The same with labels of labels down to a depth.
    fn raw_to<'a>(&self, app: &App, field: &Field, cell: &'a Cell, depth: u8) -> Option<Cow<'a, Value>> {
        let raw = cell.raw.as_ref()?;
        Some(match &field.kind {
            Kind::Connection { object, .. } if !is_blank(raw) => {
                Cow::Owned(self.connected(app, object, raw, depth))
            }
            _ => Cow::Borrowed(raw),
        })
    }

    /// The present formatted value of a cell.
    pub(crate) fn shown(&self, app: &App, field: &Field, cell: &Cell, depth: u8) -> Value {
        let now = self.raw_to(app, field, cell, depth);
        shown_of(field, cell, now.as_deref()).into_owned()
    }

    /// Sets a record and answers the one that had its id.
    pub(crate) fn put(&mut self, table: usize, id: &str, row: Row) -> Option<Row> {
        self.note(table, id);
        self.index.add(table, id, &row);
        let before = self.tables.get_mut(table)?.rows.insert(id.into(), row)?;
        let now = self.tables.get(table)?.rows.get(id)?;
        self.index.remove(table, id, &before, Some(now));
        Some(before)
    }

    /// Sets one computed value of a record; answers whether there is such.
    pub(crate) fn set(&mut self, (table, field): Place, id: &str, cell: Cell) -> bool {
        self.note(table, id);
        let row = self.tables.get_mut(table).and_then(|table| table.rows.get_mut(id));
        let Some(slot) = row.and_then(|row| row.cells.get_mut(field)) else { return false };
        *slot = cell;
        true
    }

    /// Keeps what a record's password is set to, if `given` says; none opens no account.
    pub(crate) fn keep_password<'a>(
        &mut self,
        (table, object): (usize, &Object),
        id: &str,
        given: impl Fn(&str) -> Option<&'a Value>,
    ) {
        let fields = object.fields.iter().filter(|field| field.kind == Kind::Password);
        for password in fields.filter_map(|field| given(&field.key)?.as_str()) {
            self.passwords.insert((table, id.into()), Password(password.to_owned()));
        }
    }

    pub(crate) fn has_password(&self, table: usize, id: &Id, password: &str) -> bool {
        self.passwords.get(&(table, id.clone())).is_some_and(|own| !own.0.is_empty() && own.0 == password)
    }

    /// Removes a record and answers it; connections to it vanish.
    pub(crate) fn delete(&mut self, table: usize, id: &str) -> Option<Row> {
        self.row(table, id)?;
        self.note(table, id);
        self.passwords.remove(&(table, id.into()));
        let gone = self.tables.get_mut(table)?.rows.remove(id)?;
        self.index.remove(table, id, &gone, None);
        self.journal.forget_made(table, id);
        Some(gone)
    }

    /// The records whose connection leads to `id`, in the order of their ids. Only connections that
    /// some total counts over are known.
    pub(crate) fn linked(&self, connection: Place, id: &str) -> impl Iterator<Item = &Id> {
        self.index.linked(connection, id)
    }

    /// Whether a record but `own` has this value of a unique field already.
    pub(crate) fn is_taken(&self, place: Place, raw: &Value, own: Option<&str>) -> bool {
        self.index.is_taken(place, raw, own.and_then(|own| self.row(place.0, own)))
    }

    /// Numbers the records that were loaded without, in the order of their ids.
    pub(crate) fn number(&mut self, app: &App) {
        for (object, table) in app.objects.iter().zip(&mut self.tables) {
            let fields = object.fields.iter().enumerate();
            for (place, _) in fields.filter(|(_, field)| field.kind == Kind::AutoIncrement) {
                let next = table.next.entry(place).or_insert(1);
                let cells = table.rows.values_mut().filter_map(|row| row.cells.get_mut(place));
                for cell in cells.filter(|cell| cell.raw.is_none() && cell.recorded.is_none()) {
                    cell.raw = Some((*next).into());
                    *next = next.saturating_add(1);
                }
            }
        }
    }
}

impl Row {
    /// The ids that a connection leads to.
    pub(crate) fn links(&self, connection: usize) -> impl Iterator<Item = &str> {
        self.cells.get(connection).and_then(|cell| cell.raw.as_ref()).into_iter().flat_map(ids)
    }
}

/// The ids in the raw value of a connection.
fn ids(raw: &Value) -> impl Iterator<Item = &str> {
    raw.as_array().into_iter().flatten().filter_map(|link| link.get("id")?.as_str())
}

impl Table {
    /// The number for a new record.
    pub(crate) fn next_number(&mut self, field: usize) -> i64 {
        let next = self.next.entry(field).or_insert(1);
        let number = *next;
        *next = next.saturating_add(1);
        number
    }

    /// Sees to it that no number is given that a record has.
    fn count_up(&mut self, object: &Object) {
        let fields = object.fields.iter().enumerate();
        for (place, _) in fields.filter(|(_, field)| field.kind == Kind::AutoIncrement) {
            let numbers = self.rows.values().filter_map(|row| row.cells.get(place)?.raw.as_ref()?.as_i64());
            let next = self.next.entry(place).or_insert(1);
            *next = (*next).max(numbers.max().unwrap_or(0).saturating_add(1));
        }
    }
}

/// The raw value of a raw-only record: given in Knack's raw form or in one that can be written.
fn plain(field: &Field, value: Value, around: &Surroundings<'_>) -> Option<Value> {
    if value.as_str() == Some("") || field.kind == Kind::Password {
        return None;
    }
    let raw_already = match &field.kind {
        Kind::DateTime(_) => value.get("unix_timestamp").is_some(),
        Kind::Timer(_) => value.get("total_time").is_some(),
        Kind::Connection { .. } => value.as_array().is_some_and(|links| links.iter().all(Value::is_object)),
        Kind::Phone(_) => value.get("formatted").is_some(),
        kind => kind.computed(),
    };
    if raw_already {
        return Some(value);
    }
    Some(write::raw(field, &value, around).unwrap_or(value))
}
