//! What the derive tells about a struct: its object, its fields, and a typed handle for each.

use std::fmt;
use std::marker::PhantomData;

use crate::key::{FieldKey, ObjectKey};
use crate::kind::{FieldKind, Kind};

/// The identity of an object (a table) as a type: `Object<3>` is `object_3`.
///
/// Structs that derive the same object share this type, so that a handle of one projection serves
/// another, and only a new record of the same object can be given to `create`.
#[derive(Clone, Copy, Debug)]
pub struct Object<const NUMBER: u32>;

/// Implemented by [`Object`] alone.
pub trait ObjectTag: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The object's key.
    const KEY: ObjectKey;
}

mod sealed {
    pub trait Sealed {}
    impl<const NUMBER: u32> Sealed for super::Object<NUMBER> {}
}

/// Holds for an object and itself, so that a field of another object is told as such.
#[diagnostic::on_unimplemented(
    message = "this field belongs to another object",
    label = "a field of another object",
    note = "take a handle of a struct with the same `#[knack(object = …)]`: structs of one object share their handles"
)]
pub trait SameObject<O> {}

impl<O> SameObject<O> for O {}

impl<const NUMBER: u32> ObjectTag for Object<NUMBER> {
    const KEY: ObjectKey = ObjectKey::new(NUMBER);
}

/// One field of a struct: the Rust name, the Knack key, and what the schema says of it.
#[derive(Clone, Copy, Debug)]
pub struct FieldDef {
    name: &'static str,
    key: FieldKey,
    kind: FieldKind,
    required: bool,
}

impl FieldDef {
    /// The field that the struct calls `name` and Knack calls `key`.
    pub const fn new<K: Kind>(name: &'static str, key: FieldKey) -> Self {
        Self { name, key, kind: K::KIND, required: false }
    }

    /// The same field, which Knack demands in every record.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The field's name in the struct.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The field's key in Knack.
    pub const fn key(&self) -> FieldKey {
        self.key
    }

    /// The field's kind.
    pub const fn kind(&self) -> FieldKind {
        self.kind
    }

    /// Whether Knack demands a value.
    pub const fn is_required(&self) -> bool {
        self.required
    }
}

/// A struct's view of an object: which fields it takes, under which names.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    type_name: &'static str,
    object: ObjectKey,
    fields: &'static [FieldDef],
}

impl Projection {
    /// The projection of `object` to `fields` by the struct `type_name`.
    pub const fn new(type_name: &'static str, object: ObjectKey, fields: &'static [FieldDef]) -> Self {
        Self { type_name, object, fields }
    }

    /// The struct's name.
    pub const fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The object's key.
    pub const fn object(&self) -> ObjectKey {
        self.object
    }

    /// The fields in the order of the struct.
    pub const fn fields(&self) -> &'static [FieldDef] {
        self.fields
    }
}

impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.type_name, self.object)
    }
}

/// Marks a field that Knack lets be empty.
#[derive(Clone, Copy, Debug)]
pub struct Optional;

/// Marks a field that Knack demands in every record; it cannot be cleared.
#[derive(Clone, Copy, Debug)]
pub struct Required;

/// A field that may be emptied.
#[diagnostic::on_unimplemented(
    message = "this field is required in Knack, so it cannot be cleared",
    label = "required field",
    note = "set it to another value instead"
)]
pub trait MayBeEmpty {}

impl MayBeEmpty for Optional {}

/// The handle of a field, `Customer::NAME`: which object, which field, which kind, and whether it
/// must have a value. The derive makes one for every field; filters, sorts and patches take them.
///
/// ```
/// use knack_core::kind::ShortText;
/// use knack_core::object::{Field, FieldDef, Object};
/// use knack_core::key::FieldKey;
///
/// static CITY: FieldDef = FieldDef::new::<ShortText>("city", FieldKey::new(7));
/// const HANDLE: Field<Object<3>, ShortText> = Field::new(&CITY);
/// assert_eq!(HANDLE.def().key().to_string(), "field_7");
/// ```
pub struct Field<O, K, N = Optional> {
    def: &'static FieldDef,
    marker: Marker<O, K, N>,
}

type Marker<O, K, N> = PhantomData<fn() -> (O, K, N)>;

impl<O, K, N> Field<O, K, N> {
    /// A handle of the field that `def` tells of.
    pub const fn new(def: &'static FieldDef) -> Self {
        Self { def, marker: PhantomData }
    }

    /// What is known of the field.
    pub const fn def(&self) -> &'static FieldDef {
        self.def
    }

    /// The field's key.
    pub const fn key(&self) -> FieldKey {
        self.def.key()
    }
}

impl<O, K, N> Clone for Field<O, K, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, K, N> Copy for Field<O, K, N> {}

impl<O, K, N> fmt::Debug for Field<O, K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.def.name(), self.def.key(), self.def.kind())
    }
}
