//! What the application is, by its own word: the one request that needs no key.

use std::fmt;

use http::{HeaderValue, StatusCode, header};
use knack_core::schema::{Application, SchemaError};
use knack_core::transport::{Failure, Request, TransportError};

use crate::client::{Access, Client};
use crate::executor::Executor;

/// Why an application's description could not be read. With the feature `schema`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let local = knack_emulator::Emulator::builder().sample().build()?;
/// use knack_runtime::{Client, MetadataError};
///
/// let another = Client::builder("5f0000000000000000000009").transport(local.transport()).build()?;
/// let error = another.application().await.unwrap_err();
/// assert!(matches!(error, MetadataError::Refused { .. }));
/// assert!(error.to_string().contains("400 Bad Request, `Malformed App ID.`"));
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum MetadataError {
    /// No usable answer came.
    Transport(TransportError),
    /// The server knows no such application, or is in trouble.
    Refused {
        /// The status of the answer.
        status: StatusCode,
        /// The beginning of its text.
        answer: String,
    },
    /// The answer is no description of an application.
    Schema(SchemaError),
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => write!(
                f,
                "the application's description did not come: {error}; try again, or look at host and network"
            ),
            Self::Refused { status, answer } => write!(
                f,
                "the application's description did not come: the server answered {status}, `{answer}`. {}",
                way_out(*status)
            ),
            Self::Schema(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MetadataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => Some(error),
            Self::Refused { .. } => None,
            Self::Schema(error) => error.source(),
        }
    }
}

impl From<TransportError> for MetadataError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<SchemaError> for MetadataError {
    fn from(error: SchemaError) -> Self {
        Self::Schema(error)
    }
}

/// What a refusal is about: the server itself, or what it was asked for.
fn way_out(status: StatusCode) -> &'static str {
    if status.is_server_error() {
        "It is in trouble: ask again later, and see status.knack.com"
    } else {
        "Is the id right (Builder, API & Code), and the application on this host? Accounts in the EU have \
         https://eu-api.knack.com/v1"
    }
}

impl<A: Access> Client<A> {
    /// Asks what the application is: its objects, fields, pages. The request carries no key, even if the
    /// client has one, passes no queue, counts for no limit that is known, and is sent once. With the feature
    /// `schema`.
    ///
    /// Source: docs.knack.com does not tell of it; every live application reads itself so.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = knack_emulator::Emulator::builder().sample().build()?;
    /// use knack_runtime::Client;
    ///
    /// let knack = Client::builder(local.application_id()).transport(local.transport()).build()?;
    /// let app = knack.application().await?;
    /// assert!(app.object("object_1").is_some());
    /// assert!(!local.requests()[0].headers.contains_key("x-knack-rest-api-key"));
    /// # Ok(()) }
    /// ```
    pub async fn application(&self) -> Result<Application, MetadataError> {
        self.executor().application().await
    }
}

impl Executor {
    async fn application(&self) -> Result<Application, MetadataError> {
        let asking = self.transport.send(self.metadata_request()?);
        let answer = tokio::time::timeout(self.timeout, asking).await;
        let answer = answer.map_err(|_| TransportError::timeout(self.timeout))??;
        let (status, body) = (answer.status(), answer.into_body());
        if status.is_success() {
            return Ok(Application::read(&body)?);
        }
        let answer = String::from_utf8_lossy(&body).trim().chars().take(80).collect();
        Err(MetadataError::Refused { status, answer })
    }

    fn metadata_request(&self) -> Result<Request, TransportError> {
        let url = self.base.join(&format!("/applications/{}", self.application), "");
        let url = url.parse().map_err(|_| TransportError::new(Failure::Unsendable, "no such URL"))?;
        let mut request = Request::default();
        *request.uri_mut() = url;
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let agent = self.headers.get(header::USER_AGENT).cloned();
        request.headers_mut().extend(agent.map(|agent| (header::USER_AGENT, agent)));
        Ok(request)
    }
}
