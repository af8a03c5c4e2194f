//! The Rust types that hold Knack's values, and the two traits that say which type fits which kind.
//!
//! | kind | natural type | others |
//! |---|---|---|
//! | short text, paragraph text, rich text, text formula | `String` | |
//! | number, rating, auto increment, equation, count, sum, average, min, max | `f64` | `i64`, `i32`, `u64`, `u32`, `Decimal` |
//! | currency | `Decimal` | `f64` |
//! | yes/no | `bool` | |
//! | date/time | `jiff::civil::DateTime` | `civil::Date`, `civil::Time` |
//! | name | [`PersonName`] | `String` |
//! | e-mail | [`EmailAddress`] | `String` |
//! | multiple choice | `String` | `Vec<String>` for several |
//! | connection | [`Link<T>`] | `Vec<Link<T>>` for several |
//! | any | [`Json`] | |
//!
//! `Option<U>` means that the field may be empty. A type of yours takes part by implementing
//! [`FromField`] and [`ToField`] for a kind.
//!
//! Source: docs.knack.com/docs/working-with-fields.

use crate::cell::{Cell, ValueError};
use crate::kind::{Kind, Writable};
use crate::write::ValueWriter;

#[cfg(feature = "jiff")]
mod date;
mod link;
mod number;
mod person;
mod text;

pub use link::Link;
pub use person::{EmailAddress, PersonName};
pub use text::Json;

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
        if cell.is_empty() { Ok(None) } else { U::from_field(cell).map(Some) }
    }
}

/// What to say when a type that is never empty meets an empty value.
fn filled(cell: Cell<'_>) -> Result<Cell<'_>, ValueError> {
    if cell.is_empty() {
        return Err(ValueError::new("is empty; declare the field as `Option<…>` if it may be"));
    }
    Ok(cell)
}
