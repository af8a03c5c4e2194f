//! The local Knack: requests a second beside the trivial answer by the same HTTP stack, its start, and an
//! object of a million records.

use std::time::{Duration, Instant};

use knack_emulator::{Emulator, Server};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::Failure;
use crate::report::{Report, Row, met};
use crate::stats::median;

mod caller;
mod client;
mod plain;
mod program;
pub(crate) mod strain;

/// Connections that call at once.
const CALLERS: usize = 4;
/// How long a subject is called in a round.
const SLICE: Duration = Duration::from_millis(500);
/// Calls of the cases that are about how long one takes.
const TRIES: usize = 7;

/// The needs, in milliseconds: the start on the sample, a page and a filtered page of a large object.
const NEEDS: [(&str, f64); 3] = [("start", 100.0), ("large page", 50.0), ("large filtered page", 500.0)];

/// One figure; which it is, the case tells.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Figure {
    case: &'static str,
    subject: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    megabytes: Option<f64>,
}

impl Row for Figure {
    const COLUMNS: &'static [&'static str] = &["case", "subject", "a second", "ms", "MB"];

    fn cells(&self) -> Vec<String> {
        let shown = |figure: Option<f64>| figure.map_or(String::new(), |figure| format!("{figure:.1}"));
        let (case, subject) = (self.case.to_owned(), self.subject.to_owned());
        vec![case, subject, shown(self.per_s), shown(self.ms), shown(self.megabytes)]
    }
}

/// Measures so many rounds, and an object of so many records.
pub(crate) fn run(rounds: u32, records: usize) -> Result<Report<Figure>, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut rows = vec![start(&runtime)?];
    rows.extend(throughput(&runtime, rounds)?);
    rows.extend(large(&runtime, records)?);
    let notes = NEEDS.iter().filter_map(|(case, most)| {
        let ms = rows.iter().find(|row| row.case == *case)?.ms?;
        Some(format!("{}: {case}: {ms:.1} ms <= {most}", met(ms <= *most)))
    });
    let notes = notes.collect();
    let title = format!("emulator: {CALLERS} callers, {rounds} rounds; an object of {records} records");
    Ok(Report { title, rows, notes })
}

/// The sample from nothing to its first answer.
fn start(runtime: &Runtime) -> Result<Figure, Failure> {
    let mut took = Vec::new();
    for _ in 0..TRIES {
        let began = Instant::now();
        let (_knack, server) = serve(runtime, Emulator::builder().sample())?;
        client::Wire::to(server.address())?.call(&get("object_1/records"))?;
        took.push(milliseconds(began.elapsed()));
    }
    Ok(Figure { case: "start", subject: "knack", ms: Some(median(&mut took)), ..Figure::default() })
}

/// Each case on the emulator, and on a server that gives the emulator's answer without thinking.
fn throughput(runtime: &Runtime, rounds: u32) -> Result<Vec<Figure>, Failure> {
    let (sample, server) = serve(runtime, Emulator::builder().sample())?;
    let first = |object: &str| sample.ids(object).into_iter().next().unwrap_or_default();
    // Counted by its order and its product, and with the order by its customer.
    let line = json!({"field_61": first("object_6"), "field_62": first("object_4"), "field_63": 2, "field_64": "10"});
    let (plain, flat) = serve(runtime, flat(1_000))?;
    let cases = [
        ("get", (&sample, &server), get(&format!("object_1/records/{}", first("object_1")))),
        ("page of 1,000", (&sample, &server), get("object_7/records?rows_per_page=1000")),
        ("create", (&plain, &flat), client::request("POST", "object_1/records", r#"{"field_1":"Saw"}"#)),
        (
            "create with totals",
            (&sample, &server),
            client::request("POST", "object_7/records", &line.to_string()),
        ),
    ];
    let mut rows = Vec::new();
    for (case, (knack, server), request) in cases {
        let answer = client::Wire::to(server.address())?.call(&request)?;
        let trivial = plain::serve(runtime, answer)?;
        let (mut ours, mut theirs): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(client::rate(server.address(), &request, CALLERS, SLICE)?);
            theirs.push(client::rate(trivial, &request, CALLERS, SLICE)?);
            // A round finds the records as the one before did.
            knack.reset();
        }
        for (subject, mut rates) in [("knack", ours), ("plain", theirs)] {
            rows.push(Figure { case, subject, per_s: Some(median(&mut rates)), ..Figure::default() });
        }
    }
    Ok(rows)
}

/// An object of so many records, none of which has to do with another.
fn flat(records: usize) -> knack_emulator::Builder {
    let fields = json!([
        {"key": "field_1", "name": "Name", "type": "short_text"},
        {"key": "field_2", "name": "Mail", "type": "email", "unique": true},
        {"key": "field_3", "name": "Amount", "type": "number"},
        {"key": "field_4", "name": "Price", "type": "currency"},
        {"key": "field_5", "name": "Done", "type": "boolean"},
        {"key": "field_6", "name": "State", "type": "multiple_choice",
            "format": {"type": "single", "options": ["New", "Open", "Closed"]}}]);
    let dump = json!({"id": Emulator::SAMPLE_ID, "objects": [{"key": "object_1", "fields": fields}]});
    Emulator::builder().application(dump).generated_records(records)
}

/// What one call of a large object takes, and what it holds of the memory.
fn large(runtime: &Runtime, records: usize) -> Result<Vec<Figure>, Failure> {
    let before = memory();
    let (knack, server) = serve(runtime, flat(records))?;
    let megabytes = Some((memory() - before).max(0.0));
    let mut rows = vec![Figure { case: "large object", subject: "knack", megabytes, ..Figure::default() }];
    let filter = |rule: Value| json!([rule]).to_string().replace('"', "%22").replace(' ', "%20");
    let text = filter(json!({"field": "field_1", "operator": "contains", "value": "teapot"}));
    let number = filter(json!({"field": "field_3", "operator": "higher than", "value": 9_000}));
    let id = knack.ids("object_1").into_iter().nth(records / 2).unwrap_or_default();
    let middle = (records / 2_000).max(1);
    for (case, request) in [
        ("large get", get(&format!("object_1/records/{id}"))),
        ("large page", get(&format!("object_1/records?rows_per_page=1000&page={middle}"))),
        ("large filtered page", get(&format!("object_1/records?rows_per_page=1000&filters={text}"))),
        ("large page by number", get(&format!("object_1/records?rows_per_page=1000&filters={number}"))),
        ("large sorted page", get("object_1/records?rows_per_page=1000&sort_field=field_3")),
        ("large create", client::request("POST", "object_1/records", r#"{"field_1":"Saw"}"#)),
        (
            "large unique value",
            client::request("PUT", &format!("object_1/records/{id}"), r#"{"field_2":"saw@example.com"}"#),
        ),
    ] {
        let mut wire = client::Wire::to(server.address())?;
        let mut took = Vec::new();
        for _ in 0..TRIES {
            let began = Instant::now();
            wire.call(&request)?;
            took.push(milliseconds(began.elapsed()));
        }
        rows.push(Figure { case, subject: "knack", ms: Some(median(&mut took)), ..Figure::default() });
    }
    Ok(rows)
}

/// An emulator whose limits nobody reaches.
fn serve(runtime: &Runtime, builder: knack_emulator::Builder) -> Result<(Emulator, Server), Failure> {
    let knack = builder.rate_limit(u32::MAX).daily_calls(u64::MAX).remember_requests(1_000).build()?;
    let server = runtime.block_on(knack.serve())?;
    Ok((knack, server))
}

fn get(path: &str) -> Vec<u8> {
    client::request("GET", path, "")
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Megabytes of memory that this process holds.
fn memory() -> f64 {
    memory_of("self")
}

/// The same of a process by its id; 0 where the system does not tell.
fn memory_of(process: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
    held.and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or_default() / 1_024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_a_figure() {
        let rows = run(1, 2_000).unwrap().rows;
        assert!(rows.iter().all(|row| row.per_s.or(row.ms).or(row.megabytes).is_some()), "{rows:?}");
        assert_eq!(rows.iter().filter(|row| row.per_s.is_some_and(|per_s| per_s > 0.0)).count(), 8);
    }
}
