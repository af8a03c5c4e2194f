//! Prints the code for a struct of a view.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{body, check, defs, handles, in_scope, read, track};
use crate::model::Record;
use crate::pair::Known;
use crate::view::{Verb, View};

/// The code for a struct of a view: what it is, how its records are read or written, and what it can.
pub(super) fn of_view(record: &Record<'_>, object: Option<u32>, view: &View, known: &Known) -> TokenStream {
    let (tracked, checks) = (track::tracked(known, record), check::checks(record, known));
    // Reports have no records, and may be of several objects: nothing asks for theirs.
    let object = Literal::u32_unsuffixed(object.unwrap_or_default());
    let (definition, verbs) = (definition(record, view), verbs(record, view));
    let records = (!view.can.has(Verb::Report)).then(|| {
        let (fields, handles) = (defs(record), handles(record));
        quote! {
            #fields
            static _PROJECTION: _knack::Projection =
                _knack::Projection::of_view(&_VIEW, _knack::ObjectKey::new(#object), &_FIELDS);
            #handles
        }
    });
    in_scope(record, &quote!(#object), &quote! { #definition #records #verbs #tracked #checks })
}

/// `impl KnackView`: where it is, who may see it, and whose record it is about.
fn definition(record: &Record<'_>, view: &View) -> TokenStream {
    let (ident, type_name) = (record.ident, record.ident.to_string());
    let [scene, key] = [view.scene, view.key].map(Literal::u32_unsuffixed);
    let (login, access) = if view.login {
        (Some(quote!(.login())), quote!(_knack::Login))
    } else {
        (None, quote!(_knack::Public))
    };
    let (under, context) = match &view.under {
        Some(under) => {
            let (slug, object) = (&under.slug, Literal::u32_unsuffixed(under.object));
            (Some(quote!(.under(#slug))), quote!(_knack::Object<#object>))
        }
        None => (None, quote!(_knack::TopLevel)),
    };
    quote! {
        static _VIEW: _knack::ViewDef = _knack::ViewDef::new(#type_name, #scene, #key) #login #under;
        #[automatically_derived]
        impl _knack::KnackView for #ident {
            type Access = #access;
            type Context = #context;
            const VIEW: &'static _knack::ViewDef = &_VIEW;
        }
    }
}

/// `impl Record`, if it is read, and an impl for each thing that it does.
fn verbs(record: &Record<'_>, view: &View) -> TokenStream {
    let ident = record.ident;
    let projection = quote! {
        type Object = _Object;
        const PROJECTION: &'static _knack::Projection = &_PROJECTION;
    };
    let reads = view.can.reads().then(|| {
        let read = read(record);
        quote! {
            #[automatically_derived]
            impl _knack::Record for #ident {
                #projection
                #read
            }
        }
    });
    let verbs = view.can.verbs().iter().map(|verb| {
        let verb_trait = verb.of_trait();
        let items = (*verb == Verb::Create).then(|| [projection.clone(), body(record)]);
        let items = items.into_iter().flatten();
        quote! {
            #[automatically_derived]
            impl _knack::#verb_trait for #ident { #(#items)* }
        }
    });
    let asks = view.can.asks().then(|| {
        quote! {
            #[automatically_derived]
            impl _knack::Asks for #ident { type Object = _Object; }
        }
    });
    quote! { #reads #(#verbs)* #asks }
}
