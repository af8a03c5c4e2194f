//! The seam between the executor and the wire: one request in, one response or one failure out.
//!
//! The runtime's transport speaks HTTPS; the emulator's answers in the same process and so works
//! in tokio's paused time; a test's may be a few lines.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

/// A boxed future, for the few seams that must be object safe.
///
/// ```
/// use knack_core::transport::BoxFuture;
///
/// let ready: BoxFuture<'static, u32> = Box::pin(async { 7 });
/// # #[tokio::main(flavor = "current_thread")] async fn run(ready: BoxFuture<'_, u32>) -> u32 { ready.await }
/// # assert_eq!(run(ready), 7);
/// ```
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One HTTP request, ready to send: the whole URL, every header, the JSON body. Its header values that
/// are secret are marked as sensitive, so that `Debug` does not show them.
///
/// ```
/// use knack_core::transport::Request;
///
/// let request: Request = http::Request::get("https://api.knack.com/v1/objects/object_3/records")
///     .header("X-Knack-Application-Id", "5d79512148c4af00106d1507")
///     .body("".into())?;
/// assert_eq!(request.uri().path(), "/v1/objects/object_3/records");
/// # Ok::<(), http::Error>(())
/// ```
pub type Request = http::Request<Bytes>;

/// One HTTP response with its whole body, of whatever status.
///
/// ```
/// use knack_core::transport::Response;
///
/// let refused: Response = http::Response::builder().status(429).body("Rate limit exceeded".into())?;
/// assert!(!refused.status().is_success());
/// # Ok::<(), http::Error>(())
/// ```
pub type Response = http::Response<Bytes>;

/// A body in pieces, as they come: a file on its way up or down. After an error nothing more comes.
///
/// ```
/// use bytes::Bytes;
/// use knack_core::transport::{ByteStream, collect, whole};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// let body: ByteStream = whole("the terms");
/// assert_eq!(collect(body).await?, "the terms");
/// # Ok(()) }
/// ```
pub type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// A body in one piece; an empty one has none.
///
/// ```
/// use knack_core::transport::{next, whole};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert!(next(&mut whole("")).await.is_none());
/// # }
/// ```
pub fn whole(body: impl Into<Bytes>) -> ByteStream {
    struct Whole(Bytes);

    impl Stream for Whole {
        type Item = io::Result<Bytes>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let body = std::mem::take(&mut self.0);
            Poll::Ready((!body.is_empty()).then_some(Ok(body)))
        }
    }

    Box::pin(Whole(body.into()))
}

/// The next piece of a body; `None` at its end.
///
/// ```
/// use knack_core::transport::{next, whole};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// let mut body = whole("the terms");
/// while let Some(piece) = next(&mut body).await {
///     println!("{} bytes", piece?.len());
/// }
/// # Ok(()) }
/// ```
pub async fn next(body: &mut ByteStream) -> Option<io::Result<Bytes>> {
    poll_fn(|context| body.as_mut().poll_next(context)).await
}

/// All of a body.
///
/// ```
/// use knack_core::transport::{collect, whole};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// assert_eq!(collect(whole("the terms")).await?.len(), 9);
/// # Ok(()) }
/// ```
pub async fn collect(mut body: ByteStream) -> io::Result<Bytes> {
    let first = next(&mut body).await.transpose()?.unwrap_or_default();
    let Some(second) = next(&mut body).await else { return Ok(first) };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second?);
    while let Some(piece) = next(&mut body).await {
        all.extend_from_slice(&piece?);
    }
    Ok(all.freeze())
}

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
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), TransportError> {
/// let answer = Empty.send(Request::default()).await?;
/// assert!(answer.status().is_success());
/// # Ok(()) }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends one request and waits for the whole answer. An answer of any status is `Ok`; an error says
    /// how far the request got. Follows no redirect: the headers carry the application's key.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>>;

    /// Sends one request whose body comes in pieces, and gives the answer once its head is there, with its
    /// body in pieces. A `Content-Length` among the headers tells the length of the body and is right. A body
    /// that ends in an error is not sent as though it were whole; an error of the answer's body holds a
    /// [`TransportError`], see [`of_body`](TransportError::of_body).
    ///
    /// Unless a transport does better, both bodies are held in memory whole.
    ///
    /// ```
    /// # use knack_core::transport::{BoxFuture, Request, Response, Transport, TransportError};
    /// # struct Echo;
    /// # impl Transport for Echo {
    /// #     fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
    /// #         Box::pin(async { Ok(Response::new(request.into_body())) })
    /// #     }
    /// # }
    /// use knack_core::transport::{collect, whole};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = http::Request::post("https://api.knack.com/").body(whole("the terms"))?;
    /// let answer = Echo.stream(request).await?; // a transport with `send` alone
    /// assert_eq!(collect(answer.into_body()).await?, "the terms");
    /// # Ok(()) }
    /// ```
    fn stream(
        &self,
        request: http::Request<ByteStream>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body =
                collect(body).await.map_err(|error| TransportError::of_body(error, Failure::Unsendable))?;
            let answer = self.send(Request::from_parts(parts, body)).await?;
            Ok(answer.map(whole))
        })
    }
}

/// How far a failed request got, which decides whether a write may be sent again.
///
/// ```
/// use knack_core::transport::Failure;
///
/// assert!(Failure::Connect.never_sent());
/// assert!(!Failure::Timeout.never_sent()); // the answer is missing, the deed may be done
/// assert_eq!(Failure::Timeout.to_string(), "no answer in time");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// The request could not be built. Nothing was sent, and trying again will not help.
    Unsendable,
    /// No connection: name look-up, TCP or TLS failed. The server saw nothing.
    Connect,
    /// No answer within the time given. The server may have acted.
    Timeout,
    /// The connection broke after sending began. The server may have acted.
    Broken,
    /// The answer's head came, its body did not come whole. The server has acted.
    Truncated,
    /// The answer is no HTTP. The server may have acted, and sending again will not help.
    Protocol,
}

impl Failure {
    /// Whether the request surely never reached the server.
    pub const fn never_sent(self) -> bool {
        matches!(self, Self::Unsendable | Self::Connect)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsendable => "the request could not be built",
            Self::Connect => "no connection to the server",
            Self::Timeout => "no answer in time",
            Self::Broken => "the connection broke before the answer came",
            Self::Truncated => "the answer's body was cut off",
            Self::Protocol => "the answer was not valid HTTP",
        })
    }
}

/// A request that got no usable answer: how far it got, and what the transport knows.
///
/// ```
/// use std::time::Duration;
/// use knack_core::transport::{Failure, TransportError};
///
/// let error = TransportError::new(Failure::Connect, "connection refused");
/// assert_eq!(error.to_string(), "no connection to the server (connection refused)");
/// assert!(error.failure().never_sent());
///
/// let error = TransportError::timeout(Duration::from_secs(30));
/// assert_eq!(error.failure(), Failure::Timeout);
/// assert_eq!(error.to_string(), "no answer in time (waited 30.0 s)");
/// ```
#[derive(Clone, Debug)]
pub struct TransportError {
    failure: Failure,
    detail: String,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.failure, self.detail)
    }
}

impl std::error::Error for TransportError {}

impl TransportError {
    /// A failure with what the transport knows about it. `detail` must hold no secret.
    pub fn new(failure: Failure, detail: impl Into<String>) -> Self {
        Self { failure, detail: detail.into() }
    }

    /// A time-out after `waited`.
    pub fn timeout(waited: Duration) -> Self {
        Self::new(Failure::Timeout, format!("waited {:.1} s", waited.as_secs_f64()))
    }

    /// What an error of a body means: the failure in it, else `otherwise`.
    ///
    /// ```
    /// use std::io;
    /// use knack_core::transport::{Failure, TransportError};
    ///
    /// let cut = io::Error::from(TransportError::new(Failure::Timeout, "waited 30.0 s"));
    /// assert_eq!(TransportError::of_body(cut, Failure::Truncated).failure(), Failure::Timeout);
    ///
    /// let reset = io::Error::from(io::ErrorKind::ConnectionReset);
    /// assert_eq!(TransportError::of_body(reset, Failure::Truncated).failure(), Failure::Truncated);
    /// ```
    pub fn of_body(error: io::Error, otherwise: Failure) -> Self {
        error.downcast().unwrap_or_else(|error| Self::new(otherwise, error.to_string()))
    }

    /// How far the request got.
    pub const fn failure(&self) -> Failure {
        self.failure
    }
}

/// As an error of a body in pieces.
impl From<TransportError> for io::Error {
    fn from(error: TransportError) -> Self {
        Self::other(error)
    }
}
