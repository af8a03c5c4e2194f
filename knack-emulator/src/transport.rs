//! The server without a socket: a [`Transport`] of `knack_core`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use knack_core::transport::{BoxFuture, Failure, Request, Response, Transport, TransportError};

use crate::emulator::{Emulator, Ending};

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
}

impl Transport for InProcess {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            self.connect().await;
            let cut = self.knack.cuts_upload(request.method(), request.uri().path());
            if let Some(at) = cut.filter(|at| *at < request.body().len()) {
                self.knack.cut_off(request.map(|body| body.slice(..at)));
                return Err(TransportError::new(Failure::Broken, "injected: connection closed"));
            }
            let outcome = self.knack.carry(request).await;
            if !outcome.delay.is_zero() {
                tokio::time::sleep(outcome.delay).await;
            }
            match outcome.ending {
                Ending::Answer { response, cut: None } => {
                    self.idle.fetch_add(1, Ordering::AcqRel);
                    Ok(response)
                }
                Ending::Answer { cut: Some(at), .. } => {
                    Err(TransportError::new(Failure::Truncated, format!("injected: cut at {at} bytes")))
                }
                Ending::NoConnection => {
                    Err(TransportError::new(Failure::Connect, "injected: connection refused"))
                }
                Ending::Dropped => Err(TransportError::new(Failure::Broken, "injected: connection closed")),
                Ending::Silence => std::future::pending().await,
            }
        })
    }
}
