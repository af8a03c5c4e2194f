//! Pairs a struct with the schema: its object or its view, and for each field the one that is meant, with its
//! key, its kind and its settings. Without a schema the struct says these itself.

use std::collections::HashMap;
use std::rc::Rc;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::LitStr;

use crate::attr::{FieldAttrs, Given};
use crate::errors::Errors;
use crate::key::{self, Key};
use crate::kind::{self, KindInfo};
use crate::model::{Derive, Field, Record};
use crate::near::Near;
use crate::schema::find::Found;
use crate::schema::{self, App, Entry, Object, Schema, rust_name};

mod view;

/// What there is to hold a struct against.
pub(crate) struct Known {
    pub(crate) schema: Option<Schema>,
    /// The struct's object in it.
    pub(crate) object: Option<Object>,
    /// Its view, if it is of one.
    pub(crate) view: Option<schema::View>,
    /// Whether another `KNACK_SCHEMA_DIR` could have led to another schema.
    pub(crate) by_variable: bool,
}

/// Gives the struct what the schema says of it. What is wrong is noted; where the object is, nothing is
/// said of its fields.
pub(crate) fn pair(record: &mut Record<'_>, found: Found, errors: &mut Errors) -> Known {
    let mut known = Known { schema: None, object: None, view: None, by_variable: found.by_variable };
    let Some(folder) = found.folder else {
        match record.derive {
            Derive::Object => alone(record, errors),
            Derive::View => view::alone(record, errors),
        }
        return known;
    };
    match Schema::open(folder) {
        Ok(schema) => known.schema = Some(schema),
        Err(why) => errors.at(said(record), why),
    }
    let Some(schema) = &known.schema else { return known };
    match record.derive {
        Derive::Object => record.object = object(record, &schema.app, errors),
        Derive::View => known.view = view::pair(record, schema, errors),
    }
    match record.object.map(|key| schema.object(key)) {
        Some(Ok(object)) => {
            fields(record, &object, errors);
            if let Some(view) = &known.view {
                view::shows(view, record, &object, errors);
            }
            known.object = Some(object);
        }
        Some(Err(why)) => errors.at(said(record), why),
        None => {}
    }
    known
}

/// The tokens that say which object or view this is.
fn said(record: &Record<'_>) -> TokenStream {
    let literal = record.attrs.view.value().or(record.attrs.object.value());
    literal.map_or_else(|| record.ident.to_token_stream(), ToTokens::to_token_stream)
}

/// The key of the object that the struct names.
fn object(record: &Record<'_>, app: &App, errors: &mut Errors) -> Option<u32> {
    let Some(literal) = record.attrs.object.value() else {
        if !record.attrs.object.is_set() && !record.attrs.unclear {
            errors.at(record.ident, format!("which object is this? Add {}", object_of_name(record, app)));
        }
        return None;
    };
    let text = literal.value();
    // Somebody may name an object as another's key is: keys go first.
    let key = key::object(&text);
    if let Some(entry) = app.objects.iter().find(|entry| Some(entry.key) == key) {
        return Some(entry.key);
    }
    let named: Vec<_> = app.objects.iter().filter(|entry| entry.name == text).collect();
    match &*named {
        [entry] => return Some(entry.key),
        [] => errors.at(literal, no_object(&text, app)),
        several => {
            let keys: Vec<_> = several.iter().map(|entry| format!("`object_{}`", entry.key)).collect();
            let keys = keys.join(" or ");
            errors.at(literal, format!("several objects are called `{text}`: say which by its key, {keys}"));
        }
    }
    None
}

/// `#[knack(object = "Customers")]`, for a struct that says no object.
fn object_of_name(record: &Record<'_>, app: &App) -> String {
    let near = near_objects(&record.ident.to_string(), app);
    let name = near.meant().map_or("…", |entry| &entry.name);
    format!("`#[knack(object = \"{name}\")]` to the struct{}", near.listed(|entry| entry.shown()))
}

fn no_object(text: &str, app: &App) -> String {
    let near = near_objects(text, app);
    let meant = near.meant().map(|entry| entry.name.as_str());
    let (name, question) = (app.shown(), did_you_mean(meant));
    let listed = near.listed(|entry| entry.shown());
    format!("{name} has no object `{text}`{question}{listed}\n{PULL}")
}

fn near_objects<'a>(text: &str, app: &'a App) -> Near<&'a Entry> {
    Near::of(text, app.objects.iter().map(|entry| (&entry.name, entry)))
}

fn did_you_mean(name: Option<&str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Pairs each field of the struct with its field of the object.
fn fields(record: &mut Record<'_>, object: &Object, errors: &mut Errors) {
    let mut by_name: HashMap<String, Vec<&Rc<schema::Field>>> = HashMap::new();
    for field in &object.fields {
        by_name.entry(field.rust_name()).or_default().push(field);
    }
    for field in record.fields.iter_mut().filter(|field| !field.attrs.id.is_set()) {
        if let (Some(_), Some(label)) = (field.attrs.key.written(), field.attrs.field.written()) {
            errors.at(label, "`key` and `field` both say which field this is: leave one out");
        }
        if let Some(kind) = field.key.and_then(Key::kind) {
            field.kind = field.kind.or(Some(kind));
            continue;
        }
        match meant(field, object, &by_name) {
            Some(Ok(schema)) => agree(field, schema, errors),
            Some(Err(why)) => errors.at(field.said(), why),
            None => {}
        }
    }
}

/// The field of the object that the struct's field is: by its key, by its label, or by its own name.
/// `None` where an attribute is wrong, which is reported.
fn meant<'o>(
    field: &Field<'_>,
    object: &'o Object,
    by_name: &HashMap<String, Vec<&'o Rc<schema::Field>>>,
) -> Option<Result<&'o Rc<schema::Field>, String>> {
    if let Some(key) = field.key {
        let found = object.fields.iter().find(|known| known.key == key);
        return Some(found.ok_or_else(|| no_key(key, field, object)));
    }
    if field.attrs.key.is_set() || field.attrs.field.is_set() {
        let label = field.attrs.field.value()?.value();
        let found: Vec<_> = object.fields.iter().filter(|known| known.label == label).collect();
        return Some(only(&found, &label, object).unwrap_or_else(|| Err(no_label(&label, object))));
    }
    let name = rust_name(&field.name());
    let found = by_name.get(&name).map(Vec::as_slice).unwrap_or_default();
    let found = only(found, &name, object);
    if found.is_none() && field.attrs.unclear {
        return None;
    }
    Some(found.unwrap_or_else(|| Err(no_name(field, object))))
}

/// The one field that was found; `None` if none was.
fn only<'o>(
    found: &[&'o Rc<schema::Field>],
    name: &str,
    object: &Object,
) -> Option<Result<&'o Rc<schema::Field>, String>> {
    match found {
        [] => None,
        [one] => Some(Ok(one)),
        several => {
            let keys: Vec<_> = several.iter().map(|field| format!("\n{}", by_key(field))).collect();
            Some(Err(format!(
                "`{}` has several fields called `{name}`: say which by its key{}",
                object.name,
                keys.concat()
            )))
        }
    }
}

/// `key = "field_7"` is the short text field `Company`
fn by_key(field: &schema::Field) -> String {
    let kind = field.kind().label;
    format!("`#[knack(key = \"{}\")]` is the {kind} field `{}`", field.key, field.label)
}

const PULL: &str = "if it is new in Knack, run `cargo knack pull`";

/// No field is called as this one is.
fn no_name(field: &Field<'_>, object: &Object) -> String {
    let name = field.name();
    let near = Near::of(&name, object.fields.iter().map(|known| (known.rust_name(), &**known)));
    let meant = near.meant().map(|known| known.rust_name());
    let way_out = if name == "id" {
        "the record's id is `#[knack(id)]`"
    } else {
        "if it is called otherwise there, add `#[knack(field = \"its label\")]`"
    };
    format!(
        "`{}` has no field `{name}`{}{}\n{PULL}; {way_out}",
        object.name,
        did_you_mean(meant.as_deref()),
        near.listed(|known| field_shown(known)),
    )
}

/// No field has this label.
fn no_label(label: &str, object: &Object) -> String {
    let near = Near::of(label, object.fields.iter().map(|known| (&known.label, &**known)));
    let meant = near.meant().map(|known| known.label.as_str());
    let (question, listed) = (did_you_mean(meant), near.listed(|known| field_shown(known)));
    format!("`{}` has no field `{label}`{question}{listed}\n{PULL}", object.name)
}

/// No field has this key; the one that is called as the struct's field is may have another now.
fn no_key(key: Key, field: &Field<'_>, object: &Object) -> String {
    let near = Near::of(&field.name(), object.fields.iter().map(|known| (known.rust_name(), &**known)));
    format!("`{}` has no field `{key}`{}\n{PULL}", object.name, near.listed(|known| field_shown(known)))
}

fn field_shown(field: &schema::Field) -> String {
    format!("`{}` ({})", field.label, field.key)
}

/// Takes over what the schema says of a field; what the struct says itself must be the same.
fn agree(field: &mut Field<'_>, schema: &Rc<schema::Field>, errors: &mut Errors) {
    same_kind(field, schema, errors);
    // A kind that this version does not know may be said to be like another.
    let kind = schema.known_kind.or(field.kind).unwrap_or(kind::UNKNOWN);
    same_need(field, kind, schema, errors);
    same_dates(field, kind, schema, errors);
    field.key = Some(schema.key);
    field.kind = Some(kind);
    field.required |= schema.required && kind.may_lack();
    field.day_first = schema.date_format.as_deref() == Some(DAY_FIRST);
    field.schema = Some(Rc::clone(schema));
}

/// `kind = "number"` of a text field.
fn same_kind(field: &Field<'_>, schema: &schema::Field, errors: &mut Errors) {
    let (Some(said), Some(kind)) = (field.kind, schema.known_kind) else { return };
    if let Some(literal) = field.attrs.kind.value().filter(|_| said != kind) {
        let (shown, KindInfo { name, label, .. }) = (field_shown(schema), kind);
        errors.at(
            literal,
            format!("{shown} is a {label} field in the schema: leave this out, or say `{name}`"),
        );
    }
}

/// `required` of a field that may be empty; of what Knack computes, it is wrong anyway.
fn same_need(field: &Field<'_>, kind: &KindInfo, schema: &schema::Field, errors: &mut Errors) {
    if let Some(required) = field.attrs.required.written().filter(|_| kind.writable && !schema.required) {
        let shown = field_shown(schema);
        errors.at(required, format!("Knack does not demand a value of {shown}: leave this out"));
    }
}

const MONTH_FIRST: &str = "mm/dd/yyyy";
const DAY_FIRST: &str = "dd/mm/yyyy";

/// `date_format = "dd/mm/yyyy"` of a field that has another.
fn same_dates(field: &Field<'_>, kind: &KindInfo, schema: &schema::Field, errors: &mut Errors) {
    let format = schema.date_format.as_deref().unwrap_or(MONTH_FIRST);
    let comparable = |format: &str| [MONTH_FIRST, DAY_FIRST, "M D, yyyy"].contains(&format);
    if let Some(literal) = field.attrs.date_format.value()
        && let said = literal.value()
        && kind.has_date_format()
        && [format, &said].into_iter().all(comparable)
        && format != said
    {
        let shown = field_shown(schema);
        errors.at(literal, format!("{shown} has the format `{format}` in the schema: leave this out"));
    }
}

/// What a struct must say if there is no schema.
fn alone(record: &mut Record<'_>, errors: &mut Errors) {
    if !record.attrs.object.is_set() && !record.attrs.unclear {
        errors.at(record.ident, "which object is this? Add `#[knack(object = \"object_…\")]` to the struct");
    }
    record.object = record.attrs.object.value().and_then(|literal| object_alone(literal, errors));
    if !named(&record.attrs.object) {
        fields_alone(record, errors);
    }
}

/// The number in the key that must be given.
fn object_alone(literal: &LitStr, errors: &mut Errors) -> Option<u32> {
    let key = key::object(&literal.value());
    if key.is_none() && literal.value().starts_with("object_") {
        errors.at(literal, "expected an object's key, such as `object_3`; the Builder's address line has it");
    } else if key.is_none() {
        errors.at(
            literal,
            "an object is found by its name in the schema, and there is no `.knack/` above this file: run \
             `cargo knack pull`\n\
             or give the key, such as `object_3`, and `key` and `kind` of each field",
        );
    }
    key
}

/// Whether the object is given by its name. That fields have no keys follows from this: one error says it all.
fn named(object: &Given<LitStr>) -> bool {
    object.value().is_some_and(|literal| !literal.value().starts_with("object_"))
}

fn fields_alone(record: &mut Record<'_>, errors: &mut Errors) {
    for field in record.fields.iter_mut().filter(|field| !field.attrs.id.is_set()) {
        nothing_missing(field, errors);
        field.kind = field.kind.or_else(|| field.key.and_then(Key::kind));
    }
}

/// `name: String`, or only one of `key` and `kind`.
fn nothing_missing(field: &Field<'_>, errors: &mut Errors) {
    const PULL: &str = "Run `cargo knack pull`, and the schema tells; or add";
    let FieldAttrs { key, field: label, kind, .. } = &field.attrs;
    if let (None, Some(label)) = (field.key, label.value()) {
        errors.at(
            label,
            "a field is found by its label in the schema, and there is no `.knack/` above this file: run \
             `cargo knack pull`, or give `key` and `kind`",
        );
        return;
    }
    let message = match (key.is_set() || label.is_set(), kind.is_set()) {
        (true, true) => return,
        _ if field.attrs.unclear => return,
        (true, false) if field.key.is_none_or(|key| key.kind().is_some()) => return,
        (true, false) => {
            format!("of which kind is this field? {PULL} `kind = \"short_text\"`, or what it is")
        }
        (false, true) => format!("which field of the object is this? {PULL} `key = \"field_…\"`"),
        (false, false) => format!(
            "which field of the object is this? {PULL} `#[knack(key = \"field_…\", kind = \"short_text\")]`, \
             or `#[knack(id)]` for the record's id"
        ),
    };
    errors.at(field.ident, message);
}
