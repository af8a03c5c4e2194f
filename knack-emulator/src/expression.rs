//! Equations: arithmetic on numbers and dates.
//!
//! A formula is compiled once into steps for a stack, so that neither its length nor its nesting
//! costs anything but time, and both are bounded.

use jiff::ToSpan;
use jiff::civil::DateTime;

use crate::formula::Reference;
use crate::kind::DateUnit;
use crate::zone::{from_wall_ms, wall_ms};

/// The longest equation that is read, in bytes.
const LONGEST: usize = 5_000;
/// How deep parentheses may nest.
const DEEPEST: u8 = 50;

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
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

/// The functions of `learn.knack.com/article/0xstljj9ta-numeric-equation-functions`, without those
/// of chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
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

impl Operator {
    /// The operator that `text` begins with, and its length.
    fn at(text: &str) -> Option<(Self, usize)> {
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

    fn rank(self) -> u8 {
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

    fn apply(self, left: Quantity, right: Quantity, unit: DateUnit) -> Quantity {
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

fn remainder(a: f64, b: f64) -> f64 {
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

impl Function {
    fn named(name: &str) -> Option<Self> {
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
    fn call(self, arguments: &[Quantity]) -> Option<Quantity> {
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
fn small<T: TryInto<u32>>(count: T) -> f64 {
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

struct Reader<'a, F> {
    rest: &'a str,
    steps: Vec<Step>,
    refer: &'a F,
}

impl<'a, F: Fn(&str) -> Reference> Reader<'a, F> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn accept(&mut self, sign: char) -> Option<()> {
        self.skip();
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }

    /// Operands joined by operators that bind at least as tightly as `rank`.
    fn operation(&mut self, rank: u8, depth: u8) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.operand(depth)?;
        loop {
            self.skip();
            let Some((operator, length)) = Operator::at(self.rest) else { return Some(()) };
            if operator.rank() < rank {
                return Some(());
            }
            self.rest = self.rest.get(length..)?;
            // Powers of powers are counted from the right, all else from the left.
            let tighter = operator.rank() + u8::from(operator != Operator::Power);
            self.operation(tighter, depth + 1)?;
            self.steps.push(Step::Apply(operator));
        }
    }

    fn operand(&mut self, depth: u8) -> Option<()> {
        let mut negative = None;
        loop {
            self.skip();
            let Some(rest) = self.rest.strip_prefix(['-', '+']) else { break };
            let flip = self.rest.starts_with('-');
            negative = Some(negative.unwrap_or(false) != flip);
            self.rest = rest;
        }
        match negative {
            None => self.atom(depth),
            // `-2^2` is -4.
            Some(negative) => {
                self.operation(Operator::Power.rank(), depth + 1)?;
                if negative {
                    self.steps.push(Step::Negate);
                }
                Some(())
            }
        }
    }

    fn atom(&mut self, depth: u8) -> Option<()> {
        self.skip();
        let first = self.rest.chars().next()?;
        match first {
            '(' => {
                self.accept('(')?;
                self.operation(0, depth + 1)?;
                self.accept(')')
            }
            '{' => {
                let (inside, rest) = self.rest.get(1..)?.split_once('}')?;
                self.steps.push(Step::Field((self.refer)(inside)));
                self.rest = rest;
                Some(())
            }
            '0'..='9' | '.' => {
                let number = self.take(|c| c.is_ascii_digit() || c == '.')?;
                self.steps.push(Step::Push(number.parse().ok()?));
                Some(())
            }
            'a'..='z' | 'A'..='Z' => {
                let name = self.take(|c| c.is_ascii_alphanumeric())?;
                if name.eq_ignore_ascii_case("currentTime") {
                    if self.accept('(').is_some() {
                        self.accept(')')?;
                    }
                    self.steps.push(Step::Now);
                    return Some(());
                }
                let function = Function::named(name)?;
                self.accept('(')?;
                let mut count = 0;
                loop {
                    self.operation(0, depth + 1)?;
                    count += 1;
                    if self.accept(',').is_none() {
                        break;
                    }
                }
                self.accept(')')?;
                self.steps.push(Step::Call(function, count));
                Some(())
            }
            _ => None,
        }
    }

    /// The longest beginning of the rest that `belongs`.
    fn take(&mut self, belongs: impl Fn(char) -> bool) -> Option<&'a str> {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = (self.rest.get(..end)?, self.rest.get(end..)?);
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: DateTime = DateTime::constant(2026, 3, 11, 16, 14, 0, 0);

    /// `{n}` is field `n`: its own number, or a date where it is 100 or more.
    fn compute(text: &str, unit: DateUnit) -> Option<Quantity> {
        let refer = |inside: &str| inside.parse().map_or(Reference::Unknown, Reference::Own);
        Expression::read(text, &refer)?.value(unit, NOW, |reference| match reference {
            Reference::Own(place @ 100..) => moment(
                DateTime::constant(2026, 1, 31, 0, 0, 0, 0).saturating_add(small(*place - 100).trunc_days()),
            ),
            Reference::Own(place) => Quantity::Number(small(*place)),
            _ => Quantity::Number(0.0),
        })
    }

    trait Days {
        fn trunc_days(self) -> jiff::Span;
    }

    impl Days for f64 {
        fn trunc_days(self) -> jiff::Span {
            whole(self).unwrap().days()
        }
    }

    #[test]
    fn numbers() {
        for (text, want) in [
            ("1 + 2 * 3", 7.0),
            ("(1 + 2) * 3", 9.0),
            ("10 - 4 - 3", 3.0),
            ("2 ^ 3 ^ 2", 512.0),
            ("-2 ^ 2", -4.0),
            ("2 * -3", -6.0),
            ("--3 + +1", 4.0),
            ("{7} * 10", 70.0),
            ("{field_99} + 1", 1.0),
            ("{7}{", f64::NAN),
            ("1 / 0", 0.0),
            ("{0} / {0}", 0.0),
            ("7 % 0", 0.0),
            ("mod(-1, 5)", 4.0),
            (".5 + 1.25", 1.75),
            ("abs(-3.85)", 3.85),
            ("ceil(4.2) + floor(2.8)", 7.0),
            ("round(2.5) + round(1.256, 2)", 4.26),
            ("sqrt(16) + cbrt(27) + pow(7, 2)", 56.0),
            ("max(1, 6, 9) - min(43, 100, 3)", 6.0),
            ("mean(1, 6, 8) + median(8, 9, 1) + sum(1, 2)", 16.0),
            ("median(1, 2, 3, 4)", 2.5),
            ("gcd(5, 25) + factorial(5)", 125.0),
            ("factorial(171) + factorial(-1)", 0.0),
            ("log(8, 2) + log10(1000)", 6.0),
            ("if({7} > 5, 1, 2) + (3 == 3) + (1 != 1)", 2.0),
            ("({1} >= 1 & 0 < 1) | 0", 1.0),
            ("getDateYear({100}) + getDateMonthOfYear({100}) + getDateDayOfMonth({100})", 2_058.0),
            ("getDateYear({7})", 0.0),
        ] {
            let got = compute(text, DateUnit::Second);
            match got {
                Some(Quantity::Number(got)) => assert!((got - want).abs() < 1e-9, "{text}: {got}"),
                got => assert!(got.is_none() && want.is_nan(), "{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_equation() {
        for text in
            ["", "1 +", "(1", "1)", "1 2", "x", "x(1)", "abs", "abs()", "mod(1)", "{1", "1..2", "'a'", "€"]
        {
            assert_eq!(compute(text, DateUnit::Second), None, "{text}");
        }
    }

    #[test]
    fn dates() {
        let day = 86_400.0;
        let at =
            |text: &str, unit| compute(text, unit).and_then(Quantity::local).map(|local| local.to_string());
        for (text, want) in [
            ("{110} - {100}", 10.0 * day),
            ("({110} - {100}) * 2 + 1", 21.0 * day),
            ("abs({100} - {110}) / 2 - 1", 4.0 * day),
            ("-({110} - {100})", -10.0 * day),
            ("1 - ({110} - {100})", -9.0 * day),
        ] {
            assert_eq!(compute(text, DateUnit::Day), Some(Quantity::Span(want)), "{text}");
        }
        for (text, unit, want) in [
            ("{100} + 3", DateUnit::Day, "2026-02-03T00:00:00"),
            ("3 + {100}", DateUnit::Day, "2026-02-03T00:00:00"),
            ("{100} + 1", DateUnit::Month, "2026-02-28T00:00:00"),
            ("{100} - 2", DateUnit::Year, "2024-01-31T00:00:00"),
            ("{100} + 1.5", DateUnit::Hour, "2026-01-31T01:30:00"),
            ("{100} + ({110} - {100})", DateUnit::Hour, "2026-02-10T00:00:00"),
            ("max({100}, {103}) + 1", DateUnit::Week, "2026-02-10T00:00:00"),
            ("currentTime() + 1", DateUnit::Minute, "2026-03-11T16:15:00"),
        ] {
            assert_eq!(at(text, unit).as_deref(), Some(want), "{text}");
        }
        assert_eq!(at("{100} + 99999999999999999999", DateUnit::Year), None);
    }

    #[test]
    fn nesting_and_length_are_bounded() {
        for text in [
            "(".repeat(4_000),
            "-".repeat(4_000),
            "abs(".repeat(1_000),
            "2^".repeat(2_000) + "2",
            "1+".repeat(9_000) + "1",
            "-(".repeat(2_000),
        ] {
            assert_eq!(compute(&text, DateUnit::Day), None);
        }
        let long = "1+".repeat(2_000) + "1";
        assert_eq!(compute(&long, DateUnit::Day), Some(Quantity::Number(2_001.0)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_computed(text in "[-+*/^%(){}0-9a-z., <>=!&|]{0,60}") {
            let _ = compute(&text, DateUnit::Year);
        }

        #[test]
        fn any_equation_has_a_value(
            parts in prop::collection::vec(prop::sample::select(vec![
                "{7}", "{100}", "{field_1}", "999999999", "abs(-{0})", "sqrt(0-1)", "log(0)", "currentTime()",
                "(1-{101})", "pow(9,999)", "factorial(170)", "min({100},1)",
            ]), 1..12),
            signs in prop::collection::vec(prop::sample::select(vec!["+", "-", "*", "/", "^", "%", "<"]), 12),
        ) {
            let joined: Vec<&str> = parts.iter().zip(&signs).flat_map(|(part, sign)| [*part, *sign]).collect();
            let text = joined.concat() + "1";
            for unit in [DateUnit::Second, DateUnit::Month, DateUnit::Year] {
                prop_assert!(compute(&text, unit).is_some());
            }
        }
    }
}
