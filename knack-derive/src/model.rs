//! A struct as the expansion needs it. What is read here is what the struct says itself; `pair` adds what
//! the schema says.

use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Generics, Type, Visibility};

use crate::attr::{FieldAttrs, StructAttrs};
use crate::errors::Errors;
use crate::key::Key;
use crate::kind::{self, KindInfo};
use crate::schema;
use crate::view::{Verb, View};

/// What is derived.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Derive {
    /// `KnackObject`.
    Object,
    /// `KnackView`.
    View,
}

impl Derive {
    fn name(self) -> &'static str {
        match self {
            Self::Object => "KnackObject",
            Self::View => "KnackView",
        }
    }
}

/// A struct that derives `KnackObject` or `KnackView`.
pub(crate) struct Record<'a> {
    pub(crate) derive: Derive,
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: StructAttrs,
    pub(crate) krate: TokenStream,
    pub(crate) fields: Vec<Field<'a>>,
    /// The number in the object's key; `None` until it is paired, and where that failed.
    pub(crate) object: Option<u32>,
    /// The view; `None` until it is paired, where that failed, and of a struct of an object.
    pub(crate) view: Option<View>,
}

/// A field of such a struct. `key` and `kind` are `None` where they are wrong or missing, which is
/// reported, and where the field is the record's id.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) attrs: FieldAttrs,
    pub(crate) handle: Option<Ident>,
    pub(crate) key: Option<Key>,
    pub(crate) kind: Option<&'static KindInfo>,
    /// Whether Knack demands a value.
    pub(crate) required: bool,
    /// Whether dates are written to it with the day first.
    pub(crate) day_first: bool,
    /// What the schema says of it.
    pub(crate) schema: Option<Rc<schema::Field>>,
}

/// A field of the object, with all that the code needs to know of it.
#[derive(Clone, Copy)]
pub(crate) struct KnackField<'r> {
    pub(crate) key: Key,
    pub(crate) kind: &'static KindInfo,
    pub(crate) handle: &'r Ident,
}

impl<'a> Record<'a> {
    /// Reads the struct; what is wrong with it is noted and left out.
    pub(crate) fn read(derive: Derive, input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let attrs = match derive {
            Derive::Object => StructAttrs::of_object(&input.attrs, errors),
            Derive::View => StructAttrs::of_view(&input.attrs, errors),
        };
        let fields = named_fields(derive, input, errors);
        Self {
            derive,
            ident: &input.ident,
            vis: &input.vis,
            generics: &input.generics,
            krate: attrs.krate.value().map_or_else(|| quote!(::knack_runtime), ToTokens::to_token_stream),
            fields: fields.into_iter().flatten().filter_map(|field| Field::read(field, errors)).collect(),
            object: None,
            view: None,
            attrs,
        }
    }
}

impl Record<'_> {
    /// Whether this is a new record: it is written, and never read.
    pub(crate) fn is_new(&self) -> bool {
        self.attrs.create.is_set() || self.view_can(Verb::Create)
    }

    /// Whether it is known to be of a view that does this.
    pub(crate) fn view_can(&self, verb: Verb) -> bool {
        self.view.as_ref().is_some_and(|view| view.can.has(verb))
    }

    /// The fields that are fields of the object, in the order of the table.
    pub(crate) fn knack_fields(&self) -> impl Iterator<Item = (&Field<'_>, KnackField<'_>)> {
        self.fields.iter().filter_map(|field| Some((field, field.knack()?)))
    }
}

/// The fields with their names. A view of reports has none, so that a struct of a view may do without.
fn named_fields<'a>(
    derive: Derive,
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> Option<impl Iterator<Item = &'a syn::Field> + use<'a>> {
    let needed =
        format!("`{}` is derived for structs with named fields: `struct Customer {{ … }}`", derive.name());
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(fields.named.iter()),
            Fields::Unnamed(fields) => errors.at(fields, needed),
            Fields::Unit if derive == Derive::View => {}
            Fields::Unit => errors.at(&input.ident, needed),
        },
        Data::Enum(data) => errors.at(data.enum_token, needed),
        Data::Union(data) => errors.at(data.union_token, needed),
        #[allow(unreachable_patterns)]
        _ => errors.at(&input.ident, needed),
    }
    None
}

impl<'a> Field<'a> {
    fn read(field: &'a syn::Field, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        let attrs = FieldAttrs::read(&field.attrs, errors);
        let (mut handle_name, mut key_given, mut kind_given, mut dates) = (None, None, None, false);
        if !attrs.id.is_set() {
            (key_given, kind_given) = (key(&attrs, errors), kind(&attrs, errors));
            (handle_name, dates) = (handle(ident, &attrs, errors), day_first(&attrs, errors));
        }
        Some(Self {
            ident,
            ty: &field.ty,
            handle: handle_name,
            key: key_given,
            kind: kind_given,
            required: attrs.required.is_set(),
            day_first: dates,
            schema: None,
            attrs,
        })
    }

    /// The field's name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// What the field is in the object; `None` for the record's id.
    pub(crate) fn knack(&self) -> Option<KnackField<'_>> {
        Some(KnackField { key: self.key?, kind: self.kind?, handle: self.handle.as_ref()? })
    }

    /// The tokens that say which field of the object this is.
    pub(crate) fn said(&self) -> TokenStream {
        let literal = self.attrs.key.value().or(self.attrs.field.value());
        literal.map_or_else(|| self.ident.to_token_stream(), ToTokens::to_token_stream)
    }

    /// The tokens that say of which kind it is: those of the field, if the schema does.
    pub(crate) fn said_kind(&self) -> TokenStream {
        self.attrs.kind.value().map_or_else(|| self.said(), ToTokens::to_token_stream)
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

/// `key = "field_7"`, or `field = "field_7"`.
fn key(attrs: &FieldAttrs, errors: &mut Errors) -> Option<Key> {
    let Some(literal) = attrs.key.value() else {
        return attrs.field.value().and_then(|literal| Key::parse(&literal.value()));
    };
    let key = Key::parse(&literal.value());
    if key.is_none() {
        errors.at(literal, "expected a field's key, such as `field_7`; a label goes with `field = \"…\"`");
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
