//! A struct as the expansion needs it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Generics, LitStr, Path, Type, Visibility};

use crate::attr::{FieldAttrs, Flag, StructAttrs};
use crate::errors::Errors;
use crate::kind::{self, KindInfo};

/// A struct that derives `KnackObject`.
pub(crate) struct Record<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) generics: &'a Generics,
    /// The number in the object's key; `None` where that is wrong or missing, which is reported.
    pub(crate) object: Option<u32>,
    pub(crate) create: Flag,
    pub(crate) krate: TokenStream,
    pub(crate) fields: Vec<Field<'a>>,
}

/// A field of such a struct.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) id: Flag,
    pub(crate) required: Flag,
    /// The field's key as written, for errors.
    pub(crate) key_lit: Option<LitStr>,
    pub(crate) kind_lit: Option<LitStr>,
    pub(crate) handle_lit: Option<LitStr>,
    /// What the attributes say, where they are right.
    pub(crate) knack: Option<KnackField>,
}

/// A field of the object.
pub(crate) struct KnackField {
    pub(crate) key: Key,
    pub(crate) kind: &'static KindInfo,
    pub(crate) handle: Ident,
}

/// A field's key, or one of the named columns.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Number(u32),
    Named(&'static str),
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        const NAMED: [(&str, &str); 3] = [
            ("account_status", "ACCOUNT_STATUS"),
            ("approval_status", "APPROVAL_STATUS"),
            ("profile_keys", "PROFILE_KEYS"),
        ];
        let named = NAMED.iter().find(|(name, _)| *name == text).map(|(_, constant)| Self::Named(constant));
        named.or_else(|| numbered(text, "field_").map(Self::Number))
    }

    /// The key as an expression, with `_knack` in scope.
    pub(crate) fn expr(self) -> TokenStream {
        match self {
            Self::Number(number) => quote!(_knack::FieldKey::new(#number)),
            Self::Named(name) => {
                let name = format_ident!("{name}");
                quote!(_knack::FieldKey::#name)
            }
        }
    }
}

/// The number behind `prefix` in its one spelling.
fn numbered(text: &str, prefix: &str) -> Option<u32> {
    let number: u32 = text.strip_prefix(prefix)?.parse().ok()?;
    (format!("{prefix}{number}") == text).then_some(number)
}

impl<'a> Record<'a> {
    /// Reads the struct; what is wrong with it is noted and left out.
    pub(crate) fn read(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let attrs = StructAttrs::read(&input.attrs, errors);
        let fields = named_fields(input, errors);
        Self {
            ident: &input.ident,
            vis: &input.vis,
            generics: &input.generics,
            object: object(&attrs, input, errors),
            create: attrs.create,
            krate: attrs.krate.unwrap_or_else(|| quote!(::knack_runtime)),
            fields: fields.into_iter().flatten().filter_map(|field| Field::read(field, errors)).collect(),
        }
    }
}

fn object(attrs: &StructAttrs, input: &DeriveInput, errors: &mut Errors) -> Option<u32> {
    let Some(object) = &attrs.object else {
        errors.at(&input.ident, "which object is this? Add `#[knack(object = \"object_…\")]` to the struct");
        return None;
    };
    let number = numbered(&object.value(), "object_");
    if number.is_none() {
        errors.at(object, "expected an object's key, such as `object_3` (Builder, the object's address line)");
    }
    number
}

fn named_fields<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<impl Iterator<Item = &'a syn::Field> + use<'a>> {
    const NEEDED: &str = "`KnackObject` is derived for structs with named fields";
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(fields.named.iter()),
            Fields::Unnamed(fields) => errors.at(fields, NEEDED),
            Fields::Unit => errors.at(&input.ident, NEEDED),
        },
        Data::Enum(data) => errors.at(data.enum_token, NEEDED),
        Data::Union(data) => errors.at(data.union_token, NEEDED),
        #[allow(unreachable_patterns)]
        _ => errors.at(&input.ident, NEEDED),
    }
    None
}

impl<'a> Field<'a> {
    fn read(field: &'a syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        let attrs = FieldAttrs::read(&field.attrs, errors);
        let knack = if attrs.id.is_set() { None } else { knack_field(ident, &attrs, errors) };
        Some(Self {
            ident,
            ty: &field.ty,
            id: attrs.id,
            required: attrs.required,
            key_lit: attrs.key,
            kind_lit: attrs.kind,
            handle_lit: attrs.handle,
            knack,
        })
    }

    /// The field's name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// The type inside `Option<…>`, if the field's type is spelt so.
    pub(crate) fn optional(&self) -> Option<&'a Type> {
        let Type::Path(path) = self.ty else { return None };
        let last = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
        let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        match arguments.args.first() {
            Some(syn::GenericArgument::Type(inner)) => Some(inner),
            _ => None,
        }
    }
}

fn knack_field(ident: &Ident, attrs: &FieldAttrs, errors: &mut Errors) -> Option<KnackField> {
    let (Some(key_lit), Some(kind_lit)) = (&attrs.key, &attrs.kind) else {
        let missing = match (&attrs.key, &attrs.kind) {
            (None, None) => "`key` and `kind`",
            (None, _) => "`key`",
            _ => "`kind`",
        };
        errors.at(
            ident,
            format!(
                "which field of the object is this? {missing} missing: `#[knack(key = \"field_…\", kind = \"short_text\")]`, \
                 or `#[knack(id)]` for the record's id"
            ),
        );
        return None;
    };
    let key = Key::parse(&key_lit.value());
    if key.is_none() {
        errors.at(key_lit, "expected a field's key, such as `field_7`");
    }
    let kind = kind::find(&kind_lit.value());
    if kind.is_none() {
        let name = kind_lit.value();
        errors.at(kind_lit, format!("`{name}` is no kind of Knack field{}", kind::suggestion(&name)));
    }
    Some(KnackField { key: key?, kind: kind?, handle: handle(ident, attrs, errors)? })
}

/// The handle's name: as given, or the field's own in capitals.
fn handle(ident: &Ident, attrs: &FieldAttrs, errors: &mut Errors) -> Option<Ident> {
    let Some(given) = &attrs.handle else {
        return Some(Ident::new(&ident.unraw().to_string().to_uppercase(), ident.span().resolved_at(Span::call_site())));
    };
    let name = given.parse::<Ident>();
    if name.is_err() {
        errors.at(given, "expected a name for the handle, such as `NAME`");
    }
    name.ok()
}

/// The tokens of a flag, for errors; the field's name where there are none.
pub(crate) fn written<'a>(flag: &'a Flag, field: &'a Field<'_>) -> Path {
    flag.written().cloned().unwrap_or_else(|| field.ident.clone().into())
}
