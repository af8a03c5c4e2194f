//! The transport that speaks HTTPS, over reqwest.

use std::error::Error as _;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, Uri, header};
use http_body::{Body as _, Frame, SizeHint};
use reqwest::Url;

use knack_core::transport::{BoxFuture, ByteStream, Failure, Request, Response, Transport, TransportError};

/// Sends requests over HTTPS (and plain HTTP where the builder allows it), over connections that it
/// keeps. Follows no redirect: the headers carry the application's key.
///
/// A client has one unless its builder is given [another](crate::ClientBuilder::transport).
///
/// ```
/// use knack_runtime::{Client, HttpTransport, transport::Transport};
///
/// fn is_a_transport<T: Transport>() {}
/// is_a_transport::<HttpTransport>();
///
/// let over_https = Client::builder("5d79512148c4af00106d1507").proxy("http://proxy.example:3128").build()?;
/// # Ok::<(), knack_runtime::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct HttpTransport {
    http: reqwest::Client,
    /// The first request's URL. All requests of a client go to one origin, and to change the path
    /// of a URL costs half of what parsing one does.
    origin: OnceLock<Url>,
}

/// How the transport connects.
#[derive(Debug, Default)]
pub(crate) struct HttpOptions {
    pub(crate) proxy: Option<String>,
    pub(crate) certificates: Vec<Vec<u8>>,
}

impl HttpTransport {
    /// `direct`: no proxy but the one that is set, whatever the environment says. A proxy on another
    /// machine neither reaches this one nor has any business with the key of a program on it.
    pub(crate) fn new(options: &HttpOptions, direct: bool) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .tcp_nodelay(true);
        if direct {
            builder = builder.no_proxy();
        }
        if let Some(url) = &options.proxy {
            builder = builder
                .proxy(reqwest::Proxy::all(url).map_err(|error| format!("the proxy: {}", chain(&error)))?);
        }
        for pem in &options.certificates {
            let bundle = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|_| "a certificate is no PEM".to_owned())?;
            if bundle.is_empty() {
                return Err("a certificate is no PEM".to_owned());
            }
            builder = builder.tls_certs_merge(bundle);
        }
        let http = builder.build().map_err(|error| chain(&error))?;
        Ok(Self { http, origin: OnceLock::new() })
    }

    fn request(&self, request: Request) -> reqwest::Result<reqwest::Request> {
        let Some(url) = self.url(request.uri()) else {
            let request = reqwest::Request::try_from(request)?;
            let _ = self.origin.set(request.url().clone());
            return Ok(request);
        };
        let (parts, body) = request.into_parts();
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        if !body.is_empty() {
            *request.body_mut() = Some(body.into());
        }
        Ok(request)
    }

    /// The URL of a request to the known origin; none for another.
    fn url(&self, uri: &Uri) -> Option<Url> {
        let mut url = self.origin.get()?.clone();
        if uri.scheme_str()? != url.scheme() || uri.authority()?.as_str() != url.authority() {
            return None;
        }
        url.set_path(uri.path());
        url.set_query(uri.query());
        Some(url)
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let request = self.request(request).map_err(|error| failure(error, Failure::Unsendable))?;
            let mut answer =
                self.http.execute(request).await.map_err(|error| failure(error, Failure::Broken))?;
            let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
            let body = answer.bytes().await.map_err(|error| failure(error, Failure::Truncated))?;
            let mut response = Response::new(body);
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }

    fn stream(
        &self,
        request: http::Request<ByteStream>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            // What reads has no body, and says so: else some servers wait for one.
            let left = if parts.method == Method::GET { Some(0) } else { length(&parts.headers) };
            let body = Outgoing { left, pieces: Mutex::new(body) };
            let request = http::Request::from_parts(parts, reqwest::Body::wrap(body));
            let request =
                reqwest::Request::try_from(request).map_err(|error| failure(error, Failure::Unsendable))?;
            let answer = self.http.execute(request).await.map_err(|error| failure(error, Failure::Broken))?;
            Ok(http::Response::from(answer).map(|body| Box::pin(Incoming(body)) as ByteStream))
        })
    }
}

/// The length that the headers tell of the body.
fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A request's body. Its length goes with it where it is known, as servers like it better.
struct Outgoing {
    /// What is still to come.
    left: Option<u64>,
    /// A body must be `Sync`; nobody else has this one, so that it is never locked.
    pieces: Mutex<ByteStream>,
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let pieces = self.pieces.get_mut().unwrap_or_else(PoisonError::into_inner);
        let piece = ready!(pieces.as_mut().poll_next(context)).transpose()?;
        if let (Some(left), Some(piece)) = (&mut self.left, &piece) {
            *left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// An answer's body.
struct Incoming(reqwest::Body);

impl Stream for Incoming {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let frame = ready!(Pin::new(&mut self.0).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                None => return Poll::Ready(None),
                Some(Ok(Ok(piece))) => return Poll::Ready(Some(Ok(piece))),
                // Trailers.
                Some(Ok(Err(_))) => {}
                Some(Err(error)) => {
                    return Poll::Ready(Some(Err(failure(error, Failure::Truncated).into())));
                }
            }
        }
    }
}

/// What a failure of reqwest means, `otherwise` unless it says more. The URL stays out of the
/// message: filters may hold names of persons.
fn failure(error: reqwest::Error, otherwise: Failure) -> TransportError {
    let error = error.without_url();
    let failure = if error.is_connect() {
        Failure::Connect
    } else if error.is_timeout() {
        Failure::Timeout
    } else if error.is_builder() {
        Failure::Unsendable
    } else {
        otherwise
    };
    TransportError::new(failure, chain(&error))
}

/// The last causes of an error, which say the most.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes.dedup();
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
