//! A recording as a server: what was answered is answered again.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use hyper::body::Incoming;
use knack_core::transport::{BoxFuture, ByteStream, Failure, Request, Transport, TransportError, next};
use tokio::time::Instant;

use super::body::Body;
use super::exchange::{Answered, Asked, Exchange};
use super::secrets::{self, HIDDEN, STAND_IN, Secrets};
use super::{file, matching};
use crate::error::EmulatorError;
use crate::latency::Latency;
use crate::outcome::{Ending, Outcome};
use crate::server::{self, CutBody, Server, reading};
use crate::transport;

/// The largest body of a request that is read, in bytes.
const LARGEST_BODY: usize = 256 * 1024 * 1024;

/// What answers a request that is in no recording. It is none of Knack's: a client that takes a 404 for a record
/// that is not there, or tries a 5xx again, would hide that a recording lacks something.
const NOT_RECORDED: StatusCode = StatusCode::MISDIRECTED_REQUEST;

/// A recording that is served: what `cargo knack record` wrote, answered again, without a service behind it.
///
/// A request gets the answer of a recorded one with the same method, path, query (in any order, filters by their
/// meaning) and body (JSON by its meaning). What was recorded several times is answered in that order, and then as
/// the last time. Secrets and the application's id do not count: any key, password and application will do. What
/// was not recorded gets a 421 that names the nearest that was, and what differs.
///
/// ```no_run
/// use knack_emulator::Replay;
///
/// # async fn replay() -> Result<(), knack_emulator::EmulatorError> {
/// let replay = Replay::open("tests/orders.jsonl")?;
/// let transport = replay.transport(); // for a client in this process, or, on a socket:
/// let server = replay.serve().await?;
/// println!("{}/v1", server.url());
/// assert!(replay.never_asked().is_empty(), "{:?}", replay.never_asked());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Replay {
    shared: Arc<Shared>,
    latency: Latency,
    watcher: Option<Watcher>,
}

type Watcher = Arc<dyn Fn(&str) + Send + Sync>;

struct Shared {
    exchanges: Vec<(usize, Exchange)>,
    replaced: bool,
    warning: Option<String>,
    began: Instant,
    state: Mutex<State>,
}

struct State {
    /// How often each exchange was asked for.
    asked: Vec<u64>,
    /// The application of the last request that named one.
    application: Option<String>,
    rng: fastrand::Rng,
}

impl Replay {
    /// Reads a recording, which is held in memory. An error names the line that is wrong. A last line that is cut
    /// off, as of a recorder that was killed, is left out: see [`Self::warning`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, EmulatorError> {
        let file::Recorded { exchanges, replaced, warning } = file::read(path.as_ref())?;
        let asked = vec![0; exchanges.len()];
        let state = State { asked, application: None, rng: fastrand::Rng::with_seed(0) };
        let shared = Shared { exchanges, replaced, warning, began: Instant::now(), state: Mutex::new(state) };
        Ok(Self { shared: Arc::new(shared), latency: Latency::None, watcher: None })
    }

    /// How long an answer takes. Unless set, it comes at once, however long it took when it was recorded.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use knack_emulator::{Latency, Replay};
    ///
    /// let way = Duration::from_millis(40);
    /// let slow = Replay::open("tests/orders.jsonl")?.latency(Latency::fixed(way, Duration::ZERO, way));
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn latency(self, latency: Latency) -> Self {
        Self { latency, ..self }
    }

    /// Tells of each request in a line, without secrets, and which line of the recording answered it.
    ///
    /// ```no_run
    /// use knack_emulator::Replay;
    ///
    /// let replay = Replay::open("tests/orders.jsonl")?.on_request(|line| eprintln!("{line}"));
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn on_request(self, watcher: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { watcher: Some(Arc::new(watcher)), ..self }
    }

    /// How many exchanges were recorded.
    pub fn exchanges(&self) -> usize {
        self.shared.exchanges.len()
    }

    /// The id of the application, for a program that wants one: that of the recording if it was kept, else zeros,
    /// which stand for any.
    pub fn application_id(&self) -> &str {
        let mut recorded = self.shared.exchanges.iter().filter_map(|(_, one)| one.application.as_deref());
        recorded.next().unwrap_or(STAND_IN)
    }

    /// What is wrong with the recording, but does not keep it from being served.
    pub fn warning(&self) -> Option<&str> {
        self.shared.warning.as_deref()
    }

    /// The recorded requests that nobody asked for yet, each in a line with its place in the recording.
    pub fn never_asked(&self) -> Vec<String> {
        let state = self.state();
        let never = self.shared.exchanges.iter().zip(&state.asked).filter(|(_, times)| **times == 0);
        never.map(|((line, exchange), _)| format!("line {line}: {}", exchange.asked.shown())).collect()
    }

    /// The recording without a socket, which also works in tokio's paused time.
    pub fn transport(&self) -> ReplayTransport {
        ReplayTransport(self.clone())
    }

    /// Serves on a free port of the loopback interface. Wants a tokio runtime whose time runs.
    pub async fn serve(&self) -> Result<Server, EmulatorError> {
        self.serve_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Serves on `address`, loopback or not; port 0 is any free one.
    pub async fn serve_on(&self, address: SocketAddr) -> Result<Server, EmulatorError> {
        let replay = self.clone();
        Server::start(server::bind(address).await?, move |request, _| served(replay.clone(), request))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of a request.
    fn carry(&self, request: &http::Request<Bytes>) -> Outcome {
        let (method, uri, headers, body) =
            (request.method(), request.uri(), request.headers(), request.body());
        let mut state = self.state();
        // Who follows an address out of an answer does not say which application it is for.
        state.application = secrets::application(uri, headers).or(state.application.take());
        let application = state.application.clone().filter(|_| self.shared.replaced);
        let mut secrets = Secrets::new(!self.shared.replaced);
        secrets.learn_application(application.clone());
        let asked = Asked::of((method, uri), headers, body, &secrets);
        let found = self.find(&mut state, &asked, headers);
        let trip = self.latency.draw(&mut state.rng);
        drop(state);
        let (ending, answered) = if let Some((line, exchange)) = found {
            (ending(line, exchange, method, application.as_deref()), format!("line {line}"))
        } else {
            // What a message shows is hidden by all that the request itself tells.
            secrets.learn_request(uri, headers);
            Body::learn(body, headers, &mut secrets);
            let asked = Asked::of((method, uri), headers, body, &secrets);
            (refusal(self.lacking(&asked)), "not recorded".to_owned())
        };
        self.tell((method, uri), headers, &ending, &answered);
        Outcome { ending, delay: trip.there + trip.processing + trip.back }
    }

    /// The exchange that answers a request: of those that are like it, the first that was not asked for yet, else
    /// the last.
    fn find(&self, state: &mut State, asked: &Asked, headers: &HeaderMap) -> Option<(usize, &Exchange)> {
        let mut last = None;
        for ((line, exchange), times) in self.shared.exchanges.iter().zip(&mut state.asked) {
            if !exchange.is_wanted(headers) || !matching::is_like(&exchange.asked, asked) {
                continue;
            }
            if *times == 0 {
                *times = 1;
                return Some((*line, exchange));
            }
            last = Some((*line, exchange));
        }
        last
    }

    /// Says that a request was not recorded, and what comes nearest to it.
    fn lacking(&self, asked: &Asked) -> String {
        let differences = self.shared.exchanges.iter().map(|(line, one)| {
            let (weight, said) = matching::difference(&one.asked, asked);
            (weight, line, one, said)
        });
        let nearest = differences.min_by_key(|(weight, ..)| *weight);
        let nearest = nearest.map_or("It has no exchange at all.".to_owned(), |(_, line, one, said)| {
            let said = if said.is_empty() { one.wants() } else { said.join("; ") };
            format!("Nearest is line {line}, {}: {said}.", one.asked.shown())
        });
        format!("Not in the recording: {}. {nearest}", asked.shown())
    }

    fn tell(
        &self,
        (method, uri): (&Method, &http::Uri),
        headers: &HeaderMap,
        ending: &Ending,
        answered: &str,
    ) {
        let Some(watcher) = &self.watcher else { return };
        let mut secrets = Secrets::new(true);
        secrets.learn_request(uri, headers);
        let shown = Asked::of((method, uri), headers, &Bytes::new(), &secrets).shown();
        let became = match ending {
            Ending::Answer { response, .. } => response.status().as_str().to_owned(),
            _ => "no answer".to_owned(),
        };
        let at = self.shared.began.elapsed().as_secs_f64();
        watcher(&format!("{at:>9.3} s  {became}  {shown}  {answered}"));
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("exchanges", &self.exchanges()).finish_non_exhaustive()
    }
}

async fn served(replay: Replay, request: http::Request<Incoming>) -> io::Result<Response<CutBody>> {
    let (parts, body) = request.into_parts();
    match reading::whole(body, LARGEST_BODY, None).await {
        Ok(body) => server::conclude(replay.carry(&http::Request::from_parts(parts, body))).await,
        Err(refusal) => Ok(server::refused(refusal)),
    }
}

/// What a recorded exchange ends in.
fn ending(line: usize, exchange: &Exchange, method: &Method, application: Option<&str>) -> Ending {
    let Some(answered) = &exchange.answered else { return Ending::Dropped };
    let body = match answered.body.bytes() {
        Ok(body) => with_application(body, application),
        Err(why) => {
            return refusal(format!("Line {line} of the recording has not the body of this answer: {why}."));
        }
    };
    let cut = exchange.broke.is_some().then_some(body.len());
    let length = answered.header("content-length").and_then(|length| length.parse::<usize>().ok());
    let told = match (cut, method == Method::HEAD) {
        (Some(at), _) => Some(length.filter(|length| *length > at).unwrap_or(at + 1)),
        (None, true) => length,
        (None, false) => None,
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    put_headers(&mut response, answered, application);
    if let Some(told) = told {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(told));
    }
    Ending::Answer { response, cut }
}

/// The recorded headers, less those that are hidden, and what another body or connection makes wrong.
fn put_headers(response: &mut Response<Bytes>, answered: &Answered, application: Option<&str>) {
    for (name, value) in answered.headers.iter().filter(|(_, value)| !value.contains(HIDDEN)) {
        let value = with_application(value.clone().into_bytes(), application);
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(&value))
            && name != CONTENT_LENGTH
            && name != CONTENT_ENCODING
        {
            response.headers_mut().insert(name, value);
        }
    }
}

/// The application that asks, in place of what stands for it.
fn with_application(bytes: Vec<u8>, application: Option<&str>) -> Vec<u8> {
    let Some(application) = application else { return bytes };
    match String::from_utf8(bytes) {
        Ok(text) if text.contains(STAND_IN) => text.replace(STAND_IN, application).into_bytes(),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

fn refusal(text: String) -> Ending {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = NOT_RECORDED;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ending::Answer { response, cut: None }
}

/// Answers requests from a recording in the same process, on tokio's clock, which may be paused. Only path and query
/// of a request's URL count, whatever its host. [`Replay::transport`] gives it.
///
/// ```no_run
/// use bytes::Bytes;
/// use knack_core::transport::Transport;
/// use knack_emulator::Replay;
///
/// # async fn replay() -> Result<(), Box<dyn std::error::Error>> {
/// let replay = Replay::open("tests/orders.jsonl")?;
/// let request = http::Request::get("https://api.knack.com/v1/objects/object_1/records").body(Bytes::new())?;
/// let answer = replay.transport().send(request).await?;
/// assert_ne!(answer.status(), 421, "{:?}", answer.body()); // it was not recorded
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ReplayTransport(Replay);

impl ReplayTransport {
    async fn answer(
        &self,
        request: http::Request<ByteStream>,
    ) -> Result<(Response<Bytes>, Option<usize>), TransportError> {
        let (parts, mut body) = request.into_parts();
        let mut arrived = BytesMut::new();
        while let Some(piece) = next(&mut body).await {
            let piece =
                piece.map_err(|_| TransportError::new(Failure::Broken, "the request was given up"))?;
            arrived.extend_from_slice(&piece);
        }
        transport::ended(self.0.carry(&http::Request::from_parts(parts, arrived.freeze()))).await
    }
}

impl Transport for ReplayTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let request = request.map(knack_core::transport::whole);
            transport::in_whole(self.answer(request).await?)
        })
    }

    fn stream(
        &self,
        request: http::Request<ByteStream>,
    ) -> BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        Box::pin(async move { Ok(transport::pieces(self.answer(request).await?)) })
    }
}
