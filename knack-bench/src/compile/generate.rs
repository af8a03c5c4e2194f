//! Sources of crates: so many structs of so many fields, in the ways that are compared.

use std::fmt::Write as _;

/// How structs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// An empty crate.
    Nothing,
    /// Ours, with keys and kinds.
    Keys,
    /// Ours, with names that the schema has.
    Names,
    /// serde's, to be read and written.
    Serde,
    /// serde's, to be read alone.
    SerdeReading,
}

/// The kinds of fields that take turns, with the types that hold them.
const KINDS: [(&str, &str); 5] = [
    ("short_text", "Option<String>"),
    ("number", "Option<f64>"),
    ("boolean", "Option<bool>"),
    ("email", "Option<String>"),
    ("rating", "Option<i64>"),
];

fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.into_iter().cycle()
}

pub(super) fn source(style: Style, structs: u32, fields: u32) -> String {
    let head = match style {
        Style::Nothing => "",
        Style::Keys | Style::Names => "use knack_runtime::KnackObject;\n",
        Style::Serde => "use serde::{Deserialize, Serialize};\n",
        Style::SerdeReading => "use serde::Deserialize;\n",
    };
    let mut text = head.to_owned();
    for number in 1..=structs {
        one(&mut text, style, number, fields);
    }
    text
}

/// Writing to a `String` does not fail, so what it answers is passed over here and below.
fn one(text: &mut String, style: Style, number: u32, fields: u32) {
    let head = match style {
        Style::Nothing => return,
        Style::Keys | Style::Names => {
            format!("#[derive(KnackObject)]\n#[knack(object = \"object_{number}\")]")
        }
        Style::Serde => "#[derive(Deserialize, Serialize)]".to_owned(),
        Style::SerdeReading => "#[derive(Deserialize)]".to_owned(),
    };
    let _ = writeln!(text, "\n{head}\npub struct Record{number} {{");
    for (field, (kind, ty)) in (1..=fields).zip(kinds()) {
        let key = key(number, field, fields);
        let _ = match style {
            Style::Keys => writeln!(text, "    #[knack(key = \"{key}\", kind = \"{kind}\")]"),
            Style::Serde | Style::SerdeReading => writeln!(text, "    #[serde(rename = \"{key}_raw\")]"),
            Style::Names | Style::Nothing => Ok(()),
        };
        let _ = writeln!(text, "    pub column_{field}: {ty},");
    }
    text.push_str("}\n");
}

fn key(object: u32, field: u32, fields: u32) -> String {
    format!("field_{}", (object - 1) * fields + field)
}

/// The files of the schema folder that goes with it, with their paths.
pub(super) fn schema(style: Style, structs: u32, fields: u32) -> Vec<(String, String)> {
    if style != Style::Names {
        return Vec::new();
    }
    let objects: Vec<String> =
        (1..=structs).map(|n| format!(r#"    {{"key":"object_{n}","name":"Object {n}"}}"#)).collect();
    let index = format!(
        "{{\n  \"knack\": 1,\n  \"name\": \"Bench\",\n  \"objects\": [\n{}\n  ]\n}}\n",
        objects.join(",\n")
    );
    let mut files = vec![("app.json".to_owned(), index)];
    files.extend(
        (1..=structs).map(|number| (format!("objects/object_{number}.json"), object(number, fields))),
    );
    files
}

fn object(number: u32, fields: u32) -> String {
    let line = |(field, (kind, _)): (u32, (&str, &str))| {
        let key = key(number, field, fields);
        format!(r#"    {{"key":"{key}","name":"Column {field}","type":"{kind}"}}"#)
    };
    let lines: Vec<String> = (1..=fields).zip(kinds()).map(line).collect();
    format!(
        "{{\n  \"key\": \"object_{number}\",\n  \"name\": \"Object {number}\",\n  \"fields\": [\n{}\n  ]\n}}\n",
        lines.join(",\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_has_its_structs() {
        for style in [Style::Keys, Style::Names, Style::Serde, Style::SerdeReading] {
            let text = source(style, 3, 7);
            assert_eq!((text.matches("pub struct").count(), text.matches("pub column_").count()), (3, 21));
        }
        assert_eq!(source(Style::Nothing, 0, 0), "");
    }

    #[test]
    fn the_schema_is_json_and_has_what_structs_name() {
        let files = schema(Style::Names, 2, 4);
        assert_eq!(files.len(), 3);
        for (path, text) in files {
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(path == "app.json" || read["fields"][3]["name"] == "Column 4", "{path}: {read}");
        }
    }
}
