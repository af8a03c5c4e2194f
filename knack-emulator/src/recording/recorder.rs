//! The recorder: a proxy in front of a real service, which writes what passes.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body as _, Incoming};
use reqwest::{Client, Url};
use serde_json::Value;
use tokio::sync::Mutex;

use super::book::{Book, Watcher};
use super::entry::{BoxError, Entry, last_cause};
use crate::error::EmulatorError;
use crate::server::{self, Server};

/// How long the service may take to say what an application's fields are.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest application that is read, in bytes.
const LARGEST_DUMP: usize = 64 * 1024 * 1024;
/// What concerns one connection alone.
const OF_A_CONNECTION: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
/// What is said anew to the service. Its answers are decoded here, so that they can be searched for secrets.
const SAID_ANEW: [HeaderName; 4] =
    [header::HOST, header::CONTENT_LENGTH, header::EXPECT, header::ACCEPT_ENCODING];

type Answer = Response<UnsyncBoxBody<Bytes, BoxError>>;

/// Begins to record what passes between programs and a real service. `cargo knack record` does it from a shell.
///
/// Secrets never reach the file: keys, tokens, cookies, passwords, fields of kind password. For the latter it asks
/// the service for the application, once, which costs nothing. The records themselves are written as they are.
///
/// A [`Replay`](crate::Replay) serves what was recorded.
///
/// ```no_run
/// use knack_emulator::Recorder;
///
/// # async fn record() -> Result<(), knack_emulator::EmulatorError> {
/// let recording = Recorder::new("https://api.knack.com/v1")?.serve("orders.jsonl").await?;
/// println!("{}/v1", recording.url()); // the base URL for a client
/// println!("{} calls", recording.stop().await?);
/// # Ok(()) }
/// ```
pub struct Recorder {
    service: String,
    append: bool,
    keeps_application: bool,
    watcher: Option<Watcher>,
}

/// A recorder at work. Dropping it ends it: what is on its way is written as far as it came.
#[derive(Debug)]
pub struct Recording {
    server: Server,
    proxy: Arc<Proxy>,
}

struct Proxy {
    service: String,
    http: Client,
    book: Arc<Book>,
    /// The applications whose fields are known.
    asked: Mutex<HashSet<String>>,
}

impl Recorder {
    /// Records what passes to and from a service, told by its base URL (`https://api.knack.com/v1`). Other than on
    /// this machine it must be `https`.
    pub fn new(base_url: &str) -> Result<Self, EmulatorError> {
        let service = service(base_url).map_err(|why| EmulatorError::Service { why })?;
        Ok(Self { service, append: false, keeps_application: false, watcher: None })
    }

    /// Whether a recording that is there already is added to. Unless set, it is an error.
    ///
    /// ```
    /// let recorder = knack_emulator::Recorder::new("https://api.knack.com/v1")?.append(true);
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn append(self, append: bool) -> Self {
        Self { append, ..self }
    }

    /// Whether the application's id is written. Unless set, zeros stand for it, and a replay takes any.
    ///
    /// ```
    /// let recorder = knack_emulator::Recorder::new("https://api.knack.com/v1")?.keep_application_id(true);
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn keep_application_id(self, keep: bool) -> Self {
        Self { keeps_application: keep, ..self }
    }

    /// Tells of each call that is over, and of what is amiss, in a line without secrets.
    ///
    /// ```
    /// use knack_emulator::Recorder;
    ///
    /// let recorder = Recorder::new("https://api.knack.com/v1")?.on_call(|line| eprintln!("{line}"));
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn on_call(self, watcher: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { watcher: Some(Box::new(watcher)), ..self }
    }

    /// Records into a file, on a free port of the loopback interface. Wants a tokio runtime whose time runs.
    pub async fn serve(self, file: impl AsRef<Path>) -> Result<Recording, EmulatorError> {
        self.serve_on(file, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Records into a file, on `address`; port 0 is any free one.
    pub async fn serve_on(
        self,
        file: impl AsRef<Path>,
        address: SocketAddr,
    ) -> Result<Recording, EmulatorError> {
        let listener = server::bind(address).await?;
        let own = listener.local_addr().map_err(|source| EmulatorError::Listen { address, source })?;
        if is_at(&self.service, own) {
            let why = "it is the recorder itself; name the real service, with --base-url or KNACK_BASE_URL";
            return Err(EmulatorError::Service { why });
        }
        let unusable = |_| EmulatorError::Service { why: "the system gives no means to reach it" };
        let http = client(&self.service).map_err(unusable)?;
        let begun = (self.service.as_str(), self.keeps_application);
        let book = Arc::new(Book::open(file.as_ref(), self.append, begun, self.watcher)?);
        let proxy = Arc::new(Proxy { service: self.service, http, book, asked: Mutex::default() });
        let shared = Arc::clone(&proxy);
        let server = Server::start(listener, move |request, _| Arc::clone(&shared).pass(request))?;
        Ok(Recording { server, proxy })
    }
}

impl Recording {
    /// The address that is listened on.
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The base URL without a path, such as `http://127.0.0.1:4712`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Stops, and answers how many exchanges were written, or why not all could be. What is on its way is written
    /// as far as it came.
    pub async fn stop(self) -> Result<u64, EmulatorError> {
        self.server.stop().await;
        self.proxy.book.end()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("service", &self.service).finish_non_exhaustive()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Proxy {
    /// Passes a request on, and the answer back.
    async fn pass(self: Arc<Self>, request: http::Request<Incoming>) -> io::Result<Answer> {
        let (head, body) = request.into_parts();
        let application = self.book.learn(&head);
        let mut entry = Entry::new(Arc::clone(&self.book), head);
        if let Some(application) = application {
            self.acquaint(application).await;
            // What the recorder asked for itself is no part of the time that the service took.
            entry.began = Instant::now();
        }
        let never_any = entry.head.method == Method::HEAD;
        let Some(request) = self.request(&entry, body) else {
            return Ok(failed(
                entry,
                StatusCode::BAD_REQUEST,
                "this address cannot be asked for at the service",
            ));
        };
        match self.http.execute(request).await {
            Ok(answer) => {
                let (mut parts, body) = Response::from(answer).into_parts();
                drop_of_connection(&mut parts.headers);
                entry.status = Some(parts.status);
                entry.came_with = parts.headers.clone();
                let never_any = never_any || [204, 304].contains(&parts.status.as_u16());
                Ok(Response::from_parts(parts, entry.coming(body, never_any).boxed_unsync()))
            }
            Err(error) => {
                let error = error.without_url();
                let what = if error.is_connect() { "there is no connection" } else { "the connection broke" };
                let said = format!("{what} to the service: {}", last_cause(&error));
                Ok(failed(entry, StatusCode::BAD_GATEWAY, &said))
            }
        }
    }

    /// The request to the service; none where the address is none.
    fn request(&self, entry: &Entry, body: Incoming) -> Option<reqwest::Request> {
        let head = &entry.head;
        let path = head.uri.path_and_query()?.as_str();
        let url = Url::parse(&format!("{}{path}", self.service)).ok()?;
        let mut request = reqwest::Request::new(head.method.clone(), url);
        let mut headers = head.headers.clone();
        drop_of_connection(&mut headers);
        for name in SAID_ANEW {
            headers.remove(name);
        }
        *request.headers_mut() = headers;
        let empty = body.is_end_stream();
        let body = entry.sending(body);
        if !empty || head.headers.contains_key(header::CONTENT_LENGTH) {
            *request.body_mut() = Some(reqwest::Body::wrap(body));
        }
        Some(request)
    }

    /// Asks for an application whose fields are not known yet: some may be passwords.
    async fn acquaint(&self, application: String) {
        let mut asked = self.asked.lock().await;
        if asked.contains(&application) {
            return;
        }
        match self.dump(&application).await {
            Some(dump) => self.book.learn_fields(&dump),
            None => self.book.tell(
                "warning: the service did not tell the application's fields: should one be of kind password, what \
                 is written to it is recorded",
            ),
        }
        asked.insert(application);
    }

    async fn dump(&self, application: &str) -> Option<Value> {
        let url = format!("{}/v1/applications/{application}", self.service);
        let answer = self.http.get(url).timeout(PATIENCE).send().await.ok()?.error_for_status().ok()?;
        let dump = Limited::new(reqwest::Body::from(answer), LARGEST_DUMP).collect().await.ok()?;
        serde_json::from_slice(&dump.to_bytes()).ok()
    }
}

/// The recorder's own answer where the service gave none.
fn failed(mut entry: Entry, status: StatusCode, why: &str) -> Answer {
    let text = format!("The recorder got no answer: {why}.");
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    entry.status = Some(status);
    entry.came_with = answer.headers().clone();
    let never_any = entry.head.method == Method::HEAD;
    answer.map(|body| entry.coming(body, never_any).boxed_unsync())
}

fn client(service: &str) -> reqwest::Result<Client> {
    let builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(30))
        .tcp_nodelay(true);
    // A proxy on another machine does not reach this one.
    if is_plain(service) { builder.no_proxy() } else { builder }.build()
}

/// The address of a service, without the version of its API; an error says what is wrong with it.
fn service(base_url: &str) -> Result<String, &'static str> {
    let url = Url::parse(base_url).map_err(|_| "it is no URL, such as https://api.knack.com/v1")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it has a user name or password in it");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or fragment behind its path");
    }
    let host = url.host_str().ok_or("it has no host")?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(host) => {}
        "http" => return Err("it is not encrypted: the key would travel in the clear; use https"),
        _ => return Err("it begins with neither https:// nor http://"),
    }
    let url = url.as_str().trim_end_matches('/');
    Ok(url.strip_suffix("/v1").unwrap_or(url).to_owned())
}

fn is_plain(service: &str) -> bool {
    service.starts_with("http:")
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a service is what listens on an address of this machine.
fn is_at(service: &str, address: SocketAddr) -> bool {
    let Ok(url) = Url::parse(service) else { return false };
    url.host_str().is_some_and(is_loopback) && url.port_or_known_default() == Some(address.port())
}

fn drop_of_connection(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in named {
        headers.remove(name.as_str());
    }
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
}
