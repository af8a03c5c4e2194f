//! Values of date fields: their raw form, and how they are shown.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use crate::kind::{ClockFace, DateFormat, DateOrder};
use crate::render::is_blank;
use crate::zone::{Zone, clock, date_and_time, from_wall_ms, slashed_date, time_of_day, wall_ms};

/// The date that fields without a date store.
pub(crate) const NO_DATE: Date = Date::constant(2012, 1, 1);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The raw form of one wall-clock time. `unix_timestamp` and `iso_timestamp` label it as UTC;
/// their `proper_` twins are the true moment in the application's zone.
pub(crate) fn raw(local: DateTime, format: &DateFormat, zone: Option<&Zone>) -> Map<String, Value> {
    let (hour, minute) = (local.hour(), local.minute());
    let (twelve, half) = twelve(hour);
    let american = american(local.date());
    let (hours, minutes) = (padded(&[("", twelve.into(), 2)]), padded(&[("", minute.into(), 2)]));
    let timestamp = [&american, " ", &hours, ":", &minutes, " ", half].concat();
    let time =
        if (hour, minute) == (0, 0) { format.midnight } else { i32::from(hour) * 60 + i32::from(minute) };
    let mut parts = Map::new();
    let mut put = |key: &str, value: Value| {
        parts.insert(key.to_owned(), value);
    };
    put("date_formatted", day(local.date(), format.order).into());
    put("date", american.into());
    put("hours", hours.into());
    put("minutes", minutes.into());
    put("am_pm", half.to_ascii_uppercase().into());
    put("unix_timestamp", wall_ms(local).into());
    put("iso_timestamp", iso(local).into());
    put("timestamp", timestamp.into());
    put("time", time.into());
    if let Some(moment) = zone.and_then(|zone| zone.moment(local)) {
        put("proper_unix_timestamp", moment.as_millisecond().into());
        put("proper_iso_timestamp", iso(Offset::UTC.to_datetime(moment)).into());
    }
    parts
}

/// The wall-clock time of a raw value (or of its `to`).
pub(crate) fn local(raw: &Value) -> Option<DateTime> {
    from_wall_ms(raw.get("unix_timestamp")?.as_i64()?)
}

/// How a raw value is shown; empty where it is no date.
pub(crate) fn shown(raw: &Value, format: &DateFormat) -> String {
    let Some(from) = local(raw) else {
        return String::new();
    };
    let all_day = raw.get("all_day").and_then(Value::as_bool).unwrap_or(false);
    let face = if all_day { None } else { format.clock };
    let mut text = date_text(from.date(), format.order);
    push_time(&mut text, from, face);
    let Some(to) = raw.get("to").filter(|_| format.range).and_then(local) else {
        return text;
    };
    let same_day = from.date() == to.date() || format.order == DateOrder::Ignored;
    let mut end = if same_day { String::new() } else { date_text(to.date(), format.order) };
    push_time(&mut end, to, face);
    if !end.is_empty() {
        text.push_str(" to ");
        text.push_str(&end);
    }
    text
}

/// How a timer is shown: its first span and the total.
pub(crate) fn shown_timer(raw: &Value, format: &DateFormat) -> String {
    let span = raw.get("times").and_then(|times| times.get(0));
    let part = |key: &str| span.and_then(|span| span.get(key)).and_then(local);
    let (Some(from), Some(to)) = (part("from"), part("to")) else {
        return String::new();
    };
    let minutes = raw.get("total_time").and_then(Value::as_i64).unwrap_or(0) / 60_000;
    let total = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} minutes"),
        (hours, minutes) => format!("{hours}:{minutes:02} hours"),
    };
    let (day, year) = (from.date(), from.year().rem_euclid(100));
    let (first, second) = match format.order {
        DateOrder::DayFirst => (day.day(), day.month()),
        _ => (day.month(), day.day()),
    };
    // Military hours are not padded here, other than in dates.
    let clock = |local: DateTime| match format.clock {
        Some(ClockFace::Military) => format!("{}:{:02}", local.hour(), local.minute()),
        _ => time_text(local, ClockFace::Twelve),
    };
    let date = match format.order {
        DateOrder::Ignored => String::new(),
        _ => format!("<span>{first:02}/{second:02}/{year:02}</span>&nbsp;"),
    };
    format!("{date}{} to {} = {total}", clock(from), clock(to))
}

/// Reads what a write gives for a date field: text or an object, in the field's own order.
pub(crate) fn written(value: &Value, format: &DateFormat, zone: Option<&Zone>) -> Option<Value> {
    let mut parts = raw(moment(value, format)?, format, zone);
    let all_day = value.get("all_day").and_then(Value::as_bool);
    let put_all_day = |half: &mut Map<String, Value>| {
        if let Some(all_day) = all_day {
            half.insert("all_day".to_owned(), json!(all_day));
        }
    };
    put_all_day(&mut parts);
    // Only fields of a calendar have an end and repetitions; elsewhere both are dropped.
    if let Some(to) = value.get("to").filter(|to| format.range && !is_blank(to)) {
        let mut to = raw(moment(to, format)?, format, zone);
        put_all_day(&mut to);
        parts.insert("to".to_owned(), Value::Object(to));
    }
    if let Some(repeat) = value.get("repeat").filter(|repeat| format.range && repeat.is_object()) {
        parts.insert("repeat".to_owned(), repeat.clone());
    }
    Some(Value::Object(parts))
}

/// Reads what a write gives for a timer: `{"times":[{"from":{…},"to":{…}}]}`.
pub(crate) fn written_timer(value: &Value, format: &DateFormat) -> Option<Value> {
    // A timer has a time whatever its format shows.
    let format = DateFormat { clock: Some(ClockFace::Twelve), range: false, now: false, ..*format };
    let mut total = 0;
    let mut times = Vec::new();
    for span in value.get("times")?.as_array()? {
        let (from, to) = (moment(span.get("from")?, &format)?, moment(span.get("to")?, &format)?);
        total += wall_ms(to) - wall_ms(from);
        let half = |key: &str, local| (key.to_owned(), Value::Object(raw(local, &format, None)));
        times.push(Value::Object(Map::from_iter([half("from", from), half("to", to)])));
    }
    if times.is_empty() {
        return None;
    }
    let parts = [("times".to_owned(), Value::Array(times)), ("total_time".to_owned(), total.into())];
    Some(Value::Object(Map::from_iter(parts)))
}

fn moment(value: &Value, format: &DateFormat) -> Option<DateTime> {
    let day_first = format.order == DateOrder::DayFirst;
    let (date, time) = match value {
        Value::String(text) if format.order == DateOrder::Ignored => {
            (NO_DATE, Some(time_of_day(text).or_else(|| date_and_time(text, day_first)?.1)?))
        }
        Value::String(text) => date_and_time(text, day_first)?,
        Value::Object(parts) => {
            let date = match parts.get("date").and_then(Value::as_str) {
                Some(text) if format.order != DateOrder::Ignored => slashed_date(text, day_first)?,
                _ if format.order == DateOrder::Ignored => NO_DATE,
                _ => return None,
            };
            let number = |key: &str| match parts.get(key) {
                Some(Value::Number(n)) => n.as_i64().and_then(|n| i8::try_from(n).ok()),
                Some(Value::String(text)) => text.trim().parse::<i8>().ok(),
                _ => None,
            };
            let half = parts.get("am_pm").and_then(Value::as_str).map(|h| h.eq_ignore_ascii_case("pm"));
            let time = match number("hours") {
                Some(hours) => Some(clock(hours, number("minutes").unwrap_or(0), half)?),
                None => None,
            };
            (date, time)
        }
        _ => return None,
    };
    // A time that is sent to a field without one is dropped.
    let (hour, minute) = time.filter(|_| format.clock.is_some()).unwrap_or((0, 0));
    Some(date.at(hour, minute, 0, 0))
}

fn push_time(text: &mut String, local: DateTime, face: Option<ClockFace>) {
    let Some(face) = face else { return };
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(&time_text(local, face));
}

fn time_text(local: DateTime, face: ClockFace) -> String {
    let (hour, minute) = (local.hour(), local.minute());
    match face {
        ClockFace::Military => format!("{hour:02}:{minute:02}"),
        ClockFace::Twelve => {
            let (twelve, half) = twelve(hour);
            format!("{twelve}:{minute:02}{half}")
        }
    }
}

fn date_text(date: Date, order: DateOrder) -> String {
    if order == DateOrder::Ignored { String::new() } else { day(date, order) }
}

fn day(date: Date, order: DateOrder) -> String {
    match order {
        DateOrder::MonthFirst | DateOrder::Ignored => american(date),
        DateOrder::DayFirst => {
            padded(&[("", date.day().into(), 2), ("/", date.month().into(), 2), ("/", date.year(), 4)])
        }
        DateOrder::Words => {
            let place = usize::try_from(date.month() - 1).unwrap_or(0);
            let month = MONTHS.get(place).copied().unwrap_or_default();
            format!("{month} {}, {:04}", date.day(), date.year())
        }
    }
}

fn american(date: Date) -> String {
    padded(&[("", date.month().into(), 2), ("/", date.day().into(), 2), ("/", date.year(), 4)])
}

fn iso(local: DateTime) -> String {
    let date = local.date();
    let mut text =
        padded(&[("", date.year(), 4), ("-", date.month().into(), 2), ("-", date.day().into(), 2)]);
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    text.push_str(&padded(&[("T", hour.into(), 2), (":", minute.into(), 2), (":", second.into(), 2)]));
    text + ".000Z"
}

/// Numbers with what stands before each, and with zeros up to a width. Each date has a dozen, which a format
/// makes several times as slowly.
fn padded(parts: &[(&str, i16, u32)]) -> String {
    let mut text = String::with_capacity(24);
    for (before, number, width) in parts {
        text.push_str(before);
        if *number < 0 {
            text.push('-');
        }
        let number = number.unsigned_abs();
        for place in (0..*width).rev() {
            let digit = u32::from(number) / 10_u32.pow(place) % 10;
            text.extend(char::from_digit(digit, 10));
        }
    }
    text
}

fn twelve(hour: i8) -> (i8, &'static str) {
    let half = if hour < 12 { "am" } else { "pm" };
    (if hour % 12 == 0 { 12 } else { hour % 12 }, half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(order: DateOrder, clock: Option<ClockFace>, range: bool) -> DateFormat {
        DateFormat { order, clock, range, now: false, midnight: 720 }
    }

    #[test]
    fn raw_form_of_a_written_date() {
        let plain = format(DateOrder::MonthFirst, Some(ClockFace::Twelve), false);
        let zone = Zone::of(&json!({"timezone": "Central Time (US & Canada)"}));
        let value = written(&json!("03/09/2026 4:14pm"), &plain, Some(&zone)).unwrap();
        assert_eq!(
            value,
            json!({"date": "03/09/2026", "date_formatted": "03/09/2026", "hours": "04", "minutes": "14",
                "am_pm": "PM", "unix_timestamp": 1_773_072_840_000_i64,
                "iso_timestamp": "2026-03-09T16:14:00.000Z", "timestamp": "03/09/2026 04:14 pm", "time": 974,
                "proper_unix_timestamp": 1_773_090_840_000_i64,
                "proper_iso_timestamp": "2026-03-09T21:14:00.000Z"})
        );
    }

    #[test]
    fn what_is_written_is_shown_as_the_field_says() {
        use ClockFace::{Military, Twelve};
        use DateOrder::{DayFirst, Ignored, MonthFirst, Words};
        let table = [
            (json!("03/09/2026 4:05pm"), format(MonthFirst, Some(Twelve), false), Some("03/09/2026 4:05pm")),
            (json!("03/09/2026 4:05pm"), format(MonthFirst, Some(Military), false), Some("03/09/2026 16:05")),
            (json!("03/09/2026 4:05pm"), format(MonthFirst, None, false), Some("03/09/2026")),
            (json!("15/07/2026"), format(DayFirst, None, false), Some("15/07/2026")),
            (json!("15/07/2026"), format(MonthFirst, None, false), None),
            (json!("2026-07-15"), format(MonthFirst, None, false), None),
            (json!("07/15/2026"), format(Words, None, false), Some("Jul 15, 2026")),
            (json!("4:14pm"), format(Ignored, Some(Twelve), false), Some("4:14pm")),
            (json!({"hours": 16, "minutes": 14}), format(Ignored, Some(Twelve), false), Some("4:14pm")),
            (
                json!({"date": "07/15/2026", "hours": "4", "minutes": "00", "am_pm": "pm",
                    "to": {"date": "07/15/2026", "hours": 5, "minutes": 30, "am_pm": "PM"}}),
                format(MonthFirst, Some(Twelve), true),
                Some("07/15/2026 4:00pm to 5:30pm"),
            ),
            (
                json!({"date": "11/01/2026", "hours": 8, "to": {"date": "11/30/2026", "hours": 8}}),
                format(MonthFirst, Some(Military), true),
                Some("11/01/2026 08:00 to 11/30/2026 08:00"),
            ),
            (
                json!({"date": "11/01/2026", "all_day": true, "to": {"date": "11/30/2026"}}),
                format(MonthFirst, Some(Military), true),
                Some("11/01/2026 to 11/30/2026"),
            ),
            (
                json!({"date": "11/01/2026", "to": {"date": "11/30/2026"}}),
                format(MonthFirst, None, false),
                Some("11/01/2026"),
            ),
            (json!({"hours": 8}), format(MonthFirst, Some(Twelve), false), None),
            (json!(7), format(MonthFirst, Some(Twelve), false), None),
        ];
        for (value, format, want) in table {
            let got = written(&value, &format, None).map(|raw| shown(&raw, &format));
            assert_eq!(got.as_deref(), want, "{value} as {format:?}");
        }
    }

    #[test]
    fn timers_count_their_spans() {
        let value = json!({"times": [{"from": {"date": "09/11/2026", "hours": 4, "minutes": 14, "am_pm": "pm"},
            "to": {"date": "09/11/2026", "hours": 5, "minutes": 14, "am_pm": "pm"}}]});
        let plain = format(DateOrder::MonthFirst, Some(ClockFace::Twelve), false);
        let raw = written_timer(&value, &plain).unwrap();
        assert_eq!(raw["total_time"], json!(3_600_000));
        assert_eq!(shown_timer(&raw, &plain), "<span>09/11/26</span>&nbsp;4:14pm to 5:14pm = 1:00 hours");
        assert!(written_timer(&json!({"times": []}), &plain).is_none());
        let undated = format(DateOrder::Ignored, Some(ClockFace::Twelve), false);
        assert_eq!(shown_timer(&raw, &undated), "4:14pm to 5:14pm = 1:00 hours");
        let abroad = format(DateOrder::DayFirst, Some(ClockFace::Military), false);
        let value = json!({"times": [{"from": {"date": "15/07/2026", "hours": 8, "minutes": 5},
            "to": {"date": "15/07/2026", "hours": 8, "minutes": 35}}]});
        let raw = written_timer(&value, &abroad).unwrap();
        assert_eq!(raw["times"][0]["from"]["date"], json!("07/15/2026"));
        assert_eq!(shown_timer(&raw, &abroad), "<span>15/07/26</span>&nbsp;8:05 to 8:35 = 30 minutes");
    }

    #[test]
    fn raw_values_of_any_shape_are_shown() {
        let plain = format(DateOrder::MonthFirst, Some(ClockFace::Twelve), true);
        for value in [
            json!(null),
            json!([]),
            json!({"unix_timestamp": "x"}),
            json!({"unix_timestamp": i64::MAX}),
            json!({"unix_timestamp": i64::MIN}),
        ] {
            assert_eq!(shown(&value, &plain), "");
        }
    }
}
