//! The log of requests.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};

/// One request as it arrived, and what became of it. Its `Debug` output hides keys and tokens.
#[derive(Clone)]
#[non_exhaustive]
pub struct Seen {
    /// The method.
    pub method: Method,
    /// The path as sent, percent-encoded.
    pub path: String,
    /// The query as sent, without its question mark; empty where there was none.
    pub query: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// When it arrived, since the emulator was built.
    pub at: Duration,
    /// The status answered, or `None` where a fault kept every answer away.
    pub status: Option<u16>,
    /// Whether a limit refused it with a 429.
    pub refused: bool,
}

impl Seen {
    /// The headers as they may be shown: without keys and tokens.
    pub(crate) fn shown_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let secret = ["x-knack-rest-api-key", "authorization", "cookie"];
        self.headers.iter().map(move |(name, value)| {
            let name = name.as_str();
            (name, if secret.contains(&name) { "…" } else { value.to_str().unwrap_or("…") })
        })
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self.shown_headers().collect();
        f.debug_struct("Seen")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &headers)
            .field("body", &self.body.len())
            .field("at", &self.at)
            .field("status", &self.status)
            .field("refused", &self.refused)
            .finish()
    }
}

/// The latest requests, up to a bound.
#[derive(Debug)]
pub(crate) struct Log {
    bound: usize,
    seen: VecDeque<Seen>,
}

impl Log {
    pub(crate) fn new(bound: usize) -> Self {
        Self { bound, seen: VecDeque::new() }
    }

    pub(crate) fn push(&mut self, seen: Seen) {
        if self.bound == 0 {
            return;
        }
        if self.seen.len() >= self.bound {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.seen.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.seen.clear();
    }
}
