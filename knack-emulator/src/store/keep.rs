//! What of a store is kept elsewhere, and brought back.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Id, Password, Store};
use crate::app::App;

/// The records that were written and not kept yet.
static NONE: BTreeSet<(usize, Id)> = BTreeSet::new();

impl Store {
    /// The records that were written and not kept yet.
    pub(crate) fn written(&self) -> &BTreeSet<(usize, Id)> {
        self.journal.written.as_ref().unwrap_or(&NONE)
    }

    /// Takes it that all of them are kept.
    pub(crate) fn forget_written(&mut self) {
        self.journal.written.iter_mut().for_each(BTreeSet::clear);
        self.assets.forget_added();
    }

    pub(crate) fn password(&self, table: usize, id: &Id) -> Option<&str> {
        self.passwords.get(&(table, id.clone())).map(|password| password.0.as_str())
    }

    pub(crate) fn set_password(&mut self, table: usize, id: &str, password: &str) {
        self.passwords.insert((table, id.into()), Password(password.to_owned()));
    }

    /// Takes it that a record was deleted; those that lead to it have to be there already.
    pub(crate) fn bury(&mut self, table: usize, id: &str) {
        self.index.mark_deleted(table, id);
    }

    /// Whether a record was deleted that others still lead to.
    pub(crate) fn is_buried(&self, table: usize, id: &str) -> bool {
        self.index.is_deleted(table, id)
    }

    /// The numbers from which new ones are made, by keys.
    pub(crate) fn counters(&self, app: &App) -> Value {
        let tables = app.objects.iter().zip(&self.tables);
        let next: Map<String, Value> = tables
            .flat_map(|(object, table)| {
                let next = table.next.iter();
                next.filter_map(|(field, next)| Some((object.fields.get(*field)?.key.clone(), json!(next))))
            })
            .collect();
        json!({"made": self.made, "next": next})
    }

    /// Makes new numbers from where they were.
    pub(crate) fn count_from(&mut self, app: &App, counters: &Value) {
        self.made = counters.get("made").and_then(Value::as_u64).unwrap_or(0).max(self.made);
        for (object, table) in app.objects.iter().zip(&mut self.tables) {
            for (place, field) in object.fields.iter().enumerate() {
                let next = counters.get("next").and_then(|next| next.get(&field.key)?.as_i64());
                table.next.extend(next.map(|next| (place, next)));
            }
            // Not all are told: an object may have been deleted when they were kept.
            table.count_up(object);
        }
    }
}
