//! An application as its dump describes it. Dumps of many ages are read: what is missing, null or
//! of an unexpected type has a default, and unknown kinds survive.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::browsers;
use crate::error::EmulatorError;
use crate::formula::{self, Formula, Place};
use crate::kind::{EquationFormat, EquationResult, Kind};
use crate::manners::Manners;
use crate::near::Point;
use crate::pages::Pages;
use crate::sessions::Lockout;
use crate::zone::Zone;

/// The application: its objects in the order of the dump.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) zone: Zone,
    /// Calls a day of the account's plan, if the dump tells.
    pub(crate) daily_calls: Option<u64>,
    /// How many wrong passwords lock an account, if the dump tells.
    pub(crate) lockout: Option<Lockout>,
    pub(crate) objects: Vec<Object>,
    by_key: HashMap<String, usize>,
    /// The computed fields, in the order in which they are computed.
    pub(crate) order: Vec<Place>,
    pub(crate) pages: Pages,
    /// Places that filters may name, beside those of the records.
    pub(crate) places: Vec<(String, Point)>,
    /// The answer to `GET /v1/applications/{id}`.
    pub(crate) dump: Bytes,
    /// By which a caller asks whether the dump is still the same.
    pub(crate) dump_tag: String,
    /// The greatest number of each kind of key that calls made or deleted.
    pub(crate) last_keys: HashMap<&'static str, u32>,
}

/// One object (a table) and its fields in schema order.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) key: String,
    pub(crate) name: String,
    /// The place of the field that names a record.
    pub(crate) identifier: Option<usize>,
    pub(crate) sort: Option<Sort>,
    /// Whether its records are accounts that can log in.
    pub(crate) users: bool,
    /// The role that each of its records has.
    pub(crate) profile: Option<String>,
    pub(crate) fields: Vec<Field>,
    by_key: HashMap<String, usize>,
    pub(crate) meta: Value,
}

/// An order of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) field: usize,
    pub(crate) descending: bool,
}

/// One field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) raw_key: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) unique: bool,
    /// Whether free text is looked for in it. Dumps may tell, but under which name is not known.
    pub(crate) searchable: bool,
    /// The value of a new record that does not give one, in a form that can be written.
    pub(crate) default: Option<Value>,
    /// How the server computes the value, if it does and the formula is understood.
    pub(crate) formula: Option<Formula>,
    pub(crate) meta: Value,
}

impl App {
    /// Reads a dump, with or without the outer `application`.
    pub(crate) fn read(dump: Value) -> Result<Self, EmulatorError> {
        let whole = match dump {
            Value::Object(map) if map.contains_key("application") => Value::Object(map),
            inner => json!({ "application": inner }),
        };
        let app = whole.get("application").unwrap_or(&Value::Null);
        let id = app
            .get("id")
            .and_then(Value::as_str)
            .filter(|id| !id.is_empty())
            .ok_or(EmulatorError::Application { what: "application.id" })?
            .to_owned();
        let listed = app
            .get("objects")
            .and_then(Value::as_array)
            .ok_or(EmulatorError::Application { what: "application.objects" })?;
        let mut objects: Vec<Object> = listed.iter().filter_map(Object::read).collect();
        let by_key = objects.iter().enumerate().map(|(i, o)| (o.key.clone(), i)).collect();
        let formulas = formula::read(&objects);
        let order = formula::order(&formulas, &objects);
        for ((object, field), formula) in formulas {
            if let Some(field) = objects.get_mut(object).and_then(|object| object.fields.get_mut(field)) {
                field.formula = Some(formula);
            }
        }
        let account = app.get("account").unwrap_or(&Value::Null);
        let daily_calls = ["plan_limits", "product_plan"]
            .iter()
            .find_map(|key| whole_number(account.get(key)?.get("api_limit")?));
        let dump = whole.to_string();
        Ok(Self {
            name: string(app.get("name")),
            zone: Zone::of(app.get("settings").unwrap_or(&Value::Null)),
            daily_calls,
            lockout: Lockout::read(app.get("settings").and_then(|settings| settings.get("lockout_options"))),
            pages: Pages::read(app.get("scenes"), &objects),
            objects,
            by_key,
            order,
            places: Vec::new(),
            dump_tag: browsers::tag(dump.as_bytes()),
            dump: Bytes::from(dump),
            last_keys: HashMap::new(),
            id,
        })
    }

    /// The application by another dump. What was set beside the dump stays.
    pub(crate) fn revised(&self, dump: Value, manners: Manners) -> Result<Self, EmulatorError> {
        let mut app = Self::read(dump)?;
        app.adopt(manners);
        app.places.clone_from(&self.places);
        for object in &mut app.objects {
            let before = self.object(&object.key).map(|(_, before)| before);
            for field in &mut object.fields {
                field.searchable =
                    before.and_then(|before| before.field(&field.key)).is_some_and(|field| field.searchable);
            }
        }
        Ok(app)
    }

    pub(crate) fn object(&self, key: &str) -> Option<(usize, &Object)> {
        let place = *self.by_key.get(key)?;
        Some((place, self.objects.get(place)?))
    }

    /// Takes over the manners that values are shown and written by.
    pub(crate) fn adopt(&mut self, manners: Manners) {
        for field in self.objects.iter_mut().flat_map(|object| &mut object.fields) {
            match &mut field.kind {
                Kind::Boolean(words) if manners.boolean_format => *words = own_words(&field.meta),
                Kind::DateTime(format)
                | Kind::Timer(format)
                | Kind::Equation(EquationFormat { result: EquationResult::Date(format), .. })
                    if manners.midnight_zero =>
                {
                    format.midnight = 0;
                }
                _ => {}
            }
        }
    }

    /// Marks a field as one that free text is looked for in.
    pub(crate) fn mark_searchable(&mut self, key: &str) -> Result<(), EmulatorError> {
        let mut fields = self.objects.iter_mut().flat_map(|object| &mut object.fields);
        let unknown = || EmulatorError::UnknownField { field: key.to_owned() };
        fields.find(|field| field.key == key).ok_or_else(unknown)?.searchable = true;
        Ok(())
    }

    /// A field and its object.
    pub(crate) fn at(&self, (object, field): Place) -> Option<(&Object, &Field)> {
        let object = self.objects.get(object)?;
        Some((object, object.fields.get(field)?))
    }

    pub(crate) fn formula(&self, place: Place) -> Option<&Formula> {
        self.at(place)?.1.formula.as_ref()
    }
}

impl Object {
    fn read(meta: &Value) -> Option<Self> {
        let key = meta.get("key")?.as_str()?.to_owned();
        let fields: Vec<Field> = meta
            .get("fields")
            .and_then(Value::as_array)
            .map(|fields| fields.iter().filter_map(Field::read).collect())
            .unwrap_or_default();
        let by_key: HashMap<String, usize> =
            fields.iter().enumerate().map(|(i, f)| (f.key.clone(), i)).collect();
        let sort = meta.get("sort").and_then(|sort| {
            Some(Sort {
                field: *by_key.get(sort.get("field")?.as_str()?)?,
                descending: sort.get("order").and_then(Value::as_str) == Some("desc"),
            })
        });
        Some(Self {
            name: string(meta.get("name")),
            identifier: meta
                .get("identifier")
                .and_then(Value::as_str)
                .and_then(|key| by_key.get(key))
                .copied(),
            sort,
            users: meta.get("type").and_then(Value::as_str) == Some("UserObject")
                || meta.get("user").and_then(Value::as_bool) == Some(true),
            profile: meta.get("profile_key").and_then(Value::as_str).map(str::to_owned),
            fields,
            by_key,
            meta: meta.clone(),
            key,
        })
    }

    /// Whether a field is the one that names a record.
    pub(crate) fn identifies(&self, field: &Field) -> bool {
        self.identifier.is_some_and(|place| self.place(&field.key) == Some(place))
    }

    pub(crate) fn place(&self, field: &str) -> Option<usize> {
        self.by_key.get(field).copied()
    }

    pub(crate) fn field(&self, key: &str) -> Option<&Field> {
        self.fields.get(self.place(key)?)
    }
}

impl Field {
    fn read(meta: &Value) -> Option<Self> {
        let key = meta.get("key")?.as_str()?.to_owned();
        let flag = |name: &str| meta.get(name).and_then(Value::as_bool).unwrap_or(false);
        let kind = Kind::of(meta);
        let format = meta.get("format").unwrap_or(&Value::Null);
        let default = [format.get("default"), meta.get("default")]
            .into_iter()
            .flatten()
            .find(|value| match value {
                Value::Null => false,
                Value::String(text) => !text.is_empty() && text != "kn-blank",
                Value::Array(items) => !items.is_empty(),
                _ => true,
            })
            .cloned();
        Some(Self {
            raw_key: format!("{key}_raw"),
            name: string(meta.get("name")),
            kind,
            required: flag("required"),
            unique: flag("unique"),
            searchable: false,
            default,
            formula: None,
            meta: meta.clone(),
            key,
        })
    }
}

/// The words of a boolean's format.
fn own_words(field: &Value) -> [&'static str; 2] {
    match field.pointer("/format/format").and_then(Value::as_str) {
        Some("on_off") => ["On", "Off"],
        Some("true_false") => ["True", "False"],
        _ => ["Yes", "No"],
    }
}

fn string(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A count that may be written as a number or as text.
pub(crate) fn whole_number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_dump_and_a_wrapped_one_are_the_same() {
        let bare = json!({"id": "5f0000000000000000000001", "name": "A", "objects": []});
        let wrapped = json!({ "application": bare });
        assert_eq!(App::read(bare).unwrap().dump, App::read(wrapped).unwrap().dump);
    }

    #[test]
    fn what_is_missing_or_odd_has_a_default() {
        let app = App::read(json!({
            "id": "5f0000000000000000000001",
            "counts": {"total_entries": -10_321},
            "account": {"product_plan": {"api_limit": "5000"}, "plan_limits": null},
            "settings": null,
            "objects": [null, 7, {"name": "no key"}, {"key": "object_1"},
                {"key": "object_2", "identifier": null, "sort": {"field": "field_9"}, "fields": [
                    null,
                    {"key": "field_1", "type": "teleport", "format": "", "required": null},
                    {"key": "field_2", "type": "short_text", "default": "x", "unique": true}]}],
        }))
        .unwrap();
        assert_eq!(app.daily_calls, Some(5_000));
        assert_eq!(app.objects.len(), 2);
        let (place, object) = app.object("object_2").unwrap();
        assert_eq!((place, object.fields.len(), object.sort), (1, 2, None));
        assert_eq!(object.fields[0].kind, Kind::Unknown);
        assert_eq!(object.fields[1].default, Some(json!("x")));
        assert!(object.field("field_2").unwrap().unique);
    }

    #[test]
    fn without_id_or_objects_there_is_nothing_to_serve() {
        for dump in [json!(null), json!([]), json!({"objects": []}), json!({"id": "x"})] {
            assert!(matches!(App::read(dump), Err(EmulatorError::Application { .. })));
        }
    }
}
