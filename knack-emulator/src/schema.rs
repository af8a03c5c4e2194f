//! Objects, fields and views themselves: reading, making, changing and deleting them.
//!
//! No document tells of it. The reads are recorded; that the writes are there, that they take the API key and
//! that a name which there is already gets " Copy" behind it was seen. What they answer is a guess, the same as
//! the reads; so is that connections to an object go with it.

mod views;

use std::collections::HashMap;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::app::{App, Object};
use crate::kind::Kind;
use crate::routes::{Desk, Request, deleted, ok};

/// What a new object or field cannot say of itself.
const OWN: [&str; 4] = ["_id", "key", "fields", "tasks"];

/// Answers a call about objects or views, but for their records.
pub(crate) fn answer(desk: &mut Desk<'_>, request: &Request, steps: &[&str]) -> Answer {
    let written = match (&request.method, steps) {
        (&Method::GET, _) => return read(desk.app, request, steps),
        (&Method::POST, ["objects"]) => write(desk, request, Dump::add_object),
        (&Method::PUT, ["objects", key]) => write(desk, request, |dump, body| dump.change_object(key, body)),
        (&Method::DELETE, ["objects", key]) => write(desk, request, |dump, _| dump.delete_object(key)),
        (&Method::POST, ["objects", key, list @ ("fields" | "tasks")]) => {
            write(desk, request, |dump, body| dump.add(key, list, body))
        }
        (&Method::PUT, ["objects", key, list @ ("fields" | "tasks"), part]) => {
            write(desk, request, |dump, body| dump.change(key, list, part, body))
        }
        (&Method::DELETE, ["objects", key, list @ ("fields" | "tasks"), part]) => {
            write(desk, request, |dump, _| dump.delete(key, list, part))
        }
        (&Method::POST, [_, scene, "views"]) => write(desk, request, |dump, body| dump.add_view(scene, body)),
        (&Method::PUT, [_, scene, "views", view]) => {
            write(desk, request, |dump, body| dump.change_view(scene, view, body))
        }
        (&Method::DELETE, [_, scene, "views", view]) => {
            write(desk, request, |dump, _| dump.delete_view(scene, view))
        }
        _ => return Answer::no_route(&request.method, &request.path),
    };
    written.unwrap_or_else(|refusal| refusal)
}

fn read(app: &App, request: &Request, steps: &[&str]) -> Answer {
    match steps {
        ["objects"] => {
            let list: Vec<Value> =
                app.objects.iter().map(|o| json!({"name": o.name, "key": o.key})).collect();
            ok(json!({ "objects": list }).to_string())
        }
        ["objects", key] => ok(match app.object(key) {
            Some((_, object)) => json!({ "object": object.meta }).to_string(),
            None => "{}".to_owned(),
        }),
        ["objects", key, "fields"] => {
            let fields = app.object(key).map(|(_, object)| fields(object)).unwrap_or_default();
            ok(json!({ "fields": fields }).to_string())
        }
        ["objects", key, "fields", field] => {
            match app.object(key).and_then(|(_, object)| object.field(field)) {
                Some(field) => ok(json!({ "field": field.meta }).to_string()),
                None => Answer::server_error(),
            }
        }
        _ => Answer::no_route(&request.method, &request.path),
    }
}

fn fields(object: &Object) -> Vec<Value> {
    let list = object.fields.iter().map(|field| {
        let storage = match &field.kind {
            Kind::Boolean(_) => "boolean",
            Kind::DateTime(_) | Kind::Timer(_) => "datetime",
            Kind::Number(_)
            | Kind::Equation(_)
            | Kind::Aggregate(_)
            | Kind::Currency(_)
            | Kind::AutoIncrement
            | Kind::Rating => "float",
            _ => "unicode",
        };
        let kind = field.meta.get("type").cloned().unwrap_or(Value::Null);
        let mut told = json!({"label": field.name, "key": field.key, "type": storage,
            "required": field.required, "field_type": kind});
        let choices = field.meta.get("format").and_then(|format| format.get("options"));
        if let (Value::Object(told), Some(choices)) = (&mut told, choices) {
            told.insert("choices".to_owned(), choices.clone());
        }
        told
    });
    list.collect()
}

/// Changes the application's dump, which is read anew: what comes of it is in force for the next call.
fn write(
    desk: &mut Desk<'_>,
    request: &Request,
    change: impl FnOnce(&mut Dump, Parts) -> Result<Option<Value>, Refused>,
) -> Result<Answer, Answer> {
    let Value::Object(body) = request.object()? else { return Err(Answer::bad_request("Bad Request")) };
    let mut dump = Dump::of(desk.app).map_err(|_| Answer::server_error())?;
    let told = change(&mut dump, body).map_err(|refused| match refused {
        Refused::Login => Answer::server_error(),
        Refused::Missing => desk.manners.missing_object.answer(),
        Refused::Without(what) => Answer::problem(StatusCode::BAD_REQUEST, &format!("{what} is required.")),
    })?;
    let mut revised = desk.app.revised(dump.content, desk.manners).map_err(|_| Answer::server_error())?;
    revised.last_keys = dump.last_keys;
    desk.revised = Some(revised);
    Ok(told.map_or_else(deleted, |told| ok(told.to_string())))
}

type Parts = Map<String, Value>;

/// Why a change is not made.
enum Refused {
    /// There is no such object, field, task, page or view.
    Missing,
    /// It is about a login.
    Login,
    /// What a new one has to say of itself, and does not.
    Without(&'static str),
}

/// An application's dump.
struct Dump {
    content: Value,
    /// The greatest number of each kind of key that there ever was.
    last_keys: HashMap<&'static str, u32>,
}

impl Dump {
    fn of(app: &App) -> serde_json::Result<Self> {
        let text = String::from_utf8_lossy(&app.dump);
        let greatest = |kind| {
            let before = app.last_keys.get(kind).copied().unwrap_or(0);
            (kind, greatest_key(&text, kind).max(before))
        };
        let last_keys = ["object", "field", "task", "view"].map(greatest);
        Ok(Self { content: serde_json::from_slice(&app.dump)?, last_keys: last_keys.into() })
    }

    fn objects(&mut self) -> Result<&mut Vec<Value>, Refused> {
        let objects = self.content.pointer_mut("/application/objects").and_then(Value::as_array_mut);
        objects.ok_or(Refused::Missing)
    }

    fn object(&mut self, key: &str) -> Result<&mut Parts, Refused> {
        found(self.objects()?, key)
    }

    /// The fields or the tasks of an object.
    fn list(&mut self, object: &str, list: &str) -> Result<&mut Vec<Value>, Refused> {
        let list = self.object(object)?.entry(list).or_insert(Value::Null);
        if !list.is_array() {
            *list = json!([]);
        }
        list.as_array_mut().ok_or(Refused::Missing)
    }

    /// A key that nothing had or mentions, so that what was deleted does not come back.
    fn new_key(&mut self, kind: &'static str) -> String {
        let last = self.last_keys.entry(kind).or_default();
        *last = last.saturating_add(1);
        format!("{kind}_{last}")
    }

    fn add_object(&mut self, given: Parts) -> Result<Option<Value>, Refused> {
        let name = unlike(named(&given)?, self.objects()?, "");
        let key = self.new_key("object");
        let fields = given.get("fields").and_then(Value::as_array).filter(|fields| !fields.is_empty());
        let fields = fields.cloned().unwrap_or_else(|| vec![json!({"name": "Name", "type": "short_text"})]);
        let mut object = Parts::from_iter([
            ("key".to_owned(), json!(key)),
            ("type".to_owned(), json!("StandardObject")),
            ("user".to_owned(), json!(false)),
            ("status".to_owned(), json!("current")),
            ("inflections".to_owned(), json!({"singular": name, "plural": name})),
            ("connections".to_owned(), json!({"inbound": [], "outbound": []})),
            ("tasks".to_owned(), json!([])),
        ]);
        object.extend(settings(given));
        object.insert("name".to_owned(), json!(name));
        self.objects()?.push(Value::Object(object));
        for field in fields {
            let Value::Object(field) = field else { return Err(Refused::Without("The name of a field")) };
            self.add(&key, "fields", field)?;
        }
        let first = self.list(&key, "fields")?.first().and_then(|field| field.get("key").cloned());
        let object = self.object(&key)?;
        object.entry("identifier").or_insert(first.unwrap_or(Value::Null));
        Ok(Some(json!({ "object": object })))
    }

    fn change_object(&mut self, key: &str, given: Parts) -> Result<Option<Value>, Refused> {
        let given = renamed(given, self.objects()?, key);
        let object = self.object(key)?;
        object.extend(settings(given));
        Ok(Some(json!({ "object": object })))
    }

    fn delete_object(&mut self, key: &str) -> Result<Option<Value>, Refused> {
        self.object(key)?;
        let objects = self.objects()?;
        objects.retain(|object| !is(object, key));
        for object in objects.iter_mut().filter_map(Value::as_object_mut) {
            delete_fields(object, |field| field.pointer("/relationship/object") == Some(&json!(key)));
        }
        Ok(None)
    }

    fn add(&mut self, object: &str, list: &str, given: Parts) -> Result<Option<Value>, Refused> {
        let kind = one_of(list);
        let name = unlike(named(&given)?, self.list(object, list)?, "");
        if kind == "field" && given.get("type").is_none_or(|kind| !kind.is_string()) {
            return Err(Refused::Without("The type of a field"));
        }
        let key = self.new_key(kind);
        let mut part = settings(given);
        part.insert("key".to_owned(), json!(key));
        part.insert("name".to_owned(), json!(name));
        self.list(object, list)?.push(Value::Object(part.clone()));
        Ok(Some(json!({ kind: part })))
    }

    /// A field keeps what is not given. A task does not: one that was changed in part was seen to lose its state.
    fn change(
        &mut self,
        object: &str,
        list: &str,
        key: &str,
        given: Parts,
    ) -> Result<Option<Value>, Refused> {
        let given = renamed(given, self.list(object, list)?, key);
        let part = found(self.list(object, list)?, key)?;
        if list == "tasks" {
            part.clear();
            part.insert("key".to_owned(), json!(key));
        }
        part.extend(settings(given));
        Ok(Some(json!({ one_of(list): part })))
    }

    fn delete(&mut self, object: &str, list: &str, key: &str) -> Result<Option<Value>, Refused> {
        found(self.list(object, list)?, key)?;
        if list == "fields" {
            delete_fields(self.object(object)?, |field| is(field, key));
        } else {
            self.list(object, list)?.retain(|part| !is(part, key));
        }
        Ok(None)
    }
}

/// Deletes fields of an object, which names its records and sorts them by them no more.
fn delete_fields(object: &mut Parts, is_meant: impl Fn(&Value) -> bool) {
    let Some(fields) = object.get_mut("fields").and_then(Value::as_array_mut) else { return };
    let gone: Vec<Value> = fields.extract_if(.., |field| is_meant(field)).collect();
    let is_gone = |key: Option<&Value>| {
        key.and_then(Value::as_str).is_some_and(|key| gone.iter().any(|gone| is(gone, key)))
    };
    object.retain(|setting, value| match setting.as_str() {
        "identifier" => !is_gone(Some(value)),
        "sort" => !is_gone(value.get("field")),
        _ => true,
    });
}

/// The greatest number behind `kind_` anywhere in a text; 0 where there is none.
fn greatest_key(text: &str, kind: &str) -> u32 {
    let start = format!("{kind}_");
    let numbers = text.split(&start).skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        rest.get(..end)?.parse().ok()
    });
    numbers.max().unwrap_or(0)
}

/// What one thing of a list is called.
fn one_of(list: &str) -> &'static str {
    if list == "tasks" { "task" } else { "field" }
}

fn is(part: &Value, key: &str) -> bool {
    part.get("key").and_then(Value::as_str) == Some(key)
}

fn found<'a>(list: &'a mut [Value], key: &str) -> Result<&'a mut Parts, Refused> {
    let found = list.iter_mut().find(|part| is(part, key));
    found.and_then(Value::as_object_mut).ok_or(Refused::Missing)
}

/// What is given without what a caller cannot set.
fn settings(given: Parts) -> Parts {
    given.into_iter().filter(|(name, _)| !OWN.contains(&name.as_str())).collect()
}

fn named(given: &Parts) -> Result<&str, Refused> {
    let name = given.get("name").and_then(Value::as_str).map(str::trim);
    name.filter(|name| !name.is_empty()).ok_or(Refused::Without("A name"))
}

/// A name that no other of a list has but the one of a key.
fn unlike(name: &str, others: &[Value], key: &str) -> String {
    let mut name = name.to_owned();
    let has = |other: &Value, name: &str| {
        let others = other.get("name").and_then(Value::as_str).unwrap_or_default();
        !is(other, key) && others.eq_ignore_ascii_case(name)
    };
    while others.iter().any(|other| has(other, &name)) {
        name.push_str(" Copy");
    }
    name
}

fn renamed(mut given: Parts, others: &[Value], key: &str) -> Parts {
    match named(&given).map(|name| unlike(name, others, key)) {
        Ok(name) => given.insert("name".to_owned(), json!(name)),
        Err(_) => given.remove("name"),
    };
    given
}
