//! What a request comes to, before it is written to a wire.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use crate::seen;

/// What becomes of a request, and after which time.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) ending: Ending,
    pub(crate) delay: Duration,
}

#[derive(Debug)]
pub(crate) enum Ending {
    Answer {
        response: Response<Bytes>,
        /// How many bytes of the body still come, if it is cut.
        cut: Option<usize>,
    },
    NoConnection,
    Dropped,
    Silence,
}

impl Ending {
    /// What may be shown of an answer's body, and its whole length.
    pub(crate) fn told(&self, path: &str) -> (Bytes, usize) {
        match self {
            Self::Answer { response, .. } => (seen::excerpt(path, response.body()), response.body().len()),
            _ => (Bytes::new(), 0),
        }
    }
}
