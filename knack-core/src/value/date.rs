//! Dates and times as Knack means them: wall-clock in the application's own time zone.
//!
//! Knack dresses them up as UTC (`"2019-09-11T16:14:00.000Z"` for 4:14 pm on the spot), so they are
//! read as civil times and never shifted. What is sent is in one order whatever the field shows; what
//! is written is in the field's own.
//!
//! Source: docs.knack.com/docs/working-with-fields.

use jiff::civil::{self, DateTime};
use jiff::{SignedDuration, Timestamp};

use crate::cell::{Cell, ValueError};
use crate::kind::{DateTime as DateTimeKind, Equation};
use crate::object::DateOrder;
use crate::value::{FromField, ToField, filled};
use crate::write::{ObjectWriter, ValueWriter};

impl FromField<DateTimeKind> for DateTime {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        Parts::of(filled(cell)?).wall_clock()
    }
}

impl FromField<DateTimeKind> for civil::Date {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        <DateTime as FromField<DateTimeKind>>::from_field(cell).map(DateTime::date)
    }
}

impl FromField<DateTimeKind> for civil::Time {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        <DateTime as FromField<DateTimeKind>>::from_field(cell).map(DateTime::time)
    }
}

impl FromField<Equation> for DateTime {
    /// An equation whose result is a date: an object like a date field's, text, or milliseconds.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        match filled(cell)?.number() {
            Ok(number) if !cell.is_object() => {
                wall_clock_of_ms(&number).ok_or_else(|| ValueError::new("is no date"))
            }
            _ => Parts::of(cell).wall_clock(),
        }
    }
}

impl FromField<Equation> for civil::Date {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        <DateTime as FromField<Equation>>::from_field(cell).map(DateTime::date)
    }
}

impl FromField<Equation> for SignedDuration {
    /// An equation that is a difference of dates: Knack sends seconds, whatever unit it shows.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let seconds = <f64 as FromField<Equation>>::from_field(cell)?;
        Self::try_from_secs_f64(seconds).map_err(|_| ValueError::new("is too long a time"))
    }
}

/// A raw date: an object, or text. `time` is never relied on, since it says 720 at midnight in older
/// data.
#[derive(Default)]
pub(super) struct Parts<'a> {
    text: Option<Cell<'a>>,
    date: Option<Cell<'a>>,
    hours: Option<Cell<'a>>,
    minutes: Option<Cell<'a>>,
    am_pm: Option<Cell<'a>>,
    iso: Option<Cell<'a>>,
    unix: Option<Cell<'a>>,
    proper_iso: Option<Cell<'a>>,
    proper_unix: Option<Cell<'a>>,
    pub(super) to: Option<Cell<'a>>,
    pub(super) all_day: Option<Cell<'a>>,
    pub(super) repeat: Option<Cell<'a>>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(cell: Cell<'a>) -> Self {
        let mut parts = Self::default();
        if !cell.is_object() {
            parts.text = Some(cell);
        }
        for (key, part) in cell.entries() {
            let place = match &*key {
                b"date" => &mut parts.date,
                b"hours" => &mut parts.hours,
                b"minutes" => &mut parts.minutes,
                b"am_pm" => &mut parts.am_pm,
                b"iso_timestamp" => &mut parts.iso,
                b"unix_timestamp" => &mut parts.unix,
                b"proper_iso_timestamp" => &mut parts.proper_iso,
                b"proper_unix_timestamp" => &mut parts.proper_unix,
                b"to" => &mut parts.to,
                b"all_day" => &mut parts.all_day,
                b"repeat" => &mut parts.repeat,
                _ => continue,
            };
            *place = Some(part);
        }
        // An empty text is no date or time anyway, but these are looked at for being there.
        for part in [&mut parts.to, &mut parts.repeat] {
            *part = part.filter(|part| !part.is_empty());
        }
        parts
    }

    /// The wall-clock time.
    pub(super) fn wall_clock(&self) -> Result<DateTime, ValueError> {
        if let Some(text) = self.text {
            let no_date = || ValueError::new("is no date: `mm/dd/yyyy h:mmam`, or ISO without an offset");
            return from_text(&text.text()?).ok_or_else(no_date);
        }
        let iso = || from_iso(&self.iso?.text().ok()?);
        let parts = || Some(us_date(&self.date?.text().ok()?)?.to_datetime(self.time()?));
        let unix = || wall_clock_of_ms(&self.unix?.number().ok()?);
        let read = iso().or_else(parts).or_else(unix);
        read.ok_or_else(|| ValueError::new("holds no date that could be read"))
    }

    /// The wall-clock time; `None` where the date is told without a time of day, as in a form that was not
    /// filled to the end.
    pub(super) fn moment(&self) -> Result<Option<DateTime>, ValueError> {
        let timed = match (self.text, self.hours) {
            (Some(text), _) => text.text()?.contains(':'),
            (None, Some(hours)) if hours.is_empty() => return Ok(None),
            (None, Some(_)) => true,
            (None, None) => [self.iso, self.unix].into_iter().flatten().any(|stamp| !stamp.is_empty()),
        };
        let wall = self.wall_clock()?;
        Ok(timed.then_some(wall))
    }

    /// The true instant, where the answer has it.
    pub(super) fn proper(&self) -> Option<Timestamp> {
        let iso = || self.proper_iso?.text().ok()?.parse().ok();
        let unix = || Timestamp::from_millisecond(self.proper_unix?.number().ok()?.parse().ok()?).ok();
        iso().or_else(unix)
    }

    /// The time of day; midnight where the parts are not given.
    fn time(&self) -> Option<civil::Time> {
        let number = |part: Option<Cell<'_>>| match part.filter(|part| !part.is_empty()) {
            Some(part) => part.number().ok()?.parse::<i8>().ok(),
            None => Some(0),
        };
        let (hours, minutes) = (number(self.hours)?, number(self.minutes)?);
        let am_pm = self.am_pm.and_then(|part| part.text().ok()).unwrap_or_default();
        civil::Time::new(on_24_hours(hours, &am_pm), minutes, 0, 0).ok()
    }
}

/// Milliseconds since 1970 by the wall clock.
pub(super) fn wall_clock_of_ms(number: &str) -> Option<DateTime> {
    let ms = number.parse::<i64>().ok()?;
    civil::date(1970, 1, 1).at(0, 0, 0, 0).checked_add(SignedDuration::from_millis(ms)).ok()
}

fn on_24_hours(hours: i8, am_pm: &str) -> i8 {
    match (hours, am_pm) {
        (12, half) if half.eq_ignore_ascii_case("am") => 0,
        (1..=11, half) if half.eq_ignore_ascii_case("pm") => hours + 12,
        _ => hours,
    }
}

/// Reads `2019-09-11T16:14:00.000Z` and what is shorter, as wall-clock: the `Z` is not true. An offset that
/// is no zero is meant, and by whose clock the time is then, nobody tells.
fn from_iso(text: &str) -> Option<DateTime> {
    if let Some(wall) = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")) {
        return wall.parse().ok();
    }
    let offset = text.bytes().skip("2019-09-11".len()).any(|sign| matches!(sign, b'+' | b'-' | b'['));
    if offset { None } else { text.parse().ok() }
}

/// Reads `mm/dd/yyyy`, the order of raw dates whatever the field shows.
pub(super) fn us_date(text: &str) -> Option<civil::Date> {
    let mut parts = text.splitn(3, '/');
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    // A year of two digits would be one of the first century.
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
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
    /// Seconds are dropped: Knack keeps minutes.
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        let moment = Moment::new(*self, out.date_order())?;
        out.object(|out| moment.write(out));
        Ok(())
    }
}

impl ToField<DateTimeKind> for civil::Date {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        let date = ordered(*self, out.date_order())?;
        out.object(|out| out.entry("date", |out| out.text(&date)));
        Ok(())
    }
}

impl ToField<DateTimeKind> for civil::Time {
    /// For fields without a date. Seconds are dropped: Knack keeps minutes.
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.object(|out| write_time(*self, out));
        Ok(())
    }
}

/// A wall-clock time that can be written: the date's text, in the order of the field, and the time.
pub(super) struct Moment(String, civil::Time);

impl Moment {
    pub(super) fn new(wall: DateTime, order: DateOrder) -> Result<Self, ValueError> {
        Ok(Self(ordered(wall.date(), order)?, wall.time()))
    }

    pub(super) fn write(&self, out: &mut ObjectWriter<'_>) {
        out.entry("date", |out| out.text(&self.0));
        write_time(self.1, out);
    }
}

fn write_time(time: civil::Time, out: &mut ObjectWriter<'_>) {
    let (hours, am_pm) = half_day(time);
    out.entry("hours", |out| out.number(hours));
    out.entry("minutes", |out| out.number(time.minute()));
    out.entry("am_pm", |out| out.text(am_pm));
}

/// The hour from 1 to 12, and in which half of the day it is.
pub(crate) fn half_day(time: civil::Time) -> (i8, &'static str) {
    match time.hour() {
        0 => (12, "am"),
        hour @ 1..=11 => (hour, "am"),
        12 => (12, "pm"),
        hour => (hour - 12, "pm"),
    }
}

/// The wall clock without its seconds, which Knack does not keep.
pub(crate) fn to_the_minute(wall: DateTime) -> DateTime {
    wall.date().at(wall.hour(), wall.minute(), 0, 0)
}

/// A date in the order of a field, or in that of filters.
pub(crate) fn ordered(date: civil::Date, order: DateOrder) -> Result<String, ValueError> {
    let (day, month, year) = (date.day(), date.month(), date.year());
    if year < 1 {
        return Err(ValueError::new(format!("is {date}, before the year 1, which Knack cannot be told")));
    }
    Ok(match order {
        DateOrder::MonthFirst => format!("{month:02}/{day:02}/{year:04}"),
        DateOrder::DayFirst => format!("{day:02}/{month:02}/{year:04}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn read(json: &str) -> Result<DateTime, ValueError> {
        <DateTime as FromField<DateTimeKind>>::from_field(Cell::new(json.as_bytes()))
    }

    #[test]
    fn wall_clock_is_not_shifted() {
        let noon = date(2019, 9, 11).at(16, 14, 0, 0);
        for json in [
            r#"{"iso_timestamp":"2019-09-11T16:14:00.000Z","time":974}"#,
            r#"{"date":"09/11/2019","hours":"04","minutes":"14","am_pm":"PM"}"#,
            r#""2019-09-11T16:14:00.000Z""#,
            r#""2019-09-11T16:14:00+00:00""#,
            r#"{"iso_timestamp":"2019-09-11T21:14:00+05:00","date":"09/11/2019","hours":"04","minutes":"14","am_pm":"PM"}"#,
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
        for offset in ["-05:00", "+05:30", "-0500", "-05", "[America/Chicago]", "-05:00[America/Chicago]"] {
            let error = read(&format!("\"2019-09-11T16:14:00{offset}\"")).unwrap_err().to_string();
            assert!(error.contains("without an offset"), "{offset}: {error}");
            assert!(read(&format!(r#"{{"iso_timestamp":"2019-09-11T16:14:00{offset}"}}"#)).is_err());
        }
    }

    fn written(value: &impl ToField<DateTimeKind>, order: DateOrder) -> String {
        use crate::key::FieldKey;
        use crate::object::FieldDef;

        let field = FieldDef::new::<DateTimeKind>("since", FieldKey::new(6)).dates(order);
        let mut json = String::new();
        value.to_field(&mut ValueWriter::of_field(&mut json, &field)).unwrap();
        json
    }

    #[test]
    fn dates_are_written_in_the_order_of_the_field() {
        let day = date(2026, 7, 15);
        assert_eq!(written(&day, DateOrder::MonthFirst), r#"{"date":"07/15/2026"}"#);
        assert_eq!(written(&day, DateOrder::DayFirst), r#"{"date":"15/07/2026"}"#);
        assert_eq!(
            written(&day.at(0, 5, 59, 0), DateOrder::DayFirst),
            r#"{"date":"15/07/2026","hours":12,"minutes":5,"am_pm":"am"}"#
        );
        assert_eq!(
            written(&civil::time(16, 0, 0, 0), DateOrder::MonthFirst),
            r#"{"hours":4,"minutes":0,"am_pm":"pm"}"#
        );
        let ancient = date(-44, 3, 15).to_field(&mut ValueWriter::new(&mut String::new()));
        assert!(ancient.unwrap_err().to_string().contains("before the year 1"));
    }

    #[test]
    fn equations_with_dates() {
        let day = date(2026, 1, 5);
        for json in [r#""2026-01-05""#, "1767571200000", r#"{"iso_timestamp":"2026-01-05T00:00:00.000Z"}"#] {
            let cell = Cell::new(json.as_bytes());
            assert_eq!(<civil::Date as FromField<Equation>>::from_field(cell).unwrap(), day, "{json}");
        }
        let days = <SignedDuration as FromField<Equation>>::from_field(Cell::new(b"923880")).unwrap();
        assert_eq!(days.as_hours(), 256);
        assert!(<DateTime as FromField<Equation>>::from_field(Cell::new(b"1.5")).is_err());
    }
}
