//! The road to the server: a transport that takes its time, and keeps the tally of a run.
//!
//! It draws all delays itself instead of having the emulator do so: shapes have delays with a part that
//! is always there, handshakes whose round trips vary, and connections that close when they are idle.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderValue, StatusCode};
use knack_core::transport::{BoxFuture, Request, Response, Transport, TransportError};
use knack_emulator::{Emulator, InProcess};
use tokio::time::{Instant, sleep};

use super::server::{APPLICATION, RECORD};
use super::shape::Shape;

/// The longest time that a refused call spends in the server.
const REFUSAL: Duration = Duration::from_millis(2);

/// How long a connection is kept that is not in use.
const IDLE: Duration = Duration::from_secs(5);

tokio::task_local! {
    /// In a person's task: which of the tally's persons asks.
    pub(super) static PERSON: usize;
}

/// Clones share the server, the connections and the tally.
#[derive(Clone)]
pub(crate) struct Road(Arc<Inner>);

struct Inner {
    server: InProcess,
    shape: &'static Shape,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    /// Since when each open connection is not in use; the latest last, which is used first.
    idle: Vec<Instant>,
    tally: Tally,
}

/// What became of our calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) passed: u32,
    pub(super) refused: u32,
    /// The calls of persons.
    pub(super) persons: Vec<Asked>,
    /// Calls of others, and those of them that were refused.
    pub(super) foreign: u32,
    pub(super) foreign_refused: u32,
}

/// The call of a person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) at: Instant,
    /// When it was sent the last time; nothing once it was refused.
    pub(super) sent: Option<Instant>,
}

impl Road {
    pub(super) fn new(server: &Emulator, shape: &'static Shape, rng: Rng) -> Self {
        let state = Mutex::new(State { rng, idle: Vec::new(), tally: Tally::default() });
        Self(Arc::new(Inner { server: server.transport(), shape, state }))
    }

    /// A GET of the record, without a client of ours; whether it passed.
    pub(super) async fn get(&self) -> bool {
        self.send(request()).await.is_ok_and(|answer| answer.status() != StatusCode::TOO_MANY_REQUESTS)
    }

    /// A call of somebody else, who is next to the server.
    pub(super) async fn foreign(&self) {
        let answer = self.0.server.send(request()).await;
        let refused = answer.is_ok_and(|answer| answer.status() == StatusCode::TOO_MANY_REQUESTS);
        let tally = &mut self.0.state().tally;
        tally.foreign += 1;
        tally.foreign_refused += u32::from(refused);
    }

    /// Takes note that a person asks; the number is for [`PERSON`].
    pub(super) fn asks(&self) -> usize {
        let persons = &mut self.0.state().tally.persons;
        persons.push(Asked { at: Instant::now(), sent: None });
        persons.len() - 1
    }

    pub(super) fn tally(&self) -> Tally {
        self.0.state().tally.clone()
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let person = PERSON.try_with(|person| *person).ok();
        let [there, processing, back] = self.depart(person);
        sleep(there).await;
        let answer = self.server.send(request).await?;
        let refused = answer.status() == StatusCode::TOO_MANY_REQUESTS;
        sleep(back + if refused { processing.min(REFUSAL) } else { processing }).await;
        self.arrive(person, refused);
        Ok(answer)
    }

    /// The delays of a call that is sent now.
    fn depart(&self, person: Option<usize>) -> [Duration; 3] {
        let now = Instant::now();
        let mut state = self.state();
        let State { rng, idle, tally } = &mut *state;
        if let Some(asked) = person.and_then(|person| tally.persons.get_mut(person)) {
            asked.sent = Some(now);
        }
        let mut there = self.shape.there.draw(rng);
        if self.shape.handshakes {
            idle.retain(|since| now - *since < IDLE);
            if idle.pop().is_none() {
                there += self.shape.handshake(rng);
            }
        }
        [there, self.shape.processing.draw(rng), self.shape.back.draw(rng)]
    }

    /// Counts an answer, and keeps its connection.
    fn arrive(&self, person: Option<usize>, refused: bool) {
        let mut state = self.state();
        state.idle.push(Instant::now());
        let State { tally, .. } = &mut *state;
        if refused {
            tally.refused += 1;
            if let Some(asked) = person.and_then(|person| tally.persons.get_mut(person)) {
                asked.sent = None;
            }
        } else {
            tally.passed += 1;
        }
    }
}

impl Transport for Road {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.0.exchange(request))
    }
}

/// A GET of the record.
fn request() -> Request {
    let mut request = Request::new(Bytes::new());
    let path = format!("/v1/objects/object_1/records/{RECORD}");
    *request.uri_mut() = http::Uri::try_from(path).unwrap_or_default();
    let headers = request.headers_mut();
    headers.insert("x-knack-application-id", HeaderValue::from_static(APPLICATION));
    headers.insert("x-knack-rest-api-key", HeaderValue::from_static(Emulator::API_KEY));
    request
}
