//! Which kinds have which operators, and the operators.

use crate::kind::{
    Address, AutoIncrement, Average, Boolean, Concatenation, Connection, Count, Currency, DateTime, Email,
    Equation, File, Image, Kind, Max, Min, MultipleChoice, Name, Number, ParagraphText, Phone, Rating,
    RichText, ShortText, Signature, Sum, Timer, UserRoles, WebLink,
};
use crate::object::Field;
use crate::query::{Operand, Rule};

macro_rules! operators {
    ($($(#[$doc:meta])* $family:ident $who:tt: $($kind:ident)*;)*) => {
        $(
            $(#[$doc])*
            #[diagnostic::on_unimplemented(
                message = "Knack has no such filter for `{Self}` fields",
                label = "not for this kind of field",
                note = $who,
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
    Containing "texts, names, e-mail, phone and address fields, choices, user roles and connections have it":
        ShortText ParagraphText RichText Name Email Phone Concatenation Address MultipleChoice
        UserRoles Connection;
    /// Kinds whose beginning and end can be asked for: [`starts_with`](Field::starts_with) and
    /// [`ends_with`](Field::ends_with).
    ///
    /// ```
    /// fn texts<K: knack_core::query::Edged>() {}
    /// texts::<knack_core::kind::Phone>();
    /// ```
    Edged "texts, names, e-mail, phone and address fields have it":
        ShortText ParagraphText RichText Name Email Phone Concatenation Address;
    /// Kinds that can be compared for equality: [`is`](Field::is) and [`is_not`](Field::is_not).
    ///
    /// ```
    /// fn compared<K: knack_core::query::Comparable>() {}
    /// compared::<knack_core::kind::Connection>();
    /// ```
    Comparable "all kinds but files, images, signatures and passwords have it":
        ShortText ParagraphText RichText Name Email Phone Concatenation Address MultipleChoice
        UserRoles Number Equation Rating Timer Currency AutoIncrement Count Sum Average Min Max Boolean
        WebLink DateTime Connection;
    /// Kinds that are numbers: [`higher_than`](Field::higher_than) and [`lower_than`](Field::lower_than).
    ///
    /// ```
    /// fn numbers<K: knack_core::query::Ordered>() {}
    /// numbers::<knack_core::kind::Currency>();
    /// ```
    Ordered "numbers, currency, ratings, timers, equations and totals have it":
        Number Equation Rating Timer Currency AutoIncrement Count Sum Average Min Max;
    /// Kinds that can be asked whether they are empty: [`is_blank`](Field::is_blank) and
    /// [`is_not_blank`](Field::is_not_blank). All but passwords.
    ///
    /// ```
    /// fn maybe_empty<K: knack_core::query::Blankable>() {}
    /// maybe_empty::<knack_core::kind::Signature>();
    /// ```
    Blankable "all kinds but passwords have it":
        ShortText ParagraphText RichText Name Email Phone Concatenation Address MultipleChoice
        UserRoles Number Equation Rating Timer Currency AutoIncrement Count Sum Average Min Max Boolean
        WebLink DateTime Connection File Image Signature;
    /// Kinds that can be one of several values: [`is_any`](Field::is_any).
    ///
    /// ```
    /// fn choices<K: knack_core::query::OneOf>() {}
    /// choices::<knack_core::kind::MultipleChoice>();
    /// ```
    OneOf "choices, user roles and connections have it":
        MultipleChoice UserRoles Connection;
    /// Kinds with a place on the map: [`near`](Field::near).
    ///
    /// ```
    /// fn places<K: knack_core::query::Located>() {}
    /// places::<knack_core::kind::Address>();
    /// ```
    Located "address fields have it":
        Address;
    /// Kinds that are dates: [`is_before`](Field::is_before), [`is_today`](Field::is_today) and the others
    /// of dates.
    ///
    /// ```
    /// fn dates<K: knack_core::query::Dated>() {}
    /// dates::<knack_core::kind::DateTime>();
    /// ```
    Dated "date/time fields have it":
        DateTime;
}

/// The filters of a field's kind. Which kinds have which, the [module](crate::query) tells; others do not
/// compile.
impl<O, K, N> Field<O, K, N> {
    /// The value equals `value`. Text is compared without case, as far as is known: the documents do
    /// not say. A connection is compared with one record.
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
        Rule::new(self, "is").value(value.operand())
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
        Rule::new(self, "is not").value(value.operand())
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
        Rule::new(self, "contains").value(value.operand())
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
        Rule::new(self, "does not contain").value(value.operand())
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
        Rule::new(self, "starts with").value(value.operand())
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
        Rule::new(self, "ends with").value(value.operand())
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
        Rule::new(self, "higher than").value(value.operand())
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
        Rule::new(self, "lower than").value(value.operand())
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
        Rule::new(self, "is blank")
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
        Rule::new(self, "is not blank")
    }

    /// The value is one of these: an option of a choice, a connected record.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::TAGS.is_any(["Club", "Press"]));
    /// assert!(query.encode().contains("is%20any%22%2C%22value%22%3A%5B%22Club%22%2C%22Press%22%5D"));
    /// ```
    pub fn is_any<V: Operand<K>>(self, values: impl IntoIterator<Item = V>) -> Rule<O>
    where
        K: OneOf,
    {
        let values: Vec<_> = values.into_iter().map(Operand::operand).collect();
        let none = values.is_empty();
        Rule::new(self, "is any").with("value", values).unless(none, "asks for one of no values")
    }

    /// The address is within a distance of a place, which is given as an address that Knack looks up. Only
    /// fields that keep coordinates are found.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// use knack_core::query::Distance::Miles;
    ///
    /// let query = ListQuery::default().filter(Customer::ADDRESS.near("Main Street 1, Salem, OR", Miles(20)));
    /// assert!(query.encode().contains("%22units%22%3A%22miles%22"));
    /// ```
    pub fn near(self, place: impl Into<String>, within: Distance) -> Rule<O>
    where
        K: Located,
    {
        let (units, range) = match within {
            Distance::Miles(range) => ("miles", range),
            Distance::Kilometers(range) => ("kilometers", range),
        };
        let place = place.into();
        let nowhere = place.trim().is_empty() || range == 0;
        Rule::new(self, "near")
            .unless(nowhere, "is near no place, or within no distance of one")
            .with("value", place)
            .with("units", units)
            .with("range", range.to_string())
    }
}

/// How far away, for [`Field::near`].
///
/// Source: a request of the live application; the spelling of kilometres is a guess.
///
/// ```
/// use knack_core::query::Distance;
///
/// assert_ne!(Distance::Miles(5), Distance::Kilometers(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Distance {
    /// So many miles.
    Miles(u32),
    /// So many kilometres.
    Kilometers(u32),
}
