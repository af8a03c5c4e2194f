//! The case `all`: a record with every kind of field that is read.
//!
//! Serde's side has a struct of its own with the same owned types, since a [`Link`]'s label and an
//! [`InZone`] are for our reader alone to make. That both read the same is asserted by what they print.

use std::fmt::Debug;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use knack_core::key::ProfileKey;
use knack_core::record::read_page;
use knack_core::value::{
    AccountStatus, AppZone, Drawing, EmailAddress, InZone, Json, Period, PersonName, PhoneNumber, Picture,
    PostalAddress, UploadedFile, WebAddress, WorkLog,
};
use knack_core::zone::Disambiguation;
use knack_core::{Link, RecordId};
use knack_derive::{KnackChoice, KnackObject};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Case, Subject, finish};
use crate::Failure;
use crate::records::Records;

mod peer;

pub(super) const CASE: Case = Case {
    name: "all",
    records: || Ok(Records::every_kind()),
    subjects: &[
        Subject { name: "knack", read: |page| finish(read_page::<All>(page)?.records) },
        Subject { name: "serde_derive", read: |page| finish(by_serde(page)?) },
        Subject { name: "value", read: |page| finish(by_value(page)?) },
        Subject { name: "skip", read: |page| finish(serde_json::from_slice::<IgnoredAny>(page)?) },
    ],
    check,
};

/// The projection. Its fields are read by their `Debug` alone.
#[derive(Debug, KnackObject)]
#[knack(object = "object_3", crate = knack_core)]
#[allow(dead_code)]
struct All {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_7", kind = "short_text")]
    short: String,
    #[knack(key = "field_8", kind = "paragraph_text")]
    paragraphs: Option<String>,
    #[knack(key = "field_9", kind = "rich_text")]
    rich: String,
    #[knack(key = "field_11", kind = "multiple_choice")]
    colour: Option<Colour>,
    #[knack(key = "field_12", kind = "multiple_choice")]
    chosen: Vec<String>,
    #[knack(key = "field_13", kind = "boolean")]
    yes: bool,
    #[knack(key = "field_10", kind = "number")]
    number: Option<f64>,
    #[knack(key = "field_14", kind = "currency")]
    price: Option<Decimal>,
    #[knack(key = "field_15", kind = "auto_increment")]
    serial: u64,
    #[knack(key = "field_16", kind = "equation")]
    ratio: Option<f64>,
    #[knack(key = "field_17", kind = "equation")]
    due: Option<DateTime>,
    #[knack(key = "field_18", kind = "equation")]
    waited: Option<SignedDuration>,
    #[knack(key = "field_19", kind = "concatenation")]
    title: String,
    #[knack(key = "field_20", kind = "count")]
    lines: u32,
    #[knack(key = "field_21", kind = "sum")]
    total: Option<f64>,
    #[knack(key = "field_22", kind = "average")]
    mean: Option<f64>,
    #[knack(key = "field_23", kind = "min")]
    least: Option<f64>,
    #[knack(key = "field_24", kind = "max")]
    most: Option<f64>,
    #[knack(key = "field_25", kind = "date_time")]
    moment: Option<DateTime>,
    #[knack(key = "field_26", kind = "date_time")]
    day: Option<Date>,
    #[knack(key = "field_27", kind = "date_time")]
    window: Option<Period>,
    #[knack(key = "field_28", kind = "date_time")]
    instant: Option<InZone<Central>>,
    #[knack(key = "field_29", kind = "timer")]
    worked: Option<WorkLog>,
    #[knack(key = "field_30", kind = "name")]
    name: Option<PersonName>,
    #[knack(key = "field_31", kind = "email")]
    email: Option<EmailAddress>,
    #[knack(key = "field_32", kind = "phone")]
    phone: Option<PhoneNumber>,
    #[knack(key = "field_33", kind = "address")]
    address: Option<PostalAddress>,
    #[knack(key = "field_34", kind = "link")]
    web: Option<WebAddress>,
    #[knack(key = "field_35", kind = "file")]
    file: Option<UploadedFile>,
    #[knack(key = "field_36", kind = "image")]
    picture: Option<Picture>,
    #[knack(key = "field_37", kind = "signature")]
    signature: Option<Drawing>,
    #[knack(key = "field_38", kind = "rating")]
    stars: Option<f64>,
    #[knack(key = "field_39", kind = "connection")]
    parent: Option<Link<Other>>,
    #[knack(key = "field_40", kind = "connection")]
    crew: Vec<Link<Other>>,
    #[knack(key = "field_41", kind = "user_roles")]
    roles: Vec<ProfileKey>,
    #[knack(key = "account_status", kind = "multiple_choice")]
    status: Option<AccountStatus>,
    #[knack(key = "field_42", kind = "unknown")]
    hologram: Option<Json>,
}

/// The target of connections.
#[derive(Debug, KnackObject)]
#[knack(object = "object_7", crate = knack_core)]
struct Other {}

/// A choice that has grown an option since this was written.
#[derive(Clone, Debug, PartialEq, KnackChoice)]
#[knack(crate = knack_core)]
enum Colour {
    Red,
    #[knack(option = "Dark Blue")]
    DarkBlue,
    Other(String),
}

/// The application's zone.
struct Central;

impl AppZone for Central {
    const NAME: &'static str = "America/Chicago";
    // Made-up dates meet the change of the clocks now and then.
    const AMBIGUOUS: Disambiguation = Disambiguation::Compatible;
}

/// Asserts that the three ways give the same records.
fn check(page: &[u8]) -> Result<(), Failure> {
    let ours: Result<Vec<All>, _> =
        read_page(page)?.records.into_iter().map(|guarded| guarded.result).collect();
    let (ours, serde, value) = (ours?, by_serde(page)?, by_value(page)?);
    if ours.is_empty() {
        return Err("no records were read".into());
    }
    let print = |records: &[&dyn Debug]| -> Vec<String> {
        records.iter().map(|record| format!("{record:#?}")).collect()
    };
    let ours = print(&ours.iter().map(|record| record as &dyn Debug).collect::<Vec<_>>());
    for (name, theirs) in [("serde", serde), ("value", value)] {
        let theirs = print(&theirs.iter().map(|record| record as &dyn Debug).collect::<Vec<_>>());
        if ours.len() != theirs.len() {
            return Err(format!("knack read {} records, {name} {}", ours.len(), theirs.len()).into());
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            if let Some((ours, theirs)) = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b) {
                return Err(format!("records differ: knack {ours}, {name} {theirs}").into());
            }
        }
    }
    Ok(())
}

fn by_serde(page: &[u8]) -> Result<Vec<peer::All>, Failure> {
    #[derive(Deserialize)]
    struct Envelope {
        records: Vec<peer::All>,
    }
    Ok(serde_json::from_slice::<Envelope>(page)?.records)
}

/// The whole page as a tree, then each record from it.
fn by_value(page: &[u8]) -> Result<Vec<peer::All>, Failure> {
    let page: Value = serde_json::from_slice(page)?;
    let records = page.get("records").and_then(Value::as_array).ok_or("there are no records")?;
    records.iter().map(|record| Ok(peer::All::deserialize(record)?)).collect()
}
