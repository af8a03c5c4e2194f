//! The server without a socket: a [`Transport`] of `knack_core`.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use knack_core::transport::{
    BoxFuture, ByteStream, Failure, Request, Response, Transport, TransportError, next, whole,
};

use crate::emulator::Emulator;
use crate::outcome::{Ending, Outcome};

/// Answers requests in the same process, on tokio's clock, which may be paused. Only path and
/// query of a request's URL count, whatever its host.
///
/// ```
/// use bytes::Bytes;
/// use knack_core::transport::Transport;
/// use knack_emulator::Emulator;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let knack = Emulator::builder().sample().build()?;
/// let request = http::Request::get("https://api.knack.com/v1/objects/object_1/records?rows_per_page=2")
///     .header("X-Knack-Application-Id", knack.application_id())
///     .header("X-Knack-REST-API-Key", knack.api_key())
///     .body(Bytes::new())?;
/// let response = knack.transport().send(request).await?;
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.headers()["x-ratelimit-remaining"], "9");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct InProcess {
    knack: Emulator,
    /// Connections that are open and not in use.
    idle: Arc<AtomicUsize>,
}

impl InProcess {
    pub(crate) fn new(knack: Emulator) -> Self {
        Self { knack, idle: Arc::default() }
    }

    /// Takes an open connection, or pays for a new one.
    async fn connect(&self) {
        let cost = self.knack.connect_cost();
        if cost.is_zero() {
            return;
        }
        let taken = self.idle.fetch_update(Ordering::AcqRel, Ordering::Acquire, |idle| idle.checked_sub(1));
        if taken.is_err() {
            tokio::time::sleep(cost).await;
        }
    }

    /// Carries out a request that has arrived. An answer may be cut after so many bytes.
    async fn answer(&self, request: Request) -> Result<(Response, Option<usize>), TransportError> {
        let outcome = self.knack.carry(request, None).await;
        let ended = ended(outcome).await;
        if matches!(ended, Ok((_, None))) {
            self.idle.fetch_add(1, Ordering::AcqRel);
        }
        ended
    }

    /// A request whose body has arrived, unless it was cut on its way.
    async fn arrival(&self, request: http::Request<ByteStream>) -> Result<Request, TransportError> {
        let cut = self.knack.cuts_upload(request.method(), request.uri().path());
        let (parts, mut body) = request.into_parts();
        let mut arrived = BytesMut::new();
        let mut broken = None;
        while broken.is_none() {
            match next(&mut body).await {
                Some(Ok(piece)) => arrived.extend_from_slice(&piece),
                Some(Err(_)) => broken = Some("the request was given up"),
                None => break,
            }
            if let Some(at) = cut.filter(|at| *at < arrived.len()) {
                arrived.truncate(at);
                broken = Some("injected: connection closed");
            }
        }
        let request = Request::from_parts(parts, arrived.freeze());
        let Some(why) = broken else { return Ok(request) };
        self.knack.cut_off(request, None);
        Err(TransportError::new(Failure::Broken, why))
    }
}

impl Transport for InProcess {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            self.connect().await;
            let request = self.arrival(request.map(whole)).await?;
            in_whole(self.answer(request).await?)
        })
    }

    fn stream(
        &self,
        request: http::Request<ByteStream>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, TransportError>> {
        Box::pin(async move {
            self.connect().await;
            let request = self.arrival(request).await?;
            Ok(pieces(self.answer(request).await?))
        })
    }
}

/// What becomes of a request, without a connection. An answer may be cut after so many bytes.
pub(crate) async fn ended(outcome: Outcome) -> Result<(Response, Option<usize>), TransportError> {
    if !outcome.delay.is_zero() {
        tokio::time::sleep(outcome.delay).await;
    }
    match outcome.ending {
        Ending::Answer { response, cut } => Ok((response, cut)),
        Ending::NoConnection => Err(TransportError::new(Failure::Connect, "injected: connection refused")),
        Ending::Dropped => Err(TransportError::new(Failure::Broken, "injected: connection closed")),
        Ending::Silence => std::future::pending().await,
    }
}

/// The answer for who wants all of it.
pub(crate) fn in_whole((answer, cut): (Response, Option<usize>)) -> Result<Response, TransportError> {
    cut.map_or(Ok(answer), |at| Err(cut_at(at)))
}

/// The answer for who takes it in pieces.
pub(crate) fn pieces((answer, cut): (Response, Option<usize>)) -> http::Response<ByteStream> {
    answer.map(|body| match cut {
        None => whole(body),
        Some(at) => Box::pin(Cut { rest: Some(body.slice(..at.min(body.len()))), at }),
    })
}

fn cut_at(at: usize) -> TransportError {
    TransportError::new(Failure::Truncated, format!("injected: cut at {at} bytes"))
}

/// The body of an answer that ends too early.
struct Cut {
    rest: Option<Bytes>,
    at: usize,
}

impl futures_core::Stream for Cut {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(Some(self.rest.take().ok_or_else(|| cut_at(self.at).into())))
    }
}
