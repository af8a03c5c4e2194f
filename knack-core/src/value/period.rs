//! Dates with an end, all day or repeated.

use jiff::civil::{Date, DateTime, Weekday};

use crate::cell::{Cell, ValueError};
use crate::kind::DateTime as DateTimeKind;
use crate::object::DateOrder;
use crate::value::date::{Moment, Parts, ordered, us_date, wall_clock_of_ms};
use crate::value::{FromField, ToField, filled};
use crate::write::{ObjectWriter, ValueWriter};

/// A date with what calendar fields add: an end, all day, a repetition. Times are wall-clock, in the
/// application's zone; seconds are dropped, Knack keeps minutes. A field that is no calendar drops all
/// but the start, without an error.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use jiff::civil::date;
/// use knack_core::cell::Cell;
/// use knack_core::value::{FromField, Period};
///
/// let shift = Period::between(date(2026, 3, 9).at(8, 0, 0, 0), date(2026, 3, 9).at(16, 30, 0, 0));
/// let sent = br#"{"date":"03/09/2026","hours":"08","minutes":"00","am_pm":"AM",
///     "to":{"date":"03/09/2026","hours":"04","minutes":"30","am_pm":"PM"}}"#;
/// assert_eq!(Period::from_field(Cell::new(sent))?, shift);
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// When it begins.
    pub start: DateTime,
    /// When it ends, if it has an end.
    pub end: Option<DateTime>,
    /// Whether the times of day mean nothing.
    pub all_day: bool,
    /// How it is repeated, if it is.
    pub repeat: Option<Repeat>,
}

impl Period {
    /// A point in time: no end, not repeated.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use knack_core::value::Period;
    ///
    /// assert_eq!(Period::at(date(2026, 3, 9).at(8, 0, 0, 0)).end, None);
    /// ```
    pub const fn at(start: DateTime) -> Self {
        Self { start, end: None, all_day: false, repeat: None }
    }

    /// From one time to another.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use knack_core::value::Period;
    ///
    /// let nine = date(2026, 3, 9).at(9, 0, 0, 0);
    /// let meeting = Period::between(nine, date(2026, 3, 9).at(10, 0, 0, 0));
    /// assert!(!meeting.all_day);
    /// ```
    pub const fn between(start: DateTime, end: DateTime) -> Self {
        Self { start, end: Some(end), all_day: false, repeat: None }
    }

    /// Whole days, the last included.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use knack_core::value::Period;
    ///
    /// let holiday = Period::days(date(2026, 8, 1), date(2026, 8, 14));
    /// assert!(holiday.all_day);
    /// ```
    pub const fn days(first: Date, last: Date) -> Self {
        Self { start: first.at(0, 0, 0, 0), end: Some(last.at(0, 0, 0, 0)), all_day: true, repeat: None }
    }
}

/// How a [`Period`] is repeated.
///
/// ```
/// use jiff::civil::{Weekday, date};
/// use knack_core::value::{Ends, Frequency, Period, Repeat};
///
/// let mut training = Period::at(date(2026, 3, 10).at(18, 0, 0, 0));
/// training.repeat = Some(Repeat {
///     weekdays: vec![Weekday::Tuesday, Weekday::Thursday],
///     ends: Ends::After(20),
///     ..Repeat::every(Frequency::Weekly)
/// });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Repeat {
    /// In which steps.
    pub frequency: Frequency,
    /// How many of the steps at once: 2 with weeks is every other week. 0 is refused.
    pub interval: u32,
    /// On which days of the week, of a weekly one. They are read from Sunday on, each once; written, their
    /// order and repeats do not matter.
    pub weekdays: Vec<Weekday>,
    /// Whether a monthly one keeps the day of the week (the second Tuesday), not that of the month.
    pub by_weekday: bool,
    /// Until when.
    pub ends: Ends,
    /// The first day, if it is told.
    pub start: Option<Date>,
}

impl Repeat {
    /// Every day, week, month or year, without an end.
    ///
    /// ```
    /// use knack_core::value::{Ends, Frequency, Repeat};
    ///
    /// let yearly = Repeat::every(Frequency::Yearly);
    /// assert_eq!((yearly.interval, yearly.ends), (1, Ends::Never));
    /// ```
    pub const fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            weekdays: Vec::new(),
            by_weekday: false,
            ends: Ends::Never,
            start: None,
        }
    }
}

/// The steps of a [`Repeat`].
///
/// ```
/// use knack_core::value::{Frequency, Repeat};
///
/// assert_eq!(Repeat::every(Frequency::Daily).frequency, Frequency::Daily);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Days.
    Daily,
    /// Weeks.
    Weekly,
    /// Months.
    Monthly,
    /// Years.
    Yearly,
}

impl Frequency {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Daily, "daily"),
        (Self::Weekly, "weekly"),
        (Self::Monthly, "monthly"),
        (Self::Yearly, "yearly"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(frequency, _)| *frequency == self).map_or("", |(_, name)| name)
    }
}

/// When a [`Repeat`] ends.
///
/// ```
/// use jiff::civil::date;
/// use knack_core::value::Ends;
///
/// let ends = Ends::On(date(2026, 12, 31));
/// assert_ne!(ends, Ends::Never);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ends {
    /// It does not.
    Never,
    /// After so many times. 0 is refused.
    After(u32),
    /// On this day.
    On(Date),
}

const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Sunday, "SU"),
    (Weekday::Monday, "MO"),
    (Weekday::Tuesday, "TU"),
    (Weekday::Wednesday, "WE"),
    (Weekday::Thursday, "TH"),
    (Weekday::Friday, "FR"),
    (Weekday::Saturday, "SA"),
];

impl FromField<DateTimeKind> for Period {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let parts = Parts::of(filled(cell)?);
        let yes = |cell: Cell<'_>| cell.text().is_ok_and(|text| text.eq_ignore_ascii_case("true"));
        Ok(Self {
            start: parts.wall_clock()?,
            end: parts.to.map(|to| Parts::of(to).wall_clock()).transpose()?,
            all_day: parts.all_day.is_some_and(yes),
            repeat: parts.repeat.filter(Cell::is_object).map(read_repeat).transpose()?,
        })
    }
}

fn read_repeat(cell: Cell<'_>) -> Result<Repeat, ValueError> {
    let mut repeat = Repeat::every(Frequency::Daily);
    let (mut known, mut ends, mut count, mut until) = (false, String::new(), None, None);
    let mut days = [false; 7];
    for (key, part) in cell.entries().filter(|(_, part)| !part.is_empty()) {
        // What is not known is passed over, whatever it holds.
        let text = || part.text();
        match &*key {
            b"frequency" => {
                let text = text()?;
                let found = Frequency::ALL.iter().find(|(_, name)| text.eq_ignore_ascii_case(name));
                known = found.is_some();
                repeat.frequency = found.map_or(repeat.frequency, |(frequency, _)| *frequency);
            }
            b"interval" => {
                let steps = text()?.trim().parse().ok().filter(|steps| *steps > 0);
                repeat.interval =
                    steps.ok_or_else(|| ValueError::new("is repeated in steps of no number"))?;
            }
            b"endson" => ends = text()?.into_owned(),
            b"end_count" => count = text()?.trim().parse().ok(),
            b"end_date" => until = us_date(&text()?).or(until),
            b"end_timestamp" => {
                let stamp = text()?;
                until = until.or_else(|| wall_clock_of_ms(&stamp).map(DateTime::date));
            }
            b"start_date" => repeat.start = us_date(&text()?),
            b"repeatby" => repeat.by_weekday = text()? == "dow",
            other => {
                let day = WEEKDAYS.iter().zip(&mut days).find(|((_, name), _)| name.as_bytes() == other);
                if let Some((_, chosen)) = day {
                    *chosen = text()? == "true";
                }
            }
        }
    }
    if !known {
        return Err(ValueError::new("is repeated in a way that is not known"));
    }
    repeat.weekdays =
        WEEKDAYS.iter().zip(days).filter(|(_, chosen)| *chosen).map(|((day, _), _)| *day).collect();
    repeat.ends = match (ends.as_str(), count, until) {
        ("limit", Some(count), _) => Ends::After(count),
        ("date", _, Some(until)) => Ends::On(until),
        ("" | "never", ..) => Ends::Never,
        _ => return Err(ValueError::new("is repeated until an end that could not be read")),
    };
    Ok(repeat)
}

impl ToField<DateTimeKind> for Period {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        let order = out.date_order();
        let start = Moment::new(self.start, order)?;
        let end = self.end.map(|end| Moment::new(end, order)).transpose()?;
        if self.end.is_some_and(|end| end < self.start) {
            return Err(ValueError::new("ends before it begins"));
        }
        let repeat = self.repeat.as_ref().map(WrittenRepeat::new).transpose()?;
        let moment = |moment: &Moment, out: &mut ObjectWriter<'_>| {
            moment.write(out);
            if self.all_day {
                out.entry("all_day", |out| out.boolean(true));
            }
        };
        out.object(|out| {
            moment(&start, out);
            if let Some(end) = &end {
                out.entry("to", |out| out.object(|out| moment(end, out)));
            }
            if let Some(repeat) = &repeat {
                out.entry("repeat", |out| out.object(|out| repeat.write(out)));
            }
        });
        Ok(())
    }
}

/// A repetition whose dates can be written. They are in the order in which Knack sends them: recorded
/// answers have no other, and the documents are silent.
struct WrittenRepeat<'a> {
    repeat: &'a Repeat,
    start: Option<String>,
    until: Option<String>,
}

impl<'a> WrittenRepeat<'a> {
    fn new(repeat: &'a Repeat) -> Result<Self, ValueError> {
        if repeat.interval == 0 {
            return Err(ValueError::new("is repeated in steps of 0; each step is `interval: 1`"));
        }
        if repeat.ends == Ends::After(0) {
            return Err(ValueError::new("is repeated 0 times; without a repetition, `repeat` is `None`"));
        }
        let text = |date: Option<Date>| date.map(|date| ordered(date, DateOrder::MonthFirst)).transpose();
        let until = match repeat.ends {
            Ends::On(date) => Some(date),
            Ends::Never | Ends::After(_) => None,
        };
        Ok(Self { repeat, start: text(repeat.start)?, until: text(until)? })
    }

    fn write(&self, out: &mut ObjectWriter<'_>) {
        let repeat = self.repeat;
        out.entry("frequency", |out| out.text(repeat.frequency.name()));
        out.entry("interval", |out| out.text(&repeat.interval.to_string()));
        for (day, name) in WEEKDAYS {
            out.entry(name, |out| out.boolean(repeat.weekdays.contains(&day)));
        }
        out.entry("repeatby", |out| out.text(if repeat.by_weekday { "dow" } else { "dom" }));
        let (ends, count) = match repeat.ends {
            Ends::Never => ("never", String::new()),
            Ends::After(count) => ("limit", count.to_string()),
            Ends::On(_) => ("date", String::new()),
        };
        out.entry("endson", |out| out.text(ends));
        out.entry("end_count", |out| out.text(&count));
        out.entry("end_date", |out| out.text(self.until.as_deref().unwrap_or_default()));
        if let Some(start) = &self.start {
            out.entry("start_date", |out| out.text(start));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn written(period: &Period) -> Result<String, ValueError> {
        let mut json = String::new();
        period.to_field(&mut ValueWriter::new(&mut json)).map(|()| json)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let nine = date(2026, 3, 9).at(9, 0, 0, 0);
        let repeated = |repeat: Repeat| Period { repeat: Some(repeat), ..Period::at(nine) };
        for period in [
            Period::at(nine),
            Period::between(nine, date(2026, 3, 10).at(0, 30, 0, 0)),
            Period::days(date(2026, 3, 9), date(2026, 3, 9)),
            repeated(Repeat::every(Frequency::Yearly)),
            repeated(Repeat {
                interval: 2,
                weekdays: vec![Weekday::Sunday, Weekday::Friday],
                ends: Ends::After(15),
                start: Some(date(2026, 3, 9)),
                ..Repeat::every(Frequency::Weekly)
            }),
            repeated(Repeat {
                by_weekday: true,
                ends: Ends::On(date(2026, 12, 31)),
                ..Repeat::every(Frequency::Monthly)
            }),
        ] {
            let json = written(&period).unwrap();
            assert_eq!(Period::from_field(Cell::new(json.as_bytes())).unwrap(), period, "{json}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        let nine = date(2026, 3, 9).at(9, 0, 0, 0);
        let backwards = Period::between(nine, date(2026, 3, 8).at(9, 0, 0, 0));
        assert_eq!(written(&backwards).unwrap_err().to_string(), "ends before it begins");
        for never in [
            Repeat { interval: 0, ..Repeat::every(Frequency::Daily) },
            Repeat { ends: Ends::After(0), ..Repeat::every(Frequency::Daily) },
        ] {
            let period = Period { repeat: Some(never), ..Period::at(nine) };
            assert!(written(&period).unwrap_err().to_string().starts_with("is repeated "));
        }
        let odd = br#"{"date":"03/09/2026","repeat":{"frequency":"hourly"}}"#;
        assert!(Period::from_field(Cell::new(odd)).unwrap_err().to_string().contains("repeated in a way"));
        let repeated = |end: &str| {
            let json = format!(r#"{{"date":"03/09/2026","repeat":{{"frequency":"daily",{end}}}}}"#);
            Period::from_field(Cell::new(json.as_bytes())).map(|period| period.repeat.unwrap().ends)
        };
        for end in [
            r#""endson":"limit","end_count":"many""#,
            r#""endson":"limit""#,
            r#""endson":"date","end_date":"soon""#,
            r#""endson":"eclipse""#,
            r#""interval":"0""#,
            r#""interval":"x""#,
        ] {
            assert!(repeated(end).unwrap_err().to_string().starts_with("is repeated"), "{end}");
        }
        let stamp = r#""endson":"date","end_date":"","end_timestamp":1447545600000"#;
        assert_eq!(repeated(stamp).unwrap(), Ends::On(date(2015, 11, 15)));
        let unknown = r#""exceptions":["03/10/2026"],"rule":{"by":"x"},"endson":"never""#;
        assert_eq!(repeated(unknown).unwrap(), Ends::Never);
        assert!(repeated(r#""endson":["never"]"#).is_err());
        let plain = br#"{"date":"03/09/2026","to":"","repeat":false,"all_day":"false"}"#;
        assert_eq!(
            Period::from_field(Cell::new(plain)).unwrap(),
            Period::at(date(2026, 3, 9).at(0, 0, 0, 0))
        );
    }

    fn any_repeat() -> impl Strategy<Value = Repeat> {
        let frequency = (0..Frequency::ALL.len()).prop_map(|at| Frequency::ALL[at].0);
        let day = (1..=9999_i16, 1..=12_i8, 1..=28_i8).prop_map(|(year, month, day)| date(year, month, day));
        let ends = prop_oneof![
            Just(Ends::Never),
            prop_oneof![0..3_u32, any::<u32>()].prop_map(Ends::After),
            day.clone().prop_map(Ends::On)
        ];
        let weekdays = proptest::collection::vec((0..7_usize).prop_map(|at| WEEKDAYS[at].0), 0..9);
        let interval = prop_oneof![0..3_u32, any::<u32>()];
        (frequency, interval, weekdays, any::<bool>(), ends, proptest::option::of(day)).prop_map(
            |(frequency, interval, weekdays, by_weekday, ends, start)| Repeat {
                frequency,
                interval,
                weekdays,
                by_weekday,
                ends,
                start,
            },
        )
    }

    proptest! {
        #[test]
        fn a_repetition_is_refused_or_read_back(repeat in any_repeat()) {
            let period = Period { repeat: Some(repeat), ..Period::at(date(2026, 3, 9).at(9, 0, 0, 0)) };
            let repeat = period.repeat.as_ref().unwrap();
            let senseless = repeat.interval == 0 || repeat.ends == Ends::After(0);
            let Ok(json) = written(&period) else {
                prop_assert!(senseless);
                return Ok(());
            };
            prop_assert!(!senseless);
            let read = Period::from_field(Cell::new(json.as_bytes())).unwrap().repeat.unwrap();
            let weekdays: Vec<_> =
                WEEKDAYS.into_iter().map(|(day, _)| day).filter(|day| repeat.weekdays.contains(day)).collect();
            prop_assert_eq!(read, Repeat { weekdays, ..repeat.clone() });
        }
    }
}
