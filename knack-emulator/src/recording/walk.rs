//! Walks through a text and hides what stands where secrets stand. JSON is what it reads; of what is none it finds
//! the pairs of JSON that are in it, as in a script, a cut answer or a page, and those of URLs and forms.

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use serde_json::value::RawValue;

use super::secrets::{COMPONENT, HIDDEN, Secrets, is_secret_name, is_secret_parameter};

/// How deep JSON within strings of JSON, and addresses within addresses, are looked into.
const DEEPEST: u8 = 4;

/// From this length on what an address calls a key is taken for one elsewhere too.
const LONG_KEY: usize = 16;

/// Whether a text is a list or an object in JSON.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text).is_ok()
}

/// The text without secrets; `found` gets those that stood in their own places.
pub(super) fn hide(secrets: &Secrets, text: &str, found: &mut Vec<String>) -> String {
    Walk { secrets, found }.text(text, 0)
}

/// Which strings of a text are looked into.
#[derive(Clone, Copy)]
enum Strings {
    All,
    /// Those that may spell something otherwise, or hold the address of something. The text has nothing else.
    Suspicious,
    /// Those that spell something otherwise. The rest was looked through as text.
    Escaped,
}

struct Walk<'a> {
    secrets: &'a Secrets,
    found: &'a mut Vec<String>,
}

impl Walk<'_> {
    fn text(&mut self, text: &str, depth: u8) -> String {
        if is_json(text) {
            // What is no string stays as it is, so that it is JSON still.
            let looked_for = self.secrets.is_in(text) || text.contains("eyJ");
            return self.pairs(text, depth, if looked_for { Strings::All } else { Strings::Suspicious });
        }
        let text = self.plain(text, depth);
        if text.contains('"') { self.pairs(&text, depth, Strings::Escaped) } else { text }
    }

    /// Text that is taken for no JSON.
    fn plain(&mut self, text: &str, depth: u8) -> String {
        let text = without_tokens(&self.secrets.without_known(text));
        if text.contains('=') {
            return self.parameters(&text, depth);
        }
        self.encoded(&text, depth).unwrap_or(text)
    }

    /// Hides the values of secret names, and what is in these strings.
    fn pairs(&mut self, text: &str, depth: u8, strings: Strings) -> String {
        let mut out = String::with_capacity(text.len());
        // Of each list and object around, whether all in it is secret.
        let mut around = vec![false];
        let mut named = false;
        let mut rest = text;
        while let Some(at) = rest.find(['"', '{', '[', '}', ']', ',']) {
            let (before, behind) = rest.split_at(at);
            let inherited = around.last().copied().unwrap_or_default();
            out.push_str(&self.number(before, named || inherited));
            if behind.starts_with('"') {
                let (literal, after) = literal(behind);
                if after.trim_start().starts_with(':') {
                    let name = decoded(literal);
                    named = is_secret_name(&name) || self.secrets.is_secret_field(&name);
                    out.push_str(&self.literal(literal, depth, strings));
                } else if named || inherited {
                    self.found.extend(named.then(|| decoded(literal)));
                    let empty = literal == "\"\"";
                    out.push_str(if empty { literal } else { "\"***\"" });
                } else {
                    out.push_str(&self.literal(literal, depth, strings));
                }
                rest = after;
                continue;
            }
            match behind.as_bytes().first() {
                Some(b'{' | b'[') => around.push(named || inherited),
                Some(b'}' | b']') if around.len() > 1 => drop(around.pop()),
                _ => {}
            }
            named = false;
            out.push_str(behind.get(..1).unwrap_or_default());
            rest = behind.get(1..).unwrap_or_default();
        }
        out.push_str(&self.number(rest, named));
        out
    }

    /// A string literal, hidden by what it says.
    fn literal(&mut self, literal: &str, depth: u8, strings: Strings) -> String {
        let looked_into = match strings {
            Strings::All => true,
            Strings::Suspicious => literal.contains(['\\', '=', '%']),
            Strings::Escaped => literal.contains('\\'),
        };
        if !looked_into {
            return literal.to_owned();
        }
        let text = decoded(literal);
        let hidden = if depth == DEEPEST { self.plain(&text, depth) } else { self.text(&text, depth + 1) };
        if hidden == text { literal.to_owned() } else { Value::from(hidden).to_string() }
    }

    /// What stands between two signs of JSON: perhaps a colon, perhaps a number.
    fn number(&mut self, text: &str, secret: bool) -> String {
        let value = text.trim_start_matches([' ', '\t', '\r', '\n', ':']).trim_end();
        let is_number = value.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        if !is_number || !(secret || self.secrets.is_known_number(value)) {
            return text.to_owned();
        }
        self.found.extend(secret.then(|| value.to_owned()));
        text.replacen(value, "\"***\"", 1)
    }

    /// Hides the values of `name=value`, as URLs and forms have them.
    fn parameters(&mut self, text: &str, depth: u8) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('=') {
            let of_name = |c: char| c.is_ascii_alphanumeric() || "_-.[]%".contains(c);
            let name = before.get(before.trim_end_matches(of_name).len()..).unwrap_or_default();
            let name = percent_decode_str(name).decode_utf8_lossy();
            let ends = |c: char| c.is_whitespace() || "&#\"'<>;\\,".contains(c);
            let (value, after) = behind.split_at(behind.find(ends).unwrap_or(behind.len()));
            out.push_str(before);
            out.push('=');
            if !value.is_empty() && (is_secret_parameter(&name) || self.secrets.is_secret_field(&name)) {
                // A short `key=` may be that of a field.
                if is_secret_name(&name) || value.len() >= LONG_KEY {
                    let spaced = value.replace('+', " ");
                    self.found.push(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
                }
                out.push_str(HIDDEN);
                rest = after;
            } else if let Some(hidden) = self.encoded(value, depth) {
                out.push_str(&hidden);
                rest = after;
            } else {
                rest = behind;
            }
        }
        out.push_str(rest);
        out
    }

    /// What is hidden in a value that is encoded, as an address within an address is; none if nothing is.
    fn encoded(&mut self, value: &str, depth: u8) -> Option<String> {
        if depth == DEEPEST || !value.contains('%') {
            return None;
        }
        let decoded = percent_decode_str(value).decode_utf8().ok()?;
        let hidden = self.text(&decoded, depth + 1);
        (hidden != decoded).then(|| utf8_percent_encode(&hidden, COMPONENT).to_string())
    }
}

/// Hides what looks like a user's token, a JWT, by its looks alone.
fn without_tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        let (before, token) = rest.split_at(at);
        out.push_str(before);
        let part = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let end = token.find(|c| part(c) && c != '.').unwrap_or(token.len());
        let (token, after) = token.split_at(end);
        out.push_str(if token.matches('.').count() >= 2 { HIDDEN } else { token });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The string literal that a text begins with, quotes included, and what follows. One that is cut is the rest.
fn literal(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return text.split_at(at + 1),
            _ => {}
        }
    }
    (text, "")
}

/// What a literal says, or itself where it says nothing in JSON.
fn decoded(literal: &str) -> String {
    serde_json::from_str(literal).unwrap_or_else(|_| literal.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "s3\"cret/ä+1 \\x";

    fn knowing() -> Secrets {
        let mut secrets = Secrets::new(false);
        secrets.learn(SECRET);
        secrets
    }

    /// Texts with secrets in them, and with what looks like the signs of JSON.
    fn texts() -> impl Strategy<Value = String> {
        let parts = prop_oneof![
            "[a-z{}\\[\\]:,=&\"\\\\ ]{0,6}".prop_map(String::from),
            Just(SECRET.to_owned()),
            Just(Value::from(SECRET).to_string()),
            Just("\"token\":\"".to_owned()),
        ];
        prop::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![any::<i32>().prop_map(Value::from), Just(Value::Null), texts().prop_map(Value::from)];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let name = prop_oneof![Just("token".to_owned()), Just("name".to_owned()), texts()];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name, inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn all_texts(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::String(text) => into.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| all_texts(item, into)),
            Value::Object(entries) => entries.iter().for_each(|(name, item)| {
                into.push(name.clone());
                all_texts(item, into);
            }),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn json_stays_json_and_has_no_secret(value in values(), pretty: bool) {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            let hidden = knowing().hidden(&text);
            if is_json(&text) {
                let read: Value = serde_json::from_str(&hidden).unwrap();
                let mut texts = Vec::new();
                all_texts(&read, &mut texts);
                prop_assert!(texts.iter().all(|text| !text.contains(SECRET)), "{hidden}");
            }
            prop_assert!(!hidden.contains(SECRET), "{hidden}");
        }

        #[test]
        fn no_text_has_a_secret_afterwards(text in texts(), any: String) {
            let hidden = knowing().hidden(&format!("{any}{text}"));
            prop_assert!(!hidden.contains(SECRET), "{hidden}");
            prop_assert!(!hidden.contains(Value::from(SECRET).to_string().trim_matches('"')), "{hidden}");
        }

        #[test]
        fn what_has_no_secret_stays_as_it_is(text in "[a-zA-Z0-9{}\\[\\]:,\" .+%-]{0,60}") {
            prop_assert_eq!(knowing().hidden(&text), text);
        }
    }
}
