//! Calls of views: `/v1/pages/{scene}/views/{view}/…` (`docs.knack.com/docs/view-based-requests`).
//! A view gives out what it shows, as records, files and reports, and takes what it has inputs for.

mod context;
mod exports;
mod options;
mod reports;
mod writes;

use std::time::Duration;

use http::StatusCode;

use crate::answer::Answer;
use crate::app::{App, Object};
use crate::gate;
use crate::json::{Look, Shape};
use crate::list::{self, Entry};
use crate::manners::Manners;
use crate::pages::{Column, Scene, Source, View, ViewKind};
use crate::query::Query;
use crate::routes::{self, Desk, Request};
use crate::sessions::users::User;
use crate::store::Store;

/// A call of one view, without its verb.
#[derive(Clone, Copy)]
struct Visit<'a> {
    app: &'a App,
    manners: Manners,
    wall: Duration,
    scene: &'a Scene,
    view: &'a View,
    /// Where its records come from: the view's own source, unless a part of the view has another.
    source: &'a Source,
    /// The object of the source.
    place: usize,
    object: &'a Object,
    user: Option<&'a User>,
    query: &'a Query,
}

/// Answers a call of a view that passed the gate; `rest` is the path behind the view.
pub(crate) fn answer(
    desk: &mut Desk<'_>,
    request: &Request,
    (scene, view): (&str, &str),
    rest: &[&str],
    user: Option<&User>,
) -> Answer {
    let Desk { app, store, manners, wall, .. } = desk;
    let query = &Query::parse(&request.query);
    let visit = app.pages.view(scene, view).and_then(|(scene, view)| {
        let source = &view.source;
        let (place, object) = app.object(source.object.as_deref()?)?;
        let (manners, wall) = (*manners, *wall);
        Some(Visit { app, manners, wall, scene, view, source, place, object, user, query })
    });
    let Some(visit) = visit else {
        return Answer::server_error();
    };
    let answer = match (request.method.as_str(), rest) {
        ("GET", ["records"]) => visit.list(store),
        ("GET", ["records", id]) => visit.read(store, id),
        ("POST", ["records"]) => request.object().and_then(|body| visit.insert(store, &body)),
        ("PUT", ["records", id]) => request.object().and_then(|body| visit.update(store, id, &body)),
        ("DELETE", ["records", id]) => visit.delete(store, id),
        ("GET", ["records", "export", "applications", id]) => exports::answer(visit, store, id),
        ("GET", ["report"]) => reports::all(visit, store),
        ("GET", ["report", place]) => reports::one(visit, store, place),
        ("GET", ["connections", field]) => options::answer(visit, store, field),
        _ => Err(Answer::no_route(&request.method, &request.path)),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

impl<'a> Visit<'a> {
    /// The same call about another source; `None` where that has no object.
    fn about<'b>(self, source: &'b Source) -> Option<Visit<'b>>
    where
        'a: 'b,
    {
        let (place, object) = self.app.object(source.object.as_deref()?)?;
        Some(Visit { source, place, object, ..self })
    }
}

impl Visit<'_> {
    fn list(&self, store: &Store) -> Result<Answer, Answer> {
        match self.view.kind {
            ViewKind::Records => {
                let scope = self.scope(store)?;
                let of = (self.place, self.object);
                let page = list::page((self.app, store), of, &scope, self.query, self.wall, self.manners);
                Ok(routes::listed(page))
            }
            // The user's own record needs no id.
            ViewKind::Details | ViewKind::Update if self.source.user => self.read(store, ""),
            _ => Err(refused()),
        }
    }

    fn read(&self, store: &Store, id: &str) -> Result<Answer, Answer> {
        let id = self.reachable(store, id)?;
        let shape = Shape::of(self.query.get("format"));
        let look = |columns, id| Look { shape, columns: Some(columns), id };
        match self.view.kind {
            ViewKind::Records => self.record(store, id, look(&self.view.columns, true)).map(routes::ok),
            ViewKind::Details => {
                let look = look(&self.view.columns, self.manners.details_have_id);
                self.record(store, id, look).map(routes::ok)
            }
            ViewKind::Update => {
                let own = |input: &usize| Column { field: (self.place, *input), through: None, header: None };
                let columns: Vec<Column> = self.view.inputs.iter().map(own).collect();
                let record = self.record(store, id, look(&columns, true))?;
                Ok(routes::ok([b"{\"record\":".as_slice(), &record, b"}"].concat()))
            }
            ViewKind::Insert | ViewKind::Other => Err(refused()),
        }
    }

    fn record(&self, store: &Store, id: &str, look: Look<'_>) -> Result<Vec<u8>, Answer> {
        routes::record((self.app, store), (self.place, self.object), id, look, self.manners)
    }

    /// All records of the source that the call's filters admit, in the call's order.
    fn found<'s>(&self, store: &'s Store) -> Result<Vec<Entry<'s>>, Answer> {
        let scope = self.scope(store)?;
        let of = (self.place, self.object);
        let found = list::found((self.app, store), of, &scope, self.query, self.wall, self.manners);
        found.map_err(|why| routes::not_understood(&why))
    }

    /// The user, whom a view about the user cannot do without.
    fn user(&self) -> Result<&User, Answer> {
        self.user.ok_or_else(|| gate::unknown(self.manners))
    }
}

/// What the view does not allow: a PUT through an insert form, a POST on a table, a DELETE without a
/// link to it. That such calls are refused is documented, the words are a guess.
fn refused() -> Answer {
    Answer::text(StatusCode::FORBIDDEN, "This view does not allow that.")
}
