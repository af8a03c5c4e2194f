//! Reports: the records of a source in groups, with calculations over each.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::Visit;
use crate::answer::Answer;
use crate::app::{Field, Sort};
use crate::compute;
use crate::formula::Measure;
use crate::kind::{EquationResult, Kind};
use crate::list::Key;
use crate::pages::{Calculation, Report};
use crate::render;
use crate::routes;
use crate::store::{Row, Store};
use crate::write;

/// Every report of a view.
pub(super) fn all(visit: Visit<'_>, store: &Store) -> Result<Answer, Answer> {
    if visit.view.reports.is_empty() {
        return Err(no_report());
    }
    let reports = visit.view.reports.iter().map(|report| told(visit, store, report));
    let reports = reports.collect::<Result<Vec<_>, Answer>>()?;
    Ok(routes::ok(json!({ "reports": reports }).to_string()))
}

/// The report at a place, from 0.
pub(super) fn one(visit: Visit<'_>, store: &Store, place: &str) -> Result<Answer, Answer> {
    let report = place.parse::<usize>().ok().and_then(|place| visit.view.reports.get(place));
    let report = told(visit, store, report.ok_or_else(no_report)?)?;
    Ok(routes::ok(json!({ "report": report }).to_string()))
}

fn no_report() -> Answer {
    Answer::bad_request("Bad Request")
}

/// One report; its summary is what its calculations give over all groups (a guess).
fn told(visit: Visit<'_>, store: &Store, report: &Report) -> Result<Value, Answer> {
    let Some(visit) = visit.about(&report.source) else {
        return Ok(json!({"records": [], "filters": [], "summaries": [{}]}));
    };
    let rows: Vec<&Row> = visit.found(store)?.into_iter().map(|(_, row)| row).collect();
    let grouped = grouped(visit, store, &report.groups, &rows);
    let records = grouped.iter().map(|group| {
        let labels = group.labels.iter().enumerate().map(|(n, label)| (format!("group_{n}"), json!(label)));
        labels.chain(calculated(visit, &report.calculations, &group.rows)).collect::<Map<_, _>>()
    });
    let fields = report.groups.iter().filter_map(|by| visit.object.fields.get(by.field));
    let headers = fields.map(|field| json!({"header": field.name, "field": field.key}));
    Ok(json!({
        "records": records.collect::<Vec<_>>(),
        "filters": headers.collect::<Vec<_>>(),
        "summaries": [calculated(visit, &report.calculations, &rows).collect::<Map<_, _>>()],
    }))
}

/// Records that are shown the same in every field that they are grouped by.
struct Group<'a> {
    labels: Vec<String>,
    keys: Vec<Key>,
    rows: Vec<&'a Row>,
}

/// The groups in their order. Without fields all records are one group, even if there are none.
fn grouped<'a>(visit: Visit<'_>, store: &Store, by: &[Sort], rows: &[&'a Row]) -> Vec<Group<'a>> {
    if by.is_empty() {
        return vec![Group { labels: Vec::new(), keys: Vec::new(), rows: rows.to_vec() }];
    }
    let mut places: HashMap<Vec<String>, usize> = HashMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for row in rows {
        let labels: Vec<String> = by.iter().map(|by| label(visit, store, by.field, row)).collect();
        let place = *places.entry(labels.clone()).or_insert(groups.len());
        if let Some(group) = groups.get_mut(place) {
            group.rows.push(row);
            continue;
        }
        let key = |by: &Sort| Key::of((visit.app, store), visit.object, by.field, row);
        groups.push(Group { labels, keys: by.iter().map(key).collect(), rows: vec![row] });
    }
    groups.sort_by(|a, b| {
        let both = by.iter().zip(a.keys.iter().zip(&b.keys));
        both.fold(Ordering::Equal, |so_far, (by, (a, b))| {
            so_far.then_with(|| if by.descending { b.compare(a) } else { a.compare(b) })
        })
    });
    groups
}

fn label(visit: Visit<'_>, store: &Store, place: usize, row: &Row) -> String {
    let (Some(field), Some(cell)) = (visit.object.fields.get(place), row.cells.get(place)) else {
        return String::new();
    };
    render::plain(&field.kind, store.shown(visit.app, field, cell, 3))
}

/// `calc_N` and `raw_N` of each calculation; empty and null where there is nothing to calculate.
fn calculated(
    visit: Visit<'_>,
    calculations: &[Calculation],
    rows: &[&Row],
) -> impl Iterator<Item = (String, Value)> {
    let results = calculations.iter().map(|of| {
        let result = of.measure.and_then(|by| compute::measured(by, visit.object, of.field, rows));
        let field = of.field.filter(|_| of.measure != Some(Measure::Count));
        let field = field.and_then(|place| visit.object.fields.get(place));
        let shown = result.map(|result| shown(field, result)).unwrap_or_default();
        (shown, result.map_or(Value::Null, compute::tidy))
    });
    let results: Vec<(String, Value)> = results.collect();
    results
        .into_iter()
        .enumerate()
        .flat_map(|(n, (shown, raw))| [(format!("calc_{n}"), json!(shown)), (format!("raw_{n}"), raw)])
}

/// How a result is shown: as the field shows its own values, where it shows numbers.
fn shown(field: Option<&Field>, result: f64) -> String {
    let number = compute::tidy(result);
    match field {
        Some(field) if shows_numbers(&field.kind) => {
            let raw = match &field.kind {
                Kind::Currency(_) => write::currency(&number).unwrap_or(number),
                _ => number,
            };
            render::plain(&field.kind, render::shown(&field.kind, &field.key, &raw))
        }
        _ => number.to_string(),
    }
}

fn shows_numbers(kind: &Kind) -> bool {
    match kind {
        Kind::Number(_) | Kind::Aggregate(_) | Kind::Currency(_) | Kind::Rating => true,
        Kind::Equation(format) => format.result == EquationResult::Number,
        _ => false,
    }
}
