//! The query of a URL: pairs, and the bracket form in which some clients send filters.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The decoded pairs of a query, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes `a=b&c=d`. What is not valid UTF-8 is replaced; nothing is refused.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        });
        Self(pairs.collect())
    }

    /// The pairs themselves.
    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }

    /// The first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a name, in their order.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The pairs as a JSON object of texts: a form body.
    pub(crate) fn into_object(self) -> Value {
        Value::Object(self.0.into_iter().map(|(key, value)| (key, Value::String(value))).collect())
    }

    /// The value that `name[0][field]=…&name[0][operator]=…` spells, if any pair does.
    pub(crate) fn nested(&self, name: &str) -> Option<Value> {
        let mut root = None;
        for (key, value) in &self.0 {
            let Some(path) = key.strip_prefix(name).filter(|path| path.starts_with('[')) else {
                continue;
            };
            let steps: Vec<&str> = path.split(['[', ']']).filter(|step| !step.is_empty()).collect();
            // A few steps spell every filter; a long path would only build a deep value.
            if steps.len() <= 6 {
                put(root.get_or_insert(Value::Object(Map::new())), &steps, value);
            }
        }
        root.map(listed)
    }
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

fn put(into: &mut Value, steps: &[&str], value: &str) {
    let (Value::Object(map), Some((first, rest))) = (into, steps.split_first()) else {
        return;
    };
    if rest.is_empty() {
        map.insert((*first).to_owned(), Value::String(value.to_owned()));
    } else {
        put(map.entry((*first).to_owned()).or_insert(Value::Object(Map::new())), rest, value);
    }
}

/// Turns objects whose keys are all numbers into lists.
fn listed(value: Value) -> Value {
    match value {
        Value::Object(map) if !map.is_empty() && map.keys().all(|key| key.parse::<u32>().is_ok()) => {
            let mut items: Vec<(u32, Value)> =
                map.into_iter().map(|(key, item)| (key.parse().unwrap_or(0), listed(item))).collect();
            items.sort_by_key(|(place, _)| *place);
            Value::Array(items.into_iter().map(|(_, item)| item).collect())
        }
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, item)| (key, listed(item))).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pairs_are_decoded_and_the_first_counts() {
        let query = Query::parse("page=2&filters=%5B%5D&q=a+b&page=3&flag&&x=%ff");
        assert_eq!(query.get("page"), Some("2"));
        assert_eq!(query.get("filters"), Some("[]"));
        assert_eq!(query.get("q"), Some("a b"));
        assert_eq!(query.get("flag"), Some(""));
        assert_eq!(query.get("x"), Some("\u{fffd}"));
        assert_eq!(query.get("none"), None);
    }

    #[test]
    fn brackets_spell_rules() {
        let query = Query::parse(
            "filters[0][field]=field_1&filters[0][value][]=a&filters%5B10%5D[field]=b&filters[2][field]=c",
        );
        assert_eq!(
            query.nested("filters"),
            Some(json!([{"field": "field_1", "value": "a"}, {"field": "c"}, {"field": "b"}]))
        );
        let group = Query::parse("filters[match]=or&filters[rules][0][field]=a");
        assert_eq!(group.nested("filters"), Some(json!({"match": "or", "rules": [{"field": "a"}]})));
        assert_eq!(Query::parse("page=1").nested("filters"), None);
    }
}
