//! The kinds of fields that a Knack application can have, one marker type each.
//!
//! A field handle carries its kind in its type, so that the compiler knows which Rust types fit,
//! whether the field can be written, and which filters it has. No value type shares a name with a
//! kind: compiler messages then print kinds by their short names.
//!
//! Source: docs.knack.com/docs/working-with-fields and the `type` of fields in application dumps.

use std::fmt;
use std::str::FromStr;

/// A kind of field, known to the compiler. Implemented by the markers of this module alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no Knack field kind",
    note = "the kinds are the types in `kind`, such as `kind::ShortText`"
)]
pub trait Kind: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The same kind as a value.
    const KIND: FieldKind;
}

/// A kind that Knack lets a program write.
#[diagnostic::on_unimplemented(
    message = "a Knack `{Self}` field cannot be written: Knack computes it",
    label = "read-only field",
    note = "leave it out of the write; its new value comes back with the record"
)]
pub trait Writable: Kind {
    /// The JSON that empties a field of this kind.
    const CLEARED: &'static str;
}

/// A kind that can be emptied. Every writable kind but yes/no, which is always one of the two.
#[diagnostic::on_unimplemented(
    message = "a Knack `{Self}` field cannot be cleared",
    label = "always has a value, or is computed by Knack",
    note = "set it to the value you want instead"
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
/// assert_eq!("short_text".parse(), Ok(FieldKind::SHORT_TEXT));
/// assert_eq!(FieldKind::SUM.label(), "sum");
/// assert!(!FieldKind::SUM.is_writable());
/// ```
#[derive(Clone, Copy)]
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
    /// One line of text.
    ShortText SHORT_TEXT = "short_text", "short text", true;
    /// Text of several lines.
    ParagraphText PARAGRAPH_TEXT = "paragraph_text", "paragraph text", true;
    /// Text with HTML markup.
    RichText RICH_TEXT = "rich_text", "rich text", true;
    /// One or more of the field's options.
    MultipleChoice MULTIPLE_CHOICE = "multiple_choice", "multiple choice", true;
    /// Yes or no; never empty.
    Boolean BOOLEAN = "boolean", "yes/no", true;
    /// A number.
    Number NUMBER = "number", "number", true;
    /// An amount of money.
    Currency CURRENCY = "currency", "currency", true;
    /// A number that Knack counts up; read-only.
    AutoIncrement AUTO_INCREMENT = "auto_increment", "auto increment", false;
    /// A number or date that Knack computes; read-only.
    Equation EQUATION = "equation", "equation", false;
    /// Text that Knack computes; read-only.
    Concatenation CONCATENATION = "concatenation", "text formula", false;
    /// How many records are connected; read-only.
    Count COUNT = "count", "count", false;
    /// The sum over connected records; read-only.
    Sum SUM = "sum", "sum", false;
    /// The mean over connected records; read-only.
    Average AVERAGE = "average", "average", false;
    /// The least value of connected records; read-only.
    Min MIN = "min", "min", false;
    /// The greatest value of connected records; read-only.
    Max MAX = "max", "max", false;
    /// A date, a time of day, both, or a range of them.
    DateTime DATE_TIME = "date_time", "date/time", true;
    /// One or more spans of time worked.
    Timer TIMER = "timer", "timer", true;
    /// A person's name in parts.
    Name NAME = "name", "name", true;
    /// An e-mail address.
    Email EMAIL = "email", "e-mail", true;
    /// A telephone number.
    Phone PHONE = "phone", "phone", true;
    /// A postal address or a place on the map.
    Address ADDRESS = "address", "address", true;
    /// A link to a web page.
    WebLink WEB_LINK = "link", "link", true;
    /// An uploaded file.
    File FILE = "file", "file", true;
    /// An uploaded image or the address of one.
    Image IMAGE = "image", "image", true;
    /// A drawn signature.
    Signature SIGNATURE = "signature", "signature", true;
    /// A number of stars.
    Rating RATING = "rating", "rating", true;
    /// Links to records of an object.
    Connection CONNECTION = "connection", "connection", true;
    /// A password; written, never read back.
    Password PASSWORD = "password", "password", true;
    /// The roles of a user.
    UserRoles USER_ROLES = "user_roles", "user roles", true;
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
}

impl PartialEq for FieldKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for FieldKind {}

impl std::hash::Hash for FieldKind {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for FieldKind {
    /// The name of the kind's marker type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.marker)
    }
}

/// A name that is no kind this version knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no known field kind")]
pub struct UnknownKind(String);

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
    Email Phone Address WebLink File Image Signature Rating Password UserRoles);
writable!("[]": Connection);
writable!("false": Boolean);

macro_rules! clearable {
    ($($kind:ident)*) => { $(impl Clearable for $kind {})* };
}

clearable!(ShortText ParagraphText RichText MultipleChoice Number Currency DateTime Timer Name Email
    Phone Address WebLink File Image Signature Rating Connection);
