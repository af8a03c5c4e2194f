//! What browsers and caches ask of any answer: whether a page of another site may read it, a script
//! instead of JSON, and whether what they have is still the same. As Express does it, behind which Knack
//! stands.

use std::hash::{DefaultHasher, Hasher};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};

use crate::answer::Answer;
use crate::query::Query;
use crate::routes::Request;

/// What calls of other sites may do, as recorded in 2017.
const ALLOWED: [(HeaderName, HeaderValue); 3] = [
    (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")),
    (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS, PUT, DELETE")),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Authorization, X-HTTP-Method-Override, Content-Type, X-Knack-Application-Id, \
             X-Knack-REST-API-Key, Knack_Application_Id, Knack_REST_API_Key, x-knack-new-builder, \
             x-knack-proxied",
        ),
    ),
];
/// What scripts may read beside the body. Scripts are known that read these off a 429.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "X-PlanLimit-Limit, X-PlanLimit-Remaining, X-PlanLimit-Reset, X-RateLimit-Limit, \
     X-RateLimit-Remaining, X-RateLimit-Reset",
);

/// The answer to a browser that asks whether it may call; it sends no credentials with that.
pub(crate) fn preflight(request: &Request) -> Option<Answer> {
    (request.method == Method::OPTIONS).then(|| Answer::text(StatusCode::NO_CONTENT, ""))
}

/// An answer as this caller asks for it.
pub(crate) fn dress(request: &Request, response: Response<Bytes>) -> Response<Bytes> {
    let mut response = unless_known(request, script(request, response));
    // Recorded on answers to programs too, which need none of it.
    if let Some(origin) = request.headers.get(header::ORIGIN) {
        let headers = response.headers_mut();
        headers.extend(ALLOWED);
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}

/// By what a body is known again: its length and a hash, as a weak tag.
pub(crate) fn tag(body: &[u8]) -> String {
    let mut hash = DefaultHasher::new();
    hash.write(body);
    format!("W/\"{:x}-{:016x}\"", body.len(), hash.finish())
}

/// JSON as a call of the function that `callback` names (JSONP), for what cannot read other sites.
fn script(request: &Request, response: Response<Bytes>) -> Response<Bytes> {
    let is = |name: HeaderName, start: &str| {
        response.headers().get(name).is_some_and(|value| value.as_bytes().starts_with(start.as_bytes()))
    };
    let exported = is(header::CONTENT_DISPOSITION, "attachment");
    if !request.query.contains("callback=") || !is(header::CONTENT_TYPE, "application/json") || exported {
        return response;
    }
    let query = Query::parse(&request.query);
    let named = query.get("callback").unwrap_or_default();
    let harmless = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.' | '[' | ']');
    let name: String = named.chars().filter(harmless).collect();
    let (mut parts, body) = response.into_parts();
    let (Ok(json), false) = (std::str::from_utf8(&body), name.is_empty()) else {
        return Response::from_parts(parts, body);
    };
    // These two end a line in scripts, not in JSON.
    let json = json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    let script = format!("/**/ typeof {name} === 'function' && {name}({json});");
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    parts.headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Response::from_parts(parts, script.into())
}

/// No body where the caller has it already.
fn unless_known(request: &Request, mut response: Response<Bytes>) -> Response<Bytes> {
    let same = response.headers().get(header::ETAG).is_some_and(|tag| knows(&request.headers, tag));
    if same && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Bytes::new();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

/// Whether `If-None-Match` names a tag, be it weak or strong.
fn knows(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tag = strong(tag.to_str().unwrap_or_default());
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|one| one.trim() == "*" || strong(one) == tag)
}
