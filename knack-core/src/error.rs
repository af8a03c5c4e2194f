//! What can go wrong, in one enum: what happened, to which object and record, and what to do next.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::call::Label;
use crate::cell::ValueError;
use crate::key::FieldKey;
use crate::object::Projection;
use crate::record::RecordError;
use crate::transport::TransportError;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that a call can end with besides its answer.
///
/// No variant holds a secret: keys and tokens are sent in headers, which no message repeats.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The limit of calls a second leaves no room before the call's deadline.
    #[error(
        "{call} was given up: {} before its deadline of {deadline:?}; \
         send fewer calls at once or allow more time with `with_deadline`",
        waiting_for(*.estimate, *.refusals)
    )]
    RateLimited {
        /// The call.
        call: Label,
        /// The deadline, counted from the beginning of the call.
        deadline: Duration,
        /// When it could have been sent at the earliest, counted from the beginning of the call,
        /// where that was known.
        estimate: Option<Duration>,
        /// How often the server had refused it with a 429.
        refusals: u32,
    },

    /// The day's calls are used up.
    #[error(
        "{call} was not done: the plan's calls of the day are used up{}; \
         wait until then (`wait_for_plan` does), or raise the plan",
        resets(*.resets_in)
    )]
    PlanExhausted {
        /// The call.
        call: Label,
        /// How long until the day's count begins anew, by the server's word.
        resets_in: Option<Duration>,
    },

    /// A write was sent and no answer tells whether it was carried out.
    #[error(
        "{call} may or may not have been carried out: {cause}; \
         look whether the record is there before you send it again"
    )]
    Ambiguous {
        /// The call.
        call: Label,
        /// What came instead of an answer.
        cause: Box<Error>,
    },

    /// Knack refused the values.
    #[error("{0}")]
    Validation(Validation),

    /// Knack did not accept the credentials.
    #[error("{call} was refused ({status}): {message}; {}", auth_hint(.message))]
    Auth {
        /// The call.
        call: Label,
        /// 400, 401 or 403.
        status: StatusCode,
        /// Knack's own words.
        message: String,
    },

    /// The record does not exist.
    #[error("{call} found nothing: there is no such record, or it was deleted")]
    NotFound {
        /// The call.
        call: Label,
    },

    /// A record came, but does not fit the struct.
    #[error("{0}; change the struct's field to fit, or mend the record in Knack")]
    Unreadable(RecordError),

    /// The answer is not what the API gives.
    #[error("{call} got an answer that could not be read: {answer}")]
    Malformed {
        /// The call.
        call: Label,
        /// What is wrong with it.
        answer: MalformedAnswer,
    },

    /// Another answer that is no success.
    #[error("{call} failed ({status}){}: {message}{}", tried(*.attempts), status_hint(*.status))]
    Api {
        /// The call.
        call: Label,
        /// The status.
        status: StatusCode,
        /// Knack's own words, or what stands for them.
        message: String,
        /// How often it was tried.
        attempts: u32,
    },

    /// No usable answer came.
    #[error("{call} failed: {source}, after {attempts} attempt{}; check the network and the base URL", plural(*.attempts))]
    Transport {
        /// The call.
        call: Label,
        /// What the transport says.
        source: TransportError,
        /// How often it was tried.
        attempts: u32,
    },

    /// The call could not be made from what was given; nothing was sent.
    #[error("{call} was not sent: {problem}")]
    Invalid {
        /// The call.
        call: Label,
        /// What is wrong, to which field.
        problem: String,
    },
}

impl Error {
    /// The HTTP status, where there was an answer with one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Auth { status, .. } | Self::Api { status, .. } => Some(*status),
            Self::Validation(validation) => validation.status,
            _ => None,
        }
    }

    /// Whether the same call may succeed later without being changed, and sending it again does
    /// no harm.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::PlanExhausted { .. } => true,
            Self::Transport { source, .. } => source.failure() != crate::transport::Failure::Protocol,
            Self::Api { status, .. } => status.is_server_error(),
            _ => false,
        }
    }

    /// Whether a write may have been carried out although it failed.
    pub const fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Ambiguous { .. })
    }
}

fn waiting_for(estimate: Option<Duration>, refusals: u32) -> String {
    let mut text = match estimate {
        Some(estimate) => {
            format!("the rate limit lets it go after {:.1} s, which is not", estimate.as_secs_f64())
        }
        None => "the rate limit left no room".to_owned(),
    };
    if refusals > 0 {
        text = format!("the server refused it {refusals} time{} (429), and {text}", plural(refusals));
    }
    text
}

fn resets(resets_in: Option<Duration>) -> String {
    resets_in.map(|left| format!(", for another {}", in_words(left))).unwrap_or_default()
}

/// `2 h 58 min`, `12 s`.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

const fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn tried(attempts: u32) -> String {
    if attempts > 1 { format!(" after {attempts} attempts") } else { String::new() }
}

fn auth_hint(message: &str) -> &'static str {
    let message = message.to_ascii_lowercase();
    if message.contains("api key") {
        "check the API key (Builder, API & Code) and that it is of this application"
    } else if message.contains("app id") || message.contains("api request") {
        "check the application id (Builder, API & Code)"
    } else if message.contains("token") || message.contains("reauthenticate") {
        "log in again"
    } else {
        "check the credentials and what they may access"
    }
}

fn status_hint(status: StatusCode) -> &'static str {
    match status.as_u16() {
        500 => "; Knack answers 500 also for an unknown application or object: check both ids",
        502..=504 => "; Knack or a gateway before it is in trouble: try again later",
        300..=399 => {
            "; redirects are not followed, since they would carry the key elsewhere: check the base URL"
        }
        _ => "",
    }
}

/// Values that Knack refused, each with the struct's field where it is known.
///
/// ```
/// # fn show(error: knack_core::Error) {
/// if let knack_core::Error::Validation(validation) = error {
///     for problem in validation.problems() {
///         println!("{}: {}", problem.field().unwrap_or("?"), problem.message());
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Validation {
    pub(crate) call: Label,
    pub(crate) status: Option<StatusCode>,
    pub(crate) problems: Vec<Problem>,
}

impl Validation {
    /// What is wrong, value by value.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The call that was refused.
    pub fn call(&self) -> &Label {
        &self.call
    }
}

impl fmt::Display for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_whom = if self.status.is_some() { "Knack refused it" } else { "it was not sent" };
        write!(f, "{} has wrong values ({by_whom}): ", self.call)?;
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if index > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

/// One value that Knack refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub(crate) field: Option<&'static str>,
    pub(crate) key: Option<FieldKey>,
    pub(crate) rule: String,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn required(projection: &Projection, key: FieldKey) -> Self {
        let def = projection.fields().iter().find(|def| def.key() == key);
        let field = def.map(crate::object::FieldDef::name);
        Self { field, key: Some(key), rule: "required".into(), message: "a value is required".into() }
    }

    /// The struct's field.
    pub fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// The field's key in Knack.
    pub fn key(&self) -> Option<FieldKey> {
        self.key
    }

    /// Which rule was broken, in Knack's word: `required`, `unique`.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Knack's own words.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.field, self.key) {
            (Some(field), Some(key)) => write!(f, "`{field}` ({key}): {}", self.message),
            (None, Some(key)) => write!(f, "{key}: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

/// An answer that is not the JSON that the API gives: where reading stopped, and how it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedAnswer {
    at: usize,
    expected: &'static str,
    length: usize,
    beginning: String,
}

impl MalformedAnswer {
    pub(crate) fn new(body: &[u8], at: usize, expected: &'static str) -> Self {
        let beginning = String::from_utf8_lossy(body.get(..200).unwrap_or(body));
        let beginning = beginning.trim().chars().take(60).collect();
        Self { at, expected, length: body.len(), beginning }
    }

    fn is_html(&self) -> bool {
        self.beginning.starts_with('<')
    }
}

impl fmt::Display for MalformedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, expected, length, beginning } = self;
        if *length == 0 {
            return f.write_str("it is empty");
        }
        if self.is_html() {
            return write!(
                f,
                "it is an HTML page, not JSON ({beginning}…); check the base URL and any proxy"
            );
        }
        if at >= length {
            return write!(f, "it ends after {length} bytes where {expected} was expected");
        }
        write!(f, "expected {expected} at byte {at} of {length}; it begins with {beginning}")
    }
}

impl std::error::Error for MalformedAnswer {}

/// The error that an answer without success stands for.
///
/// Source: docs.knack.com/reference/response-format; plain text is the rule, JSON the exception.
pub fn from_answer(
    call: &Label,
    projection: Option<&Projection>,
    status: StatusCode,
    attempts: u32,
    body: &[u8],
) -> Error {
    let call = *call;
    let body = Body::of(body);
    let message = body.message();
    match status.as_u16() {
        400 if !body.problems(projection).is_empty() => {
            Error::Validation(Validation { call, status: Some(status), problems: body.problems(projection) })
        }
        401 | 403 => Error::Auth { call, status, message },
        400 if message.contains("App ID") => Error::Auth { call, status, message },
        404 if call.record().is_some() => Error::NotFound { call },
        _ => Error::Api { call, status, message, attempts },
    }
}

struct Body {
    text: String,
    json: serde_json::Value,
}

impl Body {
    fn of(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body).trim().to_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { text, json }
    }

    /// The entries of `{"errors":[{"field":…,"type":…,"message":…}]}` that name a rule or field.
    fn problems(&self, projection: Option<&Projection>) -> Vec<Problem> {
        let errors = self.json.get("errors").and_then(|errors| errors.as_array());
        let text =
            |entry: &serde_json::Value, key| entry.get(key).and_then(|v| v.as_str()).map(str::to_owned);
        let read = |entry: &serde_json::Value| {
            let key: Option<FieldKey> = text(entry, "field").and_then(|key| key.parse().ok());
            let fields = projection.map(Projection::fields).unwrap_or_default();
            let def = fields.iter().find(|def| Some(def.key()) == key);
            Problem {
                field: def.map(crate::object::FieldDef::name),
                key,
                rule: text(entry, "type").unwrap_or_default(),
                message: text(entry, "message").or(entry.as_str().map(str::to_owned)).unwrap_or_default(),
            }
        };
        errors.map(|errors| errors.iter().map(read).collect()).unwrap_or_default()
    }

    /// Knack's own words, wherever they stand, shortened.
    fn message(&self) -> String {
        let first = self.json.get("errors").and_then(|errors| errors.get(0));
        let places = [
            first.and_then(|error| error.get("message")),
            first,
            self.json.get("message"),
            self.json.get("error"),
        ];
        if let Some(message) = places.into_iter().flatten().find_map(|place| place.as_str()) {
            return message.chars().take(300).collect();
        }
        if self.text.is_empty() {
            "no message".to_owned()
        } else if self.text.starts_with('<') {
            "an HTML page".to_owned()
        } else {
            self.text.chars().take(300).collect()
        }
    }
}

/// A value that could not be written, as an error of the call that should have sent it.
pub(crate) fn unwritable(call: Label, field: &str, key: FieldKey, why: &ValueError) -> Error {
    Error::Invalid { call, problem: format!("`{field}` ({key}): the value {why}") }
}
