//! The case `six`: id and text, number, date, name, e-mail and boolean of a wide record.
//!
//! One struct serves all: our derive and serde's both read it, and the values are picked into it.

use jiff::civil::DateTime;
use knack_core::RecordId;
use knack_core::record::read_page;
use knack_core::value::{EmailAddress, PersonName};
use knack_derive::KnackObject;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::by_serde::{number, parsed, parts, text, wall_clock};
use super::{Case, Subject, finish};
use crate::Failure;
use crate::records::Records;

pub(super) const CASE: Case = Case {
    name: "six",
    records: Records::load,
    subjects: &[
        Subject { name: "knack", read: |page| finish(read_page::<Six>(page)?.records) },
        Subject { name: "serde_derive", read: |page| finish(by_serde(page)?) },
        Subject { name: "value", read: |page| finish(by_value(page)?) },
        Subject { name: "skip", read: |page| finish(serde_json::from_slice::<IgnoredAny>(page)?) },
        Subject { name: "knack_skip", read: |page| finish(read_page::<Nothing>(page)?.records) },
    ],
    check,
};

/// The projection.
#[derive(Debug, PartialEq, KnackObject, Deserialize)]
#[knack(object = "object_3", crate = knack_core)]
pub(crate) struct Six {
    #[knack(id)]
    #[serde(deserialize_with = "parsed")]
    id: RecordId,
    #[knack(key = "field_7", kind = "short_text")]
    #[serde(rename = "field_7_raw", default, deserialize_with = "text")]
    text: Option<String>,
    #[knack(key = "field_10", kind = "number")]
    #[serde(rename = "field_10_raw", default, deserialize_with = "number")]
    number: Option<f64>,
    #[knack(key = "field_13", kind = "date_time")]
    #[serde(rename = "field_13_raw", default, deserialize_with = "parts")]
    date: Option<DateTime>,
    #[knack(key = "field_19", kind = "name")]
    #[serde(rename = "field_19_raw", default, deserialize_with = "parts")]
    name: Option<PersonName>,
    #[knack(key = "field_20", kind = "email")]
    #[serde(rename = "field_20_raw", default, deserialize_with = "parts")]
    email: Option<EmailAddress>,
    #[knack(key = "field_29", kind = "boolean")]
    #[serde(rename = "field_29_raw", default)]
    boolean: Option<bool>,
}

/// No field at all: what remains of our reader is its scanner.
#[derive(Debug, KnackObject)]
#[knack(object = "object_3", crate = knack_core)]
struct Nothing {}

/// Asserts that the three ways give the same records.
fn check(page: &[u8]) -> Result<(), Failure> {
    let ours: Result<Vec<Six>, _> =
        read_page(page)?.records.into_iter().map(|guarded| guarded.result).collect();
    let (ours, serde, value) = (ours?, by_serde(page)?, by_value(page)?);
    if ours.is_empty() || serde.len() != ours.len() || value.len() != ours.len() {
        return Err(format!("{}, {} and {} records were read", ours.len(), serde.len(), value.len()).into());
    }
    for ((ours, serde), value) in ours.iter().zip(&serde).zip(&value) {
        if ours != serde || ours != value {
            return Err(
                format!("records differ:\n knack {ours:?}\n serde {serde:?}\n value {value:?}").into()
            );
        }
    }
    // Agreement on nothing would say little.
    let full =
        |six: &Six| six.text.is_some() && six.date.is_some() && six.name.is_some() && six.email.is_some();
    if ours.iter().any(full) { Ok(()) } else { Err("no record has all fields".into()) }
}

// --- serde derive: unknown fields are passed over, texts borrowed where they need not be kept.

#[derive(Deserialize)]
struct Envelope {
    records: Vec<Six>,
}

fn by_serde(page: &[u8]) -> Result<Vec<Six>, Failure> {
    Ok(serde_json::from_slice::<Envelope>(page)?.records)
}

// --- `Value`: the whole page as a tree, then picked by hand.

fn by_value(page: &[u8]) -> Result<Vec<Six>, Failure> {
    let page: Value = serde_json::from_slice(page)?;
    let records = page.get("records").and_then(Value::as_array).ok_or("there are no records")?;
    records.iter().map(pick).collect()
}

fn pick(record: &Value) -> Result<Six, Failure> {
    let owned = |value: &Value, key| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let raw = |key| record.get(key).filter(|value| value.as_str() != Some(""));
    let name = |value: &Value| PersonName {
        title: owned(value, "title").unwrap_or_default(),
        first: owned(value, "first").unwrap_or_default(),
        middle: owned(value, "middle").unwrap_or_default(),
        last: owned(value, "last").unwrap_or_default(),
    };
    let email =
        |value: &Value| Some(EmailAddress { address: owned(value, "email")?, label: owned(value, "label") });
    let iso = raw("field_13_raw").and_then(|date| date.get("iso_timestamp")).and_then(Value::as_str);
    Ok(Six {
        id: record.get("id").and_then(Value::as_str).ok_or("a record has no id")?.parse()?,
        text: raw("field_7_raw").and_then(Value::as_str).map(str::to_owned),
        number: raw("field_10_raw").and_then(Value::as_f64),
        date: iso.map(wall_clock).transpose()?,
        name: raw("field_19_raw").map(name),
        email: raw("field_20_raw").and_then(email),
        boolean: raw("field_29_raw").and_then(Value::as_bool),
    })
}
