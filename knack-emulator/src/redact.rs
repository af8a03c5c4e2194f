//! What is shown of bodies: all but passwords and tokens.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::app::App;
use crate::kind::Kind;
use crate::recording::secrets::is_secret_parameter;

pub(crate) const HIDDEN: &str = "…";
/// Names of values that are secret wherever they stand.
const SECRET: [&str; 3] = ["password", "token", "utility_key"];

/// A query, whose pairs stay as they were sent but for the values of secret names.
pub(crate) fn query(text: &str) -> String {
    let pair = |pair: &str| {
        let Some((name, _)) = pair.split_once('=') else { return pair.to_owned() };
        let is_secret = is_secret_parameter(&percent_decode_str(name).decode_utf8_lossy());
        if is_secret { format!("{name}={HIDDEN}") } else { pair.to_owned() }
    };
    text.split('&').map(pair).collect::<Vec<_>>().join("&")
}

/// The body of a request. Where what is secret cannot be told from the rest, nothing of it is shown.
pub(crate) fn request<'a>(app: &App, body: &'a [u8]) -> Cow<'a, str> {
    let fields = app.objects.iter().flat_map(|object| &object.fields);
    let passwords = fields.filter(|field| field.kind == Kind::Password).map(|field| field.key.as_str());
    let names: Vec<&str> = SECRET.into_iter().chain(passwords).collect();
    without(body, &names).map_or_else(|| String::from_utf8_lossy(body), Cow::Owned)
}

/// The body of an answer. Of answers, those to logins alone have something secret.
pub(crate) fn answer<'a>(path: &str, body: &'a [u8]) -> Cow<'a, [u8]> {
    let redacted = is_session(path).then(|| without(body, &SECRET)).flatten();
    redacted.map_or(Cow::Borrowed(body), |text| Cow::Owned(text.into_bytes()))
}

/// A body without the values of such names; `None` where it has none of them.
fn without(body: &[u8], names: &[&str]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    // A name may be spelt in escapes.
    if !names.iter().any(|name| text.contains(name)) && !text.contains("\\u") {
        return None;
    }
    let Ok(mut value) = serde_json::from_slice(body) else { return Some(HIDDEN.to_owned()) };
    hide(&mut value, names).then(|| value.to_string())
}

/// Whether a path is that of a login, however it is written.
fn is_session(path: &str) -> bool {
    let path = percent_decode_str(path).decode_utf8_lossy();
    path.trim_end_matches('/').ends_with("session")
}

/// Replaces the values of such names; whether there were any.
fn hide(value: &mut Value, names: &[&str]) -> bool {
    let mut hid = false;
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if names.contains(&key.as_str()) || key.starts_with("password") {
                    *value = Value::from(HIDDEN);
                    hid = true;
                } else {
                    hid |= hide(value, names);
                }
            }
        }
        Value::Array(values) => {
            for value in values {
                hid |= hide(value, names);
            }
        }
        _ => {}
    }
    hid
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn passwords_and_tokens_are_left_out() {
        let app = App::read(json!({"id": "5f0000000000000000000001", "objects": [{"key": "object_1",
            "fields": [{"key": "field_1", "type": "password"}, {"key": "field_12", "type": "short_text"}]}]}));
        let app = app.unwrap();
        for (body, shown) in [
            (
                r#"{"email":"ann@example.com","password":"hunter2"}"#,
                r#"{"email":"ann@example.com","password":"…"}"#,
            ),
            (
                r#"[{"field_1":{"password":"hunter2","password_confirmation":"hunter2"}},{"field_1":"hunter2"}]"#,
                r#"[{"field_1":"…"},{"field_1":"…"}]"#,
            ),
            (r#"{"field_12":"hunter1"}"#, r#"{"field_12":"hunter1"}"#),
            (r#"{ "field_12": "a token" }"#, r#"{ "field_12": "a token" }"#),
            (r#"{"pass\u0077ord":"hunter2"}"#, r#"{"password":"…"}"#),
            (r#"{ "field_12": "\u00e9" }"#, r#"{ "field_12": "\u00e9" }"#),
            (r#"{"email":"ann@example.com","password":"hunter2"#, "…"),
            ("email=ann%40example.com&password=hunter2", "…"),
        ] {
            assert_eq!(request(&app, body.as_bytes()), shown);
        }
        for (text, shown) in [
            ("page=2&flag&rows_per_page=25", "page=2&flag&rows_per_page=25"),
            ("token=hunter2&q=token&p%61ssword=hunter2&api_key=", "token=…&q=token&p%61ssword=…&api_key=…"),
        ] {
            assert_eq!(query(text), shown);
        }
        let login = br#"{"session":{"user":{"id":"1","token":"hunter2","utility_key":"1"}}}"#;
        for path in
            ["/v1/applications/1/session", "/v1/applications/1/session/", "/v1/applications/1/sess%69on"]
        {
            let shown = answer(path, login);
            let shown = String::from_utf8_lossy(&shown);
            assert_eq!(shown, r#"{"session":{"user":{"id":"1","token":"…","utility_key":"…"}}}"#);
            assert_eq!(*answer(path, b"f({\"token\":\"hunter2\"});"), *"…".as_bytes());
        }
        assert_eq!(*answer("/v1/session/token", b"Invalid or Expired Token"), *b"Invalid or Expired Token");
        assert_eq!(*answer("/v1/objects/object_1/records", b"Not Found"), *b"Not Found");
    }
}
