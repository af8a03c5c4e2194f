//! Numbers, read from their text: an integer or a decimal never passes through a float. Knack keeps amounts
//! of money as text and other numbers as floats, so amounts are written as text, and of other numbers what a
//! float holds.

use std::fmt::Display;

use crate::cell::{Cell, ValueError};
use crate::kind::{AutoIncrement, Average, Count, Currency, Equation, Max, Min, Number, Rating, Sum};
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

macro_rules! readable {
    ($type:ty, $parse:path: $($kind:ident)*) => {
        $(impl FromField<$kind> for $type {
            fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
                $parse(&filled(cell)?.number()?)
            }
        })*
    };
}

macro_rules! writable {
    ($type:ty, $write:path: $($kind:ident)*) => {
        $(impl ToField<$kind> for $type {
            fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                $write(*self, out)
            }
        })*
    };
}

macro_rules! integer {
    ($($type:ident)*) => {
        $(
            readable!($type, whole: Number AutoIncrement Equation Count Sum Average Min Max Rating);
            writable!($type, number: Number Rating);
            writable!($type, amount: Currency);
        )*
    };
}

integer!(i64 i32 i16 u64 u32 u16 u8);
readable!(f64, float: Number AutoIncrement Equation Count Sum Average Min Max Rating Currency);
writable!(f64, finite: Number Rating Currency);

#[expect(clippy::unnecessary_wraps, reason = "in the place of writers that may refuse")]
fn number(value: impl Display, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
    out.number(value);
    Ok(())
}

/// Writes an amount as text, since a JSON number may lose digits on the way.
#[expect(clippy::unnecessary_wraps, reason = "in the place of writers that may refuse")]
fn amount(value: impl Display, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
    out.text(&value.to_string());
    Ok(())
}

fn finite(value: f64, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
    if !value.is_finite() {
        return Err(ValueError::new("is no finite number, so it cannot be sent"));
    }
    number(value, out)
}

/// Reads a whole number; `3.00` and `1e3` are whole, `3.5` is not.
pub(super) fn whole<I: TryFrom<i128>>(text: &str) -> Result<I, ValueError> {
    let too_large = || ValueError::new(format!("does not fit `{}`", std::any::type_name::<I>()));
    let value = match text.parse::<i128>() {
        Ok(value) => value,
        Err(_) => scaled(text)?.ok_or_else(too_large)?,
    };
    I::try_from(value).map_err(|_| too_large())
}

/// The whole number that a text with a fraction or an exponent stands for; `None` if it is too
/// large for any integer.
fn scaled(text: &str) -> Result<Option<i128>, ValueError> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (digits, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let all = format!("{digits}{fraction}");
    if all.bytes().all(|b| matches!(b, b'0' | b'-')) {
        return Ok(Some(0));
    }
    let (Ok(exponent), Ok(value)) = (exponent.parse::<i32>(), all.parse::<i128>()) else { return Ok(None) };
    let shift = i64::from(exponent) - i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let power = u32::try_from(shift.unsigned_abs()).ok().and_then(|shift| 10_i128.checked_pow(shift));
    let not_whole = || ValueError::new("is not whole; a field with decimals is an `f64` or a `Decimal`");
    match power {
        Some(power) if shift >= 0 => Ok(value.checked_mul(power)),
        Some(power) if value % power == 0 => Ok(Some(value / power)),
        None if shift >= 0 => Ok(None),
        _ => Err(not_whole()),
    }
}

fn float(text: &str) -> Result<f64, ValueError> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(ValueError::new("is too large for `f64`")),
        Err(_) => Err(ValueError::new("is no number")),
    }
}

#[cfg(feature = "decimal")]
mod decimal {
    use rust_decimal::Decimal;

    use super::{
        AutoIncrement, Average, Cell, Count, Currency, Equation, FromField, Max, Min, Number, Rating, Sum,
        ToField, ValueError, ValueWriter, amount, filled, float, number,
    };

    readable!(Decimal, exact: Number AutoIncrement Equation Count Sum Average Min Max Rating Currency);
    writable!(Decimal, amount: Currency);
    writable!(Decimal, exactly: Number Rating);

    /// Writes a number that Knack gives back as it is: a whole one of 64 bits, or one that a float says with
    /// the same digits.
    fn exactly(value: Decimal, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        let text = value.normalize().to_string();
        let whole = text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
        let kept = || Decimal::from_str_exact(&text.parse::<f64>().ok()?.to_string()).ok();
        if whole || kept() == Some(value) {
            return number(value, out);
        }
        Err(ValueError::new(format!(
            "is {value}, of which Knack keeps some 15 digits in a field of this kind; round it \
             (`Decimal::round_sf`), or make the field a currency or a text"
        )))
    }

    /// Every digit, but for those behind the 28th decimal place of a number with an exponent: `1.2e-16` is
    /// what is left of sums of floats in Knack, and no reason to lose the record.
    fn exact(text: &str) -> Result<Decimal, ValueError> {
        let parsed = if text.contains(['e', 'E']) {
            let vanishes = || float(text).is_ok_and(|value| value.abs() < 1e-28).then_some(Decimal::ZERO);
            Decimal::from_scientific_lossy(text).ok().or_else(vanishes)
        } else {
            Decimal::from_str_exact(text).ok().or_else(|| without_zeros(text))
        };
        parsed.ok_or_else(|| ValueError::new("does not fit `Decimal` (28 digits)"))
    }

    /// The number without the zeros that end its fraction, which may be what does not fit: `…335.00`.
    fn without_zeros(text: &str) -> Option<Decimal> {
        let text = text.contains('.').then(|| text.trim_end_matches('0').trim_end_matches('.'))?;
        Decimal::from_str_exact(text).ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::kind::Writable;
        use proptest::prelude::*;

        fn written<K: Writable>(value: Decimal) -> Result<String, ValueError>
        where
            Decimal: ToField<K>,
        {
            let mut json = String::new();
            value.to_field(&mut ValueWriter::new(&mut json)).map(|()| json)
        }

        fn read<K: crate::kind::Kind>(json: &str) -> Decimal
        where
            Decimal: FromField<K>,
        {
            Decimal::from_field(Cell::new(json.as_bytes())).unwrap_or_else(|why| panic!("{json} {why}"))
        }

        #[test]
        fn numbers_that_knack_does_not_keep_are_refused() {
            for kept in
                ["0.1", "-2.675", "9007199254740993", "18446744073709551615", "1e28", "0.30000000000000004"]
            {
                let value = exact(kept).unwrap();
                assert_eq!(written::<Number>(value).unwrap(), value.to_string());
            }
            for lost in
                [Decimal::MAX, Decimal::ONE / Decimal::from(3), Decimal::new(9_007_199_254_740_993, 2)]
            {
                let error = written::<Rating>(lost).unwrap_err().to_string();
                assert!(error.contains("some 15 digits") && error.contains("round_sf"), "{error}");
            }
        }

        proptest! {
            #[test]
            fn amounts_keep_every_digit(value in any_decimal()) {
                let json = written::<Currency>(value).unwrap();
                prop_assert_eq!(&json, &format!("\"{value}\""));
                prop_assert_eq!(read::<Currency>(&json), value);
                // As Knack gives it back: with two decimals.
                let cents = value.round_dp(2);
                prop_assert_eq!(read::<Currency>(&format!("\"{cents:.2}\"")), cents);
            }

            #[test]
            fn numbers_that_are_written_are_read_from_the_float_that_knack_keeps(value in any_decimal()) {
                let Ok(json) = written::<Number>(value) else { return Ok(()) };
                prop_assert_eq!(read::<Number>(&json), value);
                if value.normalize().scale() > 0 {
                    let float: f64 = json.parse().unwrap();
                    prop_assert_eq!(read::<Number>(&float.to_string()), value);
                    prop_assert_eq!(read::<Number>(&format!("{float:e}")), value);
                }
            }
        }

        /// Over the whole range, and with as many digits as a float has now and then.
        fn any_decimal() -> impl Strategy<Value = Decimal> {
            let max = Decimal::MAX.mantissa();
            let digits =
                prop_oneof![-max..=max, any::<i64>().prop_map(i128::from), -1_000_000..1_000_000_i128];
            let any =
                (digits, 0..=28_u32).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale));
            prop_oneof![9 => any, 1 => Just(Decimal::MAX), 1 => Just(Decimal::MIN)]
        }

        #[test]
        fn what_is_left_of_sums_of_floats_is_read() {
            for (text, value) in [
                ("2.8421709430404007e-14", "0.0000000000000284217094304040"),
                ("-5e-324", "0"),
                ("1.5e-3", "0.0015"),
                ("1.5e3", "1500"),
                ("0e-99", "0"),
                ("19.99", "19.99"),
                ("100.40", "100.40"),
                ("79228162514264337593543950335.00", "79228162514264337593543950335"),
            ] {
                assert_eq!(exact(text).unwrap().to_string(), value, "{text}");
            }
            for text in ["1e29", "1e400", "100000000000000000000000000000", "0.12345678901234567890123456789"]
            {
                assert!(exact(text).unwrap_err().to_string().contains("does not fit `Decimal`"), "{text}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_every_digit() {
        assert_eq!(whole::<i64>("9007199254740993").unwrap(), 9_007_199_254_740_993);
        assert_eq!(whole::<u64>("18446744073709551615").unwrap(), u64::MAX);
        assert_eq!(whole::<i64>("-3.00").unwrap(), -3);
        assert_eq!(whole::<i64>("1.5e3").unwrap(), 1_500);
        assert_eq!(whole::<i64>("1500e-2").unwrap(), 15);
        assert_eq!(whole::<i64>("0e99999999999").unwrap(), 0);
        for (text, why) in [
            ("3.5", "not whole"),
            ("1e-1", "not whole"),
            ("18446744073709551616", "does not fit `u64`"),
            ("1e400", "does not fit `u64`"),
            ("1e99999999999", "does not fit `u64`"),
            ("-1", "does not fit `u64`"),
            ("1e-400", "not whole"),
        ] {
            let error = whole::<u64>(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn floats_that_f64_cannot_hold_are_errors() {
        assert_eq!(float("1e400").unwrap_err().to_string(), "is too large for `f64`");
        assert_eq!(float("-0.5").unwrap().to_bits(), (-0.5_f64).to_bits());
    }
}
