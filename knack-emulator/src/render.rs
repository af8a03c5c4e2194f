//! From a raw value to the formatted one that stands under the field's plain key.

use serde_json::{Value, json};

use crate::dates;
use crate::figures;
use crate::kind::{EquationFormat, EquationResult, Kind, LinkText};

/// How `raw` is shown by a field of `kind` with the key `key`. Markup is not escaped, as Knack
/// does not escape it.
pub(crate) fn shown(kind: &Kind, key: &str, raw: &Value) -> Value {
    if is_blank(raw) {
        return json!("");
    }
    match kind {
        Kind::ParagraphText => text(raw, |text| text.replace('\n', "<br />")),
        Kind::Choice { .. } => Value::String(words(raw).join(", ")),
        Kind::Boolean => json!(if raw.as_bool() == Some(true) { "Yes" } else { "No" }),
        Kind::Number(format) | Kind::Aggregate(format) => figures::number(raw, format),
        Kind::Equation(format) => equation(raw, format),
        Kind::Currency(format) => figures::currency(raw, format),
        Kind::Rating => raw.as_f64().map_or(json!(""), |n| json!(format!("{n:.2}"))),
        Kind::DateTime(format) => Value::String(dates::shown(raw, format)),
        Kind::Timer(format) => Value::String(dates::shown_timer(raw, format)),
        Kind::Name(format) => Value::String(name(raw, format)),
        Kind::Email(label) => Value::String(email(raw, label)),
        Kind::Link { text, blank } => Value::String(link(raw, text, *blank)),
        Kind::Phone(_) => json!(part(raw, "formatted")),
        Kind::Address { country } => Value::String(address(raw, *country)),
        Kind::File => Value::String(file(raw, key)),
        Kind::Image { .. } => {
            let url = raw.as_str().unwrap_or_else(|| part(raw, "url"));
            Value::String(format!("<img src=\"{url}\" />"))
        }
        Kind::Signature => {
            let svg = base64(part(raw, "svg").as_bytes());
            Value::String(format!("<img src=\"data:image/svg+xml;base64,{svg}\" />"))
        }
        Kind::Connection { .. } => Value::String(connection(raw)),
        Kind::UserRoles => {
            let spans = words(raw).into_iter().map(|r| format!("<span class=\"{r}\">{r}</span>"));
            Value::String(spans.collect::<Vec<_>>().join("<br />"))
        }
        Kind::ShortText
        | Kind::RichText
        | Kind::Concatenation
        | Kind::AutoIncrement
        | Kind::Password
        | Kind::Unknown => raw.clone(),
    }
}

fn equation(raw: &Value, format: &EquationFormat) -> Value {
    match &format.result {
        EquationResult::Number => figures::number(raw, &format.number),
        EquationResult::Span => match figures::numeric(raw) {
            Some(seconds) => {
                figures::number(&json!(seconds / f64::from(format.unit.seconds())), &format.number)
            }
            None => raw.clone(),
        },
        // Recordings hold numbers and ISO texts as well; those are shown as they are.
        EquationResult::Date(date) if raw.is_object() => Value::String(dates::shown(raw, date)),
        EquationResult::Date(_) => raw.clone(),
    }
}

/// What is shown, as a text without markup.
pub(crate) fn plain(kind: &Kind, shown: Value) -> String {
    match shown {
        Value::String(text) if marked_up(kind) => bare(&text),
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Whether a kind is shown in markup.
fn marked_up(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::ParagraphText
            | Kind::RichText
            | Kind::Email(_)
            | Kind::Link { .. }
            | Kind::Phone(_)
            | Kind::Address { .. }
            | Kind::Timer(_)
            | Kind::File
            | Kind::Image { .. }
            | Kind::Signature
            | Kind::Connection { .. }
            | Kind::UserRoles
    )
}

/// A text without its tags; a new line is a space.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let spaced = text.replace("<br />", " ").replace("&nbsp;", " ");
    let mut rest = spaced.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        if let Some((_, text)) = after.split_once('>') {
            rest = text;
        } else {
            out.push('<');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Whether a raw value is one of Knack's many ways to be empty.
pub(crate) fn is_blank(raw: &Value) -> bool {
    match raw {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(Value::is_null),
        Value::Object(parts) => parts.values().all(|part| match part {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            _ => false,
        }),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The texts of a raw value that is one text or a list of them.
pub(crate) fn words(raw: &Value) -> Vec<&str> {
    match raw {
        Value::String(text) => vec![text.as_str()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A person's name in the order of the field.
pub(crate) fn name(raw: &Value, format: &str) -> String {
    let (before, after): (&[&str], &[&str]) = match format {
        "Last, First" => (&["last"], &["first"]),
        "Last, First Middle" => (&["last"], &["first", "middle"]),
        "Title First Last" => (&["title", "first", "last"], &[]),
        "First Middle Last" => (&["first", "middle", "last"], &[]),
        _ => (&["first", "last"], &[]),
    };
    let join = |keys: &[&str]| {
        let parts = keys.iter().map(|key| part(raw, key)).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    };
    let (before, after) = (join(before), join(after));
    if before.is_empty() || after.is_empty() { before + &after } else { format!("{before}, {after}") }
}

fn part<'a>(raw: &'a Value, key: &str) -> &'a str {
    raw.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn text(raw: &Value, change: impl FnOnce(&str) -> String) -> Value {
    raw.as_str().map_or_else(|| raw.clone(), |text| Value::String(change(text)))
}

fn email(raw: &Value, label: &LinkText) -> String {
    let address = raw.as_str().unwrap_or_else(|| part(raw, "email"));
    if address.is_empty() {
        return String::new();
    }
    format!("<a href=\"mailto:{address}\">{}</a>", between(raw, label, address))
}

fn link(raw: &Value, label: &LinkText, blank: bool) -> String {
    let url = raw.as_str().unwrap_or_else(|| part(raw, "url"));
    if url.is_empty() {
        return String::new();
    }
    let target = if blank { " target=\"_blank\"" } else { "" };
    format!("<a href=\"{url}\"{target}>{}</a>", between(raw, label, url))
}

fn between<'a>(raw: &'a Value, label: &'a LinkText, address: &'a str) -> &'a str {
    match label {
        LinkText::Same(text) if !text.is_empty() => text,
        LinkText::Label if !part(raw, "label").is_empty() => part(raw, "label"),
        _ => address,
    }
}

fn address(raw: &Value, country: bool) -> String {
    let (city, state) = (part(raw, "city"), part(raw, "state"));
    let place = if city.is_empty() || state.is_empty() {
        format!("{city}{state}")
    } else {
        format!("{city}, {state}")
    };
    let zip = part(raw, "zip");
    let town = if place.is_empty() { zip.to_owned() } else { format!("{place} {zip}") };
    let mut lines = vec![part(raw, "street"), part(raw, "street2"), town.as_str()];
    if country {
        lines.push(part(raw, "country"));
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.join("<br />")
}

fn file(raw: &Value, key: &str) -> String {
    let (id, name, url) = (part(raw, "id"), part(raw, "filename"), part(raw, "url"));
    format!(
        "<a class=\"kn-view-asset\" data-field-key=\"{key}\" data-asset-id=\"{id}\" \
         data-file-name=\"{name}\" href=\"{url}\">{name}</a>"
    )
}

fn connection(raw: &Value) -> String {
    let spans = raw.as_array().into_iter().flatten().map(|to| {
        let (id, label) = (part(to, "id"), part(to, "identifier"));
        format!("<span class=\"{id}\">{label}</span>")
    });
    spans.collect::<Vec<_>>().join("<br />")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 63;
            let digit = DIGITS.get(digit as usize).copied().unwrap_or(b'=');
            out.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(field: &Value, raw: &Value) -> Value {
        shown(&Kind::of(field), "field_1", raw)
    }

    #[test]
    fn people_and_addresses() {
        let all = json!({"title": "Dr.", "first": "Ada", "middle": "B", "last": "Cole"});
        let short = json!({"first": "Ada"});
        for (format, raw, want) in [
            ("First Last", &all, "Ada Cole"),
            ("Last, First", &all, "Cole, Ada"),
            ("Last, First", &short, "Ada"),
            ("Last, First Middle", &all, "Cole, Ada B"),
            ("Title First Last", &all, "Dr. Ada Cole"),
            ("First Middle Last", &all, "Ada B Cole"),
            ("", &all, "Ada Cole"),
        ] {
            assert_eq!(show(&json!({"type": "name", "format": {"format": format}}), raw), json!(want));
        }
        let us = json!({"type": "address", "format": {"format": "US"}});
        let home = json!({"street": "1 Mill Lane", "street2": null, "city": "Ely", "state": "XX", "zip": "0", "country": "C"});
        assert_eq!(show(&us, &home), json!("1 Mill Lane<br />Ely, XX 0"));
        let abroad = json!({"type": "address", "format": {"format": "international_country"}});
        assert_eq!(show(&abroad, &home), json!("1 Mill Lane<br />Ely, XX 0<br />C"));
    }

    #[test]
    fn links_and_mail() {
        let raw = json!({"url": "https://example.com", "label": "Shop"});
        for (format, want) in [
            (json!({"text_format": "url"}), "<a href=\"https://example.com\">https://example.com</a>"),
            (json!({"text_format": "unique"}), "<a href=\"https://example.com\">Shop</a>"),
            (
                json!({"text_format": "same", "label": "Go", "target": "_blank"}),
                "<a href=\"https://example.com\" target=\"_blank\">Go</a>",
            ),
        ] {
            assert_eq!(show(&json!({"type": "link", "format": format}), &raw), json!(want));
        }
        let mail = json!({"type": "email", "format": {"text_format": "url"}});
        assert_eq!(
            show(&mail, &json!({"email": "a@example.com"})),
            json!("<a href=\"mailto:a@example.com\">a@example.com</a>")
        );
        assert_eq!(show(&mail, &json!({"email": ""})), json!(""));
    }

    #[test]
    fn lists_text_and_flags() {
        let multi = json!({"type": "multiple_choice", "format": {"type": "multi"}});
        assert_eq!(show(&multi, &json!(["A", "B"])), json!("A, B"));
        assert_eq!(show(&multi, &json!([null])), json!(""));
        assert_eq!(show(&json!({"type": "boolean"}), &json!(false)), json!("No"));
        assert_eq!(show(&json!({"type": "paragraph_text"}), &json!("a\nb")), json!("a<br />b"));
        assert_eq!(show(&json!({"type": "rating"}), &json!(3.5)), json!("3.50"));
        let to = json!([{"id": "1", "identifier": "A"}, {"id": "2", "identifier": "B"}]);
        assert_eq!(
            show(&json!({"type": "connection"}), &to),
            json!("<span class=\"1\">A</span><br /><span class=\"2\">B</span>")
        );
    }

    #[test]
    fn markup_is_left_out() {
        for (text, want) in [
            ("<a href=\"mailto:a@example.com\">a@example.com</a>", "a@example.com"),
            ("1 Mill Lane<br />Ely, XX 0", "1 Mill Lane Ely, XX 0"),
            ("a < b", "a < b"),
            ("<", "<"),
        ] {
            assert_eq!(bare(text), want);
        }
    }

    #[test]
    fn base64_of_every_length() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_kind_survives_a_value_of_another() {
        let values = [json!(null), json!(true), json!(-1.5), json!("x"), json!([{}]), json!({"a": 1})];
        for kind in [
            "short_text",
            "number",
            "currency",
            "date_time",
            "timer",
            "name",
            "email",
            "link",
            "phone",
            "address",
            "file",
            "image",
            "signature",
            "rating",
            "connection",
            "user_roles",
            "boolean",
            "new",
        ] {
            for value in &values {
                let _ = show(&json!({"type": kind}), value);
            }
        }
    }
}
