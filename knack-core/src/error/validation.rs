//! Values that were refused.

use std::fmt;

use http::StatusCode;

use crate::call::Label;
use crate::key::FieldKey;
use crate::object::Projection;

/// Values that were refused, each with the struct's field where it is known.
///
/// By Knack, in an answer with status 400; or before sending, when a [`Patch`](crate::Patch) that is to
/// make a record does not set a required field. Then [`Error::status`](crate::Error::status) is `None`.
///
/// ```
/// # use http::StatusCode;
/// # use knack_core::{Error, call, error::from_answer, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// # let call = *call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?).label();
/// use knack_core::error::Validation;
///
/// fn report(refused: &Validation) -> Vec<String> {
///     refused.problems().iter().map(|p| format!("{}: {}", p.field().unwrap_or("?"), p.message())).collect()
/// }
///
/// let body = br#"{"errors":[{"field":"field_7","type":"unique","message":"City must be unique."}]}"#;
/// let error = from_answer(&call, Some(&CUSTOMER), StatusCode::BAD_REQUEST, 1, body);
/// let Error::Validation(refused) = error else { panic!("{error}") };
/// assert_eq!(report(&refused), ["?: City must be unique."]); // this projection does not know field_7
/// assert_eq!(refused.call().record(), call.record());
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Validation {
    pub(crate) call: Label,
    pub(crate) status: Option<StatusCode>,
    pub(crate) problems: Vec<Problem>,
}

impl Validation {
    /// What is wrong, value by value.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The call that was refused.
    pub fn call(&self) -> &Label {
        &self.call
    }
}

impl fmt::Display for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_whom = if self.status.is_some() { "Knack refused it" } else { "it was not sent" };
        write!(f, "{} has wrong values ({by_whom}): ", self.call)?;
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if index > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

/// One value that was refused.
///
/// Source: the JSON of a refused write, `{"errors":[{"field":…,"type":…,"message":…}]}`, as recorded.
///
/// ```
/// # use std::time::Duration;
/// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
/// use http::StatusCode;
/// use knack_core::error::from_answer;
/// use knack_core::key::FieldKey;
///
/// let body = br#"{"errors":[{"field":"field_7","type":"required","message":"City is required."}]}"#;
/// let error = from_answer(&call, None, StatusCode::BAD_REQUEST, 1, body);
/// let Error::Validation(refused) = error else { panic!("{error}") };
/// let problem = &refused.problems()[0];
/// assert_eq!((problem.key(), problem.rule()), (Some(FieldKey::new(7)), "required"));
/// assert_eq!(problem.to_string(), "field_7: City is required.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub(crate) field: Option<&'static str>,
    pub(crate) key: Option<FieldKey>,
    pub(crate) rule: String,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn required(projection: &Projection, key: FieldKey) -> Self {
        let def = projection.fields().iter().find(|def| def.key() == key);
        let field = def.map(crate::object::FieldDef::name);
        Self { field, key: Some(key), rule: "required".into(), message: "a value is required".into() }
    }

    /// The struct's field; `None` if Knack named no field or one that the struct does not have.
    pub fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// The field's key in Knack.
    pub fn key(&self) -> Option<FieldKey> {
        self.key
    }

    /// Which rule was broken, in Knack's word: `required`, `unique`. Empty if it gave none.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Knack's own words.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.field, self.key) {
            (Some(field), Some(key)) => write!(f, "`{field}` ({key}): {}", self.message),
            (None, Some(key)) => write!(f, "{key}: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}
