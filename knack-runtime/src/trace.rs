//! Spans and events. They name objects and records, never values or credentials.

use knack_core::call::{Call, Verb};
use tracing::{Span, field, warn};

macro_rules! span {
    ($name:literal) => {
        tracing::info_span!(
            $name,
            object = field::Empty,
            view = field::Empty,
            record = field::Empty,
            attempts = field::Empty,
            status = field::Empty,
        )
    };
}

/// A span named after the verb.
pub(crate) fn span(call: &Call) -> Span {
    let span = match call.verb() {
        Verb::List => span!("knack.list"),
        Verb::Get => span!("knack.get"),
        Verb::Create => span!("knack.create"),
        Verb::Update => span!("knack.update"),
        Verb::Delete => span!("knack.delete"),
        Verb::Report => span!("knack.report"),
        Verb::Options => span!("knack.options"),
        Verb::Export => span!("knack.export"),
        Verb::Login => span!("knack.login"),
        Verb::Session => span!("knack.session"),
        Verb::Logout => span!("knack.logout"),
        Verb::Upload => span!("knack.upload"),
        Verb::Download => span!("knack.download"),
        _ => span!("knack.call"),
    };
    let label = call.label();
    if let Some(object) = label.object() {
        span.record("object", field::display(object));
    }
    if let Some(view) = label.view() {
        span.record("view", field::display(view));
    }
    if let Some(record) = label.record() {
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
