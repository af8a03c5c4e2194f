//! Which error an answer without success stands for.

use http::StatusCode;

use crate::call::{Label, Verb};
use crate::error::{Error, Problem, Validation};
use crate::key::FieldKey;
use crate::object::Projection;

/// What an error says in place of a page of HTML: a gateway sends one, Knack's API none.
///
/// ```
/// # use knack_core::{Error, call};
/// use http::StatusCode;
/// use knack_core::error::{HTML_PAGE, from_answer};
///
/// let error = from_answer(call::session().label(), None, StatusCode::FORBIDDEN, 1, b"<html></html>");
/// assert!(matches!(error, Error::Auth { message, .. } if message == HTML_PAGE));
/// ```
pub const HTML_PAGE: &str = "an HTML page";

/// The error that an answer without success stands for. `projection` gives problems the names of the
/// struct's fields; `attempts` is told in messages.
///
/// | answer | error |
/// |---|---|
/// | 400 with a list of `errors` in JSON | [`Error::Validation`] |
/// | 401, 403, and 400 that speaks of the app id | [`Error::Auth`] |
/// | 400 of a login | [`Error::Auth`] |
/// | 404 of a call that names a record | [`Error::NotFound`] |
/// | any other | [`Error::Api`] |
///
/// Source: docs.knack.com/reference/response-format; plain text is the rule, JSON the exception.
///
/// ```
/// # use http::StatusCode;
/// # use knack_core::{Error, call, error::from_answer, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// # let call = *call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?).label();
/// let error = from_answer(&call, Some(&CUSTOMER), StatusCode::FORBIDDEN, 1, b"Invalid or Expired Token");
/// assert!(matches!(error, Error::Auth { message, .. } if message == "Invalid or Expired Token"));
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
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
        400 if call.verb() == Verb::Login => Error::Auth { call, status, message },
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
            HTML_PAGE.to_owned()
        } else {
            self.text.chars().take(300).collect()
        }
    }
}
