//! Files of a view's records, as its export links give them.

use http::StatusCode;
use http::header::CONTENT_DISPOSITION;
use serde_json::Value;

use super::{Visit, refused};
use crate::answer::Answer;
use crate::json::{Look, Shape};
use crate::kind::Kind;
use crate::list::{self, Entry};
use crate::pages::{Column, ViewKind};
use crate::render;
use crate::store::{Row, Store};

/// The records of a table as one file: all that its filters admit, in the order asked for.
pub(super) fn answer(visit: Visit<'_>, store: &Store, application: &str) -> Result<Answer, Answer> {
    if application != visit.app.id {
        return Err(Answer::bad_request("Malformed App ID."));
    }
    if visit.view.kind != ViewKind::Records {
        return Err(refused());
    }
    let found = visit.found(store)?;
    // The pages of a link are those of the table that it stands under; the file has them all.
    let found = if visit.manners.paged_exports { list::asked(&found, visit.query) } else { &found };
    let shape = Shape::of(visit.query.get("format"));
    let (kind, ending, body) = match visit.query.get("type").unwrap_or("csv") {
        "csv" => ("text/csv; charset=utf-8", "csv", csv(visit, store, found, shape)),
        "json" => {
            let look = Look { columns: Some(&visit.view.columns), ..Look::whole(shape) };
            let mut body = Vec::new();
            list::records(&mut body, (visit.app, store), visit.object, found, look);
            ("application/json; charset=utf-8", "json", body)
        }
        _ => return Err(Answer::bad_request("Bad Request")),
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = visit.view.name.chars().map(plain).collect();
    Ok(Answer::new(StatusCode::OK, kind, body)
        .with(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")))
}

/// A line of labels and a line for each record. Values are shown without markup, or raw if asked for.
fn csv(visit: Visit<'_>, store: &Store, found: &[Entry<'_>], shape: Shape) -> Vec<u8> {
    let mut out = Vec::new();
    let columns = &visit.view.columns;
    line(&mut out, columns.iter().filter_map(|column| label(visit, column)));
    for (_, row) in found {
        line(&mut out, columns.iter().filter_map(|column| text(visit, store, column, row, shape)));
    }
    out
}

fn label(visit: Visit<'_>, column: &Column) -> Option<String> {
    let (_, field) = visit.app.at(column.field)?;
    Some(column.header.as_ref().unwrap_or(&field.name).clone())
}

/// A value in a line, empty where there is none; `None` for a column of nothing.
fn text(visit: Visit<'_>, store: &Store, column: &Column, row: &Row, shape: Shape) -> Option<String> {
    let (field, cell) = column.of((visit.app, store), row)?;
    // A password is never given out.
    let Some(cell) = cell.filter(|_| field.kind != Kind::Password) else {
        return Some(String::new());
    };
    Some(match shape {
        Shape::Raw => match store.raw(visit.app, field, cell).as_deref() {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(raw) => raw.to_string(),
        },
        Shape::Both | Shape::Html => render::plain(&field.kind, store.shown(visit.app, field, cell, 3)),
    })
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
