//! Reads JSON, without a dependency that every user would build a second time for the host.
//!
//! What is not there is `null`, so that a caller may ask its way down (`json.get("format").get("type")`)
//! whatever the file holds.

use std::borrow::Cow;
use std::fmt;

/// A value of JSON.
#[derive(Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// A number in its digits.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Map(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Where a text stops to be JSON.
#[derive(Debug, PartialEq)]
pub(crate) struct NoJson {
    line: usize,
    column: usize,
    expected: &'static str,
}

impl fmt::Display for NoJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, expected } = self;
        write!(f, "line {line}, column {column} should have {expected}")
    }
}

/// Lists within lists, beyond which a text is refused before it overflows the stack.
const DEPTH: usize = 64;

impl<'a> Json<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, NoJson> {
        let mut parser = Parser { text, at: 0 };
        let parsed = parser.value(DEPTH).and_then(|value| {
            parser.spaces();
            if parser.at == text.len() { Ok(value) } else { Err("nothing more") }
        });
        parsed.map_err(|expected| parser.no_json(expected))
    }

    /// The value of a key, the last one if there are several.
    pub(crate) fn get(&self, key: &str) -> &Self {
        let Self::Map(entries) = self else { return &Self::Null };
        entries.iter().rev().find(|(name, _)| name == key).map_or(&Self::Null, |(_, value)| value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }

    pub(crate) fn list(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            _ => &[],
        }
    }
}

/// What should stand where the text goes wrong.
type Parsed<T> = Result<T, &'static str>;

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn no_json(&self, expected: &'static str) -> NoJson {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        NoJson { line: before.matches('\n').count() + 1, column: line.chars().count() + 1, expected }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Parsed<Json<'a>> {
        self.spaces();
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => Ok(self.number()),
            _ => self.word(),
        }
    }

    fn map(&mut self, depth: usize) -> Parsed<Json<'a>> {
        let mut entries = Vec::new();
        self.items(b'}', depth, |parser, depth| {
            if parser.peek() != Some(b'"') {
                return Err("a key in quotes");
            }
            let key = parser.string()?;
            parser.spaces();
            if !parser.take(b':') {
                return Err("a colon");
            }
            entries.push((key, parser.value(depth)?));
            Ok(())
        })?;
        Ok(Json::Map(entries))
    }

    fn list(&mut self, depth: usize) -> Parsed<Json<'a>> {
        let mut list = Vec::new();
        self.items(b']', depth, |parser, depth| {
            list.push(parser.value(depth)?);
            Ok(())
        })?;
        Ok(Json::List(list))
    }

    /// What stands between brackets: each item is read by `item`.
    fn items(
        &mut self,
        end: u8,
        depth: usize,
        mut item: impl FnMut(&mut Self, usize) -> Parsed<()>,
    ) -> Parsed<()> {
        let depth = depth.checked_sub(1).ok_or("less nesting")?;
        self.at += 1;
        self.spaces();
        if self.take(end) {
            return Ok(());
        }
        loop {
            self.spaces();
            item(self, depth)?;
            self.spaces();
            if self.take(end) {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(if end == b']' { "a comma or `]`" } else { "a comma or `}`" });
            }
        }
    }

    fn number(&mut self) -> Json<'a> {
        let rest = self.rest();
        let end = rest.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'));
        let digits = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += digits.len();
        Json::Number(digits)
    }

    fn word(&mut self) -> Parsed<Json<'a>> {
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
        {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err("a value")
    }

    /// A text, borrowed where nothing in it is escaped.
    fn string(&mut self) -> Parsed<Cow<'a, str>> {
        self.at += 1;
        let mut whole = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let Some(end) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')) else {
                return Err("an end of this text");
            };
            let plain = rest.get(..end).unwrap_or_default();
            self.at += end;
            if self.take(b'"') {
                return Ok(if whole.is_empty() { plain.into() } else { whole + plain });
            }
            whole += plain;
            whole.to_mut().push(self.escape()?);
        }
    }

    /// `\n`, `\u00e4`, or two of these for what has no place in sixteen bits.
    fn escape(&mut self) -> Parsed<char> {
        const EXPECTED: &str = "an escape such as `\\n` or `\\u00e4`";
        self.at += 1;
        let letter = self.peek().ok_or(EXPECTED)?;
        let plain = match letter {
            b'"' | b'\\' | b'/' => letter,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.at += 1;
                return self.unicode().ok_or(EXPECTED);
            }
            _ => return Err(EXPECTED),
        };
        self.at += 1;
        Ok(plain.into())
    }

    fn unicode(&mut self) -> Option<char> {
        let high = self.sixteen_bits()?;
        let low = if (0xD800..0xDC00).contains(&high) && self.rest().starts_with("\\u") {
            self.at += 2;
            Some(self.sixteen_bits()?)
        } else {
            None
        };
        let mut read = char::decode_utf16([Some(high), low].into_iter().flatten());
        Some(read.next()?.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn sixteen_bits(&mut self) -> Option<u16> {
        let digits =
            self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values() {
        for (text, expected) in [
            ("null", Json::Null),
            (" true ", Json::Bool(true)),
            ("-12.5e3", Json::Number("-12.5e3")),
            ("\"\"", Json::Text("".into())),
            (r#""a\"b\\\/\n\u00e4\ud83d\ude00\ud800x""#, Json::Text("a\"b\\/\nä😀\u{FFFD}x".into())),
            ("[]", Json::List(Vec::new())),
            ("[1, [2]]", Json::List(vec![Json::Number("1"), Json::List(vec![Json::Number("2")])])),
            ("{ }", Json::Map(Vec::new())),
            (
                "{\"a\" : 1 ,\"b\":\"é\"}",
                Json::Map(vec![("a".into(), Json::Number("1")), ("b".into(), Json::Text("é".into()))]),
            ),
        ] {
            assert_eq!(Json::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, expected) in [
            ("", "line 1, column 1 should have a value"),
            ("{\"a\": 1\n  \"b\": 2}", "line 2, column 3 should have a comma or `}`"),
            ("[\n1,\n]", "line 3, column 1 should have a value"),
            ("[1 2]", "line 1, column 4 should have a comma or `]`"),
            ("{a: 1}", "line 1, column 2 should have a key in quotes"),
            ("{\"ä\" 1}", "line 1, column 6 should have a colon"),
            ("\"abc", "line 1, column 2 should have an end of this text"),
            (r#""\x""#, "line 1, column 3 should have an escape such as `\\n` or `\\u00e4`"),
            (r#""\u00g0""#, "line 1, column 4 should have an escape such as `\\n` or `\\u00e4`"),
            ("{}\n<<<<<<< HEAD", "line 2, column 1 should have nothing more"),
            ("<<<<<<< HEAD\n{}", "line 1, column 1 should have a value"),
            ("nul", "line 1, column 1 should have a value"),
        ] {
            assert_eq!(Json::parse(text).unwrap_err().to_string(), expected, "{text}");
        }
        assert!(Json::parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn what_is_not_there_is_null() {
        let json = Json::parse(r#"{"a":{"b":["x",7]},"a":{"b":["y",true]},"n":7}"#).unwrap();
        let [y, yes] = json.get("a").get("b").list() else { panic!("{json:?}") };
        assert_eq!((y.text(), yes.is_true(), json.get("n").number()), (Some("y"), true, Some(7.0)));
        assert_eq!((json.get("x").get("y").text(), json.get("x").list().len()), (None, 0));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}|[\\[\\]{}\",:\\\\u0-9a-f ntrue\n]{0,60}") {
            let _ = Json::parse(&text).map_err(|no_json| no_json.to_string());
        }

        #[test]
        fn reads_what_serde_json_writes(text in "\\PC{0,20}", number in any::<i32>()) {
            let json = serde_json::json!({ "list": [text, number, null], &text: { "x": true } }).to_string();
            let read = Json::parse(&json).unwrap();
            let [read_text, read_number, Json::Null] = read.get("list").list() else { panic!("{read:?}") };
            prop_assert_eq!((read_text.text(), read_number.number()), (Some(&*text), Some(number.into())));
            prop_assert!(text == "list" || read.get(&text).get("x").is_true());
        }
    }
}
