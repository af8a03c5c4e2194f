//! Creating and updating records, with Knack's validation.

use std::time::Duration;

use serde_json::Value;

use crate::answer::{Answer, Problem};
use crate::app::{App, Field, Object};
use crate::compute;
use crate::filter;
use crate::kind::Kind;
use crate::manners::Manners;
use crate::render::is_blank;
use crate::routes::missing;
use crate::store::{Cell, Row, Store};
use crate::write::{self, Surroundings};

/// A write to one object.
pub(crate) struct Writing<'a> {
    pub(crate) app: &'a App,
    pub(crate) place: usize,
    pub(crate) object: &'a Object,
    pub(crate) manners: Manners,
    /// The fields of which a new record has to give those that are required: a form's inputs; without it,
    /// all.
    pub(crate) asked: Option<&'a [usize]>,
    /// The server's wall clock, since the Unix epoch.
    pub(crate) wall: Duration,
}

impl Writing<'_> {
    /// Makes a record and answers its id.
    pub(crate) fn create(&self, store: &mut Store, body: &Value) -> Result<String, Answer> {
        let around = self.around();
        let mut problems = Vec::new();
        let mut cells = Vec::with_capacity(self.object.fields.len());
        for (place, field) in self.object.fields.iter().enumerate() {
            let given = body.get(&field.key).filter(|_| !field.kind.computed());
            let raw = match given {
                Some(value) => self.read(store, field, value, &around, &mut problems),
                None => write::initial(field, &around),
            };
            let asked = self.asked.is_none_or(|asked| asked.contains(&place));
            let required = given.is_some() || (self.manners.required && asked);
            self.validate(store, None, field, raw.as_ref(), required, &mut problems);
            cells.push(Cell { raw: kept(field, raw), recorded: None });
        }
        if !problems.is_empty() {
            return Err(Answer::invalid(&problems));
        }
        let id = store.new_id(self.wall.as_secs());
        let table = store.tables.get_mut(self.place).ok_or_else(Answer::server_error)?;
        for (place, (field, cell)) in self.object.fields.iter().zip(&mut cells).enumerate() {
            if field.kind == Kind::AutoIncrement {
                cell.raw = Some(table.next_number(place).into());
            }
        }
        store.put(self.place, &id, Row { cells, extra: Vec::new() });
        store.keep_password((self.place, self.object), &id, |key| body.get(key));
        compute::follow(self.app, store, &around, (self.place, &id), None);
        Ok(id)
    }

    /// Changes the fields that `body` gives and answers the record's id.
    pub(crate) fn update(&self, store: &mut Store, id: &str, body: &Value) -> Result<String, Answer> {
        if store.row(self.place, id).is_none() {
            return Err(missing(self.manners));
        }
        let around = self.around();
        let mut problems = Vec::new();
        let mut changes = Vec::new();
        for (place, field) in self.object.fields.iter().enumerate() {
            let Some(value) = body.get(&field.key).filter(|_| !field.kind.computed()) else {
                continue;
            };
            let raw = self.read(store, field, value, &around, &mut problems);
            self.validate(store, Some(id), field, raw.as_ref(), true, &mut problems);
            changes.push((place, kept(field, raw)));
        }
        if !problems.is_empty() {
            return Err(Answer::invalid(&problems));
        }
        let mut row = store.row(self.place, id).ok_or_else(|| missing(self.manners))?.clone();
        for cell in &mut row.cells {
            // What was recorded of other values stays true, but is now computed like they are.
            if cell.raw.is_some() {
                cell.recorded = None;
            }
        }
        for (place, raw) in changes {
            if let Some(cell) = row.cells.get_mut(place) {
                *cell = Cell { raw, recorded: None };
            }
        }
        let before = store.put(self.place, id, row);
        store.keep_password((self.place, self.object), id, |key| body.get(key));
        compute::follow(self.app, store, &around, (self.place, id), before.as_ref());
        Ok(id.to_owned())
    }

    /// Removes a record and answers whether there was one.
    pub(crate) fn delete(&self, store: &mut Store, id: &str) -> bool {
        let gone = store.delete(self.place, id);
        if gone.is_some() {
            compute::follow(self.app, store, &self.around(), (self.place, id), gone.as_ref());
        }
        gone.is_some()
    }

    fn around(&self) -> Surroundings<'_> {
        Surroundings {
            application: &self.app.id,
            zone: self.manners.proper_timestamps.then_some(&self.app.zone),
            now: self.app.zone.local(self.wall),
            manners: self.manners,
        }
    }

    fn read(
        &self,
        store: &Store,
        field: &Field,
        value: &Value,
        around: &Surroundings<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Value> {
        if let Some(asset) = value.as_str().and_then(|id| store.assets.raw(&self.app.id, field, id)) {
            return Some(asset);
        }
        match write::raw(field, value, around) {
            Ok(Value::Array(links)) if let Kind::Connection { object, .. } = &field.kind => {
                Some(links.into_iter().filter(|link| self.linkable(store, object, link)).collect())
            }
            Ok(raw) => Some(raw),
            Err(message) => {
                problems.push(Problem { field: field.key.clone(), kind: "invalid", message });
                None
            }
        }
    }

    /// Names instead of ids do nothing; an id of no record is kept, as far as is known.
    fn linkable(&self, store: &Store, object: &str, link: &Value) -> bool {
        let Some(id) = link.get("id").and_then(Value::as_str) else {
            return false;
        };
        let hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        (id.len() == 24 && id.bytes().all(hex))
            || self.app.object(object).is_some_and(|(place, _)| store.row(place, id).is_some())
    }

    fn validate(
        &self,
        store: &Store,
        own: Option<&str>,
        field: &Field,
        raw: Option<&Value>,
        required: bool,
        problems: &mut Vec<Problem>,
    ) {
        if field.kind.computed() || problems.last().is_some_and(|p| p.field == field.key) {
            return;
        }
        let name = &field.name;
        let Some(raw) = raw.filter(|raw| !is_blank(raw)) else {
            if field.required && required {
                let message = format!("{name} is required.");
                problems.push(Problem { field: field.key.clone(), kind: "required", message });
            }
            return;
        };
        let place = self.object.place(&field.key).filter(|_| field.unique && field.kind != Kind::Password);
        if place.is_some_and(|place| store.is_taken((self.place, place), raw, own)) {
            let shown = filter::texts(&field.kind, &field.key, raw).into_iter().next().unwrap_or_default();
            let message = format!("{name} must be unique. \"{shown}\" is already being used.");
            problems.push(Problem { field: field.key.clone(), kind: "unique", message });
        }
    }
}

/// A password is no value of its record, which could be given out; the store keeps it apart.
fn kept(field: &Field, raw: Option<Value>) -> Option<Value> {
    raw.filter(|_| field.kind != Kind::Password)
}
