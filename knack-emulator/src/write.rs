//! From what a client writes to the raw value that is stored.

use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use crate::app::Field;
use crate::contact;
use crate::dates;
use crate::kind::Kind;
use crate::manners::Manners;
use crate::render::is_blank;
use crate::zone::Zone;

/// What writing a value depends on beside the field.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings<'a> {
    /// The application's id.
    pub(crate) application: &'a str,
    /// The application's zone, where dates get their `proper_` twins.
    pub(crate) zone: Option<&'a Zone>,
    /// The present time on the application's wall clock.
    pub(crate) now: DateTime,
    pub(crate) manners: Manners,
}

/// The raw value of `value` for `field`, or what is wrong with it in Knack's manner.
pub(crate) fn raw(field: &Field, value: &Value, around: &Surroundings<'_>) -> Result<Value, String> {
    if is_blank(value) {
        return Ok(cleared(&field.kind));
    }
    let read = match &field.kind {
        Kind::ShortText | Kind::ParagraphText | Kind::RichText | Kind::Image { by_url: true } => text(value),
        Kind::Choice { multi } => choice(value, *multi),
        Kind::Boolean(_) => boolean(value),
        Kind::Number(_) | Kind::Rating => number(value),
        Kind::Currency(_) => currency(value),
        Kind::DateTime(format) => dates::written(value, format, around.zone),
        Kind::Timer(format) => dates::written_timer(value, format),
        Kind::Name(_) => contact::name(value),
        Kind::Email(_) => contact::email(value),
        Kind::Link { .. } => contact::link(value),
        Kind::Phone(format) => contact::phone(value, format),
        Kind::Address { .. } => contact::address(value),
        Kind::Connection { many, .. } => Some(connection(value, *many)),
        Kind::UserRoles => Some(Value::Array(texts(value))),
        Kind::File => asset(value, "file", &field.key, around.application),
        Kind::Image { by_url: false } => asset(value, "image", &field.key, around.application),
        Kind::Signature => Some(value.clone()).filter(Value::is_object),
        Kind::Password
        | Kind::Unknown
        | Kind::Concatenation
        | Kind::AutoIncrement
        | Kind::Equation(_)
        | Kind::Aggregate(_) => Some(value.clone()),
    };
    read.ok_or_else(|| format!("{} must be {}.", field.name, wanted(&field.kind)))
}

/// The raw value of a new record that says nothing of `field`; `None` is "never set".
pub(crate) fn initial(field: &Field, around: &Surroundings<'_>) -> Option<Value> {
    match &field.kind {
        Kind::Boolean(_) => Some(field.default.as_ref().and_then(boolean).unwrap_or(json!(false))),
        Kind::Connection { .. } => Some(json!([])),
        Kind::DateTime(format) if format.now => {
            let mut now = around.now;
            if format.order == crate::kind::DateOrder::Ignored {
                now = now.with().date(jiff::civil::date(2012, 1, 1)).build().unwrap_or(now);
            }
            if format.clock.is_none() {
                now = now.date().at(0, 0, 0, 0);
            }
            Some(Value::Object(dates::raw(now, format, around.zone)))
        }
        kind if kind.computed() => None,
        _ => raw(field, field.default.as_ref()?, around).ok(),
    }
}

/// What is stored when a client sends an empty value, which differs from never having sent any.
pub(crate) fn cleared(kind: &Kind) -> Value {
    match kind {
        Kind::Boolean(_) => json!(false),
        Kind::Connection { .. } | Kind::UserRoles => json!([]),
        Kind::Choice { multi: true } => json!([null]),
        Kind::Email(_) => json!({"email": ""}),
        _ => json!(""),
    }
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean(_) => "Yes or No",
        Kind::Number(_) | Kind::Rating | Kind::Currency(_) => "a number",
        Kind::DateTime(_) | Kind::Timer(_) => "a valid date",
        Kind::Email(_) => "a valid email address",
        Kind::Name(_) => "a valid name",
        Kind::Phone(_) => "a valid phone number",
        _ => "a valid value",
    }
}

fn text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) => Some(json!(number.to_string())),
        Value::Bool(flag) => Some(json!(flag.to_string())),
        _ => None,
    }
}

fn texts(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.iter().filter(|item| !is_blank(item)).filter_map(text).collect(),
        one => text(one).into_iter().collect(),
    }
}

fn choice(value: &Value, multi: bool) -> Option<Value> {
    let chosen = texts(value);
    match (multi, chosen.len()) {
        (_, 0) => None,
        (true, _) => Some(Value::Array(chosen)),
        (false, 1) => chosen.into_iter().next(),
        (false, _) => None,
    }
}

fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(value.clone()),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" => Some(json!(true)),
            "no" | "off" | "false" => Some(json!(false)),
            _ => None,
        },
        _ => None,
    }
}

/// A number or its text. Whole numbers are kept whole, as in every recording.
pub(crate) fn number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) => {
            if number.is_i64() || number.is_u64() {
                return Some(value.clone());
            }
            whole_or_not(number.as_f64()?)
        }
        Value::String(text) => {
            let plain = text.trim().replace(',', "");
            match plain.parse::<i64>() {
                Ok(whole) => Some(json!(whole)),
                Err(_) => whole_or_not(plain.parse().ok()?),
            }
        }
        _ => None,
    }
}

pub(crate) fn whole_or_not(number: f64) -> Option<Value> {
    if !number.is_finite() {
        return None;
    }
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return format!("{number:.0}").parse::<i64>().ok().map(|whole| json!(whole));
    }
    Some(json!(number))
}

/// An amount as text with two digits after the point, exactly: half a cent goes away from zero. How Knack
/// rounds is a guess; no recorded amount was rounded.
pub(crate) fn currency(value: &Value) -> Option<Value> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            text.trim().chars().filter(|c| !matches!(c, ',' | '$' | '€' | '£' | ' ')).collect()
        }
        _ => return None,
    };
    let text = if text.contains(['e', 'E']) { without_exponent(&text)? } else { text };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|c| c.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let (cents, rest) = fraction.split_at_checked(2).unwrap_or((fraction, ""));
    let mut cents = format!("{whole:0>1}{cents:0<2}");
    if rest.starts_with(|digit| digit >= '5') {
        cents = format!("{:0>3}", cents.parse::<i128>().ok()?.checked_add(1)?);
    }
    let sign = if cents.bytes().all(|digit| digit == b'0') { "" } else { sign };
    let (whole, cents) = cents.split_at_checked(cents.len().checked_sub(2)?)?;
    Some(json!(format!("{sign}{whole}.{cents}")))
}

/// The digits of a number with an exponent; `None` if it is too large for a float.
fn without_exponent(text: &str) -> Option<String> {
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number.to_string())
}

/// The ids of connected records. What is no text (a name in an object, a number) does nothing.
fn connection(value: &Value, many: bool) -> Value {
    let ids = match value {
        Value::String(id) => vec![id.as_str()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).filter(|id| !id.is_empty()).collect(),
        _ => Vec::new(),
    };
    let kept = if many { ids.len() } else { ids.len().min(1) };
    let link = |id: &str| Map::from_iter([("id".to_owned(), Value::from(id))]);
    ids.into_iter().take(kept).map(|id| Value::Object(link(id))).collect()
}

/// An asset by its id, as Knack describes one. This one was not uploaded here (those that were are in
/// `assets.rs`), so that its name and its size are not known: the id stands in for the name.
fn asset(value: &Value, kind: &str, key: &str, app: &str) -> Option<Value> {
    match value {
        Value::String(id) => {
            let assets = format!("https://s3.amazonaws.com/assets.knackhq.com/assets/{app}/{id}");
            let (url, thumb) = match kind {
                "image" => (format!("{assets}/original/{id}"), format!("{assets}/thumb/{id}")),
                _ => (
                    format!("https://api.knack.com/v1/applications/{app}/download/asset/{id}/{id}"),
                    String::new(),
                ),
            };
            Some(
                json!({"id": id, "application_id": app, "s3": true, "type": kind, "filename": id, "url": url,
                "thumb_url": thumb, "size": 0, "field_key": key}),
            )
        }
        Value::Object(_) => Some(value.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;

    fn field(meta: Value) -> Field {
        let mut meta = meta;
        meta["key"] = json!("field_1");
        meta["name"] = json!("Thing");
        let dump =
            json!({"id": "5f0000000000000000000001", "objects": [{"key": "object_1", "fields": [meta]}]});
        App::read(dump).unwrap().objects.remove(0).fields.remove(0)
    }

    fn write(meta: Value, value: &Value) -> Result<Value, String> {
        let around = Surroundings {
            application: "5f",
            zone: None,
            now: DateTime::constant(2026, 3, 9, 16, 14, 0, 0),
            manners: Manners::default(),
        };
        raw(&field(meta), value, &around)
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "one table of every input form")]
    fn every_input_form() {
        let bad = |what: &str| Err(format!("Thing must be {what}."));
        let table = [
            (json!({"type": "short_text"}), json!("a"), Ok(json!("a"))),
            (json!({"type": "short_text"}), json!(7), Ok(json!("7"))),
            (json!({"type": "short_text"}), json!({"a": 1}), bad("a valid value")),
            (json!({"type": "number"}), json!("1,234.50"), Ok(json!(1_234.5))),
            (json!({"type": "number"}), json!(100.0), Ok(json!(100))),
            (json!({"type": "number"}), json!("abc"), bad("a number")),
            (json!({"type": "number"}), json!("1e999"), bad("a number")),
            (json!({"type": "currency"}), json!("$1,234.5"), Ok(json!("1234.50"))),
            (json!({"type": "currency"}), json!(-3), Ok(json!("-3.00"))),
            (json!({"type": "currency"}), json!(0.126), Ok(json!("0.13"))),
            (json!({"type": "currency"}), json!("2.675"), Ok(json!("2.68"))),
            (json!({"type": "currency"}), json!("-0.004"), Ok(json!("0.00"))),
            (json!({"type": "currency"}), json!(".995"), Ok(json!("1.00"))),
            (json!({"type": "currency"}), json!("90071992547409.93"), Ok(json!("90071992547409.93"))),
            (
                json!({"type": "currency"}),
                json!("79228162514264337593543950335"),
                Ok(json!("79228162514264337593543950335.00")),
            ),
            (json!({"type": "currency"}), json!(1.5e21), Ok(json!("1500000000000000000000.00"))),
            (json!({"type": "currency"}), json!("1e999"), bad("a number")),
            (json!({"type": "currency"}), json!("."), bad("a number")),
            (json!({"type": "currency"}), json!("-"), bad("a number")),
            (json!({"type": "boolean"}), json!("ON"), Ok(json!(true))),
            (json!({"type": "boolean"}), json!("maybe"), bad("Yes or No")),
            (json!({"type": "multiple_choice", "format": {"type": "single"}}), json!(["A"]), Ok(json!("A"))),
            (json!({"type": "multiple_choice", "format": {"type": "multi"}}), json!("A"), Ok(json!(["A"]))),
            (json!({"type": "multiple_choice", "format": {"type": "multi"}}), json!([]), Ok(json!([null]))),
            (
                json!({"type": "name"}),
                json!({"first": " A ", "last": "", "full": "x"}),
                Ok(json!({"first": "A"})),
            ),
            (json!({"type": "name"}), json!("Ada B Cole"), Ok(json!({"first": "Ada", "last": "B Cole"}))),
            (json!({"type": "name"}), json!({"first": 1}), bad("a valid name")),
            (json!({"type": "email"}), json!("a@example.com"), Ok(json!({"email": "a@example.com"}))),
            (
                json!({"type": "email"}),
                json!({"email": "a@example.com", "label": "Me"}),
                Ok(json!({"email": "a@example.com", "label": "Me"})),
            ),
            (json!({"type": "email"}), json!("nobody"), bad("a valid email address")),
            (json!({"type": "email"}), json!(""), Ok(json!({"email": ""}))),
            (
                json!({"type": "link"}),
                json!("https://example.com"),
                Ok(json!({"url": "https://example.com"})),
            ),
            (
                json!({"type": "phone", "format": {"format": "(999) 999-9999"}}),
                json!("555.010-1234"),
                Ok(
                    json!({"area": "555", "number": "0101234", "full": "5550101234", "formatted": "(555) 010-1234"}),
                ),
            ),
            (
                json!({"type": "phone", "format": {"format": "any"}}),
                json!("+49 1"),
                Ok(json!({"number": "491", "full": "491", "formatted": "+49 1"})),
            ),
            (json!({"type": "phone"}), json!("none"), bad("a valid phone number")),
            (
                json!({"type": "connection", "relationship": {"object": "object_1", "has": "one"}}),
                json!(["a", "b"]),
                Ok(json!([{"id": "a"}])),
            ),
            (
                json!({"type": "connection", "relationship": {"object": "object_1", "has": "many"}}),
                json!([{"id": "a"}, 7, "b"]),
                Ok(json!([{"id": "b"}])),
            ),
            (json!({"type": "connection"}), json!(""), Ok(json!([]))),
            (json!({"type": "date_time"}), json!("2026-03-09"), bad("a valid date")),
        ];
        for (meta, value, want) in table {
            assert_eq!(write(meta.clone(), &value), want, "{value} to {meta}");
        }
    }

    #[test]
    fn what_a_new_record_has() {
        let around = Surroundings {
            application: "5f",
            zone: None,
            now: DateTime::constant(2026, 3, 9, 16, 14, 0, 0),
            manners: Manners::default(),
        };
        let start = |meta: Value| initial(&field(meta), &around);
        assert_eq!(start(json!({"type": "short_text", "default": ""})), None);
        assert_eq!(start(json!({"type": "short_text", "default": "x"})), Some(json!("x")));
        assert_eq!(start(json!({"type": "number", "default": "0"})), Some(json!(0)));
        assert_eq!(start(json!({"type": "boolean", "default": true})), Some(json!(true)));
        assert_eq!(start(json!({"type": "connection"})), Some(json!([])));
        assert_eq!(start(json!({"type": "multiple_choice", "format": {"default": "kn-blank"}})), None);
        let now = start(json!({"type": "date_time", "format": {"default_type": "current"}})).unwrap();
        assert_eq!(now["timestamp"], json!("03/09/2026 04:14 pm"));
    }

    #[test]
    fn hostile_values_never_panic() {
        let values = [
            json!(null),
            json!(1e308),
            json!([[[]]]),
            json!({"first": {}, "date": "99/99/9999", "hours": 99}),
            json!("\u{0}💥/💥/💥"),
            json!("€"),
            json!({"times": [{}]}),
            json!(i64::MIN),
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
            "rating",
            "connection",
            "user_roles",
            "multiple_choice",
            "new",
        ] {
            for value in &values {
                let _ = write(json!({"type": kind}), value);
            }
        }
    }
}
