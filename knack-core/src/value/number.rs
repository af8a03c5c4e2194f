//! Numbers, read from their text: an integer or a decimal never passes through a float.

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
    ($type:ty: $($kind:ident)*) => {
        $(impl ToField<$kind> for $type {
            fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                out.number(*self);
                Ok(())
            }
        })*
    };
}

macro_rules! integer {
    ($($type:ident)*) => {
        $(
            readable!($type, whole: Number AutoIncrement Equation Count Sum Average Min Max Rating);
            writable!($type: Number Currency Rating);
        )*
    };
}

integer!(i64 i32 i16 u64 u32 u16 u8);
readable!(f64, float: Number AutoIncrement Equation Count Sum Average Min Max Rating Currency);

/// Reads a whole number; `3.00` and `1e3` are whole, `3.5` is not.
fn whole<I: TryFrom<i128>>(text: &str) -> Result<I, ValueError> {
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

macro_rules! float_writable {
    ($($kind:ident)*) => {
        $(impl ToField<$kind> for f64 {
            fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                if !self.is_finite() {
                    return Err(ValueError::new("is no finite number, so it cannot be sent"));
                }
                out.number(*self);
                Ok(())
            }
        })*
    };
}

float_writable!(Number Currency Rating);

#[cfg(feature = "decimal")]
mod decimal {
    use rust_decimal::Decimal;

    use super::{
        AutoIncrement, Average, Cell, Count, Currency, Equation, FromField, Max, Min, Number, Rating, Sum,
        ToField, ValueError, ValueWriter, filled, float,
    };

    readable!(Decimal, exact: Number AutoIncrement Equation Count Sum Average Min Max Rating Currency);
    writable!(Decimal: Number Currency Rating);

    /// Every digit, but for those behind the 28th decimal place of a number with an exponent: `1.2e-16` is
    /// what is left of sums of floats in Knack, and no reason to lose the record.
    fn exact(text: &str) -> Result<Decimal, ValueError> {
        let parsed = if text.contains(['e', 'E']) {
            let vanishes = || float(text).is_ok_and(|value| value.abs() < 1e-28).then_some(Decimal::ZERO);
            Decimal::from_scientific_lossy(text).ok().or_else(vanishes)
        } else {
            Decimal::from_str_exact(text).ok()
        };
        parsed.ok_or_else(|| ValueError::new("does not fit `Decimal` (28 digits)"))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_left_of_sums_of_floats_is_read() {
            for (text, value) in [
                ("2.8421709430404007e-14", "0.0000000000000284217094304040"),
                ("-5e-324", "0"),
                ("1.5e-3", "0.0015"),
                ("1.5e3", "1500"),
                ("0e-99", "0"),
                ("19.99", "19.99"),
            ] {
                assert_eq!(exact(text).unwrap().to_string(), value, "{text}");
            }
            for text in ["1e29", "1e400", "0.12345678901234567890123456789"] {
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
