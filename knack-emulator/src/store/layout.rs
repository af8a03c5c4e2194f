//! Records in the layout of their fields, which may change while they are there.

use std::collections::HashMap;

use super::index::Index;
use super::{Cell, Id, Row, Store, Table};
use crate::app::{App, Object};
use crate::kind::Kind;
use crate::write;

impl Store {
    /// Lays all records out as another state of the application has its objects and fields. Values of fields
    /// that are there no more are gone; new fields were never set.
    pub(crate) fn lay_out(&mut self, before: &App, now: &App) {
        self.set_start_aside();
        self.move_to(before, now);
    }

    /// The same, with the start as it is.
    pub(super) fn move_to(&mut self, before: &App, now: &App) {
        let mut deleted: HashMap<&str, Vec<Id>> = HashMap::new();
        let mut tables: HashMap<&str, Table> = HashMap::new();
        for (place, (object, table)) in before.objects.iter().zip(self.tables.drain(..)).enumerate() {
            deleted.insert(&object.key, self.index.deleted(place));
            tables.insert(&object.key, table);
        }
        let place = |table: usize| now.object(&before.objects.get(table)?.key).map(|(place, _)| place);
        let passwords = std::mem::take(&mut self.passwords).into_iter();
        self.passwords =
            passwords.filter_map(|((table, id), password)| Some(((place(table)?, id), password))).collect();
        self.index = Index::of(now);
        for (at, object) in now.objects.iter().enumerate() {
            let had = before.object(&object.key).map(|(_, before)| before);
            let table = match (had, tables.remove(object.key.as_str())) {
                (Some(had), Some(table)) => laid_out(table, had, object),
                _ => Table::default(),
            };
            for (id, row) in &table.rows {
                self.index.add(at, id, row);
            }
            self.tables.push(table);
        }
        for (at, object) in now.objects.iter().enumerate() {
            for id in deleted.remove(object.key.as_str()).into_iter().flatten() {
                self.index.mark_deleted(at, &id);
            }
        }
        // Records are kept by keys, so that those which did not change need not be kept anew.
        if let Some(written) = &mut self.journal.written {
            let moved = std::mem::take(written).into_iter();
            *written = moved.filter_map(|(table, id)| Some((place(table)?, id))).collect();
        }
    }
}

fn laid_out(table: Table, before: &Object, now: &Object) -> Table {
    let places: Vec<Option<usize>> = now.fields.iter().map(|field| before.place(&field.key)).collect();
    let rows = table.rows.into_iter().map(|(id, Row { mut cells, extra })| {
        let cells = now.fields.iter().zip(&places).map(|(field, place)| {
            let kept = place.and_then(|place| cells.get_mut(place)).map(std::mem::take);
            // These two are never without a value.
            kept.filter(|cell| cell.raw.is_some() || cell.recorded.is_some()).unwrap_or_else(|| Cell {
                raw: matches!(field.kind, Kind::Boolean(_) | Kind::Connection { .. })
                    .then(|| write::cleared(&field.kind)),
                recorded: None,
            })
        });
        (id, Row { cells: cells.collect(), extra })
    });
    let next = table
        .next
        .into_iter()
        .filter_map(|(place, next)| Some((now.place(&before.fields.get(place)?.key)?, next)));
    let mut table = Table { next: next.collect(), rows: rows.collect() };
    table.count_up(now);
    table
}
