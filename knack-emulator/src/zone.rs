//! The application's time zone, and dates as Knack writes them.

use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The time zone of an application: Knack's raw dates are wall-clock times in it.
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// The zone that `settings` of a dump names, else the one of its fixed offset, else UTC.
    pub(crate) fn of(settings: &Value) -> Self {
        let name = settings.get("timezone").and_then(Value::as_str).unwrap_or_default();
        if let Ok(zone) = name.parse::<knack_core::zone::Zone>() {
            return Self(zone.time_zone().clone());
        }
        let seconds = match settings.get("timezone_offset") {
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(Value::Number(number)) => number.as_i64().and_then(|n| i32::try_from(n).ok()),
            _ => None,
        };
        let offset = seconds.and_then(|s| Offset::from_seconds(s).ok()).unwrap_or(Offset::UTC);
        Self(TimeZone::fixed(offset))
    }

    /// The wall-clock time of the zone at `since_epoch`, to the minute.
    pub(crate) fn local(&self, since_epoch: Duration) -> DateTime {
        let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX);
        let there =
            Timestamp::from_second(seconds).map_or(DateTime::MIN, |moment| self.0.to_datetime(moment));
        there.with().second(0).subsec_nanosecond(0).build().unwrap_or(there)
    }

    /// The true moment of a wall-clock time in the zone.
    pub(crate) fn moment(&self, local: DateTime) -> Option<Timestamp> {
        self.0.to_ambiguous_timestamp(local).compatible().ok()
    }
}

/// Milliseconds between 1970 and a wall-clock time, as though it were in UTC.
pub(crate) fn wall_ms(local: DateTime) -> i64 {
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    i64::try_from(local.duration_since(epoch).as_millis()).unwrap_or(0)
}

/// The wall-clock time of a raw date's `unix_timestamp`.
pub(crate) fn from_wall_ms(ms: i64) -> Option<DateTime> {
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    epoch.checked_add(SignedDuration::from_millis(ms)).ok()
}

/// A date written with slashes, in one of the two orders. `None` for what is no such date, ISO
/// dates among them: Knack does not understand those either.
pub(crate) fn slashed_date(text: &str, day_first: bool) -> Option<Date> {
    let mut parts = text.trim().split('/');
    let (a, b, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || [a, b, year].iter().any(|p| p.is_empty() || p.len() > 4) {
        return None;
    }
    if ![a, b, year].iter().all(|part| part.bytes().all(|c| c.is_ascii_digit())) {
        return None;
    }
    let (month, day) = if day_first { (b, a) } else { (a, b) };
    let year: i16 = match year.len() {
        2 => 2_000 + year.parse::<i16>().ok()?,
        _ => year.parse().ok()?,
    };
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A time of day: `4:14pm`, `4:14 PM`, `16:14`, `4pm`. Answers hour and minute.
pub(crate) fn time_of_day(text: &str) -> Option<(i8, i8)> {
    let lower = text.trim().to_ascii_lowercase();
    let (digits, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(rest), _) => (rest.trim(), Some(false)),
        (_, Some(rest)) => (rest.trim(), Some(true)),
        _ => (lower.as_str(), None),
    };
    let (hour, minute) = match digits.split_once(':') {
        // Seconds are accepted and dropped: Knack keeps minutes.
        Some((hour, rest)) => (hour, rest.split(':').next().unwrap_or(rest)),
        None if half.is_some() => (digits, "0"),
        None => return None,
    };
    clock(hour.trim().parse().ok()?, minute.trim().parse().ok()?, half)
}

/// Hour and minute of a clock face; `half` tells whether it is after noon.
pub(crate) fn clock(hour: i8, minute: i8, half: Option<bool>) -> Option<(i8, i8)> {
    let hour = match (half, hour) {
        (Some(false), 12) => 0,
        (Some(true), 1..=11) => hour + 12,
        _ => hour,
    };
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
}

/// A date with or without a time, as filters and writes give it: `03/09/2026 10:30am`.
pub(crate) fn date_and_time(text: &str, day_first: bool) -> Option<(Date, Option<(i8, i8)>)> {
    let text = text.trim();
    match text.split_once(' ') {
        None => Some((slashed_date(text, day_first)?, None)),
        Some((date, time)) => Some((slashed_date(date, day_first)?, Some(time_of_day(time)?))),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    #[test]
    fn zones_of_dumps() {
        // 2019-08-01 05:00 UTC.
        let summer = Duration::from_hours(434_621);
        for (settings, hour) in [
            (json!({"timezone": "Central Time (US & Canada)"}), 0),
            (json!({"timezone": "America/Chicago"}), 0),
            (json!({"timezone": "nowhere", "timezone_offset": "-21600"}), 23),
            (json!({"timezone_offset": 3_600}), 6),
            (json!(null), 5),
        ] {
            assert_eq!(Zone::of(&settings).local(summer).hour(), hour, "{settings}");
        }
    }

    #[test]
    fn dates_in_their_order() {
        assert_eq!(slashed_date("07/15/2019", false), Some(date(2019, 7, 15)));
        assert_eq!(slashed_date("15/07/2019", true), Some(date(2019, 7, 15)));
        for wrong in ["2019-07-15", "15/07/2019", "7/2019", "", "a/b/c", "+1/+2/2019", "1/2/3/4"] {
            assert_eq!(slashed_date(wrong, false), None, "{wrong}");
        }
    }

    #[test]
    fn times_of_day() {
        for (text, want) in [
            ("4:14pm", Some((16, 14))),
            ("4:14 PM", Some((16, 14))),
            ("12:00am", Some((0, 0))),
            ("12:05pm", Some((12, 5))),
            ("16:14", Some((16, 14))),
            ("10:30:59 am", Some((10, 30))),
            ("9am", Some((9, 0))),
            ("9", None),
            ("25:00", None),
            ("x:y", None),
        ] {
            assert_eq!(time_of_day(text), want, "{text}");
        }
    }

    #[test]
    fn a_comma_between_date_and_time_is_not_understood() {
        assert!(date_and_time("9/3/2026, 10:30 AM", false).is_none());
        assert!(date_and_time("9/3/2026 10:30 AM", false).is_some());
    }
}
