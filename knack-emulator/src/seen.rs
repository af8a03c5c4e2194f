//! The log of requests.

use std::collections::VecDeque;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};

use crate::recording::secrets::is_secret_header;
use crate::redact;

/// One request as it arrived, and what became of it. Its `Debug` output hides keys and tokens.
#[derive(Clone)]
#[non_exhaustive]
pub struct Seen {
    /// The method.
    pub method: Method,
    /// The path as sent, percent-encoded.
    pub path: String,
    /// The query as sent, without its question mark; empty where there was none. See [`Self::shown_query`].
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
    /// The address that it came from, or `None` where that was this process.
    pub peer: Option<IpAddr>,
    /// What the answer's body begins with, at most a kilobyte; the tokens of logins are left out.
    pub answer: Bytes,
    /// The length of the answer's whole body, in bytes.
    pub answer_bytes: usize,
}

impl Seen {
    /// The query as it may be shown: without the values of what is named as a key, a token or a password.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use knack_core::transport::Transport;
    /// use knack_emulator::Emulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let knack = Emulator::builder().sample().build()?;
    /// let request = http::Request::get("/v1/objects/object_1/records?page=2&token=abc").body(Bytes::new())?;
    /// knack.transport().send(request).await?;
    /// assert_eq!(knack.requests()[0].shown_query(), "page=2&token=…");
    /// # Ok(()) }
    /// ```
    pub fn shown_query(&self) -> String {
        redact::query(&self.query)
    }

    /// The headers as they may be shown: without keys and tokens.
    pub(crate) fn shown_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| {
            let name = name.as_str();
            (name, if is_secret_header(name) { redact::HIDDEN } else { value.to_str().unwrap_or("…") })
        })
    }

    /// Whether the answer's body goes on behind what is remembered of it.
    pub(crate) fn answer_is_cut(&self) -> bool {
        self.answer.len() == EXCERPT && self.answer_bytes > EXCERPT
    }

    /// How many bytes it holds, but for some that are the same for each.
    fn size(&self) -> usize {
        let headers =
            self.headers.iter().map(|(name, value)| HEADER + name.as_str().len() + HeaderValue::len(value));
        let texts = self.path.len() + self.query.len() + headers.sum::<usize>();
        texts + self.body.len() + self.answer.len()
    }

    #[cfg(test)]
    pub(crate) fn nothing() -> Self {
        Self {
            method: Method::GET,
            path: String::new(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            at: Duration::ZERO,
            status: None,
            refused: false,
            peer: None,
            answer: Bytes::new(),
            answer_bytes: 0,
        }
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self.shown_headers().collect();
        f.debug_struct("Seen")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.shown_query())
            .field("headers", &headers)
            .field("body", &self.body.len())
            .field("at", &self.at)
            .field("status", &self.status)
            .field("refused", &self.refused)
            .field("peer", &self.peer)
            .field("answer", &self.answer.len())
            .field("answer_bytes", &self.answer_bytes)
            .finish()
    }
}

/// The most bytes of an answer that are remembered.
const EXCERPT: usize = 1_024;
/// What a header takes beside its name and value, in bytes.
const HEADER: usize = 128;
/// The most bytes of all requests that are remembered, but for those of one request.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What is remembered of the body of an answer. It is a copy, since a part would keep the whole.
pub(crate) fn excerpt(path: &str, body: &[u8]) -> Bytes {
    let shown = redact::answer(path, body);
    Bytes::copy_from_slice(shown.get(..EXCERPT).unwrap_or(&shown))
}

/// The latest requests, up to a bound of their number and one of their size.
#[derive(Debug)]
pub(crate) struct Log {
    bound: usize,
    bytes: usize,
    seen: VecDeque<Seen>,
    /// How many were remembered once: the number of the oldest.
    forgotten: u64,
}

impl Log {
    pub(crate) fn new(bound: usize) -> Self {
        Self { bound, bytes: 0, seen: VecDeque::new(), forgotten: 0 }
    }

    pub(crate) fn push(&mut self, seen: Seen) {
        if self.bound == 0 {
            return;
        }
        self.bytes += seen.size();
        while self.seen.len() >= self.bound || self.bytes > MOST_BYTES {
            let Some(oldest) = self.seen.pop_front() else { break };
            self.bytes -= oldest.size();
            self.forgotten += 1;
        }
        self.seen.push_back(seen);
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.seen.iter().cloned().collect()
    }

    /// The latest `most` requests in the order of their arrival, each with its number.
    pub(crate) fn latest(&self, most: usize) -> Vec<(u64, Seen)> {
        let passed_over = self.seen.len().saturating_sub(most);
        (self.forgotten..).zip(&self.seen).skip(passed_over).map(|(n, seen)| (n, seen.clone())).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.forgotten += self.seen.len() as u64;
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
        let seen = |size: usize| Seen { body: vec![0; size].into(), ..Seen::nothing() };
        log.push(seen(MOST_BYTES));
        log.push(seen(1));
        log.push(seen(2));
        assert_eq!(log.all().iter().map(|seen| seen.body.len()).collect::<Vec<_>>(), [1, 2]);
        log.push(seen(MOST_BYTES + 1));
        assert_eq!((log.all().len(), log.bytes), (1, MOST_BYTES + 1));
    }

    #[test]
    fn whatever_a_request_holds_is_bounded() {
        let mut log = Log::new(100_000);
        let text = || "x".repeat(EXCERPT);
        for _ in 0..30_000 {
            let mut headers = HeaderMap::new();
            headers.insert("user-agent", HeaderValue::from_str(&text()).unwrap());
            let answer = text().into_bytes().into();
            log.push(Seen { path: text(), query: text(), headers, answer, ..Seen::nothing() });
        }
        let each = log.all()[0].size();
        assert_eq!((log.bytes, log.all().len()), (each * log.seen.len(), MOST_BYTES / each));
        let numbers: Vec<u64> = log.latest(3).into_iter().map(|(number, _)| number).collect();
        assert_eq!(numbers, [29_997, 29_998, 29_999]);
    }
}
