//! Free text: the `q` of a list, which looks into the fields that are marked as searchable. It is not
//! documented; that it is ignored where no field is marked was seen on a live application in 2026.

use std::borrow::Cow;

use serde_json::Value;

use crate::app::{App, Field, Object};
use crate::check::fold;
use crate::filter;
use crate::kind::Kind;
use crate::query::Query;
use crate::render::is_blank;
use crate::store::{Row, Store};

/// A text to be found in any of some fields.
#[derive(Debug)]
pub(crate) struct Search {
    text: String,
    places: Vec<usize>,
}

impl Search {
    /// What a query looks for; `None` where it has no text, or the object no field to find it in.
    pub(crate) fn read(object: &Object, query: &Query) -> Option<Self> {
        let text = fold(query.get("q")?);
        let searchable = object.fields.iter().enumerate().filter(|(_, field)| field.searchable);
        let places: Vec<usize> = searchable.map(|(place, _)| place).collect();
        (!text.is_empty() && !places.is_empty()).then_some(Self { text, places })
    }

    /// Whether a record has the text, as it stands, in one of the fields. Whether Knack takes words apart is
    /// not known.
    pub(crate) fn admits(&self, (app, store): (&App, &Store), object: &Object, row: &Row) -> bool {
        self.places.iter().any(|&place| {
            let (Some(field), Some(cell)) = (object.fields.get(place), row.cells.get(place)) else {
                return false;
            };
            let raw = store.raw(app, field, cell);
            let texts = raw.as_deref().filter(|raw| !is_blank(raw)).map(|raw| texts(field, raw));
            texts.is_some_and(|texts| texts.iter().any(|text| fold(text).contains(&self.text)))
        })
    }
}

/// The texts that a value is found by: of connected records what they are called, else those of filters.
fn texts<'a>(field: &Field, raw: &'a Value) -> Vec<Cow<'a, str>> {
    let Kind::Connection { .. } = field.kind else { return filter::texts(&field.kind, &field.key, raw) };
    let links = raw.as_array().into_iter().flatten();
    links.filter_map(|link| link.get("identifier")?.as_str()).map(Cow::Borrowed).collect()
}
