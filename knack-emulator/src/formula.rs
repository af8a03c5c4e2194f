//! What fields compute: which formula each has, what it reads, and in which order all are computed.

use std::collections::HashMap;

use serde_json::Value;

use crate::app::{Field, Object};
use crate::expression::Expression;
use crate::kind::Kind;
use crate::template::Template;

/// How a field's value comes about.
#[derive(Debug, PartialEq)]
pub(crate) enum Formula {
    Equation(Expression),
    Text(Template),
    Total(Total),
}

/// A field that a formula names between braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// Of the same record.
    Own(usize),
    /// Of the record that a connection to one leads to.
    Across { connection: usize, table: usize, field: usize },
    /// None that exists, or across a connection to many: it counts as 0 or as no text.
    Unknown,
}

/// A count, sum, average, least or greatest of connected records.
#[derive(Debug, PartialEq)]
pub(crate) struct Total {
    pub(crate) measure: Measure,
    /// Where the counted records are.
    pub(crate) table: usize,
    /// The connection: a field of the counted records, or of the record that counts.
    pub(crate) connection: usize,
    pub(crate) inbound: bool,
    /// The field that is summed; a count has none.
    pub(crate) field: Option<usize>,
    /// Which connected records count, in the grammar of filters; null for all.
    pub(crate) filters: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Count,
    Sum,
    Average,
    Least,
    Greatest,
}

/// A field of an application: the places of its object and of itself.
pub(crate) type Place = (usize, usize);

/// Reads every formula of an application.
pub(crate) fn read(objects: &[Object]) -> Vec<(Place, Formula)> {
    let schema = Schema::of(objects);
    let all = objects.iter().enumerate().flat_map(|(table, object)| {
        object.fields.iter().enumerate().map(move |(place, field)| ((table, place), field))
    });
    all.filter_map(|(place, field)| Some((place, schema.formula(place.0, field)?))).collect()
}

/// The order in which formulas find what they read already computed. Those in a circle, and those
/// that wait for them, come last, in schema order.
///
/// Knack itself computes in schema order: an application that lists a formula before one that it
/// reads shows older values there than here.
pub(crate) fn order(formulas: &[(Place, Formula)], objects: &[Object]) -> Vec<Place> {
    let known: HashMap<Place, usize> =
        formulas.iter().enumerate().map(|(at, (place, _))| (*place, at)).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); formulas.len()];
    let mut waits: Vec<usize> = vec![0; formulas.len()];
    for (at, ((table, _), formula)) in formulas.iter().enumerate() {
        for read in formula.reads(*table, objects).iter().filter_map(|place| known.get(place)) {
            if let (Some(readers), Some(waits)) = (readers.get_mut(*read), waits.get_mut(at)) {
                readers.push(at);
                *waits += 1;
            }
        }
    }
    let mut ready: Vec<usize> = (0..formulas.len()).filter(|at| waits.get(*at) == Some(&0)).collect();
    let mut next = 0;
    while let Some(&at) = ready.get(next) {
        next += 1;
        for &reader in readers.get(at).into_iter().flatten() {
            if let Some(waits) = waits.get_mut(reader) {
                *waits -= 1;
                if *waits == 0 {
                    ready.push(reader);
                }
            }
        }
    }
    let circles = (0..formulas.len()).filter(|at| waits.get(*at).is_some_and(|waits| *waits > 0));
    let all = ready.iter().copied().chain(circles);
    all.filter_map(|at| formulas.get(at).map(|(place, _)| *place)).collect()
}

impl Formula {
    /// The fields that it reads.
    fn reads(&self, table: usize, objects: &[Object]) -> Vec<Place> {
        let read = |reference: &Reference| match *reference {
            Reference::Own(field) => Some((table, field)),
            Reference::Across { table, field, .. } => Some((table, field)),
            Reference::Unknown => None,
        };
        match self {
            Self::Equation(expression) => expression.references().filter_map(read).collect(),
            Self::Text(template) => template.references().into_iter().filter_map(read).collect(),
            Self::Total(total) => {
                let mut keys = Vec::new();
                filtered(&total.filters, 0, &mut keys);
                let object = objects.get(total.table);
                let filtered = keys.iter().filter_map(|key| object?.place(key));
                total.field.into_iter().chain(filtered).map(|field| (total.table, field)).collect()
            }
        }
    }
}

/// The fields that filters ask about.
fn filtered<'a>(filters: &'a Value, depth: u8, keys: &mut Vec<&'a str>) {
    match filters {
        Value::Array(items) if depth < 8 => items.iter().for_each(|item| filtered(item, depth + 1, keys)),
        Value::Object(parts) if depth < 8 => {
            keys.extend(parts.get("field").and_then(Value::as_str));
            parts.values().for_each(|part| filtered(part, depth + 1, keys));
        }
        _ => {}
    }
}

/// Finds fields by their keys.
struct Schema<'a> {
    objects: &'a [Object],
    by_key: HashMap<&'a str, usize>,
}

impl<'a> Schema<'a> {
    fn of(objects: &'a [Object]) -> Self {
        let by_key = objects.iter().enumerate().map(|(at, object)| (object.key.as_str(), at)).collect();
        Self { objects, by_key }
    }

    fn formula(&self, table: usize, field: &Field) -> Option<Formula> {
        let format = field.meta.get("format").unwrap_or(&Value::Null);
        let text = format.get("equation").and_then(Value::as_str).unwrap_or_default();
        let refer = |inside: &str| self.refer(table, inside);
        match &field.kind {
            Kind::Equation(_) => Expression::read(text, &refer).map(Formula::Equation),
            Kind::Concatenation => Some(Formula::Text(Template::read(text, &refer))),
            Kind::Aggregate(_) => self.total(table, field, format).map(Formula::Total),
            _ => None,
        }
    }

    /// Reads `field_1` or, over a connection to one record, `field_1.field_2`.
    fn refer(&self, table: usize, inside: &str) -> Reference {
        let Some(object) = self.objects.get(table) else { return Reference::Unknown };
        let Some((connection, key)) = inside.split_once('.') else {
            return object.place(inside.trim()).map_or(Reference::Unknown, Reference::Own);
        };
        let across = || {
            let connection = object.place(connection.trim())?;
            let Kind::Connection { object: to, many: false } = &object.fields.get(connection)?.kind else {
                return None;
            };
            let table = *self.by_key.get(to.as_str())?;
            let field = self.objects.get(table)?.place(key.trim())?;
            Some(Reference::Across { connection, table, field })
        };
        across().unwrap_or(Reference::Unknown)
    }

    /// Reads `connection` (a key, or an object with one), `field` and `filters`; dumps of some years
    /// say the first two in `formula_field` as `field_1.field_2`.
    fn total(&self, table: usize, field: &Field, format: &Value) -> Option<Total> {
        let measure = match field.meta.get("type").and_then(Value::as_str)? {
            "count" => Measure::Count,
            "sum" => Measure::Sum,
            "average" => Measure::Average,
            "min" => Measure::Least,
            _ => Measure::Greatest,
        };
        let key = |name: &str| {
            let value = format.get(name)?;
            value.as_str().or_else(|| value.get("key")?.as_str()).filter(|key| !key.is_empty())
        };
        let both = key("formula_field").and_then(|both| both.split_once('.'));
        let connection =
            key("connection").or(both.map(|(_, connection)| connection)).or(key("count_field"))?;
        let own = self.objects.get(table)?;
        let of_own = own.place(connection).and_then(|place| Some((place, self.target(own, place)?)));
        // A connection of an object to itself can be followed both ways: to one record, from its far
        // end, as the other way there is nothing to count.
        let to_many = of_own.is_some_and(|(place, to)| to != table || many(own, place));
        let (connection, counted, inbound) = match of_own {
            Some((place, to)) if to_many => (place, to, false),
            _ => {
                let mut all = self.objects.iter().enumerate();
                let found = all.find_map(|(at, object)| {
                    let place = object.place(connection)?;
                    (self.target(object, place)? == table).then_some((place, at))
                });
                let (place, at) = found?;
                (place, at, true)
            }
        };
        let field = match measure {
            Measure::Count => None,
            _ => Some(
                key("field")
                    .or(both.map(|(field, _)| field))
                    .and_then(|key| self.objects.get(counted)?.place(key))?,
            ),
        };
        let filters = format.get("filters").cloned().unwrap_or(Value::Null);
        Some(Total { measure, table: counted, connection, inbound, field, filters })
    }

    /// The object that a connection leads to.
    fn target(&self, object: &Object, place: usize) -> Option<usize> {
        match &object.fields.get(place)?.kind {
            Kind::Connection { object, .. } => self.by_key.get(object.as_str()).copied(),
            _ => None,
        }
    }
}

fn many(object: &Object, place: usize) -> bool {
    matches!(object.fields.get(place).map(|field| &field.kind), Some(Kind::Connection { many: true, .. }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::App;

    fn app() -> App {
        let link = |key: &str, to: &str, has: &str| json!({"key": key, "type": "connection", "relationship": {"object": to, "has": has}});
        let formula = |key: &str, kind: &str, text: &str| json!({"key": key, "type": kind, "format": {"equation": text}});
        App::read(json!({"id": "5f0000000000000000000001", "objects": [
            {"key": "object_1", "fields": [
                formula("field_1", "equation", "{field_2} + 1"),
                formula("field_2", "equation", "{field_3} * 2"),
                {"key": "field_3", "type": "sum", "format": {"connection": {"key": "field_11"}, "field": {"key": "field_12"},
                    "filters": {"match": "any", "rules": [{"field": "field_13", "operator": "is", "value": 1}]}}},
                {"key": "field_4", "type": "count", "format": {"connection": "field_5", "count_field": "field_5"}},
                link("field_5", "object_2", "many"),
                formula("field_6", "concatenation", "{field_7}"),
                formula("field_7", "concatenation", "{field_6}"),
                {"key": "field_8", "type": "max", "format": {"formula_field": "field_12.field_11"}},
                link("field_9", "object_1", "one"),
                {"key": "field_10", "type": "count", "format": {"connection": "field_9"}},
            ]},
            {"key": "object_2", "fields": [
                link("field_11", "object_1", "one"),
                formula("field_12", "equation", "{field_13} + {field_11.field_14} + {field_11.field_4}"),
                formula("field_13", "equation", "1"),
                {"key": "field_14", "type": "sum", "format": {"connection": "field_99", "field": "field_12"}},
                {"key": "field_15", "type": "min", "format": {"connection": "field_5"}},
            ]},
        ]}))
        .unwrap()
    }

    #[test]
    fn totals_of_both_directions() {
        let app = app();
        let total = |table: usize, place: usize| match &app.objects[table].fields[place].formula {
            Some(Formula::Total(total)) => Some((total.table, total.connection, total.inbound, total.field)),
            _ => None,
        };
        assert_eq!(total(0, 2), Some((1, 0, true, Some(1))));
        assert_eq!(total(0, 3), Some((1, 4, false, None)));
        assert_eq!(total(0, 7), Some((1, 0, true, Some(1))));
        assert_eq!(total(0, 9), Some((0, 8, true, None)), "who has this record there");
        assert_eq!(total(1, 3), None, "an unknown connection");
        assert_eq!(total(1, 4), None, "no field");
    }

    #[test]
    fn what_is_read_is_computed_before() {
        let app = app();
        let keys: Vec<&str> =
            app.order.iter().map(|(table, place)| app.objects[*table].fields[*place].key.as_str()).collect();
        let at = |key: &str| keys.iter().position(|known| *known == key).unwrap();
        assert!(at("field_13") < at("field_12") && at("field_4") < at("field_12"));
        assert!(
            at("field_12") < at("field_3") && at("field_3") < at("field_2") && at("field_2") < at("field_1")
        );
        assert_eq!(&keys[keys.len() - 2..], ["field_6", "field_7"], "a circle comes last");
    }
}
