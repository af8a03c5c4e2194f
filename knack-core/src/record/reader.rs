//! What hands a struct its fields.

use crate::cell::{Cell, ValueError};
use crate::json::is_blank;
use crate::key::{FieldKey, RecordId};
use crate::kind::{FieldKind, Kind};
use crate::object::{FieldDef, Projection};
use crate::record::error::{FieldError, FieldErrorParts};
use crate::value::FromField;

/// The JSON text of one field of one record, in the two places where Knack puts values.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot<'a> {
    /// `field_N`: the formatted value, or the raw one if `format=raw` was asked for.
    pub(super) plain: &'a [u8],
    /// `field_N_raw`.
    pub(super) raw: &'a [u8],
}

/// Hands a struct its fields, one after the other. Made for each record; used by derived code, and by
/// hand only where a struct has a shape that the derive cannot give it.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::kind::ShortText;
/// use knack_core::record::{FieldError, Reader};
///
/// /// By the place of the field in the projection, as derived code does.
/// fn city(reader: &mut Reader<'_>) -> Result<String, FieldError> {
///     reader.take::<ShortText, String>(0)
/// }
/// ```
#[derive(Debug)]
pub struct Reader<'a> {
    pub(super) projection: &'a Projection,
    pub(super) fields: &'a [FieldDef],
    pub(super) id: &'a [u8],
    pub(super) slots: &'a [Slot<'a>],
    pub(super) both: bool,
    /// What was wrong with what derived code asked for.
    pub(super) failure: Option<FieldError>,
}

impl<'a> Reader<'a> {
    /// The record's id.
    pub fn id(&mut self) -> Result<RecordId, FieldError> {
        self.known_id().ok_or_else(|| {
            let why =
                if self.id.is_empty() { "is missing" } else { "is no record id (24 hexadecimal digits)" };
            self.error("id", FieldKey::ID, None, Cell::new(self.id), ValueError::new(why))
        })
    }

    pub(super) fn known_id(&self) -> Option<RecordId> {
        match self.id {
            [b'"', inner @ .., b'"'] => RecordId::from_hex(inner),
            _ => None,
        }
    }

    /// The field at `index` of the projection, of kind `K`, as a `U`.
    pub fn take<K: Kind, U: FromField<K>>(&mut self, index: usize) -> Result<U, FieldError> {
        let cell = self.cell(index);
        U::from_field(cell).map_err(|why| self.field_error(index, cell, why))
    }

    /// The same for derived code, which asks for all fields before it looks at any. Behind the first that is wrong
    /// nothing is read.
    pub(crate) fn taken<K: Kind, U: FromField<K>>(&mut self, index: usize) -> Option<U> {
        if self.failure.is_some() {
            return None;
        }
        let value = self.take(index);
        self.kept(value)
    }

    /// The record's id for derived code.
    #[doc(hidden)]
    pub fn taken_id(&mut self) -> Option<RecordId> {
        if self.failure.is_some() {
            return None;
        }
        let id = self.id();
        self.kept(id)
    }

    /// What was read; what is wrong with it is kept for [`Self::failure`].
    fn kept<U>(&mut self, read: Result<U, FieldError>) -> Option<U> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.failure = Some(error);
                None
            }
        }
    }

    /// What was wrong, for derived code that did not get all that it asked for.
    #[doc(hidden)]
    #[cold]
    pub fn failure(&mut self) -> FieldError {
        self.failure.take().unwrap_or_else(|| {
            self.error("?", FieldKey::ID, None, Cell::new(b""), ValueError::new("was not asked for"))
        })
    }

    pub(super) fn cell(&self, index: usize) -> Cell<'a> {
        let Slot { plain, raw } = self.slots.get(index).copied().unwrap_or_default();
        if raw.is_empty() && !self.shown_for_nothing(index, plain) {
            Cell::new(plain)
        } else {
            Cell::new(raw).with_shown(plain)
        }
    }

    /// Whether a value without a raw one is what is shown for a least, greatest or mean of nothing: where raw
    /// values come beside, the lack of one says so, as in a list of raw values.
    fn shown_for_nothing(&self, index: usize, plain: &[u8]) -> bool {
        let kind = || self.fields.get(index).map(FieldDef::kind);
        self.both && !is_blank(plain) && kind().is_some_and(FieldKind::shows_nothing_as_a_value)
    }

    #[cold]
    pub(super) fn field_error(&self, index: usize, cell: Cell<'_>, why: ValueError) -> FieldError {
        match self.fields.get(index) {
            Some(def) => self.error(def.name(), def.key(), Some(def.kind()), cell, why),
            None => self.error("?", FieldKey::ID, None, cell, why),
        }
    }

    #[cold]
    pub(super) fn error(
        &self,
        field: &'static str,
        key: FieldKey,
        kind: Option<FieldKind>,
        cell: Cell<'_>,
        why: ValueError,
    ) -> FieldError {
        FieldError(Box::new(FieldErrorParts {
            type_name: self.projection.type_name(),
            object: self.projection.object(),
            record: self.known_id(),
            field,
            key,
            kind,
            value: cell.excerpt(),
            why,
        }))
    }
}
