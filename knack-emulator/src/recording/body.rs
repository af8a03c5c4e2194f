//! A body, as a recording has it: as readable as may be, and without secrets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::compare::{self, Pair};
use super::secrets::{Secrets, latin};
use super::walk;
use crate::multipart;

/// What of a body is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Body {
    #[default]
    Empty,
    /// JSON in its own words: the order of keys and the digits of numbers are those of whoever wrote it.
    Json(String),
    /// `name=value` pairs, of a form.
    Form(Vec<Pair>),
    /// The parts of a form with files: what is told of each.
    Upload(Vec<Value>),
    Text(String),
    Bytes(Vec<u8>),
    /// Why it is not there.
    Omitted(String),
}

impl Body {
    /// Of a body that came whole.
    pub(crate) fn of(bytes: &Bytes, headers: &HeaderMap, secrets: &Secrets) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        if let Some(encoding) = encoding(headers) {
            return Self::Omitted(format!(
                "{} bytes in the encoding {encoding}, which is not read",
                bytes.len()
            ));
        }
        let kind = content_type(headers);
        if is(&kind, "multipart/form-data") {
            return upload(&kind, bytes, secrets);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Self::Bytes(bytes_of(&secrets.hidden(&latin(bytes))));
        };
        if is(&kind, "application/x-www-form-urlencoded") {
            return Self::Form(compare::pairs(text, secrets));
        }
        let hidden = secrets.hidden(text);
        // A line break stands between the signs of JSON alone: in a string it would be escaped.
        if walk::is_json(&hidden) { Self::Json(hidden.replace(['\n', '\r'], "")) } else { Self::Text(hidden) }
    }

    /// Learns the secrets of a body.
    pub(crate) fn learn(bytes: &Bytes, headers: &HeaderMap, secrets: &mut Secrets) {
        let kind = content_type(headers);
        if encoding(headers).is_some() {
            return;
        }
        let Ok(parts) = multipart::parts(&kind, bytes) else {
            match std::str::from_utf8(bytes) {
                Ok(text) => secrets.learn_text(text),
                Err(_) => secrets.learn_text(&latin(bytes)),
            }
            return;
        };
        for part in parts.iter().filter(|part| part.filename.is_none()) {
            if let Ok(value) = std::str::from_utf8(&part.body) {
                secrets.learn_text(&json!({ &part.name: value }).to_string());
            }
        }
    }

    /// Reads it back.
    pub(crate) fn read(text: &RawValue) -> Result<Self, String> {
        let wrong = || "a body is none of json, form, upload, text, base64, omitted or null".to_owned();
        if text.get() == "null" {
            return Ok(Self::Empty);
        }
        let parts: std::collections::BTreeMap<String, &RawValue> =
            serde_json::from_str(text.get()).map_err(|_| wrong())?;
        let (name, raw) = parts.into_iter().next().ok_or_else(wrong)?;
        if name == "json" {
            return Ok(Self::Json(raw.get().to_owned()));
        }
        let value: Value = serde_json::from_str(raw.get()).map_err(|_| wrong())?;
        match (name.as_str(), value) {
            ("form", value) => compare::read(&value).map(Self::Form).ok_or_else(wrong),
            ("upload", Value::Array(parts)) => Ok(Self::Upload(parts)),
            ("text", Value::String(text)) => Ok(Self::Text(text)),
            ("base64", Value::String(text)) => {
                STANDARD.decode(text).map(Self::Bytes).map_err(|_| "a body is no base64".to_owned())
            }
            ("omitted", Value::String(why)) => Ok(Self::Omitted(why)),
            _ => Err(wrong()),
        }
    }

    /// The bytes that an answer gives out; why there are none where they were not kept.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, &str> {
        match self {
            Self::Json(text) | Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::Bytes(bytes) => Ok(bytes.clone()),
            Self::Empty => Ok(Vec::new()),
            Self::Omitted(why) => Err(why),
            Self::Form(_) | Self::Upload(_) => Err("it is a form, which is no answer"),
        }
    }

    /// Whether a recorded body stands for one that is sent now.
    pub(crate) fn is_like(&self, asked: &Self) -> bool {
        match (self, asked) {
            (Self::Omitted(_), _) => true,
            (Self::Json(recorded), Self::Json(asked)) => {
                recorded == asked || compare::json(recorded).zip(compare::json(asked)).is_some_and(is_like)
            }
            (Self::Form(recorded), Self::Form(asked)) => compare::are_pairs_like(recorded, asked),
            (Self::Upload(recorded), Self::Upload(asked)) => {
                is_like((recorded.clone().into(), asked.clone().into()))
            }
            (Self::Text(recorded), Self::Text(asked)) => compare::is_text_like(recorded, asked),
            (Self::Bytes(recorded), Self::Bytes(asked)) => {
                compare::is_text_like(&latin(recorded), &latin(asked))
            }
            _ => self == asked,
        }
    }
}

fn is_like((recorded, asked): (Value, Value)) -> bool {
    compare::is_like(&recorded, &asked)
}

/// A form with files. A file is known by its field, name, type and size: its bytes are of no use for a replay, and
/// are nobody else's business.
fn upload(kind: &str, bytes: &Bytes, secrets: &Secrets) -> Body {
    let Ok(parts) = multipart::parts(kind, bytes) else {
        return Body::Omitted(format!("{} bytes of a form that is not understood", bytes.len()));
    };
    let told = |part: multipart::Part| match &part.filename {
        Some(name) => json!({"name": part.name, "filename": secrets.hidden(name),
            "type": part.content_type, "size": part.body.len()}),
        None => json!({"name": part.name,
            "text": secrets.value(&part.name, &String::from_utf8_lossy(&part.body))}),
    };
    Body::Upload(parts.into_iter().map(told).collect())
}

/// The bytes of a text that has one letter for each; what is hidden has none but such letters.
pub(super) fn bytes_of(latin: &str) -> Vec<u8> {
    latin.chars().filter_map(|letter| u8::try_from(letter).ok()).collect()
}

fn content_type(headers: &HeaderMap) -> String {
    headers.get(CONTENT_TYPE).map(|value| latin(value.as_bytes())).unwrap_or_default()
}

/// Whether a content type is of a kind, in letters of whatever case.
fn is(content_type: &str, kind: &str) -> bool {
    content_type.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind))
}

/// The encoding of a body, unless it is none.
fn encoding(headers: &HeaderMap) -> Option<String> {
    let encoding = latin(headers.get(CONTENT_ENCODING)?.as_bytes());
    (!encoding.eq_ignore_ascii_case("identity") && !encoding.is_empty()).then_some(encoding)
}
