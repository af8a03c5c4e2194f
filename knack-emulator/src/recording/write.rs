//! How a recording is written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::body::{Body, bytes_of};
use super::compare::Pair;
use super::exchange::Exchange;
use super::file::FORMAT;
use super::secrets::{Secrets, latin};

/// Headers of requests that are written: what says how an answer is to be, and who asks.
const TOLD: [&str; 14] = [
    "accept",
    "authorization",
    "content-type",
    "cookie",
    "if-modified-since",
    "if-none-match",
    "knack_application_id",
    "knack_rest_api_key",
    "origin",
    "range",
    "user-agent",
    "x-http-method-override",
    "x-knack-application-id",
    "x-knack-rest-api-key",
];

/// The line that a run begins with.
pub(crate) fn first_line(service: &str, keeps_application: bool) -> String {
    let kept = if keeps_application { "kept" } else { "replaced" };
    // In this order, so that a person sees at once what it is.
    let [service, kept] = [service, kept].map(|text| json!(text));
    format!("{{\"knack_recording\":{FORMAT},\"service\":{service},\"application_id\":{kept}}}\n")
}

/// The headers of a request that are written.
pub(crate) fn told(headers: &HeaderMap, secrets: &Secrets) -> Value {
    let told = TOLD.into_iter().filter_map(|name| {
        let value = secrets.header(name, headers.get(name)?.as_bytes());
        // The boundary of a form is another each time.
        let value = value.split_once("; boundary=").map_or(value.as_str(), |(kind, _)| kind).to_owned();
        Some((name.to_owned(), Value::String(value)))
    });
    Value::Object(told.collect())
}

/// The headers of an answer.
pub(crate) fn answers(headers: &HeaderMap, secrets: &Secrets) -> Vec<(String, String)> {
    let text = |name: &str| -> String {
        let values = headers.get_all(name).into_iter().map(|value| secrets.header(name, value.as_bytes()));
        values.collect::<Vec<_>>().join(", ")
    };
    headers.keys().map(|name| (name.as_str().to_owned(), text(name.as_str()))).collect()
}

/// An exchange as a line. It has no line break but that at its end.
pub(crate) fn line(exchange: &Exchange, took_ms: u64, headers: &Value) -> String {
    let Exchange { at_ms, asked, answered, broke, .. } = exchange;
    let request = format!(
        "{{\"method\":{},\"path\":{},\"query\":{},\"headers\":{headers},\"body\":{}}}",
        json!(asked.method),
        json!(asked.path),
        pairs(&asked.query),
        body(&asked.body),
    );
    let response = answered.as_ref().map_or("null".to_owned(), |answered| {
        let headers: Map<String, Value> =
            answered.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let headers = Value::Object(headers);
        format!("{{\"status\":{},\"headers\":{headers},\"body\":{}}}", answered.status, body(&answered.body))
    });
    let broke = broke.as_ref().map_or(String::new(), |why| format!(",\"broke\":{}", json!(why)));
    format!(
        "{{\"at_ms\":{at_ms},\"took_ms\":{took_ms},\"request\":{request},\"response\":{response}{broke}}}\n"
    )
}

/// A body that ended too early: a secret may be cut in half.
pub(super) fn cut(body: Body, secrets: &Secrets) -> Body {
    match body {
        Body::Text(text) => Body::Text(secrets.without_half(&text)),
        Body::Bytes(bytes) => Body::Bytes(bytes_of(&secrets.without_half(&latin(&bytes)))),
        whole => whole,
    }
}

/// A body, which says by its name what it is.
fn body(body: &Body) -> String {
    match body {
        Body::Empty => "null".to_owned(),
        Body::Json(text) => format!("{{\"json\":{text}}}"),
        Body::Form(form) => json!({"form": pairs(form)}).to_string(),
        Body::Upload(parts) => json!({ "upload": parts }).to_string(),
        Body::Text(text) => json!({ "text": text }).to_string(),
        Body::Bytes(bytes) => json!({"base64": STANDARD.encode(bytes)}).to_string(),
        Body::Omitted(why) => json!({ "omitted": why }).to_string(),
    }
}

fn pairs(pairs: &[Pair]) -> Value {
    pairs.iter().map(|(name, value)| Value::from(vec![name.as_str().into(), value.clone()])).collect()
}
