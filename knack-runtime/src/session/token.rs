//! The secret that stands for a session.

use std::fmt;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// What stands for a user's session. It is opaque and secret: `Debug` does not show it, and no error or log
/// does. Knack lets one live for 48 hours.
///
/// Source: docs.knack.com/docs/user-tokens.
///
/// ```
/// use knack_runtime::Token;
///
/// let token = Token::new("eyJhbGciOi…");
/// assert_eq!(format!("{token:?}"), "Token(…)");
/// ```
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// A token that a program has from elsewhere.
    pub fn new(token: impl Into<String>) -> Self {
        Self(SecretString::from(token.into().trim().to_owned()))
    }

    /// The token itself, for a [store](crate::TokenStore). Keep it as secret as a password.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// As the header has it: without `Bearer`. `None` for what no header can have.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(self.expose()).ok().filter(|value| !value.is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
