//! What fields are compared with.

use serde_json::Value;

use crate::cell::ValueError;
use crate::key::RecordId;
#[cfg(feature = "jiff")]
use crate::kind::DateTime;
use crate::kind::{
    Address, Boolean, Concatenation, Connection, Email, Kind, MultipleChoice, Name, ParagraphText, Phone,
    RichText, ShortText, UserRoles, WebLink,
};
#[cfg(feature = "jiff")]
use crate::object::DateOrder;
use crate::query::Has;
use crate::query::operator::Orders;
#[cfg(feature = "jiff")]
use crate::value::date::{half_day, ordered, to_the_minute};
#[cfg(feature = "jiff")]
use crate::value::{AppZone, InZone};
use crate::value::{EmailAddress, Link};

/// How a filter compares a field with its [`Operand`]. It matters to values that are finer than what Knack
/// keeps.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # #[cfg(feature = "jiff")] {
/// # use knack_core::query::ListQuery;
/// let half_past = jiff::civil::date(2026, 3, 9).at(12, 0, 30, 0);
/// // Of the minutes that Knack keeps, 12:00 is the last one before half past, and 12:01 the first one after it.
/// let query = ListQuery::default().filter(Customer::SINCE.is_before(half_past));
/// assert!(query.encode().contains("12%3A01pm"));
/// let query = ListQuery::default().filter(Customer::SINCE.is_after(half_past));
/// assert!(query.encode().contains("12%3A00pm"));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Comparison {
    /// Whether it is the same: `is`, `is_not`, `is_any`.
    Equal,
    /// Whether it is less: `lower_than`, `is_before`.
    Below,
    /// Whether it is more: `higher_than`, `is_after`.
    Above,
    /// Whether it holds the value: `contains`, `does_not_contain`, `starts_with`, `ends_with`.
    Within,
}

/// A value to compare fields of kind `K` with: text with text, numbers with numbers, `bool` with
/// yes/no, civil dates and instants in the application's zone with dates, a [`RecordId`] or [`Link`] or a list
/// of them with connections. A type of yours takes part by saying what it is in JSON.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::cell::ValueError;
/// use knack_core::kind::ShortText;
/// use knack_core::query::{Comparison, Operand};
///
/// enum Region { North, South }
///
/// impl Operand<ShortText> for Region {
///     fn operand(self, _: Comparison) -> Result<serde_json::Value, ValueError> {
///         Ok(match self { Self::North => "North".into(), Self::South => "South".into() })
///     }
/// }
/// let query = ListQuery::default().filter(Customer::CITY.is(Region::North));
/// assert!(query.encode().contains("North"));
/// ```
#[diagnostic::on_unimplemented(
    message = "a Knack field of the kind `{K}` is not compared with `{Self}`",
    label = "this value does not fit the field's kind"
)]
pub trait Operand<K: Kind> {
    /// The value as the API takes it in filters: a string, a number, `true` or `false`. For dates a
    /// string `mm/dd/yyyy`: an ISO date matches nothing, without an error. The error's words follow "the
    /// value"; the list that was to be filtered says them, and is not asked for.
    fn operand(self, by: Comparison) -> Result<Value, ValueError>;
}

/// Kinds that are compared with text: `&str` and `String` are their operands.
///
/// ```
/// use knack_core::kind::WebLink;
/// use knack_core::query::{Comparison, Operand, TextOperand};
///
/// fn text<K: TextOperand>(value: &str) -> Option<serde_json::Value> {
///     Operand::<K>::operand(value, Comparison::Equal).ok()
/// }
/// assert_eq!(text::<WebLink>("https://example.com").unwrap(), "https://example.com");
/// ```
pub trait TextOperand: Kind {}

macro_rules! compared_with_text {
    ($($kind:ident)*) => { $(impl TextOperand for $kind {})* };
}

compared_with_text!(ShortText ParagraphText RichText Name Email Phone Concatenation Address MultipleChoice
    UserRoles WebLink);

/// Operands that are sent as they are.
macro_rules! operand {
    ($([$($generics:tt)*] $kind:ty: $type:ty = $value:expr;)*) => {
        $(impl<$($generics)*> Operand<$kind> for $type {
            fn operand(self, _: Comparison) -> Result<Value, ValueError> {
                let value: fn(Self) -> _ = $value;
                Ok(Value::from(value(self)))
            }
        })*
    };
}

operand! {
    [K: TextOperand] K: &str = |text| text;
    [K: TextOperand] K: String = |text| text;
    [K: TextOperand] K: &String = |text| text.as_str();
    [] Email: EmailAddress = |email| email.address;
    [] Email: &EmailAddress = |email| email.address.as_str();
    [] Boolean: bool = |flag| flag;
    [] Connection: RecordId = |id| id.to_string();
    [] Connection: &RecordId = |id| id.to_string();
    [T] Connection: Link<T> = |link| link.id().to_string();
    [T] Connection: &Link<T> = |link| link.id().to_string();
}

macro_rules! integer_operands {
    ($($type:ty)*) => { operand! { $([K: Has<Orders>] K: $type = |number| number;)* } };
}

integer_operands!(i64 i32 i16 i8 isize u64 u32 u16 u8 usize);

impl<K: Has<Orders>> Operand<K> for f64 {
    fn operand(self, _: Comparison) -> Result<Value, ValueError> {
        if self.is_finite() {
            Ok(Value::from(self))
        } else {
            Err(ValueError::new(format!("is {self}, which is no number that Knack knows")))
        }
    }
}

#[cfg(feature = "decimal")]
operand! {
    [K: Has<Orders>] K: rust_decimal::Decimal = |number| number.to_string();
}

/// Several records at once, for [`is`](crate::object::Field::is) and
/// [`contains`](crate::object::Field::contains) of connections.
macro_rules! set_operands {
    ($([$($generics:tt)*] $type:ty;)*) => {
        $(impl<V: Operand<Connection>, $($generics)*> Operand<Connection> for $type {
            fn operand(self, by: Comparison) -> Result<Value, ValueError> {
                self.into_iter().map(|record| record.operand(by)).collect()
            }
        })*
    };
}

set_operands! {
    [const N: usize] [V; N];
    [] Vec<V>;
}

impl<'a, V> Operand<Connection> for &'a [V]
where
    &'a V: Operand<Connection>,
{
    fn operand(self, by: Comparison) -> Result<Value, ValueError> {
        self.iter().map(|record| record.operand(by)).collect()
    }
}

/// Dates in filters are `mm/dd/yyyy`, in fields of another format as well as far as is known; a date in
/// ISO form matches nothing, without an error.
#[cfg(feature = "jiff")]
impl Operand<DateTime> for jiff::civil::Date {
    fn operand(self, _: Comparison) -> Result<Value, ValueError> {
        ordered(self, DateOrder::MonthFirst).map(Value::from)
    }
}

#[cfg(feature = "jiff")]
impl Operand<DateTime> for jiff::civil::DateTime {
    /// Knack keeps minutes. So seconds are rounded, for `is_before` up and for `is_after` down, which asks the
    /// same of a minute; for `is` and `is_not` they are an error.
    fn operand(self, by: Comparison) -> Result<Value, ValueError> {
        let minute = to_the_minute(self);
        let minute = match by {
            _ if minute == self => minute,
            Comparison::Above => minute,
            Comparison::Below => minute
                .checked_add(jiff::SignedDuration::from_mins(1))
                .map_err(|_| ValueError::new(format!("is {self}, the end of all time")))?,
            _ => {
                return Err(ValueError::new(format!(
                    "is {self}, and no record is, since Knack keeps minutes; leave the seconds out, or ask \
                     `is_after` and `is_before`"
                )));
            }
        };
        let (hour, half) = half_day(minute.time());
        let date = ordered(minute.date(), DateOrder::MonthFirst)?;
        Ok(Value::from(format!("{date} {hour}:{:02}{half}", minute.minute())))
    }
}

/// The day to which the times belong of fields that have no date.
///
/// Source: recorded answers.
#[cfg(feature = "jiff")]
const NO_DATE: jiff::civil::Date = jiff::civil::Date::constant(2012, 1, 1);

#[cfg(feature = "jiff")]
impl Operand<DateTime> for jiff::civil::Time {
    /// For fields that hold a time of day alone. Knack's filters take dates, and Knack keeps such times on
    /// 1 January 2012: that day is sent. A field with a date as well would be asked about that day.
    fn operand(self, by: Comparison) -> Result<Value, ValueError> {
        let last = jiff::civil::Time::constant(23, 59, 0, 0);
        if by == Comparison::Below && self > last {
            return Err(ValueError::new(format!(
                "is {self}, which every time of day that Knack keeps is before; ask `is_not_blank`"
            )));
        }
        NO_DATE.to_datetime(self).operand(by)
    }
}

#[cfg(feature = "jiff")]
impl<Z: AppZone> Operand<DateTime> for &InZone<Z> {
    /// The wall clock in `Z`, which is what Knack compares. An instant whose minute would be read back as
    /// another one, as where clocks are put back, is an error.
    fn operand(self, by: Comparison) -> Result<Value, ValueError> {
        self.wall_clock()?.operand(by)
    }
}

#[cfg(feature = "jiff")]
impl<Z: AppZone> Operand<DateTime> for InZone<Z> {
    fn operand(self, by: Comparison) -> Result<Value, ValueError> {
        (&self).operand(by)
    }
}
