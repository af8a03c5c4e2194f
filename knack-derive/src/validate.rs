//! The rules that no single attribute can break.

use std::collections::HashMap;

use syn::{DeriveInput, GenericParam};

use crate::errors::Errors;
use crate::model::{Field, Record, written};

/// Holds the struct against every rule.
pub(crate) fn check(input: &DeriveInput, record: &Record<'_>, errors: &mut Errors) {
    no_generics(input, errors);
    one_id(record, errors);
    nothing_twice(record, errors);
    for field in &record.fields {
        id_stands_alone(field, errors);
        if record.create.is_set() {
            can_be_written(field, errors);
        }
    }
}

/// `struct Customer<'a, T>`: records own their data, and each field has the type of its kind.
fn no_generics(input: &DeriveInput, errors: &mut Errors) {
    for parameter in &input.generics.params {
        let why = match parameter {
            GenericParam::Lifetime(_) => "a record owns its data: use `String` and the like, without a lifetime",
            _ => "a record's fields have the types of their kinds: write the type in the parameter's place",
        };
        errors.at(parameter, why);
    }
}

/// `#[knack(id)] a: RecordId, #[knack(id)] b: RecordId`
fn one_id(record: &Record<'_>, errors: &mut Errors) {
    for second in record.fields.iter().filter(|field| field.id.is_set()).skip(1) {
        errors.at(written(&second.id, second), "a record has one id: another field is marked `id` already");
    }
}

/// `#[knack(id, key = "field_1")]`
fn id_stands_alone(field: &Field<'_>, errors: &mut Errors) {
    if field.id.is_set() {
        let others = [&field.key_lit, &field.kind_lit, &field.handle_lit].into_iter().flatten();
        others.for_each(|other| errors.at(other, "the record's id is no field: it has no key, kind or handle"));
        if let Some(required) = field.required.written() {
            errors.at(required, "the record's id is no field: it is always there");
        }
    }
}

/// Two fields with the key `field_7`, or two handles `NAME`.
fn nothing_twice(record: &Record<'_>, errors: &mut Errors) {
    let (mut keys, mut handles) = (HashMap::new(), HashMap::new());
    for field in &record.fields {
        let Some(knack) = &field.knack else { continue };
        if let Some(first) = keys.insert(knack.key, field.name()) {
            let place = field.key_lit.as_ref().map_or(&knack.handle, |_| &knack.handle);
            match &field.key_lit {
                Some(literal) => errors.at(literal, format!("the field `{first}` has this key already")),
                None => errors.at(place, format!("the field `{first}` has this key already")),
            }
        }
        if let Some(first) = handles.insert(knack.handle.to_string(), field.name()) {
            let message = format!(
                "the field `{first}` has a handle `{}` already; give this one another name: `handle = \"…\"`",
                knack.handle
            );
            errors.at(&knack.handle, message);
        }
    }
}

/// In a new record: no id, nothing that Knack computes, and every required field.
fn can_be_written(field: &Field<'_>, errors: &mut Errors) {
    if field.id.is_set() {
        errors.at(written(&field.id, field), "a new record has no id yet: leave this field out");
    }
    let Some(knack) = &field.knack else { return };
    if !knack.kind.writable
        && let Some(literal) = &field.kind_lit
    {
        let label = knack.kind.label;
        errors.at(literal, format!("Knack computes {label} fields, so a new record cannot have one: leave it out"));
    }
    if field.required.is_set() && field.optional().is_some() {
        errors.at(field.ty, "Knack demands a value here: drop the `Option`");
    }
}
