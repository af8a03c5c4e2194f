//! `cargo knack diagram`: the objects, their fields and connections as a picture.

mod layout;
mod mermaid;
mod svg;

use std::fs;
use std::io::Write;

use knack_runtime::key::{FieldKey, ObjectKey};
use knack_runtime::schema::{Application, FieldSchema, ObjectSchema};

use crate::args::{DiagramArguments, DiagramFormat};
use crate::error::{Result, failed};
use crate::source;

/// What is drawn.
pub(crate) struct Picture<'a> {
    pub(crate) name: &'a str,
    pub(crate) objects: Vec<&'a ObjectSchema>,
    pub(crate) connections: Vec<Connection<'a>>,
}

/// A connection between two objects that are drawn.
#[derive(Clone, Copy)]
pub(crate) struct Connection<'a> {
    pub(crate) from: ObjectKey,
    pub(crate) field: &'a FieldSchema,
    pub(crate) to: ObjectKey,
}

pub(crate) fn run(asked: &DiagramArguments, out: &mut dyn Write) -> Result<()> {
    let app = source::read(&asked.source)?;
    let picture = Picture::of(&app, source::objects(&app, &asked.objects)?);
    match (&asked.svg, asked.format) {
        (Some(path), _) => {
            fs::write(path, svg::draw(&picture)).map_err(|source| failed(path, "written", source))?;
            writeln!(out, "wrote {}: open it in a browser", path.display())?;
        }
        (None, DiagramFormat::Svg) => out.write_all(svg::draw(&picture).as_bytes())?,
        (None, DiagramFormat::Mermaid) => out.write_all(mermaid::draw(&picture).as_bytes())?,
    }
    Ok(())
}

impl<'a> Picture<'a> {
    fn of(app: &'a Application, objects: Vec<&'a ObjectSchema>) -> Self {
        let mut objects = objects;
        objects.sort_by_key(|object| object.key);
        objects.dedup_by_key(|object| object.key);
        let drawn = |key: &ObjectKey| objects.iter().any(|object| object.key == *key);
        let fields = objects.iter().flat_map(|object| object.fields.iter().map(|field| (object.key, field)));
        let connections = fields
            .filter_map(|(from, field)| Some(Connection { from, field, to: field.target.filter(drawn)? }))
            .collect();
        Self { name: &app.name, objects, connections }
    }
}

/// What is told of a field beside its label: what Knack demands of it, and whether records are named by it.
pub(crate) fn remarks(field: &FieldSchema, identifier: Option<FieldKey>) -> String {
    let remarks = [
        (field.required, "required"),
        (field.unique, "unique"),
        (identifier == Some(field.key), "names the record"),
    ];
    remarks.into_iter().filter(|(is, _)| *is).flat_map(|(_, remark)| [", ", remark]).collect()
}

#[cfg(test)]
mod tests;
