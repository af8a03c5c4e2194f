//! The structs of a package that stand for objects: found in its sources without compiling them.

mod tokens;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use knack_runtime::schema::Application;
use tokens::{Token, tokens};

use crate::changes::Change;
use crate::error::Result;
use crate::text::label;

/// A struct that derives `KnackObject`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) name: String,
    /// The object as its attribute names it, by name or key.
    pub(crate) object: String,
}

/// The structs of a package that stand for what changed, in the order of files and lines.
pub(crate) fn touched(package: &Path, changes: &[Change], states: [&Application; 2]) -> Vec<Use> {
    let keys: Vec<_> = changes.iter().filter_map(Change::object).collect();
    let objects = states.iter().flat_map(|app| &app.objects).filter(|object| keys.contains(&object.key));
    let names: Vec<_> = objects.flat_map(|object| [object.key.to_string(), object.name.clone()]).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let mut uses = Vec::new();
    search(package, Path::new(""), &mut uses);
    uses.retain(|found| names.contains(&found.object));
    uses
}

/// Names the structs that a change touches.
pub(crate) fn write(uses: &[Use], out: &mut dyn Write) -> Result<()> {
    if uses.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", label("Structs that this touches"))?;
    for found in uses {
        let Use { file, line, name, object } = found;
        writeln!(out, "  {}:{line} {name} (object = \"{object}\")", file.display())?;
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

/// The structs of a source text. Texts, comments and macros that print structs do not deceive it; a struct
/// that a macro makes is not seen.
fn in_source(source: &str) -> Vec<Use> {
    // Most files have none.
    if !source.contains("KnackObject") {
        return Vec::new();
    }
    let tokens = tokens(source);
    let (mut uses, mut derives, mut object) = (Vec::new(), false, None);
    let mut rest = tokens.as_slice();
    while let Some(((token, _), behind)) = rest.split_first() {
        rest = behind;
        match token {
            Token::Mark('#') => {
                let (attribute, behind) = attribute(rest);
                rest = behind;
                let may_derive = ["derive", "cfg_attr"].iter().any(|word| is(attribute.first(), word));
                derives |= may_derive && attribute.iter().any(|token| is(Some(token), "KnackObject"));
                object = object.or_else(|| named_object(attribute));
            }
            Token::Word("struct") => {
                if let (true, Some(object), Some((Token::Word(name), line))) =
                    (derives, object.take(), rest.first())
                {
                    let (name, file) = ((*name).to_owned(), PathBuf::new());
                    uses.push(Use { file, line: *line, name, object });
                }
                (derives, object) = (false, None);
            }
            Token::Word(_) | Token::Mark('(' | ')' | ':') => {}
            _ => (derives, object) = (false, None),
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

/// `object = "…"` in `#[knack(…)]`.
fn named_object(attribute: Tokens<'_, '_>) -> Option<String> {
    if !attribute.iter().any(|token| is(Some(token), "knack")) {
        return None;
    }
    attribute.windows(3).find_map(|tokens| match tokens {
        [(Token::Word("object"), _), (Token::Mark('='), _), (Token::Text(object), _)] => Some(object.clone()),
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
"##;
        let found: Vec<_> =
            in_source(source).into_iter().map(|found| (found.line, found.name, found.object)).collect();
        let wanted = [(7, "Customer", "Customers"), (23, "NewOrder", "object_3")];
        assert_eq!(found, wanted.map(|(line, name, object)| (line, name.to_owned(), object.to_owned())));
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
