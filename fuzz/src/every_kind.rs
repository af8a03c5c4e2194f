//! A record with a field of every kind, in most of the types that hold one.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use knack_core::key::ProfileKey;
use knack_core::value::{
    AccountStatus, AppZone, Coordinates, Drawing, EmailAddress, InZone, Json, Period, PersonName,
    PhoneNumber, Picture, PostalAddress, UploadedFile, WebAddress, WorkLog,
};
use knack_core::{Link, RecordId};
use rust_decimal::Decimal;

/// All is optional, so that a record without much in it is read.
#[derive(Debug, knack_derive::KnackObject)]
#[knack(object = "object_1", crate = knack_core)]
#[allow(dead_code)]
pub(crate) struct EveryKind {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_1", kind = "short_text")]
    text: Option<String>,
    #[knack(key = "field_2", kind = "rich_text")]
    rich: Option<String>,
    #[knack(key = "field_3", kind = "multiple_choice")]
    options: Vec<String>,
    #[knack(key = "field_4", kind = "boolean")]
    yes: Option<bool>,
    #[knack(key = "field_5", kind = "number")]
    number: Option<f64>,
    #[knack(key = "field_6", kind = "currency")]
    price: Option<Decimal>,
    #[knack(key = "field_7", kind = "auto_increment")]
    serial: Option<i64>,
    #[knack(key = "field_8", kind = "equation")]
    date_result: Option<DateTime>,
    #[knack(key = "field_9", kind = "equation")]
    difference: Option<SignedDuration>,
    #[knack(key = "field_10", kind = "concatenation")]
    formula: String,
    #[knack(key = "field_11", kind = "count")]
    count: Option<u8>,
    #[knack(key = "field_12", kind = "date_time")]
    moment: Option<DateTime>,
    #[knack(key = "field_13", kind = "date_time")]
    day: Option<Date>,
    #[knack(key = "field_14", kind = "date_time")]
    time: Option<Time>,
    #[knack(key = "field_15", kind = "date_time")]
    period: Option<Period>,
    #[knack(key = "field_16", kind = "date_time")]
    instant: Option<InZone<Central>>,
    #[knack(key = "field_17", kind = "timer")]
    worked: Option<WorkLog>,
    #[knack(key = "field_18", kind = "timer")]
    total: Option<SignedDuration>,
    #[knack(key = "field_19", kind = "name")]
    name: Option<PersonName>,
    #[knack(key = "field_20", kind = "email")]
    email: Option<EmailAddress>,
    #[knack(key = "field_21", kind = "phone")]
    phone: Option<PhoneNumber>,
    #[knack(key = "field_22", kind = "address")]
    address: Option<PostalAddress>,
    #[knack(key = "field_23", kind = "address")]
    place: Option<Coordinates>,
    #[knack(key = "field_24", kind = "link")]
    web: Option<WebAddress>,
    #[knack(key = "field_25", kind = "file")]
    file: Option<UploadedFile>,
    #[knack(key = "field_26", kind = "image")]
    picture: Option<Picture>,
    #[knack(key = "field_27", kind = "connection")]
    crew: Vec<Link<EveryKind>>,
    #[knack(key = "field_28", kind = "connection")]
    parent: Option<Link<EveryKind>>,
    #[knack(key = "field_29", kind = "signature")]
    signature: Option<Drawing>,
    #[knack(key = "field_30", kind = "user_roles")]
    roles: Vec<ProfileKey>,
    #[knack(key = "account_status", kind = "multiple_choice")]
    status: Option<AccountStatus>,
    #[knack(key = "field_31", kind = "unknown")]
    unknown: Option<Json>,
}

/// A zone with gaps and folds, which are errors here.
struct Central;

impl AppZone for Central {
    const NAME: &'static str = "Central Time (US & Canada)";
}
