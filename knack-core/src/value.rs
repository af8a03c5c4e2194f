//! The Rust types that hold Knack's values, and the two traits that say which type fits which kind.
//!
//! | kind | natural type | others |
//! |---|---|---|
//! | short text, paragraph text, rich text, text formula | `String` | |
//! | multiple choice, one | an enum that derives [`KnackChoice`] | `String` |
//! | multiple choice, several | `Vec` of such an enum | `Vec<String>` |
//! | yes/no | `bool` | |
//! | number, auto increment, count, sum, average, min, max, rating | `f64` | `i64`, `i32`, `i16`, `u64`, `u32`, `u16`, `u8`, `Decimal` |
//! | currency | `rust_decimal::Decimal` | `f64` |
//! | equation: a number | `f64` | as numbers |
//! | equation: a date, a difference of dates | `jiff::civil::DateTime`, `jiff::SignedDuration` | `civil::Date` |
//! | date/time | `jiff::civil::DateTime` | `civil::Date`, `civil::Time`; [`InZone`], an instant; [`Period`] with end, all day, repetition |
//! | timer | [`WorkLog`] | `jiff::SignedDuration`, to read the total |
//! | name | [`PersonName`] | `String`, to read |
//! | e-mail | [`EmailAddress`] | `String` |
//! | phone | [`PhoneNumber`] | `String` |
//! | address | [`PostalAddress`] | [`Coordinates`]; `String`, to read |
//! | link | [`WebAddress`] | `String` |
//! | file | [`UploadedFile`] | [`AssetId`](crate::key::AssetId), to write |
//! | image | [`Picture`] | [`UploadedFile`], `String` for the address; `AssetId`, to write |
//! | signature | [`Drawing`] | |
//! | connection, one | [`Link<T>`] | [`RecordId`](crate::RecordId), to write |
//! | connection, several | `Vec<Link<T>>` | `Vec<RecordId>`, to write |
//! | password | `secrecy::SecretString`, to write | `String` |
//! | user roles | `Vec<`[`ProfileKey`](crate::key::ProfileKey)`>` | `Vec<String>`, to read |
//! | account and approval status | [`AccountStatus`], [`ApprovalStatus`] | `String` |
//! | any kind, known or not | [`Json`] | `serde_json::Value`; [`Html`], what pages show |
//!
//! A `SignedDuration` is no value for filters: these take numbers, of milliseconds for a timer and of the unit
//! that the field shows for a difference of dates, as far as is known; see
//! [`higher_than`](crate::object::Field::higher_than).
//!
//! An exact amount of money is sent as text, and comes back with every digit. Knack keeps two decimals; how
//! it rounds others is not documented, so round before (`Decimal::round_dp`). Other numbers are floats in
//! Knack: a `Decimal` with more digits than these hold is refused rather than changed.
//!
//! Dates are of the features `jiff`, exact decimals of `decimal`; both are on unless switched off.
//!
//! `Option<U>` means that the field may be empty. A type of yours takes part by implementing
//! [`FromField`] and [`ToField`] for a kind.
//!
//! Source: docs.knack.com/docs/working-with-fields.

use crate::cell::{Cell, ValueError};
use crate::kind::{Kind, Writable};
use crate::write::ValueWriter;

mod choice;
mod contact;
#[cfg(feature = "jiff")]
pub(crate) mod date;
mod file;
mod html;
#[cfg(feature = "jiff")]
mod in_zone;
mod json;
mod link;
mod number;
#[cfg(feature = "jiff")]
mod period;
mod person;
mod role;
mod text;
#[cfg(feature = "jiff")]
mod work_log;

pub use choice::{AccountStatus, ApprovalStatus, KnackChoice};
pub use contact::{Coordinates, PhoneNumber, PostalAddress, WebAddress};
pub use file::{Drawing, Picture, UploadedFile};
pub use html::Html;
#[cfg(feature = "jiff")]
pub use in_zone::{AppZone, InZone};
pub use json::Json;
pub use link::Link;
#[cfg(feature = "jiff")]
pub use period::{Ends, Frequency, Period, Repeat};
pub use person::{EmailAddress, PersonName};
#[cfg(feature = "jiff")]
pub use work_log::WorkLog;

/// A Rust type that can be read from a field of kind `K`.
///
/// ```
/// use knack_core::cell::{Cell, ValueError};
/// use knack_core::kind::ShortText;
/// use knack_core::value::FromField;
///
/// /// A postcode of the form `AB12`.
/// struct Postcode(String);
///
/// impl FromField<ShortText> for Postcode {
///     fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
///         let text = cell.text()?;
///         if text.len() == 4 { Ok(Self(text.into_owned())) } else { Err(ValueError::new("is no postcode")) }
///     }
/// }
///
/// assert!(Postcode::from_field(Cell::new(b"\"AB12\"")).is_ok());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a Knack `{K}` field",
    label = "this type does not fit the field's kind",
    note = "the table in `knack_runtime::value` lists the types for each kind; a type of your own implements `FromField<{K}>`"
)]
pub trait FromField<K: Kind>: Sized {
    /// Reads the value. The error's words follow "the value", as in "is no number".
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError>;

    /// Whether an `Option` of the type is `None` for this value: where it is one of Knack's ways to say
    /// nothing, unless the type tells some of these apart.
    fn is_nothing(cell: Cell<'_>) -> bool {
        cell.is_empty()
    }
}

/// A Rust type that can be written to a field of kind `K`.
///
/// ```
/// use knack_core::cell::ValueError;
/// use knack_core::kind::ShortText;
/// use knack_core::value::ToField;
/// use knack_core::write::ValueWriter;
///
/// struct Postcode([char; 4]);
///
/// impl ToField<ShortText> for Postcode {
///     fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
///         out.text(&self.0.iter().collect::<String>());
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to a Knack `{K}` field",
    label = "this type does not fit the field's kind",
    note = "the table in `knack_runtime::value` lists the types for each kind; a type of your own implements `ToField<{K}>`"
)]
pub trait ToField<K: Writable> {
    /// Writes the one value. The error's words follow "the value".
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError>;
}

impl<K: Writable, U: ToField<K> + ?Sized> ToField<K> for &U {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        (**self).to_field(out)
    }
}

impl<K: Kind, U: FromField<K>> FromField<K> for Option<U> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if U::is_nothing(cell) { Ok(None) } else { U::from_field(cell).map(Some) }
    }
}

/// What to say when a type that is never empty meets an empty value.
fn filled(cell: Cell<'_>) -> Result<Cell<'_>, ValueError> {
    if cell.is_empty() {
        return Err(ValueError::new("is empty; declare the field as `Option<…>` if it may be"));
    }
    Ok(cell)
}
