//! Timers: spans of time worked.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::cell::{Cell, ValueError};
use crate::kind::Timer;
use crate::value::date::{Moment, Parts};
use crate::value::number::whole;
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

/// The spans of a timer field, by the wall clock in the application's zone. Seconds are dropped when it
/// is written: Knack keeps minutes. A log without spans empties the field. A log with a span that still runs is
/// not written: how Knack would take that is not documented.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use jiff::civil::date;
/// use knack_core::value::WorkLog;
///
/// let day = date(2026, 3, 9);
/// let log = WorkLog::new([(day.at(8, 0, 0, 0), day.at(12, 0, 0, 0)), (day.at(13, 0, 0, 0), day.at(16, 30, 0, 0))]);
/// assert_eq!(log.total().as_mins(), 450);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WorkLog {
    /// The spans, from and to.
    pub spans: Vec<(DateTime, DateTime)>,
    /// When a span began that has no end yet. It does not count in the total.
    pub running_since: Option<DateTime>,
}

impl WorkLog {
    /// A log of these spans.
    pub fn new(spans: impl IntoIterator<Item = (DateTime, DateTime)>) -> Self {
        Self { spans: spans.into_iter().collect(), running_since: None }
    }

    /// The time of all spans together. It is the difference of wall-clock times, as Knack counts it.
    pub fn total(&self) -> SignedDuration {
        let lengths = self.spans.iter().map(|(from, to)| to.duration_since(*from));
        lengths.fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }
}

impl FromField<Timer> for WorkLog {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        // Spans that are there and empty are a log without any; only where they lack it is none.
        let times = part(filled(cell)?, b"times").ok_or_else(|| ValueError::new("has no spans of time"))?;
        let mut log = Self::default();
        for cell in times.elements().filter(|span| !span.is_empty()) {
            match span(cell)? {
                (from, Some(to)) => log.spans.push((from, to)),
                (from, None) => {
                    if let Some(first) = log.running_since.replace(from) {
                        let why = format!("has two spans without an end, since {first} and since {from}");
                        return Err(ValueError::new(why));
                    }
                }
            }
        }
        Ok(log)
    }
}

/// When a span began, and when it ended if it has: an end with a date and no time of day is none yet.
fn span(cell: Cell<'_>) -> Result<(DateTime, Option<DateTime>), ValueError> {
    let (mut from, mut to) = (None, None);
    for (key, side) in cell.entries().filter(|(_, side)| !side.is_empty()) {
        match &*key {
            b"from" => from = Some(side),
            b"to" => to = Some(side),
            _ => {}
        }
    }
    let moment = |side: Option<Cell<'_>>| side.map_or(Ok(None), |side| Parts::of(side).moment());
    let from = moment(from)?.ok_or_else(|| ValueError::new("has a span without a beginning"))?;
    Ok((from, moment(to)?))
}

impl FromField<Timer> for SignedDuration {
    /// The total, which Knack sends in milliseconds.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let Some(total) = part(filled(cell)?, b"total_time").filter(|total| !total.is_empty()) else {
            return WorkLog::from_field(cell).map(|log| log.total());
        };
        let ms = total.number().and_then(|total| whole(&total));
        ms.map(Self::from_millis)
            .map_err(|_| ValueError::new("has a total that is no whole number of milliseconds"))
    }
}

/// The part of an object with this key; the last counts where it repeats.
fn part<'a>(cell: Cell<'a>, wanted: &[u8]) -> Option<Cell<'a>> {
    cell.entries().filter(|(key, _)| **key == *wanted).last().map(|(_, part)| part)
}

impl ToField<Timer> for WorkLog {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        if let Some(since) = self.running_since {
            return Err(ValueError::new(format!("still runs, since {since}; end it, or leave the span out")));
        }
        if self.spans.is_empty() {
            out.text("");
            return Ok(());
        }
        let order = out.date_order();
        let mut spans = Vec::with_capacity(self.spans.len());
        for (from, to) in &self.spans {
            if to < from {
                return Err(ValueError::new("has a span that ends before it begins"));
            }
            spans.push((Moment::new(*from, order)?, Moment::new(*to, order)?));
        }
        let mut listed = Ok(());
        out.object(|out| {
            out.entry("times", |out| {
                listed = out.list(&spans, |out, (from, to)| {
                    out.object(|out| {
                        out.entry("from", |out| out.object(|out| from.write(out)));
                        out.entry("to", |out| out.object(|out| to.write(out)));
                    });
                    Ok(())
                });
            });
        });
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn spans_and_totals() {
        let sent = br#"{"total_time":3600000,"times":[{
            "to":{"iso_timestamp":"2019-09-11T17:14:00.000Z"},"from":{"iso_timestamp":"2019-09-11T16:14:00.000Z"}}]}"#;
        let log = WorkLog::from_field(Cell::new(sent)).unwrap();
        let day = date(2019, 9, 11);
        assert_eq!(log, WorkLog::new([(day.at(16, 14, 0, 0), day.at(17, 14, 0, 0))]));
        assert_eq!(<SignedDuration as FromField<Timer>>::from_field(Cell::new(sent)).unwrap().as_mins(), 60);
        let mut json = String::new();
        log.to_field(&mut ValueWriter::new(&mut json)).unwrap();
        assert_eq!(WorkLog::from_field(Cell::new(json.as_bytes())).unwrap(), log);
        assert_eq!(
            <SignedDuration as FromField<Timer>>::from_field(Cell::new(json.as_bytes())).unwrap().as_mins(),
            60
        );
    }

    #[test]
    fn totals_are_read_or_told() {
        let total = |total: &str| {
            let span = r#"{"from":"01/01/2026 8:00","to":"01/01/2026 8:30"}"#;
            let sent = format!(r#"{{"times":[{span}],"total_time":{total}}}"#);
            <SignedDuration as FromField<Timer>>::from_field(Cell::new(sent.as_bytes()))
        };
        for hour in ["3600000", "3600000.0", "3.6e6", "\"3600000\""] {
            assert_eq!(total(hour).unwrap().as_mins(), 60, "{hour}");
        }
        assert_eq!(total("null").unwrap().as_mins(), 30, "of the spans");
        for odd in ["\"1:00\"", "0.5", "1e400", "{\"ms\":1}", "true"] {
            assert!(total(odd).unwrap_err().to_string().contains("milliseconds"), "{odd}");
        }
    }

    #[test]
    fn empty_and_running() {
        let read = |sent: &str| WorkLog::from_field(Cell::new(sent.as_bytes())).unwrap();
        for empty in [r#"{"times":[],"total_time":0}"#, r#"{"times":"","total_time":0}"#] {
            assert_eq!(read(empty), WorkLog::default(), "{empty}");
        }
        let running = read(r#"{"times":[{"from":{"date":"01/01/2026","hours":"9"},"to":""}]}"#);
        assert_eq!(running.running_since, Some(date(2026, 1, 1).at(9, 0, 0, 0)));
        assert!(running.total().is_zero());
        for to in [
            r#"{"date":"01/01/2026"}"#,
            r#"{"date":"01/01/2026","hours":"","minutes":"","am_pm":"AM"}"#,
            r#"{"date":"","hours":"","am_pm":"AM"}"#,
            r#"{"date":"01/01/2026","hours":"","iso_timestamp":"2026-01-01T00:00:00.000Z"}"#,
            r#""01/01/2026""#,
        ] {
            let sent = format!(r#"{{"times":[{{"from":{{"date":"01/01/2026","hours":"9"}},"to":{to}}}]}}"#);
            assert_eq!(read(&sent), running, "{to}");
        }
        let stamps = r#"{"times":[{"from":{"unix_timestamp":0},"to":"01/01/1970 1:00am"}]}"#;
        assert_eq!(read(stamps).total().as_mins(), 60);
        let mut json = String::new();
        WorkLog::default().to_field(&mut ValueWriter::new(&mut json)).unwrap();
        assert_eq!(json, "\"\"", "as a field is cleared");
        let refused = running.to_field(&mut ValueWriter::new(&mut String::new())).unwrap_err();
        assert!(refused.to_string().contains("still runs"), "{refused}");
    }

    #[test]
    fn what_is_no_log_is_an_error() {
        for sent in [
            r#"{"total_time":"x"}"#,
            r#"{"times":[{"from":{}}]}"#,
            "7",
            r#"{"times":[{"to":{"date":"01/01/2026"}}]}"#,
            r#"{"times":[{"from":{"date":"01/01/2026"}}]}"#,
            r#"{"times":[{"from":"01/01/2026 8:00","to":{"at":"x"}}]}"#,
            r#"{"times":[{"from":"01/01/2026 8:00"},{"from":"01/02/2026 8:00"}]}"#,
        ] {
            assert!(WorkLog::from_field(Cell::new(sent.as_bytes())).is_err(), "{sent}");
        }
        let day = date(2019, 9, 11);
        let backwards = WorkLog::new([(day.at(9, 0, 0, 0), day.at(8, 0, 0, 0))]);
        assert!(backwards.to_field(&mut ValueWriter::new(&mut String::new())).is_err());
    }
}
