//! From the bytes of an answer to structs: one pass that is not generic, then one line per field.
//!
//! The pass fills, for each record, a table of slots with the JSON text of the fields that the
//! struct asks for, and passes over the rest. `T::read` then takes each slot as its Rust type. A
//! record that does not fit is kept as an error beside its id ([`Guarded`]), so that it never
//! costs the others.

use crate::cell::{Cell, ValueError};
use crate::error::MalformedAnswer;
use crate::key::{FieldKey, RecordId};
use crate::kind::Kind;
use crate::object::{FieldDef, Projection};
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
pub fn read_record<T: KnackObject>(body: &[u8]) -> Result<Guarded<T>, MalformedAnswer> {
    Slots::of_record(T::PROJECTION, T::PROJECTION.fields(), body).map(|slots| slots.read())
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
