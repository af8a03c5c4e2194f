//! The options of a connection input: the records that may be chosen, by what names them.

use http::StatusCode;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::kind::Kind;
use crate::source::{self, Visit};

/// The most options of one answer, which is what the live app asks for.
const MOST: usize = 2_000;

/// The records that a connection of the view leads to.
pub(crate) fn answer(visit: &Visit<'_>, field: &str) -> Answer {
    let shown = visit.object(visit.source()).and_then(|(_, object)| {
        source::fields(visit.view, object).into_iter().find(|shown| shown.field.key == field)
    });
    let Some(shown) = shown else {
        return Answer::bad_request("Bad Request");
    };
    let Kind::Connection { object: target, .. } = &shown.field.kind else {
        return Answer::bad_request("Bad Request");
    };
    let Some((_, object)) = visit.app.object(target) else {
        return Answer::server_error();
    };
    let found = match visit.records(&json!({ "object": target })) {
        Ok(found) => found,
        Err(why) => return Answer::json(StatusCode::BAD_REQUEST, json!({ "message": why }).to_string()),
    };
    let options = source::page(&found, visit.query).iter().take(MOST).map(|(id, row)| {
        let identifier = visit.store.label(visit.app, object, row, 3).unwrap_or_default();
        json!({"id": id, "identifier": identifier})
    });
    let options: Vec<Value> = options.collect();
    Answer::json(StatusCode::OK, json!({ "records": options }).to_string())
}
