//! What the answer says, for people and for programs.

use std::fmt;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use knack_runtime::headers::LimitHeaders;
use serde_json::{Value, json};

use super::ask::Heard;
use crate::text::{grouped, in_words, label};

/// An answer, and the local time at which it came.
pub(crate) struct Report {
    heard: Heard,
    at: Zoned,
}

impl Report {
    pub(crate) fn new(heard: Heard) -> Self {
        Self { heard, at: Zoned::now() }
    }

    /// When the day's count begins anew: the server's duration on the local clock, for people to read.
    fn resets_at(&self) -> Option<Zoned> {
        self.at.checked_add(self.heard.limits.plan_reset?).ok()
    }

    pub(crate) fn json(&self) -> Value {
        let limits = &self.heard.limits;
        json!({
            "status": self.heard.status,
            "plan": {
                "limit": limits.plan_limit,
                "left": limits.plan_remaining,
                "resets_in_seconds": limits.plan_reset.map(|left| left.as_secs_f64()),
                "resets_at": self.resets_at().map(|at| second(at.timestamp())),
            },
            "rate": {
                "limit": limits.rate_limit,
                "left": limits.rate_remaining,
                "window_ends_at": window_end(limits).map(second),
                "retry_after_seconds": limits.retry_after.map(|after| after.as_secs_f64()),
            },
        })
    }
}

/// To the second: answers are not more exact than their way is.
fn second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

fn window_end(limits: &LimitHeaders) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(limits.rate_reset?).ok()?).ok()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = &self.heard.limits;
        writeln!(f, "{}   {}", label("plan"), plan(limits))?;
        match (limits.plan_reset, self.resets_at()) {
            (Some(left), Some(at)) => {
                let local = at.strftime("%a %-d %b, %H:%M");
                writeln!(f, "{}  in {}, {local} {}", label("reset"), in_words(left), zone(&at))?;
            }
            _ => writeln!(f, "{}  not told; Knack's day begins at midnight GMT", label("reset"))?,
        }
        writeln!(f, "{}   {}", label("rate"), rate(limits))?;
        match self.heard.status {
            200..=299 => Ok(()),
            429 if limits.plan_exhausted() => {
                writeln!(f, "{}   the question was refused: no call is left today", label("note"))
            }
            429 => writeln!(f, "{}   the question was refused for its rate", label("note")),
            status => writeln!(f, "{}   the question was answered with {status}", label("note")),
        }
    }
}

fn plan(limits: &LimitHeaders) -> String {
    let left = limits.plan_remaining.map(|left| grouped(u64::try_from(left).unwrap_or(0)));
    let limit = limits.plan_limit.map(grouped);
    match (left, limit) {
        (Some(left), Some(limit)) => {
            format!("{left} of {limit} calls left today, for all the account's applications")
        }
        (Some(left), None) => format!("{left} calls left today; of how many is not told"),
        (None, Some(limit)) => format!("{limit} calls a day; how many are left is not told"),
        (None, None) => "not told".to_owned(),
    }
}

fn rate(limits: &LimitHeaders) -> String {
    let Some(limit) = limits.rate_limit else { return "not told".to_owned() };
    let left = limits.rate_remaining.map(|left| format!(", {left} left in the server's present window"));
    let end = window_end(limits).map(|end| {
        let end = end.to_zoned(TimeZone::UTC).strftime("%H:%M:%S");
        format!(", over by {end} GMT of its clock")
    });
    format!("{limit} calls a second{}{}", left.unwrap_or_default(), end.unwrap_or_default())
}

/// The local zone by its name, or how far it is from GMT.
fn zone(at: &Zoned) -> String {
    let name = at.time_zone().iana_name().map(ToOwned::to_owned);
    name.unwrap_or_else(|| at.strftime("GMT%:z").to_string())
}
