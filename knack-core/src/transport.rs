//! The seam between the executor and the wire: one request in, one response or one failure out.
//!
//! The runtime's transport speaks HTTPS; the emulator's answers in the same process and so works
//! in tokio's paused time; a test's may be a few lines.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;

/// A boxed future, for the few seams that must be object safe.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One HTTP request, ready to send. Its header values that are secret are marked as sensitive.
pub type Request = http::Request<Bytes>;

/// One HTTP response with its whole body.
pub type Response = http::Response<Bytes>;

/// Sends requests. Implement it to put a program on a wire of its own.
///
/// The future may be dropped at any time (the deadline passed, the caller went away); the request
/// may have been sent then.
///
/// ```
/// use knack_core::transport::{BoxFuture, Request, Response, Transport, TransportError};
///
/// /// Answers everything with an empty list.
/// struct Empty;
///
/// impl Transport for Empty {
///     fn send(&self, _request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
///         Box::pin(async { Ok(Response::new(r#"{"total_pages":0,"records":[]}"#.into())) })
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends one request and waits for the whole answer. Follows no redirect: the headers carry
    /// the application's key.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>>;
}

/// How far a failed request got, which decides whether a write may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// No connection: name look-up, TCP or TLS failed. The server saw nothing.
    Connect,
    /// No answer within the time given. The server may have acted.
    Timeout,
    /// The connection broke after sending began. The server may have acted.
    Broken,
    /// The answer's head came, its body did not come whole. The server has acted.
    Truncated,
    /// The request could not be built or the answer is no HTTP. Sending again will not help.
    Protocol,
}

impl Failure {
    /// Whether the request surely never reached the server.
    pub const fn never_sent(self) -> bool {
        matches!(self, Self::Connect)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection to the server",
            Self::Timeout => "no answer in time",
            Self::Broken => "the connection broke before the answer came",
            Self::Truncated => "the answer's body was cut off",
            Self::Protocol => "the exchange was not valid HTTP",
        })
    }
}

/// A request that got no usable answer.
///
/// ```
/// use knack_core::transport::{Failure, TransportError};
///
/// let error = TransportError::new(Failure::Connect, "connection refused");
/// assert_eq!(error.to_string(), "no connection to the server (connection refused)");
/// assert!(error.failure().never_sent());
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("{failure} ({detail})")]
pub struct TransportError {
    failure: Failure,
    detail: String,
}

impl TransportError {
    /// A failure with what the transport knows about it. `detail` must hold no secret.
    pub fn new(failure: Failure, detail: impl Into<String>) -> Self {
        Self { failure, detail: detail.into() }
    }

    /// A time-out after `waited`.
    pub fn timeout(waited: Duration) -> Self {
        Self::new(Failure::Timeout, format!("waited {:.1} s", waited.as_secs_f64()))
    }

    /// How far the request got.
    pub const fn failure(&self) -> Failure {
        self.failure
    }
}
