//! One exchange on its way: what passed of it so far. It is written when it is dropped, however it ended.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::book::Book;

/// The most of a body that is kept, in bytes. All of it passes.
const LARGEST_KEPT: u64 = 8 * 1024 * 1024;

pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// One exchange.
pub(super) struct Entry {
    book: Arc<Book>,
    pub(super) began: Instant,
    pub(super) head: Parts,
    sent: Arc<Mutex<Passed>>,
    pub(super) status: Option<StatusCode>,
    pub(super) came_with: HeaderMap,
    pub(super) came: Passed,
    /// What ends it too early, as long as it is not over.
    pub(super) broke: Option<String>,
}

/// What of a body passed.
#[derive(Default)]
pub(super) struct Passed {
    kept: BytesMut,
    size: u64,
    over: bool,
}

impl Entry {
    pub(super) fn new(book: Arc<Book>, head: Parts) -> Self {
        Self {
            book,
            began: Instant::now(),
            head,
            sent: Arc::default(),
            status: None,
            came_with: HeaderMap::new(),
            came: Passed::default(),
            broke: Some("the caller went away before the answer came".to_owned()),
        }
    }

    /// The body of the request as it goes on.
    pub(super) fn sending(&self, body: Incoming) -> Sending {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).over = body.is_end_stream();
        Sending { told: length(&self.head.headers), body, passed: self.sent.clone() }
    }

    /// The body of the answer as it comes back.
    pub(super) fn coming<B: Body>(mut self, body: B, never_any: bool) -> Coming<B> {
        self.broke = Some("the caller went away before the end of the answer".to_owned());
        let told = length(&self.came_with);
        let over = never_any || body.is_end_stream();
        let mut coming = Coming { told, body, entry: Some(self) };
        if over {
            coming.end(None);
        }
        coming
    }

    /// The body of the request, or why it is not written.
    pub(super) fn sent(&self) -> Result<Bytes, String> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.over {
            sent.whole()
        } else {
            Err("the exchange was over before all of it was sent".to_owned())
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.book.write(self);
    }
}

impl Passed {
    fn add<E>(&mut self, frame: &Frame<Bytes>, told: Option<u64>, body: &impl Body<Error = E>) {
        if let Some(piece) = frame.data_ref() {
            self.size += u64::try_from(piece.len()).unwrap_or_default();
            if self.size <= LARGEST_KEPT {
                self.kept.extend_from_slice(piece);
            } else {
                self.kept = BytesMut::new();
            }
        }
        self.over |= body.is_end_stream() || told == Some(self.size);
    }

    /// What passed, or why it is not kept.
    pub(super) fn whole(&self) -> Result<Bytes, String> {
        if self.size > LARGEST_KEPT {
            return Err(format!("{} bytes, and what is larger than 8 MB is not kept", self.size));
        }
        Ok(self.kept.clone().freeze())
    }
}

/// A request's body on its way.
pub(super) struct Sending {
    body: Incoming,
    told: Option<u64>,
    passed: Arc<Mutex<Passed>>,
}

impl Body for Sending {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        match &frame {
            Some(Ok(frame)) => passed.add(frame, self.told, &self.body),
            Some(Err(_)) => {}
            None => passed.over = true,
        }
        drop(passed);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body on its way.
pub(super) struct Coming<B> {
    body: B,
    told: Option<u64>,
    /// None once it is written.
    entry: Option<Entry>,
}

impl<B> Coming<B> {
    /// Writes the exchange: before the caller has the end of it, so that who has all finds all written.
    fn end(&mut self, broke: Option<String>) {
        if let Some(mut entry) = self.entry.take() {
            entry.broke = broke;
        }
    }
}

impl<B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin> Body for Coming<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let over = match ready!(Pin::new(&mut this.body).poll_frame(context)) {
            Some(Ok(frame)) => {
                if let Some(entry) = &mut this.entry {
                    entry.came.add(&frame, this.told, &this.body);
                    if entry.came.over {
                        this.end(None);
                    }
                }
                return Poll::Ready(Some(Ok(frame)));
            }
            Some(Err(error)) => Some(error.into()),
            None => None,
        };
        this.end(over.as_ref().map(|error| format!("the answer broke off: {}", last_cause(error.as_ref()))));
        Poll::Ready(over.map(Err))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The last cause of an error, which says the most.
pub(super) fn last_cause(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
