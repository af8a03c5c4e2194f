//! The control pages, `/_emulator/…`: what [`Emulator`] offers tests in Rust, for those in other languages.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::emulator::Emulator;
use crate::fault::{Fault, FaultError};
use crate::query::Query;
use crate::seen::Seen;

/// Where the pages are.
pub(crate) const PREFIX: &str = "/_emulator/";
/// The largest body that is read there, in bytes.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;

const HELP: &str = "\
This is a local Knack. Tests control it here; nothing here is limited or counted.

GET    /_emulator/faults         the faults, as a JSON list of lines
POST   /_emulator/faults         adds faults, one a line: 503:nth=3 (cargo knack emulate --help)
DELETE /_emulator/faults         ends all faults
GET    /_emulator/requests       the latest requests with their statuses; keys and tokens are left out
DELETE /_emulator/requests       forgets them
POST   /_emulator/advance?ms=N   moves the server's clock forward
POST   /_emulator/reset          records, limits, faults and the clock as at the start
";

/// Whether these pages answer such a request. Others are the browser's, of a page elsewhere: that may send
/// them to any address, and may have a name of its own lead here.
pub(crate) fn is_trusted(knack: &Emulator, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    let host = text(HOST).unwrap_or_default();
    let own_name = knack.core.remote_control || host.parse().is_ok_and(|host| is_local(&host));
    own_name && text(ORIGIN).is_none_or(|origin| origin.strip_prefix("http://") == Some(host))
}

fn is_local(host: &Authority) -> bool {
    let name = host.host().trim_matches(['[', ']']);
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}

/// Answers a request below [`PREFIX`].
pub(crate) fn answer(knack: &Emulator, parts: &Parts, body: &Bytes) -> Response<Bytes> {
    let page = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    match (parts.method.as_str(), page) {
        ("GET", "") => text(StatusCode::OK, HELP),
        ("GET", "faults") => told(&faults(knack)),
        ("POST", "faults") => match read(body) {
            Ok(given) => {
                for fault in given {
                    knack.inject(fault);
                }
                told(&faults(knack))
            }
            Err(error) => text(StatusCode::BAD_REQUEST, error.to_string()),
        },
        ("DELETE", "faults") => {
            knack.clear_faults();
            told(&faults(knack))
        }
        ("GET", "requests") => told(&knack.requests().iter().map(request).collect()),
        ("DELETE", "requests") => {
            knack.forget_requests();
            told(&json!([]))
        }
        ("POST", "advance") => {
            let query = Query::parse(parts.uri.query().unwrap_or_default());
            let Some(ms) = query.get("ms").and_then(|ms| ms.parse().ok()) else {
                return text(StatusCode::BAD_REQUEST, "by how many milliseconds? /_emulator/advance?ms=1500");
            };
            knack.advance(Duration::from_millis(ms));
            told(&now(knack))
        }
        ("POST", "reset") => {
            knack.reset();
            told(&now(knack))
        }
        _ => text(StatusCode::NOT_FOUND, HELP),
    }
}

fn read(body: &[u8]) -> Result<Vec<Fault>, FaultError> {
    let text = String::from_utf8_lossy(body);
    text.lines().filter(|line| !line.trim().is_empty()).map(str::parse).collect()
}

fn faults(knack: &Emulator) -> Value {
    knack.faults().iter().map(|fault| json!(fault.to_string())).collect()
}

fn now(knack: &Emulator) -> Value {
    json!({"now_ms": u64::try_from(knack.wall().as_millis()).unwrap_or(u64::MAX)})
}

fn request(seen: &Seen) -> Value {
    let headers: Map<String, Value> =
        seen.shown_headers().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    json!({
        "method": seen.method.as_str(),
        "path": seen.path,
        "query": seen.query,
        "headers": headers,
        "body": String::from_utf8_lossy(&seen.body),
        "at_ms": u64::try_from(seen.at.as_millis()).unwrap_or(u64::MAX),
        "status": seen.status,
        "refused": seen.refused,
    })
}

fn told(value: &Value) -> Response<Bytes> {
    response(StatusCode::OK, "application/json; charset=utf-8", value.to_string())
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Bytes> {
    response(status, "text/plain; charset=utf-8", text)
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
