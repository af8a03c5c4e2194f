//! The transport that speaks HTTPS, over reqwest.

use std::error::Error as _;
use std::sync::OnceLock;
use std::time::Duration;

use http::Uri;
use reqwest::Url;

use knack_core::transport::{BoxFuture, Failure, Request, Response, Transport, TransportError};

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
