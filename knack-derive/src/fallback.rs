//! What is printed around errors: the impl without its body, and every handle that has a name, so
//! that no use of the struct adds an error of its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse_quote;

use crate::expand::in_scope;
use crate::model::Record;

/// The errors and the impl.
///
/// The errors stand where the number of the object's key would be. The compiler reports each of them
/// once, and says nothing more of a type with an error inside; so the type of the object serves as
/// the kind of every field as well.
pub(crate) fn beside(errors: &TokenStream, record: &Record<'_>) -> TokenStream {
    let ident = record.ident;
    // Parameters are errors too; the bounds let the impl stand whatever they are.
    let mut generics = record.generics.clone();
    if !generics.params.is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: ::core::marker::Sized + ::core::marker::Send + 'static));
    }
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let implementation = if record.create() {
        quote! {
            #[automatically_derived]
            impl #parameters _knack::NewRecord<_Object> for #ident #arguments #bounds {
                fn body(&self) -> _knack::Result<_knack::String, _knack::Error> {
                    ::core::unreachable!()
                }
            }
        }
    } else {
        let vis = record.vis;
        let mut names: Vec<_> = record.fields.iter().filter_map(|field| field.handle.as_ref()).collect();
        names.sort_unstable();
        names.dedup();
        quote! {
            #[automatically_derived]
            impl #parameters _knack::KnackObject for #ident #arguments #bounds {
                type Object = _Object;
                const PROJECTION: &'static _knack::Projection = ::core::unreachable!();
                fn read(_: &mut _knack::Reader<'_>) -> _knack::Result<Self, _knack::FieldError> {
                    ::core::unreachable!()
                }
            }
            #[automatically_derived]
            #[allow(dead_code, missing_docs)]
            impl #parameters #ident #arguments #bounds {
                #(#vis const #names: _knack::Field<_Object, _Object> = ::core::unreachable!();)*
            }
        }
    };
    in_scope(record, &quote!({ #errors }), &implementation)
}
