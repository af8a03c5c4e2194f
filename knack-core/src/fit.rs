//! Which types fit which kind, in the words of compiler messages.
//!
//! [`FromField`] and [`ToField`] decide; nothing else implements what is here. Derived code asks through
//! one trait and one method for each kind, so that the message about a type that does not fit names the
//! kind as people do, and the types that would fit.

use crate::kind;
use crate::object::FieldDef;
use crate::patch::BodyWriter;
use crate::record::Reader;
use crate::value::{FromField, ToField};

macro_rules! read {
    ($($method:ident $kind:ident $trait:ident $message:tt $types:tt;)*) => {
        $(
            #[diagnostic::on_unimplemented(
                message = $message,
                label = "does not fit the field's kind",
                note = $types,
                note = "inside an `Option` if the field may be empty; a type of your own implements `FromField`"
            )]
            pub trait $trait: FromField<kind::$kind> {}

            #[diagnostic::do_not_recommend]
            impl<U: FromField<kind::$kind>> $trait for U {}
        )*

        impl Reader<'_> {
            $(
                #[doc(hidden)]
                pub fn $method<U: $trait>(&mut self, index: usize) -> Option<U> {
                    self.taken::<kind::$kind, U>(index)
                }
            )*
        }
    };
}

macro_rules! written {
    ($($method:ident $kind:ident $trait:ident $message:tt $types:tt;)*) => {
        $(
            #[diagnostic::on_unimplemented(
                message = $message,
                label = "does not fit the field's kind",
                note = $types,
                note = "a type of your own implements `ToField`"
            )]
            pub trait $trait: ToField<kind::$kind> {}

            #[diagnostic::do_not_recommend]
            impl<V: ToField<kind::$kind> + ?Sized> $trait for V {}
        )*

        impl BodyWriter {
            $(
                #[doc(hidden)]
                pub fn $method<V: $trait>(&mut self, field: &FieldDef, value: &V) {
                    self.put::<kind::$kind, V>(field, value);
                }
            )*
        }
    };
}

read! {
    short_text ShortText ReadShortText
        "`{Self}` cannot hold a Knack short text field"
        "a short text field is held by `String`";
    paragraph_text ParagraphText ReadParagraphText
        "`{Self}` cannot hold a Knack paragraph text field"
        "a paragraph text field is held by `String`";
    rich_text RichText ReadRichText
        "`{Self}` cannot hold a Knack rich text field"
        "a rich text field is held by `String`";
    multiple_choice MultipleChoice ReadMultipleChoice
        "`{Self}` cannot hold a Knack multiple choice field"
        "a multiple choice field is held by an enum that derives `KnackChoice`, `String`, or a `Vec` of them for several choices";
    boolean Boolean ReadBoolean
        "`{Self}` cannot hold a Knack yes/no field"
        "a yes/no field is held by `bool`";
    number Number ReadNumber
        "`{Self}` cannot hold a Knack number field"
        "a number field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    currency Currency ReadCurrency
        "`{Self}` cannot hold a Knack currency field"
        "a currency field is held by `Decimal`, or `f64`";
    auto_increment AutoIncrement ReadAutoIncrement
        "`{Self}` cannot hold a Knack auto increment field"
        "an auto increment field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    equation Equation ReadEquation
        "`{Self}` cannot hold a Knack equation field"
        "an equation field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`; a date by `jiff::civil::DateTime` or `Date`, a difference of dates by `jiff::SignedDuration`";
    concatenation Concatenation ReadConcatenation
        "`{Self}` cannot hold a Knack text formula field"
        "a text formula field is held by `String`";
    count Count ReadCount
        "`{Self}` cannot hold a Knack count field"
        "a count field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    sum Sum ReadSum
        "`{Self}` cannot hold a Knack sum field"
        "a sum field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    average Average ReadAverage
        "`{Self}` cannot hold a Knack average field"
        "an average field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    min Min ReadMin
        "`{Self}` cannot hold a Knack min field"
        "a min field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    max Max ReadMax
        "`{Self}` cannot hold a Knack max field"
        "a max field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    date_time DateTime ReadDateTime
        "`{Self}` cannot hold a Knack date/time field"
        "a date/time field is held by `jiff::civil::DateTime`, `Date` or `Time`, `Period` for ranges, or `InZone` for an instant";
    timer Timer ReadTimer
        "`{Self}` cannot hold a Knack timer field"
        "a timer field is held by `WorkLog`, or `jiff::SignedDuration` for the total";
    name Name ReadName
        "`{Self}` cannot hold a Knack name field"
        "a name field is held by `PersonName`, or `String`";
    email Email ReadEmail
        "`{Self}` cannot hold a Knack e-mail field"
        "an e-mail field is held by `EmailAddress`, or `String`";
    phone Phone ReadPhone
        "`{Self}` cannot hold a Knack phone field"
        "a phone field is held by `PhoneNumber`, or `String`";
    address Address ReadAddress
        "`{Self}` cannot hold a Knack address field"
        "an address field is held by `PostalAddress`, `Coordinates`, or `String`";
    link WebLink ReadWebLink
        "`{Self}` cannot hold a Knack link field"
        "a link field is held by `WebAddress`, or `String`";
    file File ReadFile
        "`{Self}` cannot hold a Knack file field"
        "a file field is held by `UploadedFile`";
    image Image ReadImage
        "`{Self}` cannot hold a Knack image field"
        "an image field is held by `Picture`, `UploadedFile`, or `String` for the address";
    signature Signature ReadSignature
        "`{Self}` cannot hold a Knack signature field"
        "a signature field is held by `Drawing`";
    rating Rating ReadRating
        "`{Self}` cannot hold a Knack rating field"
        "a rating field is held by `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    connection Connection ReadConnection
        "`{Self}` cannot hold a Knack connection field"
        "a connection field is held by `Link<T>`, or `Vec<Link<T>>` for several";
    password Password ReadPassword
        "`{Self}` cannot hold a Knack password field"
        "a password field is held by nothing, since Knack never sends it: leave it out, or write it in a `create` struct";
    user_roles UserRoles ReadUserRoles
        "`{Self}` cannot hold a Knack user roles field"
        "a user roles field is held by `Vec<ProfileKey>`, or `Vec<String>`";
    unknown Unknown ReadUnknown
        "`{Self}` cannot hold a Knack field of an unknown kind"
        "a field of an unknown kind is held by `Json`, or `serde_json::Value`";
}

written! {
    short_text ShortText WriteShortText
        "`{Self}` cannot be written to a Knack short text field"
        "to a short text field is written `String` or `&str`";
    paragraph_text ParagraphText WriteParagraphText
        "`{Self}` cannot be written to a Knack paragraph text field"
        "to a paragraph text field is written `String` or `&str`";
    rich_text RichText WriteRichText
        "`{Self}` cannot be written to a Knack rich text field"
        "to a rich text field is written `String` or `&str`";
    multiple_choice MultipleChoice WriteMultipleChoice
        "`{Self}` cannot be written to a Knack multiple choice field"
        "to a multiple choice field is written an enum that derives `KnackChoice`, `String`, or a `Vec` of them";
    boolean Boolean WriteBoolean
        "`{Self}` cannot be written to a Knack yes/no field"
        "to a yes/no field is written `bool`";
    number Number WriteNumber
        "`{Self}` cannot be written to a Knack number field"
        "to a number field is written `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    currency Currency WriteCurrency
        "`{Self}` cannot be written to a Knack currency field"
        "to a currency field is written `Decimal`, `f64` or an integer";
    date_time DateTime WriteDateTime
        "`{Self}` cannot be written to a Knack date/time field"
        "to a date/time field is written `jiff::civil::DateTime`, `Date` or `Time`, `Period` or `InZone`";
    timer Timer WriteTimer
        "`{Self}` cannot be written to a Knack timer field"
        "to a timer field is written `WorkLog`";
    name Name WriteName
        "`{Self}` cannot be written to a Knack name field"
        "to a name field is written `PersonName`";
    email Email WriteEmail
        "`{Self}` cannot be written to a Knack e-mail field"
        "to an e-mail field is written `EmailAddress`, `String` or `&str`";
    phone Phone WritePhone
        "`{Self}` cannot be written to a Knack phone field"
        "to a phone field is written `PhoneNumber`, `String` or `&str`";
    address Address WriteAddress
        "`{Self}` cannot be written to a Knack address field"
        "to an address field is written `PostalAddress` or `Coordinates`";
    link WebLink WriteWebLink
        "`{Self}` cannot be written to a Knack link field"
        "to a link field is written `WebAddress`, `String` or `&str`";
    file File WriteFile
        "`{Self}` cannot be written to a Knack file field"
        "to a file field is written `AssetId` or `UploadedFile`: the file itself is uploaded before";
    image Image WriteImage
        "`{Self}` cannot be written to a Knack image field"
        "to an image field is written `AssetId`, `UploadedFile`, `Picture`, or `String` for an address";
    signature Signature WriteSignature
        "`{Self}` cannot be written to a Knack signature field"
        "to a signature field is written `Drawing`";
    rating Rating WriteRating
        "`{Self}` cannot be written to a Knack rating field"
        "to a rating field is written `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`";
    connection Connection WriteConnection
        "`{Self}` cannot be written to a Knack connection field"
        "to a connection field is written `Link<T>` or `RecordId`, or a `Vec` of them for several";
    password Password WritePassword
        "`{Self}` cannot be written to a Knack password field"
        "to a password field is written `SecretString`, `String` or `&str`";
    user_roles UserRoles WriteUserRoles
        "`{Self}` cannot be written to a Knack user roles field"
        "to a user roles field is written `Vec<ProfileKey>`";
    unknown Unknown WriteUnknown
        "`{Self}` cannot be written to a Knack field of an unknown kind"
        "to a field of an unknown kind is written `Json` or `serde_json::Value`";
}
