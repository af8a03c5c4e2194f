//! Settings of fields and views that nothing here has a type for: which are kept, and their text.

use serde_json::{Map, Value};

/// What is kept of a field's `format`: what values are like, how they are computed and shown.
pub(crate) const FORMAT: &[&str] = &[
    "allow_half",
    "calendar",
    "connection",
    "count_field",
    "date_format",
    "date_result",
    "date_type",
    "default",
    "default_date",
    "default_time",
    "default_type",
    "equation",
    "equation_type",
    "extension",
    "field",
    "filters",
    "format",
    "formula_field",
    "input",
    "label",
    "mark_decimal",
    "mark_thousands",
    "max",
    "method",
    "min",
    "minutes",
    "options",
    "post",
    "pre",
    "precision",
    "rounding",
    "secure",
    "show_commas",
    "sorting",
    "source",
    "target",
    "text_format",
    "time_format",
    "time_type",
    "total_format",
    "type",
];

/// What is kept of a view's `source`: which records it is about. Its criteria are rules and are not.
pub(crate) const SOURCE: &[&str] = &[
    "authenticated_user",
    "connection_key",
    "limit",
    "object",
    "parent_source",
    "relationship_type",
    "sort",
];

/// The settings with these names that say something.
pub(crate) fn kept(settings: Option<&Value>, names: &[&str]) -> Map<String, Value> {
    let settings = settings.and_then(Value::as_object).into_iter().flatten();
    let wanted = settings.filter(|(name, _)| names.contains(&name.as_str()));
    wanted.filter_map(|(name, value)| Some((name.clone(), telling(value)?))).collect()
}

/// The value without null, false and what is empty, in the objects in it as well. Lists keep their items,
/// but for nulls.
fn telling(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => (!text.is_empty()).then(|| value.clone()),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter(|item| !item.is_null()).cloned().collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(entries) => {
            let entries: Map<_, _> =
                entries.iter().filter_map(|(name, value)| Some((name.clone(), telling(value)?))).collect();
            (!entries.is_empty()).then_some(Value::Object(entries))
        }
        Value::Bool(true) | Value::Number(_) => Some(value.clone()),
    }
}

/// Compact JSON with sorted names, whatever order the map keeps.
pub(crate) fn sorted(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(","))
        }
        Value::Object(entries) => sorted_object(entries),
        plain => plain.to_string(),
    }
}

/// [`sorted`] of an object.
pub(crate) fn sorted_object(entries: &Map<String, Value>) -> String {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|(name, _)| *name);
    let entries = entries.into_iter().map(|(name, value)| format!("{}:{}", quoted(name), sorted(value)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_says_nothing_is_left_out() {
        let format = json!({"type": "single", "blank": "Select...", "options": ["b", null, "", "a"], "pre": "",
            "calendar": false, "max": null, "filters": [], "connection": {"key": "field_2", "name": null},
            "field": {"key": ""}, "allow_half": true, "owner_email": "ann@example.com"});
        let kept = kept(Some(&format), FORMAT);
        let wanted =
            r#"{"allow_half":true,"connection":{"key":"field_2"},"options":["b","","a"],"type":"single"}"#;
        assert_eq!(sorted_object(&kept), wanted);
    }

    #[test]
    fn settings_of_any_shape_are_survived() {
        for odd in [None, Some(&json!(null)), Some(&json!("")), Some(&json!([])), Some(&json!(7))] {
            assert!(kept(odd, FORMAT).is_empty());
        }
    }
}
