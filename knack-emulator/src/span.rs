//! The spans of time that date operators mean (`docs.knack.com/reference/filters-field-types`).

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span as Step, ToSpan};
use serde_json::Value;

use crate::dates::NO_DATE;
use crate::kind::DateOrder;
use crate::render::is_blank;
use crate::zone::{clock, date_and_time, time_of_day, wall_ms};

/// A half-open span of wall-clock time in milliseconds, open where a side is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    from: Option<i64>,
    until: Option<i64>,
}

impl Span {
    pub(crate) fn contains(&self, ms: i64) -> bool {
        self.from.is_none_or(|from| ms >= from) && self.until.is_none_or(|until| ms < until)
    }

    fn new(from: Option<DateTime>, until: Option<DateTime>) -> Self {
        Self { from: from.map(wall_ms), until: until.map(wall_ms) }
    }
}

/// Why a rule means no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoSpan {
    /// Dates do not have this operator.
    Operator,
    /// The value is no date, or the unit is none: nothing matches, as with Knack.
    Value,
}

/// The span of an operator.
///
/// Units are counted as in a calendar: "during the previous 2 months" are the two whole months
/// before the present one. Weeks begin on Sunday.
///
/// `order` is that in which the rule's date is written.
pub(crate) fn of(operator: &str, rule: &Value, now: DateTime, order: DateOrder) -> Result<Span, NoSpan> {
    let today = start(now.date());
    let tomorrow = shift(today, 1.day());
    let span = |from: DateTime, until: DateTime| Span::new(Some(from), Some(until));
    let from = |from: DateTime| Span::new(Some(from), None);
    let until = |until: DateTime| Span::new(None, Some(until));
    let given = || given(rule, order).ok_or(NoSpan::Value);
    let unit = || unit(rule).ok_or(NoSpan::Value);
    // A value where none belongs makes the rule match nothing, an empty one is tolerated.
    if matches!(
        operator,
        "is today"
            | "is today or before"
            | "is today or after"
            | "is before today"
            | "is after today"
            | "is before current time"
            | "is after current time"
    ) && rule.get("value").is_some_and(|value| !is_blank(value))
    {
        return Err(NoSpan::Value);
    }
    Ok(match operator {
        "is" | "is not" => {
            let (from, until) = given()?;
            span(from, until)
        }
        "is before" => until(given()?.0),
        "is after" => from(given()?.1),
        "is today" => span(today, tomorrow),
        "is today or before" => until(tomorrow),
        "is today or after" => from(today),
        "is before today" => until(today),
        "is after today" => from(tomorrow),
        "is before current time" => until(now),
        "is after current time" => from(shift(now, 1.minute())),
        "is during the current" => {
            let unit = unit()?;
            let this = unit.begin(now);
            span(this, unit.shift(this, 1))
        }
        "is during the previous" | "is before the previous" => {
            let unit = unit()?;
            let this = unit.begin(now);
            let first = unit.shift(this, -range(rule));
            if operator == "is before the previous" { until(first) } else { span(first, this) }
        }
        "is during the next" | "is after the next" => {
            let unit = unit()?;
            let next = unit.shift(unit.begin(now), 1);
            let end = unit.shift(next, range(rule));
            if operator == "is after the next" { from(end) } else { span(next, end) }
        }
        _ => return Err(NoSpan::Operator),
    })
}

/// The day or the minute that a rule's value names: text, or the object of a date picker.
fn given(rule: &Value, order: DateOrder) -> Option<(DateTime, DateTime)> {
    let value = rule.get("value")?;
    let day_first = order == DateOrder::DayFirst;
    let (date, time) = match value {
        // Fields without a date hold a time of the same day each.
        Value::String(text) if order == DateOrder::Ignored => {
            (NO_DATE, Some(time_of_day(text).or_else(|| date_and_time(text, false)?.1)?))
        }
        Value::String(text) => date_and_time(text, day_first)?,
        Value::Object(parts) => {
            let text = |key: &str| parts.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
            let (date, time) = match text("date") {
                Some(date) if order != DateOrder::Ignored => date_and_time(date, day_first)?,
                _ if order == DateOrder::Ignored => (NO_DATE, None),
                _ => return None,
            };
            (date, time.or_else(|| time_of_day(text("time")?)).or_else(|| hours(value)))
        }
        _ => return None,
    };
    Some(match time {
        None => (start(date), shift(start(date), 1.day())),
        Some((hour, minute)) => {
            let minute = date.at(hour, minute, 0, 0);
            (minute, shift(minute, 1.minute()))
        }
    })
}

/// The time that `hours`, `minutes` and `am_pm` tell.
fn hours(value: &Value) -> Option<(i8, i8)> {
    let number = |key: &str| match value.get(key)? {
        Value::Number(number) => number.as_i64().and_then(|number| i8::try_from(number).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let half = value.get("am_pm").and_then(Value::as_str).map(|half| half.eq_ignore_ascii_case("pm"));
    clock(number("hours")?, number("minutes").unwrap_or(0), half)
}

#[derive(Clone, Copy)]
enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn begin(self, now: DateTime) -> DateTime {
        let day = now.date();
        start(match self {
            Self::Hour => return day.at(now.hour(), 0, 0, 0),
            Self::Day => day,
            Self::Week => {
                let days = i64::from(day.weekday().since(Weekday::Sunday));
                day.saturating_sub(days.days())
            }
            Self::Month => day.first_of_month(),
            Self::Quarter => {
                let months = i64::from((day.month() - 1) % 3);
                day.first_of_month().saturating_sub(months.months())
            }
            Self::Year => day.first_of_year(),
        })
    }

    /// So many of the unit from `moment` on; the end of the calendar if it is beyond.
    fn shift(self, moment: DateTime, count: i64) -> DateTime {
        let none = Step::new();
        let step = match self {
            Self::Hour => none.try_hours(count),
            Self::Day => none.try_days(count),
            Self::Week => none.try_weeks(count),
            Self::Month => none.try_months(count),
            Self::Quarter => none.try_months(count.saturating_mul(3)),
            Self::Year => none.try_years(count),
        };
        match step {
            Ok(step) => shift(moment, step),
            Err(_) if count < 0 => DateTime::MIN,
            Err(_) => DateTime::MAX,
        }
    }
}

fn unit(rule: &Value) -> Option<Unit> {
    let text = |key: &str| rule.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text("type").or_else(|| text("value"))?.to_lowercase();
    Some(match name.trim_end_matches('s') {
        "hour" => Unit::Hour,
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "quarter" => Unit::Quarter,
        "year" => Unit::Year,
        _ => return None,
    })
}

/// How many units.
fn range(rule: &Value) -> i64 {
    let count = match rule.get("range") {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    count.unwrap_or(1).max(0)
}

fn start(date: Date) -> DateTime {
    date.at(0, 0, 0, 0)
}

fn shift(moment: DateTime, step: Step) -> DateTime {
    moment.saturating_add(step)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn span(operator: &str, rest: &Value) -> Result<(String, String), NoSpan> {
        // A Wednesday.
        let now = DateTime::constant(2026, 3, 11, 16, 14, 0, 0);
        let side = |ms: Option<i64>| {
            let local = ms.and_then(crate::zone::from_wall_ms);
            local.map_or("…".to_owned(), |local| local.strftime("%m/%d/%Y %H:%M").to_string())
        };
        of(operator, rest, now, DateOrder::MonthFirst).map(|span| (side(span.from), side(span.until)))
    }

    #[test]
    fn relative_spans() {
        for (operator, rest, from, until) in [
            ("is during the current", json!({"type": "week"}), "03/08/2026 00:00", "03/15/2026 00:00"),
            ("is during the current", json!({"value": "quarter"}), "01/01/2026 00:00", "04/01/2026 00:00"),
            (
                "is during the previous",
                json!({"range": 3, "type": "months"}),
                "12/01/2025 00:00",
                "03/01/2026 00:00",
            ),
            (
                "is during the previous",
                json!({"range": "2", "type": "days"}),
                "03/09/2026 00:00",
                "03/11/2026 00:00",
            ),
            (
                "is during the next",
                json!({"range": 1, "type": "years"}),
                "01/01/2027 00:00",
                "01/01/2028 00:00",
            ),
            ("is before the previous", json!({"range": 1, "type": "weeks"}), "…", "03/01/2026 00:00"),
            ("is after the next", json!({"range": 2, "type": "hour"}), "03/11/2026 19:00", "…"),
            ("is after current time", json!({}), "03/11/2026 16:15", "…"),
        ] {
            let want = Ok((from.to_owned(), until.to_owned()));
            assert_eq!(span(operator, &rest), want, "{operator} {rest}");
        }
    }

    #[test]
    fn units_are_singular_or_plural_in_either_place() {
        for (name, from) in [
            ("hour", "03/11/2026 15:00"),
            ("day", "03/10/2026 00:00"),
            ("week", "03/01/2026 00:00"),
            ("month", "02/01/2026 00:00"),
            ("quarter", "10/01/2025 00:00"),
            ("year", "01/01/2025 00:00"),
        ] {
            for unit in [name.to_owned(), format!("{name}s"), name.to_uppercase()] {
                for rule in [
                    json!({"type": unit}),
                    json!({"value": unit}),
                    json!({"type": unit, "value": "", "range": "1"}),
                    json!({"type": "", "value": unit, "range": 1}),
                ] {
                    let (begin, end) = span("is during the previous", &rule).unwrap();
                    assert_eq!(begin, from, "{rule}");
                    assert_eq!(
                        span("is before the previous", &rule).unwrap(),
                        ("…".to_owned(), begin),
                        "{rule}"
                    );
                    assert_eq!(span("is during the current", &rule).unwrap().0, end, "{rule}");
                    let (_, after) = span("is during the next", &rule).unwrap();
                    assert_eq!(span("is after the next", &rule).unwrap(), (after, "…".to_owned()), "{rule}");
                }
            }
        }
    }

    #[test]
    fn ranges_are_as_long_as_the_calendar() {
        for (operator, rest, from, until) in [
            (
                "is during the previous",
                json!({"range": 5_000, "type": "days"}),
                "07/02/2012 00:00",
                "03/11/2026 00:00",
            ),
            ("is before the previous", json!({"range": 2_000, "type": "months"}), "…", "07/01/1859 00:00"),
            ("is after the next", json!({"range": 3_000, "type": "weeks"}), "09/12/2083 00:00", "…"),
        ] {
            let want = Ok((from.to_owned(), until.to_owned()));
            assert_eq!(span(operator, &rest), want, "{operator} {rest}");
        }
        for unit in ["hours", "days", "weeks", "months", "quarters", "years"] {
            for range in [1_000_000, i64::from(u32::MAX), i64::MAX] {
                let rest = json!({ "range": range, "type": unit });
                let (from, until) = span("is during the previous", &rest).unwrap();
                assert!(from != until, "{rest}");
                let (from, until) = span("is during the next", &rest).unwrap();
                assert!(from != until, "{rest}");
            }
        }
        assert_eq!(
            span("is before the previous", &json!({"range": i64::MAX, "type": "years"})),
            Ok(("…".to_owned(), "01/01/-9999 00:00".to_owned()))
        );
    }

    #[test]
    fn dates_are_read_in_their_order() {
        let now = DateTime::constant(2026, 3, 11, 16, 14, 0, 0);
        let begin = |value: Value, order| {
            let span = of("is", &json!({ "value": value }), now, order).ok()?;
            Some(crate::zone::from_wall_ms(span.from?).unwrap().strftime("%m/%d/%Y %H:%M").to_string())
        };
        for (value, order, want) in [
            (json!("07/15/2026"), DateOrder::MonthFirst, Some("07/15/2026 00:00")),
            (json!("15/07/2026"), DateOrder::MonthFirst, None),
            (json!("15/07/2026 4:14 pm"), DateOrder::DayFirst, Some("07/15/2026 16:14")),
            (json!("07/15/2026"), DateOrder::DayFirst, None),
            (json!("4:14pm"), DateOrder::Ignored, Some("01/01/2012 16:14")),
            (json!("07/15/2026 4:14pm"), DateOrder::Ignored, Some("01/01/2012 16:14")),
            (json!({"date": "15/07/2026"}), DateOrder::DayFirst, Some("07/15/2026 00:00")),
            (
                json!({"date": "07/15/2026", "time": "9:05am"}),
                DateOrder::MonthFirst,
                Some("07/15/2026 09:05"),
            ),
            (
                json!({"date": "07/15/2026", "hours": "9", "minutes": 5, "am_pm": "PM"}),
                DateOrder::Words,
                Some("07/15/2026 21:05"),
            ),
            (json!({"time": "9:05am"}), DateOrder::Ignored, Some("01/01/2012 09:05")),
            (json!({"time": "9:05am"}), DateOrder::MonthFirst, None),
            (json!(7), DateOrder::MonthFirst, None),
        ] {
            assert_eq!(begin(value.clone(), order).as_deref(), want, "{value} {order:?}");
        }
    }

    #[test]
    fn what_is_no_span() {
        assert_eq!(span("is", &json!({"value": "2026-03-11"})), Err(NoSpan::Value));
        assert_eq!(span("is during the current", &json!({"type": "fortnight"})), Err(NoSpan::Value));
        assert_eq!(span("higher than", &json!({})), Err(NoSpan::Operator));
    }
}
