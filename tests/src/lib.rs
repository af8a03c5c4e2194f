//! What the tests of the whole share: structs of the sample application, clients of it, and a
//! transport that answers by script.

// A panic is how a test fails, in what it shares as well.
#![allow(clippy::expect_used, clippy::missing_panics_doc)]

use std::future::Future;
use std::ops::Add;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use knack_emulator::{Builder, Emulator, Window};
use knack_runtime::transport::{BoxFuture, Request, Response, Transport, TransportError};
use knack_runtime::{ApiKey, Client, ClientBuilder, RecordId};

pub mod everything;
mod log;
pub mod pages;
pub mod sample;

pub use log::Log;

/// An application id, where a test needs one and its value does not matter.
pub const APP: &str = "5f0000000000000000000001";

/// The key that must never be seen anywhere.
pub const KEY: &str = "s3cr3t-key-of-the-tests";

/// A local Knack with the sample application, in the same process.
pub fn emulator() -> Builder {
    Emulator::builder().sample()
}

/// A builder of clients of `local`, over its in-process transport.
pub fn client_of(local: &Emulator) -> ClientBuilder<ApiKey> {
    Client::builder(local.application_id()).api_key(local.api_key()).transport(local.transport())
}

/// The id of some customer: the first of the sample application.
pub fn some_id(local: &Emulator) -> RecordId {
    local.ids("object_1").first().and_then(|id| id.parse().ok()).expect("an id")
}

/// So many milliseconds.
pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Servers of every kind.
pub const WINDOWS: [Window; 5] = [
    Window::EpochSecond,
    Window::FixedPhase { phase: ms(370) },
    Window::FirstCall,
    Window::Sliding,
    Window::Bucket,
];

/// The most of these moments that any second holds, not only those between whole ones.
pub fn busiest_second<T: Copy + Ord + Add<Duration, Output = T>>(at: impl IntoIterator<Item = T>) -> usize {
    let mut at: Vec<T> = at.into_iter().collect();
    at.sort_unstable();
    let from = |start: &T| at.iter().filter(|t| **t >= *start && **t < *start + ms(1_000)).count();
    at.iter().map(from).max().unwrap_or_default()
}

/// A transport that answers each request by a function, and keeps what was sent.
#[derive(Clone)]
pub struct Script {
    answer: Arc<Answers>,
    sent: Arc<Mutex<Vec<Request>>>,
}

type Answers = dyn Fn(usize, &Request) -> Answer + Send + Sync;

/// What a [`Script`] says to one request.
pub type Answer = BoxFuture<'static, Result<Response, TransportError>>;

impl Script {
    /// Answers by `answer`, which is told how many requests came before.
    pub fn new<F>(answer: impl Fn(usize, &Request) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Response, TransportError>> + Send + 'static,
    {
        let answer = move |index: usize, request: &Request| -> Answer { Box::pin(answer(index, request)) };
        Self { answer: Arc::new(answer), sent: Arc::default() }
    }

    /// Answers everything with this status and body.
    pub fn always(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self::new(move |_, _| {
            let answer = answer(status, body.clone());
            async { Ok(answer) }
        })
    }

    /// Answers a list with this as its first page, and empty pages behind it.
    pub fn one_page(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self::new(move |_, request| {
            let query = request.uri().query().unwrap_or_default();
            let first = query.starts_with("page=1&");
            let answer = answer(200, if first { body.clone() } else { br#"{"records":[]}"#.to_vec() });
            async { Ok(answer) }
        })
    }

    /// A client that talks to this script.
    pub fn client(&self) -> Client {
        Client::builder(APP).api_key(KEY).transport(self.clone()).build().expect("a client")
    }

    /// What was sent so far.
    pub fn sent(&self) -> Vec<Request> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An answer with this status and body, without headers.
pub fn answer(status: u16, body: impl Into<Vec<u8>>) -> Response {
    let mut response = Response::new(body.into().into());
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    response
}

impl Transport for Script {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = (self.answer)(sent.len(), &request);
        sent.push(request);
        answer
    }
}

/// The folder of recorded Knack answers, where it is at hand: `KNACK_FIXTURES`, else
/// `../shared/fixtures` seen from the root of the repository. In CI it must be.
pub fn fixtures() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures"));
    let folder = std::env::var_os("KNACK_FIXTURES").map_or_else(beside, PathBuf::from);
    if folder.join("knackpy").is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "in CI, KNACK_FIXTURES must name the recorded answers");
    println!("skipped: no recorded Knack answers at hand (KNACK_FIXTURES names their folder)");
    None
}

/// The code in the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
