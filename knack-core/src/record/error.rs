//! What can be wrong with a record.

use std::fmt;

use crate::cell::ValueError;
use crate::key::{FieldKey, ObjectKey, RecordId};
use crate::kind::FieldKind;

/// A field of a record that could not be read: which object, record, field and value, and why.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::{RecordError, read_record};
///
/// let sent = br#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo","field_8":"many"}"#;
/// let customer = read_record::<Customer>(sent)?;
/// let Err(RecordError::Field(error)) = customer.result else { unreachable!() };
/// assert_eq!((error.field(), error.key().to_string().as_str(), error.value()), ("age", "field_8", "\"many\""));
/// assert_eq!(error.record(), customer.id);
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError(pub(super) Box<FieldErrorParts>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldErrorParts {
    pub(super) type_name: &'static str,
    pub(super) object: ObjectKey,
    pub(super) record: Option<RecordId>,
    pub(super) field: &'static str,
    pub(super) key: FieldKey,
    pub(super) kind: Option<FieldKind>,
    pub(super) value: String,
    pub(super) why: ValueError,
}

impl FieldError {
    /// The struct's field.
    pub fn field(&self) -> &'static str {
        self.0.field
    }

    /// The field's key in Knack.
    pub fn key(&self) -> FieldKey {
        self.0.key
    }

    /// The record, where its id could be read.
    pub fn record(&self) -> Option<RecordId> {
        self.0.record
    }

    /// The object's key.
    pub fn object(&self) -> ObjectKey {
        self.0.object
    }

    /// The beginning of the value as it came.
    pub fn value(&self) -> &str {
        &self.0.value
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FieldErrorParts { type_name, object, record, field, key, kind, value, why } = &*self.0;
        write!(f, "`{type_name}.{field}` ({object}, {key}")?;
        if let Some(kind) = kind {
            write!(f, ", {kind}")?;
        }
        f.write_str(")")?;
        if let Some(record) = record {
            write!(f, " of record {record}")?;
        }
        write!(f, " could not be read: the value {why}")?;
        if !value.is_empty() {
            write!(f, "; it is {value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldError {}

/// Why one record of a page could not be read.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::read_page;
///
/// let page = read_page::<Customer>(br#"{"records":[null,{"field_7":"Oslo"}]}"#)?;
/// let error = page.records[0].result.as_ref().unwrap_err();
/// assert_eq!(error.to_string(), "an entry of object_3 is no record but null");
/// assert!(page.records[1].result.is_ok()); // none costs the others
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// One field does not fit its Rust type.
    Field(FieldError),
    /// The record's JSON is broken; the answer was picked up again at the next record.
    Broken {
        /// The object's key.
        object: ObjectKey,
        /// Where in the answer, in bytes.
        at: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// Something else stands in the place of a record, such as `null`.
    NoRecord {
        /// The object's key.
        object: ObjectKey,
        /// The beginning of what stands there.
        value: String,
    },
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(error) => error.fmt(f),
            Self::Broken { object, at, expected } => write!(
                f,
                "a record of {object} is not valid JSON near byte {at} of the answer: expected {expected}"
            ),
            Self::NoRecord { object, value } => write!(f, "an entry of {object} is no record but {value}"),
        }
    }
}

impl std::error::Error for RecordError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Field(error) => Some(error),
            Self::Broken { .. } | Self::NoRecord { .. } => None,
        }
    }
}

impl From<FieldError> for RecordError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}
