//! Text, choices, yes/no, and anything at all.

use crate::cell::{Cell, ValueError};
use crate::kind::{
    Boolean, Concatenation, Kind, MultipleChoice, ParagraphText, Password, RichText, ShortText, Writable,
};
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

macro_rules! text {
    (read: $($kind:ident)*) => {
        $(impl FromField<$kind> for String {
            /// An empty field gives an empty text.
            fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
                cell.text().map(Into::into)
            }
        })*
    };
    (write: $($kind:ident)*) => {
        $(
            impl ToField<$kind> for str {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    out.text(self);
                    Ok(())
                }
            }

            impl ToField<$kind> for String {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    out.text(self);
                    Ok(())
                }
            }
        )*
    };
}

text!(read: ShortText ParagraphText RichText Concatenation);
text!(write: ShortText ParagraphText RichText Password MultipleChoice);

impl FromField<MultipleChoice> for String {
    /// The one option chosen. Several are an error: `Vec<String>` holds them.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let cell = filled(cell)?;
        if !cell.is_list() {
            return cell.text().map(Into::into);
        }
        let mut chosen = cell.elements().filter(|option| !option.is_empty());
        match (chosen.next(), chosen.next()) {
            (Some(one), None) => one.text().map(Into::into),
            _ => Err(ValueError::new("holds several options; declare the field as `Vec<String>`")),
        }
    }
}

impl FromField<MultipleChoice> for Vec<String> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if cell.is_empty() {
            return Ok(Self::new());
        }
        if !cell.is_list() {
            return Ok(vec![cell.text()?.into()]);
        }
        let chosen = cell.elements().filter(|option| !option.is_empty());
        chosen.map(|option| option.text().map(Into::into)).collect()
    }
}

impl<U: ToField<MultipleChoice>> ToField<MultipleChoice> for [U] {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.list(self, |out, option| option.to_field(out))
    }
}

impl<U: ToField<MultipleChoice>> ToField<MultipleChoice> for Vec<U> {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.as_slice().to_field(out)
    }
}

impl FromField<Boolean> for bool {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        match cell.json() {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => {
                let text = filled(cell)?.text()?;
                let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
                if is(["yes", "true", "on"]) {
                    Ok(true)
                } else if is(["no", "false", "off"]) {
                    Ok(false)
                } else {
                    Err(ValueError::new("is neither yes nor no"))
                }
            }
        }
    }
}

impl ToField<Boolean> for bool {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.boolean(*self);
        Ok(())
    }
}

/// The JSON text of a value, for any kind: what no other type holds exactly, this one does. An absent
/// value is `null`.
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
        serde_json::from_str(&self.0).map_err(|error| ValueError::new(format!("is no valid JSON ({error})")))
    }
}

impl<K: Kind> FromField<K> for Json {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let json = if cell.json().is_empty() { b"null" } else { cell.json() };
        let text = std::str::from_utf8(json).map_err(|_| ValueError::new("is not valid UTF-8"))?;
        Ok(Self(text.into()))
    }
}

impl<K: Writable> ToField<K> for Json {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.json(&self.parse()?);
        Ok(())
    }
}
