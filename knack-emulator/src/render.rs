//! From a raw value to the formatted one that stands under the field's plain key.

use serde_json::{Value, json};

use crate::dates;
use crate::kind::{CurrencyFormat, Kind, LinkText, NumberFormat, Rounding};

/// How `raw` is shown by a field of `kind` with the key `key`. Markup is not escaped, as Knack
/// does not escape it.
pub(crate) fn shown(kind: &Kind, key: &str, raw: &Value) -> Value {
    if is_blank(raw) {
        return json!("");
    }
    match kind {
        Kind::ParagraphText => text(raw, |text| text.replace('\n', "<br />")),
        Kind::Choice { .. } => Value::String(words(raw).join(", ")),
        Kind::Boolean => json!(if raw.as_bool() == Some(true) {
            "Yes"
        } else {
            "No"
        }),
        Kind::Number(format) | Kind::Equation(format) | Kind::Aggregate(format) => {
            number(raw, format)
        }
        Kind::Currency(format) => currency(raw, format),
        Kind::Rating => raw.as_f64().map_or(json!(""), |n| json!(format!("{n:.2}"))),
        Kind::DateTime(format) => Value::String(dates::shown(raw, format)),
        Kind::Timer => Value::String(dates::shown_timer(raw)),
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
            let spans = words(raw)
                .into_iter()
                .map(|r| format!("<span class=\"{r}\">{r}</span>"));
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

/// A number that may be written as text.
pub(crate) fn numeric(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .trim()
            .replace(',', "")
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite()),
        _ => None,
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
        let parts = keys
            .iter()
            .map(|key| part(raw, key))
            .filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    };
    let (before, after) = (join(before), join(after));
    if before.is_empty() || after.is_empty() {
        before + &after
    } else {
        format!("{before}, {after}")
    }
}

fn part<'a>(raw: &'a Value, key: &str) -> &'a str {
    raw.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn text(raw: &Value, change: impl FnOnce(&str) -> String) -> Value {
    raw.as_str()
        .map_or_else(|| raw.clone(), |text| Value::String(change(text)))
}

fn number(raw: &Value, format: &NumberFormat) -> Value {
    // An update's echo keeps text; what is no number at all is shown as it is.
    let Some(value) = numeric(raw) else {
        return raw.clone();
    };
    let rounded = match (format.precision, raw) {
        (None, Value::Number(whole)) if whole.is_i64() || whole.is_u64() => whole.to_string(),
        (precision, _) => {
            let digits = precision.unwrap_or(0);
            match format.rounding {
                Rounding::Nearest => format!("{value:.digits$}"),
                Rounding::Up => format!("{:.digits$}", towards(value, digits, f64::ceil)),
                Rounding::Down => format!("{:.digits$}", towards(value, digits, f64::floor)),
            }
        }
    };
    let plain = format.precision.is_none()
        && format.thousands.is_none()
        && format.before.is_empty()
        && format.after.is_empty();
    if plain && let Ok(whole) = rounded.parse::<i64>() {
        return json!(whole);
    }
    let grouped = group(&rounded, format.thousands, format.decimal_mark);
    json!(format!("{}{grouped}{}", format.before, format.after))
}

fn towards(value: f64, digits: usize, round: fn(f64) -> f64) -> f64 {
    let scale = 10_f64.powi(i32::try_from(digits).unwrap_or(0));
    round(value * scale) / scale
}

fn currency(raw: &Value, format: &CurrencyFormat) -> Value {
    let amount = match raw {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return json!(""),
    };
    let (sign, digits) = match amount.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", amount.as_str()),
    };
    let grouped = group(digits, Some(','), '.');
    let symbol = &format.symbol;
    json!(if format.after {
        format!("{sign}{grouped}&nbsp;{symbol}")
    } else {
        format!("{sign}{symbol}{grouped}")
    })
}

/// Writes the digits before the point in groups of three, and the point as `mark`.
fn group(number: &str, thousands: Option<char>, mark: char) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut out = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if let Some(between) = thousands
            && place > 0
            && (digits.len() - place).is_multiple_of(3)
        {
            out.push(between);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(mark);
        out.push_str(fraction);
    }
    out
}

fn email(raw: &Value, label: &LinkText) -> String {
    let address = raw.as_str().unwrap_or_else(|| part(raw, "email"));
    if address.is_empty() {
        return String::new();
    }
    format!(
        "<a href=\"mailto:{address}\">{}</a>",
        between(raw, label, address)
    )
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
    let town = if place.is_empty() {
        zip.to_owned()
    } else {
        format!("{place} {zip}")
    };
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
            out.push(if place <= three.len() {
                char::from(digit)
            } else {
                '='
            });
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
    fn numbers() {
        let with =
            |format: Value, raw: Value| show(&json!({"type": "number", "format": format}), &raw);
        let decimals =
            json!({"precision": "2", "mark_decimal": "period", "mark_thousands": "comma"});
        for (format, raw, want) in [
            (
                json!({"precision": "2", "mark_decimal": "none"}),
                json!(100),
                json!(100),
            ),
            (
                json!({"precision": "2", "mark_decimal": "none"}),
                json!(1_622.666),
                json!(1_623),
            ),
            (
                json!({"precision": "4", "mark_decimal": "period"}),
                json!(3.14),
                json!("3.1400"),
            ),
            (
                json!({"precision": "2", "mark_decimal": "."}),
                json!(2),
                json!("2.00"),
            ),
            (
                decimals.clone(),
                json!(-1_234_567.5),
                json!("-1,234,567.50"),
            ),
            (decimals, json!(0), json!("0.00")),
            (
                json!({"mark_decimal": "comma", "precision": 1, "mark_thousands": "period"}),
                json!(1_234),
                json!("1.234,0"),
            ),
            (
                json!({"mark_decimal": "none", "post": " kg"}),
                json!(7),
                json!("7 kg"),
            ),
            (
                json!({"mark_decimal": "none", "format": "$"}),
                json!(7),
                json!("$7"),
            ),
            (
                json!({"mark_decimal": "period", "precision": "1", "rounding": "up"}),
                json!(0.11),
                json!("0.2"),
            ),
            (
                json!({"mark_decimal": "period", "precision": "1", "rounding": "down"}),
                json!(0.19),
                json!("0.1"),
            ),
            (json!(null), json!(2_019), json!(2_019)),
            (json!(null), json!(""), json!("")),
            (json!(null), json!("x"), json!("x")),
        ] {
            assert_eq!(
                with(format.clone(), raw.clone()),
                want,
                "{raw} with {format}"
            );
        }
    }

    #[test]
    fn currencies() {
        for (format, raw, want) in [
            ("$", json!("100.43"), "$100.43"),
            ("$", json!("1234.56"), "$1,234.56"),
            ("€", json!("3.14"), "€3.14"),
            ("€_after", json!("3.14"), "3.14&nbsp;€"),
            ("£", json!("-1000000.00"), "-£1,000,000.00"),
            ("$", json!(""), ""),
        ] {
            assert_eq!(
                show(
                    &json!({"type": "currency", "format": {"format": format}}),
                    &raw
                ),
                json!(want)
            );
        }
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
            assert_eq!(
                show(&json!({"type": "name", "format": {"format": format}}), raw),
                json!(want)
            );
        }
        let us = json!({"type": "address", "format": {"format": "US"}});
        let home = json!({"street": "1 Mill Lane", "street2": null, "city": "Ely", "state": "XX", "zip": "0", "country": "C"});
        assert_eq!(show(&us, &home), json!("1 Mill Lane<br />Ely, XX 0"));
        let abroad = json!({"type": "address", "format": {"format": "international_country"}});
        assert_eq!(
            show(&abroad, &home),
            json!("1 Mill Lane<br />Ely, XX 0<br />C")
        );
    }

    #[test]
    fn links_and_mail() {
        let raw = json!({"url": "https://example.com", "label": "Shop"});
        for (format, want) in [
            (
                json!({"text_format": "url"}),
                "<a href=\"https://example.com\">https://example.com</a>",
            ),
            (
                json!({"text_format": "unique"}),
                "<a href=\"https://example.com\">Shop</a>",
            ),
            (
                json!({"text_format": "same", "label": "Go", "target": "_blank"}),
                "<a href=\"https://example.com\" target=\"_blank\">Go</a>",
            ),
        ] {
            assert_eq!(
                show(&json!({"type": "link", "format": format}), &raw),
                json!(want)
            );
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
        assert_eq!(
            show(&json!({"type": "boolean"}), &json!(false)),
            json!("No")
        );
        assert_eq!(
            show(&json!({"type": "paragraph_text"}), &json!("a\nb")),
            json!("a<br />b")
        );
        assert_eq!(show(&json!({"type": "rating"}), &json!(3.5)), json!("3.50"));
        let to = json!([{"id": "1", "identifier": "A"}, {"id": "2", "identifier": "B"}]);
        assert_eq!(
            show(&json!({"type": "connection"}), &to),
            json!("<span class=\"1\">A</span><br /><span class=\"2\">B</span>")
        );
    }

    #[test]
    fn base64_of_every_length() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_kind_survives_a_value_of_another() {
        let values = [
            json!(null),
            json!(true),
            json!(-1.5),
            json!("x"),
            json!([{}]),
            json!({"a": 1}),
        ];
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
