//! Reading a request's body: within its bound, and not for ever.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use tokio::time::{Instant, timeout_at};

/// How long the head of a request may take, and a connection may lie idle.
pub(crate) const HEAD: Duration = Duration::from_secs(30);
/// How long a body may take beside the time that its bytes do.
const BODY: Duration = Duration::from_secs(30);
/// The bytes a second that a body comes with at least.
const PACE: u64 = 1_000;

/// Why a body is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    TooLarge,
    TooSlow,
    /// Chunks that are none, or a client that went away.
    Broken,
}

impl Refusal {
    /// The answer in its status and its words.
    pub(crate) const fn told(self) -> (StatusCode, &'static str) {
        match self {
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
            Self::Broken => (StatusCode::BAD_REQUEST, "Bad Request"),
        }
    }
}

/// The whole body, if it has no more bytes than `most` and does not keep us waiting. Reading ends where a
/// fault breaks the connection, after `cut` bytes.
pub(crate) async fn whole(body: Incoming, most: usize, cut: Option<usize>) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Refusal::TooLarge);
    }
    let began = Instant::now();
    let mut body = Limited::new(body, cut.unwrap_or(most).min(most));
    let mut read = BytesMut::new();
    loop {
        let came = u64::try_from(read.len()).unwrap_or(u64::MAX);
        let end = began + BODY + Duration::from_secs(came / PACE);
        let frame = timeout_at(end, body.frame()).await.map_err(|_| Refusal::TooSlow)?;
        match frame {
            None => return Ok(read.freeze()),
            // What is no data are trailers, which nobody asked for.
            Some(Ok(frame)) => read.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Some(Err(error)) if error.is::<LengthLimitError>() => return Err(Refusal::TooLarge),
            Some(Err(_)) => return Err(Refusal::Broken),
        }
    }
}
