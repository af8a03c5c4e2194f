//! Spans and events. They name objects and records, never values or credentials.

use knack_core::call::{Call, Verb};
use tracing::{Span, field};

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
