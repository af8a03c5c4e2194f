//! A diagram in Mermaid's language.
//!
//! Source: mermaid.js.org/syntax/entityRelationshipDiagram.html.

use std::fmt::Write as _;

use knack_runtime::kind::FieldKind;
use knack_runtime::schema::{FieldSchema, ObjectSchema};

use super::{Connection, Picture, remarks};

pub(crate) fn draw(picture: &Picture<'_>) -> String {
    let mut text = "erDiagram\n".to_owned();
    for object in &picture.objects {
        let _ = writeln!(text, "    {}[{}] {{", object.key, quoted(&object.name));
        text.extend(object.fields.iter().map(|field| line(object, field)));
        text.push_str("    }\n");
    }
    text.extend(picture.connections.iter().map(connection));
    text
}

/// Kind and key, since only ASCII can stand there; the label is the comment.
fn line(object: &ObjectSchema, field: &FieldSchema) -> String {
    let kind = word(&field.kind_name);
    let role = match (field.kind, field.unique) {
        (FieldKind::CONNECTION, true) => " FK, UK",
        (FieldKind::CONNECTION, false) => " FK",
        (_, true) => " UK",
        (_, false) => "",
    };
    let comment = quoted(&format!("{}{}", field.name, remarks(field, object.identifier)));
    format!("        {kind} {}{role} {comment}\n", field.key)
}

/// How many there may be at either end, and which field says so.
fn connection(connection: &Connection<'_>) -> String {
    let Connection { from, field, to } = connection;
    let many = if field.shared { "}o" } else { "|o" };
    let target = match (field.several, field.required) {
        (true, true) => "|{",
        (true, false) => "o{",
        (false, true) => "||",
        (false, false) => "o|",
    };
    format!("    {from} {many}--{target} {to} : {}\n", quoted(&field.name))
}

/// Text in quotes. Mermaid has no way to write a quote in it, and reads no empty one.
fn quoted(text: &str) -> String {
    let text = text.replace('"', "'").replace(|c: char| c.is_control(), " ");
    if text.trim().is_empty() { "\"-\"".to_owned() } else { format!("\"{text}\"") }
}

fn word(kind: &str) -> String {
    let word: String = kind.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) { word } else { format!("kind_{word}") }
}
