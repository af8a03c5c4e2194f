//! Periods and timers by serde derive.

use std::borrow::Cow;

use jiff::civil::{Date, Weekday};
use knack_core::value::{Ends, Frequency, Period, Repeat, WorkLog};
use serde::Deserialize;

use crate::Failure;
use crate::decode::by_serde::{DateParts, Parted, wall_clock};

#[derive(Deserialize)]
pub(crate) struct PeriodParts<'a> {
    #[serde(borrow)]
    iso_timestamp: Cow<'a, str>,
    #[serde(borrow, default)]
    to: Option<DateParts<'a>>,
    #[serde(default)]
    all_day: bool,
    #[serde(borrow, default)]
    repeat: Option<RepeatParts<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(clippy::struct_excessive_bools)]
struct RepeatParts<'a> {
    #[serde(rename = "frequency")]
    frequency: FrequencyName,
    #[serde(rename = "interval", borrow)]
    interval: Cow<'a, str>,
    su: bool,
    mo: bool,
    tu: bool,
    we: bool,
    th: bool,
    fr: bool,
    sa: bool,
    #[serde(rename = "repeatby", borrow)]
    repeat_by: Cow<'a, str>,
    #[serde(rename = "endson", borrow)]
    ends_on: Cow<'a, str>,
    #[serde(rename = "end_count", borrow)]
    end_count: Cow<'a, str>,
    #[serde(rename = "end_date", borrow)]
    end_date: Cow<'a, str>,
    #[serde(rename = "start_date", borrow, default)]
    start_date: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum FrequencyName {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl<'de> Parted<'de> for Period {
    type Parts = PeriodParts<'de>;

    fn from_parts(parts: PeriodParts<'de>) -> Result<Option<Self>, Failure> {
        let end = parts.to.map(|to| wall_clock(&to.iso_timestamp)).transpose()?;
        let repeat = parts.repeat.as_ref().map(repeat).transpose()?;
        Ok(Some(Self { start: wall_clock(&parts.iso_timestamp)?, end, all_day: parts.all_day, repeat }))
    }
}

fn repeat(parts: &RepeatParts<'_>) -> Result<Repeat, Failure> {
    let days = [
        (Weekday::Sunday, parts.su),
        (Weekday::Monday, parts.mo),
        (Weekday::Tuesday, parts.tu),
        (Weekday::Wednesday, parts.we),
        (Weekday::Thursday, parts.th),
        (Weekday::Friday, parts.fr),
        (Weekday::Saturday, parts.sa),
    ];
    Ok(Repeat {
        frequency: match parts.frequency {
            FrequencyName::Daily => Frequency::Daily,
            FrequencyName::Weekly => Frequency::Weekly,
            FrequencyName::Monthly => Frequency::Monthly,
            FrequencyName::Yearly => Frequency::Yearly,
        },
        interval: parts.interval.parse()?,
        weekdays: days.into_iter().filter(|(_, chosen)| *chosen).map(|(day, _)| day).collect(),
        by_weekday: parts.repeat_by == "dow",
        ends: match &*parts.ends_on {
            "limit" => Ends::After(parts.end_count.parse()?),
            "date" => Ends::On(us_date(&parts.end_date)?),
            _ => Ends::Never,
        },
        start: parts.start_date.map(us_date).transpose()?,
    })
}

fn us_date(text: &str) -> Result<Date, jiff::Error> {
    Date::strptime("%m/%d/%Y", text)
}

#[derive(Deserialize)]
pub(crate) struct TimerParts<'a> {
    #[serde(borrow)]
    times: Vec<SpanParts<'a>>,
}

#[derive(Deserialize)]
struct SpanParts<'a> {
    #[serde(borrow)]
    from: DateParts<'a>,
    #[serde(borrow)]
    to: DateParts<'a>,
}

impl<'de> Parted<'de> for WorkLog {
    type Parts = TimerParts<'de>;

    fn from_parts(parts: TimerParts<'de>) -> Result<Option<Self>, Failure> {
        let span = |span: SpanParts<'_>| {
            Ok((wall_clock(&span.from.iso_timestamp)?, wall_clock(&span.to.iso_timestamp)?))
        };
        Ok(Some(Self::new(parts.times.into_iter().map(span).collect::<Result<Vec<_>, Failure>>()?)))
    }
}
