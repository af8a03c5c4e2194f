//! The record of every kind as a user of serde derive writes it.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use knack_core::RecordId;
use knack_core::key::ProfileKey;
use knack_core::value::{
    AccountStatus, Drawing, EmailAddress, KnackChoice, Period, PersonName, PhoneNumber, Picture,
    PostalAddress, UploadedFile, WebAddress, WorkLog,
};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::Colour;
use crate::Failure;
use crate::decode::by_serde::{DateParts, Parted, filled, list, number, parsed, parts, text, wall_clock};

mod contact;
mod period;

/// The projection, with the field names of our own, so that both print alike.
#[derive(Debug, Deserialize)]
#[allow(dead_code)]
pub(super) struct All {
    #[serde(deserialize_with = "parsed")]
    id: RecordId,
    #[serde(rename = "field_7_raw", default)]
    short: String,
    #[serde(rename = "field_8_raw", default, deserialize_with = "text")]
    paragraphs: Option<String>,
    #[serde(rename = "field_9_raw", default)]
    rich: String,
    #[serde(rename = "field_11_raw", default, deserialize_with = "choice")]
    colour: Option<Colour>,
    #[serde(rename = "field_12_raw", default, deserialize_with = "list")]
    chosen: Vec<String>,
    #[serde(rename = "field_13_raw", default)]
    yes: bool,
    #[serde(rename = "field_10_raw", default, deserialize_with = "number")]
    number: Option<f64>,
    #[serde(rename = "field_14_raw", default, deserialize_with = "decimal")]
    price: Option<Decimal>,
    #[serde(rename = "field_15_raw")]
    serial: u64,
    #[serde(rename = "field_16_raw", default, deserialize_with = "number")]
    ratio: Option<f64>,
    #[serde(rename = "field_17_raw", default, deserialize_with = "parts")]
    due: Option<DateTime>,
    #[serde(rename = "field_18_raw", default, deserialize_with = "seconds")]
    waited: Option<SignedDuration>,
    #[serde(rename = "field_19_raw", default)]
    title: String,
    #[serde(rename = "field_20_raw")]
    lines: u32,
    #[serde(rename = "field_21_raw", default, deserialize_with = "number")]
    total: Option<f64>,
    #[serde(rename = "field_22_raw", default, deserialize_with = "number")]
    mean: Option<f64>,
    #[serde(rename = "field_23_raw", default, deserialize_with = "number")]
    least: Option<f64>,
    #[serde(rename = "field_24_raw", default, deserialize_with = "number")]
    most: Option<f64>,
    #[serde(rename = "field_25_raw", default, deserialize_with = "parts")]
    moment: Option<DateTime>,
    #[serde(rename = "field_26_raw", default, deserialize_with = "parts")]
    day: Option<Date>,
    #[serde(rename = "field_27_raw", default, deserialize_with = "parts")]
    window: Option<Period>,
    #[serde(rename = "field_28_raw", default, deserialize_with = "parts")]
    instant: Option<Zoned>,
    #[serde(rename = "field_29_raw", default, deserialize_with = "parts")]
    worked: Option<WorkLog>,
    #[serde(rename = "field_30_raw", default, deserialize_with = "parts")]
    name: Option<PersonName>,
    #[serde(rename = "field_31_raw", default, deserialize_with = "parts")]
    email: Option<EmailAddress>,
    #[serde(rename = "field_32_raw", default, deserialize_with = "parts")]
    phone: Option<PhoneNumber>,
    #[serde(rename = "field_33_raw", default, deserialize_with = "parts")]
    address: Option<PostalAddress>,
    #[serde(rename = "field_34_raw", default, deserialize_with = "parts")]
    web: Option<WebAddress>,
    #[serde(rename = "field_35_raw", default, deserialize_with = "parts")]
    file: Option<UploadedFile>,
    #[serde(rename = "field_36_raw", default, deserialize_with = "parts")]
    picture: Option<Picture>,
    #[serde(rename = "field_37_raw", default, deserialize_with = "parts")]
    signature: Option<Drawing>,
    #[serde(rename = "field_38_raw", default, deserialize_with = "number")]
    stars: Option<f64>,
    #[serde(rename = "field_39_raw", default, deserialize_with = "first")]
    parent: Option<Link>,
    #[serde(rename = "field_40_raw", default)]
    crew: Vec<Link>,
    #[serde(rename = "field_41_raw", default, deserialize_with = "roles")]
    roles: Vec<ProfileKey>,
    #[serde(default, rename = "account_status", deserialize_with = "choice")]
    status: Option<AccountStatus>,
    #[serde(rename = "field_42_raw", default, deserialize_with = "json")]
    hologram: Option<Json>,
}

/// A connection to a record.
#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Link {
    #[serde(deserialize_with = "parsed")]
    id: RecordId,
    #[serde(rename = "identifier", default)]
    label: Option<Box<str>>,
}

/// JSON as it came.
struct Json(Box<RawValue>);

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Json").field(&self.0.get()).finish()
    }
}

fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok((!matches!(raw.get(), "\"\"" | "null")).then_some(Json(raw)))
}

fn choice<'de, D: Deserializer<'de>, C: KnackChoice>(deserializer: D) -> Result<Option<C>, D::Error> {
    filled(deserializer, |option| C::from_option(option).ok_or_else(|| "is no option".into()))
}

fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    filled(deserializer, |text| Ok(text.parse()?))
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SignedDuration>, D::Error> {
    Ok(number(deserializer)?.map(SignedDuration::from_secs_f64))
}

/// The one connection of a field, which comes in a list.
fn first<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Link>, D::Error> {
    Ok(Vec::deserialize(deserializer)?.into_iter().next())
}

fn roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ProfileKey>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Role(#[serde(deserialize_with = "parsed")] ProfileKey);
    Ok(list::<D, Role>(deserializer)?.into_iter().map(|Role(key)| key).collect())
}

impl<'de> Parted<'de> for Date {
    type Parts = DateParts<'de>;

    fn from_parts(parts: DateParts<'de>) -> Result<Option<Self>, Failure> {
        Ok(Some(wall_clock(&parts.iso_timestamp)?.date()))
    }
}

#[derive(Deserialize)]
pub(crate) struct ZonedParts<'a> {
    #[serde(borrow)]
    iso_timestamp: Cow<'a, str>,
    #[serde(borrow, default)]
    proper_iso_timestamp: Option<&'a str>,
}

impl<'de> Parted<'de> for Zoned {
    type Parts = ZonedParts<'de>;

    fn from_parts(parts: ZonedParts<'de>) -> Result<Option<Self>, Failure> {
        static CENTRAL: LazyLock<Result<TimeZone, jiff::Error>> =
            LazyLock::new(|| TimeZone::get("America/Chicago"));
        let zone = CENTRAL.as_ref().map_err(Clone::clone)?.clone();
        let wall = wall_clock(&parts.iso_timestamp)?;
        let Some(proper) = parts.proper_iso_timestamp else { return Ok(Some(wall.to_zoned(zone)?)) };
        let placed = proper.parse::<Timestamp>()?.to_zoned(zone);
        if placed.datetime() != wall {
            return Err("the wall clock and the instant are not the same time".into());
        }
        Ok(Some(placed))
    }
}

#[derive(Deserialize)]
pub(crate) struct FileParts<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    filename: String,
    url: String,
    #[serde(default)]
    thumb_url: Option<String>,
    #[serde(default)]
    size: Option<u64>,
}

impl<'de> Parted<'de> for UploadedFile {
    type Parts = FileParts<'de>;

    fn from_parts(parts: FileParts<'de>) -> Result<Option<Self>, Failure> {
        let FileParts { id, filename, url, thumb_url, size } = parts;
        let thumb_url = thumb_url.filter(|url| !url.is_empty());
        Ok(Some(Self { id: id.parse()?, filename, url, thumb_url, size }))
    }
}

impl<'de> Parted<'de> for Picture {
    type Parts = FileParts<'de>;

    fn from_parts(parts: FileParts<'de>) -> Result<Option<Self>, Failure> {
        Ok(UploadedFile::from_parts(parts)?.map(Self::Uploaded))
    }

    fn from_text(text: &str) -> Result<Self, Failure> {
        Ok(Self::Web(text.to_owned()))
    }
}

#[derive(Deserialize)]
pub(crate) struct DrawingParts {
    base30: String,
    svg: String,
}

impl Parted<'_> for Drawing {
    type Parts = DrawingParts;

    fn from_parts(DrawingParts { base30, svg }: DrawingParts) -> Result<Option<Self>, Failure> {
        Ok(Some(Self { base30, svg }))
    }
}
