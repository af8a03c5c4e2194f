//! What one rule asks of one value, by kind of field and operator.

use serde_json::Value;

use crate::app::Field;
use crate::figures::numeric;
use crate::filter::{Now, texts};
use crate::kind::{DateFormat, DateOrder, EquationFormat, EquationResult, Kind};
use crate::near::Circle;
use crate::render::{self, is_blank, words};
use crate::span::{self, NoSpan, Span};

/// A question, read once per list and asked of every record.
#[derive(Debug, PartialEq)]
pub(crate) struct Check {
    /// Whether the answer is turned round: `is not`, `does not contain`, `is not blank`.
    negated: bool,
    /// Whether texts are compared with their capitals.
    exact: bool,
    /// Whether `[null]` is a value.
    null_list: bool,
    ask: Ask,
}

#[derive(Debug, PartialEq)]
enum Ask {
    Blank,
    /// Nothing can match, negated or not: Knack answers an ISO date so.
    Never,
    Text(Position, String),
    Number(Compare, f64),
    Flag(bool),
    /// Equal to these options, ignoring case: to one of them, to all, or with several chosen to exactly them.
    Options {
        wanted: Vec<String>,
        want: Want,
    },
    /// Connected to these ids: to all of them, to any, or to exactly them.
    Ids {
        wanted: Vec<String>,
        want: Want,
    },
    Time(Span),
    Near(Circle),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Whole,
    Anywhere,
    Start,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Equal,
    Higher,
    Lower,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    All,
    Any,
    Exactly,
}

impl Check {
    /// Reads a rule's operator and value. `None` where the kind has no such operator.
    pub(crate) fn of(field: &Field, operator: &str, rule: &Value, now: &Now<'_>) -> Option<Self> {
        if let "is blank" | "is not blank" = operator {
            // A value there makes the rule match nothing, an empty one is tolerated.
            let ask = if valued(rule) { Ask::Never } else { Ask::Blank };
            let null_list = now.manners.null_list;
            return Some(Self { null_list, ..Self::new(operator == "is not blank", ask) });
        }
        let manners = now.manners;
        match &field.kind {
            Kind::File | Kind::Image { .. } | Kind::Signature | Kind::Password => None,
            Kind::Connection { many, .. } => Self::of_ids(operator, rule, *many),
            Kind::Boolean(_) => {
                let negated = negation(operator, "is")?;
                let ask = flag(rule.get("value")).map_or(Ask::Never, Ask::Flag);
                Some(Self::new(negated, ask))
            }
            Kind::Choice { .. } | Kind::UserRoles => {
                let check = Self::of_options(operator, rule, manners.any_is_all)?;
                Some(Self { null_list: manners.null_list, ..check })
            }
            Kind::DateTime(format) => Self::of_time(operator, rule, format, now),
            Kind::Equation(EquationFormat { result: EquationResult::Date(format), .. }) => {
                Self::of_time(operator, rule, format, now)
            }
            Kind::Address { .. } if operator == "near" => {
                // A place that is not known is near to nothing.
                let ask = Circle::of(rule, now.scene).map_or(Ask::Never, Ask::Near);
                Some(Self::new(false, ask))
            }
            Kind::Number(_)
            | Kind::Equation(_)
            | Kind::Aggregate(_)
            | Kind::Currency(_)
            | Kind::AutoIncrement
            | Kind::Rating
            | Kind::Timer(_) => {
                Self::of_number(operator, rule).or_else(|| Self::of_text(operator, rule, manners.exact_case))
            }
            _ => Self::of_text(operator, rule, manners.exact_case),
        }
    }

    const fn new(negated: bool, ask: Ask) -> Self {
        Self { negated, exact: false, null_list: false, ask }
    }

    /// Whether a value counts as empty.
    pub(crate) fn is_blank(&self, raw: &Value) -> bool {
        let nulls = self.null_list && raw.as_array().is_some_and(|items| !items.is_empty());
        is_blank(raw) && !nulls
    }

    /// Reads a rule about ids: connected ones or, of a record, its own.
    pub(crate) fn of_ids(operator: &str, rule: &Value, many: bool) -> Option<Self> {
        let (negated, want) = match operator {
            "is" => (false, if many { Want::Exactly } else { Want::Any }),
            "is not" => (true, if many { Want::Exactly } else { Want::Any }),
            "contains" => (false, Want::All),
            "does not contain" => (true, Want::All),
            "is any" => (false, Want::Any),
            _ => return None,
        };
        let wanted = listed(rule.get("value"));
        Some(Self::new(negated, Ask::Ids { wanted, want }))
    }

    fn of_time(operator: &str, rule: &Value, format: &DateFormat, now: &Now<'_>) -> Option<Self> {
        let order = match format.order {
            DateOrder::DayFirst if !now.manners.field_order => DateOrder::MonthFirst,
            order => order,
        };
        let ask = match span::of(operator, rule, now.local, order) {
            Ok(span) => Ask::Time(span),
            Err(NoSpan::Value) => Ask::Never,
            Err(NoSpan::Operator) => return None,
        };
        Some(Self::new(operator == "is not", ask))
    }

    fn of_options(operator: &str, rule: &Value, any_is_all: bool) -> Option<Self> {
        let (negated, want) = match operator {
            "is" => (false, Want::Exactly),
            "is not" => (true, Want::Exactly),
            "is any" if any_is_all => (false, Want::All),
            "contains" | "is any" => (false, Want::Any),
            "does not contain" => (true, Want::Any),
            _ => return None,
        };
        Some(Self::new(negated, Ask::Options { wanted: listed(rule.get("value")), want }))
    }

    fn of_number(operator: &str, rule: &Value) -> Option<Self> {
        let (negated, compare) = match operator {
            "is" => (false, Compare::Equal),
            "is not" => (true, Compare::Equal),
            "higher than" => (false, Compare::Higher),
            "lower than" => (false, Compare::Lower),
            _ => return None,
        };
        let value = rule.get("value").and_then(numeric);
        Some(Self::new(negated, value.map_or(Ask::Never, |value| Ask::Number(compare, value))))
    }

    fn of_text(operator: &str, rule: &Value, exact: bool) -> Option<Self> {
        let (negated, position) = match operator {
            "is" => (false, Position::Whole),
            "is not" => (true, Position::Whole),
            "contains" => (false, Position::Anywhere),
            "does not contain" => (true, Position::Anywhere),
            "starts with" => (false, Position::Start),
            "ends with" => (false, Position::End),
            _ => return None,
        };
        let wanted = match rule.get("value") {
            Some(Value::Object(parts)) => match parts.get("email").or(parts.get("url")) {
                Some(part) => part.as_str().unwrap_or_default().to_owned(),
                None => render::name(&Value::Object(parts.clone()), "First Last"),
            },
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        Some(Self { exact, ..Self::new(negated, Ask::Text(position, folded(&wanted, exact))) })
    }

    /// Asks one value; `None` is an empty one.
    pub(crate) fn passes(&self, field: &Field, raw: Option<&Value>) -> bool {
        if self.ask == Ask::Never {
            return false;
        }
        if let Ask::Ids { .. } = &self.ask {
            let links = raw.and_then(Value::as_array).into_iter().flatten();
            return self.ids(links.filter_map(|link| link.get("id")?.as_str()));
        }
        let holds = match (&self.ask, raw) {
            (Ask::Blank, raw) => raw.is_none(),
            (Ask::Flag(wanted), raw) => raw.and_then(Value::as_bool).unwrap_or(false) == *wanted,
            (Ask::Text(Position::Whole, wanted), None) => wanted.is_empty(),
            (_, None) | (Ask::Never | Ask::Ids { .. }, _) => false,
            (Ask::Text(position, wanted), Some(raw)) => {
                texts(&field.kind, &field.key, raw).iter().any(|text| {
                    let text = folded(text, self.exact);
                    match position {
                        Position::Whole => text == *wanted,
                        Position::Anywhere => text.contains(wanted),
                        Position::Start => text.starts_with(wanted),
                        Position::End => text.ends_with(wanted),
                    }
                })
            }
            (Ask::Number(compare, wanted), Some(raw)) => {
                // A timer is asked for its total in milliseconds, an equation of dates as it is shown:
                // guesses both, as no document says in which unit.
                let value = numeric(raw).or_else(|| raw.get("total_time")?.as_f64());
                let value = match &field.kind {
                    Kind::Equation(EquationFormat { result: EquationResult::Span, unit, .. }) => {
                        value.map(|seconds| seconds / f64::from(unit.seconds()))
                    }
                    _ => value,
                };
                value.is_some_and(|value| match compare {
                    Compare::Equal => (value - wanted).abs() < f64::EPSILON * wanted.abs().max(1.0),
                    Compare::Higher => value > *wanted,
                    Compare::Lower => value < *wanted,
                })
            }
            (Ask::Options { wanted, want }, Some(raw)) => {
                let chosen = words(raw);
                let has = |option: &String| chosen.iter().any(|chosen| fold(chosen) == fold(option));
                match want {
                    Want::Exactly if chosen.len() > 1 => {
                        wanted.len() == chosen.len() && wanted.iter().all(has)
                    }
                    Want::All => wanted.iter().all(has),
                    Want::Exactly | Want::Any => wanted.iter().any(has),
                }
            }
            (Ask::Near(circle), Some(raw)) => circle.holds(raw),
            (Ask::Time(span), Some(raw)) => {
                raw.get("unix_timestamp").and_then(Value::as_i64).is_some_and(|ms| span.contains(ms))
            }
        };
        holds != self.negated
    }

    /// Asks a list of ids.
    pub(crate) fn ids<'a>(&self, ids: impl Iterator<Item = &'a str>) -> bool {
        let Ask::Ids { wanted, want } = &self.ask else {
            return false;
        };
        let ids: Vec<&str> = ids.collect();
        let has = |id: &String| ids.contains(&id.as_str());
        let holds = match want {
            Want::All => !wanted.is_empty() && wanted.iter().all(has),
            Want::Any => wanted.iter().any(has),
            Want::Exactly => wanted.len() == ids.len() && wanted.iter().all(has),
        };
        holds != self.negated
    }
}

/// Whether a rule brings a value that says something.
fn valued(rule: &Value) -> bool {
    rule.get("value").is_some_and(|value| !is_blank(value))
}

/// Whether `operator` is `positive` or its negation `… not`.
fn negation(operator: &str, positive: &str) -> Option<bool> {
    if operator == positive {
        return Some(false);
    }
    (operator.strip_prefix(positive) == Some(" not")).then_some(true)
}

fn flag(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match fold(text).as_str() {
            "yes" | "true" | "on" => Some(true),
            "no" | "false" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A text, a list of texts, or a list of objects with an id.
fn listed(value: Option<&Value>) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(link) => link.get("id")?.as_str().map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A text as it is compared: with its capitals where they matter.
fn folded(text: &str, exact: bool) -> String {
    if exact { text.trim().to_owned() } else { fold(text) }
}

/// Text is compared without case and without space around it.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
