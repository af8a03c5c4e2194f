//! Calls with a file, as the executor sees them: it paces and judges their attempts like those of any call.

use std::future::ready;
use std::time::Duration;

use knack_core::error::Error;
use knack_core::transport::{BoxFuture, Request, Response, Transport, TransportError};

/// The file that goes with a call, up or down.
pub(crate) trait Transfer: Send {
    /// Sends the request, with its file on the way up, and gives the answer as far as it is no file. `idle`
    /// bounds how long nothing may move.
    fn send<'a>(
        &'a mut self,
        transport: &'a dyn Transport,
        request: Request,
        idle: Duration,
    ) -> BoxFuture<'a, Result<Response, TransportError>>;

    /// Takes in the file behind the head of a good answer. By then the call's permit has ended: it is for what
    /// the server has to judge.
    fn receive(&mut self, idle: Duration) -> BoxFuture<'_, Result<(), TransportError>> {
        let _ = idle;
        Box::pin(ready(Ok(())))
    }

    /// What stopped the last attempt, if it was neither the server nor the way to it.
    fn trouble(&mut self) -> Option<Error>;

    /// Whether the call can be sent again.
    fn repeatable(&self) -> bool;

    /// Whether the last attempt brought more of the file than any before.
    fn advanced(&mut self) -> bool {
        false
    }
}
