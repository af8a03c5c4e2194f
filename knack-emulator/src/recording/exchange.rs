//! One exchange, and how it is read.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE};
use http::{HeaderMap, Method, Uri};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::body::Body;
use super::compare::{self, Pair};
use super::secrets::{HIDDEN, Secrets};

/// A request is shown up to this length.
const LONGEST_SHOWN: usize = 1_000;

/// What a request asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<Pair>,
    pub(crate) body: Body,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// A request and what became of it.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// When it began, in milliseconds from the beginning of its run.
    pub(crate) at_ms: u64,
    pub(crate) asked: Asked,
    pub(crate) answered: Option<Answered>,
    /// What ended it too early.
    pub(crate) broke: Option<String>,
    /// What the request called the application.
    pub(crate) application: Option<String>,
}

impl Exchange {
    /// Whether a request can do with the answer: that nothing changed, or a part, is for those who asked for it.
    pub(crate) fn is_wanted(&self, headers: &HeaderMap) -> bool {
        match self.answered.as_ref().map(|answered| answered.status) {
            Some(304) => headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MODIFIED_SINCE),
            Some(206) => headers.contains_key(RANGE),
            _ => true,
        }
    }

    /// What a request lacks for which [`Self::is_wanted`] is false, in words.
    pub(crate) fn wants(&self) -> String {
        let status = self.answered.as_ref().map_or(0, |answered| answered.status);
        let header = if status == 206 { "Range" } else { "If-None-Match or If-Modified-Since" };
        format!("its answer is a {status}, for requests with {header}")
    }
}

impl Asked {
    pub(crate) fn of(
        (method, uri): (&Method, &Uri),
        headers: &HeaderMap,
        body: &Bytes,
        secrets: &Secrets,
    ) -> Self {
        Self {
            method: method.to_string(),
            path: secrets.path(uri.path()),
            query: compare::pairs(uri.query().unwrap_or_default(), secrets),
            body: Body::of(body, headers, secrets),
        }
    }

    /// The request in one line, which is not without end.
    pub(crate) fn shown(&self) -> String {
        let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs: Vec<String> =
            self.query.iter().map(|(name, text)| format!("{name}={}", value(text))).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        // Decoded as it is, it could move a terminal's cursor.
        shortened(&format!("{} {}{mark}{}", self.method, self.path, pairs.join("&")), LONGEST_SHOWN)
    }
}

/// A text on one line, up to so many letters.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut short: String = letters.by_ref().take(longest).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// Reads a line back; an error says what is wrong with it.
pub(crate) fn read(line: &str) -> Result<Exchange, String> {
    let parts = Parts::of(line, "the line")?;
    let request = Parts::of(parts.raw("request")?.get(), "request")?;
    let headers = request.object("headers")?;
    let query = compare::read(&request.value("query")?).ok_or("query is no list of pairs")?;
    let asked = Asked {
        method: request.text("method")?,
        path: request.text("path")?,
        query,
        body: Body::read(request.raw("body")?)?,
    };
    let named = ["x-knack-application-id", "knack_application_id"]
        .iter()
        .find_map(|name| headers.get(*name)?.as_str());
    let broke = parts.0.contains_key("broke").then(|| parts.text("broke")).transpose()?;
    Ok(Exchange {
        at_ms: parts.value("at_ms")?.as_u64().ok_or("at_ms is no whole number")?,
        asked,
        answered: answered(parts.raw("response")?)?,
        broke,
        application: named.map(str::to_owned),
    })
}

fn answered(text: &RawValue) -> Result<Option<Answered>, String> {
    if text.get() == "null" {
        return Ok(None);
    }
    let parts = Parts::of(text.get(), "response")?;
    let status = parts.value("status")?.as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (200..1_000).contains(status)).ok_or("status is none of HTTP")?;
    let header = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
    let headers: Option<_> = parts.object("headers")?.into_iter().map(header).collect();
    let headers = headers.ok_or("a header is no text")?;
    Ok(Some(Answered { status, headers, body: Body::read(parts.raw("body")?)? }))
}

impl Answered {
    /// A header that is not hidden.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(other, _)| other == name)?;
        (value != HIDDEN).then_some(value)
    }
}

/// The entries of an object in JSON, not looked into yet.
struct Parts<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Parts<'a> {
    fn of(text: &'a str, what: &str) -> Result<Self, String> {
        serde_json::from_str(text).map(Self).map_err(|error| format!("{what} is no object in JSON: {error}"))
    }

    fn raw(&self, name: &str) -> Result<&'a RawValue, String> {
        self.0.get(name).copied().ok_or_else(|| format!("there is no {name}"))
    }

    fn value(&self, name: &str) -> Result<Value, String> {
        serde_json::from_str(self.raw(name)?.get()).map_err(|error| format!("{name}: {error}"))
    }

    fn text(&self, name: &str) -> Result<String, String> {
        self.value(name)?.as_str().map(str::to_owned).ok_or_else(|| format!("{name} is no text"))
    }

    fn object(&self, name: &str) -> Result<Map<String, Value>, String> {
        match self.value(name)? {
            Value::Object(object) => Ok(object),
            _ => Err(format!("{name} is no object in JSON")),
        }
    }
}
