//! The records that are measured: the recorded fixture where it is at hand, else made-up ones of
//! the same kinds and shape.

use std::path::{Path, PathBuf};

use knack_core::cell::Cell;
use serde::Serialize;

use crate::Failure;

mod every_kind;
mod generate;

/// The field of signatures: half of the fixture's bytes in one value, and on no other record.
const SIGNATURE: &[&str] = &["field_23", "field_23_raw"];

/// Where records came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    Fixture,
    Generated,
}

impl Source {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Fixture => "recorded fixture",
            Self::Generated => "generated records",
        }
    }
}

/// A record as its keys, in their order, and the JSON text of their values.
type Entries = Vec<(String, String)>;

/// A handful of different records, from which answers of any size are made.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) source: Source,
    models: Vec<Entries>,
}

impl Records {
    /// Reads the fixture, or makes records where there is none. A fixture that cannot be read is an
    /// error: figures must not change their meaning silently.
    pub(crate) fn load() -> Result<Self, Failure> {
        let file = fixtures().join("knackpy/_all_fields.json");
        if !file.exists() {
            return Ok(Self::generated());
        }
        let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let models = parse(&bytes).ok_or_else(|| format!("{} holds no records", file.display()))?;
        Ok(Self { source: Source::Fixture, models })
    }

    pub(crate) fn generated() -> Self {
        Self { source: Source::Generated, models: generate::models() }
    }

    /// Records with a field of every kind. No recorded ones have them all.
    pub(crate) fn every_kind() -> Self {
        Self { source: Source::Generated, models: every_kind::models() }
    }

    /// The answer of a list with `count` records in both formats, as compact as Knack sends it.
    pub(crate) fn page(&self, count: usize) -> Vec<u8> {
        let records: Vec<String> = self.models.iter().cycle().take(count).enumerate().map(record).collect();
        let records = records.join(",");
        format!(r#"{{"total_pages":1,"current_page":1,"total_records":{count},"records":[{records}]}}"#)
            .into_bytes()
    }

    /// The answer of a get: the first, fullest record.
    pub(crate) fn one(&self) -> Vec<u8> {
        self.models.first().map(|model| record((0, model))).unwrap_or_default().into_bytes()
    }
}

fn fixtures() -> PathBuf {
    match std::env::var_os("KNACK_FIXTURES") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
    }
}

/// Takes the records apart with our own scanner, since it keeps keys in order and values as text.
fn parse(bytes: &[u8]) -> Option<Vec<Entries>> {
    let (_, list) = Cell::new(bytes).entries().find(|(key, _)| **key == *b"records")?;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let models: Option<Vec<Entries>> = list
        .elements()
        .map(|record| record.entries().map(|(key, value)| Some((text(&key)?, text(value.json())?))).collect())
        .collect();
    let mut models = models.filter(|models| !models.is_empty())?;
    for model in &mut models {
        model.retain(|(key, _)| !SIGNATURE.contains(&key.as_str()));
    }
    Some(models)
}

/// The record made from a model at a place in the page: an id of its own, and texts and numbers
/// that differ, so that no branch is learned by heart.
fn record((place, model): (usize, &Entries)) -> String {
    let entries: Vec<String> =
        model.iter().map(|(key, value)| format!(r#""{key}":{}"#, vary(place, key, value))).collect();
    format!("{{{}}}", entries.join(","))
}

fn vary(place: usize, key: &str, value: &str) -> String {
    match key {
        "id" => format!(r#""5f3b1e90{place:016x}""#),
        "field_7" | "field_7_raw" if value.len() > 2 => {
            format!(r#"{} {place}""#, value.strip_suffix('"').unwrap_or(value))
        }
        "field_10" | "field_10_raw" if !value.starts_with('"') => {
            let fraction = if place.is_multiple_of(3) { ".25" } else { "" };
            format!("{}{fraction}", place % 997)
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_valid_and_of_the_size_asked_for() {
        for records in [Records::generated(), Records::load().unwrap()] {
            let page = records.page(1_000);
            assert!((1_800_000..2_500_000).contains(&page.len()), "{} bytes", page.len());
            let value: serde_json::Value = serde_json::from_slice(&page).unwrap();
            assert_eq!(value["records"].as_array().unwrap().len(), 1_000);
            assert_ne!(value["records"][0]["id"], value["records"][25]["id"]);
            assert!(value["records"][0].get("field_23").is_none());
        }
    }
}
