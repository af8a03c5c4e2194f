//! What is printed around errors: the impl without its body, and every handle that has a name, so
//! that no use of the struct adds an error of its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, parse_quote};

use crate::expand::in_scope;
use crate::model::{Derive, Record};
use crate::view::{Can, Verb};

/// The errors and the impl.
///
/// The errors stand where the number of the object's key would be. The compiler reports each of them
/// once, and says nothing more of a type with an error inside; so the type of the object serves as
/// the kind of every field as well, and as all that there is to know of a view.
pub(crate) fn beside(errors: &TokenStream, record: &Record<'_>) -> TokenStream {
    // Parameters are errors too; the bounds let the impl stand whatever they are.
    let mut generics = record.generics.clone();
    if !generics.params.is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: ::core::marker::Sized + ::core::marker::Send + 'static));
    }
    let implementation = match record.derive {
        Derive::Object if record.is_new() => new_record(record, &generics),
        Derive::Object => [object(record, &generics), handles(record, &generics)].into_iter().collect(),
        Derive::View => [view(record, &generics), handles(record, &generics)].into_iter().collect(),
    };
    in_scope(record, &quote!({ #errors }), &implementation)
}

fn new_record(record: &Record<'_>, generics: &Generics) -> TokenStream {
    let (ident, (parameters, arguments, bounds)) = (record.ident, generics.split_for_impl());
    quote! {
        #[automatically_derived]
        impl #parameters _knack::NewRecord<_Object> for #ident #arguments #bounds {
            fn body(&self) -> _knack::Result<_knack::String, _knack::Error> {
                ::core::unreachable!()
            }
        }
    }
}

fn object(record: &Record<'_>, generics: &Generics) -> TokenStream {
    let (ident, (parameters, arguments, bounds)) = (record.ident, generics.split_for_impl());
    quote! {
        #[automatically_derived]
        impl #parameters _knack::KnackObject for #ident #arguments #bounds {
            type Object = _Object;
            const PROJECTION: &'static _knack::Projection = ::core::unreachable!();
            fn read(_: &mut _knack::Reader<'_>) -> _knack::Result<Self, _knack::FieldError> {
                ::core::unreachable!()
            }
        }
    }
}

/// Everything that the view is known to do; if it is not known, everything that any does.
fn view(record: &Record<'_>, generics: &Generics) -> TokenStream {
    let (ident, (parameters, arguments, bounds)) = (record.ident, generics.split_for_impl());
    let can = record.view.as_ref().map_or_else(|| Can::new(Verb::ALL), |view| view.can.clone());
    let read = can.reads().then(|| {
        quote! {
            #[automatically_derived]
            impl #parameters _knack::Record for #ident #arguments #bounds {
                type Object = _Object;
                const PROJECTION: &'static _knack::Projection = ::core::unreachable!();
                fn read(_: &mut _knack::Reader<'_>) -> _knack::Result<Self, _knack::FieldError> {
                    ::core::unreachable!()
                }
            }
        }
    });
    let verbs = can.verbs().iter().map(|verb| {
        let (verb_trait, creates) = (verb.of_trait(), *verb == Verb::Create);
        let items = creates.then(|| {
            quote! {
                type Object = _Object;
                const PROJECTION: &'static _knack::Projection = ::core::unreachable!();
                fn body(&self) -> _knack::Result<_knack::String, _knack::Error> {
                    ::core::unreachable!()
                }
            }
        });
        quote! {
            #[automatically_derived]
            impl #parameters _knack::#verb_trait for #ident #arguments #bounds {
                #items
            }
        }
    });
    let asks = can.asks().then(|| {
        quote! {
            #[automatically_derived]
            impl #parameters _knack::Asks for #ident #arguments #bounds { type Object = _Object; }
        }
    });
    quote! {
        #[automatically_derived]
        impl #parameters _knack::KnackView for #ident #arguments #bounds {
            type Access = _Object;
            type Context = _Object;
            const VIEW: &'static _knack::ViewDef = ::core::unreachable!();
        }
        #read
        #(#verbs)*
        #asks
    }
}

fn handles(record: &Record<'_>, generics: &Generics) -> TokenStream {
    let (ident, (parameters, arguments, bounds)) = (record.ident, generics.split_for_impl());
    let vis = record.vis;
    let mut names: Vec<_> = record.fields.iter().filter_map(|field| field.handle.as_ref()).collect();
    names.sort_unstable();
    names.dedup();
    quote! {
        #[allow(dead_code, missing_docs)]
        impl #parameters #ident #arguments #bounds {
            #(#vis const #names: _knack::Field<_Object, _Object> = ::core::unreachable!();)*
        }
    }
}
