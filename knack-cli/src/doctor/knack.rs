//! What Knack says: host, application, key, clock, limits.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use knack_runtime::headers::LimitHeaders;
use knack_runtime::key::ObjectKey;
use knack_runtime::schema::Application;
use knack_runtime::{ApplicationId, MetadataError};

use super::Finding;
use crate::args::DoctorArguments;
use crate::error::CliError;
use crate::folder::Folder;
use crate::quota::ask;
use crate::remote;
use crate::text::{grouped, in_words};

const HOSTS: &str =
    "is the application on this host? Accounts in the EU: --base-url https://eu-api.knack.com/v1";

/// The clock may be so far off that nobody notices: answers tell the time in whole seconds, and take their
/// time.
const CLOCK_MAY_BE_OFF: Duration = Duration::from_mins(1);

pub(crate) fn examine(asked: &DoctorArguments, err: &mut dyn Write) -> (Vec<Finding>, Option<Application>) {
    let known = known(asked);
    let app = match remote::application(&asked.remote, known, err) {
        Ok(app) => app,
        Err(error) => return (unreachable(&error), None),
    };
    let mut findings = vec![Finding::well("host", "it answers"), told(&app)];
    let object = app.objects.first().map_or(ObjectKey::new(1), |object| object.key);
    match ask::once(&asked.remote, &asked.key, known, object) {
        Ok(heard) => findings.extend([
            Finding::well("API key", "it was accepted"),
            clock(heard.limits.date),
            limits(&heard.limits),
        ]),
        Err(error) => {
            findings.push(key_finding(&error));
            findings
                .extend(["clock", "limits"].map(|about| Finding::unknown(about, "not told without a key")));
        }
    }
    (findings, Some(app))
}

/// The application of the folder, where nothing else names one.
fn known(asked: &DoctorArguments) -> Option<ApplicationId> {
    let (_, app) = Folder::to_read(asked.schema.as_deref()).ok()?.before().ok()??;
    app.id
}

fn told(app: &Application) -> Finding {
    let fields: usize = app.objects.iter().map(|object| object.fields.len()).sum();
    let zone = app.time_zone.as_deref().unwrap_or("of an unknown zone");
    let objects = app.objects.len();
    Finding::well("application", format!("{}: {objects} objects, {fields} fields, {zone}", app.name))
}

/// The first question was not answered: which of host and application is to blame.
fn unreachable(error: &CliError) -> Vec<Finding> {
    let first = match error {
        CliError::NoApplication => Finding::ill(
            "application",
            "none is named",
            "give --app ID or set KNACK_APP_ID: Builder, API & Code",
        ),
        CliError::Client(error) => Finding::ill("application", error.to_string(), "correct it and ask again"),
        CliError::Metadata(MetadataError::Refused { status, answer }) if status.is_server_error() => {
            Finding::ill(
                "host",
                format!("it answered {status}, `{answer}`"),
                "ask again later; status.knack.com tells of trouble",
            )
        }
        CliError::Metadata(MetadataError::Refused { status, answer }) => Finding::ill(
            "application",
            format!("the host has none with this id: it answered {status}, `{answer}`"),
            format!("is the id right? Builder, API & Code\n{HOSTS}"),
        ),
        CliError::Metadata(MetadataError::Schema(error)) => {
            Finding::ill("host", format!("it answers with something else: {error}"), HOSTS)
        }
        error => {
            Finding::ill("host", error.to_string(), "is the network there, and a proxy set (HTTPS_PROXY)?")
        }
    };
    let others = ["API key", "clock", "limits"].map(|about| Finding::unknown(about, "nobody to ask"));
    std::iter::once(first).chain(others).collect()
}

fn key_finding(error: &CliError) -> Finding {
    match error {
        CliError::NoKey(variable) => Finding::ill(
            "API key",
            format!("{variable} is not set"),
            format!("export {variable}=… (Builder, API & Code), or --key-file FILE"),
        ),
        CliError::KeyRefused(_) => Finding::ill(
            "API key",
            "it was not accepted",
            "take the one of this application: Builder, API & Code, and look for spaces and quotes around it",
        ),
        CliError::NoHeaders { answer, .. } => {
            Finding::ill("API key", format!("nothing is said of limits: {answer}"), HOSTS)
        }
        error => {
            Finding::ill("API key", error.to_string(), "ask again; if it stays so, see status.knack.com")
        }
    }
}

fn clock(date: Option<u64>) -> Finding {
    let Some(date) = date else { return Finding::unknown("clock", "the answer does not tell the time") };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let server = Duration::from_secs(date);
    let (off, way) = (now.abs_diff(server), if now > server { "ahead" } else { "behind" });
    if off <= CLOCK_MAY_BE_OFF {
        return Finding::well("clock", "right to the minute");
    }
    Finding::ill(
        "clock",
        format!("this machine is {} {way} of Knack", in_words(off)),
        "set the clock: the client does without it, reports and a ledger file do not",
    )
}

fn limits(limits: &LimitHeaders) -> Finding {
    let (Some(left), Some(limit)) = (limits.plan_remaining, limits.plan_limit) else {
        return Finding::unknown("limits", "the answer does not tell of the plan");
    };
    let left = u64::try_from(left).unwrap_or(0);
    let rate = limits.rate_limit.map(|rate| format!(", {rate} a second")).unwrap_or_default();
    let found = format!("{} of {} calls left today{rate}", grouped(left), grouped(limit));
    if left.saturating_mul(20) >= limit {
        return Finding::well("limits", found);
    }
    let reset = limits.plan_reset.map(|reset| format!(" in {}", in_words(reset))).unwrap_or_default();
    Finding::ill(
        "limits",
        found,
        format!("the day begins anew{reset}; what carries more: cargo knack plan --calls N"),
    )
}
