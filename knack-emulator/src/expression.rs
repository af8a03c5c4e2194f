//! Equations: arithmetic on numbers and dates.
//!
//! A formula is compiled once into steps for a stack, so that neither its length nor its nesting
//! costs anything but time, and both are bounded.

use jiff::civil::DateTime;

use crate::formula::Reference;
use crate::kind::DateUnit;
use crate::zone::{from_wall_ms, wall_ms};

mod function;
mod operator;
mod reader;

use function::Function;
use operator::Operator;
use reader::Reader;

/// The longest equation that is read, in bytes.
const LONGEST: usize = 5_000;

/// An equation, ready to be computed.
#[derive(Debug, PartialEq)]
pub(crate) struct Expression {
    steps: Vec<Step>,
}

/// What an equation computes with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Quantity {
    Number(f64),
    /// A wall-clock time, in seconds since 1970.
    Moment(f64),
    /// Seconds between two moments.
    Span(f64),
}

#[derive(Debug, PartialEq)]
enum Step {
    Push(f64),
    Now,
    Field(Reference),
    Negate,
    Apply(Operator),
    /// A function of so many of the latest values.
    Call(Function, usize),
}

impl Expression {
    /// Compiles a formula, or `None` where it is none.
    pub(crate) fn read(text: &str, refer: &impl Fn(&str) -> Reference) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut reader = Reader { rest: text, steps: Vec::new(), refer };
        reader.operation(0, 0)?;
        reader.skip();
        reader.rest.is_empty().then_some(Self { steps: reader.steps })
    }

    /// The fields that the equation needs.
    pub(crate) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.steps.iter().filter_map(|step| match step {
            Step::Field(reference) => Some(reference),
            _ => None,
        })
    }

    /// Computes it. A bare number beside a date counts `unit`s.
    pub(crate) fn value(
        &self,
        unit: DateUnit,
        now: DateTime,
        mut field: impl FnMut(&Reference) -> Quantity,
    ) -> Option<Quantity> {
        let mut stack: Vec<Quantity> = Vec::new();
        for step in &self.steps {
            let next = match step {
                Step::Push(number) => Quantity::Number(*number),
                Step::Now => moment(now),
                Step::Field(reference) => field(reference),
                Step::Negate => match stack.pop()? {
                    Quantity::Span(seconds) => Quantity::Span(-seconds),
                    other => Quantity::Number(-other.plain()),
                },
                Step::Apply(operator) => {
                    let right = stack.pop()?;
                    operator.apply(stack.pop()?, right, unit)
                }
                Step::Call(function, count) => {
                    let from = stack.len().checked_sub(*count)?;
                    let result = function.call(stack.get(from..)?)?;
                    stack.truncate(from);
                    result
                }
            };
            stack.push(next);
        }
        stack.pop()
    }
}

impl Quantity {
    fn plain(self) -> f64 {
        let (Self::Number(number) | Self::Moment(number) | Self::Span(number)) = self;
        number
    }

    /// The wall-clock time of a moment.
    pub(crate) fn local(self) -> Option<DateTime> {
        let Self::Moment(seconds) = self else { return None };
        whole(seconds * 1_000.0).and_then(from_wall_ms)
    }
}

/// A wall-clock time as a quantity.
pub(crate) fn moment(local: DateTime) -> Quantity {
    // Milliseconds of every year that dates can have are exact in an `f64`.
    #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
    Quantity::Moment(wall_ms(local) as f64 / 1_000.0)
}

fn whole(number: f64) -> Option<i64> {
    // Beyond this, neighbours cannot be told apart, and no calendar goes that far.
    (number.abs() < 9e15).then(|| format!("{number:.0}").parse().ok())?
}

#[cfg(test)]
mod tests;
