//! The kinds of fields that a Knack application can have, one marker type each.
//!
//! A field handle carries its kind in its type, so that the compiler knows which Rust types fit,
//! whether the field can be written, and which filters it has. No value type shares a name with a
//! kind: compiler messages then print kinds by their short names.
//!
//! Each kind below says what Knack sends for it with `format=raw`, as in recorded answers. Which Rust
//! types hold it is told in [`value`](crate::value).
//!
//! Source: docs.knack.com/docs/working-with-fields and the `type` of fields in application dumps.
//!
//! ```
//! use knack_core::kind::{Clearable, FieldKind, Kind, Sum, WebLink};
//!
//! fn cleared<K: Clearable>() -> &'static str {
//!     K::CLEARED // `cleared::<Sum>()` does not compile: Knack computes sums
//! }
//! assert_eq!(cleared::<WebLink>(), "\"\"");
//! assert_eq!(WebLink::KIND.name(), "link");
//! assert_eq!(Sum::KIND, FieldKind::SUM);
//! ```

use std::fmt;
use std::str::FromStr;

/// A kind of field, known to the compiler. Implemented by the markers of this module alone.
///
/// ```
/// use knack_core::kind::{AutoIncrement, Kind};
///
/// fn describe<K: Kind>(key: &str) -> String {
///     format!("{key}, {}", K::KIND)
/// }
/// assert_eq!(describe::<AutoIncrement>("field_40"), "field_40, auto increment");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no Knack field kind",
    note = "the kinds are the types in `kind`, such as `kind::ShortText`"
)]
pub trait Kind: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The same kind as a value.
    const KIND: FieldKind;
}

/// A kind that Knack lets a program write. Formulas, totals and automatic numbers are not: Knack computes
/// them, and a patch that sets one does not compile.
///
/// ```
/// use knack_core::kind::{Boolean, Connection, ShortText, Writable};
///
/// assert_eq!([ShortText::CLEARED, Connection::CLEARED, Boolean::CLEARED], ["\"\"", "[]", "false"]);
/// ```
///
/// ```compile_fail,E0277
/// use knack_core::kind::{Concatenation, Writable};
///
/// let cleared = Concatenation::CLEARED; // a text formula
/// ```
#[diagnostic::on_unimplemented(
    message = "a formula, total or automatic number cannot be written: Knack computes it",
    label = "read-only field",
    note = "leave it out of the write; its new value comes back with the record"
)]
pub trait Writable: Kind {
    /// The JSON that empties a field of this kind; `false` for yes/no, which is never empty.
    const CLEARED: &'static str;
}

/// A kind that can be emptied: every writable kind but yes/no, which is always one of the two, and
/// passwords, which a patch can only replace.
///
/// ```compile_fail,E0277
/// fn clear<K: knack_core::kind::Clearable>() {}
///
/// clear::<knack_core::kind::Boolean>();
/// ```
#[diagnostic::on_unimplemented(
    message = "this field cannot be cleared: its kind knows no empty value to write",
    label = "a yes/no, password or computed field",
    note = "a yes/no field is always one of the two, and a password can only be replaced: set it to the value you want",
    note = "formulas, totals and automatic numbers are computed by Knack: leave them out"
)]
pub trait Clearable: Writable {}

mod sealed {
    pub trait Sealed {}
}

/// A kind of field as a value.
///
/// ```
/// use knack_core::kind::FieldKind;
///
/// let kind: FieldKind = "short_text".parse()?;
/// assert_eq!(kind, FieldKind::SHORT_TEXT);
/// assert_eq!((kind.name(), kind.label()), ("short_text", "short text"));
/// assert!(!FieldKind::SUM.is_writable());
/// assert_eq!(FieldKind::ALL.iter().filter(|kind| !kind.is_writable()).count(), 8);
/// # Ok::<(), knack_core::kind::UnknownKind>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldKind {
    marker: &'static str,
    name: &'static str,
    label: &'static str,
    writable: bool,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $marker:ident $constant:ident = $name:literal, $label:literal, $writable:literal;)*) => {
        impl FieldKind {
            $(
                $(#[$doc])*
                pub const $constant: Self =
                    Self { marker: stringify!($marker), name: $name, label: $label, writable: $writable };
            )*

            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$constant,)*];
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $marker;

            impl sealed::Sealed for $marker {}

            impl Kind for $marker {
                const KIND: FieldKind = FieldKind::$constant;
            }
        )*
    };
}

kinds! {
    /// One line of text. Raw: a string.
    ShortText SHORT_TEXT = "short_text", "short text", true;
    /// Text of several lines. Raw: a string with `\n`.
    ParagraphText PARAGRAPH_TEXT = "paragraph_text", "paragraph text", true;
    /// Text with HTML markup, which is a visitor's to choose: do not show it unchecked. Raw: a string.
    RichText RICH_TEXT = "rich_text", "rich text", true;
    /// One or more of the field's options. Raw: a string, or a list of strings if several may be
    /// chosen.
    MultipleChoice MULTIPLE_CHOICE = "multiple_choice", "multiple choice", true;
    /// Yes or no; never empty. Raw: `true` or `false`.
    Boolean BOOLEAN = "boolean", "yes/no", true;
    /// A number, in whatever unit the field's label says. Raw: a number.
    Number NUMBER = "number", "number", true;
    /// An amount of money in the currency of the field's settings, which records do not repeat. Raw:
    /// a string, `"100.43"`.
    Currency CURRENCY = "currency", "currency", true;
    /// A number that Knack counts up and does not use again; read-only. Raw: a number.
    AutoIncrement AUTO_INCREMENT = "auto_increment", "auto increment", false;
    /// A number or date that Knack computes when the record is saved; read-only. Raw: a number that
    /// is not rounded, for a difference of dates in seconds; a date in one of several forms. In filters a
    /// difference of dates is a number of the unit that the field shows, hours or days; that is a guess, no
    /// document says so.
    Equation EQUATION = "equation", "equation", false;
    /// Text that Knack computes when the record is saved; read-only. Raw: a string.
    Concatenation CONCATENATION = "concatenation", "text formula", false;
    /// How many records are connected; read-only. Raw: a number.
    Count COUNT = "count", "count", false;
    /// The sum over connected records; read-only. Raw: a number.
    Sum SUM = "sum", "sum", false;
    /// The mean over connected records; read-only. Raw: a number.
    Average AVERAGE = "average", "average", false;
    /// The least value of connected records; read-only. Raw: a number.
    Min MIN = "min", "min", false;
    /// The greatest value of connected records; read-only. Raw: a number.
    Max MAX = "max", "max", false;
    /// A date, a time of day, both, or a range of them, by the wall clock in the application's time
    /// zone. Raw: an object; its `iso_timestamp` looks like UTC and is not.
    DateTime DATE_TIME = "date_time", "date/time", true;
    /// One or more spans of time worked. Raw: an object with `times` and, in milliseconds, their
    /// `total_time`. Filters compare this total; that they take milliseconds is a guess, no document says so.
    Timer TIMER = "timer", "timer", true;
    /// A person's name in parts. Raw: an object with those of `title`, `first`, `middle` and `last`
    /// that are filled.
    Name NAME = "name", "name", true;
    /// An e-mail address. Raw: an object with `email` and perhaps `label`.
    Email EMAIL = "email", "e-mail", true;
    /// A telephone number. Raw: an object; its `full` has the digits alone.
    Phone PHONE = "phone", "phone", true;
    /// A postal address or a place on the map. Raw: an object with `street`, `city`, `state`, `zip`
    /// and so on; `latitude` and `longitude` are numbers or text.
    Address ADDRESS = "address", "address", true;
    /// A link to a web page. Raw: an object with `url` and perhaps `label`.
    WebLink WEB_LINK = "link", "link", true;
    /// An uploaded file. Raw: an object with `id`, `filename`, `url` and, in bytes, `size`. Written
    /// as the id of an upload.
    File FILE = "file", "file", true;
    /// An uploaded image or the address of one. Raw: an object like a file's, or the address as a
    /// string.
    Image IMAGE = "image", "image", true;
    /// A drawn signature. Raw: an object with `base30` and `svg`.
    Signature SIGNATURE = "signature", "signature", true;
    /// A number of stars, halves where the field allows them. Raw: a number.
    Rating RATING = "rating", "rating", true;
    /// Links to records of an object. Raw: a list of objects with `id` and `identifier`, a list even
    /// where the field takes one alone.
    Connection CONNECTION = "connection", "connection", true;
    /// A password; written as a string, never read back.
    Password PASSWORD = "password", "password", true;
    /// The roles of a user. Raw: a list of profile keys, `["profile_30"]`.
    UserRoles USER_ROLES = "user_roles", "user roles", true;
    /// A kind that this version does not know yet: read and written as JSON. Say `kind = "unknown"`.
    Unknown UNKNOWN = "unknown", "unknown", true;
}

impl FieldKind {
    /// The name in Knack's metadata, `short_text`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The name as people say it, `short text`.
    pub const fn label(self) -> &'static str {
        self.label
    }

    /// Whether a program may write fields of this kind; Knack computes the others.
    pub const fn is_writable(self) -> bool {
        self.writable
    }

    /// Whether a value of nothing is shown as one, as 0: the least, greatest or mean of no records.
    pub(crate) fn shows_nothing_as_a_value(self) -> bool {
        matches!(self, Self::MIN | Self::MAX | Self::AVERAGE)
    }
}

impl fmt::Debug for FieldKind {
    /// The name of the kind's marker type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.marker)
    }
}

/// A name that is no kind this version knows; a field of such a kind is read as [`Unknown`].
///
/// ```
/// use knack_core::kind::FieldKind;
///
/// let error = "hologram".parse::<FieldKind>().unwrap_err();
/// assert_eq!(error.to_string(), "`hologram` is no known field kind");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind(String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no known field kind", self.0)
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for FieldKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.name() == text).ok_or_else(|| UnknownKind(text.into()))
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

macro_rules! writable {
    ($cleared:literal: $($kind:ident)*) => {
        $(impl Writable for $kind {
            const CLEARED: &'static str = $cleared;
        })*
    };
}

writable!(r#""""#: ShortText ParagraphText RichText MultipleChoice Number Currency DateTime Timer Name
    Email Phone Address WebLink File Image Signature Rating Password Unknown);
writable!("[]": Connection UserRoles);
writable!("false": Boolean);

macro_rules! clearable {
    ($($kind:ident)*) => { $(impl Clearable for $kind {})* };
}

clearable!(ShortText ParagraphText RichText MultipleChoice Number Currency DateTime Timer Name Email
    Phone Address WebLink File Image Signature Rating Connection UserRoles Unknown);
