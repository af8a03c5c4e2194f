//! Which request means what. Everything here is synchronous: a request and a time in, an answer
//! out.

use std::time::Duration;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::app::{App, Object};
use crate::json::{self, Look, Shape};
use crate::list;
use crate::manners::Manners;
use crate::query::Query;
use crate::records::Writing;
use crate::scope::Scope;
use crate::sessions::users::User;
use crate::sessions::{Sessions, calls};
use crate::store::Store;
use crate::{schema, uploads, views};

/// Where a request was sent that does not tell.
const ORIGIN: &str = "https://api.knack.com";

/// What answers are made of.
pub(crate) struct Desk<'a> {
    pub(crate) app: &'a App,
    pub(crate) store: &'a mut Store,
    pub(crate) sessions: &'a mut Sessions,
    pub(crate) manners: Manners,
    /// The server's wall clock, since the Unix epoch.
    pub(crate) wall: Duration,
    /// The application as a call has changed it, for the calls that follow.
    pub(crate) revised: Option<App>,
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
            method: meant(&parts),
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

    /// The body of a write: a JSON object, a form, or nothing at all.
    pub(crate) fn object(&self) -> Result<Value, Answer> {
        let content_type = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return Ok(Query::parse(&String::from_utf8_lossy(&self.body)).into_object());
        }
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(json!({}));
        }
        match serde_json::from_slice(&self.body) {
            Ok(body @ Value::Object(_)) => Ok(body),
            Ok(_) => Err(Answer::text(StatusCode::BAD_REQUEST, "Bad Request")),
            Err(error) => Err(Answer::text(StatusCode::BAD_REQUEST, format!("SyntaxError: {error}\n"))),
        }
    }
}

/// The method that is meant: callers who can but POST name another in a header.
fn meant(parts: &http::request::Parts) -> Method {
    let named = parts.headers.get("x-http-method-override").map(HeaderValue::as_bytes);
    match named.map(<[u8]>::to_ascii_uppercase).as_deref() {
        Some(b"PUT") if parts.method == Method::POST => Method::PUT,
        Some(b"DELETE") if parts.method == Method::POST => Method::DELETE,
        _ => parts.method.clone(),
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
        Answer::json(StatusCode::OK, app.dump.clone()).with(header::ETAG, app.dump_tag.as_str())
    } else {
        Answer::text(StatusCode::BAD_REQUEST, "Malformed App ID.")
    })
}

/// Answers a call that passed the gate, made by `user` if there is one.
pub(crate) fn answer(desk: &mut Desk<'_>, request: &Request, steps: &[&str], user: Option<&User>) -> Answer {
    match steps {
        // The live app says scenes, the documents pages.
        ["pages" | "scenes", _, "views", _] => schema::answer(desk, request, steps),
        ["pages" | "scenes", scene, "views", view, rest @ ..] => {
            views::answer(desk, request, (scene, view), rest, user)
        }
        ["applications", id, "assets", kind @ ("file" | "image"), "upload"]
            if request.method == Method::POST =>
        {
            uploads::answer(desk, request, (id, kind))
        }
        ["applications", _, "session"] | ["session", ..] => calls::answer(desk, request, steps, user),
        ["objects", key, "records", rest @ ..] => object_records(desk, request, key, rest),
        ["objects", ..] | ["pages" | "scenes", _, "views"] => schema::answer(desk, request, steps),
        _ => Answer::no_route(&request.method, &request.path),
    }
}

fn object_records(desk: &mut Desk<'_>, request: &Request, key: &str, rest: &[&str]) -> Answer {
    let Desk { app, store, manners, wall, .. } = desk;
    let Some((place, object)) = app.object(key) else {
        return manners.missing_object.answer();
    };
    let query = Query::parse(&request.query);
    let writing = Writing { app, place, object, manners: *manners, asked: None, wall: *wall };
    let written = match (request.method.as_str(), rest) {
        ("GET", []) => {
            let all = Scope::default();
            return listed(list::page((app, store), (place, object), &all, &query, *wall, *manners));
        }
        ("GET", [id]) => Ok((*id).to_owned()),
        ("POST", []) => request.object().and_then(|body| writing.create(store, &body)),
        ("PUT", [id]) => request.object().and_then(|body| writing.update(store, id, &body)),
        ("DELETE", [id]) => {
            return if writing.delete(store, id) { deleted() } else { missing(*manners) };
        }
        _ => return Answer::no_route(&request.method, &request.path),
    };
    let look = Look::whole(Shape::of(query.get("format")));
    match written.and_then(|id| record((app, store), (place, object), &id, look, *manners)) {
        Ok(record) => ok(record),
        Err(answer) => answer,
    }
}

/// The answer to a record that does not exist.
pub(crate) fn missing(manners: Manners) -> Answer {
    manners.missing.answer()
}

/// The answer to a list.
pub(crate) fn listed(page: Result<Vec<u8>, String>) -> Answer {
    match page {
        Ok(page) => ok(page),
        Err(why) => not_understood(&why),
    }
}

/// The answer to a filter that strict filters refuse.
pub(crate) fn not_understood(why: &str) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, json!({ "message": why }).to_string())
}

/// The answer to a delete.
pub(crate) fn deleted() -> Answer {
    ok(r#"{"delete":true}"#)
}

pub(crate) fn ok(body: impl Into<Bytes>) -> Answer {
    Answer::json(StatusCode::OK, body)
}

/// The JSON of one record, or the answer that there is none.
pub(crate) fn record(
    (app, store): (&App, &Store),
    (place, object): (usize, &Object),
    id: &str,
    look: Look<'_>,
    manners: Manners,
) -> Result<Vec<u8>, Answer> {
    let row = store.row(place, id).ok_or_else(|| missing(manners))?;
    let mut out = Vec::with_capacity(1_024);
    json::record(&mut out, (app, store), object, (id, row), look);
    Ok(out)
}
