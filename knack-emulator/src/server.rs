//! The server on a socket: HTTP/1.1 over TCP.

pub(crate) mod reading;

use std::error::Error;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use crate::control::{self, Reach};
use crate::emulator::Emulator;
use crate::error::EmulatorError;
use crate::outcome::{Ending, Outcome};
use reading::Refusal;

/// A listening emulator. Dropping it closes the socket and every connection.
///
/// ```
/// use knack_emulator::Emulator;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), knack_emulator::EmulatorError> {
/// let server = Emulator::builder().sample().build()?.serve().await?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// server.stop().await;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    listening: JoinHandle<()>,
    ending: Arc<Notify>,
}

impl Emulator {
    /// Serves on a free port of the loopback interface. Wants a tokio runtime whose time runs.
    pub async fn serve(&self) -> Result<Server, EmulatorError> {
        self.serve_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Serves on `address`, loopback or not; port 0 is any free one.
    pub async fn serve_on(&self, address: SocketAddr) -> Result<Server, EmulatorError> {
        let reach = Reach::of(address.ip(), self.core.remote_control);
        let knack = self.clone();
        Server::start(bind(address).await?, move |request, peer| answer(knack.clone(), request, peer, reach))
    }
}

/// Listens on an address; nothing is answered yet.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, EmulatorError> {
    TcpListener::bind(address).await.map_err(|source| EmulatorError::Listen { address, source })
}

impl Server {
    /// Serves what `answer` answers.
    pub(crate) fn start<A, F, B>(listener: TcpListener, answer: A) -> Result<Self, EmulatorError>
    where
        A: Fn(http::Request<Incoming>, IpAddr) -> F + Clone + Send + 'static,
        F: Future<Output = io::Result<http::Response<B>>> + Send + 'static,
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        let unbound = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let told = |source| EmulatorError::Listen { address: unbound, source };
        let address = listener.local_addr().map_err(told)?;
        let ending = Arc::<Notify>::default();
        let listening = tokio::spawn(listen(listener, answer, Arc::clone(&ending)));
        Ok(Self { address, listening, ending })
    }

    /// The address that is listened on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL without a path, such as `http://127.0.0.1:4711`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening and closes every connection, then returns.
    pub async fn stop(mut self) {
        self.ending.notify_one();
        let _ = (&mut self.listening).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The listening task owns the connections: they end with it.
        self.listening.abort();
    }
}

async fn listen<A, F, B>(listener: TcpListener, answer: A, ending: Arc<Notify>)
where
    A: Fn(http::Request<Incoming>, IpAddr) -> F + Clone + Send + 'static,
    F: Future<Output = io::Result<http::Response<B>>> + Send + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let answer = answer.clone();
                    connections.spawn(connection(stream, move |request| answer(request, peer.ip())));
                }
                // Out of file handles, most likely: others may close soon.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
            () = ending.notified() => break,
        }
    }
    drop(listener);
    // Who stops may count on it that nothing is under way any more: a recorder tells what it wrote.
    connections.shutdown().await;
}

async fn connection<A, F, B>(stream: TcpStream, answer: A)
where
    A: Fn(http::Request<Incoming>) -> F,
    F: Future<Output = io::Result<http::Response<B>>>,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(reading::HEAD)
        .serve_connection(TokioIo::new(stream), service_fn(answer));
    // An error here is a client that went away, or a connection that a fault cut.
    let _ = connection.await;
}

async fn answer(
    knack: Emulator,
    request: http::Request<Incoming>,
    peer: IpAddr,
    reach: Reach,
) -> io::Result<http::Response<CutBody>> {
    let (mut parts, body) = request.into_parts();
    if control::is_meant(&parts) && reach.admits(&parts.headers) {
        return Ok(match reading::whole(body, control::LARGEST_BODY, None).await {
            Ok(body) => control::answer(&knack, &parts, &body).map(CutBody::whole),
            Err(refusal) => refused(refusal),
        });
    }
    let cut = knack.cuts_upload(&parts.method, parts.uri.path());
    let most = knack.largest_body(parts.uri.path());
    let body = match reading::whole(body, most, cut).await {
        Ok(body) => body,
        Err(_) if cut.is_some() => {
            knack.cut_off(http::Request::from_parts(parts, Bytes::new()), Some(peer));
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Err(refusal) => return Ok(refused(refusal)),
    };
    keep_apart(&mut parts.headers);
    conclude(knack.carry(http::Request::from_parts(parts, body), Some(peer)).await).await
}

/// Copies what hyper cut out of its buffer: a request that is remembered would keep all of that, which is thirty times
/// as much as most requests have. Bodies were copied when they were read.
fn keep_apart(headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        if let Ok(copy) = HeaderValue::from_bytes(value.as_bytes()) {
            *value = copy;
        }
    }
}

/// What becomes of a request, on its connection.
pub(crate) async fn conclude(outcome: Outcome) -> io::Result<http::Response<CutBody>> {
    if !outcome.delay.is_zero() {
        tokio::time::sleep(outcome.delay).await;
    }
    match outcome.ending {
        Ending::Answer { response, cut } => {
            let (mut parts, body) = response.into_parts();
            // An answer without a body may tell the length that it would have.
            let length = parts.headers.entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(body.len()));
            let told = length.to_str().ok().and_then(|told| told.parse().ok());
            let body = CutBody {
                told: told.unwrap_or(body.len()),
                cut: cut.is_some(),
                rest: body.slice(..cut.unwrap_or(body.len())),
                flushed: false,
            };
            Ok(http::Response::from_parts(parts, body))
        }
        Ending::NoConnection | Ending::Dropped => Err(io::ErrorKind::ConnectionAborted.into()),
        Ending::Silence => std::future::pending().await,
    }
}

/// A body that was not read. What is left of it is not taken for the next request.
pub(crate) fn refused(refusal: Refusal) -> http::Response<CutBody> {
    let (status, words) = refusal.told();
    let mut response = http::Response::new(CutBody::whole(Bytes::from_static(words.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A body that may end before its length is reached, which closes the connection.
pub(crate) struct CutBody {
    rest: Bytes,
    /// The length that the head tells.
    told: usize,
    cut: bool,
    flushed: bool,
}

impl CutBody {
    fn whole(rest: Bytes) -> Self {
        Self { told: rest.len(), rest, cut: false, flushed: false }
    }
}

impl Body for CutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))));
        }
        if !self.cut {
            return Poll::Ready(None);
        }
        if !self.flushed {
            // What came so far is written out while the body seems to wait for more.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && !self.cut
    }

    fn size_hint(&self) -> SizeHint {
        let left = if self.cut { self.told } else { self.rest.len() };
        SizeHint::with_exact(u64::try_from(left).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_of_a_request_keeps_no_buffer_of_its_connection() {
        let buffer = Bytes::from(vec![b'x'; 8_192]);
        let mut headers = HeaderMap::new();
        headers.insert("x-one", HeaderValue::from_maybe_shared(buffer.slice(..10)).unwrap());
        assert!(!buffer.is_unique());
        keep_apart(&mut headers);
        assert!(buffer.is_unique(), "no header is a part of it");
        assert_eq!(headers["x-one"], "x".repeat(10));
    }
}
