//! Reads people, addresses and phone numbers as clients write them
//! (`docs.knack.com/docs/working-with-fields`).

use serde_json::{Map, Value, json};

/// The parts of a person's name that are filled in.
pub(crate) fn name(value: &Value) -> Option<Value> {
    let mut parts = Map::new();
    match value {
        Value::Object(given) => {
            for key in ["title", "first", "middle", "last"] {
                match given.get(key) {
                    Some(Value::String(text)) if !text.trim().is_empty() => {
                        parts.insert(key.to_owned(), json!(text.trim()));
                    }
                    None | Some(Value::Null | Value::String(_)) => {}
                    Some(_) => return None,
                }
            }
        }
        Value::String(text) => {
            let (first, last) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
            for (key, part) in [("first", first.trim()), ("last", last.trim())] {
                if !part.is_empty() {
                    parts.insert(key.to_owned(), json!(part));
                }
            }
        }
        _ => return None,
    }
    Some(if parts.is_empty() { json!("") } else { Value::Object(parts) })
}

/// A mail address, bare or with a label.
pub(crate) fn email(value: &Value) -> Option<Value> {
    let address = value.as_str().or_else(|| value.get("email")?.as_str())?.trim();
    let (user, host) = address.rsplit_once('@')?;
    if user.is_empty() || host.is_empty() || address.contains(char::is_whitespace) {
        return None;
    }
    Some(labelled("email", address, value))
}

/// A web address, bare or with a label.
pub(crate) fn link(value: &Value) -> Option<Value> {
    let url = value.as_str().or_else(|| value.get("url")?.as_str())?.trim();
    Some(labelled("url", url, value))
}

fn labelled(key: &str, address: &str, value: &Value) -> Value {
    let mut parts = Map::new();
    parts.insert(key.to_owned(), json!(address));
    if let Some(label) = value.get("label").and_then(Value::as_str).filter(|label| !label.is_empty()) {
        parts.insert("label".to_owned(), json!(label));
    }
    Value::Object(parts)
}

/// A phone number by its digits, laid out as the field says.
pub(crate) fn phone(value: &Value, format: &str) -> Option<Value> {
    let given = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Object(parts) => {
            let part = |key: &str| parts.get(key).and_then(Value::as_str).filter(|p| !p.is_empty());
            part("full").or_else(|| part("formatted")).or_else(|| part("number"))?.to_owned()
        }
        _ => return None,
    };
    let full: String = given.chars().filter(char::is_ascii_digit).collect();
    if full.is_empty() {
        return None;
    }
    let american = matches!(format, "(999) 999-9999" | "999.999.9999") && full.len() == 10;
    let formatted = match format {
        "any" | "" => given.trim().to_owned(),
        pattern => fill(pattern, &full).unwrap_or_else(|| full.clone()),
    };
    let mut parts = Map::new();
    let number = match full.get(3..) {
        Some(rest) if american => {
            parts.insert("area".to_owned(), json!(full.get(..3)));
            rest
        }
        _ => full.as_str(),
    };
    parts.insert("number".to_owned(), json!(number));
    parts.insert("formatted".to_owned(), json!(formatted));
    if let Some(extension) = value.get("ext").and_then(Value::as_str) {
        parts.insert("ext".to_owned(), json!(extension));
    }
    parts.insert("full".to_owned(), json!(full));
    Some(Value::Object(parts))
}

/// Puts digits into a pattern of nines, where there are as many of both.
fn fill(pattern: &str, digits: &str) -> Option<String> {
    if pattern.contains('?') || pattern.matches('9').count() != digits.len() {
        return None;
    }
    let mut digits = digits.chars();
    pattern.chars().map(|c| if c == '9' { digits.next() } else { Some(c) }).collect()
}

/// The known parts of a postal address.
pub(crate) fn address(value: &Value) -> Option<Value> {
    let given = value.as_object()?;
    let keys = ["street", "street2", "city", "state", "zip", "country", "latitude", "longitude"];
    let known = keys.iter().filter_map(|key| Some(((*key).to_owned(), given.get(*key)?.clone())));
    let parts: Map<String, Value> =
        known.filter(|(_, part)| part.is_string() || part.is_number() || part.is_null()).collect();
    Some(Value::Object(parts))
}
