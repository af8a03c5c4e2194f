//! An upload on its way.

use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderValue, header};
use knack_core::call::Label;
use knack_core::error::{Error, LocalError};
use knack_core::transport::{
    BoxFuture, ByteStream, Failure, Request, Response, Transport, TransportError, collect,
};
use tokio::time::{Instant, timeout_at};

use super::multipart::Form;
use super::upload::{Upload, too_long};
use super::{OnProgress, Progress, length};
use crate::transfer::Transfer;

/// See the [module](self).
pub(super) struct UploadCall<'a> {
    call: Label,
    upload: &'a Upload,
    name: String,
    flow: Arc<Flow>,
}

impl<'a> UploadCall<'a> {
    /// `name` is what the file is sent as.
    pub(super) fn new(call: Label, upload: &'a Upload, name: String) -> Self {
        Self { call, upload, name, flow: Flow::new() }
    }

    async fn attempt(
        &mut self,
        transport: &dyn Transport,
        request: Request,
        idle: Duration,
    ) -> Result<Response, TransportError> {
        self.flow = Flow::new();
        let request = self.request(request).await?;
        let exchange = async {
            let (parts, body) = transport.stream(request).await?.into_parts();
            let body = collect(body).await;
            let body = body.map_err(|error| TransportError::of_body(error, Failure::Truncated))?;
            Ok(Response::from_parts(parts, body))
        };
        let answer = self.flow.while_it_moves(exchange, idle).await?;
        if answer.status().is_success() && !self.flow.state().whole {
            let detail = "it was answered before it was sent whole";
            return Err(TransportError::new(Failure::Broken, detail));
        }
        Ok(answer)
    }

    /// The request with its body.
    async fn request(&self, request: Request) -> Result<http::Request<ByteStream>, TransportError> {
        let content = &self.upload.content;
        let (long, file) = content.open().await.map_err(|error| {
            let trouble = LocalError::new("reading", content.place(), error);
            self.flow.state().trouble = Some(Error::Local { call: self.call, trouble });
            TransportError::new(Failure::Unsendable, "the file could not be opened")
        })?;
        let form = Form::new(&self.name);
        let (mut parts, _) = request.into_parts();
        let content_type = HeaderValue::try_from(form.content_type()).map_err(|error| {
            // It is made of letters and digits.
            TransportError::new(Failure::Unsendable, error.to_string())
        })?;
        parts.headers.insert(header::CONTENT_TYPE, content_type);
        if let Some(long) = long {
            parts.headers.insert(header::CONTENT_LENGTH, form.length(long).into());
        }
        let watched = Watched {
            file,
            done: 0,
            total: long,
            limit: self.upload.limit,
            on_progress: self.upload.on_progress.clone(),
            call: self.call,
            place: content.place(),
            flow: Arc::clone(&self.flow),
        };
        Ok(http::Request::from_parts(parts, form.around(Box::pin(watched))))
    }
}

impl Transfer for UploadCall<'_> {
    fn send<'a>(
        &'a mut self,
        transport: &'a dyn Transport,
        request: Request,
        idle: Duration,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(self.attempt(transport, request, idle))
    }

    fn trouble(&mut self) -> Option<Error> {
        self.flow.state().trouble.take()
    }

    fn repeatable(&self) -> bool {
        self.upload.content.can_be_had_again()
    }
}

/// What is known of an attempt on both of its sides: where it is read, and where its answer is waited for.
struct Flow(Mutex<FlowState>);

struct FlowState {
    moved_at: Instant,
    /// Whether the file was read to its end.
    whole: bool,
    trouble: Option<Error>,
}

impl Flow {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(FlowState { moved_at: Instant::now(), whole: false, trouble: None })))
    }

    fn state(&self) -> MutexGuard<'_, FlowState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the work until nothing has moved for so long.
    async fn while_it_moves<T>(
        &self,
        work: impl Future<Output = Result<T, TransportError>>,
        idle: Duration,
    ) -> Result<T, TransportError> {
        let mut work = pin!(work);
        loop {
            let patience = self.state().moved_at + idle;
            if let Ok(done) = timeout_at(patience, &mut work).await {
                return done;
            }
            if self.state().moved_at + idle <= Instant::now() {
                return Err(TransportError::timeout(idle));
            }
        }
    }
}

/// A file that is watched while it is read: it moves, and it is neither longer nor shorter than it may be.
struct Watched {
    file: ByteStream,
    done: u64,
    total: Option<u64>,
    limit: u64,
    on_progress: Option<OnProgress>,
    call: Label,
    place: String,
    flow: Arc<Flow>,
}

impl Watched {
    /// The piece, if nothing is wrong with it or with an end here.
    fn judge(&mut self, piece: Option<io::Result<Bytes>>) -> Result<Option<Bytes>, Error> {
        let piece = piece.transpose().map_err(|error| self.trouble(error))?;
        self.done = self.done.saturating_add(piece.as_deref().map_or(0, length));
        if self.done > self.limit {
            return Err(Error::Invalid { call: self.call, problem: too_long(self.limit) });
        }
        match self.total {
            Some(total) if self.done > total => {
                Err(self.odd(format!("it goes on behind the {total} bytes that it should have")))
            }
            Some(total) if piece.is_none() && self.done < total => {
                Err(self.odd(format!("it ended after {} of {total} bytes", self.done)))
            }
            _ => Ok(piece),
        }
    }

    fn odd(&self, problem: String) -> Error {
        self.trouble(io::Error::new(io::ErrorKind::InvalidData, problem))
    }

    fn trouble(&self, error: io::Error) -> Error {
        Error::Local { call: self.call, trouble: LocalError::new("reading", self.place.clone(), error) }
    }

    fn tell(&self) {
        if let Some(tell) = &self.on_progress {
            tell(Progress { done: self.done, total: self.total });
        }
    }
}

impl Stream for Watched {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = ready!(self.file.as_mut().poll_next(context));
        let piece = self.judge(piece);
        if matches!(piece, Ok(Some(_))) {
            self.tell();
        }
        let mut state = self.flow.state();
        state.moved_at = Instant::now();
        Poll::Ready(match piece {
            Ok(piece) => {
                state.whole = piece.is_none();
                piece.map(Ok)
            }
            Err(error) => {
                state.trouble = Some(error);
                Some(Err(io::Error::other("the file cannot be sent to its end")))
            }
        })
    }
}
