//! What a view gives beside its records: reports, files of its records, and the options of its inputs.

use std::time::Duration;

use http::Method;

use crate::answer::Answer;
use crate::app::App;
use crate::query::Query;
use crate::routes::{Manners, Request};
use crate::source::Visit;
use crate::store::Store;
use crate::{exports, options, reports};

/// Whether a call is one of these. `pages` and `scenes` are the same.
pub(crate) fn concerns(method: &Method, steps: &[&str]) -> bool {
    method == Method::GET
        && matches!(
            steps,
            ["pages" | "scenes", _, "views", _, "report" | "connections", ..]
                | ["pages" | "scenes", _, "views", _, "records", "export", ..]
        )
}

/// Answers such a call; `None` for any other request.
pub(crate) fn answer(
    (app, store): (&App, &Store),
    manners: Manners,
    request: &Request,
    steps: &[&str],
    wall: Duration,
) -> Option<Answer> {
    let ["pages" | "scenes", scene, "views", view, rest @ ..] = steps else { return None };
    if !concerns(&request.method, steps) {
        return None;
    }
    let Some(view) = app.view(scene, view) else {
        return Some(Answer::server_error());
    };
    let query = Query::parse(&request.query);
    let visit = Visit { app, store, scene, view, query: &query, user: None, wall, manners };
    Some(match rest {
        ["report"] => reports::all(&visit),
        ["report", place] => reports::one(&visit, place),
        ["records", "export", "applications", id] => exports::answer(&visit, id),
        ["connections", field] => options::answer(&visit, field),
        _ => return None,
    })
}
