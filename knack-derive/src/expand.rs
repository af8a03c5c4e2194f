//! Prints the code: data, and one line per field.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::DeriveInput;

use crate::errors::Errors;
use crate::fallback;
use crate::model::{Field, KnackField, Record};
use crate::validate;

/// The code for a struct, and its errors beside it.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let record = Record::read(input, &mut errors);
    validate::check(input, &record, &mut errors);
    let errors = errors.finish();
    if errors.is_empty() { whole(&record) } else { fallback::beside(errors, &record) }
}

/// The code for a struct without errors.
fn whole(record: &Record<'_>) -> TokenStream {
    let implementation = if record.create.is_set() { new_record(record) } else { object(record) };
    in_scope(record, &implementation)
}

/// Everything in one anonymous scope, where the library is `_knack` and the tables have names.
pub(crate) fn in_scope(record: &Record<'_>, implementation: &TokenStream) -> TokenStream {
    let krate = &record.krate;
    let type_name = record.ident.to_string();
    let object = record.object.unwrap_or_default();
    let defs = knack_fields(record).map(|(field, knack)| def(field, knack));
    let count = knack_fields(record).count();
    let handles = handles(record);
    quote! {
        const _: () = {
            use #krate::__private1 as _knack;
            type Object = _knack::Object<#object>;
            static FIELDS: [_knack::FieldDef; #count] = [#(#defs,)*];
            static PROJECTION: _knack::Projection =
                _knack::Projection::new(#type_name, _knack::ObjectKey::new(#object), &FIELDS);
            #implementation
            #handles
        };
    }
}

/// The fields that are fields of the object, in the order of the table.
pub(crate) fn knack_fields<'r>(record: &'r Record<'_>) -> impl Iterator<Item = (&'r Field<'r>, &'r KnackField)> {
    record.fields.iter().filter_map(|field| Some((field, field.knack.as_ref()?)))
}

fn marker(knack: &KnackField) -> TokenStream {
    let marker = format_ident!("{}", knack.kind.marker);
    quote!(_knack::kind::#marker)
}

fn def(field: &Field<'_>, knack: &KnackField) -> TokenStream {
    let (name, key, kind) = (field.name(), knack.key.expr(), marker(knack));
    let required = field.required.is_set().then(|| quote!(.required()));
    quote!(_knack::FieldDef::new::<#kind>(#name, #key) #required)
}

/// `impl KnackObject`: how a record is read.
fn object(record: &Record<'_>) -> TokenStream {
    let ident = record.ident;
    let mut index = 0_usize;
    let reads = record.fields.iter().map(|field| {
        let (name, ty) = (field.ident, field.ty);
        let Some(knack) = &field.knack else { return quote!(#name: reader.id()?) };
        let kind = marker(knack);
        index += 1;
        let index = index - 1;
        quote!(#name: reader.take::<#kind, #ty>(#index)?)
    });
    quote! {
        #[automatically_derived]
        impl _knack::KnackObject for #ident {
            type Object = Object;
            const PROJECTION: &'static _knack::Projection = &PROJECTION;
            fn read(reader: &mut _knack::Reader<'_>) -> _knack::Result<Self, _knack::FieldError> {
                _knack::Result::Ok(Self { #(#reads,)* })
            }
        }
    }
}

/// `impl NewRecord`: how a new record is written.
fn new_record(record: &Record<'_>) -> TokenStream {
    let ident = record.ident;
    let writes = knack_fields(record).enumerate().map(|(index, (field, knack))| {
        let (name, ty, kind) = (field.ident, field.ty, marker(knack));
        match field.optional() {
            Some(inner) => quote!(body.put_some::<#kind, #inner>(&FIELDS[#index], self.#name.as_ref())),
            None => quote!(body.put::<#kind, #ty>(&FIELDS[#index], &self.#name)),
        }
    });
    quote! {
        #[automatically_derived]
        impl _knack::NewRecord for #ident {
            type Object = Object;
            fn body(&self) -> _knack::Result<_knack::String, _knack::Error> {
                let mut body = _knack::BodyWriter::create(&PROJECTION);
                #(#writes;)*
                body.finish()
            }
        }
    }
}

/// `impl Customer { pub const NAME: … }`: a handle for every field. A new record has none: the
/// structs that read the object do.
fn handles(record: &Record<'_>) -> Option<TokenStream> {
    if record.create.is_set() {
        return None;
    }
    let (ident, vis) = (record.ident, record.vis);
    let (parameters, arguments, bounds) = record.generics.split_for_impl();
    let handles = knack_fields(record).enumerate().map(|(index, (field, knack))| {
        let (handle, kind) = (&knack.handle, marker(knack));
        let key = field.key_lit.as_ref().map(syn::LitStr::value).unwrap_or_default();
        let doc = format!(" `{}`: {} field `{key}`.", field.name(), knack.kind.label);
        let need = field.required.is_set().then(|| quote!(, _knack::Required));
        quote! {
            #[doc = #doc]
            #vis const #handle: _knack::Field<Object, #kind #need> = _knack::Field::new(&FIELDS[#index]);
        }
    });
    Some(quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #parameters #ident #arguments #bounds {
            #(#handles)*
        }
    })
}
