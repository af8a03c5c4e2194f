//! Writes records as JSON in Knack's order of keys: `id`, what belongs to users, then
//! `field_N` and `field_N_raw` in schema order.

use std::borrow::Cow;

use serde_json::Value;

use crate::app::{App, Field, Object};
use crate::kind::Kind;
use crate::pages::Column;
use crate::store::{Cell, Row, Store, shown_of};

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

/// What of a record is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    pub(crate) shape: Shape,
    /// The columns of a view in its order; without them, everything.
    pub(crate) columns: Option<&'a [Column]>,
    pub(crate) id: bool,
}

impl Look<'_> {
    /// All of a record.
    pub(crate) const fn whole(shape: Shape) -> Self {
        Self { shape, columns: None, id: true }
    }
}

/// Appends one record.
pub(crate) fn record(
    out: &mut Vec<u8>,
    scene: (&App, &Store),
    object: &Object,
    (id, row): (&str, &Row),
    look: Look<'_>,
) {
    out.push(b'{');
    if look.id {
        name(out, "id");
        text(out, id);
    }
    if let Some(columns) = look.columns {
        for column in columns {
            self::column(out, scene, object, row, column, look.shape);
        }
    } else {
        for (key, part) in &row.extra {
            member(out, key, part);
        }
        for (field, cell) in object.fields.iter().zip(&row.cells) {
            pair(out, scene, ("", field), Some(cell), look.shape);
        }
    }
    out.push(b'}');
}

/// Appends what a view shows of one field. One of a connected record has the connection's key before its
/// own: a guess.
fn column(
    out: &mut Vec<u8>,
    scene: (&App, &Store),
    object: &Object,
    row: &Row,
    column: &Column,
    shape: Shape,
) {
    let Some((field, cell)) = column.of(scene, row) else { return };
    let connection = column.through.and_then(|through| object.fields.get(through));
    let before = connection.map(|connection| format!("{}.", connection.key)).unwrap_or_default();
    pair(out, scene, (&before, field), cell, shape);
}

/// Appends both halves of a value, under the field's key behind `before`.
fn pair(
    out: &mut Vec<u8>,
    (app, store): (&App, &Store),
    (before, field): (&str, &Field),
    cell: Option<&Cell>,
    shape: Shape,
) {
    let never_set = Cell::default();
    let cell = cell.unwrap_or(&never_set);
    let (key, raw_key) = (behind(before, &field.key), behind(before, &field.raw_key));
    // A password is never given out, nor whether there is one: recorded answers have stars, and clients
    // rely on the key.
    if field.kind == Kind::Password && cell.recorded.is_none() {
        let [shown, raw] = ["*********", "**********"];
        member(out, &key, &Value::from(if shape == Shape::Raw { raw } else { shown }));
        if shape == Shape::Both {
            member(out, &raw_key, &Value::from(raw));
        }
        return;
    }
    let raw = store.raw(app, field, cell);
    match shape {
        Shape::Raw => match raw {
            Some(raw) => member(out, &key, &raw),
            None => member(out, &key, &Value::String(String::new())),
        },
        Shape::Html => member(out, &key, &store.shown(app, field, cell, 3)),
        Shape::Both => {
            member(out, &key, &shown_of(field, cell, raw.as_deref()));
            if let Some(raw) = raw {
                member(out, &raw_key, &raw);
            }
        }
    }
}

fn behind<'a>(before: &str, key: &'a str) -> Cow<'a, str> {
    if before.is_empty() { Cow::Borrowed(key) } else { Cow::Owned(format!("{before}{key}")) }
}

fn member(out: &mut Vec<u8>, key: &str, part: &Value) {
    name(out, key);
    value(out, part);
}

/// Appends a key, behind a comma unless it is an object's first.
fn name(out: &mut Vec<u8>, key: &str) {
    // No value ends so: where a record ends with its opening brace, nothing is in it yet.
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    text(out, key);
    out.push(b':');
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
