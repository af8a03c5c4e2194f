//! `cargo knack objects`, `fields` and `views`: what there is.

use std::io::Write;

use knack_runtime::key::ObjectKey;
use knack_runtime::schema::{Application, FieldSchema, ObjectSchema, ViewItem, ViewSchema};
use serde_json::{Value, json};

use crate::args::{FieldsArguments, Format, LookArguments};
use crate::changes::described::access;
use crate::error::Result;
use crate::{source, table};

pub(crate) fn objects(asked: &LookArguments, out: &mut dyn Write) -> Result<()> {
    let app = source::read(&asked.source)?;
    let mut found: Vec<_> =
        app.objects.iter().filter(|o| asked.finds(&[&o.key.to_string(), &o.name])).collect();
    found.sort_by_key(|object| object.key);
    let row = |object: &&ObjectSchema| {
        [
            object.key.to_string(),
            object.name.clone(),
            object.fields.len().to_string(),
            connected(&app, object).join(", "),
        ]
    };
    let json = |object: &&ObjectSchema| {
        json!({
            "key": object.key.to_string(),
            "name": object.name,
            "fields": object.fields.len(),
            "identifier": object.identifier.map(|key| key.to_string()),
            "profile": object.profile.map(|key| key.to_string()),
            "connected_to": connected(&app, object),
        })
    };
    asked.show(["key", "name", "fields", "connected to"], &found, row, json, out)
}

/// The objects that connections of this one lead to, each once.
fn connected(app: &Application, object: &ObjectSchema) -> Vec<String> {
    let mut targets: Vec<_> = object.fields.iter().filter_map(|field| field.target).collect();
    targets.sort_unstable();
    targets.dedup();
    targets.into_iter().map(|key| named(app, key)).collect()
}

fn object(app: &Application, key: ObjectKey) -> Option<&ObjectSchema> {
    app.objects.iter().find(|object| object.key == key)
}

/// What an object is called; one that there is not, by its key.
fn named(app: &Application, key: ObjectKey) -> String {
    object(app, key).map_or_else(|| key.to_string(), |object| object.name.clone())
}

pub(crate) fn fields(asked: &FieldsArguments, out: &mut dyn Write) -> Result<()> {
    let app = source::read(&asked.look.source)?;
    let mut objects = match &asked.object {
        Some(name) => vec![source::object(&app, name)?],
        None => app.objects.iter().collect(),
    };
    objects.sort_by_key(|object| object.key);
    let all = objects.into_iter().flat_map(|object| object.fields.iter().map(move |field| (object, field)));
    let mut found: Vec<_> = all.filter(|(_, f)| asked.look.finds(&[&f.key.to_string(), &f.name])).collect();
    found.sort_by_key(|(object, field)| (object.key, field.key));
    let row = |(object, field): &(&ObjectSchema, &FieldSchema)| {
        [
            object.name.clone(),
            field.key.to_string(),
            field.name.clone(),
            field.kind_name.clone(),
            about(&app, field).join(", "),
        ]
    };
    let json = |(object, field): &(&ObjectSchema, &FieldSchema)| field_json(&app, object, field);
    asked.look.show(["object", "key", "label", "kind", ""], &found, row, json, out)
}

fn field_json(app: &Application, object: &ObjectSchema, field: &FieldSchema) -> Value {
    json!({
        "object": object.key.to_string(),
        "object_name": object.name,
        "key": field.key.to_string(),
        "name": field.name,
        "kind": field.kind_name,
        "required": field.required,
        "unique": field.unique,
        "several": field.several,
        "options": field.options,
        "target": field.target.map(|key| key.to_string()),
        "target_name": field.target.and_then(|key| self::object(app, key)).map(|target| &target.name),
        "format": field.format,
    })
}

/// What is worth knowing of a field beside its kind.
fn about(app: &Application, field: &FieldSchema) -> Vec<String> {
    let target = field.target.map(|key| format!("to {}", named(app, key)));
    let options = (!field.options.is_empty()).then(|| field.options.join(" | "));
    let flags = [(field.required, "required"), (field.unique, "unique"), (field.several, "several")];
    let flags = flags.into_iter().filter(|(is, _)| *is).map(|(_, flag)| flag.to_owned());
    target.into_iter().chain(flags).chain(options).collect()
}

pub(crate) fn views(asked: &LookArguments, out: &mut dyn Write) -> Result<()> {
    let app = source::read(&asked.source)?;
    let finds = |view: &&ViewSchema| {
        asked.finds(&[&view.key.to_string(), &view.name, &view.title, &page(&app, view)])
    };
    let mut found: Vec<_> = app.views.iter().filter(finds).collect();
    found.sort_by_key(|view| view.key);
    let row = |view: &&ViewSchema| {
        [
            view.key.to_string(),
            view.name.clone(),
            view.kind.clone(),
            format!("{} ({})", page(&app, view), view.scene),
            view.object.map(|key| named(&app, key)).unwrap_or_default(),
            who(&app, view),
        ]
    };
    let json = |view: &&ViewSchema| {
        json!({
            "key": view.key.to_string(),
            "name": view.name,
            "kind": view.kind,
            "page": view.scene.to_string(),
            "page_name": page(&app, view),
            "object": view.object.map(|key| key.to_string()),
            "action": view.action,
            "access": who(&app, view),
            "columns": keys(&view.columns),
            "inputs": keys(&view.inputs),
        })
    };
    asked.show(["key", "name", "kind", "page", "object", "for"], &found, row, json, out)
}

fn keys(items: &[ViewItem]) -> Vec<String> {
    items.iter().filter_map(|item| item.field).map(|key| key.to_string()).collect()
}

fn page(app: &Application, view: &ViewSchema) -> String {
    app.page(view).map(|scene| scene.name.clone()).unwrap_or_default()
}

fn who(app: &Application, view: &ViewSchema) -> String {
    app.page(view).map(|scene| access(app.access(scene))).unwrap_or_default()
}

impl LookArguments {
    /// Whether one of these texts has what is searched for.
    fn finds(&self, texts: &[&str]) -> bool {
        let wanted = self.search.as_deref().unwrap_or_default().to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    }

    fn show<T, const N: usize>(
        &self,
        headings: [&str; N],
        found: &[T],
        row: impl Fn(&T) -> [String; N],
        json: impl Fn(&T) -> Value,
        out: &mut dyn Write,
    ) -> Result<()> {
        match self.format {
            Format::Json => writeln!(out, "{:#}", Value::Array(found.iter().map(json).collect()))?,
            Format::Text if found.is_empty() => writeln!(out, "nothing found")?,
            Format::Text => table::write(headings, &found.iter().map(row).collect::<Vec<_>>(), out)?,
        }
        Ok(())
    }
}
