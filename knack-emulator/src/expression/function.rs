//! The functions of equations.

use jiff::civil::DateTime;

use crate::expression::operator::remainder;
use crate::expression::{Quantity, whole};

/// The functions of `learn.knack.com/article/0xstljj9ta-numeric-equation-functions`, without those
/// of chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Cbrt,
    Ceil,
    Cos,
    Exp,
    Factorial,
    Floor,
    Gcd,
    If,
    Log,
    Log10,
    Max,
    Mean,
    Median,
    Min,
    Mod,
    Pow,
    Round,
    Sign,
    Sin,
    Sqrt,
    Sum,
    Tan,
    Year,
    Month,
    DayOfMonth,
    DayOfYear,
    Hour,
    Minute,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "abs" => Self::Abs,
            "cbrt" => Self::Cbrt,
            "ceil" => Self::Ceil,
            "cos" => Self::Cos,
            "exp" => Self::Exp,
            "factorial" => Self::Factorial,
            "floor" => Self::Floor,
            "gcd" => Self::Gcd,
            "if" => Self::If,
            "log" => Self::Log,
            "log10" => Self::Log10,
            "max" => Self::Max,
            "mean" | "average" => Self::Mean,
            "median" => Self::Median,
            "min" => Self::Min,
            "mod" => Self::Mod,
            "pow" => Self::Pow,
            "round" => Self::Round,
            "sign" => Self::Sign,
            "sin" => Self::Sin,
            "sqrt" => Self::Sqrt,
            "sum" => Self::Sum,
            "tan" => Self::Tan,
            "getdateyear" => Self::Year,
            "getdatemonthofyear" => Self::Month,
            "getdatedayofmonth" => Self::DayOfMonth,
            "getdatedayofyear" => Self::DayOfYear,
            "getdatehourofday" => Self::Hour,
            "getdateminuteofhour" => Self::Minute,
            _ => return None,
        })
    }

    /// `None` where it lacks an argument.
    pub(super) fn call(self, arguments: &[Quantity]) -> Option<Quantity> {
        let first = *arguments.first()?;
        let second = arguments.get(1).map(|second| second.plain());
        let x = first.plain();
        let numbers = || arguments.iter().map(|quantity| quantity.plain());
        let part = |part: fn(DateTime) -> i16| first.local().map_or(0.0, |local| f64::from(part(local)));
        Some(Quantity::Number(match self {
            // The smaller of two dates is a date.
            Self::Min => return arguments.iter().copied().min_by(|a, b| a.plain().total_cmp(&b.plain())),
            Self::Max => return arguments.iter().copied().max_by(|a, b| a.plain().total_cmp(&b.plain())),
            Self::If if x == 0.0 => return arguments.get(2).copied(),
            Self::If => return arguments.get(1).copied(),
            Self::Abs => match first {
                Quantity::Span(seconds) => return Some(Quantity::Span(seconds.abs())),
                _ => x.abs(),
            },
            Self::Cbrt => x.cbrt(),
            Self::Ceil => x.ceil(),
            Self::Cos => x.cos(),
            Self::Exp => x.exp(),
            // 171! is beyond every `f64`.
            Self::Factorial if !(0.0..=170.0).contains(&x) => 0.0,
            Self::Factorial => (1..=whole(x.floor())?).fold(1.0, |product, n| product * small(n)),
            Self::Floor => x.floor(),
            Self::Gcd => numbers().fold(0.0, gcd),
            Self::Log => second.map_or(x.ln(), |base| x.log(base)),
            Self::Log10 => x.log10(),
            Self::Mean => numbers().sum::<f64>() / small(arguments.len()),
            Self::Median => median(numbers().collect()),
            Self::Mod => remainder(x, second?),
            Self::Pow => x.powf(second?),
            Self::Round => round(x, second.unwrap_or(0.0)),
            Self::Sign if x == 0.0 => 0.0,
            Self::Sign => x.signum(),
            Self::Sin => x.sin(),
            Self::Sqrt => x.sqrt(),
            Self::Sum => numbers().sum(),
            Self::Tan => x.tan(),
            Self::Year => part(DateTime::year),
            Self::Month => part(|local| local.month().into()),
            Self::DayOfMonth => part(|local| local.day().into()),
            Self::DayOfYear => part(|local| local.date().day_of_year()),
            Self::Hour => part(|local| local.hour().into()),
            Self::Minute => part(|local| local.minute().into()),
        }))
    }
}

/// A count that is certainly exact.
pub(super) fn small<T: TryInto<u32>>(count: T) -> f64 {
    f64::from(count.try_into().unwrap_or(u32::MAX))
}

fn round(number: f64, digits: f64) -> f64 {
    let scale = 10_f64.powf(digits.clamp(-300.0, 15.0).trunc());
    let rounded = (number * scale).round() / scale;
    if rounded.is_finite() { rounded } else { number }
}

fn gcd(a: f64, b: f64) -> f64 {
    let (mut a, mut b) = (a.abs().trunc(), b.abs().trunc());
    // Each two rounds halve the smaller one.
    while b >= 1.0 && a.is_finite() && b.is_finite() {
        (a, b) = (b, a % b);
    }
    a
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    let at = |place: usize| numbers.get(place).copied().unwrap_or(0.0);
    if numbers.len() % 2 == 1 { at(half) } else { f64::midpoint(at(half.saturating_sub(1)), at(half)) }
}
