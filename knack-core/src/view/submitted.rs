//! What a form answers.

use std::fmt;

use bytes::Bytes;
use serde_json::Value;

use crate::call::{Call, Label};
use crate::error::{Error, MalformedAnswer, Result};
use crate::key::RecordId;
use crate::record::{Record, read_record};

/// The answer to a form that was sent: the record that it made, and the rule that says what the page shows
/// then.
///
/// Source: docs.knack.com/docs/view-based-requests.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/catalog.rs")); } use doc::*;
/// # #[derive(knack_derive::KnackObject)]
/// # #[knack(object = "object_1", crate = knack_core)]
/// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let knack = Canned(r#"{"record":{"id":"5d7964422d7159001659b27a","field_5":"Fjord"},"submit_key":"submit_1"}"#);
/// let done = SignUp::create(&knack, &SignUp { company: "Fjord".into(), partner: None }).await?;
/// assert_eq!(done.id().unwrap().to_string(), "5d7964422d7159001659b27a");
/// assert_eq!(done.record::<Customer>()?.company, "Fjord");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Submitted {
    call: Label,
    id: Option<RecordId>,
    submit_key: Option<String>,
    body: Bytes,
}

impl Submitted {
    /// Reads an answer, bare or wrapped. What cannot be read may have been done all the same.
    pub(crate) fn read(call: &Call, body: Bytes) -> Result<Self> {
        let call = *call.label();
        let no_object = || Error::Ambiguous {
            call,
            cause: Box::new(Error::Malformed { call, answer: MalformedAnswer::new(&body, 0, "a record") }),
        };
        let answer: Value = serde_json::from_slice(&body).map_err(|_| no_object())?;
        let wrapped = answer.get("record").filter(|record| record.is_object());
        let text = |value: &Value, name| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let id = text(wrapped.unwrap_or(&answer), "id").and_then(|id| id.parse().ok());
        if wrapped.is_none() && id.is_none() {
            return Err(no_object());
        }
        Ok(Self { call, id, submit_key: text(&answer, "submit_key"), body })
    }

    /// The id of the record that was made; `None` where the answer does not tell.
    pub const fn id(&self) -> Option<RecordId> {
        self.id
    }

    /// The key of the submit rule that holds, such as `submit_1`; it is the page's to carry it out.
    pub fn submit_key(&self) -> Option<&str> {
        self.submit_key.as_deref()
    }

    /// The record that was made, as any struct of its object. [`Error::Created`] if it does not fit.
    pub fn record<T: Record>(&self) -> Result<T> {
        let record = read_record::<T>(&self.body);
        let record = record.map_err(|answer| Error::Malformed { call: self.call, answer })?;
        record.result.map_err(|cause| Error::Created { call: self.call, record: self.id, cause })
    }
}

/// Without the values: they are the user's.
impl fmt::Debug for Submitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submitted")
            .field("id", &self.id)
            .field("submit_key", &self.submit_key)
            .finish_non_exhaustive()
    }
}
