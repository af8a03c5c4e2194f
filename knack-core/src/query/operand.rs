//! What fields are compared with.

use serde_json::Value;

use crate::key::RecordId;
#[cfg(feature = "jiff")]
use crate::kind::DateTime;
use crate::kind::{
    Address, Boolean, Concatenation, Connection, Email, Kind, MultipleChoice, Name, ParagraphText, Phone,
    RichText, ShortText, UserRoles, WebLink,
};
use crate::query::Ordered;
use crate::value::Link;

/// A value to compare fields of kind `K` with: text with text, numbers with numbers, `bool` with
/// yes/no, civil dates with dates, a [`RecordId`] or [`Link`] with connections. A type of yours takes
/// part by saying what it is in JSON.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::kind::ShortText;
/// use knack_core::query::Operand;
///
/// enum Region { North, South }
///
/// impl Operand<ShortText> for Region {
///     fn operand(self) -> serde_json::Value {
///         match self { Self::North => "North".into(), Self::South => "South".into() }
///     }
/// }
/// let query = ListQuery::default().filter(Customer::CITY.is(Region::North));
/// assert!(query.encode().contains("North"));
/// ```
#[diagnostic::on_unimplemented(
    message = "a Knack `{K}` field is not compared with `{Self}`",
    label = "this value does not fit the field's kind"
)]
pub trait Operand<K: Kind> {
    /// The value as the API takes it in filters: a string, a number, `true` or `false`. For dates a
    /// string `mm/dd/yyyy`: an ISO date matches nothing, without an error.
    fn operand(self) -> Value;
}
/// Kinds that are compared with text: `&str` and `String` are their operands.
///
/// ```
/// use knack_core::kind::WebLink;
/// use knack_core::query::{Operand, TextOperand};
///
/// fn text<K: TextOperand>(value: &str) -> serde_json::Value {
///     Operand::<K>::operand(value)
/// }
/// assert_eq!(text::<WebLink>("https://example.com"), "https://example.com");
/// ```
#[diagnostic::on_unimplemented(
    message = "a Knack `{Self}` field is not compared with text",
    label = "this value does not fit the field's kind"
)]
pub trait TextOperand: Kind {}

macro_rules! compared_with_text {
    ($($kind:ident)*) => { $(impl TextOperand for $kind {})* };
}

compared_with_text!(ShortText ParagraphText RichText Name Email Phone Concatenation Address MultipleChoice
    UserRoles WebLink);

impl<K: TextOperand> Operand<K> for &str {
    fn operand(self) -> Value {
        Value::from(self)
    }
}

impl<K: TextOperand> Operand<K> for String {
    fn operand(self) -> Value {
        Value::from(self)
    }
}

impl<K: TextOperand> Operand<K> for &String {
    fn operand(self) -> Value {
        Value::from(self.as_str())
    }
}

macro_rules! number_operand {
    ($($type:ty)*) => {
        $(impl<K: Ordered> Operand<K> for $type {
            fn operand(self) -> Value {
                Value::from(self)
            }
        })*
    };
}

number_operand!(f64 i64 i32 i16 u64 u32 u16 u8);

#[cfg(feature = "decimal")]
impl<K: Ordered> Operand<K> for rust_decimal::Decimal {
    fn operand(self) -> Value {
        Value::from(self.to_string())
    }
}

impl Operand<Boolean> for bool {
    fn operand(self) -> Value {
        Value::from(self)
    }
}

impl Operand<Connection> for RecordId {
    fn operand(self) -> Value {
        Value::from(self.to_string())
    }
}

impl<T> Operand<Connection> for &Link<T> {
    fn operand(self) -> Value {
        Value::from(self.id().to_string())
    }
}

impl<T> Operand<Connection> for Link<T> {
    fn operand(self) -> Value {
        Value::from(self.id().to_string())
    }
}

/// Dates in filters are `mm/dd/yyyy`, in fields of another format as well as far as is known; a date in
/// ISO form matches nothing, without an error.
#[cfg(feature = "jiff")]
impl Operand<DateTime> for jiff::civil::Date {
    fn operand(self) -> Value {
        if self.year() < 1 {
            return Value::Null;
        }
        Value::from(format!("{:02}/{:02}/{:04}", self.month(), self.day(), self.year()))
    }
}

#[cfg(feature = "jiff")]
impl Operand<DateTime> for jiff::civil::DateTime {
    /// To the minute, which is what Knack keeps.
    fn operand(self) -> Value {
        let date = Operand::operand(self.date());
        if date.is_null() {
            return date;
        }
        let (hour, half) = (self.hour(), if self.hour() < 12 { "am" } else { "pm" });
        let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
        let date = date.as_str().unwrap_or_default();
        Value::from(format!("{date} {hour}:{:02}{half}", self.minute()))
    }
}
