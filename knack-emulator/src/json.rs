//! Writes records as JSON in Knack's order of keys: `id`, what belongs to users, then
//! `field_N` and `field_N_raw` in schema order.

use serde_json::Value;

use crate::app::{App, Field, Object};
use crate::kind::Kind;
use crate::store::{Cell, Row, Store};

/// Which halves of a value a client asked for with `format=`
/// (`docs.knack.com/docs/formatting`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Formatted values under `field_N`, raw ones under `field_N_raw`.
    #[default]
    Both,
    /// Raw values under `field_N`.
    Raw,
    /// Formatted values only.
    Html,
}

impl Shape {
    pub(crate) fn of(text: Option<&str>) -> Self {
        match text {
            Some("raw") => Self::Raw,
            Some("html") => Self::Html,
            _ => Self::Both,
        }
    }
}

/// Appends one record.
pub(crate) fn record(
    out: &mut Vec<u8>,
    (app, store): (&App, &Store),
    object: &Object,
    (id, row): (&str, &Row),
    shape: Shape,
) {
    out.extend_from_slice(b"{\"id\":");
    text(out, id);
    for (key, part) in &row.extra {
        member(out, key, part);
    }
    for (field, cell) in object.fields.iter().zip(&row.cells) {
        self::cell(out, (app, store), field, cell, shape);
    }
    out.push(b'}');
}

/// Appends one value of a record, behind others.
pub(crate) fn cell(
    out: &mut Vec<u8>,
    (app, store): (&App, &Store),
    field: &Field,
    cell: &Cell,
    shape: Shape,
) {
    // A password is never given out.
    if field.kind == Kind::Password && cell.recorded.is_none() {
        return;
    }
    let raw = store.raw(app, field, cell);
    match shape {
        Shape::Raw => match raw {
            Some(raw) => member(out, &field.key, &raw),
            None => member(out, &field.key, &Value::String(String::new())),
        },
        Shape::Html => member(out, &field.key, &store.shown(app, field, cell, 3)),
        Shape::Both => {
            member(out, &field.key, &store.shown(app, field, cell, 3));
            if let Some(raw) = raw {
                member(out, &field.raw_key, &raw);
            }
        }
    }
}

fn member(out: &mut Vec<u8>, key: &str, part: &Value) {
    out.push(b',');
    text(out, key);
    out.push(b':');
    value(out, part);
}

/// Appends any value.
pub(crate) fn value(out: &mut Vec<u8>, value: &Value) {
    // Writing a `Value` to memory cannot fail: its keys are text.
    let _ = serde_json::to_writer(out, value);
}

/// Appends a text in quotes.
pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    let _ = serde_json::to_writer(out, text);
}
