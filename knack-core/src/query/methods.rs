//! The filters as methods of field handles, and what these ask of the field's kind. Which kinds have which is
//! said in `fit`; those of dates are in `dates`.

use serde_json::Value;

use crate::cell::ValueError;
use crate::kind::Kind;
use crate::object::Field;
use crate::query::Comparison::{Above, Below, Equal, Within};
use crate::query::operator::{Blank, Contains, Edges, Is, IsAny, Near, Orders};
use crate::query::{Comparison, Rule};

/// A kind that has the operators `F`, one of [`operator`](crate::query::operator). Which kinds have which, the
/// [module](crate::query) tells.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::object::Field;
/// use knack_core::query::{Has, Rule, operator};
///
/// /// Works for every kind but passwords and unknown ones, which have no filters.
/// fn to_be_filled_in<O, K: Has<operator::Blank>, N>(field: Field<O, K, N>) -> Rule<O> {
///     field.is_blank()
/// }
/// assert!(ListQuery::default().filter(to_be_filled_in(Customer::AGE)).encode().contains("is%20blank"));
/// ```
pub trait Has<F>: Kind {}

/// A kind that is compared with values of the type `V`: those that are an
/// [`Operand`](crate::query::Operand) of it, and no others.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// # use knack_core::query::ListQuery;
/// use knack_core::object::Field;
/// use knack_core::query::{Any, ComparedWith, Has, operator};
///
/// fn either<O, N, K, V>(field: Field<O, K, N>, values: [V; 2]) -> Any<O>
/// where
///     K: Has<operator::Is> + ComparedWith<V>,
/// {
///     values.into_iter().map(|value| field.is(value)).collect()
/// }
/// let query = ListQuery::default().filter(either(Customer::AGE, [17, 71]));
/// assert!(query.encode().contains("%22or%22"));
/// ```
pub trait ComparedWith<V>: Kind {
    /// [`Operand::operand`](crate::query::Operand::operand) of the value.
    fn compare(value: V, by: Comparison) -> Result<Value, ValueError>;
}

/// The filters of a field's kind. Which kinds have which, the [module](crate::query) tells; others do not
/// compile.
impl<O, K, N> Field<O, K, N> {
    /// The value equals `value`. Text is compared without case, as far as is known: the documents do
    /// not say. A connection is compared with one record, or with a list of those that it is to lead to, no
    /// more and no fewer. Dates are compared to the minute: a time with seconds is an error.
    ///
    /// An empty text is one as well, in all filters: [`is_blank`](Self::is_blank) asks for empty fields.
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
    pub fn is<V>(self, value: V) -> Rule<O>
    where
        K: Has<Is> + ComparedWith<V>,
    {
        Rule::comparing(self, "is", value, Equal)
    }

    /// The value differs from `value`.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.is_not("Oslo"));
    /// assert!(query.encode().contains("is%20not"));
    /// ```
    pub fn is_not<V>(self, value: V) -> Rule<O>
    where
        K: Has<Is> + ComparedWith<V>,
    {
        Rule::comparing(self, "is not", value, Equal)
    }

    /// The text has `value` in it, or the choice includes it.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.contains("burg"));
    /// assert!(query.encode().contains("%22contains%22"));
    /// ```
    pub fn contains<V>(self, value: V) -> Rule<O>
    where
        K: Has<Contains> + ComparedWith<V>,
    {
        Rule::comparing(self, "contains", value, Within)
    }

    /// The text has `value` nowhere in it, or the choice does not include it.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.does_not_contain("burg"));
    /// assert!(query.encode().contains("does%20not%20contain"));
    /// ```
    pub fn does_not_contain<V>(self, value: V) -> Rule<O>
    where
        K: Has<Contains> + ComparedWith<V>,
    {
        Rule::comparing(self, "does not contain", value, Within)
    }

    /// The text begins with `value`.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.starts_with("San "));
    /// assert!(query.encode().contains("starts%20with"));
    /// ```
    pub fn starts_with<V>(self, value: V) -> Rule<O>
    where
        K: Has<Edges> + ComparedWith<V>,
    {
        Rule::comparing(self, "starts with", value, Within)
    }

    /// The text ends with `value`.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::CITY.ends_with("stad"));
    /// assert!(query.encode().contains("ends%20with"));
    /// ```
    pub fn ends_with<V>(self, value: V) -> Rule<O>
    where
        K: Has<Edges> + ComparedWith<V>,
    {
        Rule::comparing(self, "ends with", value, Within)
    }

    /// The number is greater than `value`; the API has no "or equal".
    ///
    /// A timer is compared with its total in milliseconds, and an equation that is a difference of dates in the
    /// unit that the field shows, although both are read as a [`SignedDuration`](jiff::SignedDuration). No
    /// document says so, and the second no struct knows: hold one record against it first.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let adults = ListQuery::default().filter(Customer::AGE.higher_than(17));
    /// assert!(adults.encode().contains("higher%20than"));
    /// ```
    pub fn higher_than<V>(self, value: V) -> Rule<O>
    where
        K: Has<Orders> + ComparedWith<V>,
    {
        Rule::comparing(self, "higher than", value, Above)
    }

    /// The number is less than `value`; the API has no "or equal". Timers and differences of dates are compared
    /// as by [`higher_than`](Self::higher_than).
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// let query = ListQuery::default().filter(Customer::AGE.lower_than(17.5));
    /// assert!(query.encode().contains("lower%20than"));
    /// ```
    pub fn lower_than<V>(self, value: V) -> Rule<O>
    where
        K: Has<Orders> + ComparedWith<V>,
    {
        Rule::comparing(self, "lower than", value, Below)
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
        K: Has<Blank>,
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
        K: Has<Blank>,
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
    pub fn is_any<V>(self, values: impl IntoIterator<Item = V>) -> Rule<O>
    where
        K: Has<IsAny> + ComparedWith<V>,
    {
        let values: Result<Vec<_>, _> = values.into_iter().map(|value| K::compare(value, Equal)).collect();
        let none = values.as_ref().is_ok_and(Vec::is_empty);
        Rule::new(self, "is any").value(values.map(Value::from)).unless(none, "asks for one of no values")
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
        K: Has<Near>,
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
