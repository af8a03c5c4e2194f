//! What is looked up without reading a table: who leads to a record, and which values there are already.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{Id, Row, ids};
use crate::app::App;
use crate::filter;
use crate::formula::{Formula, Place};
use crate::kind::Kind;
use crate::render::is_blank;
use crate::write;

/// Goes along with every write of a record. It does not know values that the server computes.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Of each object, its connections and the objects that they lead to.
    connections: Vec<Vec<(usize, usize)>>,
    /// Of each object, the records that connections lead to, be they there or not.
    leads: Vec<HashMap<Id, Leads>>,
    /// The records that lead to one, for the connections that totals count over.
    counted: HashMap<Place, HashMap<Id, BTreeSet<Id>>>,
    /// How many records have a value, for the fields whose values are unique.
    values: HashMap<Place, Values>,
}

/// How many times connections lead to a record.
#[derive(Debug)]
struct Leads {
    count: usize,
    /// Whether it was deleted: connections to it vanish from what is read.
    deleted: bool,
}

#[derive(Debug)]
struct Values {
    kind: Kind,
    key: String,
    count: HashMap<String, usize>,
}

impl Index {
    pub(super) fn of(app: &App) -> Self {
        let connections = app.objects.iter().map(|object| {
            let fields = object.fields.iter().enumerate();
            let leads = fields.filter_map(|(place, field)| match &field.kind {
                Kind::Connection { object, .. } => Some((place, app.object(object)?.0)),
                _ => None,
            });
            leads.collect()
        });
        let totals = app.order.iter().filter_map(|place| match app.formula(*place)? {
            Formula::Total(total) if total.inbound => Some((total.table, total.connection)),
            Formula::Total(total) => Some((place.0, total.connection)),
            _ => None,
        });
        let fields = app.objects.iter().enumerate().flat_map(|(table, object)| {
            object.fields.iter().enumerate().map(move |(place, field)| ((table, place), field))
        });
        let unique = fields.filter(|(_, field)| field.unique && !field.kind.computed());
        let values = unique.map(|(place, field)| {
            (place, Values { kind: field.kind.clone(), key: field.key.clone(), count: HashMap::new() })
        });
        Self {
            connections: connections.collect(),
            leads: app.objects.iter().map(|_| HashMap::new()).collect(),
            counted: totals.map(|place| (place, HashMap::new())).collect(),
            values: values.collect(),
        }
    }

    /// Takes note of a record that is there now.
    pub(super) fn add(&mut self, table: usize, id: &str, row: &Row) {
        if let Some(leads) = self.leads.get_mut(table).and_then(|leads| leads.get_mut(id)) {
            leads.deleted = false;
        }
        for (connection, to) in self.connections.get(table).into_iter().flatten() {
            let Some(leads) = self.leads.get_mut(*to) else { continue };
            for id in row.links(*connection) {
                match leads.get_mut(id) {
                    Some(leads) => leads.count += 1,
                    None => drop(leads.insert(id.into(), Leads { count: 1, deleted: false })),
                }
            }
        }
        for ((_, connection), links) in self.counted.iter_mut().filter(|((of, _), _)| *of == table) {
            for to in row.links(*connection) {
                match links.get_mut(to) {
                    Some(from) => drop(from.insert(id.into())),
                    None => drop(links.insert(to.into(), BTreeSet::from([id.into()]))),
                }
            }
        }
        for ((_, place), values) in self.values.iter_mut().filter(|((of, _), _)| *of == table) {
            if let Some(value) = values.of(row, *place) {
                *values.count.entry(value).or_default() += 1;
            }
        }
    }

    /// Forgets a record that is there no more, or that became `now`, which was added before.
    pub(super) fn remove(&mut self, table: usize, id: &str, row: &Row, now: Option<&Row>) {
        if now.is_none() {
            self.mark_deleted(table, id);
        }
        for (connection, to) in self.connections.get(table).into_iter().flatten() {
            let Some(leads) = self.leads.get_mut(*to) else { continue };
            for id in row.links(*connection) {
                if let Some(to) = leads.get_mut(id) {
                    to.count = to.count.saturating_sub(1);
                    if to.count == 0 {
                        leads.remove(id);
                    }
                }
            }
        }
        for ((_, connection), links) in self.counted.iter_mut().filter(|((of, _), _)| *of == table) {
            for to in row.links(*connection) {
                let stays = now.is_some_and(|now| now.links(*connection).any(|still| still == to));
                if !stays && let Some(from) = links.get_mut(to) {
                    from.remove(id);
                    if from.is_empty() {
                        links.remove(to);
                    }
                }
            }
        }
        for ((_, place), values) in self.values.iter_mut().filter(|((of, _), _)| *of == table) {
            values.remove(row, *place);
        }
    }

    /// Whether a record was deleted that connections still lead to.
    pub(super) fn is_deleted(&self, table: usize, id: &str) -> bool {
        self.leads.get(table).and_then(|leads| leads.get(id)).is_some_and(|leads| leads.deleted)
    }

    /// Takes it that a record is not there any more; nothing remembers it to which no connection leads.
    pub(super) fn mark_deleted(&mut self, table: usize, id: &str) {
        if let Some(leads) = self.leads.get_mut(table).and_then(|leads| leads.get_mut(id)) {
            leads.deleted = true;
        }
    }

    /// Those of an object that [`Self::is_deleted`].
    pub(super) fn deleted(&self, table: usize) -> Vec<Id> {
        let leads = self.leads.get(table).into_iter().flatten();
        leads.filter(|(_, leads)| leads.deleted).map(|(id, _)| id.clone()).collect()
    }

    /// The records whose connection leads to `id`, in the order of their ids. Only connections that
    /// some total counts over are known.
    pub(super) fn linked(&self, connection: Place, id: &str) -> impl Iterator<Item = &Id> {
        self.counted.get(&connection).and_then(|links| links.get(id)).into_iter().flatten()
    }

    /// Whether a record but `own` has this value of a unique field already.
    pub(super) fn is_taken(&self, (table, place): Place, raw: &Value, own: Option<&Row>) -> bool {
        let Some(values) = self.values.get(&(table, place)) else { return false };
        let Some(value) = values.comparable(raw) else { return false };
        let own = own.and_then(|row| values.of(row, place)).is_some_and(|own| own == value);
        values.count.get(&value).is_some_and(|count| *count > usize::from(own))
    }
}

impl Values {
    fn of(&self, row: &Row, place: usize) -> Option<String> {
        let raw = row.cells.get(place)?.raw.as_ref().filter(|raw| !is_blank(raw))?;
        self.comparable(raw)
    }

    /// By what two values count as the same: numbers as such, since many are shown alike, connections by where
    /// they lead, and anything else as it is shown, without case and without space around. What is empty then
    /// is like nothing.
    fn comparable(&self, raw: &Value) -> Option<String> {
        let number = || write::number(raw).map(|number| number.to_string());
        let value = match &self.kind {
            Kind::Number(_) | Kind::Rating if let Some(number) = number() => number,
            Kind::Connection { .. } => ids(raw).collect::<Vec<_>>().join(" "),
            kind => filter::texts(kind, &self.key, raw).first()?.trim().to_lowercase(),
        };
        Some(value).filter(|value| !value.is_empty())
    }

    fn remove(&mut self, row: &Row, place: usize) {
        let Some(value) = self.of(row, place) else { return };
        if let Some(count) = self.count.get_mut(&value) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.count.remove(&value);
            }
        }
    }
}
