//! Which request means what. Everything here is synchronous: a request and a time in, an answer
//! out.

use std::time::Duration;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::app::{App, Object};
use crate::json::{self as writer, Shape};
use crate::kind::Kind;
use crate::list;
use crate::query::Query;
use crate::records;
use crate::store::Store;
use crate::{uploads, viewed};

/// Where a request was sent that does not tell.
const ORIGIN: &str = "https://api.knack.com";

/// What a record that does not exist is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingRecord {
    /// 500 `Internal Server Error`, as recorded in 2015.
    #[default]
    Status500,
    /// 404 `Not Found`.
    Status404,
}

/// How the server behaves where Knack's own behaviour is not known for sure.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub(crate) struct Manners {
    pub(crate) missing: MissingRecord,
    /// Whether a new record without a required field is refused.
    pub(crate) required: bool,
    /// Whether filters that are not understood are told of instead of ignored.
    pub(crate) strict_filters: bool,
    /// Whether filters give dates in the order of their field instead of the American one.
    pub(crate) field_order: bool,
    /// Whether dates written here get their `proper_` twins.
    pub(crate) proper_timestamps: bool,
    /// The largest file that may be uploaded, in bytes.
    pub(crate) largest_upload: usize,
    /// Whether the address of a file answers with the file instead of sending on to it.
    pub(crate) direct_downloads: bool,
    /// Whether parts of files are given.
    pub(crate) ranges: bool,
    /// Whether an exported file holds one page instead of all records.
    pub(crate) paged_exports: bool,
}

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Scheme and host that it was sent to.
    pub(crate) origin: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn of(request: http::Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            origin: origin(&parts),
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
        }
    }

    /// The decoded parts of the path after `/v1`, or `None` for a path elsewhere.
    pub(crate) fn steps(&self) -> Option<Vec<String>> {
        let path = self.path.trim_end_matches('/').strip_prefix("/v1/")?;
        Some(path.split('/').map(|step| percent_decode_str(step).decode_utf8_lossy().into_owned()).collect())
    }
}

/// Scheme and host of a request: those of its URL, else the host that it names to a server on a socket.
fn origin(parts: &http::request::Parts) -> String {
    let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let (scheme, authority) = match (parts.uri.authority(), named) {
        (Some(authority), _) => (parts.uri.scheme_str().unwrap_or("https"), Some(authority.clone())),
        (None, Some(host)) => ("http", host.parse::<Authority>().ok()),
        (None, None) => ("https", None),
    };
    match authority {
        Some(authority) => {
            let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{}{port}", authority.host())
        }
        None => ORIGIN.to_owned(),
    }
}

/// The application's dump, which needs no key and is not counted. `None` for any other request.
pub(crate) fn dump(app: &App, method: &Method, steps: &[&str]) -> Option<Answer> {
    let ["applications", id] = steps else {
        return None;
    };
    if method != Method::GET {
        return None;
    }
    Some(if *id == app.id {
        Answer::json(StatusCode::OK, app.dump.clone())
    } else {
        Answer::text(StatusCode::BAD_REQUEST, "Malformed App ID.")
    })
}

/// Answers a call that passed the gate, at `wall` since the Unix epoch.
pub(crate) fn answer(
    (app, store): (&App, &mut Store),
    manners: Manners,
    request: &Request,
    steps: &[&str],
    wall: Duration,
) -> Answer {
    if let Some(answer) = uploads::answer((app, store), manners, request, steps, wall)
        .or_else(|| viewed::answer((app, store), manners, request, steps, wall))
    {
        return answer;
    }
    let get = request.method == Method::GET;
    match steps {
        ["objects"] if get => {
            let list: Vec<Value> =
                app.objects.iter().map(|o| json!({"name": o.name, "key": o.key})).collect();
            ok(json!({ "objects": list }).to_string())
        }
        ["objects", key] if get => ok(match app.object(key) {
            Some((_, object)) => json!({ "object": object.meta }).to_string(),
            None => "{}".to_owned(),
        }),
        ["objects", key, "fields"] if get => {
            let fields = app.object(key).map(|(_, object)| fields(object)).unwrap_or_default();
            ok(json!({ "fields": fields }).to_string())
        }
        ["objects", key, "fields", field] if get => {
            match app.object(key).and_then(|(_, object)| object.field(field)) {
                Some(field) => ok(json!({ "field": field.meta }).to_string()),
                None => Answer::server_error(),
            }
        }
        ["objects", key, "records", rest @ ..] if rest.len() <= 1 => {
            let Some((place, object)) = app.object(key) else {
                return Answer::server_error();
            };
            let query = Query::parse(&request.query);
            let shape = Shape::of(query.get("format"));
            let writing = records::Writing { app, place, object, manners, wall };
            let written = match (request.method.as_str(), rest) {
                ("GET", []) => {
                    return match list::page((app, store), place, object, &query, wall, manners) {
                        Ok(page) => ok(page),
                        Err(why) => {
                            Answer::json(StatusCode::BAD_REQUEST, json!({ "message": why }).to_string())
                        }
                    };
                }
                ("GET", [id]) => Ok((*id).to_owned()),
                ("POST", []) => body(request).and_then(|body| writing.create(store, &body)),
                ("PUT", [id]) => body(request).and_then(|body| writing.update(store, id, &body)),
                ("DELETE", [id]) => {
                    return if writing.delete(store, id) {
                        ok(r#"{"delete":true}"#)
                    } else {
                        missing(manners)
                    };
                }
                _ => return Answer::no_route(&request.method, &request.path),
            };
            match written {
                Ok(id) => record((app, store), place, object, &id, shape, manners),
                Err(answer) => answer,
            }
        }
        _ => Answer::no_route(&request.method, &request.path),
    }
}

/// The answer to a record that does not exist.
pub(crate) fn missing(manners: Manners) -> Answer {
    match manners.missing {
        MissingRecord::Status500 => Answer::server_error(),
        MissingRecord::Status404 => Answer::not_found(),
    }
}

fn ok(body: impl Into<Bytes>) -> Answer {
    Answer::json(StatusCode::OK, body)
}

fn record(
    (app, store): (&App, &Store),
    place: usize,
    object: &Object,
    id: &str,
    shape: Shape,
    manners: Manners,
) -> Answer {
    let Some(row) = store.row(place, id) else {
        return missing(manners);
    };
    let mut out = Vec::with_capacity(1_024);
    writer::record(&mut out, (app, store), object, (id, row), shape);
    ok(out)
}

/// The body of a write: a JSON object, a form, or nothing at all.
fn body(request: &Request) -> Result<Value, Answer> {
    let content_type = request.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        return Ok(Query::parse(&String::from_utf8_lossy(&request.body)).into_object());
    }
    if request.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(json!({}));
    }
    match serde_json::from_slice(&request.body) {
        Ok(body @ Value::Object(_)) => Ok(body),
        Ok(_) => Err(Answer::text(StatusCode::BAD_REQUEST, "Bad Request")),
        Err(error) => Err(Answer::text(StatusCode::BAD_REQUEST, format!("SyntaxError: {error}\n"))),
    }
}

fn fields(object: &Object) -> Vec<Value> {
    let list = object.fields.iter().map(|field| {
        let storage = match &field.kind {
            Kind::Boolean => "boolean",
            Kind::DateTime(_) | Kind::Timer(_) => "datetime",
            Kind::Number(_)
            | Kind::Equation(_)
            | Kind::Aggregate(_)
            | Kind::Currency(_)
            | Kind::AutoIncrement
            | Kind::Rating => "float",
            _ => "unicode",
        };
        let kind = field.meta.get("type").cloned().unwrap_or(Value::Null);
        let mut told = json!({"label": field.name, "key": field.key, "type": storage,
            "required": field.required, "field_type": kind});
        let choices = field.meta.get("format").and_then(|format| format.get("options"));
        if let (Value::Object(told), Some(choices)) = (&mut told, choices) {
            told.insert("choices".to_owned(), choices.clone());
        }
        told
    });
    list.collect()
}
