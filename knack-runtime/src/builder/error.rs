//! Why a client cannot be made.

use std::fmt;

use knack_core::key::KeyError;

/// A client that cannot be made from what was given. Nothing was sent; no message repeats the key.
///
/// ```
/// use knack_runtime::{BuildError, Client};
///
/// let error = Client::builder("my-app").api_key("my-key").build().unwrap_err();
/// assert!(matches!(error, BuildError::ApplicationId(_)));
/// assert!(error.to_string().ends_with("(Builder, API & Code)"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The application id is none: it has 24 hexadecimal digits.
    ApplicationId(KeyError),
    /// The API key cannot be a key: it is empty or would not fit into a header. It is not repeated
    /// here.
    ///
    /// ```
    /// use knack_runtime::{BuildError, Client};
    ///
    /// let built = Client::builder("5d79512148c4af00106d1507").api_key("").build();
    /// assert!(matches!(built, Err(BuildError::ApiKey)));
    /// ```
    ApiKey,
    /// The base URL cannot be used: it is none, is not encrypted, or has more than host and path.
    ///
    /// ```
    /// use knack_runtime::{BuildError, Client};
    ///
    /// let plain = Client::builder("5d79512148c4af00106d1507").base_url("http://api.knack.com/v1").build();
    /// assert!(matches!(plain, Err(BuildError::BaseUrl { problem, .. }) if problem.contains("use https")));
    /// ```
    BaseUrl {
        /// The URL as given, without what may be a secret: user name and password, query, fragment.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The account's slug is no part of a host name, see [`Host::Account`](crate::Host::Account).
    ///
    /// ```
    /// use knack_runtime::{BuildError, Client, Host};
    ///
    /// let host = Host::Account("acme.example/".into());
    /// let built = Client::builder("5d79512148c4af00106d1507").host(host).build();
    /// assert!(matches!(built, Err(BuildError::Account(_))));
    /// ```
    Account(String),
    /// The user agent has characters that no header has.
    ///
    /// ```
    /// use knack_runtime::{BuildError, Client};
    ///
    /// let built = Client::builder("5d79512148c4af00106d1507").user_agent("a\nb").build();
    /// assert!(matches!(built, Err(BuildError::UserAgent)));
    /// ```
    UserAgent,
    /// A time is zero; named is which, `timeout` or `deadline`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use knack_runtime::{BuildError, Client};
    ///
    /// let built = Client::builder("5d79512148c4af00106d1507").deadline(Duration::ZERO).build();
    /// assert!(matches!(built, Err(BuildError::ZeroTime("deadline"))));
    /// ```
    ZeroTime(&'static str),
    /// The proxy or a certificate cannot be used.
    ///
    /// ```
    /// use knack_runtime::{BuildError, Client};
    ///
    /// let built = Client::builder("5d79512148c4af00106d1507").ca_certificate("no PEM").build();
    /// assert!(matches!(built, Err(BuildError::Connection(_))));
    /// ```
    Connection(String),
    /// An environment variable, named here, is not set; see
    /// [`ClientBuilder::from_env`](crate::ClientBuilder::from_env).
    ///
    /// ```
    /// use knack_runtime::BuildError;
    ///
    /// let error = BuildError::Environment("KNACK_APP_ID");
    /// assert_eq!(error.to_string(), "the environment variable KNACK_APP_ID is not set");
    /// ```
    Environment(&'static str),
    /// An environment variable, named here, is set to something that is no UTF-8 text. It is not repeated
    /// here; see [`ClientBuilder::from_env`](crate::ClientBuilder::from_env).
    ///
    /// ```
    /// use knack_runtime::BuildError;
    ///
    /// let error = BuildError::EnvironmentText("KNACK_API_KEY");
    /// assert_eq!(error.to_string(), "the environment variable KNACK_API_KEY is no UTF-8 text");
    /// ```
    EnvironmentText(&'static str),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApplicationId(error) => write!(f, "the application id: {error} (Builder, API & Code)"),
            Self::ApiKey => {
                f.write_str("the API key is empty or has characters that no key has (Builder, API & Code)")
            }
            Self::BaseUrl { url, problem } => write!(f, "the base URL `{url}` cannot be used: {problem}"),
            Self::Account(slug) => write!(
                f,
                "the account `{slug}` is no part of a host name: expected letters, digits and hyphens"
            ),
            Self::UserAgent => f.write_str("the user agent has characters that a header cannot have"),
            Self::ZeroTime(which) => write!(f, "the {which} is zero, so no call could ever be sent"),
            Self::Connection(why) => write!(f, "the connection cannot be set up: {why}"),
            Self::Environment(name) => write!(f, "the environment variable {name} is not set"),
            Self::EnvironmentText(name) => write!(f, "the environment variable {name} is no UTF-8 text"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::ApplicationId(error) => Some(error),
            _ => None,
        }
    }
}

impl From<KeyError> for BuildError {
    fn from(error: KeyError) -> Self {
        Self::ApplicationId(error)
    }
}
