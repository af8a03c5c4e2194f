//! The code, as rustfmt would have it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::model::{Choice, Member, Model, Struct, What, in_line};

/// The widths of rustfmt: of a line, and of what is in an attribute.
const WIDTH: usize = 100;
const ATTRIBUTE_WIDTH: usize = 70;

pub(crate) fn code(app: &str, model: &Model<'_>) -> String {
    let mut code = format!("// Begun by `cargo knack scaffold` of {}; yours to change.\n", quoted(app));
    let crates = crates(model);
    if !crates.is_empty() {
        let _ = writeln!(code, "// Needs beside knack-runtime: {}.", crates.join(", "));
    }
    code.push('\n');
    code.push_str(&imports(model));
    for shape in &model.structs {
        code.push('\n');
        code.push_str(&structure(shape));
        for choice in &shape.choices {
            code.push('\n');
            code.push_str(&enumeration(choice));
        }
    }
    code
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", in_line(text))
}

fn paths<'m>(model: &'m Model<'_>) -> BTreeSet<&'m str> {
    let mut paths: BTreeSet<_> = BTreeSet::from(["knack_runtime::KnackObject"]);
    let types = model.structs.iter().flat_map(|shape| &shape.fields).map(|field| &field.ty);
    paths.extend(types.flat_map(|ty| ty.imports.iter().copied()));
    if model.structs.iter().any(|shape| shape.what != What::New) {
        paths.insert("knack_runtime::RecordId");
    }
    if model.choices().next().is_some() {
        paths.insert("knack_runtime::KnackChoice");
    }
    paths
}

/// The crates that the code names besides ours.
fn crates<'m>(model: &'m Model<'_>) -> Vec<&'m str> {
    let all: BTreeSet<_> = paths(model).into_iter().filter_map(|path| path.split("::").next()).collect();
    all.into_iter().filter(|name| *name != "knack_runtime").collect()
}

fn imports(model: &Model<'_>) -> String {
    let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (module, name) in paths(model).into_iter().filter_map(|path| path.rsplit_once("::")) {
        modules.entry(module).or_default().push(name);
    }
    let mut imports: Vec<_> = modules.into_iter().map(|(module, names)| import(module, &names)).collect();
    imports.sort();
    imports.concat()
}

fn import(module: &str, names: &[&str]) -> String {
    match names {
        [one] => format!("use {module}::{one};\n"),
        names => {
            let line = format!("use {module}::{{{}}};", names.join(", "));
            if line.chars().count() <= WIDTH {
                return line + "\n";
            }
            format!("use {module}::{{\n{}}};\n", filled(names))
        }
    }
}

/// Names with commas, as many a line as go in.
fn filled(names: &[&str]) -> String {
    let mut lines = vec![String::new()];
    for name in names {
        let full = lines.last().is_some_and(|line| line.len() + name.len() + 6 > WIDTH);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            let space = if line.is_empty() { "" } else { " " };
            let _ = write!(line, "{space}{name},");
        }
    }
    lines.iter().flat_map(|line| ["    ", line, "\n"]).collect()
}

/// An attribute behind so much space: in one line, or one argument a line.
fn attribute(space: &str, arguments: &[String]) -> String {
    let line = arguments.join(", ");
    if line.chars().count() <= ATTRIBUTE_WIDTH {
        return format!("{space}#[knack({line})]\n");
    }
    let lines: Vec<_> = arguments.iter().map(|argument| format!("{space}    {argument}")).collect();
    format!("{space}#[knack(\n{}\n{space})]\n", lines.join(",\n"))
}

fn structure(shape: &Struct<'_>) -> String {
    let (name, key) = (in_line(&shape.object.name), shape.object.key);
    let object = if name.is_empty() { key.to_string() } else { format!("`{name}` ({key})") };
    let doc = match shape.what {
        What::Record => format!("A record of {object}."),
        What::New => format!("A new record of {object}."),
        What::Target => format!("A record of {object}, so far as links lead to it."),
    };
    let default = if shape.has_default() { "Default, " } else { "" };
    let mut named = vec![format!("object = {:?}", shape.named)];
    named.extend((shape.what == What::New).then(|| "create".to_owned()));
    let mut code =
        format!("/// {doc}\n#[derive(Clone, Debug, {default}KnackObject)]\n{}", attribute("", &named));
    let _ = write!(code, "pub struct {} {{", shape.name);
    let mut members = String::new();
    if shape.what != What::New {
        members.push_str("    /// The record's id.\n    #[knack(id)]\n    pub id: RecordId,\n");
    }
    members.extend(shape.fields.iter().map(member));
    let begin = if members.is_empty() { "" } else { "\n" };
    format!("{code}{begin}{members}}}\n")
}

fn member(member: &Member) -> String {
    let Member { name, doc, attributes, ty } = member;
    let attributes = if attributes.is_empty() { String::new() } else { attribute("    ", attributes) };
    format!("    /// {doc}\n{attributes}    pub {name}: {},\n", ty.text)
}

fn enumeration(choice: &Choice<'_>) -> String {
    let mut code = format!(
        "/// The options of `{}`.\n#[derive(Clone, Debug, PartialEq, Eq, KnackChoice)]\npub enum {} {{\n",
        in_line(&choice.field.name),
        choice.name
    );
    for (arm, option) in &choice.arms {
        let _ = writeln!(code, "    /// `{}`", in_line(option));
        if arm != option {
            code.push_str(&attribute("    ", &[format!("option = {option:?}")]));
        }
        let _ = writeln!(code, "    {arm},");
    }
    let _ = write!(code, "    /// An option that was added later.\n    {}(String),\n}}\n", choice.other);
    code
}
