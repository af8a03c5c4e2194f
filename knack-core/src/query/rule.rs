//! Rules, and how they are joined.

use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr};

use serde_json::{Value, json};

use crate::cell::ValueError;
use crate::object::Field;
use crate::query::{ComparedWith, Comparison};

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
    problem: Option<String>,
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

/// Rules of which one must hold; joined by `|` or collected. Of no rules there is nothing that could
/// hold, and the API has no way to say so: such a filter is not sent, its list is an error.
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
    content: Content,
    object: PhantomData<fn() -> O>,
}

#[derive(Clone, Debug)]
enum Content {
    Rules { any: bool, rules: Vec<Value>, problem: Option<String> },
    Raw(Value),
}

impl<O> Rule<O> {
    pub(crate) fn new<K, N>(field: Field<O, K, N>, operator: &str) -> Self {
        Self::raw(json!({ "field": field.key().to_string(), "operator": operator }))
    }

    /// The same rule with one more part.
    pub(crate) fn with(mut self, part: &str, value: impl Into<Value>) -> Self {
        if let Some(rule) = self.json.as_object_mut() {
            rule.insert(part.to_owned(), value.into());
        }
        self
    }

    /// The rule that compares a field with a value, which is not to be sent if it would compare with nothing.
    pub(crate) fn comparing<K, N, V>(field: Field<O, K, N>, operator: &str, value: V, by: Comparison) -> Self
    where
        K: ComparedWith<V>,
    {
        Self::new(field, operator).value(K::compare(value, by))
    }

    /// The same rule with the value that it compares with.
    pub(crate) fn value(self, value: Result<Value, ValueError>) -> Self {
        match value.and_then(something) {
            Ok(value) => self.with("value", value),
            Err(why) => self.unless(true, &format!("cannot be asked: the value {why}")),
        }
    }

    /// The same rule, which is not to be sent if it is `wrong`: it would not ask what it seems to.
    pub(crate) fn unless(mut self, wrong: bool, why: &str) -> Self {
        if wrong {
            let part = |key: &str| self.json.get(key).and_then(Value::as_str).unwrap_or_default();
            self.problem = Some(format!("its filter on {} (`{}`) {why}", part("field"), part("operator")));
        }
        self
    }

    /// A rule as it is sent, for what has no method here. Nothing checks it, and Knack is known to ignore
    /// what it does not understand: then every record passes.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # use knack_core::query::ListQuery;
    /// use knack_core::query::Rule;
    ///
    /// let odd = Rule::raw(serde_json::json!({ "field": "field_8", "operator": "is prime" }));
    /// let query = ListQuery::default().filter(odd & Customer::CITY.is("Oslo"));
    /// assert!(query.encode().contains("is%20prime"));
    /// ```
    pub fn raw(rule: Value) -> Self {
        let problem =
            (!rule.is_object()).then(|| format!("a raw rule of its filter is no object but {rule}"));
        Self { json: rule, problem, object: PhantomData }
    }
}

const EMPTY: &str = "is empty; `is_blank` and `is_not_blank` ask for empty fields";

/// A value that says something, or several of them. Knack takes an empty one for "is blank" or "anything", as
/// the operator has it.
fn something(value: Value) -> Result<Value, ValueError> {
    match value {
        Value::Array(values) if values.is_empty() => Err(ValueError::new(EMPTY)),
        Value::Array(values) => values.into_iter().map(single).collect(),
        value => single(value),
    }
}

fn single(value: Value) -> Result<Value, ValueError> {
    match value {
        Value::Null => Err(ValueError::new("is nothing")),
        Value::Array(_) => Err(ValueError::new("has several values where one belongs")),
        Value::String(text) if text.trim().is_empty() => Err(ValueError::new(EMPTY)),
        value => Ok(value),
    }
}

impl<O> Filter<O> {
    /// The whole `filters` parameter as it is sent, for what has no method here, such as groups in groups.
    /// Nothing checks it.
    ///
    /// ```
    /// # use knack_core::query::ListQuery;
    /// # use knack_core::object::Object;
    /// use knack_core::query::Filter;
    ///
    /// let nested = serde_json::json!({ "match": "or", "rules": [], "groups": [[]] });
    /// let filter: Filter<Object<3>> = Filter::raw(nested);
    /// assert!(ListQuery::default().filter(filter).encode().contains("groups"));
    /// ```
    pub const fn raw(filters: Value) -> Self {
        Self { content: Content::Raw(filters), object: PhantomData }
    }

    fn rules(any: bool, rules: impl IntoIterator<Item = Rule<O>>) -> Self {
        let mut problem = None;
        let json = |rule: Rule<O>| {
            problem = problem.take().or(rule.problem);
            rule.json
        };
        let rules = rules.into_iter().map(json).collect();
        Self { content: Content::Rules { any, rules, problem }, object: PhantomData }
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

            impl<O> $op<$joined<O>> for Rule<O> {
                type Output = $joined<O>;

                fn $method(self, mut other: $joined<O>) -> $joined<O> {
                    other.0.insert(0, self);
                    other
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
        Self::rules(false, [rule])
    }
}

impl<O> From<All<O>> for Filter<O> {
    fn from(all: All<O>) -> Self {
        Self::rules(false, all.0)
    }
}

impl<O> From<Any<O>> for Filter<O> {
    fn from(any: Any<O>) -> Self {
        Self::rules(true, any.0)
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

impl<O> BitOr<All<O>> for Rule<O>
where
    All<O>: OneLevel,
{
    type Output = All<O>;

    fn bitor(self, other: All<O>) -> All<O> {
        other
    }
}

impl<O> BitAnd<Any<O>> for Rule<O>
where
    Any<O>: OneLevel,
{
    type Output = Any<O>;

    fn bitand(self, other: Any<O>) -> Any<O> {
        other
    }
}

impl<O> Filter<O> {
    /// The JSON of the `filters` parameter, or why it would not ask what it seems to.
    pub(crate) fn into_json(self) -> Result<Value, String> {
        let (any, rules) = match self.content {
            Content::Raw(filters) => return Ok(filters),
            Content::Rules { problem: Some(problem), .. } => return Err(problem),
            Content::Rules { any, rules, .. } => (any, rules),
        };
        if any && rules.is_empty() {
            return Err(
                "its filter is \"any of\" no rules, which no record passes and Knack cannot be asked".into(),
            );
        }
        let any = any && rules.len() > 1;
        Ok(json!({ "match": if any { "or" } else { "and" }, "rules": Value::Array(rules) }))
    }
}
