//! Values of any kind as JSON.

use serde_core::de::IgnoredAny;

use crate::cell::{Cell, ValueError};
use crate::kind::{Kind, Writable};
use crate::value::{FromField, ToField};
use crate::write::ValueWriter;

/// The JSON text of a value, for any kind: what no other type holds exactly, this one does. Written, it is
/// the same text again, digit by digit. An absent value is `null`; an `Option` is `None` for that, and for
/// `""` and what else Knack sends for nothing, but not for lists and objects within others.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::kind::Number;
/// use knack_core::value::{FromField, Json};
///
/// let json = <Json as FromField<Number>>::from_field(Cell::new(b"12.50"))?;
/// assert_eq!(json.as_str(), "12.50");
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(Box<str>);

impl Json {
    /// The JSON of `value`, to write what has no type here.
    ///
    /// ```
    /// use knack_core::value::Json;
    ///
    /// let site = Json::new(&serde_json::json!({"url": "https://example.com", "label": "us"}));
    /// assert_eq!(site.as_str(), r#"{"label":"us","url":"https://example.com"}"#);
    /// ```
    pub fn new(value: &serde_json::Value) -> Self {
        Self(value.to_string().into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value that the text says. An error if it is no JSON: values are taken from answers as they
    /// come, unchecked.
    ///
    /// ```
    /// use knack_core::value::Json;
    ///
    /// let json = Json::new(&serde_json::json!({"latitude": "59.91"}));
    /// assert_eq!(json.parse()?["latitude"], "59.91");
    /// # Ok::<(), knack_core::cell::ValueError>(())
    /// ```
    pub fn parse(&self) -> Result<serde_json::Value, ValueError> {
        serde_json::from_str(&self.0).map_err(|error| no_json(&error))
    }
}

fn no_json(error: &serde_json::Error) -> ValueError {
    ValueError::new(format!("is no valid JSON ({error})"))
}

/// Whether the value says nothing on its face: what an object within says by being there, nobody knows of a
/// kind that has no type.
fn says_nothing(cell: Cell<'_>) -> bool {
    let nests = |part: Cell<'_>| part.is_object() || part.is_list();
    cell.is_empty() && !cell.entries().any(|(_, part)| nests(part)) && !cell.elements().any(nests)
}

impl<K: Kind> FromField<K> for Json {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let json = if cell.json().is_empty() { b"null" } else { cell.json() };
        let text = std::str::from_utf8(json).map_err(|_| ValueError::new("is not valid UTF-8"))?;
        Ok(Self(text.into()))
    }

    fn is_nothing(cell: Cell<'_>) -> bool {
        says_nothing(cell)
    }
}

impl<K: Writable> ToField<K> for Json {
    /// The text as it is. It is parsed to see that it is JSON: values come from answers unchecked.
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        serde_json::from_str::<IgnoredAny>(&self.0).map_err(|error| no_json(&error))?;
        out.verbatim(&self.0);
        Ok(())
    }
}

impl<K: Kind> FromField<K> for serde_json::Value {
    /// An absent value is `null`. Numbers that `f64` cannot hold lose digits; [`Json`] keeps them.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        <Json as FromField<K>>::from_field(cell)?.parse()
    }

    fn is_nothing(cell: Cell<'_>) -> bool {
        says_nothing(cell)
    }
}

impl<K: Writable> ToField<K> for serde_json::Value {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.json(self);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Unknown;
    use proptest::prelude::*;

    fn read<U: FromField<Unknown>>(json: &str) -> U {
        U::from_field(Cell::new(json.as_bytes())).unwrap()
    }

    fn written(json: &Json) -> Result<String, ValueError> {
        let mut text = String::new();
        ToField::<Unknown>::to_field(json, &mut ValueWriter::new(&mut text)).map(|()| text)
    }

    #[test]
    fn the_text_is_written_as_it_came() {
        for text in [
            "8.533e+68",
            "12345678901234567890.10",
            "123456789012345678901",
            "1e400",
            r#"{ "z": 1.50, "a": "\u00e9\/\ud800", "a": [null, true] }"#,
        ] {
            assert_eq!(written(&read(text)).unwrap(), text);
        }
        for broken in ["NaN", "{\"a\":1}}", "[1,]", "01", "\"a\nb\"", "{\"a\" 1}", "1 2"] {
            let error = written(&read(broken)).unwrap_err().to_string();
            assert!(error.contains("is no valid JSON"), "{broken}: {error}");
        }
    }

    proptest! {
        #[test]
        fn valid_text_is_written_digit_by_digit(
            number in r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
            text in r#"([a-zé🚲]|\\["\\/bfnrt]|\\u[0-9a-f]{4}){0,9}"#,
            space in "[ \n\r\t]{0,3}",
        ) {
            let json = format!("{{\"z\":{space}{number},{space}\"{text}\":[\"{text}\",{space}null],\"a\":{{}}}}");
            prop_assert_eq!(written(&read(&json)).unwrap(), json);
        }
    }

    #[test]
    fn nothing_is_none_and_what_nests_is_something() {
        for nothing in ["", "null", "\"\"", "[]", "{}", "[null]", r#"{"email":""}"#] {
            assert_eq!(read::<Option<Json>>(nothing), None, "{nothing}");
            assert_eq!(read::<Option<serde_json::Value>>(nothing), None, "{nothing}");
        }
        for something in [r#"{"a":{"b":""}}"#, r#"{"a":[]}"#, "[{}]", "[[null]]", "0", "false"] {
            assert_eq!(read::<Option<Json>>(something).unwrap().as_str(), something);
            assert!(read::<Option<serde_json::Value>>(something).is_some(), "{something}");
        }
    }
}
