//! Reads `#[knack(…)]`: every attribute with the tokens that errors stand on.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Meta, Path, Token};

use crate::errors::Errors;
use crate::kind::distance;

/// An attribute without a value, or the key of one with a value.
#[derive(Default)]
pub(crate) struct Flag(Option<Path>);

impl Flag {
    /// The attribute as written, where it was.
    pub(crate) fn written(&self) -> Option<&Path> {
        self.0.as_ref()
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }
}

/// The attributes of a struct.
#[derive(Default)]
pub(crate) struct StructAttrs {
    pub(crate) object: Option<LitStr>,
    pub(crate) create: Flag,
    pub(crate) krate: Option<TokenStream>,
}

/// The attributes of a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) id: Flag,
    pub(crate) key: Option<LitStr>,
    pub(crate) kind: Option<LitStr>,
    pub(crate) required: Flag,
    pub(crate) handle: Option<LitStr>,
}

impl StructAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attrs, &["object", "create", "crate"], errors, |name, meta, errors| {
            match name {
                "object" => text(&mut read.object, meta, errors)?,
                "create" => flag(&mut read.create, meta, errors),
                _ => once(&mut read.krate, path(meta)?, meta, errors),
            }
            Ok(())
        });
        read
    }
}

impl FieldAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attrs, &["id", "key", "kind", "required", "handle"], errors, |name, meta, errors| {
            match name {
                "id" => flag(&mut read.id, meta, errors),
                "key" => text(&mut read.key, meta, errors)?,
                "kind" => text(&mut read.kind, meta, errors)?,
                "required" => flag(&mut read.required, meta, errors),
                _ => text(&mut read.handle, meta, errors)?,
            }
            Ok(())
        });
        read
    }
}

/// Hands every attribute with a name of `known` to `read`, and notes the others as errors.
fn each(
    attrs: &[Attribute],
    known: &[&str],
    errors: &mut Errors,
    mut read: impl FnMut(&str, &ParseNestedMeta<'_>, &mut Errors) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("knack")) {
        if !matches!(attr.meta, Meta::List(_)) {
            errors.at(attr, "expected `#[knack(…)]` with attributes in parentheses");
            continue;
        }
        let parsed = attr.parse_nested_meta(|meta| {
            let name = meta.path.to_token_stream().to_string();
            if known.contains(&name.as_str()) {
                return read(&name, &meta, errors);
            }
            errors.at(&meta.path, format!("unknown attribute `{name}`{}", nearest(&name, known)));
            skip_value(&meta)
        });
        if let Err(error) = parsed {
            errors.add(error);
        }
    }
}

fn nearest(name: &str, known: &[&str]) -> String {
    match known.iter().min_by_key(|candidate| distance(name, candidate)) {
        Some(near) if distance(name, near) <= 2 => format!("; did you mean `{near}`?"),
        _ => format!("; here are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// Passes over what belongs to an unknown attribute, so that those behind it are read as well.
fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
        meta.input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn once<T>(place: &mut Option<T>, value: T, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    if place.is_some() {
        errors.at(&meta.path, format!("`{}` is given twice", meta.path.to_token_stream()));
    } else {
        *place = Some(value);
    }
}

fn flag(place: &mut Flag, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    once(&mut place.0, meta.path.clone(), meta, errors);
}

fn text(place: &mut Option<LitStr>, meta: &ParseNestedMeta<'_>, errors: &mut Errors) -> syn::Result<()> {
    once(place, meta.value()?.parse()?, meta, errors);
    Ok(())
}

/// A path, or a path in quotes as serde has it.
fn path(meta: &ParseNestedMeta<'_>) -> syn::Result<TokenStream> {
    let value = meta.value()?;
    let path: Path = if value.peek(LitStr) { value.parse::<LitStr>()?.parse()? } else { value.parse()? };
    Ok(quote!(#path))
}
