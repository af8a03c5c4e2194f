//! `#[derive(KnackChoice)]`, whole: it is small.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Type, Variant};

use crate::attr::{ArmAttrs, EnumAttrs};
use crate::errors::Errors;

/// An enum of options.
struct Choice<'a> {
    /// The arms that are options, with the options.
    arms: Vec<(&'a Ident, String)>,
    /// The arm of all others.
    other: Option<&'a Ident>,
}

/// The code for an enum, and its errors beside an impl that adds none.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let attrs = EnumAttrs::read(&input.attrs, &mut errors);
    let krate = attrs.krate.value().map_or_else(|| quote!(::knack_runtime), ToTokens::to_token_stream);
    let choice = Choice::read(input, &mut errors);
    for parameter in &input.generics.params {
        errors.at(parameter, "an enum of options has no parameters");
    }
    let errors = errors.finish();
    let body = if errors.is_empty() { choice.body() } else { unreachable_body() };
    let (ident, (parameters, arguments, bounds)) = (&input.ident, input.generics.split_for_impl());
    quote! {
        #errors
        const _: () = {
            use #krate::__private1 as _knack;
            #[automatically_derived]
            impl #parameters _knack::KnackChoice for #ident #arguments #bounds {
                #body
            }
            #[automatically_derived]
            impl #parameters _knack::ToField<_knack::MultipleChoice> for #ident #arguments #bounds {
                fn to_field(&self, out: &mut _knack::ValueWriter<'_>) -> _knack::Result<(), _knack::ValueError> {
                    _knack::Result::Ok(out.text(_knack::KnackChoice::option(self)))
                }
            }
            #[automatically_derived]
            impl #parameters _knack::Operand<_knack::MultipleChoice> for #ident #arguments #bounds {
                fn operand(self, _: _knack::Comparison) -> _knack::Result<_knack::Value, _knack::ValueError> {
                    _knack::Result::Ok(_knack::Value::from(_knack::KnackChoice::option(&self)))
                }
            }
            #[automatically_derived]
            impl #parameters _knack::Operand<_knack::MultipleChoice> for &#ident #arguments #bounds {
                fn operand(self, _: _knack::Comparison) -> _knack::Result<_knack::Value, _knack::ValueError> {
                    _knack::Result::Ok(_knack::Value::from(_knack::KnackChoice::option(self)))
                }
            }
        };
    }
}

impl<'a> Choice<'a> {
    fn read(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        const NEEDED: &str =
            "`KnackChoice` is derived for enums of options: `enum Status { New, Done, Other(String) }`";
        let mut choice = Self { arms: Vec::new(), other: None };
        let variants = match &input.data {
            Data::Enum(data) if data.variants.is_empty() => {
                errors.at(&input.ident, NEEDED);
                return choice;
            }
            Data::Enum(data) => &data.variants,
            Data::Struct(data) => {
                errors.at(data.struct_token, NEEDED);
                return choice;
            }
            Data::Union(data) => {
                errors.at(data.union_token, NEEDED);
                return choice;
            }
            #[allow(unreachable_patterns)]
            _ => {
                errors.at(&input.ident, NEEDED);
                return choice;
            }
        };
        let mut options = HashMap::new();
        for variant in variants {
            let attrs = ArmAttrs::read(&variant.attrs, errors);
            match &variant.fields {
                Fields::Unit => choice.option(variant, &attrs, &mut options, errors),
                fields => choice.others(variant, fields, &attrs, errors),
            }
        }
        choice
    }

    /// `InProgress`, with or without `#[knack(option = "In Progress")]`.
    fn option(
        &mut self,
        variant: &'a Variant,
        attrs: &ArmAttrs,
        options: &mut HashMap<String, &'a Ident>,
        errors: &mut Errors,
    ) {
        let literal = attrs.option.value();
        let option = literal.map_or_else(|| variant.ident.unraw().to_string(), syn::LitStr::value);
        let place = literal.map_or_else(|| variant.ident.to_token_stream(), ToTokens::to_token_stream);
        if option.trim().is_empty() {
            errors.at(place, "an option is not empty: an empty field is `None` of an `Option`");
        } else if let Some(first) = options.insert(option.clone(), &variant.ident) {
            errors.at(place, format!("the arm `{first}` has this option already"));
        }
        self.arms.push((&variant.ident, option));
    }

    /// `Other(String)`
    fn others(&mut self, variant: &'a Variant, fields: &Fields, attrs: &ArmAttrs, errors: &mut Errors) {
        const NEEDED: &str =
            "an option's arm has no value; the one arm of all other options is `Other(String)`";
        let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
        match (fields, &*types) {
            (Fields::Unnamed(_), [ty]) if is_string(ty) => {}
            (Fields::Unnamed(_), [ty]) => errors.at(ty, NEEDED),
            _ => errors.at(fields, NEEDED),
        }
        if let Some(option) = attrs.option.written() {
            errors.at(option, "this arm is of all other options: it has no `option`");
        }
        if let Some(first) = self.other.replace(&variant.ident) {
            errors.at(&variant.ident, format!("the arm `{first}` is of all other options already"));
        }
    }

    fn body(&self) -> TokenStream {
        let arms: Vec<_> = self.arms.iter().map(|(arm, _)| arm).collect();
        let options: Vec<_> = self.arms.iter().map(|(_, option)| option).collect();
        let (from, to) = match self.other {
            Some(other) => (
                quote!(option => Self::#other(_knack::String::from(option))),
                Some(quote!(Self::#other(option) => option)),
            ),
            None => (quote!(_ => return _knack::Option::None), None),
        };
        let holds_others = self.other.is_some();
        quote! {
            const OPTIONS: &'static [&'static str] = &[#(#options),*];
            const HOLDS_OTHERS: bool = #holds_others;
            fn from_option(option: &str) -> _knack::Option<Self> {
                _knack::Option::Some(match option {
                    #(#options => Self::#arms,)*
                    #from,
                })
            }
            fn option(&self) -> &str {
                match self {
                    #(Self::#arms => #options,)*
                    #to
                }
            }
        }
    }
}

fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "String"))
}

fn unreachable_body() -> TokenStream {
    quote! {
        const OPTIONS: &'static [&'static str] = &[];
        fn from_option(_: &str) -> _knack::Option<Self> {
            ::core::unreachable!()
        }
        fn option(&self) -> &str {
            ::core::unreachable!()
        }
    }
}
