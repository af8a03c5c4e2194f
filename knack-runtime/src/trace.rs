//! Spans and events. They name objects and records, never values or credentials.

use knack_core::call::{Call, Verb};
use tracing::{Span, field, warn};

macro_rules! span {
    ($name:literal, $call:expr) => {
        tracing::info_span!(
            $name,
            object = %$call.label().object(),
            record = field::Empty,
            attempts = field::Empty,
            status = field::Empty,
        )
    };
}

/// A span named after the verb.
pub(crate) fn span(call: &Call) -> Span {
    let span = match call.verb() {
        Verb::List => span!("knack.list", call),
        Verb::Get => span!("knack.get", call),
        Verb::Create => span!("knack.create", call),
        Verb::Update => span!("knack.update", call),
        Verb::Delete => span!("knack.delete", call),
        _ => span!("knack.call", call),
    };
    if let Some(record) = call.label().record() {
        span.record("record", field::display(record));
    }
    span
}

/// The longest query that goes without a word. Servers often take no more than 8 KB in a URL, and Knack does not
/// say how much it takes.
const LONG_QUERY: usize = 6_000;

/// Tells of a query that the server may find too long.
pub(crate) fn long_query(call: &Call) {
    let bytes = call.query().len();
    if bytes > LONG_QUERY {
        warn!(bytes, "the query is long, and the server may refuse it: filter by less, or in several lists");
    }
}
