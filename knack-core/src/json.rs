//! A scanner over the bytes of a JSON answer that copies nothing.
//!
//! It finds where values begin and end and leaves their reading to those who want them. A page of
//! 1,000 records holds some 60,000 values of which a struct asks for a few: the rest is passed
//! over eight bytes at a time. Unwanted values are not validated, which is a virtue here: broken
//! text in a field that nobody reads costs nobody a record.

use std::borrow::Cow;

/// Why and where (byte offset) a scan stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScanError {
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

/// A position in some JSON text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn jump(&mut self, at: usize) {
        self.at = at;
    }

    /// The next byte that is no white space, not consumed.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    pub(crate) fn error<T>(&self, expected: &'static str) -> Result<T, ScanError> {
        Err(ScanError { at: self.at, expected })
    }

    /// Consumes `byte`, which must come next.
    #[inline]
    pub(crate) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), ScanError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            self.error(expected)
        }
    }

    /// Consumes `byte` if it comes next.
    #[inline]
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// The contents of the string that comes next, between its quotes, escapes untouched.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<&'a [u8], ScanError> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        self.at =
            string_end(self.bytes, start).ok_or(ScanError { at: start, expected: "the end of a string" })?;
        let text = self.bytes.get(start..self.at).unwrap_or_default();
        self.at += 1;
        Ok(text)
    }

    /// The key of an object's next entry, with the colon consumed.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<&'a [u8], ScanError> {
        let key = self.string()?;
        self.expect(b':', "a colon after the key")?;
        Ok(key)
    }

    /// The number in the key that comes next and whether it is the raw value's, with the colon
    /// consumed, if the key is written as Knack writes it: `"field_7":` or `"field_7_raw":`.
    /// Otherwise nothing is consumed, and [`key`](Self::key) reads it.
    #[inline]
    pub(crate) fn field_key(&mut self) -> Option<(u32, bool)> {
        let digits = self.bytes.get(self.at..)?.strip_prefix(b"\"field_")?;
        let (number, rest) = leading_number(digits)?;
        let (raw, rest) = match rest {
            [b'"', b':', rest @ ..] => (false, rest),
            [b'_', b'r', b'a', b'w', b'"', b':', rest @ ..] => (true, rest),
            _ => return None,
        };
        self.at = self.bytes.len() - rest.len();
        Some((number, raw))
    }

    /// After a value: consumes the comma before another, or `close`; `false` at the end.
    #[inline]
    pub(crate) fn more(&mut self, close: u8) -> Result<bool, ScanError> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.error("a comma or the end of the list"),
        }
    }

    /// How long the text is.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the text ends with `byte`, white space aside.
    pub(crate) fn ends_with(&self, byte: u8) -> bool {
        self.bytes.trim_ascii_end().last() == Some(&byte)
    }

    /// The beginning of the first record at or after `from`, for picking up behind a broken one: an object
    /// behind a comma that begins as records do. Looking costs `budget`, in bytes; where it is used up
    /// there is none, so that no text can make this slow.
    pub(crate) fn next_record(&self, from: usize, budget: &mut usize) -> Option<usize> {
        let mut at = from;
        loop {
            at += self.bytes.get(at..)?.iter().position(|b| *b == b'{')?;
            let before = self.bytes.get(..at)?.trim_ascii_end();
            if before.last() == Some(&b',') && self.begins_record(at, budget) {
                return (*budget > 0).then_some(at);
            }
            at += 1;
        }
    }

    /// Whether a record begins with the brace at `start`: with a numbered field, or with an id. Connected
    /// records begin with an id too, but go on with their `identifier`, or are in a list that ends before
    /// another field.
    fn begins_record(mut self, start: usize, budget: &mut usize) -> bool {
        self.at = start + 1;
        if self.field_key().is_some() {
            return true;
        }
        let id = self.key().is_ok_and(|key| key == b"id")
            && self.string().is_ok_and(|id| id.len() == 24 && id.iter().all(u8::is_ascii_hexdigit));
        let whole = match self.more(b'}') {
            Ok(_) if !id => return false,
            Err(_) => return id,
            Ok(true) if self.string().is_ok_and(|key| key == b"identifier") => return false,
            Ok(true) => {
                self.at = start;
                self.value().is_ok()
            }
            // Nothing but an id: what else is in the list decides.
            Ok(false) => {
                while self.eat(b',') && self.value().is_ok() && self.at - start < *budget {}
                true
            }
        };
        *budget = budget.saturating_sub(if whole { self.at - start } else { self.bytes.len() - start });
        !whole || !self.ends_connections()
    }

    /// Whether a list of connected records ends here rather than the list of records: a field
    /// follows, or the end of a record that is not the end of the text.
    fn ends_connections(mut self) -> bool {
        if !self.eat(b']') {
            return false;
        }
        if self.eat(b',') {
            return self.key().is_ok_and(|key| key.starts_with(b"field_"));
        }
        self.eat(b'}') && self.peek().is_some()
    }

    /// The text of the value that comes next, whatever it is.
    #[inline]
    pub(crate) fn value(&mut self) -> Result<&'a [u8], ScanError> {
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'"') => {
                self.string()?;
            }
            Some(b'{' | b'[') => self.at = nest_end(self.bytes, start)?,
            Some(b',' | b':' | b'}' | b']') | None => return self.error("a value"),
            Some(_) => self.at = bare_end(self.bytes, start),
        }
        Ok(self.bytes.get(start..self.at).unwrap_or_default())
    }
}

/// Whether a value says nothing: it has no text, number or word in it but empty ones and `null`. What a
/// full value begins with decides, so that long texts are not looked through.
#[inline]
pub(crate) fn is_blank(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b'"', rest @ ..] => rest == b"\"",
        [b'{' | b'[' | b' ' | b'\n' | b'\r' | b'\t', ..] => is_blank_within(text),
        bare => bare == b"null",
    }
}

fn is_blank_within(text: &[u8]) -> bool {
    let mut scan = Scanner::new(text);
    loop {
        match scan.peek() {
            None => return true,
            Some(b'"') => match scan.string() {
                // A key says nothing either.
                Ok(text) if text.is_empty() || scan.peek() == Some(b':') => {}
                _ => return false,
            },
            Some(b':') => {
                scan.at += 1;
                if scan.peek() == Some(b'"') && scan.bytes.get(scan.at + 1) != Some(&b'"') {
                    return false;
                }
            }
            Some(b'[' | b']' | b'{' | b'}' | b',') => scan.at += 1,
            Some(_) => match scan.value() {
                Ok(b"null") => {}
                _ => return false,
            },
        }
    }
}

/// The number at the beginning of `text`, of at most nine digits, and what follows it.
#[inline]
pub(crate) fn leading_number(text: &[u8]) -> Option<(u32, &[u8])> {
    let mut number = 0;
    let mut rest = text;
    while let [digit @ b'0'..=b'9', others @ ..] = rest {
        if text.len() - rest.len() == 9 {
            return None;
        }
        number = number * 10 + u32::from(digit - b'0');
        rest = others;
    }
    (rest.len() < text.len()).then_some((number, rest))
}

/// Entries of the JSON object in `text`, which must be one; stops quietly where it is broken.
pub(crate) fn entries(text: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, &[u8])> {
    let mut scan = Scanner::new(text);
    let mut open = scan.eat(b'{') && scan.peek() != Some(b'}');
    std::iter::from_fn(move || {
        if !open {
            return None;
        }
        let key = scan.key().ok()?;
        let value = scan.value().ok()?;
        open = scan.more(b'}').unwrap_or(false);
        Some((unescape(key), value))
    })
}

/// Elements of the JSON array in `text`, which must be one; stops quietly where it is broken.
pub(crate) fn elements(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut scan = Scanner::new(text);
    let mut open = scan.eat(b'[') && scan.peek() != Some(b']');
    std::iter::from_fn(move || {
        if !open {
            return None;
        }
        let value = scan.value().ok()?;
        open = scan.more(b']').unwrap_or(false);
        Some(value)
    })
}

/// The contents of a string without its escapes; where one is invalid all stay as they are.
pub(crate) fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\\') {
        return Cow::Borrowed(text);
    }
    unescaped(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = quote_or_escape(rest, 0) {
        plain.extend_from_slice(rest.get(..at)?);
        let (escape, after) = match rest.get(at..)? {
            [b'\\', escape, after @ ..] => (escape, after),
            // A quote within a text is none of JSON's, yet plain.
            [quote @ b'"', after @ ..] => (quote, after),
            _ => return None,
        };
        rest = after;
        match escape {
            b'"' | b'\\' | b'/' => plain.push(*escape),
            b'n' => plain.push(b'\n'),
            b't' => plain.push(b'\t'),
            b'r' => plain.push(b'\r'),
            b'b' => plain.push(8),
            b'f' => plain.push(12),
            b'u' => {
                let (character, after) = unicode_escape(rest)?;
                plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            _ => return None,
        }
    }
    plain.extend_from_slice(rest);
    Some(plain)
}

/// The character of an escape whose `\u` is consumed: four digits, or two such escapes for what is beyond
/// 16 bits. Halves of a pair are no character.
fn unicode_escape(text: &[u8]) -> Option<(char, &[u8])> {
    let (first, rest) = unit(text)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first)?, rest));
    }
    let (second, rest) = unit(rest.strip_prefix(b"\\u")?)?;
    let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    Some((char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low)?, rest))
}

/// The number of four hexadecimal digits, and what follows them.
fn unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let value =
        digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))?;
    Some((value, rest))
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the lowest byte of `word` that equals `byte` (and perhaps higher ones, which do not
/// matter) by its high bit.
#[inline]
fn matches(word: u64, byte: u8) -> u64 {
    let zeroed = word ^ (ONES * u64::from(byte));
    zeroed.wrapping_sub(ONES) & !zeroed & HIGHS
}

/// Where the string whose contents begin at `start` has its closing quote.
#[inline]
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at = quote_or_escape(bytes, at)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

#[inline]
fn quote_or_escape(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let found = matches(word, b'"') | matches(word, b'\\');
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?.iter().position(|b| matches!(b, b'"' | b'\\'))?;
    Some(at + rest)
}

/// The end of the object or array that begins at `start`. Kinds of brackets are not told apart:
/// what is passed over is counted, not validated.
fn nest_end(bytes: &[u8], start: usize) -> Result<usize, ScanError> {
    const END: &str = "the end of an object or list";
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte == b'"' {
            at = string_end(bytes, at).ok_or(ScanError { at, expected: "the end of a string" })? + 1;
            continue;
        }
        // With bit 5 set, `[` and `]` are the same as `{` and `}`.
        match byte | 0x20 {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at);
                }
            }
            _ => {}
        }
    }
    Err(ScanError { at: start, expected: END })
}

/// The end of the number or word that begins at `start`.
#[inline]
fn bare_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|b| {
        matches!(b, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[' | b' ' | b'\n' | b'\r' | b'\t')
    });
    start + length.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_end_where_they_end() {
        for (text, value) in [
            (r#"  "a\"b" , 1"#, r#""a\"b""#),
            (r#""\\" , 1"#, r#""\\""#),
            ("-12.5e3}", "-12.5e3"),
            (r#"{"a":["}",{"b":"]"}]},"#, r#"{"a":["}",{"b":"]"}]}"#),
            ("null]", "null"),
            ("NaN,", "NaN"),
        ] {
            assert_eq!(Scanner::new(text.as_bytes()).value().unwrap(), value.as_bytes(), "{text}");
        }
        for text in ["", "  ", ",", "}", "\"open", "{\"a\":1", "[1,2"] {
            assert!(Scanner::new(text.as_bytes()).value().is_err(), "{text}");
        }
    }

    #[test]
    fn nests_end_wherever_blocks_begin() {
        for pad in 0..140 {
            let text = " ".repeat(pad);
            for inner in [
                format!(r#""{text}\"}}{text}""#),
                format!(r#""{text}\\\\","]""#),
                format!(r#"[{text}],"{{""#),
            ] {
                let whole = format!("[{inner}]");
                assert_eq!(nest_end(format!("{whole}]]").as_bytes(), 0), Ok(whole.len()), "{whole}");
            }
        }
    }

    #[test]
    fn field_keys_are_read_as_any_key() {
        for (text, found) in [
            (r#""field_7":1"#, Some((7, false))),
            (r#""field_12_raw":1"#, Some((12, true))),
            (r#""field_999999999":1"#, Some((999_999_999, false))),
            (r#""field_4294967303":1"#, None),
            (r#""field_":1"#, None),
            (r#""field_7_RAW":1"#, None),
            (r#""field_7" :1"#, None),
            (r#""id":1"#, None),
        ] {
            let mut scan = Scanner::new(text.as_bytes());
            assert_eq!(scan.field_key(), found, "{text}");
            assert_eq!(scan.peek(), Some(if found.is_some() { b'1' } else { b'"' }), "{text}");
        }
    }

    #[test]
    fn escapes_that_are_none_stay() {
        for text in
            [r"a\", r"\x", r"\u12", r"\u12G4", r"\ud83d", r"\ud83dx", r"\ud83d\u0041", r"\udeb2", r"\n\q"]
        {
            assert_eq!(unescape(text.as_bytes()), text.as_bytes(), "{text}");
        }
        assert_eq!(&*unescape(br"\ud83d\udeb2\/\u00e9\b"), "\u{1F6B2}/\u{e9}\u{8}".as_bytes());
    }

    proptest! {
        #[test]
        fn unescapes_as_serde_json_does(text in r#"([a-zé🚲]|\\["\\/bfnrtux]|\\u[0-9a-fA-F]{4}|\\ud83d\\udeb2){0,12}"#) {
            let expected = serde_json::from_str::<String>(&format!("\"{text}\"")).unwrap_or(text.clone());
            prop_assert_eq!(&*unescape(text.as_bytes()), expected.as_bytes());
        }

        #[test]
        fn agrees_with_serde_json_on_valid_text(value in any_json(), tail in "[ ,\\]}]{0,3}") {
            let text = value.to_string();
            let whole = format!("{text}{tail}");
            prop_assert_eq!(Scanner::new(whole.as_bytes()).value().unwrap(), text.as_bytes());
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut scan = Scanner::new(&bytes);
            while scan.value().is_ok() && scan.at() < bytes.len() {}
            entries(&bytes).count();
            elements(&bytes).count();
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
            ]
        })
    }
}
