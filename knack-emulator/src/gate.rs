//! What every metered call passes first: application id and key, then the limits.

use std::time::Duration;

use http::StatusCode;
use http::header::HeaderMap;

use crate::answer::{Answer, Limits};
use crate::plan::DailyPlan;
use crate::window::StoredWindow;

/// Checks the two headers of object-based calls (`docs.knack.com/docs/object-based-requests`).
pub(crate) fn identify(headers: &HeaderMap, application: &str, key: &str) -> Result<(), Answer> {
    of_application(headers, application)?;
    match text(headers, "x-knack-rest-api-key") {
        None => Err(Answer::text(StatusCode::UNAUTHORIZED, "Invalid API Request")),
        Some(given) if given != key => Err(Answer::text(StatusCode::UNAUTHORIZED, "Invalid API Key")),
        Some(_) => Ok(()),
    }
}

/// Checks the headers of calls that any key may make: `knack`, the real one, or a token instead
/// (`docs.knack.com/docs/fileimage-uploads`).
pub(crate) fn identify_anyone(headers: &HeaderMap, application: &str) -> Result<(), Answer> {
    of_application(headers, application)?;
    match text(headers, "x-knack-rest-api-key").or_else(|| text(headers, "authorization")) {
        None => Err(Answer::text(StatusCode::UNAUTHORIZED, "Invalid API Request")),
        Some(_) => Ok(()),
    }
}

/// Checks whether a call is meant for this application.
pub(crate) fn of_application(headers: &HeaderMap, application: &str) -> Result<(), Answer> {
    let Some(id) = text(headers, "x-knack-application-id") else {
        return Err(Answer::text(StatusCode::UNAUTHORIZED, "Invalid API Request"));
    };
    if id != application {
        return Err(if id.len() == 24 && id.bytes().all(|c| c.is_ascii_hexdigit()) {
            Answer::text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error\n")
        } else {
            Answer::text(StatusCode::BAD_REQUEST, "Malformed App ID.")
        });
    }
    Ok(())
}

/// What a header says, if it says something.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

/// Both limits of an account.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) window: StoredWindow,
    pub(crate) plan: DailyPlan,
    /// Whether a refused call uses up the plan too.
    pub(crate) charge_refused: bool,
}

impl Gate {
    /// Judges one call at `wall` (since the Unix epoch): whether it passes, and its headers.
    /// With `throttle` it is refused although there is room.
    pub(crate) fn judge(&mut self, wall: Duration, throttle: bool) -> (bool, Limits) {
        // A spent plan refuses whatever the window says; that refusal takes no place in it.
        let spent = self.plan.left(wall) <= 0;
        let admission = if spent { self.window.peek(wall) } else { self.window.admit(wall) };
        let passes = !spent && admission.admitted && !throttle;
        if passes || self.charge_refused {
            self.plan.charge(wall);
        }
        let limits = Limits {
            plan_limit: self.plan.limit(),
            plan_left: self.plan.left(wall).max(0),
            plan_reset_ms: DailyPlan::reset_ms(wall),
            rate_limit: self.window.limit(),
            rate_left: if throttle && !spent { 0 } else { admission.remaining },
            rate_reset: admission.reset_epoch_ceil(),
        };
        (passes, limits)
    }
}
