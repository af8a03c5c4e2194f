//! Which operators a kind has and what it is compared with, in the words of compiler messages.
//!
//! Methods ask for [`Has`] and [`ComparedWith`]; what these ask in turn is one trait for each kind, so that the
//! message about a filter that does not fit names the kind as people do, and what would fit. Each kind has its
//! own invocation of the macro, since messages show it.

use serde_json::Value;

use crate::cell::ValueError;
use crate::kind;
use crate::query::{ComparedWith, Comparison, Has, Operand, operator};

macro_rules! filters {
    ($kind:ident $asked:ident [$($operator:ident)*] $no_filter:tt $filters:tt
        $compared:ident $unfit:tt $values:tt) => {
        #[diagnostic::on_unimplemented(
            message = $no_filter,
            label = "not for this kind of field",
            note = $filters,
            note = "docs.knack.com/docs/constructing-filters lists the operators of each kind"
        )]
        pub trait $asked {}

        $(impl $asked for operator::$operator {})*

        impl<F: $asked> Has<F> for kind::$kind {}

        #[diagnostic::on_unimplemented(
            message = $unfit,
            label = "this value does not fit the field's kind",
            note = $values,
            note = "a type of your own implements `Operand`"
        )]
        pub trait $compared: Operand<kind::$kind> {}

        #[diagnostic::do_not_recommend]
        impl<V: Operand<kind::$kind>> $compared for V {}

        impl<V: $compared> ComparedWith<V> for kind::$kind {
            fn compare(value: V, by: Comparison) -> Result<Value, ValueError> {
                value.operand(by)
            }
        }
    };
}

filters! {
    ShortText AskedOfShortText [Is Contains Edges Blank]
        "a Knack short text field has no such filter"
        "a short text field has `is`, `contains`, `starts_with`, `ends_with` and their opposites, and `is_blank`"
        ComparedToShortText
        "a Knack short text field is not compared with `{Self}`"
        "a short text field is compared with `&str` or `String`"
}

filters! {
    ParagraphText AskedOfParagraphText [Is Contains Edges Blank]
        "a Knack paragraph text field has no such filter"
        "a paragraph text field has `is`, `contains`, `starts_with`, `ends_with` and their opposites, and `is_blank`"
        ComparedToParagraphText
        "a Knack paragraph text field is not compared with `{Self}`"
        "a paragraph text field is compared with `&str` or `String`"
}

filters! {
    RichText AskedOfRichText [Is Contains Edges Blank]
        "a Knack rich text field has no such filter"
        "a rich text field has `is`, `contains`, `starts_with`, `ends_with` and their opposites, and `is_blank`"
        ComparedToRichText
        "a Knack rich text field is not compared with `{Self}`"
        "a rich text field is compared with `&str` or `String`"
}

filters! {
    Name AskedOfName [Is Contains Edges Blank]
        "a Knack name field has no such filter"
        "a name field has `is`, `contains`, `starts_with`, `ends_with` and their opposites, and `is_blank`"
        ComparedToName
        "a Knack name field is not compared with `{Self}`"
        "a name field is compared with `&str` or `String`"
}

filters! {
    Email AskedOfEmail [Is Contains Edges Blank]
        "a Knack e-mail field has no such filter"
        "an e-mail field has `is`, `contains`, `starts_with`, `ends_with` and their opposites, and `is_blank`"
        ComparedToEmail
        "a Knack e-mail field is not compared with `{Self}`"
        "an e-mail field is compared with `EmailAddress`, `&str` or `String`"
}

filters! {
    Phone AskedOfPhone [Is Contains Edges Blank]
        "a Knack phone field has no such filter"
        "a phone field has `is`, `contains`, `starts_with`, `ends_with` and their opposites, and `is_blank`"
        ComparedToPhone
        "a Knack phone field is not compared with `{Self}`"
        "a phone field is compared with `&str` or `String`"
}

filters! {
    Concatenation AskedOfConcatenation [Is Contains Edges Blank]
        "a Knack text formula field has no such filter"
        "a text formula field has `is`, `contains`, `starts_with`, `ends_with` and their opposites, and `is_blank`"
        ComparedToConcatenation
        "a Knack text formula field is not compared with `{Self}`"
        "a text formula field is compared with `&str` or `String`"
}

filters! {
    Address AskedOfAddress [Is Contains Edges Near Blank]
        "a Knack address field has no such filter"
        "an address field has `is`, `contains`, `starts_with`, `ends_with` and their opposites, `near`, and `is_blank`"
        ComparedToAddress
        "a Knack address field is not compared with `{Self}`"
        "an address field is compared with `&str` or `String`"
}

filters! {
    MultipleChoice AskedOfMultipleChoice [Is Contains IsAny Blank]
        "a Knack multiple choice field has no such filter"
        "a multiple choice field has `is`, `contains` and their opposites, `is_any`, and `is_blank`"
        ComparedToMultipleChoice
        "a Knack multiple choice field is not compared with `{Self}`"
        "a multiple choice field is compared with an enum that derives `KnackChoice`, `&str` or `String`"
}

filters! {
    UserRoles AskedOfUserRoles [Is Contains IsAny Blank]
        "a Knack user roles field has no such filter"
        "a user roles field has `is`, `contains` and their opposites, `is_any`, and `is_blank`"
        ComparedToUserRoles
        "a Knack user roles field is not compared with `{Self}`"
        "a user roles field is compared with `ProfileKey`, `&str` or `String`"
}

filters! {
    Connection AskedOfConnection [Is Contains IsAny Blank]
        "a Knack connection field has no such filter"
        "a connection field has `is`, `contains` and their opposites, `is_any`, and `is_blank`"
        ComparedToConnection
        "a Knack connection field is not compared with `{Self}`"
        "a connection field is compared with `RecordId` or `Link<T>`, or a list of them"
}

filters! {
    Number AskedOfNumber [Is Orders Blank]
        "a Knack number field has no such filter"
        "a number field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToNumber
        "a Knack number field is not compared with `{Self}`"
        "a number field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    Currency AskedOfCurrency [Is Orders Blank]
        "a Knack currency field has no such filter"
        "a currency field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToCurrency
        "a Knack currency field is not compared with `{Self}`"
        "a currency field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    AutoIncrement AskedOfAutoIncrement [Is Orders Blank]
        "a Knack auto increment field has no such filter"
        "an auto increment field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToAutoIncrement
        "a Knack auto increment field is not compared with `{Self}`"
        "an auto increment field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    Equation AskedOfEquation [Is Orders Blank]
        "a Knack equation field has no such filter"
        "an equation field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToEquation
        "a Knack equation field is not compared with `{Self}`"
        "an equation field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`; a difference of dates, as far as is known, in the unit that the field shows"
}

filters! {
    Count AskedOfCount [Is Orders Blank]
        "a Knack count field has no such filter"
        "a count field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToCount
        "a Knack count field is not compared with `{Self}`"
        "a count field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    Sum AskedOfSum [Is Orders Blank]
        "a Knack sum field has no such filter"
        "a sum field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToSum
        "a Knack sum field is not compared with `{Self}`"
        "a sum field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    Average AskedOfAverage [Is Orders Blank]
        "a Knack average field has no such filter"
        "an average field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToAverage
        "a Knack average field is not compared with `{Self}`"
        "an average field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    Min AskedOfMin [Is Orders Blank]
        "a Knack min field has no such filter"
        "a min field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToMin
        "a Knack min field is not compared with `{Self}`"
        "a min field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    Max AskedOfMax [Is Orders Blank]
        "a Knack max field has no such filter"
        "a max field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToMax
        "a Knack max field is not compared with `{Self}`"
        "a max field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    Rating AskedOfRating [Is Orders Blank]
        "a Knack rating field has no such filter"
        "a rating field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToRating
        "a Knack rating field is not compared with `{Self}`"
        "a rating field is compared with `f64`, `i64`, `i32`, `u32`, `u8` and the other integers, or `Decimal`"
}

filters! {
    Timer AskedOfTimer [Is Orders Blank]
        "a Knack timer field has no such filter"
        "a timer field has `is`, `is_not`, `higher_than`, `lower_than`, and `is_blank`"
        ComparedToTimer
        "a Knack timer field is not compared with `{Self}`"
        "a timer field is compared with a number: as far as is known, the milliseconds of its total"
}

filters! {
    Boolean AskedOfBoolean [Is Blank]
        "a Knack yes/no field has no such filter"
        "a yes/no field has `is`, `is_not`, and `is_blank`"
        ComparedToBoolean
        "a Knack yes/no field is not compared with `{Self}`"
        "a yes/no field is compared with `bool`"
}

filters! {
    WebLink AskedOfWebLink [Is Blank]
        "a Knack link field has no such filter"
        "a link field has `is`, `is_not`, and `is_blank`"
        ComparedToWebLink
        "a Knack link field is not compared with `{Self}`"
        "a link field is compared with `&str` or `String`"
}

filters! {
    DateTime AskedOfDateTime [Is Dates Blank]
        "a Knack date/time field has no such filter"
        "a date/time field has `is`, `is_not`, `is_before`, `is_after`, `is_today`, `is_during_the_previous` and the like, and `is_blank`"
        ComparedToDateTime
        "a Knack date/time field is not compared with `{Self}`"
        "a date/time field is compared with `jiff::civil::DateTime` or `Date`, `Time` if it has no date, or `InZone`"
}

filters! {
    File AskedOfFile [Blank]
        "a Knack file field has no such filter"
        "a file field has `is_blank` and `is_not_blank` alone"
        ComparedToFile
        "a Knack file field is not compared with `{Self}`"
        "a file field is compared with nothing: ask whether it `is_blank`"
}

filters! {
    Image AskedOfImage [Blank]
        "a Knack image field has no such filter"
        "an image field has `is_blank` and `is_not_blank` alone"
        ComparedToImage
        "a Knack image field is not compared with `{Self}`"
        "an image field is compared with nothing: ask whether it `is_blank`"
}

filters! {
    Signature AskedOfSignature [Blank]
        "a Knack signature field has no such filter"
        "a signature field has `is_blank` and `is_not_blank` alone"
        ComparedToSignature
        "a Knack signature field is not compared with `{Self}`"
        "a signature field is compared with nothing: ask whether it `is_blank`"
}

filters! {
    Password AskedOfPassword []
        "a Knack password field has no such filter"
        "a password field has no filters: Knack does not tell passwords"
        ComparedToPassword
        "a Knack password field is not compared with `{Self}`"
        "a password field is compared with nothing"
}

filters! {
    Unknown AskedOfUnknown []
        "a Knack field of an unknown kind has no such filter"
        "a field of an unknown kind has no filters here; `Rule::raw` says what has no method"
        ComparedToUnknown
        "a Knack field of an unknown kind is not compared with `{Self}`"
        "a field of an unknown kind is compared with nothing here; `Rule::raw` says what has no method"
}
