//! What the control pages tell of the server, as JSON.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::number;
use crate::app::{App, Field, Object};
use crate::emulator::Emulator;
use crate::list;
use crate::live::{Counts, Who};
use crate::plan::DailyPlan;
use crate::query::Query;
use crate::redact;
use crate::scope::Scope;
use crate::seen::Seen;

/// Of a body beyond so many bytes only what is shown is looked at: the page looks once a second, and files are large.
const LARGE: usize = 64 * 1024;

pub(super) fn state(knack: &Emulator) -> Value {
    let mut state = knack.state();
    let wall = knack.wall();
    let rate = state.gate.peek(wall);
    let (calls, used, left) =
        (state.gate.plan.limit(), state.gate.plan.used(wall), state.gate.plan.left(wall));
    json!({
        "application": {"id": knack.application_id(), "name": knack.application_name()},
        "now_ms": milliseconds(wall),
        "calls": state.calls,
        "refused": state.refused,
        "plan": {"calls": calls, "used": used, "left": left, "reset_ms": DailyPlan::reset_ms(wall)},
        "rate": {"calls": rate.rate_limit, "left": rate.rate_left},
        "window": state.gate.window.window().to_string(),
        "faults": state.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// Calls a day, and those used today.
pub(super) fn plan(knack: &Emulator) -> (u64, u64) {
    let mut state = knack.state();
    let wall = knack.wall();
    (state.gate.plan.limit(), state.gate.plan.used(wall))
}

pub(super) fn live(knack: &Emulator) -> Value {
    let wall = knack.wall();
    let picture = knack.state().live.picture(wall.as_secs());
    let counts = |counts: Counts| json!({"answered": counts.answered, "refused": counts.refused, "failed": counts.failed});
    let seconds = picture.seconds.into_iter().map(|(at, of)| with(counts(of), "at_s", json!(at)));
    let clients = picture
        .clients
        .into_iter()
        .map(|(name, of, latest)| with(with(counts(of), "client", json!(name)), "latest_s", json!(latest)));
    json!({
        "now_ms": milliseconds(wall),
        "seconds": seconds.collect::<Vec<_>>(),
        "clients": clients.collect::<Vec<_>>(),
    })
}

pub(super) fn faults(knack: &Emulator) -> Value {
    knack.faults().iter().map(|fault| json!(fault.to_string())).collect()
}

pub(super) fn requests(knack: &Emulator, query: &Query) -> Result<Value, String> {
    let (last, cut) = (number(query, "last")?, number(query, "cut")?);
    let (app, seen) = {
        let state = knack.state();
        (Arc::clone(&state.app), state.log.latest(last.unwrap_or(usize::MAX)))
    };
    Ok(seen.iter().map(|seen| request((knack, &app), seen, cut.unwrap_or(usize::MAX))).collect())
}

fn request((knack, app): (&Emulator, &App), (number, seen): &(u64, Seen), cut: usize) -> Value {
    let headers: Map<String, Value> =
        seen.shown_headers().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let whole = seen.body.len() <= LARGE;
    let part = seen.body.get(..cut).filter(|_| !whole).unwrap_or(&seen.body);
    let body = redact::request(app, part);
    json!({
        "number": number,
        "method": seen.method.as_str(),
        "path": seen.path,
        "query": seen.shown_query(),
        "client": Who::sent(seen).to_string(),
        "headers": headers,
        "body": beginning(body.as_bytes(), cut),
        "body_bytes": seen.body.len(),
        "body_cut": part.len() < seen.body.len() || body.len() > cut,
        "at_ms": milliseconds(seen.at),
        "wall_ms": milliseconds(knack.core.clock.wall(seen.at)),
        "status": seen.status,
        "refused": seen.refused,
        "answer": beginning(&seen.answer, cut),
        "answer_bytes": seen.answer_bytes,
        "answer_cut": seen.answer.len() > cut || seen.answer_is_cut(),
    })
}

/// So many bytes of a body as text.
fn beginning(body: &[u8], most: usize) -> Cow<'_, str> {
    let cut = body.get(..most).unwrap_or(body);
    // A character that was cut in two is left out.
    let whole = cut.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    if cut.len() - whole.len() < 4 { Cow::Borrowed(whole) } else { String::from_utf8_lossy(cut) }
}

/// The objects, and the fields of all of them or of the one that the query names: the page looks once a second, and
/// large applications have thousands.
pub(super) fn objects(knack: &Emulator, query: &Query) -> Value {
    let (app, counts): (_, Vec<usize>) = {
        let state = knack.state();
        (Arc::clone(&state.app), state.store.tables.iter().map(|table| table.rows.len()).collect())
    };
    let field = |field: &Field| {
        json!({"key": field.key, "name": field.name, "required": field.required,
            "type": field.meta.get("type")})
    };
    let of = query.get("of");
    let object = |(object, records): (&Object, usize)| {
        let told = json!({"key": object.key, "name": object.name, "records": records});
        let is_asked = of.is_none_or(|of| of == object.key);
        if is_asked { with(told, "fields", object.fields.iter().map(field).collect()) } else { told }
    };
    app.objects.iter().zip(counts).map(object).collect()
}

/// An object with one entry more.
fn with(mut told: Value, name: &str, value: Value) -> Value {
    if let Value::Object(map) = &mut told {
        map.insert(name.to_owned(), value);
    }
    told
}

/// A list as Knack gives it.
pub(super) fn records(knack: &Emulator, key: &str, query: &Query) -> Result<Vec<u8>, String> {
    let state = knack.state();
    let wall = knack.wall();
    let of = state
        .app
        .object(key)
        .ok_or_else(|| format!("there is no object `{key}`; GET /_emulator/objects lists them"))?;
    list::page((&state.app, &state.store), of, &Scope::default(), query, wall, knack.core.manners)
}

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
