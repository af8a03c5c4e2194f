//! Changes to a record: fields that are set, fields that are cleared, and all others untouched.

use std::fmt;
use std::marker::PhantomData;

use crate::call::{Label, Verb};
use crate::cell::ValueError;
use crate::error::{Error, Problem, Validation, unwritable};
use crate::key::{FieldKey, RecordId};
use crate::kind::{Clearable, Writable};
use crate::object::{Field, FieldDef, MayBeEmpty, Projection, SameObject};
use crate::value::ToField;
use crate::verbs::{KnackObject, NewRecord};
use crate::write::ValueWriter;

/// A change to a record that `T` stands for. Only what was set or cleared is sent; `None` never
/// means "skip".
///
/// Computed fields cannot be set, required fields and yes/no fields cannot be cleared: both do not
/// compile. Setting or clearing a field again replaces what was said before.
///
/// ```
/// # use knack_core::key::FieldKey;
/// # use knack_core::kind::ShortText;
/// # use knack_core::object::{Field, FieldDef, Object, Projection};
/// # use knack_core::record::{FieldError, Reader};
/// # use knack_core::{KnackObject, Patch};
/// # struct Customer;
/// # static FIELDS: [FieldDef; 2] = [
/// #     FieldDef::new::<ShortText>("city", FieldKey::new(7)),
/// #     FieldDef::new::<ShortText>("note", FieldKey::new(8)),
/// # ];
/// # static CUSTOMER: Projection = Projection::new("Customer", knack_core::key::ObjectKey::new(3), &FIELDS);
/// # impl Customer {
/// #     const CITY: Field<Object<3>, ShortText> = Field::new(&FIELDS[0]);
/// #     const NOTE: Field<Object<3>, ShortText> = Field::new(&FIELDS[1]);
/// # }
/// # impl KnackObject for Customer {
/// #     type Object = Object<3>;
/// #     const PROJECTION: &'static Projection = &CUSTOMER;
/// #     fn read(_: &mut Reader<'_>) -> Result<Self, FieldError> { Ok(Self) }
/// # }
/// use knack_core::patch::FieldState;
///
/// let patch: Patch<Customer> = Patch::new().set(Customer::CITY, "Oslo");
/// assert_eq!(patch.state(Customer::CITY), FieldState::Set("\"Oslo\""));
/// assert_eq!(patch.state(Customer::NOTE), FieldState::Untouched);
/// assert_eq!(patch.clear(Customer::NOTE).state(Customer::NOTE), FieldState::Cleared);
/// ```
pub struct Patch<T> {
    entries: Vec<Entry>,
    target: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug)]
struct Entry {
    field: &'static FieldDef,
    change: Result<Change, ValueError>,
}

#[derive(Clone, Debug)]
enum Change {
    Set(String),
    Cleared(&'static str),
}

/// What a [`Patch`] says about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl<T> Patch<T> {
    /// A patch that changes nothing.
    pub const fn new() -> Self {
        Self { entries: Vec::new(), target: PhantomData }
    }

    /// Whether nothing is set or cleared.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T: KnackObject> Patch<T> {
    /// Sets a field. A value that cannot be sent, such as a float that is no number, is an error
    /// when the patch is sent.
    pub fn set<O, K: Writable, N, V: ToField<K>>(self, field: Field<O, K, N>, value: V) -> Self
    where
        T::Object: SameObject<O>,
    {
        let mut json = String::new();
        let change = value.to_field(&mut ValueWriter::new(&mut json));
        self.put(field.def(), change.map(|()| Change::Set(json)))
    }

    /// Empties a field.
    pub fn clear<O, K: Clearable, N: MayBeEmpty>(self, field: Field<O, K, N>) -> Self
    where
        T::Object: SameObject<O>,
    {
        self.put(field.def(), Ok(Change::Cleared(K::CLEARED)))
    }

    /// What this patch says about a field.
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

    fn put(mut self, field: &'static FieldDef, change: Result<Change, ValueError>) -> Self {
        self.entries.retain(|entry| entry.field.key() != field.key());
        self.entries.push(Entry { field, change });
        self
    }

    /// The JSON body of an update of `record`.
    pub(crate) fn body(&self, record: RecordId) -> Result<String, Error> {
        self.json(Label::new(Verb::Update, T::PROJECTION, Some(record)))
    }

    fn json(&self, call: Label) -> Result<String, Error> {
        let mut body = BodyWriter::new(call);
        for Entry { field, change } in &self.entries {
            body.entry(field, |out| {
                match change.as_ref().map_err(Clone::clone)? {
                    Change::Set(json) => out.number(json),
                    Change::Cleared(json) => out.number(json),
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

impl<T: KnackObject> NewRecord<T::Object> for Patch<T> {
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
        let entries = self.entries.iter().map(|entry| (entry.field.name(), &entry.change));
        f.debug_map().entries(entries).finish()
    }
}

/// Writes the body of a create or update, keeping the first value that cannot be written.
#[derive(Debug)]
pub struct BodyWriter {
    call: Label,
    json: String,
    error: Option<Error>,
}

impl BodyWriter {
    fn new(call: Label) -> Self {
        Self { call, json: String::from("{"), error: None }
    }

    /// A writer of a new record's body.
    pub fn create(projection: &Projection) -> Self {
        Self::new(Label::new(Verb::Create, projection, None))
    }

    /// Writes the field at `index` of the projection; used by derived code. The line is also the
    /// check that `V` fits `K` and that Knack lets `K` be written.
    pub fn put<K: Writable, V: ToField<K> + ?Sized>(&mut self, field: &FieldDef, value: &V) {
        self.entry(field, |out| value.to_field(out));
    }

    /// The same for a field that may be left out: `None` is not sent, and Knack uses its default.
    pub fn put_some<K: Writable, V: ToField<K>>(&mut self, field: &FieldDef, value: Option<&V>) {
        if let Some(value) = value {
            self.put::<K, V>(field, value);
        }
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
        if let Err(why) = write(&mut ValueWriter::new(&mut self.json)) {
            let call = self.call;
            self.error.get_or_insert_with(|| unwritable(call, field.name(), field.key(), &why));
        }
    }

    /// The whole body, or what could not be written.
    pub fn finish(mut self) -> Result<String, Error> {
        self.json.push('}');
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.json),
        }
    }
}
