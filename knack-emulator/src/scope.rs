//! What a list is narrowed to before a caller's own wishes: that of an object is everything, that of
//! a view is what the view shows.

use crate::app::{App, Object, Sort};
use crate::filter::Filter;
use crate::pages::Column;
use crate::store::{Row, Store};

/// A narrowed object. The default narrows nothing.
#[derive(Debug, Default)]
pub(crate) struct Scope<'a> {
    pub(crate) filter: Filter,
    pub(crate) within: Option<Within>,
    /// The order where a call asks for none; empty leaves that to the object.
    pub(crate) sort: &'a [Sort],
    /// How many records there are at most, on all pages together.
    pub(crate) limit: Option<usize>,
    /// Rows of a page where a call does not say.
    pub(crate) rows: Option<usize>,
    /// What is shown of each record, instead of everything.
    pub(crate) columns: Option<&'a [Column]>,
}

/// The records that belong to one other.
#[derive(Debug)]
pub(crate) enum Within {
    /// Those whose connection leads to it.
    Leading { connection: usize, to: String },
    /// Those that it leads to.
    Among(Vec<String>),
}

impl Scope<'_> {
    /// Whether every record is in it.
    pub(crate) fn is_everything(&self) -> bool {
        self.filter.is_none() && self.within.is_none() && self.limit.is_none()
    }

    pub(crate) fn admits(&self, scene: (&App, &Store), object: &Object, id: &str, row: &Row) -> bool {
        let within = self.within.as_ref().is_none_or(|within| within.holds(id, row));
        within && self.filter.admits(scene, object, id, row)
    }
}

impl Within {
    fn holds(&self, id: &str, row: &Row) -> bool {
        match self {
            Self::Leading { connection, to } => row.links(*connection).any(|link| link == to),
            Self::Among(ids) => ids.iter().any(|among| among == id),
        }
    }
}
