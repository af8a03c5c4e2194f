//! Changes to a record: fields that are set, fields that are cleared, and all others untouched.

use std::fmt;
use std::marker::PhantomData;

use crate::call::{Label, Verb};
use crate::cell::ValueError;
use crate::error::{Error, Problem, Validation, unwritable};
use crate::key::{FieldKey, RecordId};
use crate::kind::{Clearable, FieldKind, Writable};
use crate::object::{Field, FieldDef, MayBeEmpty, Projection, SameObject};
use crate::record::Record;
use crate::value::ToField;
use crate::verbs::NewRecord;
use crate::write::ValueWriter;

/// A change to a record that `T` stands for. Only what was set or cleared is sent; `None` never
/// means "skip".
///
/// Computed fields cannot be set, required fields and yes/no fields cannot be cleared: both do not
/// compile. Setting or clearing a field again replaces what was said before. As a new record, a patch
/// sets what its author wants and leaves the rest to the defaults of the application.
///
/// Source: docs.knack.com/docs/object-based-requests: an update changes the fields that it names.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::Patch;
/// use knack_core::patch::FieldState;
///
/// let patch: Patch<Customer> = Patch::new().set(Customer::CITY, "Oslo");
/// assert_eq!(patch.state(Customer::CITY), FieldState::Set("\"Oslo\""));
/// assert_eq!(patch.state(Customer::AGE), FieldState::Untouched);
/// assert_eq!(patch.clear(Customer::AGE).state(Customer::AGE), FieldState::Cleared);
/// ```
///
/// ```compile_fail,E0277
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// let patch = knack_core::Patch::<Customer>::new().clear(Customer::CITY); // a required field
/// ```
pub struct Patch<T> {
    entries: Vec<Entry>,
    target: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug)]
struct Entry {
    field: FieldDef,
    change: Result<Change, ValueError>,
}

#[derive(Clone, Debug)]
enum Change {
    Set(String),
    Cleared(&'static str),
}

/// What a [`Patch`] says about a field.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::Patch;
/// use knack_core::patch::FieldState;
///
/// let patch = Patch::<Customer>::new().set(Customer::AGE, f64::NAN);
/// let text = match patch.state(Customer::AGE) {
///     FieldState::Untouched => "as it was",
///     FieldState::Set(json) => json,
///     FieldState::Cleared => "empty",
///     FieldState::Invalid => "cannot be sent",
/// };
/// assert_eq!(text, "cannot be sent");
///
/// let set = Patch::<Customer>::new().set(Customer::AGE, 41.0);
/// assert_eq!(format!("{:?}", set.state(Customer::AGE)), "Set(…)"); // a value may be a password
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FieldState<'a> {
    /// Nothing: the field stays as it is.
    Untouched,
    /// The field gets this value, here as JSON text.
    Set(&'a str),
    /// The field is emptied.
    Cleared,
    /// A value was given that cannot be sent; sending the patch is an error that says so.
    Invalid,
}

impl fmt::Debug for FieldState<'_> {
    /// Without the value: it may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Untouched => "Untouched",
            Self::Set(_) => "Set(…)",
            Self::Cleared => "Cleared",
            Self::Invalid => "Invalid",
        })
    }
}

impl<T> Patch<T> {
    /// A patch that changes nothing. Sent as an update, it still costs a call.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// use knack_core::Patch;
    ///
    /// let patch = Patch::<Customer>::new();
    /// assert!(patch.is_empty());
    /// assert!(!patch.set(Customer::AGE, 41.0).is_empty());
    /// ```
    pub const fn new() -> Self {
        Self { entries: Vec::new(), target: PhantomData }
    }

    /// Whether nothing is set or cleared.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T: Record> Patch<T> {
    /// Sets a field to a value of any type that fits its kind. A value that cannot be sent, such as a
    /// float that is no number, is an [`Error::Invalid`] when the patch is sent.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// use knack_core::Patch;
    /// use knack_core::patch::FieldState;
    ///
    /// let patch = Patch::<Customer>::new().set(Customer::AGE, 40).set(Customer::AGE, 41);
    /// assert_eq!(patch.state(Customer::AGE), FieldState::Set("41"));
    /// ```
    pub fn set<O, K: Writable, N, V: ToField<K>>(self, field: Field<O, K, N>, value: V) -> Self
    where
        T::Object: SameObject<O>,
    {
        let mut json = String::new();
        let change = value.to_field(&mut ValueWriter::of_field(&mut json, field.def()));
        self.put(*field.def(), change.map(|()| Change::Set(json)))
    }

    /// Empties a field.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// use knack_core::Patch;
    /// use knack_core::patch::FieldState;
    ///
    /// let patch = Patch::<Customer>::new().clear(Customer::AGE);
    /// assert_eq!(patch.state(Customer::AGE), FieldState::Cleared);
    /// ```
    pub fn clear<O, K: Clearable, N: MayBeEmpty>(self, field: Field<O, K, N>) -> Self
    where
        T::Object: SameObject<O>,
    {
        self.put(*field.def(), Ok(Change::Cleared(K::CLEARED)))
    }

    /// What this patch says about a field; see [`FieldState`].
    pub fn state<O, K, N>(&self, field: Field<O, K, N>) -> FieldState<'_>
    where
        T::Object: SameObject<O>,
    {
        match self.entries.iter().find(|entry| entry.field.key() == field.key()).map(|entry| &entry.change) {
            None => FieldState::Untouched,
            Some(Ok(Change::Set(json))) => FieldState::Set(json),
            Some(Ok(Change::Cleared(_))) => FieldState::Cleared,
            Some(Err(_)) => FieldState::Invalid,
        }
    }

    fn put(mut self, field: FieldDef, change: Result<Change, ValueError>) -> Self {
        self.entries.retain(|entry| entry.field.key() != field.key());
        self.entries.push(Entry { field, change });
        self
    }

    /// The JSON body of an update of `record`.
    pub(crate) fn body(&self, record: RecordId) -> Result<String, Error> {
        let call = Label::new(Verb::Update, T::PROJECTION, Some(record));
        let shown = |entry: &&Entry| T::PROJECTION.fields().iter().any(|def| def.key() == entry.field.key());
        match self.entries.iter().find(|entry| T::PROJECTION.view().is_some() && !shown(entry)) {
            Some(Entry { field, .. }) => {
                Err(Error::Invalid { call, problem: not_of_view(field, T::PROJECTION) })
            }
            None => self.json(call),
        }
    }

    fn json(&self, call: Label) -> Result<String, Error> {
        let mut body = BodyWriter::new(call);
        for Entry { field, change } in &self.entries {
            body.entry(field, |out| {
                match change.as_ref().map_err(Clone::clone)? {
                    Change::Set(json) => out.verbatim(json),
                    Change::Cleared(json) => out.verbatim(json),
                }
                Ok(())
            });
        }
        body.finish()
    }

    fn sets(&self, key: FieldKey) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.field.key() == key && matches!(entry.change, Ok(Change::Set(_))))
    }
}

impl<T: Record> NewRecord<T::Object> for Patch<T> {
    /// Checks here what a struct with `#[knack(create)]` has checked when it is compiled: that every
    /// required field that `T` knows is set.
    fn body(&self) -> Result<String, Error> {
        let call = Label::new(Verb::Create, T::PROJECTION, None);
        let required = T::PROJECTION.fields().iter().filter(|def| def.is_required());
        let missing: Vec<_> = required
            .filter(|def| !self.sets(def.key()))
            .map(|def| Problem::required(T::PROJECTION, def.key()))
            .collect();
        if !missing.is_empty() {
            return Err(Error::Validation(Validation { call, status: None, problems: missing }));
        }
        self.json(call)
    }
}

/// A view takes its own fields alone, and passes over others in silence.
fn not_of_view(field: &FieldDef, projection: &Projection) -> String {
    let (name, key, struct_name) = (field.name(), field.key(), projection.type_name());
    format!(
        "`{name}` ({key}) is no field of `{struct_name}`, and of fields that a view lacks Knack takes no notice"
    )
}

impl<T> Clone for Patch<T> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), target: PhantomData }
    }
}

impl<T> Default for Patch<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for Entry { field, change } in &self.entries {
            match change {
                // A password is nobody's to read but Knack's.
                Ok(Change::Set(_)) if field.kind() == FieldKind::PASSWORD => {
                    map.entry(&field.name(), &format_args!("Set(…)"));
                }
                change => {
                    map.entry(&field.name(), change);
                }
            }
        }
        map.finish()
    }
}

/// Writes the body of a create or update, keeping the first value that cannot be written. Derived code
/// uses it; so may a [`NewRecord`] of your own.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::kind::ShortText;
/// use knack_core::{KnackObject, patch::BodyWriter};
///
/// let mut body = BodyWriter::create(Customer::PROJECTION);
/// body.put::<ShortText, _>(Customer::CITY.def(), "Oslo");
/// assert!(!format!("{body:?}").contains("Oslo")); // a value may be a password
/// assert_eq!(body.finish()?, r#"{"field_7":"Oslo"}"#);
/// # Ok::<(), knack_core::Error>(())
/// ```
pub struct BodyWriter {
    call: Label,
    json: String,
    error: Option<Error>,
}

impl fmt::Debug for BodyWriter {
    /// Without the values: one may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyWriter").field("call", &self.call).finish_non_exhaustive()
    }
}

impl BodyWriter {
    fn new(call: Label) -> Self {
        Self { call, json: String::from("{"), error: None }
    }

    /// A writer of a new record's body; `projection` is named in errors.
    pub fn create(projection: &Projection) -> Self {
        Self::new(Label::new(Verb::Create, projection, None))
    }

    /// The body of an update of this one field.
    pub(crate) fn update<K: Writable, V: ToField<K> + ?Sized>(
        projection: &Projection,
        record: RecordId,
        field: &FieldDef,
        value: &V,
    ) -> Result<String, Error> {
        let mut body = Self::new(Label::new(Verb::Update, projection, Some(record)));
        body.put(field, value);
        body.finish()
    }

    /// Writes `field`. The line is also the check that `V` fits `K` and that Knack lets `K` be written.
    pub fn put<K: Writable, V: ToField<K> + ?Sized>(&mut self, field: &FieldDef, value: &V) {
        self.entry(field, |out| value.to_field(out));
    }

    fn entry(
        &mut self,
        field: &FieldDef,
        write: impl FnOnce(&mut ValueWriter<'_>) -> Result<(), ValueError>,
    ) {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        let mut out = ValueWriter::new(&mut self.json);
        out.text(&field.key().to_string());
        self.json.push(':');
        if let Err(why) = write(&mut ValueWriter::of_field(&mut self.json, field)) {
            let call = self.call;
            self.error.get_or_insert_with(|| unwritable(call, field.name(), field.key(), &why));
        }
    }

    /// The whole body, or [`Error::Invalid`] for the first value that could not be written.
    pub fn finish(mut self) -> Result<String, Error> {
        self.json.push('}');
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.json),
        }
    }
}
