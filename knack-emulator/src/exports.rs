//! Files of a view's records, as its export links give them.

use http::StatusCode;
use http::header::CONTENT_DISPOSITION;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::json::{self as writer, Shape};
use crate::list::Entry;
use crate::render;
use crate::source::{self, Shown, Visit};

/// The records of a view as one file: all that its filters admit, in the order asked for.
pub(crate) fn answer(visit: &Visit<'_>, application: &str) -> Answer {
    if application != visit.app.id {
        return Answer::bad_request("Malformed App ID.");
    }
    let Some((_, object)) = visit.object(visit.source()) else {
        return Answer::bad_request("Bad Request");
    };
    let found = match visit.records(visit.source()) {
        Ok(found) => found,
        Err(why) => return Answer::json(StatusCode::BAD_REQUEST, json!({ "message": why }).to_string()),
    };
    // The pages of a link are those of the table that it stands under; the file has them all.
    let found = if visit.manners.paged_exports { source::page(&found, visit.query) } else { &found };
    let fields = source::fields(visit.view, object);
    let shape = Shape::of(visit.query.get("format"));
    let (kind, ending, body) = match visit.query.get("type").unwrap_or("csv") {
        "csv" => ("text/csv; charset=utf-8", "csv", csv(visit, &fields, found, shape)),
        "json" => ("application/json; charset=utf-8", "json", list(visit, &fields, found, shape)),
        _ => return Answer::bad_request("Bad Request"),
    };
    let name = visit.view.get("name").and_then(Value::as_str).unwrap_or("records");
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    Answer::new(StatusCode::OK, kind, body)
        .with(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\""))
}

/// A line of labels and a line for each record. Values are shown without markup, or raw if asked for.
fn csv(visit: &Visit<'_>, fields: &[Shown<'_>], found: &[Entry<'_>], shape: Shape) -> Vec<u8> {
    let mut out = Vec::new();
    line(&mut out, fields.iter().map(|shown| shown.label.to_owned()));
    for (_, row) in found {
        let values = fields.iter().map(|Shown { place, field, .. }| {
            let Some(cell) = row.cells.get(*place) else { return String::new() };
            match shape {
                Shape::Raw => match visit.store.raw(visit.app, field, cell).as_deref() {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Null) | None => String::new(),
                    Some(raw) => raw.to_string(),
                },
                Shape::Both | Shape::Html => {
                    render::plain(&field.kind, visit.store.shown(visit.app, field, cell, 3))
                }
            }
        });
        line(&mut out, values);
    }
    out
}

/// One line of values as RFC 4180 has it: in quotes where a value holds what separates them.
fn line(out: &mut Vec<u8>, values: impl Iterator<Item = String>) {
    for (place, value) in values.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        if value.contains(['"', ',', '\n', '\r']) || value.starts_with(' ') || value.ends_with(' ') {
            out.extend_from_slice(format!("\"{}\"", value.replace('"', "\"\"")).as_bytes());
        } else {
            out.extend_from_slice(value.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// The records as a JSON list, with the fields of the view only.
fn list(visit: &Visit<'_>, fields: &[Shown<'_>], found: &[Entry<'_>], shape: Shape) -> Vec<u8> {
    let mut out = vec![b'['];
    for (at, (id, row)) in found.iter().enumerate() {
        out.extend_from_slice(if at > 0 { b",{\"id\":" } else { b"{\"id\":" });
        writer::text(&mut out, id);
        for Shown { place, field, .. } in fields {
            if let Some(cell) = row.cells.get(*place) {
                writer::cell(&mut out, (visit.app, visit.store), field, cell, shape);
            }
        }
        out.push(b'}');
    }
    out.push(b']');
    out
}
