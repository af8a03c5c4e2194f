//! The structs of a package that stand for objects and views: found in its sources without compiling them.

mod tokens;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use knack_runtime::schema::{Application, ViewSchema};
use tokens::{Token, tokens};

use crate::changes::Change;
use crate::error::Result;
use crate::text::label;

/// A struct that derives `KnackObject` or `KnackView`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) name: String,
    /// The attribute that names what it stands for, and what that says: `view` and a key, or `object` and a name
    /// or a key.
    pub(crate) of: (&'static str, String),
}

/// The structs of a package that stand for what changed, in the order of files and lines.
pub(crate) fn touched(package: &Path, changes: &[Change], states: [&Application; 2]) -> Vec<Use> {
    let objects: Vec<_> = changes.iter().filter_map(Change::object).collect();
    let views: Vec<_> = changes.iter().filter_map(Change::view).collect();
    let mut names = Vec::new();
    for app in states {
        for object in app.objects.iter().filter(|object| objects.contains(&object.key)) {
            names.extend([object.key.to_string(), object.name.clone()].map(|name| ("object", name)));
        }
        // A view shows fields of its object.
        let of_these = |view: &&ViewSchema| {
            views.contains(&view.key) || view.object.is_some_and(|object| objects.contains(&object))
        };
        names.extend(app.views.iter().filter(of_these).map(|view| ("view", view.key.to_string())));
    }
    if names.is_empty() {
        return Vec::new();
    }
    let mut uses = Vec::new();
    search(package, Path::new(""), &mut uses);
    uses.retain(|found| names.contains(&found.of));
    uses
}

/// Names the structs that a change touches.
pub(crate) fn write(uses: &[Use], out: &mut dyn Write) -> Result<()> {
    if uses.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", label("Structs that this touches"))?;
    for found in uses {
        let Use { file, line, name, of: (attribute, value) } = found;
        writeln!(out, "  {}:{line} {name} ({attribute} = \"{value}\")", file.display())?;
    }
    Ok(())
}

/// Looks into a folder of the package. What cannot be read is passed over: this is a hint, not a check.
fn search(package: &Path, inner: &Path, uses: &mut Vec<Use>) {
    let entries = fs::read_dir(package.join(inner)).into_iter().flatten().flatten();
    let mut entries: Vec<_> = entries.map(|entry| (entry.file_name(), entry.file_type())).collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, kind) in entries {
        let path = inner.join(&name);
        let name = name.to_string_lossy();
        match kind {
            Ok(kind) if kind.is_dir() && name != "target" && !name.starts_with('.') => {
                search(package, &path, uses);
            }
            Ok(kind) if kind.is_file() && name.ends_with(".rs") => {
                let source = fs::read_to_string(package.join(&path)).unwrap_or_default();
                uses.extend(in_source(&source).into_iter().map(|found| Use { file: path.clone(), ..found }));
            }
            _ => {}
        }
    }
}

const DERIVES: [&str; 2] = ["KnackObject", "KnackView"];

/// The structs of a source text. Texts, comments and macros that print structs do not deceive it; a struct
/// that a macro makes is not seen.
fn in_source(source: &str) -> Vec<Use> {
    // Most files have none.
    if !DERIVES.iter().any(|derive| source.contains(derive)) {
        return Vec::new();
    }
    let tokens = tokens(source);
    let (mut uses, mut derives, mut of) = (Vec::new(), false, None);
    let mut rest = tokens.as_slice();
    while let Some(((token, _), behind)) = rest.split_first() {
        rest = behind;
        match token {
            Token::Mark('#') => {
                let (attribute, behind) = attribute(rest);
                rest = behind;
                let may_derive = ["derive", "cfg_attr"].iter().any(|word| is(attribute.first(), word));
                derives |= may_derive
                    && attribute.iter().any(|token| DERIVES.iter().any(|derive| is(Some(token), derive)));
                // A struct of a view may say the object as well, and is one of the view.
                of = named(attribute, "view").or(of).or_else(|| named(attribute, "object"));
            }
            Token::Word("struct") => {
                if let (true, Some(of), Some((Token::Word(name), line))) = (derives, of.take(), rest.first())
                {
                    let (name, file) = ((*name).to_owned(), PathBuf::new());
                    uses.push(Use { file, line: *line, name, of });
                }
                (derives, of) = (false, None);
            }
            Token::Word(_) | Token::Mark('(' | ')' | ':') => {}
            _ => (derives, of) = (false, None),
        }
    }
    uses
}

type Tokens<'t, 's> = &'t [(Token<'s>, usize)];

/// What stands between the brackets of an attribute, and what comes behind it.
fn attribute<'t, 's>(tokens: Tokens<'t, 's>) -> (Tokens<'t, 's>, Tokens<'t, 's>) {
    let mut depth = 0;
    for (place, (token, _)) in tokens.iter().enumerate() {
        match token {
            Token::Mark('[') => depth += 1,
            Token::Mark(']') => depth -= 1,
            Token::Mark('!') if depth == 0 => {}
            _ if depth == 0 => return (&[], tokens),
            _ => {}
        }
        if depth == 0 && *token == Token::Mark(']') {
            let inner = tokens.get(..place).and_then(|inner| inner.get(1..)).unwrap_or_default();
            return (inner, tokens.get(place + 1..).unwrap_or_default());
        }
    }
    (tokens, &[])
}

fn is(token: Option<&(Token<'_>, usize)>, word: &str) -> bool {
    matches!(token, Some((Token::Word(found), _)) if *found == word)
}

/// `object = "…"`, or another of these attributes, in `#[knack(…)]`.
fn named(attribute: Tokens<'_, '_>, name: &'static str) -> Option<(&'static str, String)> {
    if !attribute.iter().any(|token| is(Some(token), "knack")) {
        return None;
    }
    attribute.windows(3).find_map(|tokens| match tokens {
        [(Token::Word(word), _), (Token::Mark('='), _), (Token::Text(text), _)] if *word == name => {
            Some((name, text.clone()))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structs_are_found_where_they_are() {
        let source = r##"
//! #[derive(KnackObject)] #[knack(object = "object_1")] struct Doc {}
use knack_runtime::KnackObject;

#[derive(Debug, KnackObject)]
#[knack(object = "Customers")] // a "comment
pub(crate) struct Customer {
    #[knack(id)]
    id: RecordId,
}

const TEXT: &str = r#"#[derive(KnackObject)] #[knack(object = "object_2")] struct Text {}"#;
const QUOTE: (char, &str) = ('"', "\"#[derive(KnackObject)]");

#[derive(Debug)]
struct Plain<'a>(&'a str);

/* nested /* comments */ #[derive(KnackObject)] */
#[knack(object = "object_3", create)]
#[cfg_attr(all(), derive(knack_runtime::KnackObject))]
#[doc = "]"]
struct
    NewOrder {}

#[derive(KnackObject)]
struct Nameless {}

#[derive(Debug, KnackView)]
#[knack(object = "Customers", view = "view_2")]
struct Row {}
"##;
        let found: Vec<_> =
            in_source(source).into_iter().map(|found| (found.line, found.name, found.of)).collect();
        let wanted = [
            (7, "Customer", ("object", "Customers")),
            (23, "NewOrder", ("object", "object_3")),
            (30, "Row", ("view", "view_2")),
        ];
        let wanted = wanted.map(|(line, name, (by, value))| (line, name.to_owned(), (by, value.to_owned())));
        assert_eq!(found, wanted);
    }

    #[test]
    fn broken_sources_are_survived() {
        for source in [
            "KnackObject #[derive(",
            "KnackObject \"",
            "KnackObject r##\"",
            "KnackObject '",
            "KnackObject /*",
            "#[KnackObject]]]] #",
            "KnackObject \"\\",
            "KnackObject # struct",
        ] {
            assert_eq!(in_source(source), []);
        }
    }
}
