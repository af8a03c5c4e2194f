//! What the derive tells about a struct: its object, its fields, and a typed handle for each.

use std::fmt;
use std::marker::PhantomData;

use crate::key::{FieldKey, ObjectKey};
use crate::kind::{FieldKind, Kind};
use crate::view::ViewDef;

/// The identity of an object (a table) as a type: `Object<3>` is `object_3`.
///
/// Structs that derive the same object share this type, so that a handle of one projection serves
/// another, and only a new record of the same object can be given to `create`.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::object::{Object, ObjectTag};
///
/// assert_eq!(Object::<3>::KEY.to_string(), "object_3");
/// let shared: <Customer as knack_core::KnackObject>::Object = Object::<3>;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Object<const NUMBER: u32>;

/// Implemented by [`Object`] alone: bounds that name it take any object.
///
/// ```
/// use knack_core::object::{Object, ObjectTag};
///
/// fn path<O: ObjectTag>() -> String {
///     format!("/objects/{}/records", O::KEY)
/// }
/// assert_eq!(path::<Object<3>>(), "/objects/object_3/records");
/// ```
pub trait ObjectTag: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The object's key.
    const KEY: ObjectKey;
}

mod sealed {
    pub trait Sealed {}
    impl<const NUMBER: u32> Sealed for super::Object<NUMBER> {}
}

/// Holds for an object and itself, so that a field of another object is told as such.
///
/// ```compile_fail,E0277
/// use knack_core::object::{Object, SameObject};
///
/// fn same<A: SameObject<B>, B>() {}
/// same::<Object<3>, Object<4>>();
/// ```
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
///
/// ```
/// use knack_core::key::FieldKey;
/// use knack_core::kind::{FieldKind, ShortText};
/// use knack_core::object::FieldDef;
///
/// let city = FieldDef::new::<ShortText>("city", FieldKey::new(7)).required();
/// assert_eq!((city.name(), city.key()), ("city", FieldKey::new(7)));
/// assert_eq!((city.kind(), city.is_required()), (FieldKind::SHORT_TEXT, true));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FieldDef {
    name: &'static str,
    key: FieldKey,
    kind: FieldKind,
    required: bool,
    dates: DateOrder,
}

/// In which order a date field writes day and month. Knack reads what is written to a field in the
/// field's own order; a struct tells it by `date_format = "dd/mm/yyyy"`. What Knack sends is in one
/// order for all fields, so reading needs none.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// # #[cfg(feature = "jiff")] {
/// #[derive(knack_derive::KnackObject)]
/// #[knack(object = "object_3", crate = knack_core)]
/// struct Customer {
///     #[knack(key = "field_6", kind = "date_time", date_format = "dd/mm/yyyy")]
///     since: Option<jiff::civil::Date>,
/// }
/// # use knack_core::{KnackObject, object::DateOrder};
/// assert_eq!(Customer::PROJECTION.fields()[0].date_order(), DateOrder::DayFirst);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum DateOrder {
    /// `mm/dd/yyyy`, and `M D, yyyy`, whose fields show the month as a word.
    #[default]
    MonthFirst,
    /// `dd/mm/yyyy`.
    DayFirst,
}

impl FieldDef {
    /// The field that the struct calls `name` and Knack calls `key`.
    pub const fn new<K: Kind>(name: &'static str, key: FieldKey) -> Self {
        Self { name, key, kind: K::KIND, required: false, dates: DateOrder::MonthFirst }
    }

    /// The same field, which Knack demands in every record.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same field, whose dates are written in this order.
    pub const fn dates(self, dates: DateOrder) -> Self {
        Self { dates, ..self }
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

    /// Whether Knack demands a value, by the struct's word.
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// In which order dates are written to the field, by the struct's word.
    pub const fn date_order(&self) -> DateOrder {
        self.dates
    }
}

/// A struct's view of an object: which fields it takes, under which names. The derive makes one;
/// a program may use it to tell what it needs of an application.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::KnackObject;
///
/// let projection = Customer::PROJECTION;
/// assert_eq!((projection.type_name(), projection.object().number()), ("Customer", 3));
/// let keys: Vec<String> = projection.fields().iter().map(|field| field.key().to_string()).collect();
/// assert_eq!(keys[..2], ["field_7", "field_8"]);
/// assert_eq!(projection.to_string(), "Customer (object_3)");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    type_name: &'static str,
    object: ObjectKey,
    fields: &'static [FieldDef],
    view: Option<&'static ViewDef>,
}

impl Projection {
    /// The projection of `object` to `fields` by the struct `type_name`.
    pub const fn new(type_name: &'static str, object: ObjectKey, fields: &'static [FieldDef]) -> Self {
        Self { type_name, object, fields, view: None }
    }

    /// The same through a view, which shows records of `object`.
    pub const fn of_view(view: &'static ViewDef, object: ObjectKey, fields: &'static [FieldDef]) -> Self {
        Self { view: Some(view), ..Self::new(view.type_name(), object, fields) }
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

    /// The view that the struct's records go through; `None` for a struct of an object.
    pub const fn view(&self) -> Option<&'static ViewDef> {
        self.view
    }
}

impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.type_name, self.object)
    }
}

/// Marks a field that Knack lets be empty.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::kind::Number;
/// use knack_core::object::{Field, Object, Optional};
///
/// let age: Field<Object<3>, Number, Optional> = Customer::AGE; // `kind = "number"`
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Optional;

/// Marks a field that Knack demands in every record; it cannot be cleared.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::kind::ShortText;
/// use knack_core::object::{Field, Object, Required};
///
/// let city: Field<Object<3>, ShortText, Required> = Customer::CITY; // `kind = "short_text", required`
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Required;

/// Whether a field must have a value: [`Optional`] or [`Required`].
///
/// ```
/// use knack_core::object::{Need, Optional, Required};
///
/// assert!(Required::REQUIRED && !Optional::REQUIRED);
/// ```
pub trait Need {
    /// Whether it must.
    const REQUIRED: bool;
}

impl Need for Optional {
    const REQUIRED: bool = false;
}

impl Need for Required {
    const REQUIRED: bool = true;
}

/// A field that may be emptied: one that is not `required`.
///
/// ```compile_fail,E0277
/// fn clear<N: knack_core::object::MayBeEmpty>() {}
///
/// clear::<knack_core::object::Required>();
/// ```
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
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::Patch;
/// use knack_core::object::{Field, ObjectTag};
///
/// /// Works for any field of any struct.
/// fn whereabouts<O: ObjectTag, K, N>(field: Field<O, K, N>) -> String {
///     format!("{} of {}", field.key(), O::KEY)
/// }
/// assert_eq!(whereabouts(Customer::CITY), "field_7 of object_3");
/// assert_eq!(Customer::CITY.def().name(), "city");
/// assert_eq!(format!("{:?}", Customer::AGE), "age (field_8, number)");
///
/// let adults = Customer::AGE.higher_than(17);
/// let birthday = Patch::<Customer>::new().set(Customer::AGE, 18.0);
/// ```
pub struct Field<O, K, N = Optional> {
    // By value: a reference to a static costs the compiler a third more for each handle.
    def: FieldDef,
    marker: Marker<O, K, N>,
}

type Marker<O, K, N> = PhantomData<fn() -> (O, K, N)>;

impl<O, K, N> Field<O, K, N> {
    /// What is known of the field.
    pub const fn def(&self) -> &FieldDef {
        &self.def
    }

    /// The field's key.
    pub const fn key(&self) -> FieldKey {
        self.def.key()
    }
}

impl<O, K: Kind, N: Need> Field<O, K, N> {
    /// A handle of the field of the object `O` that has this key; `K` must be its kind, since nothing here can
    /// check that.
    ///
    /// ```
    /// use knack_core::{key::FieldKey, kind::ShortText, object::{Field, Object}};
    ///
    /// const CITY: Field<Object<3>, ShortText> = Field::new("city", FieldKey::new(7));
    /// assert_eq!(format!("{CITY:?}"), "city (field_7, short text)");
    /// ```
    pub const fn new(name: &'static str, key: FieldKey) -> Self {
        let (kind, required, dates) = (K::KIND, N::REQUIRED, DateOrder::MonthFirst);
        Self { def: FieldDef { name, key, kind, required, dates }, marker: PhantomData }
    }

    /// The same field, whose dates are written in this order.
    ///
    /// ```
    /// use knack_core::{key::FieldKey, kind::DateTime, object::{DateOrder, Field, Object}};
    ///
    /// const BORN: Field<Object<3>, DateTime> = Field::new("born", FieldKey::new(9)).dates(DateOrder::DayFirst);
    /// assert_eq!(BORN.def().date_order(), DateOrder::DayFirst);
    /// ```
    pub const fn dates(self, dates: DateOrder) -> Self {
        Self { def: self.def.dates(dates), marker: PhantomData }
    }
}

/// How derived code makes a definition and a handle, by the number in the key. As functions of their own, since
/// one of a type costs the compiler a sixth more for each handle.
#[doc(hidden)]
pub mod derived {
    use super::{Field, FieldDef, FieldKey, Kind, Need};

    pub const fn def<K: Kind>(name: &'static str, number: u32) -> FieldDef {
        FieldDef::new::<K>(name, FieldKey::new(number))
    }

    pub const fn field<O, K: Kind, N: Need>(name: &'static str, number: u32) -> Field<O, K, N> {
        Field::new(name, FieldKey::new(number))
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
