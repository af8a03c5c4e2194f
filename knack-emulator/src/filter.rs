//! Filters of a list (`docs.knack.com/docs/constructing-filters`): their grammar, and which
//! records they admit.

use std::borrow::Cow;
use std::time::Duration;

use jiff::civil::DateTime;
use serde_json::Value;

use crate::app::{App, Object};
use crate::check::Check;
use crate::kind::Kind;
use crate::manners::Manners;
use crate::query::Query;
use crate::render;
use crate::store::{Row, Store};

/// What filters depend on: the present, on the application's wall clock, and where to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now<'a> {
    pub(crate) local: DateTime,
    pub(crate) manners: Manners,
    /// Where places are looked up.
    pub(crate) scene: Option<(&'a App, &'a Store)>,
}

impl<'a> Now<'a> {
    pub(crate) fn at((app, store): (&'a App, &'a Store), wall: Duration, manners: Manners) -> Self {
        Self { local: app.zone.local(wall), manners, scene: Some((app, store)) }
    }
}

/// Rules joined by AND or OR.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    any: bool,
    rules: Vec<Rule>,
    groups: Vec<Filter>,
}

#[derive(Debug)]
enum Rule {
    /// On the record's own id.
    Id(Check),
    Field {
        place: usize,
        check: Check,
    },
}

impl Filter {
    /// Reads `filters=` as JSON or in brackets. A rule that is not understood is left out, or told
    /// of where `strict`.
    pub(crate) fn read(object: &Object, query: &Query, now: &Now<'_>, strict: bool) -> Result<Self, String> {
        let given = match query.get("filters") {
            Some(text) if text.trim().is_empty() => None,
            Some(text) => match serde_json::from_str(text) {
                Ok(value) => Some(value),
                Err(error) if strict => return Err(format!("filters: no valid JSON: {error}")),
                Err(_) => None,
            },
            None => query.nested("filters"),
        };
        match given {
            Some(value) => Self::group(object, &value, now, strict),
            None => Ok(Self::default()),
        }
    }

    pub(crate) fn group(object: &Object, value: &Value, now: &Now<'_>, strict: bool) -> Result<Self, String> {
        let none = Vec::new();
        let (any, rules, groups) = match value {
            // The criteria of fields are often a bare list whose rules say themselves how they are joined.
            Value::Array(rules) => {
                (rules.iter().any(|rule| rule.get("field").is_some() && joined_by_or(rule)), rules, &none)
            }
            Value::Object(group) if group.contains_key("field") => {
                return Self::group(object, &Value::Array(vec![value.clone()]), now, strict);
            }
            Value::Object(group) => {
                let list = |key: &str| group.get(key).and_then(Value::as_array).unwrap_or(&none);
                (joined_by_or(value), list("rules"), list("groups"))
            }
            other if strict => {
                return Err(format!("filters: {other} is neither rules nor a group"));
            }
            _ => (false, &none, &none),
        };
        let mut filter = Self { any, ..Self::default() };
        for rule in rules {
            // What names a field is a rule, whatever else it has.
            if rule.get("rules").is_some_and(Value::is_array) && rule.get("field").is_none() {
                filter.groups.push(Self::group(object, rule, now, strict)?);
                continue;
            }
            match Rule::read(object, rule, now) {
                Ok(rule) => filter.rules.push(rule),
                Err(why) if strict => return Err(format!("filters: {why}")),
                Err(_) => {}
            }
        }
        for group in groups {
            filter.groups.push(Self::group(object, group, now, strict)?);
        }
        Ok(filter)
    }

    /// Whether there is no rule, so that everything passes.
    pub(crate) fn is_none(&self) -> bool {
        self.rules.is_empty() && self.groups.is_empty()
    }

    /// Whether a record passes. No rule at all admits everything.
    pub(crate) fn admits(&self, scene: (&App, &Store), object: &Object, id: &str, row: &Row) -> bool {
        if self.is_none() {
            return true;
        }
        let mut all = self
            .rules
            .iter()
            .map(|rule| rule.admits(scene, object, id, row))
            .chain(self.groups.iter().map(|group| group.admits(scene, object, id, row)));
        if self.any { all.any(|passes| passes) } else { all.all(|passes| passes) }
    }
}

impl Rule {
    fn read(object: &Object, rule: &Value, now: &Now<'_>) -> Result<Self, String> {
        let text = |key: &str| rule.get(key).and_then(Value::as_str);
        let key = text("field").ok_or_else(|| format!("a rule without a field: {rule}"))?;
        let operator = text("operator").unwrap_or("is").trim().to_lowercase();
        let unknown = || format!("the operator {operator:?} does not fit {key}");
        if key == "id" {
            return Check::of_ids(&operator, rule, false).map(Self::Id).ok_or_else(unknown);
        }
        let place = object.place(key).ok_or_else(|| format!("no field {key} in {}", object.key))?;
        let field = object.fields.get(place).ok_or_else(unknown)?;
        let check = Check::of(field, &operator, rule, now).ok_or_else(unknown)?;
        Ok(Self::Field { place, check })
    }

    fn admits(&self, (app, store): (&App, &Store), object: &Object, id: &str, row: &Row) -> bool {
        match self {
            Self::Id(check) => check.ids(std::iter::once(id)),
            Self::Field { place, check } => {
                let (Some(field), Some(cell)) = (object.fields.get(*place), row.cells.get(*place)) else {
                    return false;
                };
                let raw = store.raw(app, field, cell);
                check.passes(field, raw.as_deref().filter(|raw| !check.is_blank(raw)))
            }
        }
    }
}

fn joined_by_or(group: &Value) -> bool {
    let joined = group.get("match").and_then(Value::as_str).unwrap_or_default();
    joined.eq_ignore_ascii_case("or") || joined.eq_ignore_ascii_case("any")
}

/// The texts that a value is found by.
pub(crate) fn texts<'a>(kind: &Kind, key: &str, raw: &'a Value) -> Vec<Cow<'a, str>> {
    let part = |name: &str| raw.get(name).and_then(Value::as_str).map(Cow::Borrowed);
    let whole = || raw.as_str().map_or_else(|| Cow::Owned(raw.to_string()), Cow::Borrowed);
    let shown = || {
        Cow::Owned(match render::shown(kind, key, raw) {
            Value::String(text) => text.replace("<br />", " "),
            other => other.to_string(),
        })
    };
    match kind {
        Kind::ShortText | Kind::ParagraphText | Kind::RichText | Kind::Concatenation => vec![whole()],
        Kind::Name(_) => {
            let (plain, shown) = (Cow::Owned(render::name(raw, "First Last")), shown());
            if shown == plain { vec![plain] } else { vec![shown, plain] }
        }
        Kind::Email(_) => part("email").or_else(|| raw.as_str().map(Cow::Borrowed)).into_iter().collect(),
        Kind::Link { .. } => [part("url"), part("label")].into_iter().flatten().collect(),
        Kind::Currency(_) => vec![shown(), whole()],
        Kind::Phone(_) => [part("formatted"), part("full")].into_iter().flatten().collect(),
        _ => vec![shown()],
    }
}
