//! Filters of any shape, made of bytes: what they admit obeys the laws of AND, OR and NOT.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;

use bytes::Bytes;
use http::Request;
use knack_emulator::Emulator;
use serde_json::{Map, Value, json};

use crate::{Held, local};

/// The fields of the sample's orders, and one that is of another object.
const FIELDS: [&str; 21] = [
    "id",
    "field_40",
    "field_41",
    "field_42",
    "field_43",
    "field_44",
    "field_46",
    "field_47",
    "field_48",
    "field_49",
    "field_50",
    "field_110",
    "field_111",
    "field_112",
    "field_113",
    "field_114",
    "field_115",
    "field_116",
    "field_117",
    "field_118",
    "field_1",
];
const OPERATORS: [&str; 28] = [
    "is",
    "is not",
    "contains",
    "does not contain",
    "starts with",
    "ends with",
    "is blank",
    "is not blank",
    "near",
    "higher than",
    "lower than",
    "is any",
    "is before",
    "is after",
    "is today",
    "is today or before",
    "is today or after",
    "is before today",
    "is after today",
    "is before current time",
    "is after current time",
    "is during the current",
    "is during the previous",
    "is during the next",
    "is before the previous",
    "is after the next",
    "matches",
    "",
];
const WORDS: [&str; 20] = [
    "",
    " ",
    "a",
    "e",
    "NEW",
    "Ready",
    "Delivered",
    "Rush",
    "Yes",
    "no",
    "true",
    "0",
    "1",
    "-7.5",
    "$10.00",
    "03/09/2026",
    "12/31/2025 4:14pm",
    "2026-03-09",
    "13/13/13",
    "\u{0}é💥",
];
const UNITS: [&str; 8] = ["days", "week", "months", "year", "quarter", "hours", "miles", ""];

thread_local! {
    /// One that leaves out rules it does not understand, as Knack does, and one that tells of them.
    static KNACKS: Result<(Emulator, Emulator), String> = knacks().map_err(|error| error.to_string());
}

fn knacks() -> Result<(Emulator, Emulator), Box<dyn Error>> {
    let knack =
        |strict| -> Result<_, Box<dyn Error>> { Ok(local::builder(8)?.strict_filters(strict).build()?) };
    Ok((knack(false)?, knack(true)?))
}

/// Filters that the bytes spell, asked of the local Knack.
///
/// # Panics
/// If what they admit is not what AND, OR and NOT of it are, or depends on how they are sent.
///
/// # Errors
/// If the local Knack refuses what it may not, or its answer is no list.
pub fn filters(input: &[u8]) -> Held {
    KNACKS.with(|knacks| {
        let (lenient, strict) = knacks.as_ref().map_err(String::as_str)?;
        // The clock begins anew, so that no minute ends between two questions.
        lenient.reset();
        strict.reset();
        let mut choices = Choices(input);
        let (one, other) = (choices.filter(3), choices.filter(3));
        let all = admitted(lenient, "")?;
        let alone = |filter| -> Result<_, Box<dyn Error>> {
            let query = sent(filter);
            let admits = admitted(lenient, &query)?;
            let strictly = admitted_unless_refused(strict, &query)?;
            assert!(admits.is_subset(&all));
            assert!(
                strictly.as_ref().is_none_or(|strictly| *strictly == admits),
                "strictness changes {filter}"
            );
            in_pages(lenient, &query, &admits)?;
            in_brackets(lenient, filter, &admits)?;
            Ok(strictly)
        };
        // Of what is not understood nothing more can be said.
        let (Some(admits_one), Some(admits_other)) = (alone(&one)?, alone(&other)?) else { return Ok(()) };
        let joined = |word: &str| {
            let joined = json!({"match": word, "rules": [group(&one), group(&other)]});
            admitted(lenient, &sent(&joined))
        };
        let (and, or) = (joined("and")?, joined("or")?);
        assert_eq!(and, &admits_one & &admits_other, "{one} and {other}");
        assert_eq!(or, &admits_one | &admits_other, "{one} or {other}");
        turned_round(lenient, &one, &admits_one, &all)
    })
}

/// The ids that a list has.
fn admitted(knack: &Emulator, query: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let admitted = admitted_unless_refused(knack, query)?;
    admitted.ok_or_else(|| format!("refused: {query}").into())
}

/// The ids that a list has, or `None` where it is refused.
fn admitted_unless_refused(
    knack: &Emulator,
    query: &str,
) -> Result<Option<BTreeSet<String>>, Box<dyn Error>> {
    let Some(page) = page(knack, &format!("rows_per_page=1000&{query}"))? else { return Ok(None) };
    let ids: BTreeSet<String> = ids(&page)?.into_iter().collect();
    assert_eq!(page["total_records"], ids.len(), "{query}");
    Ok(Some(ids))
}

/// A page of a list, or `None` where it is refused.
fn page(knack: &Emulator, query: &str) -> Result<Option<Value>, Box<dyn Error>> {
    let request = Request::get(format!("/v1/objects/object_6/records?format=raw&{query}"))
        .header("x-knack-application-id", knack.application_id())
        .header("x-knack-rest-api-key", knack.api_key());
    let answer = local::answer(knack, request.body(Bytes::new())?)?;
    match answer.status().as_u16() {
        200 => Ok(Some(serde_json::from_slice(answer.body())?)),
        status => {
            assert_eq!(status, 400, "{query}");
            Ok(None)
        }
    }
}

fn ids(page: &Value) -> Result<Vec<String>, Box<dyn Error>> {
    let records = page["records"].as_array().ok_or("a page without a list of records")?;
    let id = |record: &Value| Ok(record["id"].as_str().ok_or("a record without an id")?.to_owned());
    records.iter().map(id).collect()
}

fn sent(filter: &Value) -> String {
    format!("filters={}", encoded(&filter.to_string()))
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut coded, byte| {
        let _ = write!(coded, "%{byte:02x}");
        coded
    })
}

/// Pages hold every record once.
fn in_pages(knack: &Emulator, query: &str, admits: &BTreeSet<String>) -> Held {
    let mut found = Vec::new();
    for n in 1..=admits.len().div_ceil(3) {
        let page = page(knack, &format!("rows_per_page=3&page={n}&{query}"))?;
        found.extend(ids(&page.ok_or_else(|| format!("refused, the page {n}: {query}"))?)?);
    }
    assert_eq!(found.len(), admits.len(), "{query}");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), *admits, "{query}");
    Ok(())
}

/// A filter of texts alone can be sent in brackets, with the same outcome.
fn in_brackets(knack: &Emulator, filter: &Value, admits: &BTreeSet<String>) -> Held {
    let mut pairs = Vec::new();
    if spelled("filters", filter, 0, &mut pairs).is_some() {
        assert_eq!(admitted(knack, &pairs.join("&"))?, *admits, "{filter}");
    }
    Ok(())
}

/// `None` where brackets cannot say it: they know texts alone, and are a few steps deep.
fn spelled(name: &str, value: &Value, depth: u8, pairs: &mut Vec<String>) -> Option<()> {
    match value {
        Value::String(text) if (1..=6).contains(&depth) => pairs.push(format!("{name}={}", encoded(text))),
        Value::Array(items) if !items.is_empty() => {
            for (n, item) in items.iter().enumerate() {
                spelled(&format!("{name}[{n}]"), item, depth + 1, pairs)?;
            }
        }
        Value::Object(parts) if !parts.is_empty() => {
            for (key, part) in parts {
                spelled(&format!("{name}[{key}]"), part, depth + 1, pairs)?;
            }
        }
        _ => return None,
    }
    Some(())
}

/// A rule and its contrary admit nothing in common, and together all or, with a value that means nothing, none.
fn turned_round(knack: &Emulator, filter: &Value, admits: &BTreeSet<String>, all: &BTreeSet<String>) -> Held {
    let contrary = match filter["operator"].as_str() {
        Some("is") => "is not",
        Some("contains") => "does not contain",
        Some("is blank") => "is not blank",
        _ => return Ok(()),
    };
    let mut other = filter.clone();
    other["operator"] = json!(contrary);
    let rest = admitted(knack, &sent(&other))?;
    assert!(admits.is_disjoint(&rest), "{filter} and its contrary");
    assert!(admits | &rest == *all || (admits.is_empty() && rest.is_empty()), "{filter} or its contrary");
    Ok(())
}

/// A filter as a member of a group.
fn group(filter: &Value) -> Value {
    match filter {
        Value::Array(rules) => json!({"match": "and", "rules": rules}),
        other => other.clone(),
    }
}

/// Decisions made of bytes; when they are used up, all are the first.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::from(self.byte()) % words.len()]
    }

    /// Some of the bytes themselves.
    fn text(&mut self) -> String {
        let length = usize::from(self.byte() % 16).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    /// A rule, a list of rules or a group, so many levels deep.
    fn filter(&mut self, depth: u8) -> Value {
        match self.byte() % 4 {
            0 | 1 => self.rule(),
            2 => (0..self.byte() % 4).map(|_| self.rule()).collect(),
            _ => {
                let word = self.of(&["and", "or", "any", "all", "OR"]);
                let rules = (0..self.byte() % 4).map(|_| match depth {
                    0 => self.rule(),
                    _ => group(&self.filter(depth - 1)),
                });
                json!({"match": word, "rules": rules.collect::<Vec<_>>()})
            }
        }
    }

    fn rule(&mut self) -> Value {
        let mut rule = Map::new();
        rule.insert("field".to_owned(), self.of(&FIELDS).into());
        rule.insert("operator".to_owned(), self.of(&OPERATORS).into());
        let more = self.byte();
        if more & 1 == 0 {
            rule.insert("value".to_owned(), self.value());
        }
        if more & 2 == 2 {
            rule.insert("type".to_owned(), self.of(&UNITS).into());
            rule.insert("range".to_owned(), self.value());
        }
        if more & 4 == 4 {
            rule.insert("units".to_owned(), self.of(&UNITS).into());
        }
        Value::Object(rule)
    }

    fn value(&mut self) -> Value {
        match self.byte() % 12 {
            0..=4 => self.of(&WORDS).into(),
            5 => self.text().into(),
            6 => i32::from(self.byte().cast_signed()).into(),
            7 => (f64::from(self.byte()) * 1e300).into(),
            8 => (self.byte() & 1 == 1).into(),
            9 => Value::Null,
            10 => (0..self.byte() % 3).map(|_| Value::from(self.of(&WORDS))).collect(),
            _ => {
                let key = self.of(&["first", "email", "url", "id", "date", "field"]);
                json!({key: self.of(&WORDS)})
            }
        }
    }
}
