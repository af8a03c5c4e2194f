//! Calls, built without I/O: method, path, query and body of every verb, and what errors say of
//! them.
//!
//! Paths are made of checked keys and ids alone, queries are percent-encoded here and nowhere
//! else. Programs use the verbs of [`KnackObject`](crate::KnackObject); these functions are for what
//! stands on the other side of [`Execute`](crate::verbs::Execute) and for tests.
//!
//! Source: docs.knack.com/docs/object-based-requests.

use std::fmt;

use bytes::Bytes;
use http::Method;

use crate::key::{ObjectKey, RecordId};
use crate::object::Projection;
use crate::query::ListQuery;

/// What a call does.
///
/// Source: docs.knack.com/docs/object-based-requests.
///
/// ```
/// use knack_core::call::Verb;
///
/// assert_eq!(Verb::Update.name(), "update");
/// assert!(Verb::List.is_read() && !Verb::Delete.is_read());
/// assert!(Verb::Delete.is_idempotent() && !Verb::Create.is_idempotent());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// Reads a page of records: `GET /objects/object_3/records`.
    List,
    /// Reads one record: `GET /objects/object_3/records/{id}`.
    Get,
    /// Makes a record: `POST /objects/object_3/records`.
    Create,
    /// Changes fields of a record and leaves the others: `PUT /objects/object_3/records/{id}`.
    Update,
    /// Deletes a record: `DELETE /objects/object_3/records/{id}`.
    Delete,
}

impl Verb {
    /// The name in spans and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Whether the call changes nothing.
    pub const fn is_read(self) -> bool {
        matches!(self, Self::List | Self::Get)
    }

    /// Whether a second call of the same kind leaves things as the first did, so that a call without an
    /// answer may be sent again. A create does not: it makes a second record, and Knack's API has no key
    /// by which it would know the two for one.
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Self::Create)
    }
}

/// Which part of the API a call goes to; this decides its credentials and what it costs.
///
/// The verbs of this version go to objects. Views are here for [policies](crate::quota::QuotaPolicy),
/// which must say what they cost.
///
/// Source: docs.knack.com/docs/object-based-requests, docs.knack.com/docs/view-based-requests.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use knack_core::call::Route;
/// use knack_core::query::ListQuery;
///
/// assert_eq!(call::list(&CUSTOMER, &ListQuery::default()).route(), Route::Object);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Route {
    /// `/objects/…`: needs the API key and always counts.
    Object,
    /// `/pages/…` of a page that everybody may see: sent without any key of ours. Whether such calls
    /// count is [disputed](crate::quota::StandardPolicy::public_views).
    PublicView,
    /// `/pages/…` behind a login: sent with the user's token.
    UserView,
}

/// What a call is, in a form that fits into every error: verb, struct, object and record.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use knack_core::call::Verb;
///
/// let call = call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?);
/// let label = call.label();
/// assert_eq!(label.to_string(), "get of `Customer` (object_3), record 5d7964422d7159001659b27a");
/// assert_eq!((label.verb(), label.object()), (Verb::Get, ObjectKey::new(3)));
/// assert!(label.record().is_some());
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    verb: Verb,
    type_name: &'static str,
    object: ObjectKey,
    record: Option<RecordId>,
}

impl Label {
    pub(crate) const fn new(verb: Verb, projection: &Projection, record: Option<RecordId>) -> Self {
        Self { verb, type_name: projection.type_name(), object: projection.object(), record }
    }

    /// What the call does.
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// The object's key.
    pub const fn object(&self) -> ObjectKey {
        self.object
    }

    /// The record; `None` for a list and a create.
    pub const fn record(&self) -> Option<RecordId> {
        self.record
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of `{}` ({})", self.verb.name(), self.type_name, self.object)?;
        match self.record {
            Some(record) => write!(f, ", record {record}"),
            None => Ok(()),
        }
    }
}

/// One call of the API, complete but for host and credentials.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use knack_core::call::{Route, Verb};
///
/// let id = "5d7964422d7159001659b27a".parse()?;
/// let call = call::update(&CUSTOMER, id, r#"{"field_7":"Oslo"}"#.into());
///
/// assert_eq!((call.verb(), call.route()), (Verb::Update, Route::Object));
/// assert_eq!(call.method(), "PUT");
/// assert_eq!(call.path(), "/objects/object_3/records/5d7964422d7159001659b27a");
/// assert_eq!(call.query(), "");
/// assert_eq!(call.body().unwrap(), r#"{"field_7":"Oslo"}"#);
/// assert_eq!(call.label().record(), Some(id));
/// assert_eq!(call.projection().type_name(), "Customer");
/// assert!(!format!("{call:?}").contains("Oslo")); // a record may hold a password
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Call {
    label: Label,
    projection: &'static Projection,
    route: Route,
    method: Method,
    path: String,
    query: String,
    body: Option<Bytes>,
}

impl Call {
    fn new(verb: Verb, method: Method, projection: &'static Projection, record: Option<RecordId>) -> Self {
        let object = projection.object();
        let path = match record {
            Some(id) => format!("/objects/{object}/records/{id}"),
            None => format!("/objects/{object}/records"),
        };
        let label = Label::new(verb, projection, record);
        Self { label, projection, route: Route::Object, method, path, query: String::new(), body: None }
    }

    /// What the call is, for messages.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// What the call does.
    pub fn verb(&self) -> Verb {
        self.label.verb
    }

    /// The struct that asked, which names the fields in errors.
    pub fn projection(&self) -> &'static Projection {
        self.projection
    }

    /// Which part of the API it goes to.
    pub fn route(&self) -> Route {
        self.route
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path behind the base URL, beginning with a slash. Needs no escaping.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query without its question mark, percent-encoded; may be empty.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The JSON body; `None` for calls that send none.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }
}

/// Shows the body's length alone: a record may hold a password.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("label", &self.label)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

/// One page of a list.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use knack_core::query::ListQuery;
///
/// let call = call::list(&CUSTOMER, &ListQuery::default().page(2).rows_per_page(100));
/// assert_eq!(call.path(), "/objects/object_3/records");
/// assert_eq!(call.query(), "page=2&rows_per_page=100&format=raw");
/// ```
pub fn list(projection: &'static Projection, query: &ListQuery) -> Call {
    Call { query: query.encode(), ..Call::new(Verb::List, Method::GET, projection, None) }
}

/// One record. Knack answers 500, not 404, for a record that does not exist; see
/// [`KnackObject::get`](crate::KnackObject::get).
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// let call = call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?);
/// assert_eq!(call.method(), "GET");
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
pub fn get(projection: &'static Projection, id: RecordId) -> Call {
    Call::new(Verb::Get, Method::GET, projection, Some(id))
}

/// A new record with the fields of `body`, a JSON object by field keys. The answer is the whole
/// record, computed fields included.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// let call = call::create(&CUSTOMER, r#"{"field_7":"Oslo"}"#.into());
/// assert_eq!((call.method().as_str(), call.path()), ("POST", "/objects/object_3/records"));
/// ```
pub fn create(projection: &'static Projection, body: String) -> Call {
    Call { body: Some(body.into()), ..Call::new(Verb::Create, Method::POST, projection, None) }
}

/// A change of the fields of `body`, a JSON object by field keys; the others stay as they are.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// let call = call::update(&CUSTOMER, "5d7964422d7159001659b27a".parse()?, r#"{"field_7":""}"#.into());
/// assert_eq!(call.method(), "PUT");
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
pub fn update(projection: &'static Projection, id: RecordId, body: String) -> Call {
    Call { body: Some(body.into()), ..Call::new(Verb::Update, Method::PUT, projection, Some(id)) }
}

/// The end of a record. Files that it holds outlive it.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// let call = call::delete(&CUSTOMER, "5d7964422d7159001659b27a".parse()?);
/// assert_eq!(call.method(), "DELETE");
/// assert!(call.body().is_none());
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
pub fn delete(projection: &'static Projection, id: RecordId) -> Call {
    Call::new(Verb::Delete, Method::DELETE, projection, Some(id))
}
