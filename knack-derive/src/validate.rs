//! The rules that no single attribute can break.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{DeriveInput, GenericParam};

use crate::errors::Errors;
use crate::model::{Derive, Field, Record};
use crate::pair::Known;
use crate::schema;
use crate::view::Verb;

/// Holds the struct against every rule.
pub(crate) fn check(input: &DeriveInput, record: &Record<'_>, known: &Known, errors: &mut Errors) {
    no_generics(input, errors);
    nothing_twice(record, errors);
    if record.view_can(Verb::Report) {
        return no_fields(record, errors);
    }
    for field in &record.fields {
        if field.attrs.id.is_set() {
            id_stands_alone(field, errors);
        } else {
            computed_is_not_required(field, errors);
            only_dates_have_a_date_format(field, errors);
        }
        if record.is_new() {
            can_be_written(field, errors);
        }
        if let (Some(handle), Derive::Object, true) =
            (field.attrs.handle.written(), record.derive, record.is_new())
        {
            errors.at(
                handle,
                "a new record has no handles; the structs that read the object do: leave this out",
            );
        }
    }
    if record.is_new() {
        nothing_lacks(record, known, errors);
    }
}

/// `struct Customer<'a, T>`: records own their data, and each field has the type of its kind.
fn no_generics(input: &DeriveInput, errors: &mut Errors) {
    for parameter in &input.generics.params {
        let why = match parameter {
            GenericParam::Lifetime(_) => {
                "a record owns its data: use `String` and the like, without a lifetime"
            }
            _ => "a record's fields have the types of their kinds: write the type in the parameter's place",
        };
        errors.at(parameter, why);
    }
}

/// Two fields that are the record's id, or have the key `field_7`, or a handle `NAME`.
fn nothing_twice(record: &Record<'_>, errors: &mut Errors) {
    let (mut id, mut keys, mut handles) = (None, HashMap::new(), HashMap::new());
    for field in &record.fields {
        let name = field.name();
        if let Some(written) = field.attrs.id.written()
            && let Some(first) = id.replace(name.clone())
        {
            errors.at(written, format!("the field `{first}` is the record's id already"));
        }
        if let Some(key) = field.key {
            match keys.entry(key) {
                Entry::Occupied(first) => {
                    errors.at(field.said(), format!("the field `{}` is `{key}` already", first.get()));
                }
                Entry::Vacant(first) => drop(first.insert(name.clone())),
            }
        }
        if let Some(handle) = &field.handle
            && let Some(first) = handles.insert(handle.unraw(), name)
        {
            let message = "already; give this one another name: `handle = \"…\"`";
            let place =
                field.attrs.handle.value().map_or(field.ident.to_token_stream(), ToTokens::to_token_stream);
            errors.at(place, format!("the field `{first}` has a handle `{handle}` {message}"));
        }
    }
}

/// `#[knack(id, key = "field_1")]`
fn id_stands_alone(field: &Field<'_>, errors: &mut Errors) {
    let attrs = &field.attrs;
    let others = [
        attrs.field.written(),
        attrs.key.written(),
        attrs.kind.written(),
        attrs.required.written(),
        attrs.handle.written(),
        attrs.date_format.written(),
    ];
    for other in others.into_iter().flatten() {
        errors.at(other, format!("the record's id is no field of the object: it has no `{other}`"));
    }
}

/// `kind = "sum", required`: no new record could be made.
fn computed_is_not_required(field: &Field<'_>, errors: &mut Errors) {
    if let Some(required) = field.attrs.required.written()
        && let Some(kind) = field.kind.filter(|kind| !kind.writable)
    {
        errors.at(
            required,
            format!("Knack computes {} fields, so it demands none: leave this out", kind.label),
        );
    }
}

/// `kind = "number", date_format = "dd/mm/yyyy"`
fn only_dates_have_a_date_format(field: &Field<'_>, errors: &mut Errors) {
    if let Some(written) = field.attrs.date_format.written()
        && let Some(kind) = field.kind.filter(|kind| !kind.has_date_format())
    {
        errors.at(
            written,
            format!(
                "a {} field has no date format, date/time and timer fields have: leave this out",
                kind.label
            ),
        );
    }
}

/// `struct Sales { total: f64 }` of a view of reports.
fn no_fields(record: &Record<'_>, errors: &mut Errors) {
    for field in &record.fields {
        errors.at(
            field.ident,
            "a report has figures and no records: leave this field out, `struct Name;` is enough",
        );
    }
}

/// In a new record: no id, nothing that Knack computes, and every required field.
fn can_be_written(field: &Field<'_>, errors: &mut Errors) {
    if let Some(id) = field.attrs.id.written() {
        errors.at(id, "a new record has no id yet: leave this field out");
    }
    if let Some(kind) = field.kind.filter(|kind| !kind.writable) {
        let message =
            format!("Knack computes {} fields, so a new record has none: leave this field out", kind.label);
        errors.at(field.said_kind(), message);
    }
    if field.required && field.optional().is_some() {
        errors.at(field.ty, "Knack demands a value here: drop the `Option`");
    }
}

/// In a new record: every field that Knack demands; in that of a form, every such input of it. Where a field is not known for what it is, it may be
/// one of these.
fn nothing_lacks(record: &Record<'_>, known: &Known, errors: &mut Errors) {
    let Some(object) = &known.object else { return };
    if record.fields.iter().any(|field| !field.attrs.id.is_set() && field.key.is_none()) {
        return;
    }
    let input =
        |field: &schema::Field| known.view.as_ref().is_none_or(|form| form.fields.contains(&field.key));
    let demanded =
        object.fields.iter().filter(|known| known.required && known.kind().may_lack() && input(known));
    let lacking = demanded.filter(|known| record.fields.iter().all(|field| field.key != Some(known.key)));
    let proposals: Vec<_> = lacking.map(|known| format!("\n{}", proposal(known))).collect();
    if !proposals.is_empty() {
        let of = known.view.as_ref().map(|form| format!("in the form {}", form.shown()));
        let of = of.unwrap_or_else(|| format!("of a new record of `{}`", object.name));
        let said = record.attrs.create.written().map(ToTokens::to_token_stream);
        let said = said.or_else(|| record.attrs.view.value().map(ToTokens::to_token_stream));
        errors.at(said, format!("Knack demands more {of}: add{}", proposals.concat()));
    }
}

/// `company: String` for `Company` (short text, `field_7`)
fn proposal(known: &schema::Field) -> String {
    let name = known.rust_name();
    let (name, key) = match syn::parse_str::<Ident>(&name) {
        Ok(_) => (&*name, String::new()),
        Err(_) => ("…", format!("#[knack(key = \"{}\")] ", known.key)),
    };
    let kind = known.kind();
    let ty = if known.several { format!("Vec<{}>", kind.natural) } else { kind.natural.to_owned() };
    format!("`{key}{name}: {ty}` for `{}` ({}, {})", known.label, kind.label, known.key)
}
