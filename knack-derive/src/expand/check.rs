//! Prints the checks that need the types: does a link lead to the right object, does an enum have the
//! field's options? The core judges (`knack-core/settings.rs`), while compiling.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;

use crate::model::{Field, Record};
use crate::pair::Known;
use crate::schema;

/// A constant for each field whose settings a type can contradict; all of them come at once.
pub(super) fn checks(record: &Record<'_>, known: &Known) -> TokenStream {
    let checks: Vec<_> =
        record.fields.iter().filter_map(|field| check(field, record.is_new(), known)).collect();
    if checks.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[allow(unused_imports)]
        use _knack::PresumesNothing as _;
        #(#checks)*
    }
}

fn check(field: &Field<'_>, is_new: bool, known: &Known) -> Option<TokenStream> {
    let schema = field.schema.as_deref()?;
    // A new record may set one of several.
    let (settings, what) = match schema.kind().name {
        "connection" => (schema.target.map(|target| leads_to(target, known)), "connections"),
        "multiple_choice" => ((!schema.options.is_empty()).then(|| options(schema)), "options"),
        _ => return None,
    };
    let several = (schema.several && !is_new).then(|| quote!(.several(#what)));
    if settings.is_none() && several.is_none() {
        return None;
    }
    let name = format!("`{}` ({})", schema.label, schema.key);
    let settings = quote!(_knack::Settings::of(#name) #settings #several);
    Some(on_type(field.ty, &settings))
}

fn leads_to(target: u32, known: &Known) -> TokenStream {
    let objects = known.schema.iter().flat_map(|schema| &schema.app.objects);
    let name =
        objects.filter(|entry| entry.key == target).map(|entry| &*entry.name).next().unwrap_or_default();
    let target = Literal::u32_unsuffixed(target);
    quote!(.leads_to(#target, #name))
}

fn options(schema: &schema::Field) -> TokenStream {
    let options = &schema.options;
    quote!(.options(&[#(#options),*]))
}

/// The check as code that stands on the whole type: the compiler takes the call to reach from its first
/// token to its last.
fn on_type(ty: &Type, settings: &TokenStream) -> TokenStream {
    let spans: Vec<Span> = visible(ty.to_token_stream()).map(|token| token.span()).collect();
    let first = spans.first().copied().unwrap_or_else(Span::call_site);
    let function = quote_spanned!(first=> _knack::Settings::check);
    let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#settings, _knack::Of::<#ty>::PRESUMED));
    arguments.set_span(spans.last().copied().unwrap_or(first));
    quote!(const _: () = #function #arguments;)
}

/// The tokens as they are written: a type that came through a `$ty:ty` is in a group that cannot be seen.
fn visible(tokens: TokenStream) -> Box<dyn Iterator<Item = TokenTree>> {
    Box::new(tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => visible(group.stream()),
        token => Box::new(std::iter::once(token)),
    }))
}
