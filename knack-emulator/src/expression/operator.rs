//! The operators of equations, and what they make of numbers and dates.

use jiff::ToSpan;

use crate::expression::{Quantity, moment, whole};
use crate::kind::DateUnit;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    Greater,
    AtMost,
    AtLeast,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

impl Operator {
    /// The operator that `text` begins with, and its length.
    pub(super) fn at(text: &str) -> Option<(Self, usize)> {
        const ALL: [(&str, Operator); 18] = [
            ("==", Operator::Equal),
            ("!=", Operator::Unequal),
            ("<=", Operator::AtMost),
            (">=", Operator::AtLeast),
            ("&&", Operator::And),
            ("||", Operator::Or),
            ("**", Operator::Power),
            ("&", Operator::And),
            ("|", Operator::Or),
            ("<", Operator::Less),
            (">", Operator::Greater),
            ("=", Operator::Equal),
            ("+", Operator::Add),
            ("-", Operator::Subtract),
            ("*", Operator::Multiply),
            ("/", Operator::Divide),
            ("%", Operator::Remainder),
            ("^", Operator::Power),
        ];
        let (sign, operator) = ALL.iter().find(|(sign, _)| text.starts_with(sign))?;
        Some((*operator, sign.len()))
    }

    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::Unequal => 3,
            Self::Less | Self::Greater | Self::AtMost | Self::AtLeast => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Remainder => 6,
            Self::Power => 8,
        }
    }

    pub(super) fn apply(self, left: Quantity, right: Quantity, unit: DateUnit) -> Quantity {
        use Quantity::{Moment, Number, Span};
        let length = f64::from(unit.seconds());
        let (a, b) = (left.plain(), right.plain());
        let truth = |truth: bool| Number(f64::from(u8::from(truth)));
        match (self, left, right) {
            (Self::Add, Moment(at), Number(count)) | (Self::Add, Number(count), Moment(at)) => {
                shifted(at, count, unit)
            }
            (Self::Subtract, Moment(at), Number(count)) => shifted(at, -count, unit),
            (Self::Add, Moment(_), _) | (Self::Add, Span(_), Moment(_)) => Moment(a + b),
            (Self::Subtract, Moment(_), Moment(_)) | (Self::Subtract, Span(_), Span(_)) => Span(a - b),
            (Self::Subtract, Moment(_), Span(_)) => Moment(a - b),
            (Self::Add, Span(_), Span(_)) => Span(a + b),
            (Self::Add, Span(_), Number(_)) => Span(a + b * length),
            (Self::Subtract, Span(_), Number(_)) => Span(a - b * length),
            (Self::Add, Number(_), Span(_)) => Span(a * length + b),
            (Self::Subtract, Number(_), Span(_)) => Span(a * length - b),
            (Self::Add, ..) => Number(a + b),
            (Self::Subtract, ..) => Number(a - b),
            (Self::Multiply, Span(_), Number(_)) | (Self::Multiply, Number(_), Span(_)) => Span(a * b),
            (Self::Multiply, ..) => Number(a * b),
            // Knack's answer to a division by zero is not known: 0 here, never infinity.
            (Self::Divide, ..) if b == 0.0 => Number(0.0),
            (Self::Divide, Span(_), Number(_)) => Span(a / b),
            (Self::Divide, ..) => Number(a / b),
            (Self::Remainder, ..) => Number(remainder(a, b)),
            (Self::Power, ..) => Number(a.powf(b)),
            (Self::Equal, ..) => truth(same(a, b)),
            (Self::Unequal, ..) => truth(!same(a, b)),
            (Self::Less, ..) => truth(a < b),
            (Self::Greater, ..) => truth(a > b),
            (Self::AtMost, ..) => truth(a <= b),
            (Self::AtLeast, ..) => truth(a >= b),
            (Self::And, ..) => truth(a != 0.0 && b != 0.0),
            (Self::Or, ..) => truth(a != 0.0 || b != 0.0),
        }
    }
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs())
}

pub(super) fn remainder(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a.rem_euclid(b) }
}

/// A moment so many units later. Whole months and years are those of the calendar.
fn shifted(at: f64, count: f64, unit: DateUnit) -> Quantity {
    let step = whole(count).filter(|_| count.fract() == 0.0).filter(|whole| whole.abs() <= 10_000);
    let calendar = match (unit, step) {
        (DateUnit::Month, Some(months)) => Some(months.months()),
        (DateUnit::Year, Some(years)) => Some(years.years()),
        _ => None,
    };
    let there = calendar.and_then(|step| Quantity::Moment(at).local()?.checked_add(step).ok());
    there.map_or(Quantity::Moment(at + count * f64::from(unit.seconds())), moment)
}
