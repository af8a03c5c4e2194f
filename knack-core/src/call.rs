//! Calls, built without I/O: method, path, query and body of every verb, and what errors say of
//! them.
//!
//! Paths are made of checked keys and ids alone, queries are percent-encoded here and nowhere
//! else. Programs use the verbs of [`KnackObject`](crate::KnackObject); these functions are for what
//! stands on the other side of [`Execute`](crate::verbs::Execute) and for tests.
//!
//! Source: docs.knack.com/docs/object-based-requests, docs.knack.com/docs/view-based-requests.

use std::fmt;

use bytes::Bytes;
use http::Method;

use crate::key::{FieldKey, ObjectKey, RecordId, ViewKey};
use crate::object::Projection;
use crate::query::{self, ListQuery};
use crate::view::ViewDef;

/// What a call does.
///
/// The paths are those of objects; views have the same behind `/pages/scene_4/views/view_2`.
///
/// Source: docs.knack.com/docs/object-based-requests, docs.knack.com/docs/view-based-requests.
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
    /// Reads the figures of a report view.
    Report,
    /// Reads what a form offers for a connection.
    Options,
    /// Reads the records of a view as a file.
    Export,
    /// Begins a user's session: `POST /applications/{id}/session`.
    Login,
    /// Asks whether a session is still good: `GET /session/token`.
    Session,
    /// Ends a session.
    Logout,
    /// Stores a file: `POST /applications/{id}/assets/file/upload`.
    Upload,
    /// Reads a file.
    Download,
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
            Self::Report => "report",
            Self::Options => "options",
            Self::Export => "export",
            Self::Login => "login",
            Self::Session => "session",
            Self::Logout => "logout",
            Self::Upload => "upload",
            Self::Download => "download",
        }
    }

    /// Whether the call changes nothing.
    pub const fn is_read(self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Get
                | Self::Report
                | Self::Options
                | Self::Export
                | Self::Session
                | Self::Download
        )
    }

    /// Whether a second call of the same kind leaves things as the first did, so that a call without an
    /// answer may be sent again. A create does not: it makes a second record, and Knack's API has no key
    /// by which it would know the two for one. (An upload that comes twice leaves a file that no record
    /// has.) What a view's rules add to that, [`Call::is_idempotent`] knows.
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Self::Create)
    }
}

/// Which part of the API a call goes to; this decides its credentials and what it costs.
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
    /// The begin, the check and the end of a user's session.
    Session,
    /// Files: their upload and their download.
    Asset,
}

/// What a call is, in a form that fits into every error: verb, struct, object or view, and record.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use knack_core::call::Verb;
///
/// let call = call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?);
/// let label = call.label();
/// assert_eq!(label.to_string(), "get of `Customer` (object_3), record 5d7964422d7159001659b27a");
/// assert_eq!((label.verb(), label.object()), (Verb::Get, Some(ObjectKey::new(3))));
/// assert!(label.record().is_some() && label.view().is_none());
/// assert_eq!(call::session().label().to_string(), "session");
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    verb: Verb,
    type_name: Option<&'static str>,
    object: Option<ObjectKey>,
    view: Option<ViewKey>,
    record: Option<RecordId>,
}

impl Label {
    /// Of a call that is about no struct.
    pub(crate) const fn bare(verb: Verb) -> Self {
        Self { verb, type_name: None, object: None, view: None, record: None }
    }

    pub(crate) const fn new(verb: Verb, projection: &Projection, record: Option<RecordId>) -> Self {
        let view = match projection.view() {
            Some(view) => Some(view.view()),
            None => None,
        };
        let (type_name, object) = (Some(projection.type_name()), Some(projection.object()));
        Self { verb, type_name, object, view, record }
    }

    pub(crate) const fn of_view(verb: Verb, view: &ViewDef) -> Self {
        Self { type_name: Some(view.type_name()), view: Some(view.view()), ..Self::bare(verb) }
    }

    /// What the call does.
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// The object's key; `None` for sessions, files and reports.
    pub const fn object(&self) -> Option<ObjectKey> {
        self.object
    }

    /// The view's key; `None` for calls that go to no view.
    pub const fn view(&self) -> Option<ViewKey> {
        self.view
    }

    /// The record; `None` for a list and a create.
    pub const fn record(&self) -> Option<RecordId> {
        self.record
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb.name())?;
        if let Some(type_name) = self.type_name {
            write!(f, " of `{type_name}`")?;
        }
        match (self.view, self.object) {
            (Some(view), _) => write!(f, " ({view})")?,
            (None, Some(object)) => write!(f, " ({object})")?,
            (None, None) => {}
        }
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
/// assert_eq!(call.projection().unwrap().type_name(), "Customer");
/// assert!(!format!("{call:?}").contains("Oslo")); // a record may hold a password
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Call {
    label: Label,
    projection: Option<&'static Projection>,
    route: Route,
    method: Method,
    path: String,
    query: String,
    body: Option<Bytes>,
}

impl Call {
    fn new(verb: Verb, method: Method, projection: &'static Projection, record: Option<RecordId>) -> Self {
        let (route, mut path) = match projection.view() {
            Some(view) => (view.route(), view.path()),
            None => (Route::Object, format!("/objects/{}", projection.object())),
        };
        path.push_str("/records");
        if let Some(id) = record {
            path.push('/');
            path.push_str(&id.to_string());
        }
        let label = Label::new(verb, projection, record);
        Self { projection: Some(projection), ..Self::bare(label, route, method, path) }
    }

    fn bare(label: Label, route: Route, method: Method, path: String) -> Self {
        Self { label, projection: None, route, method, path, query: String::new(), body: None }
    }

    /// The same call on a child page, in the context of the record that the page above shows.
    ///
    /// Source: docs.knack.com/docs/view-based-requests.
    pub(crate) fn of(self, view: &ViewDef, parent: Option<RecordId>) -> Self {
        let parameter = parent.and_then(|id| Some(format!("{}={id}", query::parameter(view.parent()?))));
        Self { query: parameter.unwrap_or_default(), ..self }
    }

    /// What the call is, for messages.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// What the call does.
    pub fn verb(&self) -> Verb {
        self.label.verb
    }

    /// Whether a second call of the same kind leaves things as the first did. Rules of a view may do
    /// something at every change, such as send a mail, so that what [changes](Verb::Update) a record through
    /// one does not.
    pub fn is_idempotent(&self) -> bool {
        let through_rules = self.verb() == Verb::Update && self.route != Route::Object;
        self.verb().is_idempotent() && !through_rules
    }

    /// The struct that asked, which names the fields in errors; `None` where none did.
    pub fn projection(&self) -> Option<&'static Projection> {
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

    /// The path behind the base URL, beginning with a slash. Needs no escaping. Where it holds
    /// [`APPLICATION`], the application's id belongs there.
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

/// What stands in a [path](Call::path) for the id of the application, which calls do not know.
pub const APPLICATION: &str = "{application}";

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

/// The figures of a report view, of the record `parent` where it is on a child page.
///
/// ```
/// use knack_core::call;
/// use knack_core::view::ViewDef;
///
/// static SALES: ViewDef = ViewDef::new("Sales", 7, 8).login();
/// assert_eq!(call::report(&SALES, None).path(), "/pages/scene_7/views/view_8/report");
/// ```
pub fn report(view: &'static ViewDef, parent: Option<RecordId>) -> Call {
    of_view(Verb::Report, view, "/report").of(view, parent)
}

/// What a form offers for a connection, in the context of the record `parent` where it is on a child page.
///
/// ```
/// use knack_core::{call, key::FieldKey, view::ViewDef};
///
/// static SIGN_UP: ViewDef = ViewDef::new("SignUp", 4, 3);
/// let call = call::options(&SIGN_UP, FieldKey::new(41), None);
/// assert_eq!(call.path(), "/pages/scene_4/views/view_3/connections/field_41");
/// assert_eq!(call.query(), "rows_per_page=2000&limit_return=true");
/// ```
pub fn options(view: &'static ViewDef, field: FieldKey, parent: Option<RecordId>) -> Call {
    let call = of_view(Verb::Options, view, &format!("/connections/{field}")).of(view, parent);
    let separator = if call.query.is_empty() { "" } else { "&" };
    let query = [&call.query, separator, "rows_per_page=2000&limit_return=true"].concat();
    Call { query, ..call }
}

/// A page of a view's records as a file, `csv` or `json`.
///
/// ```
/// use knack_core::{call, query::ListQuery, view::ViewDef};
///
/// static ORDERS: ViewDef = ViewDef::new("Orders", 7, 7).login();
/// let call = call::export(&ORDERS, "csv", &ListQuery::default());
/// assert!(call.path().ends_with("/views/view_7/records/export/applications/{application}"));
/// assert!(call.query().starts_with("type=csv&"));
/// ```
pub fn export(view: &'static ViewDef, file: &'static str, query: &ListQuery) -> Call {
    let call = of_view(Verb::Export, view, &format!("/records/export/applications/{APPLICATION}"));
    Call { query: format!("type={file}&{}", query.encode()), ..call }
}

fn of_view(verb: Verb, view: &'static ViewDef, rest: &str) -> Call {
    Call::bare(Label::of_view(verb, view), view.route(), Method::GET, view.path() + rest)
}

/// The begin of a user's session. `body` holds the e-mail and the password.
///
/// Source: docs.knack.com/docs/remote-user-logins.
///
/// ```
/// use knack_core::call;
///
/// let call = call::login("{}".into());
/// assert_eq!((call.method().as_str(), call.path()), ("POST", "/applications/{application}/session"));
/// ```
pub fn login(body: String) -> Call {
    let path = format!("/applications/{APPLICATION}/session");
    Call { body: Some(body.into()), ..session_call(Verb::Login, Method::POST, path) }
}

/// Whether a session is still good, and whose it is.
///
/// ```
/// use knack_core::call;
///
/// assert_eq!(call::session().path(), "/session/token");
/// ```
pub fn session() -> Call {
    session_call(Verb::Session, Method::GET, "/session/token".to_owned())
}

/// The end of a session. It is not documented.
///
/// ```
/// use knack_core::call;
///
/// assert_eq!(call::logout().method(), "DELETE");
/// ```
pub fn logout() -> Call {
    session_call(Verb::Logout, Method::DELETE, "/session".to_owned())
}

fn session_call(verb: Verb, method: Method, path: String) -> Call {
    Call::bare(Label::bare(verb), Route::Session, method, path)
}

/// The upload of a file: `kind` is `file` or `image`. Its body is no JSON and is sent beside it.
///
/// Source: docs.knack.com/docs/fileimage-uploads.
///
/// ```
/// use knack_core::call;
///
/// assert_eq!(call::upload("image").path(), "/applications/{application}/assets/image/upload");
/// ```
pub fn upload(kind: &'static str) -> Call {
    let path = format!("/applications/{APPLICATION}/assets/{kind}/upload");
    Call::bare(Label::bare(Verb::Upload), Route::Asset, Method::POST, path)
}

/// The download of a file. Where it is, the record tells: its address is given beside the call.
///
/// Source: docs.knack.com/docs/fileimage-uploads.
///
/// ```
/// use knack_core::call;
///
/// assert_eq!((call::download().method().as_str(), call::download().path()), ("GET", ""));
/// ```
pub fn download() -> Call {
    Call::bare(Label::bare(Verb::Download), Route::Asset, Method::GET, String::new())
}
