//! Changes in words, and as JSON.

use std::fmt;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Change, Named, Of, What};
use crate::text::{label, plain, sign};

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            Of::Application => f.write_str("application")?,
            Of::Object(object) => write!(f, "{object}")?,
            Of::Field(_, field) => write!(f, "{field}")?,
            Of::Page(page) => write!(f, "page {page}")?,
            Of::View(view) => write!(f, "view {view}")?,
            Of::File(path) => f.write_str(path)?,
        }
        write!(f, ": {}", self.what)
    }
}

impl<K: fmt::Display> fmt::Display for Named<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() { self.key.fmt(f) } else { write!(f, "{} ({})", self.name, self.key) }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(kind) if kind.is_empty() => f.write_str("added"),
            Self::Added(kind) => write!(f, "added, {kind}"),
            Self::Removed => f.write_str("removed"),
            Self::Set { setting, from, to } => set(f, setting, from, to),
            Self::Gained { list, items } => listed(f, list, items, "added"),
            Self::Lost { list, items } => listed(f, list, items, "removed"),
            Self::Text => f.write_str("written otherwise than `cargo knack pull` writes it"),
        }
    }
}

fn set(f: &mut fmt::Formatter<'_>, setting: &str, from: &str, to: &str) -> fmt::Result {
    match (setting, from, to) {
        ("name", _, _) => write!(f, "renamed \"{from}\" → \"{to}\""),
        ("kind", _, _) => write!(f, "was {from}, is {to}"),
        ("required" | "unique", "", _) => write!(f, "now {setting}"),
        ("required" | "unique", _, _) => write!(f, "no longer {setting}"),
        ("takes", _, _) => write!(f, "took {from}, takes {to}"),
        ("target", _, _) => write!(f, "led to {}, leads to {}", or_none(from), or_none(to)),
        ("shared", _, "yes") => f.write_str("the same record may be connected several times now"),
        ("shared", _, _) => f.write_str("the same record may be connected once now"),
        ("login", _, "yes") => f.write_str("calls need a login now"),
        ("login", _, _) => f.write_str("calls need no login any more"),
        ("record", _, "") => write!(f, "no longer about one record, {from}"),
        ("record", _, _) => write!(f, "about one record: {} → {to}", or_none(from)),
        _ => write!(f, "{setting}: {} → {}", or_none(from), or_none(to)),
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn listed(f: &mut fmt::Formatter<'_>, list: &str, items: &[String], done: &str) -> fmt::Result {
    let plural = if items.len() == 1 { "" } else { "s" };
    write!(f, "{list}{plural} {done}: {}", items.join(", "))
}

impl Change {
    /// What a program wants to know of it.
    pub(crate) fn json(&self) -> Value {
        let mut json = match self.what_json() {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let of = match &self.of {
            Of::Application => vec![("of", "application".to_owned())],
            Of::Object(object) => vec![("of", "object".to_owned()), ("object", object.key.to_string())],
            Of::Field(object, field) => vec![
                ("of", "field".to_owned()),
                ("object", object.key.to_string()),
                ("field", field.key.to_string()),
            ],
            Of::Page(page) => vec![("of", "page".to_owned()), ("page", page.key.to_string())],
            Of::View(view) => vec![("of", "view".to_owned()), ("view", view.key.to_string())],
            Of::File(path) => vec![("of", "file".to_owned()), ("file", path.clone())],
        };
        json.extend(of.into_iter().map(|(name, value)| (name.to_owned(), value.into())));
        json.insert("text".to_owned(), self.to_string().into());
        Value::Object(json)
    }

    fn what_json(&self) -> Value {
        match &self.what {
            What::Added(_) => json!({"change": "added"}),
            What::Removed => json!({"change": "removed"}),
            What::Set { setting, from, to } => {
                json!({"change": "set", "setting": setting, "from": from, "to": to})
            }
            What::Gained { list, items } => json!({"change": "gained", "list": list, "items": items}),
            What::Lost { list, items } => json!({"change": "lost", "list": list, "items": items}),
            What::Text => json!({"change": "text"}),
        }
    }

    /// What stands above it in a report, and the rest of it.
    fn heading(&self) -> String {
        match &self.of {
            Of::Object(object) | Of::Field(object, _) => object.to_string(),
            Of::Application => "The application".to_owned(),
            Of::Page(_) | Of::View(_) => "Pages and views".to_owned(),
            Of::File(_) => "The folder".to_owned(),
        }
    }

    fn sign(&self) -> &'static str {
        match self.what {
            What::Added(_) | What::Gained { .. } => "+",
            What::Removed | What::Lost { .. } => "-",
            What::Set { .. } | What::Text => "~",
        }
    }
}

/// Writes changes under what they are of.
pub(crate) fn write(changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    let mut above = String::new();
    for change in changes {
        let heading = change.heading();
        if heading != above {
            writeln!(out, "{}", label(&plain(&heading)))?;
            above = heading;
        }
        match &change.of {
            // The heading names it already.
            Of::Object(_) | Of::Application => {
                writeln!(out, "  {} {}", sign(change.sign()), plain(&change.what.to_string()))?;
            }
            _ => writeln!(out, "  {} {}", sign(change.sign()), plain(&change.to_string()))?,
        }
    }
    Ok(())
}
