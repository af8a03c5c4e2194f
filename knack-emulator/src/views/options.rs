//! The options of a connection input: the records that may be chosen, by what names them.

use serde_json::{Value, json};

use super::Visit;
use crate::answer::Answer;
use crate::list;
use crate::pages::{Column, Source};
use crate::routes;
use crate::store::Store;

/// The most options of one answer, which is what the live app asks for.
const MOST: usize = 2_000;

/// The records that a connection of the view leads to.
pub(super) fn answer(visit: Visit<'_>, store: &Store, field: &str) -> Result<Answer, Answer> {
    let target = connection(visit, field).ok_or_else(|| Answer::bad_request("Bad Request"))?;
    let source = Source { object: Some(target.to_owned()), ..Source::default() };
    let targets = visit.about(&source).ok_or_else(Answer::server_error)?;
    let found = targets.found(store)?;
    let options = list::asked(&found, visit.query).iter().take(MOST).map(|(id, row)| {
        let identifier = store.label(visit.app, targets.object, row, 3).unwrap_or_default();
        json!({"id": id, "identifier": identifier})
    });
    let options: Vec<Value> = options.collect();
    Ok(routes::ok(json!({ "records": options }).to_string()))
}

/// The object that a connection leads to, if the view has it as an input or a column.
fn connection<'a>(visit: Visit<'a>, field: &str) -> Option<&'a str> {
    let place = visit.object.place(field)?;
    let shown = |column: &Column| column.field == (visit.place, place);
    let of_view = visit.view.inputs.contains(&place) || visit.view.columns.iter().any(shown);
    visit.object.fields.get(place).filter(|_| of_view)?.kind.target()
}
