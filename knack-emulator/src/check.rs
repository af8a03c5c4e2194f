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
    /// Equal to one of these options, ignoring case.
    Options {
        wanted: Vec<String>,
        whole: bool,
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
            return Some(Self { negated: operator == "is not blank", ask });
        }
        match &field.kind {
            Kind::File | Kind::Image { .. } | Kind::Signature | Kind::Password => None,
            Kind::Connection { many, .. } => Self::of_ids(operator, rule, *many),
            Kind::Boolean => {
                let negated = negation(operator, "is")?;
                let ask = flag(rule.get("value")).map_or(Ask::Never, Ask::Flag);
                Some(Self { negated, ask })
            }
            Kind::Choice { .. } | Kind::UserRoles => Self::of_options(operator, rule),
            Kind::DateTime(format) => Self::of_time(operator, rule, format, now),
            Kind::Equation(EquationFormat { result: EquationResult::Date(format), .. }) => {
                Self::of_time(operator, rule, format, now)
            }
            Kind::Address { .. } if operator == "near" => {
                // A place that is not known is near to nothing.
                let ask = Circle::of(rule, now.scene).map_or(Ask::Never, Ask::Near);
                Some(Self { negated: false, ask })
            }
            Kind::Number(_)
            | Kind::Equation(_)
            | Kind::Aggregate(_)
            | Kind::Currency(_)
            | Kind::AutoIncrement
            | Kind::Rating
            | Kind::Timer(_) => Self::of_number(operator, rule).or_else(|| Self::of_text(operator, rule)),
            _ => Self::of_text(operator, rule),
        }
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
        Some(Self { negated, ask: Ask::Ids { wanted, want } })
    }

    fn of_time(operator: &str, rule: &Value, format: &DateFormat, now: &Now<'_>) -> Option<Self> {
        let order = match format.order {
            DateOrder::DayFirst if !now.field_order => DateOrder::MonthFirst,
            order => order,
        };
        let ask = match span::of(operator, rule, now.local, order) {
            Ok(span) => Ask::Time(span),
            Err(NoSpan::Value) => Ask::Never,
            Err(NoSpan::Operator) => return None,
        };
        Some(Self { negated: operator == "is not", ask })
    }

    fn of_options(operator: &str, rule: &Value) -> Option<Self> {
        let (negated, whole) = match operator {
            "is" => (false, true),
            "is not" => (true, true),
            "contains" | "is any" => (false, false),
            "does not contain" => (true, false),
            _ => return None,
        };
        Some(Self { negated, ask: Ask::Options { wanted: listed(rule.get("value")), whole } })
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
        Some(Self { negated, ask: value.map_or(Ask::Never, |value| Ask::Number(compare, value)) })
    }

    fn of_text(operator: &str, rule: &Value) -> Option<Self> {
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
        Some(Self { negated, ask: Ask::Text(position, fold(&wanted)) })
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
            (Ask::Text(position, wanted), Some(raw)) => texts(field, raw).iter().any(|text| {
                let text = fold(text);
                match position {
                    Position::Whole => text == *wanted,
                    Position::Anywhere => text.contains(wanted),
                    Position::Start => text.starts_with(wanted),
                    Position::End => text.ends_with(wanted),
                }
            }),
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
            (Ask::Options { wanted, whole }, Some(raw)) => {
                let chosen = words(raw);
                let has = |option: &String| chosen.iter().any(|chosen| fold(chosen) == fold(option));
                if *whole && chosen.len() > 1 {
                    wanted.len() == chosen.len() && wanted.iter().all(has)
                } else {
                    wanted.iter().any(has)
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

/// Text is compared without case and without space around it.
fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use serde_json::json;

    use super::*;
    use crate::app::App;

    fn ask(meta: &Value, raw: &Value, operator: &str, value: &Value) -> Option<bool> {
        let mut meta = meta.clone();
        meta["key"] = json!("field_1");
        let dump =
            json!({"id": "5f0000000000000000000001", "objects": [{"key": "object_1", "fields": [meta]}]});
        let app = App::read(dump).unwrap();
        let field = &app.objects[0].fields[0];
        let now =
            Now { local: DateTime::constant(2026, 3, 11, 16, 14, 0, 0), field_order: false, scene: None };
        let mut rule = json!({"field": "field_1", "operator": operator, "value": value});
        if value.is_null() {
            rule.as_object_mut().unwrap().remove("value");
        }
        let test = Check::of(field, operator, &rule, &now)?;
        Some(test.passes(field, Some(raw).filter(|raw| !is_blank(raw))))
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "one table of every kind and operator")]
    fn every_kind_and_operator() {
        let text = json!({"type": "short_text"});
        let name = json!({"type": "name", "format": {"format": "Last, First"}});
        let mail = json!({"type": "email"});
        let phone = json!({"type": "phone"});
        let number = json!({"type": "number"});
        let money = json!({"type": "currency"});
        let flag = json!({"type": "boolean"});
        let one = json!({"type": "multiple_choice", "format": {"type": "single"}});
        let many = json!({"type": "multiple_choice", "format": {"type": "multi"}});
        let to_one = json!({"type": "connection", "relationship": {"object": "object_1", "has": "one"}});
        let to_many = json!({"type": "connection", "relationship": {"object": "object_1", "has": "many"}});
        let file = json!({"type": "file"});
        let ada = json!({"first": "Ada", "last": "Cole"});
        let a = json!([{"id": "a"}]);
        let ab = json!([{"id": "a"}, {"id": "b"}]);
        let (yes, no) = (Some(true), Some(false));
        let table = [
            (&text, json!(" Blue Bike "), "is", json!("blue bike"), yes),
            (&text, json!("Blue Bike"), "is not", json!("red"), yes),
            (&text, json!("Blue Bike"), "contains", json!("E B"), yes),
            (&text, json!("Blue Bike"), "does not contain", json!("bike"), no),
            (&text, json!("Blue Bike"), "starts with", json!("blue"), yes),
            (&text, json!("Blue Bike"), "ends with", json!("blue"), no),
            (&text, json!(""), "is blank", json!(null), yes),
            (&text, json!(""), "is blank", json!(""), yes),
            (&text, json!(""), "is blank", json!("x"), no),
            (&text, json!(""), "is not blank", json!(null), no),
            (&text, json!(""), "is not", json!("red"), yes),
            (&text, json!("x"), "higher than", json!("red"), None),
            (&name, ada.clone(), "contains", json!("ada"), yes),
            (&name, ada.clone(), "is", json!("Cole, Ada"), yes),
            (&name, ada.clone(), "is", json!("Ada Cole"), yes),
            (&name, ada.clone(), "is", json!({"first": "Ada", "last": "Cole"}), yes),
            (&name, ada, "is", json!("Ada"), no),
            (&mail, json!({"email": "ada@example.com"}), "ends with", json!("@Example.com"), yes),
            (&mail, json!({"email": ""}), "is blank", json!(null), yes),
            (
                &phone,
                json!({"formatted": "(555) 010-1234", "full": "5550101234"}),
                "contains",
                json!("0101"),
                yes,
            ),
            (&number, json!(5), "is", json!("5"), yes),
            (&number, json!(5), "higher than", json!(5), no),
            (&number, json!(5), "lower than", json!("5.5"), yes),
            (&number, json!(5), "is not", json!(4), yes),
            (&number, json!(5), "is", json!("five"), no),
            (&number, json!(5), "is not", json!("five"), no),
            (&number, json!(0), "is blank", json!(null), no),
            (&money, json!("100.50"), "higher than", json!(100), yes),
            (&money, json!("100.50"), "is", json!("100.5"), yes),
            (&flag, json!(true), "is", json!("Yes"), yes),
            (&flag, json!(false), "is", json!(false), yes),
            (&flag, json!(false), "is not", json!("true"), yes),
            (&flag, json!(false), "is blank", json!(null), no),
            (&flag, json!(true), "contains", json!("Yes"), None),
            (&one, json!("Open"), "is", json!("open"), yes),
            (&one, json!("Open"), "is any", json!(["Closed", "Open"]), yes),
            (&one, json!("Open"), "does not contain", json!("Closed"), yes),
            (&many, json!(["A", "B"]), "contains", json!("B"), yes),
            (&many, json!(["A", "B"]), "is", json!("B"), no),
            (&many, json!(["A", "B"]), "is", json!(["B", "A"]), yes),
            (&many, json!(["A"]), "is", json!("A"), yes),
            (&many, json!([null]), "is blank", json!(null), yes),
            (&to_one, a.clone(), "is", json!("a"), yes),
            (&to_one, a.clone(), "is", json!(["a"]), yes),
            (&to_one, a.clone(), "is not", json!("a"), no),
            (&to_one, json!([]), "is not", json!("a"), yes),
            (&to_one, json!([]), "is blank", json!(null), yes),
            (&to_many, ab.clone(), "is", json!("a"), no),
            (&to_many, ab.clone(), "is", json!(["b", "a"]), yes),
            (&to_many, ab.clone(), "contains", json!("b"), yes),
            (&to_many, ab.clone(), "contains", json!(["a", "c"]), no),
            (&to_many, ab, "is any", json!(["a", "c"]), yes),
            (&to_many, a, "does not contain", json!("b"), yes),
            (&file, json!({"id": "f"}), "is not blank", json!(null), yes),
            (&file, json!({"id": "f"}), "is", json!("f"), None),
        ];
        for (meta, raw, operator, value, want) in table {
            assert_eq!(ask(meta, &raw, operator, &value), want, "{raw} {operator} {value}");
        }
    }

    #[test]
    fn dates() {
        let day = json!({"type": "date_time", "format": {"time_format": "Ignore Time"}});
        let at = |text: &str| {
            let Kind::DateTime(format) = Kind::of(&json!({"type": "date_time"})) else { panic!() };
            crate::dates::written(&json!(text), &format, None).unwrap()
        };
        let (yes, no) = (Some(true), Some(false));
        for (raw, operator, value, want) in [
            ("03/09/2026 4:14pm", "is", json!("03/09/2026"), yes),
            ("03/09/2026 4:14pm", "is", json!("03/09/2026 4:14 pm"), yes),
            ("03/09/2026 4:14pm", "is", json!("03/09/2026 4:15 pm"), no),
            ("03/09/2026 4:14pm", "is not", json!("03/10/2026"), yes),
            ("03/09/2026 4:14pm", "is", json!("2026-03-09"), no),
            ("03/09/2026 4:14pm", "is not", json!("2026-03-09"), no),
            ("03/09/2026 4:14pm", "is before", json!("03/09/2026"), no),
            ("03/09/2026 4:14pm", "is after", json!("03/09/2026"), no),
            ("03/09/2026 4:14pm", "is before", json!("03/10/2026"), yes),
            ("03/10/2026 12:00am", "is after", json!("03/09/2026"), yes),
            ("03/11/2026 11:00pm", "is today", json!(null), yes),
            ("03/12/2026 12:00am", "is today", json!(null), no),
            ("03/11/2026 4:00pm", "is before current time", json!(null), yes),
            ("03/11/2026 4:00pm", "is after current time", json!(null), no),
            ("03/11/2026 4:00pm", "is before today", json!(null), no),
            ("03/11/2026 4:00pm", "is sometimes", json!(null), None),
        ] {
            assert_eq!(ask(&day, &at(raw), operator, &value), want, "{raw} {operator} {value}");
        }
    }
}
