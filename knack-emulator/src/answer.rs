//! What the server answers: Knack's bodies and content types, and the headers of its limits.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

const PLAN_LIMIT: HeaderName = HeaderName::from_static("x-planlimit-limit");
const PLAN_LEFT: HeaderName = HeaderName::from_static("x-planlimit-remaining");
const PLAN_RESET: HeaderName = HeaderName::from_static("x-planlimit-reset");
const RATE_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const RATE_LEFT: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// A status and a body. Knack's errors are plain text that calls itself HTML; only those of
/// validation are JSON (`docs.knack.com/reference/response-format`).
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    /// What some answers have beside: where to go, which part of a file this is.
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::new(status, JSON, body)
    }

    pub(crate) fn text(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::new(status, HTML, body)
    }

    /// A body of any type.
    pub(crate) fn new(status: StatusCode, content_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { status, content_type: content_type.into(), headers: Vec::new(), body: body.into() }
    }

    /// The same answer with a header more.
    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A body whose type is told by how it looks.
    pub(crate) fn guessed(status: StatusCode, body: Bytes) -> Self {
        match body.first() {
            Some(b'{' | b'[') => Self::json(status, body),
            _ => Self::text(status, body),
        }
    }

    pub(crate) fn throttled() -> Self {
        Self::text(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded")
    }

    pub(crate) fn bad_request(body: impl Into<Bytes>) -> Self {
        Self::text(StatusCode::BAD_REQUEST, body)
    }

    pub(crate) fn not_found() -> Self {
        Self::text(StatusCode::NOT_FOUND, "Not Found")
    }

    pub(crate) fn server_error() -> Self {
        Self::text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// No such route, in the words of the server's framework.
    pub(crate) fn no_route(method: &http::Method, path: &str) -> Self {
        let path = path.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        Self::text(StatusCode::NOT_FOUND, format!("Cannot {method} {path}\n"))
    }

    /// A write that was refused.
    pub(crate) fn invalid(problems: &[Problem]) -> Self {
        let errors: Vec<Value> = problems
            .iter()
            .map(|p| json!({"field": p.field, "type": p.kind, "message": p.message}))
            .collect();
        Self::json(StatusCode::BAD_REQUEST, json!({ "errors": errors }).to_string())
    }

    /// The whole response, with the limits' headers where the key was accepted.
    pub(crate) fn respond(self, limits: Option<&Limits>, wall: Duration) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        if let Ok(value) = HeaderValue::from_str(&self.content_type) {
            headers.insert(CONTENT_TYPE, value);
        }
        let date = UNIX_EPOCH + Duration::from_secs(wall.as_secs());
        if let Ok(value) = HeaderValue::from_str(&httpdate::fmt_http_date(date)) {
            headers.insert(DATE, value);
        }
        if let Some(limits) = limits {
            limits.put(headers);
        }
        response
    }
}

/// One problem of a write.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) field: String,
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

/// The figures of both limits after a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) plan_limit: u64,
    pub(crate) plan_left: i64,
    pub(crate) plan_reset_ms: u64,
    pub(crate) rate_limit: u32,
    pub(crate) rate_left: u32,
    pub(crate) rate_reset: u64,
}

impl Limits {
    fn put(&self, headers: &mut HeaderMap) {
        headers.insert(PLAN_LIMIT, self.plan_limit.into());
        headers.insert(PLAN_LEFT, self.plan_left.into());
        headers.insert(PLAN_RESET, self.plan_reset_ms.into());
        headers.insert(RATE_LIMIT, self.rate_limit.into());
        headers.insert(RATE_LEFT, self.rate_left.into());
        headers.insert(RATE_RESET, self.rate_reset.into());
    }
}
