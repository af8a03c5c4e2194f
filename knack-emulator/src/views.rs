//! Calls of views: `/v1/pages/{scene}/views/{view}/…` (`docs.knack.com/docs/view-based-requests`).
//! A view gives out what it shows and takes what it has inputs for.

mod context;
mod writes;

use std::time::Duration;

use http::StatusCode;

use crate::answer::Answer;
use crate::app::{App, Object};
use crate::gate;
use crate::json::{Look, Shape};
use crate::list;
use crate::manners::Manners;
use crate::pages::{Column, Scene, View, ViewKind};
use crate::query::Query;
use crate::routes::{self, Desk, Request};
use crate::sessions::users::User;
use crate::store::Store;

/// A call of one view, without its verb.
struct Call<'a> {
    app: &'a App,
    manners: Manners,
    wall: Duration,
    scene: &'a Scene,
    view: &'a View,
    /// The object whose records the view is about.
    place: usize,
    object: &'a Object,
    user: Option<&'a User>,
    query: Query,
}

/// Answers a call of a view that passed the gate; `rest` is the path behind the view.
pub(crate) fn answer(
    desk: &mut Desk<'_>,
    request: &Request,
    (scene, view): (&str, &str),
    rest: &[&str],
    user: Option<&User>,
) -> Answer {
    let Some(found) = desk.app.pages.view(scene, view) else {
        return Answer::server_error();
    };
    match rest {
        ["records"] => records(desk, request, found, None, user),
        ["records", id] => records(desk, request, found, Some(id), user),
        _ => Answer::no_route(&request.method, &request.path),
    }
}

/// Answers a call of a view's records, or of one of them.
fn records(
    desk: &mut Desk<'_>,
    request: &Request,
    (scene, view): (&Scene, &View),
    id: Option<&str>,
    user: Option<&User>,
) -> Answer {
    let Desk { app, store, manners, wall, .. } = desk;
    let Some((place, object)) = view.source.object.as_deref().and_then(|key| app.object(key)) else {
        return Answer::server_error();
    };
    let query = Query::parse(&request.query);
    let call = Call { app, manners: *manners, wall: *wall, scene, view, place, object, user, query };
    let answer = match (request.method.as_str(), id) {
        ("GET", None) => call.list(store),
        ("GET", Some(id)) => call.read(store, id),
        ("POST", None) => request.object().and_then(|body| call.insert(store, &body)),
        ("PUT", Some(id)) => request.object().and_then(|body| call.update(store, id, &body)),
        ("DELETE", Some(id)) => call.delete(store, id),
        _ => Err(Answer::no_route(&request.method, &request.path)),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

impl Call<'_> {
    fn list(&self, store: &Store) -> Result<Answer, Answer> {
        match self.view.kind {
            ViewKind::Records => {
                let scope = self.scope(store)?;
                let of = (self.place, self.object);
                let page = list::page((self.app, store), of, &scope, &self.query, self.wall, self.manners);
                Ok(routes::listed(page))
            }
            // The user's own record needs no id.
            ViewKind::Details | ViewKind::Update if self.view.source.user => self.read(store, ""),
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
                let own = |input: &usize| Column { field: (self.place, *input), through: None };
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

    /// The user, whom a view about the user cannot do without.
    fn user(&self) -> Result<&User, Answer> {
        self.user.ok_or_else(gate::unknown)
    }
}

/// What the view does not allow: a PUT through an insert form, a POST on a table, a DELETE without a
/// link to it. That such calls are refused is documented, the words are a guess.
fn refused() -> Answer {
    Answer::text(StatusCode::FORBIDDEN, "This view does not allow that.")
}
