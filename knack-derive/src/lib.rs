//! `#[derive(KnackObject)]`: a struct as a typed projection of a Knack object. And
//! `#[derive(KnackChoice)]`: an enum of the options of a choice field.
//!
//! Programs use it through `knack-runtime`, which re-exports it beside the trait of the same name;
//! the attributes are explained at [`macro@KnackObject`].
//!
//! The way of a struct through this crate: `attr` reads its attributes, `model` makes a record of
//! them, `validate` holds that against the rules, `expand` prints the code, and `fallback` what is
//! printed around errors, so that no second error follows from the first.

use std::path::PathBuf;

use proc_macro::TokenStream;
use syn::parse_macro_input;

use crate::schema::find::Place;

mod attr;
mod choice;
mod errors;
mod expand;
mod fallback;
mod key;
mod kind;
mod model;
mod near;
mod pair;
mod schema;
#[cfg(test)]
mod tests;
mod validate;

/// Makes a struct a typed projection of a Knack object, or the form of a new record.
///
/// # On the struct
///
/// | attribute | meaning |
/// |---|---|
/// | `object = "object_3"` | the object's key; always needed |
/// | `create` | the struct is a new record, to be given to `create`: it is written, not read |
/// | `crate = path` | where the generated code finds the library, `::knack_runtime` unless said |
///
/// # On a field
///
/// | attribute | meaning |
/// |---|---|
/// | `id` | the record's id, of type `RecordId`; a struct may do without |
/// | `key = "field_7"` | the field's key |
/// | `kind = "short_text"` | the field's kind, as Knack's metadata calls it |
/// | `required` | Knack demands a value: it cannot be cleared, and a new record must have it |
/// | `date_format = "dd/mm/yyyy"` | the format of a date field or timer that is not `mm/dd/yyyy`, so that dates are written in its order |
/// | `handle = "NAME"` | the name of the field's handle, its own name in capitals unless said; a new record has no handles |
///
/// # What it makes
///
/// An `impl KnackObject` (for `create`, an `impl NewRecord`), and for each field a handle such as
/// `Customer::NAME`, which filters, sorts and patches take. Nothing is generated per verb: the verbs
/// are provided methods of the trait.
///
/// Of a new record, a `None` is not sent, and Knack fills in the field's default. Everything else is sent
/// as it is: an empty `Vec` as `[]`, an empty text as `""`. Where the default is wanted instead, the field is
/// an `Option<Vec<…>>`.
///
/// ```
/// # mod knack_runtime { pub use knack_core::*; }
/// use knack_core::RecordId;
/// use knack_derive::KnackObject;
///
/// #[derive(KnackObject)]
/// #[knack(object = "object_3", crate = knack_core)]
/// struct Customer {
///     #[knack(id)]
///     id: RecordId,
///     #[knack(key = "field_7", kind = "short_text", required)]
///     company: String,
///     #[knack(key = "field_8", kind = "number")]
///     employees: Option<u32>,
/// }
///
/// #[derive(KnackObject)]
/// #[knack(object = "object_3", create, crate = knack_core)]
/// struct NewCustomer {
///     #[knack(key = "field_7", kind = "short_text", required)]
///     company: String,
/// }
///
/// assert_eq!(Customer::COMPANY.key().to_string(), "field_7");
/// ```
#[proc_macro_derive(KnackObject, attributes(knack))]
pub fn derive_knack_object(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as syn::DeriveInput);
    expand::derive(&input, &place(&input)).into()
}

/// Where the struct is. A `macro_rules!` of another crate may print the derive; the name is of whoever
/// calls it.
fn place(input: &syn::DeriveInput) -> Place {
    let folder = |name| std::env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    Place {
        file: input.ident.span().unwrap().local_file(),
        variable: folder("KNACK_SCHEMA_DIR"),
        manifest: folder("CARGO_MANIFEST_DIR"),
    }
}

/// Makes an enum hold the options of a multiple choice field.
///
/// Each arm without a value is an option: its name, or what `option` says. An arm with a `String` holds
/// every other option, so that one that is added to the field later does not break the program; without
/// such an arm, a record with another option cannot be read.
///
/// | attribute | where | meaning |
/// |---|---|---|
/// | `option = "In Progress"` | on an arm | the option as Knack has it, where it is not the arm's name |
/// | `crate = path` | on the enum | where the generated code finds the library, `::knack_runtime` unless said |
///
/// ```
/// # mod knack_runtime { pub use knack_core::*; }
/// use knack_core::value::KnackChoice as _;
/// use knack_derive::{KnackChoice, KnackObject};
///
/// #[derive(Clone, Debug, PartialEq, KnackChoice)]
/// #[knack(crate = knack_core)]
/// enum Status {
///     New,
///     #[knack(option = "In Progress")]
///     InProgress,
///     Other(String),
/// }
///
/// #[derive(KnackObject)]
/// #[knack(object = "object_6", crate = knack_core)]
/// struct Order {
///     #[knack(key = "field_46", kind = "multiple_choice")]
///     status: Option<Status>,
/// }
///
/// let not_begun = Order::STATUS.is(Status::New);
/// assert_eq!(Status::from_option("Parked"), Some(Status::Other("Parked".into())));
/// ```
#[proc_macro_derive(KnackChoice, attributes(knack))]
pub fn derive_knack_choice(input: TokenStream) -> TokenStream {
    choice::derive(&parse_macro_input!(input)).into()
}
