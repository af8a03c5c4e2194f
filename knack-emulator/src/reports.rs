//! Reports: the records of a source in groups, with calculations over each.

use std::cmp::Ordering;
use std::collections::HashMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::app::{Field, Object};
use crate::compute;
use crate::formula::Measure;
use crate::kind::{EquationResult, Kind};
use crate::list::Key;
use crate::render;
use crate::source::Visit;
use crate::store::Row;
use crate::write;

/// Every report of a view.
pub(crate) fn all(visit: &Visit<'_>) -> Answer {
    let Some(listed) = listed(visit) else {
        return no_report();
    };
    match listed.iter().map(|meta| report(visit, meta)).collect::<Result<Vec<_>, _>>() {
        Ok(reports) => Answer::json(StatusCode::OK, json!({ "reports": reports }).to_string()),
        Err(why) => refused(&why),
    }
}

/// The report at a place, from 0.
pub(crate) fn one(visit: &Visit<'_>, place: &str) -> Answer {
    let meta = listed(visit).and_then(|listed| listed.get(place.parse::<usize>().ok()?));
    match meta.map(|meta| report(visit, meta)) {
        Some(Ok(report)) => Answer::json(StatusCode::OK, json!({ "report": report }).to_string()),
        Some(Err(why)) => refused(&why),
        None => no_report(),
    }
}

fn listed<'a>(visit: &Visit<'a>) -> Option<&'a Vec<Value>> {
    visit.view.get("reports")?.as_array()
}

fn no_report() -> Answer {
    Answer::bad_request("Bad Request")
}

fn refused(why: &str) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, json!({ "message": why }).to_string())
}

/// One report; its summary is what its calculations give over all groups (a guess).
fn report(visit: &Visit<'_>, meta: &Value) -> Result<Value, String> {
    let source = meta.get("source").filter(|source| source.is_object()).unwrap_or_else(|| visit.source());
    let Some((_, object)) = visit.object(source) else {
        return Ok(json!({"records": [], "filters": [], "summaries": [{}]}));
    };
    let rows: Vec<&Row> = visit.records(source)?.into_iter().map(|(_, row)| row).collect();
    let groups = Grouping::list(meta, object);
    let calculations = Calculation::list(meta, object);
    let grouped = grouped(visit, object, &groups, &rows);
    let records = grouped.iter().map(|group| {
        let labels = group.labels.iter().enumerate().map(|(n, label)| (format!("group_{n}"), json!(label)));
        labels.chain(calculated(object, &calculations, &group.rows)).collect::<Map<_, _>>()
    });
    let headers = groups.iter().map(|group| json!({"header": group.field.name, "field": group.field.key}));
    Ok(json!({
        "records": records.collect::<Vec<_>>(),
        "filters": headers.collect::<Vec<_>>(),
        "summaries": [calculated(object, &calculations, &rows).collect::<Map<_, _>>()],
    }))
}

/// A field that records are grouped by.
struct Grouping<'a> {
    place: usize,
    field: &'a Field,
    descending: bool,
}

impl<'a> Grouping<'a> {
    fn list(meta: &Value, object: &'a Object) -> Vec<Self> {
        let listed = meta.get("groups").and_then(Value::as_array).into_iter().flatten();
        let read = listed.filter_map(|group| {
            let place = object.place(group.get("field")?.as_str()?)?;
            let descending = group.get("sort").and_then(Value::as_str) == Some("desc");
            Some(Self { place, field: object.fields.get(place)?, descending })
        });
        read.collect()
    }
}

/// Records that are shown the same in every field that they are grouped by.
struct Group<'a> {
    labels: Vec<String>,
    keys: Vec<Key>,
    rows: Vec<&'a Row>,
}

/// The groups in their order. Without fields all records are one group, even if there are none.
fn grouped<'a>(visit: &Visit<'_>, object: &Object, by: &[Grouping<'_>], rows: &[&'a Row]) -> Vec<Group<'a>> {
    if by.is_empty() {
        return vec![Group { labels: Vec::new(), keys: Vec::new(), rows: rows.to_vec() }];
    }
    let scene = (visit.app, visit.store);
    let mut places: HashMap<Vec<String>, usize> = HashMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for row in rows {
        let labels: Vec<String> = by.iter().map(|by| label(visit, by, row)).collect();
        let place = *places.entry(labels.clone()).or_insert(groups.len());
        if let Some(group) = groups.get_mut(place) {
            group.rows.push(row);
            continue;
        }
        let keys = by.iter().map(|by| Key::of(scene, object, by.place, row)).collect();
        groups.push(Group { labels, keys, rows: vec![row] });
    }
    groups.sort_by(|a, b| {
        let both = by.iter().zip(a.keys.iter().zip(&b.keys));
        both.fold(Ordering::Equal, |so_far, (by, (a, b))| {
            so_far.then_with(|| if by.descending { b.compare(a) } else { a.compare(b) })
        })
    });
    groups
}

fn label(visit: &Visit<'_>, by: &Grouping<'_>, row: &Row) -> String {
    let cell = row.cells.get(by.place);
    let shown = cell.map_or(Value::Null, |cell| visit.store.shown(visit.app, by.field, cell, 3));
    render::plain(&by.field.kind, shown)
}

/// What is calculated over a group.
struct Calculation<'a> {
    measure: Option<Measure>,
    field: Option<(usize, &'a Field)>,
}

impl<'a> Calculation<'a> {
    fn list(meta: &Value, object: &'a Object) -> Vec<Self> {
        let listed = meta.get("calculations").and_then(Value::as_array).into_iter().flatten();
        let read = listed.map(|calculation| {
            let text = |key: &str| calculation.get(key).and_then(Value::as_str);
            let place = text("field").and_then(|key| object.place(key));
            let measure = match text("type") {
                Some("count") => Some(Measure::Count),
                Some("sum") => Some(Measure::Sum),
                Some("average") => Some(Measure::Average),
                Some("min") => Some(Measure::Least),
                Some("max") => Some(Measure::Greatest),
                _ => None,
            };
            Self { measure, field: place.and_then(|place| Some((place, object.fields.get(place)?))) }
        });
        read.collect()
    }

    /// How a result is shown: as the field shows its own values, where it shows numbers.
    fn shown(&self, result: f64) -> String {
        let number = compute::tidy(result);
        match self.field.filter(|_| self.measure != Some(Measure::Count)) {
            Some((_, field)) if shows_numbers(&field.kind) => {
                let raw = match &field.kind {
                    Kind::Currency(_) => write::currency(&number).unwrap_or(number),
                    _ => number,
                };
                render::plain(&field.kind, render::shown(&field.kind, &field.key, &raw))
            }
            _ => number.to_string(),
        }
    }
}

fn shows_numbers(kind: &Kind) -> bool {
    match kind {
        Kind::Number(_) | Kind::Aggregate(_) | Kind::Currency(_) | Kind::Rating => true,
        Kind::Equation(format) => format.result == EquationResult::Number,
        _ => false,
    }
}

/// `calc_N` and `raw_N` of each calculation; empty and null where there is nothing to calculate.
fn calculated<'a>(
    object: &Object,
    calculations: &'a [Calculation<'_>],
    rows: &[&Row],
) -> impl Iterator<Item = (String, Value)> + use<'a> {
    let results: Vec<Option<f64>> = calculations
        .iter()
        .map(|of| compute::measured(of.measure?, object, of.field.map(|(place, _)| place), rows))
        .collect();
    calculations.iter().zip(results).enumerate().flat_map(|(n, (of, result))| {
        let shown = result.map(|result| of.shown(result)).unwrap_or_default();
        let raw = result.map_or(Value::Null, compute::tidy);
        [(format!("calc_{n}"), json!(shown)), (format!("raw_{n}"), raw)]
    })
}
