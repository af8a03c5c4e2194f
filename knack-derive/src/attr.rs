//! Reads `#[knack(…)]`: every attribute with the tokens that errors stand on.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, LitStr, Meta, Path, Token};

use crate::errors::Errors;
use crate::kind::distance;

/// An attribute: where it is written, if it is, and its value, if that is right.
pub(crate) struct Given<T = ()> {
    path: Option<Path>,
    value: Option<T>,
}

impl<T> Given<T> {
    /// The attribute's name as written, for errors.
    pub(crate) fn written(&self) -> Option<&Path> {
        self.path.as_ref()
    }

    pub(crate) fn is_set(&self) -> bool {
        self.path.is_some()
    }

    /// The value; a wrong one is reported already.
    pub(crate) fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    fn set(&mut self, entry: Entry, value: impl FnOnce(TokenStream) -> syn::Result<T>, expected: &str, errors: &mut Errors) {
        let Entry { name, path, rest } = entry;
        if self.is_set() {
            errors.at(path, format!("`{name}` is given twice"));
            return;
        }
        self.value = value(rest.clone()).ok();
        if self.value.is_none() {
            let place = if rest.is_empty() { path.to_token_stream() } else { rest };
            errors.at(place, format!("`{name}` takes {expected}"));
        }
        self.path = Some(path);
    }
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self { path: None, value: None }
    }
}

/// The attributes of a struct.
#[derive(Default)]
pub(crate) struct StructAttrs {
    pub(crate) object: Given<LitStr>,
    pub(crate) create: Given,
    pub(crate) krate: Given<Path>,
}

/// The attributes of a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) id: Given,
    pub(crate) key: Given<LitStr>,
    pub(crate) kind: Given<LitStr>,
    pub(crate) required: Given,
    pub(crate) handle: Given<LitStr>,
}

impl StructAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attrs, "a struct", &["object", "create", "crate"], errors, |name, entry, errors| match name {
            "object" => read.object.set(entry, text, "a text: `object = \"object_3\"`", errors),
            "create" => read.create.set(entry, nothing, NOTHING, errors),
            _ => read.krate.set(entry, path, "a path: `crate = path::to::knack_runtime`", errors),
        });
        read
    }
}

impl FieldAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attrs, "a field", &["id", "key", "kind", "required", "handle"], errors, |name, entry, errors| match name {
            "id" => read.id.set(entry, nothing, NOTHING, errors),
            "key" => read.key.set(entry, text, "a text: `key = \"field_7\"`", errors),
            "kind" => read.kind.set(entry, text, "a text: `kind = \"short_text\"`", errors),
            "required" => read.required.set(entry, nothing, NOTHING, errors),
            _ => read.handle.set(entry, text, "a text: `handle = \"NAME\"`", errors),
        });
        read
    }
}

/// One entry of a list of attributes, with what follows its name.
struct Entry {
    name: String,
    path: Path,
    rest: TokenStream,
}

/// Hands every entry with a name of `known` to `read`, and notes the others as errors. A misspelt
/// one is read as the one that is meant, so that nothing is reported as missing besides.
fn each(
    attrs: &[Attribute],
    owner: &str,
    known: &[&str],
    errors: &mut Errors,
    mut read: impl FnMut(&str, Entry, &mut Errors),
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("knack")) {
        if !matches!(attr.meta, Meta::List(_)) {
            errors.at(attr, "expected `#[knack(…)]`, with attributes in parentheses");
            continue;
        }
        let parsed = attr.parse_nested_meta(|meta| {
            let entry = entry(&meta)?;
            let meant = known.iter().min_by_key(|known| distance(&entry.name, known));
            let meant = meant.filter(|known| distance(&entry.name, known) <= 2.min(known.len() - 1));
            match meant {
                Some(name) if entry.name == **name => {}
                Some(name) => errors.at(&entry.path, format!("no attribute `{}`; did you mean `{name}`?", entry.name)),
                None => {
                    let all = known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
                    errors.at(&entry.path, format!("no attribute `{}`; {owner} takes {all}", entry.name));
                }
            }
            if let Some(name) = meant {
                read(name, entry, errors);
            }
            Ok(())
        });
        if let Err(error) = parsed {
            errors.add(error);
        }
    }
}

/// The entry that begins with this name and ends before the next comma, right or wrong, so that
/// those behind it are read as well.
fn entry(meta: &ParseNestedMeta<'_>) -> syn::Result<Entry> {
    let mut rest = TokenStream::new();
    while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
        rest.extend([meta.input.parse::<TokenTree>()?]);
    }
    let path = meta.path.clone();
    Ok(Entry { name: path.to_token_stream().to_string().replace(' ', ""), path, rest })
}

const NOTHING: &str = "no value: leave this out";

fn nothing(rest: TokenStream) -> syn::Result<()> {
    syn::parse2::<syn::parse::Nothing>(rest).map(drop)
}

fn text(rest: TokenStream) -> syn::Result<LitStr> {
    behind_equals.parse2(rest)
}

/// A path, or a path in quotes as serde has it.
fn path(rest: TokenStream) -> syn::Result<Path> {
    match behind_equals::<LitStr>.parse2(rest.clone()) {
        Ok(quoted) => quoted.parse(),
        Err(_) => behind_equals.parse2(rest),
    }
}

fn behind_equals<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}
