//! Pairs a struct with its view: by the schema, or by what the struct says itself.

use quote::ToTokens;
use syn::LitStr;

use super::{PULL, did_you_mean, field_shown, fields_alone, named, object_alone};
use crate::attr::{Given, StructAttrs};
use crate::errors::Errors;
use crate::key::{self, Key};
use crate::model::{Field, Record};
use crate::near::Near;
use crate::schema::{self, Object, Schema};
use crate::view::{Can, Under, Verb, View};

/// Gives the struct its view, and the object whose records that shows or takes.
pub(super) fn pair(record: &mut Record<'_>, schema: &Schema, errors: &mut Errors) -> Option<schema::View> {
    let Some(literal) = record.attrs.view.value() else {
        if !record.attrs.view.is_set() && !record.attrs.unclear {
            errors.at(record.ident, which(record, schema));
        }
        return None;
    };
    let text = literal.value();
    let found = match key::view(&text).and_then(|key| schema.view(key)) {
        Some(found) => found.and_then(|view| has_records(&view).map(|()| view)),
        None => Err(no_view(&text, record, schema)),
    };
    let found = found.map_err(|why| errors.at(literal, why)).ok()?;
    agree(&record.attrs, &found, schema, errors);
    // A report has no records, and may be of several objects.
    record.object = found.object.filter(|_| !found.is.can.has(Verb::Report));
    record.view = Some(found.is.clone());
    Some(found)
}

/// The struct says no view.
fn which(record: &Record<'_>, schema: &Schema) -> String {
    let views = schema.views();
    let near = near(&record.ident.to_string(), &views);
    let key = near.meant().map_or_else(|| "view_…".to_owned(), |view| format!("view_{}", view.is.key));
    format!("which view is this? Add `#[knack(view = \"{key}\")]` to the struct{}", listed(&near))
}

/// There is no view with this key, or the text is a name.
fn no_view(text: &str, record: &Record<'_>, schema: &Schema) -> String {
    let views = schema.views();
    // A key tells nothing of what is meant; the struct's name may.
    let by_key = text.starts_with("view_");
    let name = if by_key { record.ident.to_string() } else { text.to_owned() };
    let near = near(&name, &views);
    let meant = near.meant().filter(|_| !by_key).map(|view| format!("view_{}", view.is.key));
    let (app, question) = (schema.app.shown(), did_you_mean(meant.as_deref()));
    format!("{app} has no view `{text}`{question}{}\n{PULL}", listed(&near))
}

fn near<'v>(name: &str, views: &'v [schema::View]) -> Near<&'v schema::View> {
    Near::of(name, views.iter().map(|view| (&view.name, view)))
}

fn listed(near: &Near<&schema::View>) -> String {
    let listed = near.listed(|view| format!("`{}` (view_{}, {})", view.name, view.is.key, view.kind()));
    format!("{listed}; `cargo knack views` lists all")
}

/// A login, a menu or a text has none; nor do we know of others.
fn has_records(view: &schema::View) -> Result<(), String> {
    let (shown, kind) = (view.shown(), view.kind());
    if view.is.can.verbs().is_empty() {
        return Err(format!(
            "{shown} is a {kind} view, which has no records: tables, lists, calendars, maps, searches, details, forms \
             and reports have; `cargo knack views` lists all"
        ));
    }
    if view.object.is_none() && !view.is.can.has(Verb::Report) {
        return Err(format!("{shown} tells no object whose records it has; {PULL}"));
    }
    Ok(())
}

/// What the struct says itself must be what the schema says.
fn agree(attrs: &StructAttrs, found: &schema::View, schema: &Schema, errors: &mut Errors) {
    let view = &found.is;
    let mut same = |given: &Given<LitStr>, right: &[&str], what: &str| {
        if let Some(literal) = given.value().filter(|literal| !right.contains(&&*literal.value())) {
            errors.at(literal, format!("{} {what} in the schema: leave this out", found.shown()));
        }
    };
    let scene = format!("scene_{}", view.scene);
    same(&attrs.scene, &[&scene], &format!("is on `{scene}`"));
    same(&attrs.access, &[view.access()], &format!("has the access `{}`", view.access()));
    let can = attrs.can.value().map(LitStr::value).filter(|can| Can::parse(can) == Ok(view.can.clone()));
    same(&attrs.can, &[can.as_deref().unwrap_or_default()], &format!("can `{}`", view.can));
    let object = Named::of(found.object, schema);
    same(&attrs.object, &object.right(), &format!("is of {}", object.shown));
    let parent = Named::of(view.under.as_ref().map(|under| under.object), schema);
    let (slug, about) = match &view.under {
        Some(under) => (&*under.slug, format!("is under `{}`, a page of {}", under.slug, parent.shown)),
        None => ("", "is about no record of a page".to_owned()),
    };
    same(&attrs.under, &[slug], &about);
    same(&attrs.parent, &parent.right(), &about);
}

/// An object as attributes may name it, and as messages do.
struct Named {
    key: String,
    name: String,
    shown: String,
}

impl Named {
    fn of(object: Option<u32>, schema: &Schema) -> Self {
        let entry = schema.app.objects.iter().find(|entry| Some(entry.key) == object);
        let name = entry.map(|entry| entry.name.clone()).unwrap_or_default();
        let key = object.map(|key| format!("object_{key}")).unwrap_or_default();
        let shown = entry.map_or_else(|| key.clone(), schema::Entry::shown);
        Self { key, name, shown }
    }

    fn right(&self) -> [&str; 2] {
        [&self.key, &self.name]
    }
}

/// What the view does not show cannot be read, and what is no input of a form is not taken. (That a form has no
/// input for what Knack computes need not be said.)
pub(super) fn shows(view: &schema::View, record: &Record<'_>, object: &Object, errors: &mut Errors) {
    for field in record.fields.iter().filter(|field| !field.attrs.id.is_set()) {
        let (Some(key), Some(kind)) = (field.key, field.kind) else { continue };
        if !(view.fields.contains(&key) || record.is_new() && !kind.writable) {
            errors.at(field.said(), not_shown(field, key, view, object));
        }
    }
}

fn not_shown(field: &Field<'_>, key: Key, view: &schema::View, object: &Object) -> String {
    let shown = object.fields.iter().filter(|known| view.fields.contains(&known.key));
    let near = Near::of(&field.name(), shown.map(|known| (known.rust_name(), &**known)));
    let name = field.schema.as_ref().map_or_else(|| format!("`{key}`"), |known| field_shown(known));
    let (lacks, what) = match view.shows_by() {
        "input" => ("has no input for", "input"),
        what => ("does not show", what),
    };
    format!(
        "{} {lacks} {name}{}\nadd the {what} in the Builder and run `cargo knack pull`, or leave this field out",
        view.shown(),
        near.listed(|known| field_shown(known)),
    )
}

/// What a struct of a view must say if there is no schema.
pub(super) fn alone(record: &mut Record<'_>, errors: &mut Errors) {
    let attrs = &record.attrs;
    let view = number(&attrs.view, key::view, "a view's key, such as `view_18`", errors);
    let scene = number(&attrs.scene, key::scene, "a page's key, such as `scene_9`", errors);
    let object = attrs.object.value().and_then(|literal| object_alone(literal, errors));
    let (login, can, under) = (login(attrs, errors), can(attrs, errors), under(attrs, errors));
    let reports = can.as_ref().is_some_and(|can| can.has(Verb::Report));
    nothing_missing(record, reports, errors);
    let named = named(&record.attrs.object);
    record.object = object;
    if let (Some(key), Some(scene), Some(login), Some(can)) = (view, scene, login, can) {
        record.view = Some(View { key, scene, login, under, can });
    }
    if record.attrs.object.is_set() && !named && !reports {
        fields_alone(record, errors);
    }
}

fn nothing_missing(record: &Record<'_>, reports: bool, errors: &mut Errors) {
    let attrs = &record.attrs;
    let needed = [
        (attrs.view.is_set(), "`view = \"view_…\"`"),
        (attrs.scene.is_set(), "`scene = \"scene_…\"`"),
        (attrs.object.is_set() || reports, "`object = \"object_…\"`"),
        (attrs.access.is_set(), "`access = \"public\"` or `\"login\"`"),
        (attrs.can.is_set(), "`can = \"list\"`, or what it does"),
    ];
    let missing: Vec<_> =
        needed.into_iter().filter(|(is_set, _)| !is_set).map(|(_, proposal)| proposal).collect();
    if !missing.is_empty() && !attrs.unclear {
        let place =
            attrs.view.value().map_or_else(|| record.ident.to_token_stream(), ToTokens::to_token_stream);
        let missing = missing.join(", ");
        errors.at(
            place,
            format!(
                "what is this view? There is no `.knack/` above this file: run `cargo knack pull`, and the schema tells\n\
                 or add {missing}"
            ),
        );
    }
}

/// The number in a key.
fn number(
    given: &Given<LitStr>,
    of: fn(&str) -> Option<u32>,
    expected: &str,
    errors: &mut Errors,
) -> Option<u32> {
    let literal = given.value()?;
    let number = of(&literal.value());
    if number.is_none() {
        errors.at(literal, format!("expected {expected}; the Builder's address line has it"));
    }
    number
}

fn login(attrs: &StructAttrs, errors: &mut Errors) -> Option<bool> {
    let literal = attrs.access.value()?;
    match &*literal.value() {
        "public" => return Some(false),
        "login" => return Some(true),
        _ => errors.at(literal, "expected `public`, or `login` for a page behind a login"),
    }
    None
}

/// What it does; and nothing that does not go together.
fn can(attrs: &StructAttrs, errors: &mut Errors) -> Option<Can> {
    let literal = attrs.can.value()?;
    let can = Can::parse(&literal.value()).and_then(|can| {
        let alone = [Verb::Create, Verb::Report].into_iter().find(|verb| can.has(*verb));
        match alone {
            Some(verb) if can.verbs().len() > 1 => {
                Err(format!("a view that can `{}` can nothing else", verb.name()))
            }
            None if !can.reads() => Err("say as well how its records are read: `list` or `get`".to_owned()),
            _ => Ok(can),
        }
    });
    can.map_err(|why| errors.at(literal, why)).ok()
}

fn under(attrs: &StructAttrs, errors: &mut Errors) -> Option<Under> {
    match (attrs.under.written(), attrs.parent.written()) {
        (Some(under), None) => {
            errors.at(under, "which object is the record of that page of? Add `parent = \"object_…\"`");
        }
        (None, Some(parent)) => {
            errors.at(
                parent,
                "which page is of that object's record? Add `under = \"its slug\"`, as addresses have it",
            );
        }
        _ => {}
    }
    let object = object_alone(attrs.parent.value()?, errors)?;
    Some(Under { slug: attrs.under.value()?.value(), object })
}
