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
    /// How much of the memory it takes, more or less, in bytes.
    fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
        self.path.len() + self.query.len() + self.body.len() + headers.sum::<usize>()
    }

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

/// The most bytes of requests that are remembered, but for those of one.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The latest requests, up to a bound of their number and one of their size.
#[derive(Debug)]
pub(crate) struct Log {
    bound: usize,
    bytes: usize,
    seen: VecDeque<Seen>,
}

impl Log {
    pub(crate) fn new(bound: usize) -> Self {
        Self { bound, bytes: 0, seen: VecDeque::new() }
    }

    pub(crate) fn push(&mut self, seen: Seen) {
        if self.bound == 0 {
            return;
        }
        self.bytes += seen.size();
        while self.seen.len() >= self.bound || self.bytes > MOST_BYTES {
            let Some(oldest) = self.seen.pop_front() else { break };
            self.bytes -= oldest.size();
        }
        self.seen.push_back(seen);
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.seen.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.seen.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_are_forgotten_first() {
        let mut log = Log::new(100);
        let seen = |size: usize| Seen {
            method: Method::POST,
            path: String::new(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: vec![0; size].into(),
            at: Duration::ZERO,
            status: None,
            refused: false,
        };
        log.push(seen(MOST_BYTES));
        log.push(seen(1));
        log.push(seen(2));
        assert_eq!(log.all().iter().map(|seen| seen.body.len()).collect::<Vec<_>>(), [1, 2]);
        log.push(seen(MOST_BYTES + 1));
        assert_eq!((log.all().len(), log.bytes), (1, MOST_BYTES + 1));
    }
}
