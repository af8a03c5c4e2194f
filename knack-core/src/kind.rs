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
    message = "a Knack `{Self}` field is never empty, so it cannot be cleared",
    label = "always has a value",
    note = "set it to the value you want instead"
)]
pub trait Clearable: Writable {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $marker:ident = $name:literal, $label:literal;)*) => {
        /// A kind of field as a value.
        ///
        /// ```
        /// use knack_core::kind::FieldKind;
        ///
        /// assert_eq!("short_text".parse(), Ok(FieldKind::ShortText));
        /// assert_eq!(FieldKind::Sum.label(), "sum");
        /// assert!(!FieldKind::Sum.is_writable());
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FieldKind {
            $($(#[$doc])* $marker,)*
        }

        impl FieldKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$marker,)*];

            /// The name in Knack's metadata, `short_text`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$marker => $name,)* }
            }

            /// The name as people say it, `short text`.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$marker => $label,)* }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $marker;

            impl sealed::Sealed for $marker {}

            impl Kind for $marker {
                const KIND: FieldKind = FieldKind::$marker;
            }
        )*
    };
}

kinds! {
    /// One line of text.
    ShortText = "short_text", "short text";
    /// Text of several lines.
    ParagraphText = "paragraph_text", "paragraph text";
    /// Text with HTML markup.
    RichText = "rich_text", "rich text";
    /// One or more of the field's options.
    MultipleChoice = "multiple_choice", "multiple choice";
    /// Yes or no; never empty.
    Boolean = "boolean", "yes/no";
    /// A number.
    Number = "number", "number";
    /// An amount of money.
    Currency = "currency", "currency";
    /// A number that Knack counts up; read-only.
    AutoIncrement = "auto_increment", "auto increment";
    /// A number or date that Knack computes; read-only.
    Equation = "equation", "equation";
    /// Text that Knack computes; read-only.
    Concatenation = "concatenation", "text formula";
    /// How many records are connected; read-only.
    Count = "count", "count";
    /// The sum over connected records; read-only.
    Sum = "sum", "sum";
    /// The mean over connected records; read-only.
    Average = "average", "average";
    /// The least value of connected records; read-only.
    Min = "min", "min";
    /// The greatest value of connected records; read-only.
    Max = "max", "max";
    /// A date, a time of day, both, or a range of them.
    DateTime = "date_time", "date/time";
    /// One or more spans of time worked.
    Timer = "timer", "timer";
    /// A person's name in parts.
    Name = "name", "name";
    /// An e-mail address.
    Email = "email", "e-mail";
    /// A telephone number.
    Phone = "phone", "phone";
    /// A postal address or a place on the map.
    Address = "address", "address";
    /// A link to a web page.
    WebLink = "link", "link";
    /// An uploaded file.
    File = "file", "file";
    /// An uploaded image or the address of one.
    Image = "image", "image";
    /// A drawn signature.
    Signature = "signature", "signature";
    /// A number of stars.
    Rating = "rating", "rating";
    /// Links to records of an object.
    Connection = "connection", "connection";
    /// A password; written, never read back.
    Password = "password", "password";
    /// The roles of a user.
    UserRoles = "user_roles", "user roles";
}

impl FieldKind {
    /// Whether a program may write fields of this kind.
    pub const fn is_writable(self) -> bool {
        !matches!(
            self,
            Self::AutoIncrement
                | Self::Equation
                | Self::Concatenation
                | Self::Count
                | Self::Sum
                | Self::Average
                | Self::Min
                | Self::Max
        )
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
