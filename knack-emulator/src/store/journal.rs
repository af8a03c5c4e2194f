//! What was written since the start: to be taken back, and to be kept.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Id, Password, Row, Store};
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
    /// Of each table, the next numbers and the graves.
    tables: Vec<(HashMap<usize, i64>, HashSet<Id>)>,
}

impl Store {
    /// Marks the present state as the one that [`Self::reset`] brings back.
    pub(crate) fn mark_start(&mut self) {
        let tables = self.tables.iter().map(|table| (table.next.clone(), table.graves.clone()));
        let start = Start {
            passwords: self.passwords.clone(),
            assets: self.assets.clone(),
            made: self.made,
            tables: tables.collect(),
        };
        self.journal.start = Some(start);
        self.journal.before.clear();
    }

    /// Brings back what was there at the start.
    pub(crate) fn reset(&mut self) {
        let Some(start) = self.journal.start.take() else { return };
        for ((table, id), row) in std::mem::take(&mut self.journal.before) {
            match row {
                Some(row) => drop(self.put(table, &id, row)),
                None => drop(self.delete(table, &id)),
            }
            self.journal.note_written(table, id);
        }
        for (table, (next, graves)) in self.tables.iter_mut().zip(start.tables) {
            (table.next, table.graves) = (next, graves);
        }
        (self.passwords, self.assets, self.made) = (start.passwords, start.assets, start.made);
        self.mark_start();
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
        if !self.journal.before.contains_key(&key) {
            let row = self.row(table, id).cloned();
            self.journal.before.insert(key, row);
        }
        self.journal.note_written(table, id.into());
    }
}

impl Journal {
    fn note_written(&mut self, table: usize, id: Id) {
        if let Some(written) = &mut self.written {
            written.insert((table, id));
        }
    }
}
