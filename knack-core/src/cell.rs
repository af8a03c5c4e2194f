//! One value of a record as it came, before a Rust type reads it.

use std::borrow::Cow;
use std::fmt;

use crate::json;

/// Why a value does not fit the type that should hold it, in words that follow "the value".
///
/// ```
/// use knack_core::cell::ValueError;
/// assert_eq!(ValueError::new("is no colour").to_string(), "is no colour");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError(Cow<'static, str>);

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ValueError {}

impl ValueError {
    /// An error that says `why`, such as "is no number".
    pub fn new(why: impl Into<Cow<'static, str>>) -> Self {
        Self(why.into())
    }
}

/// The JSON text of one value, borrowed from the answer. Absent fields are cells too.
///
/// What Knack stores for "nothing" differs by kind and history (absent, `null`, `""`, `[]`,
/// `[null]`, `{"email":""}`); [`Cell::is_empty`] knows them all.
///
/// ```
/// use knack_core::cell::Cell;
///
/// assert_eq!(Cell::new(br#""caf\u00e9""#).text()?, "café");
/// assert_eq!(Cell::new(b"12.50").number()?, "12.50");
/// assert!(Cell::new(br#"{"email":""}"#).is_empty());
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    json: &'a [u8],
    shown: &'a [u8],
}

impl<'a> Cell<'a> {
    /// The value with this JSON text; empty text stands for an absent value.
    pub const fn new(json: &'a [u8]) -> Self {
        Self { json, shown: b"" }
    }

    /// The same value with the JSON text of what pages show for it.
    pub(crate) const fn with_shown(self, shown: &'a [u8]) -> Self {
        Self { shown, ..self }
    }

    /// The HTML that pages show for the value, as a JSON string or number; absent unless the call asked
    /// for both formats. It is a visitor's to choose: do not trust it.
    ///
    /// Source: docs.knack.com/docs/formatting.
    pub const fn shown(&self) -> Cell<'a> {
        Self::new(self.shown)
    }

    /// The JSON text as it came.
    pub const fn json(&self) -> &'a [u8] {
        self.json
    }

    /// Whether the value is one of Knack's ways to say "nothing".
    #[inline]
    pub fn is_empty(&self) -> bool {
        json::is_blank(self.json)
    }

    /// The text of a JSON string. Numbers and words give their own text, an absent value none.
    pub fn text(&self) -> Result<Cow<'a, str>, ValueError> {
        let text = match self.json {
            [b'"', inner @ .., b'"'] => json::unescape(inner),
            [b'{', ..] => return Err(ValueError::new("is an object where text was expected")),
            [b'[', ..] => return Err(ValueError::new("is a list where text was expected")),
            b"null" => Cow::Borrowed(&b""[..]),
            bare => Cow::Borrowed(bare),
        };
        let invalid = || ValueError::new("is not valid UTF-8");
        match text {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| invalid()),
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| invalid()),
        }
    }

    /// The text of a number in JSON's grammar, whether it came as a number or as text.
    pub fn number(&self) -> Result<Cow<'a, str>, ValueError> {
        let text = self.text()?;
        if is_number(text.as_bytes()) {
            return Ok(text);
        }
        let trimmed = text.trim();
        if is_number(trimmed.as_bytes()) {
            return Ok(Cow::Owned(trimmed.to_owned()));
        }
        Err(ValueError::new(if self.is_empty() { "is empty" } else { "is no number" }))
    }

    /// The entries of a JSON object; none for any other value. Where a key repeats, all come.
    pub fn entries(&self) -> impl Iterator<Item = (Cow<'a, [u8]>, Cell<'a>)> + use<'a> {
        json::entries(self.json).map(|(key, value)| (key, Cell::new(value)))
    }

    /// The elements of a JSON array; none for any other value.
    pub fn elements(&self) -> impl Iterator<Item = Cell<'a>> + use<'a> {
        json::elements(self.json).map(Cell::new)
    }

    /// Whether the value is a JSON object.
    pub fn is_object(&self) -> bool {
        self.json.first() == Some(&b'{')
    }

    /// Whether the value is a JSON array.
    pub fn is_list(&self) -> bool {
        self.json.first() == Some(&b'[')
    }

    /// The first characters of the value, for messages.
    pub(crate) fn excerpt(&self) -> String {
        const LIMIT: usize = 60;
        let text = String::from_utf8_lossy(self.json.get(..LIMIT * 4).unwrap_or(self.json));
        let mut kept: String = text.chars().take(LIMIT).collect();
        if kept.len() < self.json.len() {
            kept.push('…');
        }
        kept
    }
}

/// `-? digits (. digits)? ([eE] [+-]? digits)?`
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    rest = rest.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = fraction.get(length..).unwrap_or_default();
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let length = digits(exponent);
        if length == 0 {
            return false;
        }
        rest = exponent.get(length..).unwrap_or_default();
    }
    whole > 0 && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_say_nothing() {
        for empty in [
            "",
            "null",
            "\"\"",
            "[]",
            "{}",
            "[null]",
            "[null, null]",
            r#"{"email":""}"#,
            r#"{ "url" : "" }"#,
            r#"{"first":"","last":null}"#,
        ] {
            assert!(Cell::new(empty.as_bytes()).is_empty(), "{empty}");
        }
        for full in ["0", "false", "\" \"", r#"["a"]"#, r#"{"email":"a@b.c"}"#, "[0]"] {
            assert!(!Cell::new(full.as_bytes()).is_empty(), "{full}");
        }
    }

    #[test]
    fn numbers_are_taken_from_numbers_and_from_text() {
        for good in ["0", "-1", "12.5", "1e400", "\"1116\"", "\" 7 \"", "1E-3", "007"] {
            assert!(Cell::new(good.as_bytes()).number().is_ok(), "{good}");
        }
        for bad in ["NaN", "\"\"", "\"12a\"", "1.", ".5", "-", "1e", "inf", "true", "{}", "[1]", "+1"] {
            assert!(Cell::new(bad.as_bytes()).number().is_err(), "{bad}");
        }
    }

    #[test]
    fn broken_text_is_an_error_of_that_text_alone() {
        assert_eq!(Cell::new(b"\"a\xFFb\"").text().unwrap_err().to_string(), "is not valid UTF-8");
        // A raw control character is no valid JSON, yet what it means is plain.
        assert_eq!(Cell::new(b"\"a\nb\"").text().unwrap(), "a\nb");
    }
}
