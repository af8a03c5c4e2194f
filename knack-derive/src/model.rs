//! A struct as the expansion needs it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Generics, Type, Visibility};

use crate::attr::{FieldAttrs, StructAttrs};
use crate::errors::Errors;
use crate::kind::{self, KindInfo};

/// A struct that derives `KnackObject`.
pub(crate) struct Record<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) generics: &'a Generics,
    /// The number in the object's key; `None` where that is wrong or missing, which is reported.
    pub(crate) object: Option<u32>,
    pub(crate) create: bool,
    pub(crate) krate: TokenStream,
    pub(crate) fields: Vec<Field<'a>>,
}

/// A field of such a struct. What its attributes say is `None` where that is wrong or missing, which
/// is reported, and where the field is the record's id.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) attrs: FieldAttrs,
    pub(crate) key: Option<Key>,
    pub(crate) kind: Option<&'static KindInfo>,
    pub(crate) handle: Option<Ident>,
    /// Whether dates are written to it with the day first.
    pub(crate) day_first: bool,
}

/// A field of the object, with all that the code needs to know of it.
#[derive(Clone, Copy)]
pub(crate) struct KnackField<'r> {
    pub(crate) key: Key,
    pub(crate) kind: &'static KindInfo,
    pub(crate) handle: &'r Ident,
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

    /// The key as an expression, with `_Key` in scope.
    pub(crate) fn expr(self) -> TokenStream {
        match self {
            Self::Number(number) => {
                let number = Literal::u32_unsuffixed(number);
                quote!(_Key::new(#number))
            }
            Self::Named(name) => {
                let name = format_ident!("{name}");
                quote!(_Key::#name)
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
            create: attrs.create.is_set(),
            krate: attrs.krate.value().map_or_else(|| quote!(::knack_runtime), ToTokens::to_token_stream),
            fields: fields.into_iter().flatten().filter_map(|field| Field::read(field, errors)).collect(),
        }
    }
}

impl Record<'_> {
    /// The fields that are fields of the object, in the order of the table.
    pub(crate) fn knack_fields(&self) -> impl Iterator<Item = (&Field<'_>, KnackField<'_>)> {
        self.fields.iter().filter_map(|field| Some((field, field.knack()?)))
    }
}

fn object(attrs: &StructAttrs, input: &DeriveInput, errors: &mut Errors) -> Option<u32> {
    if !attrs.object.is_set() {
        errors.at(&input.ident, "which object is this? Add `#[knack(object = \"object_…\")]` to the struct");
    }
    let object = attrs.object.value()?;
    let number = numbered(&object.value(), "object_");
    if number.is_none() {
        errors.at(object, "expected an object's key, such as `object_3`; the Builder's address line has it");
    }
    number
}

fn named_fields<'a>(
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> Option<impl Iterator<Item = &'a syn::Field> + use<'a>> {
    const NEEDED: &str = "`KnackObject` is derived for structs with named fields: `struct Customer { … }`";
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
        if attrs.id.is_set() {
            let (key, kind, handle) = (None, None, None);
            return Some(Self { ident, ty: &field.ty, attrs, key, kind, handle, day_first: false });
        }
        nothing_missing(ident, &attrs, errors);
        let (key, kind, handle) = (key(&attrs, errors), kind(&attrs, errors), handle(ident, &attrs, errors));
        let day_first = day_first(&attrs, errors);
        Some(Self { ident, ty: &field.ty, attrs, key, kind, handle, day_first })
    }

    /// The field's name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// What the field is in the object; `None` for the record's id.
    pub(crate) fn knack(&self) -> Option<KnackField<'_>> {
        Some(KnackField { key: self.key?, kind: self.kind?, handle: self.handle.as_ref()? })
    }

    /// The type inside `Option<…>`, if the field's type is spelt so.
    pub(crate) fn optional(&self) -> Option<&'a Type> {
        let mut ty = self.ty;
        // A type that came through a `$ty:ty` is in a group that cannot be seen.
        while let Type::Group(syn::TypeGroup { elem, .. }) | Type::Paren(syn::TypeParen { elem, .. }) = ty {
            ty = elem;
        }
        let Type::Path(path) = ty else { return None };
        let last = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
        let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        match arguments.args.first() {
            Some(syn::GenericArgument::Type(inner)) => Some(inner),
            _ => None,
        }
    }
}

/// `name: String`, or only one of `key` and `kind`.
fn nothing_missing(ident: &Ident, attrs: &FieldAttrs, errors: &mut Errors) {
    match (attrs.key.is_set(), attrs.kind.is_set()) {
        (true, true) => {}
        (true, false) => {
            errors.at(ident, "of which kind is this field? Add `kind = \"short_text\"`, or what it is");
        }
        (false, true) => errors.at(ident, "which field of the object is this? Add `key = \"field_…\"`"),
        (false, false) => errors.at(
            ident,
            "which field of the object is this? Add `#[knack(key = \"field_…\", kind = \"short_text\")]`, \
             or `#[knack(id)]` for the record's id",
        ),
    }
}

fn key(attrs: &FieldAttrs, errors: &mut Errors) -> Option<Key> {
    let literal = attrs.key.value()?;
    let key = Key::parse(&literal.value());
    if key.is_none() {
        errors.at(literal, "expected a field's key, such as `field_7`");
    }
    key
}

fn kind(attrs: &FieldAttrs, errors: &mut Errors) -> Option<&'static KindInfo> {
    let literal = attrs.kind.value()?;
    let name = literal.value();
    let kind = kind::find(&name);
    if kind.is_none() {
        errors.at(literal, format!("`{name}` is no kind of Knack field{}", kind::suggestion(&name)));
    }
    kind
}

/// `date_format = "dd/mm/yyyy"`, as the field's settings have it.
fn day_first(attrs: &FieldAttrs, errors: &mut Errors) -> bool {
    let Some(literal) = attrs.date_format.value() else { return false };
    match literal.value().as_str() {
        "dd/mm/yyyy" => return true,
        "mm/dd/yyyy" | "M D, yyyy" => {}
        _ => errors.at(literal, "expected one of Knack's formats: `mm/dd/yyyy`, `dd/mm/yyyy` or `M D, yyyy`"),
    }
    false
}

/// The handle's name: as given, or the field's own in capitals.
fn handle(ident: &Ident, attrs: &FieldAttrs, errors: &mut Errors) -> Option<Ident> {
    if !attrs.handle.is_set() {
        // Not of a `macro_rules!` that the field's name may come from: users name the handle.
        let span = ident.span().resolved_at(Span::call_site());
        return Some(Ident::new(&ident.unraw().to_string().to_uppercase(), span));
    }
    let literal = attrs.handle.value()?;
    let name = literal.parse::<Ident>().ok();
    if name.is_none() {
        errors.at(literal, "expected a name for the handle, such as `NAME`");
    }
    name
}
