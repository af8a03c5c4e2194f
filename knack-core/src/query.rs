//! Queries: filters that the compiler checks, sorts, pages, and their encoding.
//!
//! | kinds | filters |
//! |---|---|
//! | texts, text formula, name, e-mail, phone, address | `is`, `contains`, `starts_with`, `ends_with` |
//! | multiple choice, user roles | `is`, `contains` |
//! | numbers, currency, rating, timer, equation, totals | `is`, `higher_than`, `lower_than` |
//! | date/time | `is`, `is_before`, `is_after` |
//! | yes/no, link, connection | `is` |
//! | file, image, signature | |
//!
//! Besides, `is` has `is_not`, `contains` has `does_not_contain`, and all of them `is_blank` and
//! `is_not_blank`. Knack's table has no row for connections; their filters are those seen in use.
//!
//! Source: docs.knack.com/docs/constructing-filters, …/pagination, …/sorting, …/formatting, and
//! docs.knack.com/reference/filters-field-types.
//!
//! ```
//! # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
//! # use knack_core::query::ListQuery;
//! let adults_of_oslo = Customer::CITY.is("Oslo") & Customer::AGE.higher_than(17);
//! let query = ListQuery::default().filter(adults_of_oslo).sort(Customer::AGE.desc()).rows_per_page(50);
//! let encoded = query.encode();
//! assert!(encoded.starts_with("rows_per_page=50&sort_field=field_8&sort_order=desc&format=raw&filters="));
//! ```

use std::borrow::Cow;
use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::key::{FieldKey, RecordId};
use crate::kind::{
    Address, AutoIncrement, Average, Boolean, Concatenation, Connection, Count, Currency, DateTime, Email,
    Equation, File, Image, Kind, Max, Min, MultipleChoice, Name, Number, ParagraphText, Phone, Rating,
    RichText, ShortText, Signature, Sum, Timer, UserRoles, WebLink,
};
use crate::object::{Field, ObjectTag};
use crate::value::Link;

/// All but what needs no encoding anywhere in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// One condition on records of the object `O`.
///
/// Rules join with `&` to [`All`] and with `|` to [`Any`]. The two do not mix: the API knows one
/// level of rules in a request, and what it cannot say does not compile.
///
/// Source: docs.knack.com/docs/constructing-filters.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::query::{All, Any, Rule};
///
/// let rule: Rule<_> = Customer::CITY.is("Oslo");
/// let both: All<_> = rule.clone() & Customer::AGE.higher_than(17);
/// let either: Any<_> = rule | Customer::CITY.is("Bergen");
/// ```
///
/// ```compile_fail,E0277
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// let nested = Customer::CITY.is("Oslo") & Customer::AGE.is(17) | Customer::AGE.is_blank();
/// ```
#[derive(Clone, Debug)]
pub struct Rule<O> {
    json: Value,
    object: PhantomData<fn() -> O>,
}

/// Rules that must all hold; joined by `&` or collected. Of no rules, all hold.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::query::All;
///
/// let none_of: All<_> = ["Oslo", "Bergen"].into_iter().map(|city| Customer::CITY.is_not(city)).collect();
/// let query = ListQuery::default().filter(none_of & Customer::AGE.is_not_blank());
/// assert!(query.encode().contains("filters=%7B%22match%22%3A%22and%22"));
/// ```
#[derive(Clone, Debug)]
pub struct All<O>(Vec<Rule<O>>);

/// Rules of which one must hold; joined by `|` or collected. Of no rules, **every** record passes: the
/// API has no filter that none passes, so look whether there is a rule before you ask.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::query::Any;
///
/// let cities: Any<_> = ["Oslo", "Bergen"].into_iter().map(|city| Customer::CITY.is(city)).collect();
/// let query = ListQuery::default().filter(cities);
/// assert!(query.encode().contains("filters=%7B%22match%22%3A%22or%22"));
/// ```
#[derive(Clone, Debug)]
pub struct Any<O>(Vec<Rule<O>>);

/// What a list is filtered by: a [`Rule`], [`All`] or [`Any`] of some, where a program chooses between
/// them.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::KnackObject;
/// use knack_core::query::Filter;
///
/// fn filter(nordic: bool) -> Filter<<Customer as KnackObject>::Object> {
///     if nordic {
///         (Customer::CITY.is("Oslo") | Customer::CITY.is("Bergen")).into()
///     } else {
///         Customer::CITY.is_not_blank().into()
///     }
/// }
/// assert!(ListQuery::default().filter(filter(true)).encode().contains("%22or%22"));
/// ```
#[derive(Clone, Debug)]
pub struct Filter<O> {
    any: bool,
    rules: Vec<Rule<O>>,
}

impl<O> Rule<O> {
    fn new<K, N>(field: Field<O, K, N>, operator: &str, value: Option<Value>) -> Self {
        let mut json = json!({ "field": field.key().to_string(), "operator": operator });
        if let (Some(rule), Some(value)) = (json.as_object_mut(), value) {
            rule.insert("value".into(), value);
        }
        Self { json, object: PhantomData }
    }
}

impl<O> FromIterator<Rule<O>> for All<O> {
    fn from_iter<I: IntoIterator<Item = Rule<O>>>(rules: I) -> Self {
        Self(rules.into_iter().collect())
    }
}

impl<O> FromIterator<Rule<O>> for Any<O> {
    fn from_iter<I: IntoIterator<Item = Rule<O>>>(rules: I) -> Self {
        Self(rules.into_iter().collect())
    }
}

macro_rules! joins {
    ($($op:ident, $method:ident, $joined:ident;)*) => {
        $(
            impl<O> $op for Rule<O> {
                type Output = $joined<O>;

                fn $method(self, other: Self) -> $joined<O> {
                    $joined(vec![self, other])
                }
            }

            impl<O> $op<Rule<O>> for $joined<O> {
                type Output = Self;

                fn $method(mut self, other: Rule<O>) -> Self {
                    self.0.push(other);
                    self
                }
            }

            impl<O> $op for $joined<O> {
                type Output = Self;

                fn $method(mut self, other: Self) -> Self {
                    self.0.extend(other.0);
                    self
                }
            }
        )*
    };
}

joins! {
    BitAnd, bitand, All;
    BitOr, bitor, Any;
}

impl<O> From<Rule<O>> for Filter<O> {
    fn from(rule: Rule<O>) -> Self {
        Self { any: false, rules: vec![rule] }
    }
}

impl<O> From<All<O>> for Filter<O> {
    fn from(all: All<O>) -> Self {
        Self { any: false, rules: all.0 }
    }
}

impl<O> From<Any<O>> for Filter<O> {
    fn from(any: Any<O>) -> Self {
        Self { any: any.0.len() > 1, rules: any.0 }
    }
}

/// A filter for lists of the object `O`: a [`Rule`], [`All`], [`Any`] or [`Filter`].
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::query::IntoFilter;
///
/// fn first_page<O>(filter: impl IntoFilter<O>) -> String {
///     ListQuery::default().filter(filter).page(1).encode()
/// }
/// assert!(first_page(Customer::AGE.is_blank()).starts_with("page=1&"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no filter for this object",
    label = "a filter of another object, or none",
    note = "filters are made of the handles of a struct with the same `#[knack(object = …)]`: `Customer::NAME.is(\"Ann\")`"
)]
pub trait IntoFilter<O> {
    /// The filter.
    fn into_filter(self) -> Filter<O>;
}

macro_rules! into_filter {
    ($($filter:ident)*) => {
        $(impl<O> IntoFilter<O> for $filter<O> {
            fn into_filter(self) -> Filter<O> {
                self.into()
            }
        })*
    };
}

into_filter!(Rule All Any Filter);

/// Never implemented: what is asked of a rule joined by both operators. See [`Rule`].
#[diagnostic::on_unimplemented(
    message = "rules joined by `&` and by `|` do not mix: a request to Knack has one level of rules",
    label = "joined by the other operator",
    note = "ask twice, or filter the rest of the way in your program"
)]
pub trait OneLevel {}

impl<O, R: OneLevel> BitOr<R> for All<O> {
    type Output = Self;

    fn bitor(self, _: R) -> Self {
        self
    }
}

impl<O, R: OneLevel> BitAnd<R> for Any<O> {
    type Output = Self;

    fn bitand(self, _: R) -> Self {
        self
    }
}

impl<O> Filter<O> {
    /// The JSON of the `filters` parameter.
    fn into_json(self) -> Value {
        let rules = self.rules.into_iter().map(|rule| rule.json).collect();
        json!({ "match": if self.any { "or" } else { "and" }, "rules": Value::Array(rules) })
    }
}

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

macro_rules! operators {
    ($($(#[$doc:meta])* $family:ident: $($kind:ident)*;)*) => {
        $(
            $(#[$doc])*
            #[diagnostic::on_unimplemented(
                message = "Knack has no such filter for `{Self}` fields",
                label = "not for this kind of field",
                note = "docs.knack.com/docs/constructing-filters lists the operators of each kind"
            )]
            pub trait $family: Kind {}
            $(impl $family for $kind {})*
        )*
    };
}

operators! {
    /// Kinds that can be looked into: [`contains`](Field::contains) and
    /// [`does_not_contain`](Field::does_not_contain).
    ///
    /// ```
    /// use knack_core::kind::{Address, MultipleChoice};
    /// use knack_core::query::Containing;
    ///
    /// fn searchable<K: Containing>() {}
    /// searchable::<Address>();
    /// searchable::<MultipleChoice>();
    /// ```
    Containing: ShortText ParagraphText RichText Name Email Phone Concatenation Address MultipleChoice UserRoles;
    /// Kinds whose beginning and end can be asked for: [`starts_with`](Field::starts_with) and
    /// [`ends_with`](Field::ends_with).
    ///
    /// ```
    /// fn texts<K: knack_core::query::Edged>() {}
    /// texts::<knack_core::kind::Phone>();
    /// ```
    Edged: ShortText ParagraphText RichText Name Email Phone Concatenation Address;
    /// Kinds that can be compared for equality: [`is`](Field::is) and [`is_not`](Field::is_not).
    ///
    /// ```
    /// fn compared<K: knack_core::query::Comparable>() {}
    /// compared::<knack_core::kind::Connection>();
    /// ```
    Comparable: ShortText ParagraphText RichText Name Email Phone Concatenation Address MultipleChoice
        UserRoles Number Equation Rating Timer Currency AutoIncrement Count Sum Average Min Max Boolean
        WebLink DateTime Connection;
    /// Kinds that are numbers: [`higher_than`](Field::higher_than) and [`lower_than`](Field::lower_than).
    ///
    /// ```
    /// fn numbers<K: knack_core::query::Ordered>() {}
    /// numbers::<knack_core::kind::Currency>();
    /// ```
    Ordered: Number Equation Rating Timer Currency AutoIncrement Count Sum Average Min Max;
    /// Kinds that can be asked whether they are empty: [`is_blank`](Field::is_blank) and
    /// [`is_not_blank`](Field::is_not_blank). All but passwords.
    ///
    /// ```
    /// fn maybe_empty<K: knack_core::query::Blankable>() {}
    /// maybe_empty::<knack_core::kind::Signature>();
    /// ```
    Blankable: ShortText ParagraphText RichText Name Email Phone Concatenation Address MultipleChoice
        UserRoles Number Equation Rating Timer Currency AutoIncrement Count Sum Average Min Max Boolean
        WebLink DateTime Connection File Image Signature;
    /// Kinds that are dates: [`is_before`](Field::is_before) and [`is_after`](Field::is_after).
    ///
    /// ```
    /// fn dates<K: knack_core::query::Dated>() {}
    /// dates::<knack_core::kind::DateTime>();
    /// ```
    Dated: DateTime;
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

number_operand!(f64 i64 i32 u64 u32);

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

/// Dates in filters are `mm/dd/yyyy`; a date in ISO form matches nothing, without an error.
#[cfg(feature = "jiff")]
impl Operand<DateTime> for jiff::civil::Date {
    fn operand(self) -> Value {
        Value::from(format!("{:02}/{:02}/{:04}", self.month(), self.day(), self.year()))
    }
}

#[cfg(feature = "jiff")]
impl Operand<DateTime> for jiff::civil::DateTime {
    fn operand(self) -> Value {
        let date = Operand::operand(self.date());
        let (hour, half) = (self.hour(), if self.hour() < 12 { "am" } else { "pm" });
        let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
        let date = date.as_str().unwrap_or_default();
        Value::from(format!("{date} {hour}:{:02}{half}", self.minute()))
    }
}

/// The filters of a field's kind, and its sorts. Which kinds have which, the [module](crate::query)
/// tells; others do not compile.
impl<O, K, N> Field<O, K, N> {
    /// The value equals `value`. Text is compared without case, as far as is known: the documents do
    /// not say. A connection is compared with one record; of several connections one must be it.
    ///
    /// Source: docs.knack.com/docs/constructing-filters.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let rep = "5d7964422d7159001659b27a".parse::<knack_core::RecordId>()?;
    /// let query = ListQuery::default().filter(Customer::CITY.is("Oslo") & Customer::REP.is(rep));
    /// assert!(query.encode().contains("5d7964422d7159001659b27a"));
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    pub fn is(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Comparable,
    {
        Rule::new(self, "is", Some(value.operand()))
    }

    /// The value differs from `value`.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.is_not("Oslo"));
    /// assert!(query.encode().contains("is%20not"));
    /// ```
    pub fn is_not(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Comparable,
    {
        Rule::new(self, "is not", Some(value.operand()))
    }

    /// The text has `value` in it, or the choice includes it.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.contains("burg"));
    /// assert!(query.encode().contains("%22contains%22"));
    /// ```
    pub fn contains(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Containing,
    {
        Rule::new(self, "contains", Some(value.operand()))
    }

    /// The text has `value` nowhere in it, or the choice does not include it.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.does_not_contain("burg"));
    /// assert!(query.encode().contains("does%20not%20contain"));
    /// ```
    pub fn does_not_contain(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Containing,
    {
        Rule::new(self, "does not contain", Some(value.operand()))
    }

    /// The text begins with `value`.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.starts_with("San "));
    /// assert!(query.encode().contains("starts%20with"));
    /// ```
    pub fn starts_with(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Edged,
    {
        Rule::new(self, "starts with", Some(value.operand()))
    }

    /// The text ends with `value`.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.ends_with("stad"));
    /// assert!(query.encode().contains("ends%20with"));
    /// ```
    pub fn ends_with(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Edged,
    {
        Rule::new(self, "ends with", Some(value.operand()))
    }

    /// The number is greater than `value`; the API has no "or equal".
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let adults = ListQuery::default().filter(Customer::AGE.higher_than(17));
    /// assert!(adults.encode().contains("higher%20than"));
    /// ```
    pub fn higher_than(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Ordered,
    {
        Rule::new(self, "higher than", Some(value.operand()))
    }

    /// The number is less than `value`; the API has no "or equal".
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::AGE.lower_than(17.5));
    /// assert!(query.encode().contains("lower%20than"));
    /// ```
    pub fn lower_than(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Ordered,
    {
        Rule::new(self, "lower than", Some(value.operand()))
    }

    /// The field is empty. Yes/no fields never are.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::AGE.is_blank());
    /// assert!(query.encode().contains("is%20blank"));
    /// ```
    pub fn is_blank(self) -> Rule<O>
    where
        K: Blankable,
    {
        Rule::new(self, "is blank", None)
    }

    /// The field is not empty.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::AGE.is_not_blank());
    /// assert!(query.encode().contains("is%20not%20blank"));
    /// ```
    pub fn is_not_blank(self) -> Rule<O>
    where
        K: Blankable,
    {
        Rule::new(self, "is not blank", None)
    }

    /// The date is earlier than `value`, by the wall clock in the application's time zone.
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
    pub fn is_before(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Dated,
    {
        Rule::new(self, "is before", Some(value.operand()))
    }

    /// The date is later than `value`, by the wall clock in the application's time zone.
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
    pub fn is_after(self, value: impl Operand<K>) -> Rule<O>
    where
        K: Dated,
    {
        Rule::new(self, "is after", Some(value.operand()))
    }

    /// Sorts by this field, the least first.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().sort(Customer::AGE.asc());
    /// assert!(query.encode().contains("sort_field=field_8&sort_order=asc"));
    /// ```
    pub fn asc(self) -> Sort<O> {
        Sort { field: self.key(), descending: false, object: PhantomData }
    }

    /// Sorts by this field, the greatest first.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().sort(Customer::AGE.desc());
    /// assert!(query.encode().contains("sort_field=field_8&sort_order=desc"));
    /// ```
    pub fn desc(self) -> Sort<O> {
        Sort { field: self.key(), descending: true, object: PhantomData }
    }
}

/// The order of a list: [`Field::asc`] or [`Field::desc`]. One field alone: it is not certain that
/// Knack heeds a second.
///
/// Source: docs.knack.com/docs/sorting.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::KnackObject;
/// use knack_core::query::Sort;
///
/// fn order(oldest_first: bool) -> Sort<<Customer as KnackObject>::Object> {
///     if oldest_first { Customer::AGE.desc() } else { Customer::CITY.asc() }
/// }
/// assert!(ListQuery::default().sort(order(true)).encode().contains("desc"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sort<O> {
    field: FieldKey,
    descending: bool,
    object: PhantomData<fn() -> O>,
}

/// Which of its two forms Knack sends of every value.
///
/// Source: docs.knack.com/docs/formatting.
///
/// ```
/// use knack_core::query::{Format, ListQuery};
///
/// assert_eq!(Format::default(), Format::Raw);
/// assert!(!ListQuery::default().format(Format::Both).encode().contains("format="));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Format {
    /// Values alone, the default here: half the bytes, and no markup.
    #[default]
    Raw,
    /// Values, under `field_7_raw`, and the HTML that pages show for them, under `field_7`; Knack's
    /// own default.
    Both,
}

/// The largest page that Knack gives, in records; without a word it gives 25.
///
/// Source: docs.knack.com/docs/pagination.
///
/// ```
/// use knack_core::query::{ListQuery, MOST_ROWS};
///
/// assert_eq!(ListQuery::default().rows(), MOST_ROWS);
/// ```
pub const MOST_ROWS: u16 = 1_000;

/// What a list asks for, in the form in which it is sent. Programs refine a
/// [`List`](crate::list::List), which holds one and knows the object.
///
/// Source: docs.knack.com/docs/object-based-requests.
///
/// ```
/// use knack_core::query::{Format, ListQuery};
///
/// let query = ListQuery::default().page(2).rows_per_page(100).search("red bike").format(Format::Both);
/// assert_eq!(query.rows(), 100);
/// assert_eq!(query.encode(), "page=2&rows_per_page=100&q=red%20bike");
/// ```
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    filter: Option<Value>,
    sort: Option<(FieldKey, bool)>,
    page: Option<u64>,
    rows_per_page: Option<u16>,
    search: Option<String>,
    format: Format,
}

impl ListQuery {
    /// Keeps only what passes the filter. A second filter replaces the first. It becomes part of the
    /// URL; how long that may be is not documented.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.is("Oslo"));
    /// assert!(query.encode().contains("filters=%7B"));
    /// ```
    pub fn filter<O>(mut self, filter: impl IntoFilter<O>) -> Self {
        self.filter = Some(filter.into_filter().into_json());
        self
    }

    /// Only the record with this id. That ids can be filtered by is not documented.
    pub(crate) fn only(mut self, id: RecordId) -> Self {
        let rule = json!({ "field": "id", "operator": "is", "value": id.to_string() });
        self.filter = Some(json!({ "match": "and", "rules": [rule] }));
        self
    }

    /// Sets the order. Without one, Knack uses the object's own.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().sort(Customer::CITY.asc());
    /// assert!(query.encode().contains("sort_field=field_7&sort_order=asc"));
    /// ```
    pub fn sort<O: ObjectTag>(mut self, sort: Sort<O>) -> Self {
        self.sort = Some((sort.field, sort.descending));
        self
    }

    /// Sets the page, from 1. A page behind the last has no records and is no error.
    ///
    /// ```
    /// use knack_core::query::ListQuery;
    ///
    /// assert!(ListQuery::default().page(3).encode().starts_with("page=3&"));
    /// ```
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets how many records a page holds; what is not within 1 to 1,000 is brought there.
    ///
    /// ```
    /// use knack_core::query::ListQuery;
    ///
    /// assert_eq!(ListQuery::default().rows_per_page(5_000).rows(), 1_000);
    /// ```
    pub fn rows_per_page(mut self, rows: u16) -> Self {
        self.rows_per_page = Some(rows.clamp(1, MOST_ROWS));
        self
    }

    /// The rows that a page holds; [`MOST_ROWS`] unless set.
    pub fn rows(&self) -> u16 {
        self.rows_per_page.unwrap_or(MOST_ROWS)
    }

    /// Searches the fields that are marked as searchable for a text. Knack ignores it where no
    /// field is: then all records come.
    ///
    /// ```
    /// use knack_core::query::ListQuery;
    ///
    /// assert!(ListQuery::default().search("a & b").encode().ends_with("q=a%20%26%20b"));
    /// ```
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search = Some(text.into());
        self
    }

    /// Sets in which form values are sent.
    ///
    /// ```
    /// use knack_core::query::{Format, ListQuery};
    ///
    /// assert!(ListQuery::default().format(Format::Raw).encode().contains("format=raw"));
    /// ```
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// The query string, percent-encoded, without a question mark.
    ///
    /// ```
    /// use knack_core::query::ListQuery;
    ///
    /// assert_eq!(ListQuery::default().encode(), "rows_per_page=1000&format=raw");
    /// ```
    pub fn encode(&self) -> String {
        let mut query = String::new();
        let mut put = |name: &str, value: &dyn Display| {
            let text = value.to_string();
            let encoded: Cow<'_, str> = utf8_percent_encode(&text, QUERY).into();
            let separator = if query.is_empty() { "" } else { "&" };
            query.push_str(&[separator, name, "=", &encoded].concat());
        };
        if let Some(page) = self.page {
            put("page", &page);
        }
        put("rows_per_page", &self.rows());
        if let Some((field, descending)) = self.sort {
            put("sort_field", &field);
            put("sort_order", &if descending { "desc" } else { "asc" });
        }
        if self.format == Format::Raw {
            put("format", &"raw");
        }
        if let Some(search) = &self.search {
            put("q", search);
        }
        if let Some(filter) = &self.filter {
            put("filters", filter);
        }
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{FieldDef, Object};
    use percent_encoding::percent_decode_str;

    static NAME: FieldDef = FieldDef::new::<ShortText>("name", FieldKey::new(7));
    static AGE: FieldDef = FieldDef::new::<Number>("age", FieldKey::new(8));
    const BY_NAME: Field<Object<3>, ShortText> = Field::new(&NAME);
    const BY_AGE: Field<Object<3>, Number> = Field::new(&AGE);

    fn filters(query: &ListQuery) -> Value {
        let encoded = query.encode();
        assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%=&".contains(&b)), "{encoded}");
        let text = encoded.split('&').find_map(|pair| pair.strip_prefix("filters=")).unwrap();
        serde_json::from_str(&percent_decode_str(text).decode_utf8().unwrap()).unwrap()
    }

    #[test]
    fn hostile_text_arrives_whole() {
        for text in ["a&b=c#d", "say \"hi\" \\ 'x'", "naïve 🚲 \u{0}\n", &"x".repeat(6_000)] {
            let query = ListQuery::default().filter(BY_NAME.contains(text) | BY_NAME.is(text));
            assert_eq!(
                filters(&query),
                json!({ "match": "or", "rules": [
                    { "field": "field_7", "operator": "contains", "value": text },
                    { "field": "field_7", "operator": "is", "value": text },
                ] })
            );
        }
    }

    #[test]
    fn every_part_is_encoded() {
        let query = ListQuery::default()
            .filter(BY_AGE.higher_than(40) & BY_NAME.is_not_blank())
            .sort(BY_AGE.desc())
            .page(3)
            .rows_per_page(5_000)
            .search("a b")
            .format(Format::Both);
        let encoded = query.encode();
        assert!(
            encoded
                .starts_with("page=3&rows_per_page=1000&sort_field=field_8&sort_order=desc&q=a%20b&filters=")
        );
        assert_eq!(filters(&query)["match"], "and");
        assert_eq!(ListQuery::default().encode(), "rows_per_page=1000&format=raw");
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn dates_are_in_the_american_order() {
        let noon = jiff::civil::date(2026, 3, 9).at(12, 5, 0, 0);
        assert_eq!(Operand::operand(noon), "03/09/2026 12:05pm");
        assert_eq!(Operand::operand(noon.date()), "03/09/2026");
        assert_eq!(Operand::operand(jiff::civil::date(2026, 3, 9).at(0, 0, 0, 0)), "03/09/2026 12:00am");
    }
}
