//! Reads `#[knack(…)]`: every attribute with the tokens that errors stand on.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Nothing, Parse, ParseStream, Parser};
use syn::{Attribute, LitStr, Meta, Path, Token};

use crate::errors::Errors;
use crate::near::Near;

/// An attribute: where it is written, if it is, and its value, if that is right.
pub(crate) struct Given<T = ()> {
    name: Option<Ident>,
    value: Option<T>,
}

impl<T> Given<T> {
    /// The attribute's name as written, for errors.
    pub(crate) fn written(&self) -> Option<&Ident> {
        self.name.as_ref()
    }

    pub(crate) fn is_set(&self) -> bool {
        self.name.is_some()
    }

    /// The value; a wrong one is reported already.
    pub(crate) fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    fn set(
        &mut self,
        entry: Entry,
        value: impl FnOnce(TokenStream) -> syn::Result<T>,
        expected: &str,
        errors: &mut Errors,
    ) {
        let Entry { name, rest } = entry;
        if self.is_set() {
            errors.at(&name, format!("`{name}` is given twice"));
            return;
        }
        self.value = value(rest.clone()).ok();
        if self.value.is_none() {
            let place = if rest.is_empty() { name.to_token_stream() } else { rest };
            errors.at(place, format!("`{name}` takes {expected}"));
        }
        self.name = Some(name);
    }
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self { name: None, value: None }
    }
}

/// The attributes of a struct: of an object, or of a view.
#[derive(Default)]
pub(crate) struct StructAttrs {
    pub(crate) object: Given<LitStr>,
    pub(crate) create: Given,
    pub(crate) view: Given<LitStr>,
    pub(crate) scene: Given<LitStr>,
    pub(crate) access: Given<LitStr>,
    pub(crate) can: Given<LitStr>,
    pub(crate) under: Given<LitStr>,
    pub(crate) parent: Given<LitStr>,
    pub(crate) krate: Given<Path>,
    /// Whether something is written that is none of these: whatever lacks may be meant by it.
    pub(crate) unclear: bool,
}

/// The attributes of a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) id: Given,
    pub(crate) field: Given<LitStr>,
    pub(crate) key: Given<LitStr>,
    pub(crate) kind: Given<LitStr>,
    pub(crate) required: Given,
    pub(crate) handle: Given<LitStr>,
    pub(crate) date_format: Given<LitStr>,
    /// Whether something is written that is none of these: it may be meant to say which field this is.
    pub(crate) unclear: bool,
}

/// The attributes of an enum of options.
#[derive(Default)]
pub(crate) struct EnumAttrs {
    pub(crate) krate: Given<Path>,
}

/// The attributes of an arm of such an enum.
#[derive(Default)]
pub(crate) struct ArmAttrs {
    pub(crate) option: Given<LitStr>,
}

const PATH: &str = "a path: `crate = path::to::knack_runtime`";

const VIEW: &[&str] = &["view", "scene", "object", "access", "can", "under", "parent", "crate"];

const OBJECT: &str = "a text: `object = \"Customers\"`";

impl StructAttrs {
    pub(crate) fn of_object(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let known = &["object", "create", "crate"];
        read.unclear = each(attrs, "a struct", known, errors, |name, entry, errors| match name {
            "object" => read.object.set(entry, text, OBJECT, errors),
            "create" => read.create.set(entry, nothing, NOTHING, errors),
            _ => read.krate.set(entry, path, PATH, errors),
        });
        read
    }

    pub(crate) fn of_view(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        read.unclear = each(attrs, "a struct of a view", VIEW, errors, |name, entry, errors| match name {
            "view" => read.view.set(entry, text, "a text: `view = \"view_18\"`", errors),
            "scene" => read.scene.set(entry, text, "a text: `scene = \"scene_9\"`", errors),
            "object" => read.object.set(entry, text, OBJECT, errors),
            "access" => read.access.set(entry, text, "a text: `access = \"public\"`", errors),
            "can" => read.can.set(entry, text, "a text: `can = \"list, update\"`", errors),
            "under" => read.under.set(entry, text, "a text: `under = \"customer-details\"`", errors),
            "parent" => read.parent.set(entry, text, "a text: `parent = \"object_1\"`", errors),
            _ => read.krate.set(entry, path, PATH, errors),
        });
        read
    }
}

/// The first of these attributes where it is written, whatever else is wrong: by it one derive knows a struct
/// of the other.
pub(crate) fn written(attrs: &[Attribute], names: &[&str]) -> Option<Ident> {
    let mut unread = Errors::default();
    let lists = attrs.iter().filter(|attr| attr.path().is_ident("knack"));
    let lists = lists.filter_map(|attr| attr.meta.require_list().ok());
    let entries = lists.flat_map(|list| {
        list.parse_args_with(|input: ParseStream<'_>| entries(input, &mut unread)).unwrap_or_default()
    });
    let found =
        entries.flatten().map(|entry| entry.name).find(|written| names.iter().any(|name| written == name));
    unread.finish();
    found
}

impl EnumAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attrs, "an enum", &["crate"], errors, |_, entry, errors| {
            read.krate.set(entry, path, PATH, errors);
        });
        read
    }
}

impl ArmAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attrs, "an arm", &["option"], errors, |_, entry, errors| {
            read.option.set(entry, text, "a text: `option = \"In Progress\"`", errors);
        });
        read
    }
}

impl FieldAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        read.unclear = each(
            attrs,
            "a field",
            &["id", "field", "key", "kind", "required", "handle", "date_format"],
            errors,
            |name, entry, errors| match name {
                "id" => read.id.set(entry, nothing, NOTHING, errors),
                "field" => read.field.set(entry, text, "a text: `field = \"Average Spend\"`", errors),
                "key" => read.key.set(entry, text, "a text: `key = \"field_7\"`", errors),
                "kind" => read.kind.set(entry, text, "a text: `kind = \"short_text\"`", errors),
                "required" => read.required.set(entry, nothing, NOTHING, errors),
                "handle" => read.handle.set(entry, text, "a text: `handle = \"NAME\"`", errors),
                _ => read.date_format.set(entry, text, "a text: `date_format = \"dd/mm/yyyy\"`", errors),
            },
        );
        read
    }
}

/// One entry of a list of attributes, with what follows its name.
struct Entry {
    name: Ident,
    rest: TokenStream,
}

/// Hands every entry with a name of `known` to `read`, and notes the others as errors. A misspelt
/// one is read as the one that is meant, so that nothing is reported as missing besides; the answer is
/// whether there are others, of which that cannot be known.
fn each(
    attrs: &[Attribute],
    owner: &str,
    known: &[&str],
    errors: &mut Errors,
    mut read: impl FnMut(&str, Entry, &mut Errors),
) -> bool {
    let mut unclear = false;
    let listed = || {
        format!(
            "{owner} takes {}",
            known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        )
    };
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("knack")) {
        let Meta::List(list) = &attr.meta else {
            errors.at(attr, "expected `#[knack(…)]`, with attributes in parentheses");
            unclear = true;
            continue;
        };
        for entry in
            list.parse_args_with(|input: ParseStream<'_>| entries(input, errors)).into_iter().flatten()
        {
            let entry = match entry {
                Ok(entry) => entry,
                Err(nameless) => {
                    errors.at(nameless, listed());
                    unclear = true;
                    continue;
                }
            };
            let name = entry.name.to_string();
            if known.contains(&name.as_str()) {
                read(&name, entry, errors);
                continue;
            }
            if name == "create" && known == VIEW {
                errors.at(&entry.name, "a form of new records says itself that it is one: leave this out");
                continue;
            }
            let near = Near::of(&name, known.iter().map(|known| (known, *known)));
            if let Some(&meant) = near.meant() {
                errors.at(&entry.name, format!("no attribute `{name}`; did you mean `{meant}`?"));
                read(meant, entry, errors);
            } else {
                errors.at(&entry.name, format!("no attribute `{name}`; {}", listed()));
                unclear = true;
            }
        }
    }
    unclear
}

/// The entries of a list. One ends before a comma, right or wrong, so that those behind it are read
/// as well; or where the next begins and the comma was forgotten. What begins with no name is given as its
/// tokens.
fn entries(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<Result<Entry, TokenStream>>> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        let name = if input.peek(Ident::peek_any) { Some(input.call(Ident::parse_any)?) } else { None };
        let mut rest = TokenStream::new();
        while !(input.is_empty()
            || input.peek(Token![,])
            || input.peek(Ident::peek_any) && input.peek2(Token![=]))
        {
            rest.extend([input.parse::<TokenTree>()?]);
        }
        entries.push(match name {
            Some(name) => Ok(Entry { name, rest }),
            None => Err(rest),
        });
        if input.peek(Ident::peek_any) {
            errors.add(input.error("expected a comma before this"));
        } else {
            input.parse::<Option<Token![,]>>()?;
        }
    }
    Ok(entries)
}

const NOTHING: &str = "no value: leave this out";

fn nothing(rest: TokenStream) -> syn::Result<()> {
    syn::parse2::<Nothing>(rest).map(drop)
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
