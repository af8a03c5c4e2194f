//! The control pages, `/_emulator/…`: what [`Emulator`] offers tests in Rust, for those in other languages and
//! for the page at `/`.

mod page;
mod told;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::fault::{Fault, FaultError};
use crate::query::Query;
use crate::window::Window;

/// Where the pages are.
const PREFIX: &str = "/_emulator/";
/// The largest body that is read there, in bytes.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;

const HELP: &str = "\
This is a local Knack. Tests control it here; nothing here is limited or counted. A page for people is at /.

GET    /_emulator/state          application, plan, rate, window, faults and clock
GET    /_emulator/live           the last minute: what was answered, refused and failed, by second and by client
GET    /_emulator/requests       the latest requests and how their answers begin; keys, tokens and passwords are
                                 left out. ?last=N: no more than N, ?cut=N: no more than N bytes of each body
DELETE /_emulator/requests       forgets them
GET    /_emulator/objects        the objects with their fields and how many records they have
                                 ?of=object_1: the fields of that one alone
GET    /_emulator/objects/object_1/records
                                 a list as Knack gives it, its query included (page=2&rows_per_page=50)
GET    /_emulator/faults         the faults, as a JSON list of lines
POST   /_emulator/faults         adds faults, one a line: 503:nth=3 (cargo knack emulate --help)
DELETE /_emulator/faults         ends all faults; with ?line=503:nth%3D3 the one that is written so
POST   /_emulator/window         lays out the second anew: epoch, phase=MS, first-call, sliding or bucket
POST   /_emulator/rate?calls=N   calls a second
POST   /_emulator/plan?calls=N&used=N
                                 calls a day, and how many of them were used; what is left out stays
POST   /_emulator/advance?ms=N   moves the server's clock forward
POST   /_emulator/reset          records, limits, faults and the clock as at the start
";

/// What each answer here says to a browser: nothing of it is kept, guessed at or for pages elsewhere.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Whether a request is meant for these pages, and not for Knack.
pub(crate) fn is_meant(parts: &Parts) -> bool {
    let path = parts.uri.path();
    path.starts_with(PREFIX) || (path == "/" && parts.method == Method::GET)
}

/// Whom these pages answer, by the address that is listened on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    Nobody,
    ThisMachine,
    Everybody,
}

impl Reach {
    pub(crate) const fn of(address: IpAddr, remote_control: bool) -> Self {
        match (address.is_loopback(), remote_control) {
            (true, _) => Self::ThisMachine,
            (false, true) => Self::Everybody,
            (false, false) => Self::Nobody,
        }
    }

    /// Whether a request is answered. Others are the browser's, of a page elsewhere: that may send them to any
    /// address, and may have a name of its own lead here.
    pub(crate) fn admits(self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
        let host = text(HOST).unwrap_or_default();
        let is_named = match self {
            Self::Nobody => false,
            Self::ThisMachine => host.parse().is_ok_and(|host| is_local(&host)),
            Self::Everybody => true,
        };
        is_named && text(ORIGIN).is_none_or(|origin| origin.strip_prefix("http://") == Some(host))
    }
}

fn is_local(host: &Authority) -> bool {
    let name = host.host().trim_matches(['[', ']']);
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}

/// Answers a request that [`is_meant`] for these pages.
pub(crate) fn answer(knack: &Emulator, parts: &Parts, body: &Bytes) -> Response<Bytes> {
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let steps = parts.uri.path().strip_prefix(PREFIX).unwrap_or("page").split('/');
    let steps: Vec<_> = steps.map(|step| percent_decode_str(step).decode_utf8_lossy()).collect();
    let steps: Vec<&str> = steps.iter().map(AsRef::as_ref).collect();
    let answer = match parts.method.as_str() {
        "GET" => read(knack, &steps, &query),
        "POST" => change(knack, &steps, &query, body),
        "DELETE" => end(knack, &steps, &query),
        _ => None,
    };
    let mut response = match answer {
        Some(Ok(response)) => response,
        Some(Err(why)) => text(StatusCode::BAD_REQUEST, why),
        None => text(StatusCode::NOT_FOUND, HELP),
    };
    response.headers_mut().extend(HEADERS);
    response
}

/// An answer, or what is wrong with the request; `None` where there is no such page.
type Told = Option<Result<Response<Bytes>, String>>;

fn read(knack: &Emulator, steps: &[&str], query: &Query) -> Told {
    Some(match steps {
        [""] => Ok(text(StatusCode::OK, HELP)),
        ["page", rest @ ..] => Ok(page::file(rest)?),
        ["state"] => Ok(json(&told::state(knack))),
        ["live"] => Ok(json(&told::live(knack))),
        ["faults"] => Ok(json(&told::faults(knack))),
        ["requests"] => told::requests(knack, query).map(|told| json(&told)),
        ["objects"] => Ok(json(&told::objects(knack, query))),
        ["objects", key, "records"] => {
            told::records(knack, key, query).map(|told| response(StatusCode::OK, JSON, told))
        }
        _ => return None,
    })
}

fn change(knack: &Emulator, steps: &[&str], query: &Query, body: &[u8]) -> Told {
    Some(match steps {
        ["faults"] => inject(knack, body),
        ["window"] => set_window(knack, body),
        ["rate"] => set_rate(knack, query),
        ["plan"] => set_plan(knack, query),
        ["advance"] => advance(knack, query),
        ["reset"] => {
            knack.reset();
            Ok(json(&now(knack)))
        }
        _ => return None,
    })
}

fn end(knack: &Emulator, steps: &[&str], query: &Query) -> Told {
    Some(match steps {
        ["faults"] => end_faults(knack, query),
        ["requests"] => {
            knack.forget_requests();
            Ok(json(&json!([])))
        }
        _ => return None,
    })
}

fn inject(knack: &Emulator, body: &[u8]) -> Result<Response<Bytes>, String> {
    let text = String::from_utf8_lossy(body);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let given: Vec<Fault> =
        lines.map(str::parse).collect::<Result<_, FaultError>>().map_err(|e| e.to_string())?;
    for fault in given {
        knack.inject(fault);
    }
    Ok(json(&told::faults(knack)))
}

fn end_faults(knack: &Emulator, query: &Query) -> Result<Response<Bytes>, String> {
    match query.get("line") {
        None => knack.clear_faults(),
        Some(line) if knack.end_fault(line) => {}
        Some(line) => return Err(format!("there is no fault `{line}`; GET /_emulator/faults lists them")),
    }
    Ok(json(&told::faults(knack)))
}

fn set_window(knack: &Emulator, body: &[u8]) -> Result<Response<Bytes>, String> {
    let window: Window = String::from_utf8_lossy(body).trim().parse().map_err(|error| format!("{error}"))?;
    knack.set_window(window);
    Ok(json(&told::state(knack)))
}

fn set_rate(knack: &Emulator, query: &Query) -> Result<Response<Bytes>, String> {
    let calls = number(query, "calls")?.filter(|calls| *calls > 0);
    let calls: u32 = calls.ok_or("how many calls a second? /_emulator/rate?calls=10; at least 1")?;
    knack.set_rate_limit(calls);
    Ok(json(&told::state(knack)))
}

fn set_plan(knack: &Emulator, query: &Query) -> Result<Response<Bytes>, String> {
    let (calls, used) = (number(query, "calls")?, number(query, "used")?);
    if calls.is_none() && used.is_none() {
        return Err("how many calls a day? /_emulator/plan?calls=1000&used=0".to_owned());
    }
    let (before, used_before) = told::plan(knack);
    knack.set_plan(calls.unwrap_or(before), used.unwrap_or(used_before));
    Ok(json(&told::state(knack)))
}

fn advance(knack: &Emulator, query: &Query) -> Result<Response<Bytes>, String> {
    let ms = number(query, "ms")?.ok_or("by how many milliseconds? /_emulator/advance?ms=1500")?;
    knack.advance(Duration::from_millis(ms));
    Ok(json(&now(knack)))
}

/// A whole number of the query, if there is one of that name.
fn number<N: std::str::FromStr>(query: &Query, name: &str) -> Result<Option<N>, String> {
    let Some(text) = query.get(name) else { return Ok(None) };
    text.parse()
        .map(Some)
        .map_err(|_| format!("`{name}={text}`: expected a whole number, and not a huge one"))
}

fn now(knack: &Emulator) -> Value {
    json!({"now_ms": told::milliseconds(knack.wall())})
}

const JSON: &str = "application/json; charset=utf-8";

fn json(value: &Value) -> Response<Bytes> {
    response(StatusCode::OK, JSON, value.to_string())
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Bytes> {
    response(status, "text/plain; charset=utf-8", text)
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
