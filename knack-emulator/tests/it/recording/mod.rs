//! Recordings: what passes a recorder is written without secrets, and served again.

mod files;
mod recorder;
mod replay;
mod secrets;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use knack_emulator::{Recorder, Recording};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const APP: &str = "5f00000000000000000000aa";
const KEY: &str = "6d1f0c52-9a3e-4b7d";
const OTHER_APP: &str = "5f00000000000000000000bb";

/// A place for a recording where none is yet.
fn place(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("recording-{name}.jsonl"));
    let _ = fs::remove_file(&path);
    path
}

/// The exchanges of a recording, less its first line.
fn exchanges(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A recording of these exchanges.
fn recording(name: &str, lines: &[String]) -> PathBuf {
    let path = place(name);
    let first = r#"{"knack_recording":1,"service":"https://api.knack.com","application_id":"replaced"}"#;
    fs::write(&path, format!("{first}\n{}", lines.concat())).unwrap();
    path
}

/// A line of one, by its request and its response.
fn line(at_ms: u64, request: &Value, response: &Value) -> String {
    let mut whole = serde_json::json!({"query": [], "headers": {}, "body": null});
    whole.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
    let exchange = serde_json::json!({"at_ms": at_ms, "took_ms": 1, "request": whole, "response": response});
    format!("{exchange}\n")
}

async fn record(service: SocketAddr, path: &Path) -> Recording {
    Recorder::new(&format!("http://{service}/v1")).unwrap().serve(path).await.unwrap()
}

/// A service that gives each request its canned answer, by a part of its first line, and then closes the connection.
struct Canned {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Canned {
    async fn serve(answers: Vec<(&'static str, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        let serving = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Ok(request) = message(&mut stream).await else { continue };
                let request = String::from_utf8_lossy(&request).into_owned();
                let first = request.lines().next().unwrap_or_default().to_owned();
                log.lock().unwrap().push(request);
                let answer = answers.iter().find(|(part, _)| first.contains(part));
                let none = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec();
                let _ = stream.write_all(answer.map_or(&none, |(_, answer)| answer)).await;
            }
        });
        Self { address, asked, serving }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A whole answer on a wire that closes behind it.
fn canned(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn canned_json(body: &Value) -> Vec<u8> {
    canned("200 OK\r\nContent-Type: application/json; charset=utf-8", body.to_string().as_bytes())
}

/// One HTTP message of a known length, or in chunks.
async fn message(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = find(&read, b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let whole = match length.and_then(|length| length.trim().parse::<usize>().ok()) {
            Some(length) => read.len() >= end + 4 + length,
            None => !head.contains("transfer-encoding: chunked") || read.ends_with(b"0\r\n\r\n"),
        };
        if whole {
            return Ok(read);
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// What came back on a wire.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    /// The head in lower case.
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// Sends a request with these further lines of its head, and reads until the connection ends.
async fn ask(server: SocketAddr, first: &str, head: &[&str], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let lines: String = head.iter().flat_map(|line| [*line, "\r\n"]).collect();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!("{first} HTTP/1.1\r\nHost: knack\r\nConnection: close\r\n{lines}{length}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut read = Vec::new();
    // A connection that is reset ends an answer as one that is closed does.
    let _ = stream.read_to_end(&mut read).await;
    answer(&read)
}

/// As [`ask`], for this application.
async fn ask_as(server: SocketAddr, first: &str, app: &str, body: &str) -> Answer {
    let app = format!("X-Knack-Application-Id: {app}");
    let key = format!("X-Knack-REST-API-Key: {KEY}");
    let lines = [app.as_str(), key.as_str(), "Content-Type: application/json"];
    ask(server, first, &lines, body.as_bytes()).await
}

fn answer(read: &[u8]) -> Answer {
    let Some(end) = find(read, b"\r\n\r\n") else {
        return Answer { status: 0, head: String::new(), body: read.to_vec() };
    };
    let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    let mut body = read[end + 4..].to_vec();
    if head.contains("transfer-encoding: chunked") {
        body = joined(&body);
    }
    Answer { status, head, body }
}

/// The chunks of a body, as far as they came.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = find(chunks, b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&chunks[..end]), 16).unwrap_or(0);
        if size == 0 || chunks.len() < end + 2 + size + 2 {
            break;
        }
        body.extend_from_slice(&chunks[end + 2..end + 2 + size]);
        chunks = &chunks[end + 2 + size + 2..];
    }
    body
}
