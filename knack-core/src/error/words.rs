//! The messages: what happened, how long, how often, and what to do next.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::advice::in_words;
use crate::call::{Label, Verb};
use crate::error::Error;
use crate::key::RecordId;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RateLimited { call, deadline, estimate, refusals } => write!(
                f,
                "{call} was given up: {} before its deadline of {deadline:?}; \
                 send fewer calls at once or allow more time with `with_deadline`",
                waiting_for(*estimate, *refusals)
            ),
            Self::PlanExhausted { call, resets_in } => write!(
                f,
                "{call} was not done: the plan's calls of the day are used up{}; \
                 wait until then (`wait_for_plan` does), or raise the plan",
                resets(*resets_in)
            ),
            Self::PlanKept { call, left, resets_in } => write!(
                f,
                "{call} was not done: the plan's last {left} calls of the day are kept for interactive calls and \
                 for jobs that reserved them{}; wait until then (`wait_for_plan` does), or raise the plan",
                resets(*resets_in)
            ),
            Self::NotReserved(shortage) => shortage.fmt(f),
            Self::Ambiguous { call, cause } => write!(
                f,
                "{call} may or may not have been carried out: {cause}; \
                 look whether the record is there before you send it again"
            ),
            Self::Validation(validation) => validation.fmt(f),
            Self::Auth { call, status, message } => {
                write!(f, "{call} was refused ({status}): {message}; {}", auth_hint(call, message))
            }
            Self::SessionOver { call, cause } => {
                write!(f, "{call} was not done: {}; log in again", session_over(cause.as_deref()))
            }
            Self::NotFound { call } => {
                write!(f, "{call} found nothing: there is no such record, or it was deleted")
            }
            Self::Unreadable(record) => {
                write!(f, "{record}; change the struct's field to fit, or mend the record in Knack")
            }
            Self::Created { call, record, cause } => write!(
                f,
                "{call} made {}, but its answer does not fit: {cause}; do not send it again, change the struct's \
                 field to fit",
                made(*record)
            ),
            Self::Updated { call, cause } => write!(
                f,
                "{call} was carried out, but its answer does not fit: {cause}; \
                 change the struct's field to fit, or mend the record in Knack"
            ),
            Self::Malformed { call, answer } => {
                write!(f, "{call} got an answer that could not be read: {answer}")
            }
            Self::Api { call, status, message, attempts } => write!(
                f,
                "{call} {}{}: {message}{}",
                outcome(*status),
                tried(*attempts),
                status_hint(call.verb(), *status)
            ),
            Self::Transport { call, source, attempts } => write!(
                f,
                "{call} failed: {source}, after {attempts} attempt{}; check the network and the base URL",
                plural(*attempts)
            ),
            Self::Local { call, trouble } => write!(f, "{call} failed here: {trouble}"),
            Self::Invalid { call, problem } => {
                write!(f, "{call} was not {}: {problem}", sent_or_done(call.verb()))
            }
        }
    }
}

fn waiting_for(estimate: Option<Duration>, refusals: u32) -> String {
    let mut text = match estimate {
        Some(estimate) => {
            format!("under the rate limit no answer comes before {estimate:.1?}, which is not")
        }
        None => "the rate limit left no room".to_owned(),
    };
    if refusals > 0 {
        text = format!("the server refused it {refusals} time{} (429), and {text}", plural(refusals));
    }
    text
}

pub(crate) fn resets(resets_in: Option<Duration>) -> String {
    resets_in.map(|left| format!(", for another {}", in_words(left))).unwrap_or_default()
}

fn session_over(cause: Option<&Error>) -> String {
    cause.map_or_else(
        || "the user has logged out".to_owned(),
        |cause| format!("the user's session is over ({cause})"),
    )
}

fn made(record: Option<RecordId>) -> String {
    record.map_or_else(|| "a record".to_owned(), |id| format!("record {id}"))
}

/// Files are judged on their way as well.
fn sent_or_done(verb: Verb) -> &'static str {
    if matches!(verb, Verb::Upload | Verb::Download) { "done" } else { "sent" }
}

const fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Whether a call failed, or was answered well and did not do what was asked.
fn outcome(status: StatusCode) -> String {
    if status.is_success() {
        format!("was answered ({status}), but not as asked")
    } else {
        format!("failed ({status})")
    }
}

fn tried(attempts: u32) -> String {
    if attempts > 1 { format!(" after {attempts} attempts") } else { String::new() }
}

fn auth_hint(call: &Label, message: &str) -> &'static str {
    let message = message.to_ascii_lowercase();
    if call.verb() == Verb::Login && !message.contains("app id") {
        if message.contains("lock") || message.contains("attempts") {
            "wait until the lock is over, and check the password"
        } else {
            "check the e-mail and the password; who logs in by single sign-on cannot do so here"
        }
    } else if message.contains("api key") {
        "check the API key (Builder, API & Code) and that it is of this application"
    } else if message.contains("app id") || message.contains("api request") {
        "check the application id (Builder, API & Code)"
    } else if call.view().is_some() {
        "log in as a user whose roles may see the page"
    } else if message.contains("token") || message.contains("reauthenticate") {
        "log in again"
    } else {
        "check the credentials and what they may access"
    }
}

fn status_hint(verb: Verb, status: StatusCode) -> &'static str {
    match status.as_u16() {
        300..=399 if verb == Verb::Download => "",
        500 => "; Knack answers 500 also for an unknown application or object: check both ids",
        502..=504 => "; Knack or a gateway before it is in trouble: try again later",
        414 | 431 => "; the query is too long for the server: filter by less, or in several lists",
        300..=399 => {
            "; redirects are not followed, since they would carry the key elsewhere: check the base URL"
        }
        _ => "",
    }
}
