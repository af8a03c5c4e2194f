//! `#[derive(KnackObject)]`: a struct as a typed projection of a Knack object; `#[derive(KnackView)]`: one of a
//! view. And `#[derive(KnackChoice)]`: an enum of the options of a choice field.
//!
//! Programs use it through `knack-runtime`, which re-exports it beside the traits of the same names;
//! the attributes are explained at [`macro@KnackObject`] and [`macro@KnackView`].
//!
//! The way of a struct through this crate: `attr` reads its attributes, `model` makes a record of
//! them, `pair` holds that against the committed schema, which `schema` finds and reads, `validate`
//! against the rules; `expand` prints the code, and `fallback` what is printed around errors, so that no
//! second error follows from the first.

use std::path::PathBuf;

use proc_macro::TokenStream;
use syn::parse_macro_input;

use crate::model::Derive;
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
mod view;

/// Makes a struct a typed projection of a Knack object, or the form of a new record.
///
/// # On the struct
///
/// | attribute | meaning |
/// |---|---|
/// | `object = "Customers"` | the object's name in the schema, or its key, `object_3`; always needed |
/// | `create` | the struct is a new record, to be given to `create`: it is written, not read |
/// | `crate = path` | where the generated code finds the library, `::knack_runtime` unless said |
///
/// # On a field
///
/// | attribute | meaning |
/// |---|---|
/// | `id` | the record's id, of type `RecordId`; a struct may do without |
/// | `field = "Average Spend"` | the field's label in Knack, or its key, where the label is not the field's name here |
/// | `key = "field_7"` | the field's key |
/// | `kind = "short_text"` | the field's kind, as Knack's metadata calls it; the schema tells |
/// | `required` | Knack demands a value: it cannot be cleared, and a new record must have it; the schema tells |
/// | `date_format = "dd/mm/yyyy"` | the format of a date field or timer that is not `mm/dd/yyyy`, so that dates are written in its order; the schema tells |
/// | `handle = "NAME"` | the name of the field's handle, its own name in capitals unless said; a new record has no handles |
///
/// # The schema
///
/// `cargo knack pull` writes the application's schema into a folder `.knack/`, to be committed. Beside it a
/// struct needs neither keys nor kinds, and is checked while it compiles:
///
/// - The object and every field exist. A field is found by its key, by its label, or by its own name: the
///   label in small letters, with `_` for what is neither letter nor digit (`Average Spend` is
///   `average_spend`). A label that two fields have needs the key.
/// - The type fits the field's kind. A kind that this version does not know is read as JSON. A
///   `Link` leads to the object that the field connects to, an enum has no option that the field has not,
///   and every one that it has unless an arm such as `Other(String)` takes the rest, and one value does not
///   stand where the field holds several.
/// - A new record has every field that Knack demands, and none that Knack computes.
/// - What the struct says itself is what the schema says.
///
/// Whether a field that may be empty is an `Option` is not checked: a record may have it filled always.
///
/// The folder is looked for from the struct's source file upwards, as far as the repository goes; then where
/// `KNACK_SCHEMA_DIR` says (the folder itself; relative to the package); then from the package's folder
/// upwards. A change of what was read, or of the variable, builds the crate again. Without a folder, each
/// field says its `key` and its `kind`, and the object is given by its key; a folder that comes to a crate
/// that did without is seen at its next build.
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
    expand::derive(Derive::Object, &input, &place(&input)).into()
}

/// Where the struct is. A `macro_rules!` of another crate may print the derive; the name is of whoever
/// calls it.
fn place(input: &syn::DeriveInput) -> Place {
    let folder = |name| std::env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    Place {
        // This `unwrap` gives the compiler's own span. It fails outside of the compiler alone, which calls this.
        file: input.ident.span().unwrap().local_file(),
        variable: folder("KNACK_SCHEMA_DIR"),
        manifest: folder("CARGO_MANIFEST_DIR"),
    }
}

/// Makes a struct stand for a view: what it shows of each record, or what its form takes.
///
/// # On the struct
///
/// | attribute | meaning |
/// |---|---|
/// | `view = "view_18"` | the view's key, always needed; `cargo knack views` lists them |
/// | `scene = "scene_9"` | the key of the page that the view is on; the schema tells |
/// | `object = "object_4"` | the object whose records the view shows or takes, of a report none; the schema tells |
/// | `access = "public"` | who may see the page: `public`, or `login` where it is behind one; the schema tells |
/// | `can = "list, update"` | what the view does: `list`, `get`, `create`, `update`, `delete`, `report`; the schema tells |
/// | `under = "customer-details"` | the slug of the page whose record the view is about; the schema tells |
/// | `parent = "object_1"` | the object of that record; the schema tells |
/// | `crate = path` | where the generated code finds the library, `::knack_runtime` unless said |
///
/// A field has the attributes of [`macro@KnackObject`]. A view of reports has no fields: `struct Sales;`.
///
/// # The schema
///
/// Beside the folder `.knack/` that `cargo knack pull` writes, a struct needs the view's key alone, and is
/// checked while it compiles, as a struct of an object is, and besides:
///
/// - The view exists, and has records or figures: a login, a menu or a text has none.
/// - A table, a list, a calendar, a map, a search or details show every field of the struct, and a form has an
///   input for it. Fields that are reached by a connection are those of another object.
/// - The struct of a form that makes records has every input that Knack demands, and as no `Option`.
///
/// What the view can do, the struct can: a table is listed, details are got, an update form is got and
/// updated; a table or a list with inline editing is updated, what has a delete link deletes, and a form that
/// inserts creates. The other verbs do not compile, nor does a call by a client that may not see the page, nor
/// one of a child page without the record that it is about.
///
/// The folder is looked for as [`macro@KnackObject`] does. Without one, the struct says `scene`, `object`,
/// `access` and `can`, `under` and `parent` where the view is about a page's record, and each field its `key`
/// and its `kind`.
///
/// # What it makes
///
/// An `impl KnackView`, and one of `Lists`, `Gets`, `Creates`, `Updates`, `Deletes` and `Reports` for each that
/// the view is; and for each field a handle, that of a form's input as well, such as `Catalog::PRICE`. Handles
/// of one object serve all its structs, of objects and of views.
///
/// A struct derives `KnackObject` or `KnackView`, not both: they have the same handles and verbs of the same
/// names.
///
/// ```
/// # mod knack_runtime { pub use knack_core::*; }
/// use knack_core::RecordId;
/// use knack_core::view::{Creates, KnackView as _};
/// use knack_derive::KnackView;
///
/// /// A table on the page of a customer, for those who have logged in.
/// #[derive(KnackView)]
/// #[knack(view = "view_12", scene = "scene_8", object = "object_6", access = "login", can = "list")]
/// #[knack(under = "customer-details", parent = "object_1", crate = knack_core)]
/// struct CustomerOrder {
///     #[knack(id)]
///     id: RecordId,
///     #[knack(key = "field_49", kind = "currency")]
///     total: Option<f64>,
/// }
///
/// /// A form for everybody.
/// #[derive(KnackView)]
/// #[knack(view = "view_3", scene = "scene_4", object = "object_1", access = "public", can = "create")]
/// #[knack(crate = knack_core)]
/// struct SignUp {
///     #[knack(key = "field_5", kind = "short_text", required)]
///     company: String,
/// }
///
/// assert!(CustomerOrder::VIEW.is_behind_login());
/// assert_eq!(CustomerOrder::TOTAL.key().to_string(), "field_49");
/// assert_eq!(SignUp { company: "Fjord".into() }.body()?, r#"{"field_5":"Fjord"}"#);
/// # Ok::<(), knack_core::Error>(())
/// ```
#[proc_macro_derive(KnackView, attributes(knack))]
pub fn derive_knack_view(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as syn::DeriveInput);
    expand::derive(Derive::View, &input, &place(&input)).into()
}

/// Makes an enum hold the options of a multiple choice field.
///
/// Each arm without a value is an option: its name, or what `option` says. An arm with a `String` holds
/// every other option, so that one that is added to the field later does not break the program; without
/// such an arm, a record with another option cannot be read. Beside a committed schema, an enum without it
/// must have every option of the field, and no enum one that the field has not.
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
