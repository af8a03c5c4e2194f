//! How numbers and amounts of money are shown.

use serde_json::{Value, json};

use crate::kind::{CurrencyFormat, NumberFormat, Rounding};

/// A number that may be written as text.
pub(crate) fn numeric(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().replace(',', "").parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}

/// How a number is shown: text with its digits, or a JSON number where the field has no format.
pub(crate) fn number(raw: &Value, format: &NumberFormat) -> Value {
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

/// How an amount of money is shown.
pub(crate) fn currency(raw: &Value, format: &CurrencyFormat) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use crate::render::shown;

    fn show(field: &Value, raw: &Value) -> Value {
        shown(&Kind::of(field), "field_1", raw)
    }

    #[test]
    fn numbers() {
        let with = |format: Value, raw: Value| show(&json!({"type": "number", "format": format}), &raw);
        let decimals = json!({"precision": "2", "mark_decimal": "period", "mark_thousands": "comma"});
        for (format, raw, want) in [
            (json!({"precision": "2", "mark_decimal": "none"}), json!(100), json!(100)),
            (json!({"precision": "2", "mark_decimal": "none"}), json!(1_622.666), json!(1_623)),
            (json!({"precision": "4", "mark_decimal": "period"}), json!(3.25), json!("3.2500")),
            (json!({"precision": "2", "mark_decimal": "."}), json!(2), json!("2.00")),
            (decimals.clone(), json!(-1_234_567.5), json!("-1,234,567.50")),
            (decimals, json!(0), json!("0.00")),
            (
                json!({"mark_decimal": "comma", "precision": 1, "mark_thousands": "period"}),
                json!(1_234),
                json!("1.234,0"),
            ),
            (json!({"mark_decimal": "none", "post": " kg"}), json!(7), json!("7 kg")),
            (json!({"mark_decimal": "none", "format": "$"}), json!(7), json!("$7")),
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
            assert_eq!(with(format.clone(), raw.clone()), want, "{raw} with {format}");
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
            assert_eq!(show(&json!({"type": "currency", "format": {"format": format}}), &raw), json!(want));
        }
    }
}
