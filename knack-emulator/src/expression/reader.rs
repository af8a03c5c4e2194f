//! From the text of an equation to its steps.

use crate::expression::Step;
use crate::expression::function::Function;
use crate::expression::operator::Operator;
use crate::formula::Reference;

/// How deep parentheses may nest.
const DEEPEST: u8 = 50;

pub(super) struct Reader<'a, F> {
    pub(super) rest: &'a str,
    pub(super) steps: Vec<Step>,
    pub(super) refer: &'a F,
}

impl<'a, F: Fn(&str) -> Reference> Reader<'a, F> {
    pub(super) fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn accept(&mut self, sign: char) -> Option<()> {
        self.skip();
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }

    /// Operands joined by operators that bind at least as tightly as `rank`.
    pub(super) fn operation(&mut self, rank: u8, depth: u8) -> Option<()> {
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
