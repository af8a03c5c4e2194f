//! The operators of dates. The present is that of the server, in the application's time zone.
//!
//! Source: docs.knack.com/docs/constructing-filters.

use crate::object::Field;
use crate::query::operator::Dates;
use crate::query::{ComparedWith, Comparison, Has, Rule};

/// The unit of [`Field::is_during_the_current`].
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # #[cfg(feature = "jiff")] {
/// # use knack_core::query::ListQuery;
/// use knack_core::query::Unit::Quarter;
///
/// let query = ListQuery::default().filter(Customer::SINCE.is_during_the_current(Quarter));
/// assert!(query.encode().contains("quarter"));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// The week, from Sunday on.
    Week,
    /// The month.
    Month,
    /// The quarter of the year.
    Quarter,
    /// The year.
    Year,
}

/// The units of spans such as [`Field::is_during_the_previous`].
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # #[cfg(feature = "jiff")] {
/// # use knack_core::query::ListQuery;
/// use knack_core::query::Units::Days;
///
/// let query = ListQuery::default().filter(Customer::SINCE.is_during_the_next(14, Days));
/// assert!(query.encode().contains("days"));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Units {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
    /// Years.
    Years,
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

impl Units {
    const fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        }
    }
}

/// The filters of dates.
impl<O, K, N> Field<O, K, N> {
    /// The date is earlier than `value`, by the wall clock in the application's time zone. Seconds are rounded
    /// up to the minute: Knack keeps no seconds, so the answer is the same.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let new_year = jiff::civil::date(2026, 1, 1);
    /// let query = ListQuery::default().filter(Customer::SINCE.is_before(new_year));
    /// assert!(query.encode().contains("01%2F01%2F2026"));
    /// # }
    /// ```
    pub fn is_before<V>(self, value: V) -> Rule<O>
    where
        K: Has<Dates> + ComparedWith<V>,
    {
        Rule::comparing(self, "is before", value, Comparison::Below)
    }

    /// The date is later than `value`, by the wall clock in the application's time zone. Seconds are dropped:
    /// Knack keeps none, so the answer is the same.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let nine = jiff::civil::date(2026, 3, 9).at(9, 0, 0, 0);
    /// let query = ListQuery::default().filter(Customer::SINCE.is_after(nine));
    /// assert!(query.encode().contains("03%2F09%2F2026%209%3A00am"));
    /// # }
    /// ```
    pub fn is_after<V>(self, value: V) -> Rule<O>
    where
        K: Has<Dates> + ComparedWith<V>,
    {
        Rule::comparing(self, "is after", value, Comparison::Above)
    }

    /// The date is today.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::SINCE.is_today());
    /// assert!(query.encode().contains("is%20today%22"));
    /// # }
    /// ```
    pub fn is_today(self) -> Rule<O>
    where
        K: Has<Dates>,
    {
        Rule::new(self, "is today")
    }

    /// The date is today or earlier.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::SINCE.is_today_or_before());
    /// assert!(query.encode().contains("is%20today%20or%20before%22"));
    /// # }
    /// ```
    pub fn is_today_or_before(self) -> Rule<O>
    where
        K: Has<Dates>,
    {
        Rule::new(self, "is today or before")
    }

    /// The date is today or later.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::SINCE.is_today_or_after());
    /// assert!(query.encode().contains("is%20today%20or%20after%22"));
    /// # }
    /// ```
    pub fn is_today_or_after(self) -> Rule<O>
    where
        K: Has<Dates>,
    {
        Rule::new(self, "is today or after")
    }

    /// The date is earlier than today.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::SINCE.is_before_today());
    /// assert!(query.encode().contains("is%20before%20today%22"));
    /// # }
    /// ```
    pub fn is_before_today(self) -> Rule<O>
    where
        K: Has<Dates>,
    {
        Rule::new(self, "is before today")
    }

    /// The date is later than today.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::SINCE.is_after_today());
    /// assert!(query.encode().contains("is%20after%20today%22"));
    /// # }
    /// ```
    pub fn is_after_today(self) -> Rule<O>
    where
        K: Has<Dates>,
    {
        Rule::new(self, "is after today")
    }

    /// The date and time have passed.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::SINCE.is_before_current_time());
    /// assert!(query.encode().contains("is%20before%20current%20time%22"));
    /// # }
    /// ```
    pub fn is_before_current_time(self) -> Rule<O>
    where
        K: Has<Dates>,
    {
        Rule::new(self, "is before current time")
    }

    /// The date and time are still to come.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::SINCE.is_after_current_time());
    /// assert!(query.encode().contains("is%20after%20current%20time%22"));
    /// # }
    /// ```
    pub fn is_after_current_time(self) -> Rule<O>
    where
        K: Has<Dates>,
    {
        Rule::new(self, "is after current time")
    }

    /// The date is within the last units before the present one: with `2, Months` in the two whole months before
    /// this. `count` is at least 1.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// use knack_core::query::Units::Months;
    ///
    /// let query = ListQuery::default().filter(Customer::SINCE.is_during_the_previous(3, Months));
    /// assert!(query.encode().contains("%22range%22%3A3%2C%22type%22%3A%22months%22"));
    /// # }
    /// ```
    pub fn is_during_the_previous(self, count: u32, units: Units) -> Rule<O>
    where
        K: Has<Dates>,
    {
        self.spanning("is during the previous", count, units)
    }

    /// The date is within the units after the present one. `count` is at least 1.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// use knack_core::query::Units::Months;
    ///
    /// let query = ListQuery::default().filter(Customer::SINCE.is_during_the_next(3, Months));
    /// assert!(query.encode().contains("%22range%22%3A3%2C%22type%22%3A%22months%22"));
    /// # }
    /// ```
    pub fn is_during_the_next(self, count: u32, units: Units) -> Rule<O>
    where
        K: Has<Dates>,
    {
        self.spanning("is during the next", count, units)
    }

    /// The date is earlier than the last units before the present one. `count` is at least 1.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// use knack_core::query::Units::Months;
    ///
    /// let query = ListQuery::default().filter(Customer::SINCE.is_before_the_previous(3, Months));
    /// assert!(query.encode().contains("%22range%22%3A3%2C%22type%22%3A%22months%22"));
    /// # }
    /// ```
    pub fn is_before_the_previous(self, count: u32, units: Units) -> Rule<O>
    where
        K: Has<Dates>,
    {
        self.spanning("is before the previous", count, units)
    }

    /// The date is later than the units after the present one. `count` is at least 1.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// use knack_core::query::Units::Months;
    ///
    /// let query = ListQuery::default().filter(Customer::SINCE.is_after_the_next(3, Months));
    /// assert!(query.encode().contains("%22range%22%3A3%2C%22type%22%3A%22months%22"));
    /// # }
    /// ```
    pub fn is_after_the_next(self, count: u32, units: Units) -> Rule<O>
    where
        K: Has<Dates>,
    {
        self.spanning("is after the next", count, units)
    }

    /// The date is within the present week, month, quarter or year.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[cfg(feature = "jiff")] {
    /// # use knack_core::query::ListQuery;
    /// use knack_core::query::Unit::Week;
    ///
    /// let query = ListQuery::default().filter(Customer::SINCE.is_during_the_current(Week));
    /// assert!(query.encode().contains("%22type%22%3A%22week%22"));
    /// # }
    /// ```
    pub fn is_during_the_current(self, unit: Unit) -> Rule<O>
    where
        K: Has<Dates>,
    {
        Rule::new(self, "is during the current").with("type", unit.name())
    }

    /// A rule on a span of whole units, of which there is at least one.
    fn spanning(self, operator: &str, count: u32, units: Units) -> Rule<O> {
        Rule::new(self, operator)
            .with("range", count)
            .with("type", units.name())
            .unless(count == 0, "is of no units")
    }
}
