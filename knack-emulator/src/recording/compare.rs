//! Whether what is asked now is what was asked when it was recorded. What is hidden in a recording stands for
//! anything.

use serde_json::Value;

use super::secrets::{HIDDEN, Secrets};
use crate::query::Query;

/// A name and its value, which is a list or an object where its text is one in JSON: filters are.
pub(crate) type Pair = (String, Value);

/// The pairs of a query or of a form, without secrets.
pub(crate) fn pairs(text: &str, secrets: &Secrets) -> Vec<Pair> {
    let value = |name: &str, value: &str| {
        let value = secrets.value(name, value);
        json(&value).unwrap_or(Value::String(value))
    };
    let pairs = Query::parse(text).into_pairs().into_iter();
    pairs.map(|(name, text)| (secrets.hidden(&name), value(&name, &text))).collect()
}

/// A list or an object in JSON.
pub(crate) fn json(text: &str) -> Option<Value> {
    let value = text.trim_start().starts_with(['[', '{']).then(|| serde_json::from_str(text));
    value?.ok()
}

/// The pairs that a recording has.
pub(crate) fn read(value: &Value) -> Option<Vec<Pair>> {
    let pair = |pair: &Value| match pair.as_array()?.as_slice() {
        [Value::String(name), value] => Some((name.clone(), value.clone())),
        _ => None,
    };
    value.as_array()?.iter().map(pair).collect()
}

/// Whether the pairs are alike, in whatever order. What browsers add to get past caches counts for nothing.
pub(crate) fn are_pairs_like(recorded: &[Pair], asked: &[Pair]) -> bool {
    unlike(recorded, asked) == (Vec::new(), Vec::new())
}

/// Recorded pairs that are not asked for, and asked ones that are not recorded.
pub(crate) fn unlike<'a>(recorded: &'a [Pair], asked: &'a [Pair]) -> (Vec<&'a Pair>, Vec<&'a Pair>) {
    let counts = |(name, _): &&Pair| name != "_";
    let mut left: Vec<&Pair> = asked.iter().filter(counts).collect();
    let missing = recorded.iter().filter(counts).filter(|(name, value)| {
        let found = left.iter().position(|(other, asked)| is_text_like(name, other) && is_like(value, asked));
        found.map(|place| left.remove(place)).is_none()
    });
    (missing.collect(), left)
}

/// Whether two values are equal, but for what is hidden.
pub(crate) fn is_like(recorded: &Value, asked: &Value) -> bool {
    match (recorded, asked) {
        (Value::String(hidden), _) if hidden == HIDDEN => true,
        (Value::String(recorded), Value::String(asked)) => is_text_like(recorded, asked),
        (Value::Array(recorded), Value::Array(asked)) => {
            recorded.len() == asked.len()
                && recorded.iter().zip(asked).all(|(recorded, asked)| is_like(recorded, asked))
        }
        (Value::Object(recorded), Value::Object(asked)) => {
            let same =
                |(name, value): (&String, &Value)| asked.get(name).is_some_and(|asked| is_like(value, asked));
            recorded.len() == asked.len() && recorded.iter().all(same)
        }
        // 1 and 1.0 are the same to JSON; large whole numbers are compared as such.
        (Value::Number(recorded), Value::Number(asked)) if recorded.is_f64() != asked.is_f64() => {
            recorded.as_f64() == asked.as_f64()
        }
        _ => recorded == asked,
    }
}

/// Whether two texts are equal, but for what is hidden.
pub(crate) fn is_text_like(recorded: &str, asked: &str) -> bool {
    let mut parts = recorded.split(HIDDEN);
    let Some(mut rest) = asked.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}
