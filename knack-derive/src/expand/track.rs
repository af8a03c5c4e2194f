//! What a change of must build the crate again.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Record;
use crate::pair::Known;

/// Mentions the files that were read, and `KNACK_SCHEMA_DIR` where it could lead elsewhere: the compiler
/// notes what code includes, and cargo watches that.
///
/// (Here is also the place for a guard, should the compiler come to keep what derives print from build to
/// build: it would not look at these files again.)
pub(super) fn tracked(known: &Known, record: &Record<'_>) -> TokenStream {
    let view = record.view.as_ref().map(|view| view.key);
    let files = known.schema.iter().flat_map(|schema| schema.files(view, record.object));
    let files = files.filter_map(|file| file.to_str().map(|file| quote!(::core::include_bytes!(#file),)));
    let variable = known.by_variable.then(|| quote!(::core::option_env!("KNACK_SCHEMA_DIR"),));
    quote! {
        const _: () = {
            let _ = (#(#files)* #variable);
        };
    }
}
