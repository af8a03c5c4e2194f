//! Prints the code: data, and one line per field.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned;

use crate::attr;
use crate::errors::Errors;
use crate::fallback;
use crate::key::Key;
use crate::kind::KindInfo;
use crate::model::{Derive, Field, KnackField, Record};
use crate::pair::{self, Known};
use crate::schema::find::Place;
use crate::validate;

mod check;
mod track;
mod view;

/// The code for a struct, and its errors inside it.
pub(crate) fn derive(derive: Derive, input: &DeriveInput, place: &Place) -> TokenStream {
    let mut errors = Errors::default();
    if of_the_other(derive, input, &mut errors) {
        return errors.finish();
    }
    let mut record = Record::read(derive, input, &mut errors);
    let known = pair::pair(&mut record, place.find(), &mut errors);
    validate::check(input, &record, &known, &mut errors);
    let errors = errors.finish();
    match (record.object, &record.view) {
        _ if !errors.is_empty() => fallback::beside(&errors, &record),
        (Some(object), None) => of_object(&record, object, &known),
        (object, Some(view)) => view::of_view(&record, object, view, &known),
        (None, None) => fallback::beside(&errors, &record),
    }
}

/// Whether the struct is one for the other derive: its attributes tell. That derive may be there as well, so
/// this one says what is wrong and prints nothing.
fn of_the_other(derive: Derive, input: &DeriveInput, errors: &mut Errors) -> bool {
    let written = |names: &[&str]| attr::written(&input.attrs, names);
    let (attribute, message) = match derive {
        Derive::Object => (
            written(&["view"]),
            "a struct derives one of the two, and with `view` it is of a view: derive `KnackView` alone, without \
             `KnackObject`",
        ),
        Derive::View if written(&["view", "scene", "access", "can", "under", "parent"]).is_some() => {
            return false;
        }
        Derive::View => (
            written(&["object"]),
            "a struct derives one of the two, and with `object` alone it is of an object: derive `KnackObject` alone; \
             or add which view it is, `view = \"view_…\"`, and derive `KnackView` alone",
        ),
    };
    if let Some(attribute) = &attribute {
        errors.at(attribute, message);
    }
    attribute.is_some()
}

/// The code for a struct of an object.
fn of_object(record: &Record<'_>, object: u32, known: &Known) -> TokenStream {
    let (tracked, checks, fields) =
        (track::tracked(known, record), check::checks(record, known), defs(record));
    let object = Literal::u32_unsuffixed(object);
    let type_name = record.ident.to_string();
    let implementation = if record.is_new() { new_record(record) } else { object_and_handles(record) };
    in_scope(
        record,
        &quote!(#object),
        &quote! {
            #fields
            static _PROJECTION: _knack::Projection =
                _knack::Projection::new(#type_name, _knack::ObjectKey::new(#object), &_FIELDS);
            #implementation
            #tracked
            #checks
        },
    )
}

/// Everything in one anonymous scope, where the library and the object have names that no type of
/// the user's has.
pub(crate) fn in_scope(record: &Record<'_>, object: &TokenStream, items: &TokenStream) -> TokenStream {
    let krate = &record.krate;
    quote! {
        const _: () = {
            use #krate::__private1::{
                self as _knack, FieldDef as _Def, FieldKey as _Key, def as _def, field as _field, kind as _kind,
            };
            type _Object = _knack::Object<#object>;
            #items
        };
    }
}

/// The table of the fields.
fn defs(record: &Record<'_>) -> TokenStream {
    let defs = record.knack_fields().map(|(field, knack)| def(field, knack));
    let count = Literal::usize_unsuffixed(record.knack_fields().count());
    quote!(static _FIELDS: [_Def; #count] = [#(#defs,)*];)
}

fn marker(kind: &KindInfo) -> TokenStream {
    let marker = format_ident!("{}", kind.marker);
    quote!(_kind::#marker)
}

/// The method of the reader and of the writer that names the kind in what it says of a wrong type.
fn method(kind: &KindInfo) -> Ident {
    format_ident!("{}", kind.name)
}

fn def(field: &Field<'_>, knack: KnackField<'_>) -> TokenStream {
    let (name, kind, dates) = (field.name(), marker(knack.kind), dates(field));
    let required = field.required.then(|| quote!(.required()));
    match knack.key {
        Key::Number(number) => {
            let number = Literal::u32_unsuffixed(number);
            quote!(_def::<#kind>(#name, #number) #required #dates)
        }
        Key::Column(column) => {
            let key = column.expr();
            quote!(_Def::new::<#kind>(#name, #key) #required #dates)
        }
    }
}

fn dates(field: &Field<'_>) -> Option<TokenStream> {
    field.day_first.then(|| quote!(.dates(_knack::DateOrder::DayFirst)))
}

/// `impl KnackObject`: how a record is read; and the handles.
fn object_and_handles(record: &Record<'_>) -> TokenStream {
    let (ident, read, handles) = (record.ident, read(record), handles(record));
    quote! {
        #[automatically_derived]
        impl _knack::KnackObject for #ident {
            type Object = _Object;
            const PROJECTION: &'static _knack::Projection = &_PROJECTION;
            #read
        }
        #handles
    }
}

/// `fn read`: how a record is read. (A variable called `reader` would be a static of the user's with that name.)
///
/// All fields are asked for before any is looked at: a `?` behind each, with its way out and the conversion that
/// it wants, doubles what the compiler needs for all of this.
fn read(record: &Record<'_>) -> TokenStream {
    let mut index = 0..;
    let reads = record.fields.iter().map(|field| {
        let ty = field.ty;
        let Some(knack) = field.knack() else { return quote!(_reader.taken_id()) };
        let (kind, index) = (method(knack.kind), index.next().map(Literal::usize_unsuffixed));
        quote!(_reader.#kind::<#ty>(#index))
    });
    // Names that no constant of the user's has: that would be a pattern.
    let value = |number| format_ident!("_knack_{number}");
    let values = (0..record.fields.len()).map(value);
    let fields = record.fields.iter().enumerate().map(|(number, field)| {
        let (name, mut value) = (field.ident, value(number));
        if field.knack().is_none() {
            // What the compiler says of an id that is no `RecordId` stands on its type.
            value.set_span(value.span().located_at(field.ty.span()));
        }
        quote!(#name: #value)
    });
    quote! {
        fn read(_reader: &mut _knack::Reader<'_>) -> _knack::Result<Self, _knack::FieldError> {
            let (#(_knack::Some(#values),)*) = (#(#reads,)*) else {
                return _knack::Err(_reader.failure());
            };
            _knack::Ok(Self { #(#fields,)* })
        }
    }
}

/// `impl Customer { pub const NAME: … }`: a handle for every field. A new record of an object has none: the
/// structs that read the object do.
fn handles(record: &Record<'_>) -> TokenStream {
    let (ident, vis) = (record.ident, record.vis);
    let handles = record.knack_fields().map(|(field, knack)| {
        let (name, handle, kind, dates) = (field.name(), knack.handle, marker(knack.kind), dates(field));
        let made = match knack.key {
            Key::Number(number) => {
                let number = Literal::u32_unsuffixed(number);
                quote!(_field(#name, #number))
            }
            Key::Column(column) => {
                let key = column.expr();
                quote!(_knack::Field::new(#name, #key))
            }
        };
        let doc = doc(field, knack);
        let need = format_ident!("{}", if field.required { "_Required" } else { "_Optional" });
        // A constant of the user's with the same name is an error that stands on the field.
        quote_spanned! {handle.span().resolved_at(Span::call_site())=>
            #[doc = #doc]
            #vis const #handle: #need<#kind> = #made #dates;
        }
    });
    quote! {
        type _Optional<K> = _knack::Field<_Object, K>;
        type _Required<K> = _knack::Field<_Object, K, _knack::Required>;
        #[allow(dead_code)]
        impl #ident {
            #(#handles)*
        }
    }
}

/// `status`: multiple choice field `Status` (`field_9`).
fn doc(field: &Field<'_>, knack: KnackField<'_>) -> String {
    let (name, kind, key) = (field.name(), knack.kind.label, knack.key);
    match &field.schema {
        Some(schema) => format!(" `{name}`: {kind} field `{}` (`{key}`).", schema.label),
        None => format!(" `{name}`: {kind} field `{key}`."),
    }
}

/// `impl NewRecord`: how a new record is written.
fn new_record(record: &Record<'_>) -> TokenStream {
    let (ident, body) = (record.ident, body(record));
    quote! {
        #[automatically_derived]
        impl _knack::NewRecord<_Object> for #ident {
            #body
        }
    }
}

/// `fn body`: how a new record is written.
fn body(record: &Record<'_>) -> TokenStream {
    let writes = record.knack_fields().enumerate().map(|(index, (field, knack))| {
        let index = Literal::usize_unsuffixed(index);
        let (name, ty, kind) = (field.ident, field.ty, method(knack.kind));
        if let Some(inner) = field.optional() {
            return quote! {
                if let _knack::Option::Some(_value) = &self.#name {
                    _out.#kind::<#inner>(&_FIELDS[#index], _value);
                }
            };
        }
        quote!(_out.#kind::<#ty>(&_FIELDS[#index], &self.#name);)
    });
    quote! {
        fn body(&self) -> _knack::Result<_knack::String, _knack::Error> {
            let mut _out = _knack::BodyWriter::create(&_PROJECTION);
            #(#writes)*
            _out.finish()
        }
    }
}
