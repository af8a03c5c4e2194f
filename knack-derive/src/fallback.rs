//! What is printed beside errors: the impl without its body, and the handles that did resolve, so
//! that no use of the struct adds an error of its own.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::in_scope;
use crate::model::Record;

/// The errors and the impl.
pub(crate) fn beside(errors: TokenStream, record: &Record<'_>) -> TokenStream {
    let ident = record.ident;
    // Parameters are errors too; the bounds let the impl stand whatever they are.
    let (parameters, arguments, _) = record.generics.split_for_impl();
    let bounds = (!record.generics.params.is_empty()).then(|| quote!(where Self: ::core::marker::Send + 'static));
    let implementation = if record.create.is_set() {
        quote! {
            #[automatically_derived]
            impl #parameters _knack::NewRecord for #ident #arguments #bounds {
                type Object = Object;
                fn body(&self) -> _knack::Result<_knack::String, _knack::Error> {
                    ::core::unreachable!()
                }
            }
        }
    } else {
        quote! {
            #[automatically_derived]
            impl #parameters _knack::KnackObject for #ident #arguments #bounds {
                type Object = Object;
                const PROJECTION: &'static _knack::Projection = &PROJECTION;
                fn read(_: &mut _knack::Reader<'_>) -> _knack::Result<Self, _knack::FieldError> {
                    ::core::unreachable!()
                }
            }
        }
    };
    let code = in_scope(record, &implementation);
    quote!(#errors #code)
}
