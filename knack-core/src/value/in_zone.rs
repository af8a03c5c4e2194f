//! Dates as instants, in a zone that the struct names.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, civil};

use crate::cell::{Cell, ValueError};
use crate::kind::DateTime;
use crate::value::date::{Parts, to_the_minute};
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;
use crate::zone::{Disambiguation, Zone};

/// The time zone of an application as a type, for [`InZone`].
///
/// ```
/// use knack_core::value::AppZone;
///
/// struct Oslo;
///
/// impl AppZone for Oslo {
///     const NAME: &'static str = "Europe/Oslo";
/// }
/// ```
pub trait AppZone: 'static {
    /// The name, as the application's settings have it (`Central Time (US & Canada)`) or as in the IANA
    /// database (`America/Chicago`).
    const NAME: &'static str;

    /// What becomes of wall-clock times that never were or were twice. An error, unless said.
    const AMBIGUOUS: Disambiguation = Disambiguation::Reject;
}

/// A date field read as an instant: the wall-clock time that Knack keeps, in the application's zone `Z`.
/// It is jiff's [`Zoned`] by `Deref`.
///
/// Where Knack sends the true instant along (the `proper_` keys of newer answers), that is taken, and if it
/// is not what the wall clock shows in `Z`, the error says so: `Z` is not the application's zone. Without one,
/// or beside a wall-clock time that never was, the wall clock decides, and a time that never was or was twice
/// is an error, or what [`AppZone::AMBIGUOUS`] says. What is written is the wall clock in `Z` to the minute,
/// its seconds dropped; an instant whose minute would be read back as another one is an error. In filters it
/// is compared by the wall clock as well, and so can be what any [`Timestamp`] is made to by `InZone::from`.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use jiff::Timestamp;
/// use knack_core::cell::Cell;
/// use knack_core::value::{AppZone, FromField, InZone};
///
/// struct Central;
///
/// impl AppZone for Central {
///     const NAME: &'static str = "Central Time (US & Canada)";
/// }
///
/// let sent = br#"{"iso_timestamp":"2019-08-01T00:00:00.000Z"}"#;
/// let placed = InZone::<Central>::from_field(Cell::new(sent))?;
/// assert_eq!(placed.timestamp().to_string(), "2019-08-01T05:00:00Z");
///
/// let now: InZone<Central> = Timestamp::UNIX_EPOCH.into();
/// assert_eq!(now.to_string(), "1969-12-31T18:00:00-06:00[America/Chicago]");
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
pub struct InZone<Z> {
    at: Zoned,
    zone: PhantomData<fn() -> Z>,
}

thread_local! {
    /// The zone that was asked for last: a program has one, and looking it up costs as much as reading
    /// the date.
    static LAST: RefCell<Option<(&'static str, Zone)>> = const { RefCell::new(None) };
}

/// The zone of `Z`; an error if there is none of its name.
fn zone<Z: AppZone>() -> Result<Zone, ValueError> {
    LAST.with_borrow_mut(|last| match last {
        Some((name, zone)) if *name == Z::NAME => Ok(zone.clone()),
        _ => {
            let zone: Zone = Z::NAME
                .parse()
                .map_err(|unknown| ValueError::new(format!("cannot be placed in time: {unknown}")))?;
            *last = Some((Z::NAME, zone.clone()));
            Ok(zone)
        }
    })
}

impl<Z> InZone<Z> {
    /// The instant in its zone.
    pub fn into_zoned(self) -> Zoned {
        self.at
    }

    const fn new(at: Zoned) -> Self {
        Self { at, zone: PhantomData }
    }
}

impl<Z: AppZone> From<Timestamp> for InZone<Z> {
    /// The instant, shown in the zone. A zone whose name is wrong shows UTC; writing it is an error.
    fn from(at: Timestamp) -> Self {
        let zone = zone::<Z>().map_or(TimeZone::UTC, |zone| zone.time_zone().clone());
        Self::new(at.to_zoned(zone))
    }
}

impl<Z: AppZone> From<Zoned> for InZone<Z> {
    fn from(at: Zoned) -> Self {
        at.timestamp().into()
    }
}

impl<Z> Deref for InZone<Z> {
    type Target = Zoned;

    fn deref(&self) -> &Zoned {
        &self.at
    }
}

impl<Z> Clone for InZone<Z> {
    fn clone(&self) -> Self {
        Self::new(self.at.clone())
    }
}

impl<Z> PartialEq for InZone<Z> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl<Z> Eq for InZone<Z> {}

impl<Z> fmt::Debug for InZone<Z> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.at, f)
    }
}

impl<Z> fmt::Display for InZone<Z> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.at, f)
    }
}

impl<Z: AppZone> FromField<DateTime> for InZone<Z> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let zone = zone::<Z>()?;
        let parts = Parts::of(filled(cell)?);
        let wall = parts.wall_clock();
        let Some(proper) = parts.proper() else { return zone.instant(wall?, Z::AMBIGUOUS).map(Self::new) };
        let placed = proper.to_zoned(zone.time_zone().clone());
        match wall {
            // The minute is what both are sure to have.
            Ok(wall) if to_the_minute(wall) != to_the_minute(placed.datetime()) => {
                // No instant has this wall clock, so none that comes beside it can agree, however near: it tells
                // nothing of the zone, and what becomes of the time is the struct's to say.
                if zone.is_gap(wall) {
                    return zone.instant(wall, Z::AMBIGUOUS).map(Self::new);
                }
                Err(ValueError::new(format!(
                    "is {wall} by the wall clock and {proper} as an instant, which {zone} does not make the \
                     same; is that the application's time zone?"
                )))
            }
            _ => Ok(Self::new(placed)),
        }
    }
}

impl<Z: AppZone> InZone<Z> {
    /// The wall clock, by which Knack knows the instant. An error if its minute would be read back as another
    /// instant.
    pub(crate) fn wall_clock(&self) -> Result<civil::DateTime, ValueError> {
        let zone = zone::<Z>()?;
        let exact = self.at.timestamp().to_zoned(zone.time_zone().clone()).datetime();
        let wall = to_the_minute(exact);
        let seconds = exact.duration_since(wall);
        if self.at.timestamp().duration_since(zone.instant(wall, Z::AMBIGUOUS)?.timestamp()) != seconds {
            return Err(ValueError::new(format!(
                "is the other one of two times {wall} in {zone}, so it would be read back as another instant"
            )));
        }
        Ok(exact)
    }
}

impl<Z: AppZone> ToField<DateTime> for InZone<Z> {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.wall_clock()?.to_field(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct London;

    impl AppZone for London {
        const NAME: &'static str = "Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London";
    }

    struct LaterInParis;

    impl AppZone for LaterInParis {
        const NAME: &'static str = "Europe/Paris";
        const AMBIGUOUS: Disambiguation = Disambiguation::Later;
    }

    struct Nowhere;

    impl AppZone for Nowhere {
        const NAME: &'static str = "Nowhere";
    }

    fn read<Z: AppZone>(json: &str) -> Result<String, String> {
        let read = InZone::<Z>::from_field(Cell::new(json.as_bytes()));
        read.map(|at| at.timestamp().to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn proper_twins_decide_where_they_are() {
        for json in [
            r#"{"iso_timestamp":"2026-10-25T01:30:00.000Z","proper_iso_timestamp":"2026-10-25T01:30:00.000Z"}"#,
            r#"{"iso_timestamp":"2026-10-25T01:30:00.000Z","proper_unix_timestamp":1792891800000}"#,
        ] {
            assert_eq!(read::<London>(json).unwrap(), "2026-10-25T01:30:00Z", "{json}");
        }
        assert_eq!(
            read::<London>(r#"{"iso_timestamp":"2026-07-01T12:00:00.000Z"}"#).unwrap(),
            "2026-07-01T11:00:00Z"
        );
    }

    #[test]
    fn a_twin_that_the_zone_does_not_explain_is_an_error() {
        let new_york = r#"{"iso_timestamp":"2026-07-01T12:00:00.000Z","proper_iso_timestamp":"2026-07-01T16:00:00.000Z"}"#;
        let error = read::<London>(new_york).unwrap_err();
        assert!(error.contains("is that the application's time zone?"), "{error}");
        let gap = r#"{"iso_timestamp":"2026-03-29T02:30:00.000Z","proper_iso_timestamp":"2026-03-29T00:30:00.000Z"}"#;
        assert_eq!(read::<LaterInParis>(gap).unwrap(), "2026-03-29T01:30:00Z");
        let gap = gap.replace("02:30", "01:30");
        assert!(read::<London>(&gap).unwrap_err().contains("never was"));
        let unreadable_wall = r#"{"date":"soon","proper_unix_timestamp":1792891800000}"#;
        assert_eq!(read::<London>(unreadable_wall).unwrap(), "2026-10-25T01:30:00Z");
    }

    #[test]
    fn gaps_and_folds_are_errors_or_a_choice() {
        let (fold, gap) = (r#""10/25/2026 1:30am""#, r#""03/29/2026 1:30am""#);
        assert!(read::<London>(fold).unwrap_err().contains("was twice"));
        assert!(read::<London>(gap).unwrap_err().contains("never was"));
        let (fold, gap) = (r#""10/25/2026 2:30am""#, r#""03/29/2026 2:30am""#);
        assert_eq!(read::<LaterInParis>(fold).unwrap(), "2026-10-25T01:30:00Z");
        assert_eq!(read::<LaterInParis>(gap).unwrap(), "2026-03-29T01:30:00Z");
        assert!(read::<Nowhere>(gap).unwrap_err().contains("`Nowhere` is no time zone"));
    }

    #[test]
    fn an_instant_that_would_be_read_back_as_another_is_not_written() {
        let write = |at: &str| {
            let mut json = String::new();
            let at: InZone<LaterInParis> = at.parse::<Timestamp>().unwrap().into();
            at.to_field(&mut ValueWriter::new(&mut json)).map(|()| json)
        };
        let written = write("2026-10-25T01:30:59.5Z").unwrap();
        assert_eq!(written, r#"{"date":"10/25/2026","hours":2,"minutes":30,"am_pm":"am"}"#);
        assert!(write("2026-10-25T00:30:00Z").unwrap_err().to_string().contains("the other one of two"));
    }
}
