//! Dates and times as Knack means them: wall-clock in the application's own time zone.
//!
//! Knack dresses them up as UTC (`"2019-09-11T16:14:00.000Z"` for 4:14 pm on the spot), so they are
//! read as civil times and never shifted.
//!
//! Source: docs.knack.com/docs/working-with-fields.

use jiff::civil::{self, DateTime};

use crate::cell::{Cell, ValueError};
use crate::kind::DateTime as DateTimeKind;
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

impl FromField<DateTimeKind> for DateTime {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let cell = filled(cell)?;
        if !cell.is_object() {
            return from_text(&cell.text()?).ok_or_else(|| ValueError::new("is no date"));
        }
        Parts::of(cell).date_time().ok_or_else(|| ValueError::new("holds no date that could be read"))
    }
}

impl FromField<DateTimeKind> for civil::Date {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        DateTime::from_field(cell).map(DateTime::date)
    }
}

impl FromField<DateTimeKind> for civil::Time {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        DateTime::from_field(cell).map(DateTime::time)
    }
}

/// The parts of a raw date that matter here; `time` is never relied on, since it says 720 at
/// midnight in older data.
#[derive(Default)]
struct Parts<'a> {
    date: Option<Cell<'a>>,
    hours: Option<Cell<'a>>,
    minutes: Option<Cell<'a>>,
    am_pm: Option<Cell<'a>>,
    iso: Option<Cell<'a>>,
}

impl<'a> Parts<'a> {
    fn of(cell: Cell<'a>) -> Self {
        let mut parts = Self::default();
        for (key, part) in cell.entries() {
            match &*key {
                b"date" => parts.date = Some(part),
                b"hours" => parts.hours = Some(part),
                b"minutes" => parts.minutes = Some(part),
                b"am_pm" => parts.am_pm = Some(part),
                b"iso_timestamp" => parts.iso = Some(part),
                _ => {}
            }
        }
        parts
    }

    fn date_time(&self) -> Option<DateTime> {
        let iso = self.iso.and_then(|iso| from_iso(&iso.text().ok()?));
        iso.or_else(|| Some(us_date(&self.date?.text().ok()?)?.to_datetime(self.time()?)))
    }

    /// The time of day; midnight where the parts are not given.
    fn time(&self) -> Option<civil::Time> {
        let number = |part: Option<Cell<'_>>| match part {
            Some(part) if !part.is_empty() => part.number().ok()?.parse::<i8>().ok(),
            _ => Some(0),
        };
        let (hours, minutes) = (number(self.hours)?, number(self.minutes)?);
        let am_pm = self.am_pm.and_then(|part| part.text().ok()).unwrap_or_default();
        civil::Time::new(on_24_hours(hours, &am_pm), minutes, 0, 0).ok()
    }
}

fn on_24_hours(hours: i8, am_pm: &str) -> i8 {
    match (hours, am_pm) {
        (12, half) if half.eq_ignore_ascii_case("am") => 0,
        (1..=11, half) if half.eq_ignore_ascii_case("pm") => hours + 12,
        _ => hours,
    }
}

/// Reads `2019-09-11T16:14:00.000Z` and what is shorter, as wall-clock: the `Z` is not true.
fn from_iso(text: &str) -> Option<DateTime> {
    text.trim_end_matches('Z').parse().ok()
}

/// Reads `mm/dd/yyyy`, the order of raw dates whatever the field shows.
fn us_date(text: &str) -> Option<civil::Date> {
    let mut parts = text.splitn(3, '/');
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    let year = parts.next()?.parse().ok()?;
    civil::Date::new(year, month, day).ok()
}

/// Reads a date that came as text: ISO, `mm/dd/yyyy`, or that with a time behind it.
fn from_text(text: &str) -> Option<DateTime> {
    let text = text.trim();
    from_iso(text).or_else(|| {
        let (date, time) = text.split_once(' ').unwrap_or((text, ""));
        Some(us_date(date)?.to_datetime(clock_time(time)?))
    })
}

/// Reads `4:14pm`, `04:14 pm`, `16:14`, or nothing as midnight.
fn clock_time(text: &str) -> Option<civil::Time> {
    let text = text.trim().to_ascii_lowercase();
    if text.is_empty() {
        return Some(civil::Time::midnight());
    }
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let am_pm = text.get(digits.len()..)?.trim();
    let (hours, minutes) = digits.split_once(':')?;
    civil::Time::new(on_24_hours(hours.parse().ok()?, am_pm), minutes.parse().ok()?, 0, 0).ok()
}

impl ToField<DateTimeKind> for DateTime {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        let (hours, am_pm) = match self.hour() {
            0 => (12, "am"),
            hour @ 1..=11 => (hour, "am"),
            12 => (12, "pm"),
            hour => (hour - 12, "pm"),
        };
        out.object(|out| {
            out.entry("date", |out| out.text(&us_text(self.date())));
            out.entry("hours", |out| out.number(hours));
            out.entry("minutes", |out| out.number(self.minute()));
            out.entry("am_pm", |out| out.text(am_pm));
        });
        Ok(())
    }
}

impl ToField<DateTimeKind> for civil::Date {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.object(|out| out.entry("date", |out| out.text(&us_text(*self))));
        Ok(())
    }
}

fn us_text(date: civil::Date) -> String {
    format!("{:02}/{:02}/{:04}", date.month(), date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn read(json: &str) -> Result<DateTime, ValueError> {
        DateTime::from_field(Cell::new(json.as_bytes()))
    }

    #[test]
    fn wall_clock_is_not_shifted() {
        let noon = date(2019, 9, 11).at(16, 14, 0, 0);
        for json in [
            r#"{"iso_timestamp":"2019-09-11T16:14:00.000Z","time":974}"#,
            r#"{"date":"09/11/2019","hours":"04","minutes":"14","am_pm":"PM"}"#,
            r#""2019-09-11T16:14:00.000Z""#,
            r#""09/11/2019 4:14pm""#,
            r#""09/11/2019 16:14""#,
        ] {
            assert_eq!(read(json).unwrap(), noon, "{json}");
        }
        let midnight = date(2019, 9, 11).at(0, 0, 0, 0);
        for json in [
            r#"{"date":"09/11/2019","hours":"12","minutes":"00","am_pm":"AM","time":720}"#,
            r#"{"date":"09/11/2019"}"#,
            r#""09/11/2019""#,
        ] {
            assert_eq!(read(json).unwrap(), midnight, "{json}");
        }
    }

    #[test]
    fn what_is_no_date_is_an_error() {
        for json in [r#""soon""#, r#"{"date":"13/45/2019"}"#, r#"{"times":[]}"#, "12", r#"["x"]"#] {
            assert!(read(json).is_err(), "{json}");
        }
        assert!(read("\"\"").unwrap_err().to_string().contains("Option"));
    }
}
