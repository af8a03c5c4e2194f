//! What was written since the start: to be taken back, and to be kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Id, Password, Row, Store};
use crate::app::App;
use crate::assets::Assets;

/// The records that were written, and what else there was before. Empty until the start is marked.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    start: Option<Start>,
    /// How records were at the start, of those that were written since; none of those that were made.
    before: HashMap<(usize, Id), Option<Row>>,
    /// The records that were written and not kept yet, where they are kept at all.
    pub(super) written: Option<BTreeSet<(usize, Id)>>,
}

/// What a store has beside records.
#[derive(Debug)]
struct Start {
    passwords: HashMap<(usize, Id), Password>,
    assets: Assets,
    made: u64,
    /// Of each table, the next numbers, and the deleted records that connections led to.
    tables: Vec<(HashMap<usize, i64>, Vec<Id>)>,
    /// All records, once the application is not laid out any more as it was.
    aside: Option<Vec<BTreeMap<Id, Row>>>,
}

impl Store {
    /// Marks the present state as the one that [`Self::reset`] brings back.
    pub(crate) fn mark_start(&mut self) {
        let tables = self.tables.iter().enumerate();
        let tables = tables.map(|(place, table)| (table.next.clone(), self.index.deleted(place)));
        let start = Start {
            passwords: self.passwords.clone(),
            assets: self.assets.clone(),
            made: self.made,
            tables: tables.collect(),
            aside: None,
        };
        self.journal.start = Some(start);
        self.journal.before.clear();
    }

    /// Brings back what was there at the start, from the application as it is now.
    pub(crate) fn reset(&mut self, now: &App, app: &App) {
        let Some(mut start) = self.journal.start.take() else { return };
        let mut before = std::mem::take(&mut self.journal.before);
        if let Some(aside) = start.aside.take() {
            self.move_to(now, app);
            for (table, mut rows) in aside.into_iter().enumerate() {
                let made = self.tables.get(table).into_iter().flat_map(|table| table.rows.keys());
                let made = made.filter(|id| !rows.contains_key(*id)).map(|id| ((table, id.clone()), None));
                before.extend(made);
                before
                    .extend(std::mem::take(&mut rows).into_iter().map(|(id, row)| ((table, id), Some(row))));
            }
        }
        for ((table, id), row) in before {
            match row {
                Some(row) => drop(self.put(table, &id, row)),
                None => drop(self.delete(table, &id)),
            }
            self.journal.note_written(table, id);
        }
        for (place, (table, (next, deleted))) in self.tables.iter_mut().zip(start.tables).enumerate() {
            table.next = next;
            for id in deleted {
                self.index.mark_deleted(place, &id);
            }
        }
        (self.passwords, self.assets, self.made) = (start.passwords, start.assets, start.made);
        self.mark_start();
    }

    /// Keeps all records as they were at the start, as those that change from now on are laid out otherwise.
    pub(super) fn set_start_aside(&mut self) {
        let Some(start) = self.journal.start.as_mut().filter(|start| start.aside.is_none()) else { return };
        let mut aside: Vec<_> = self.tables.iter().map(|table| table.rows.clone()).collect();
        for ((table, id), row) in std::mem::take(&mut self.journal.before) {
            let Some(rows) = aside.get_mut(table) else { continue };
            match row {
                Some(row) => rows.insert(id, row),
                None => rows.remove(&id),
            };
        }
        start.aside = Some(aside);
    }

    /// From now on notes what is written; all that is there counts as written if none of it is kept.
    pub(crate) fn note_written(&mut self, all: bool) {
        let tables = self.tables.iter().enumerate().filter(|_| all);
        let rows = tables.flat_map(|(place, table)| table.rows.keys().map(move |id| (place, id.clone())));
        self.journal.written = Some(rows.collect());
    }

    /// Notes that a record is about to be written, before it is.
    pub(super) fn note(&mut self, table: usize, id: &str) {
        if self.journal.start.is_none() {
            return;
        }
        let key = (table, Id::from(id));
        let aside = self.journal.start.as_ref().is_some_and(|start| start.aside.is_some());
        if !aside && !self.journal.before.contains_key(&key) {
            let row = self.row(table, id).cloned();
            self.journal.before.insert(key, row);
        }
        self.journal.note_written(table, id.into());
    }
}

impl Journal {
    /// Forgets how a deleted record was at the start if it was not there.
    pub(super) fn forget_made(&mut self, table: usize, id: &str) {
        let key = (table, Id::from(id));
        if self.before.get(&key).is_some_and(Option::is_none) {
            self.before.remove(&key);
        }
    }

    fn note_written(&mut self, table: usize, id: Id) {
        if let Some(written) = &mut self.written {
            written.insert((table, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::App;
    use crate::store::Cell;

    fn app() -> App {
        let link = json!({"object": "object_1", "has": "many"});
        let fields = json!([{"key": "field_1", "name": "Code", "type": "short_text", "unique": true},
            {"key": "field_2", "name": "Friends", "type": "connection", "relationship": link}]);
        let objects = json!([{"key": "object_1", "name": "Tools", "fields": fields}]);
        App::read(json!({"id": "5f00000000000000000000aa", "objects": objects})).unwrap()
    }

    fn row(code: &str, friends: &[&str]) -> Row {
        let friends: Vec<_> = friends.iter().map(|id| json!({"id": id})).collect();
        let cells = [json!(code), json!(friends)].map(|raw| Cell { raw: Some(raw), recorded: None });
        Row { cells: cells.into(), extra: Vec::new() }
    }

    #[test]
    fn of_what_came_and_went_nothing_is_left() {
        let mut store = Store::new(&app());
        store.put(0, "a", row("A", &[]));
        store.mark_start();
        let empty = format!("{store:?}");
        for n in 0..100 {
            let (id, other) = (format!("b{n}"), format!("c{n}"));
            store.put(0, &id, row(&id, &[&id, &other]));
            store.put(0, &other, row(&other, &[&id]));
            store.put(0, &other, row("other", &[]));
            store.delete(0, &id);
            store.delete(0, &other);
            store.delete(0, "nobody");
        }
        assert_eq!(format!("{store:?}"), empty);
    }

    #[test]
    fn the_deleted_are_known_while_something_leads_to_them() {
        let mut store = Store::new(&app());
        store.put(0, "a", row("A", &["b", "c"]));
        store.put(0, "b", row("B", &[]));
        store.delete(0, "b");
        store.mark_start();
        let vanished = |store: &Store| ["b", "c"].map(|id| store.index.is_deleted(0, id));
        assert_eq!(vanished(&store), [true, false], "c was never there");
        store.put(0, "a", row("A", &[]));
        assert_eq!(vanished(&store), [false, false]);
        store.reset(&app(), &app());
        assert_eq!(vanished(&store), [true, false]);
        store.put(0, "b", row("B", &[]));
        assert_eq!(vanished(&store), [false, false], "it is there again");
    }

    #[test]
    fn values_are_taken_by_others_alone() {
        let mut store = Store::new(&app());
        store.put(0, "a", row("A", &[]));
        store.put(0, "b", row(" a ", &[]));
        let taken = |store: &Store, value: &str, own| store.is_taken((0, 0), &json!(value), own);
        assert!(
            taken(&store, "A", None) && taken(&store, "a", Some("a")),
            "two had it when they were loaded"
        );
        store.delete(0, "b");
        assert!(taken(&store, "A ", None) && !taken(&store, "A", Some("a")));
        store.put(0, "a", row("", &[]));
        assert!(!taken(&store, "A", None) && !taken(&store, "", None));
    }
}
