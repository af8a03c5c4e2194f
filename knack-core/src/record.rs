//! From the bytes of an answer to structs: one pass that is not generic, then one line per field.
//!
//! The pass fills, for each record, a table of slots with the JSON text of the fields that the
//! struct asks for, and passes over the rest. `T::read` then takes each slot as its Rust type. A
//! record that does not fit is kept as an error beside its id ([`Guarded`]), so that it never
//! costs the others.

use crate::cell::{Cell, ValueError};
use crate::error::MalformedAnswer;
use crate::json::is_blank;
use crate::key::{FieldKey, RecordId};
use crate::kind::Kind;
use crate::object::{FieldDef, ObjectTag, Projection};
use crate::value::FromField;
use crate::verbs::KnackObject;

mod error;
mod page;
mod reader;
mod slot_index;
mod slots;

pub use error::{FieldError, RecordError};
pub use page::{Page, read_page};
pub use reader::Reader;
use slots::Slots;

/// What is read from a record: a struct that derives [`KnackObject`], or
/// [`KnackView`](crate::view::KnackView) of a view that shows records.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::{Record, read_page};
///
/// /// Works for both.
/// fn readable<T: Record>(body: &[u8]) -> usize {
///     read_page::<T>(body).map(|page| page.records.len()).unwrap_or_default()
/// }
/// assert_eq!(readable::<Customer>(br#"{"records":[{"field_7":"Oslo"}]}"#), 1);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not read from a record",
    label = "neither a `KnackObject` nor a `KnackView` that shows records"
)]
pub trait Record: Sized + Send + 'static {
    /// The object as a type, the same for all structs of that object.
    type Object: ObjectTag;

    /// The fields that the struct takes.
    const PROJECTION: &'static Projection;

    /// Reads the struct from a record; written by the derive.
    fn read(reader: &mut Reader<'_>) -> Result<Self, FieldError>;
}

impl<T: KnackObject> Record for T {
    type Object = <T as KnackObject>::Object;
    const PROJECTION: &'static Projection = <T as KnackObject>::PROJECTION;

    fn read(reader: &mut Reader<'_>) -> Result<Self, FieldError> {
        <T as KnackObject>::read(reader)
    }
}

/// A record or the reason why it could not be read, with its id where that is known.
///
/// ```
/// # use knack_core::record::Guarded;
/// let page: Vec<Guarded<u32>> = Vec::new();
/// let (good, bad): (Vec<_>, Vec<_>) = page.into_iter().partition(|guarded| guarded.result.is_ok());
/// # assert!(good.is_empty() && bad.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Guarded<T> {
    /// The record's id.
    pub id: Option<RecordId>,
    /// The record, or what is wrong with it.
    pub result: Result<T, RecordError>,
}

/// Reads the answer of a get, create or update: the bare record, or `{"record":{…}}` as form views
/// send it.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::read_record;
///
/// let sent = br#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}"#;
/// let customer: Customer = read_record(sent)?.result.unwrap();
/// assert_eq!(customer.city, "Oslo");
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
pub fn read_record<T: Record>(body: &[u8]) -> Result<Guarded<T>, MalformedAnswer> {
    Slots::of_record(T::PROJECTION, T::PROJECTION.fields(), body).map(|slots| slots.read())
}

/// The same of the record `id`, which some answers leave out. One that has no field of the struct either is no
/// record: it would be read as one whose fields are all empty.
pub(crate) fn read_record_of<T: Record>(body: &[u8], id: RecordId) -> Result<Guarded<T>, MalformedAnswer> {
    let asked = format!("\"{id}\"");
    let mut slots = Slots::of_record(T::PROJECTION, T::PROJECTION.fields(), body)?;
    if is_blank(slots.id) {
        if slots.is_bare() {
            return Err(MalformedAnswer::new(body, 0, "a record with the fields of the view"));
        }
        slots.id = asked.as_bytes();
    }
    Ok(slots.read())
}

/// Reads one field of the record `id`, whatever struct it is read as otherwise. An answer about another
/// record is an error, and so is one without the field: what it holds is not known then.
pub(crate) fn read_field<K: Kind, U: FromField<K>>(
    body: &[u8],
    projection: &Projection,
    id: RecordId,
    field: &FieldDef,
) -> Result<Result<U, FieldError>, MalformedAnswer> {
    let slots = Slots::of_record(projection, std::slice::from_ref(field), body)?;
    let mut reader = slots.reader();
    let sent = reader.id();
    Ok(sent.and_then(|sent| {
        let cell = reader.cell(0);
        if sent != id {
            let why = ValueError::new(format!("is not {id}, which was asked for"));
            return Err(reader.error("id", FieldKey::ID, None, Cell::new(reader.id), why));
        }
        if cell.json().is_empty() {
            return Err(reader.field_error(0, cell, ValueError::new("is not in the answer")));
        }
        reader.take::<K, U>(0)
    }))
}

#[cfg(test)]
mod tests;
