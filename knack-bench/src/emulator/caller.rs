//! A client that does all that clients do, over one connection that is sometimes a new one.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use fastrand::Rng;
use knack_emulator::Emulator;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client;
use crate::Failure;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Errors of a caller that are kept; one is enough to look into.
const MOST_ERRORS: usize = 100;

/// What became of a client's calls.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) times: Vec<Duration>,
    pub(super) refused: u64,
    pub(super) broken_off: u64,
    pub(super) errors: Vec<String>,
}

/// One client.
pub(super) struct Caller {
    address: SocketAddr,
    number: u32,
    /// Whether refusals are meant.
    limited: bool,
    rng: Rng,
    stream: Option<TcpStream>,
    /// The record that it made and has not deleted yet.
    own: Option<String>,
    told: Told,
}

impl Caller {
    pub(super) fn new(address: SocketAddr, number: u32, limited: bool) -> Self {
        let (rng, told) = (Rng::with_seed(number.into()), Told::default());
        Self { address, number, limited, rng, stream: None, own: None, told }
    }

    pub(super) async fn call_until(mut self, end: Instant) -> Told {
        while Instant::now() < end && self.told.errors.len() < MOST_ERRORS {
            if let Err(error) = self.step().await {
                self.told.errors.push(error.to_string());
                self.stream = None;
            }
        }
        self.told
    }

    async fn step(&mut self) -> Result<(), Failure> {
        let get = |path: &str| client::request("GET", path, "");
        let page = self.rng.u32(1..=40);
        match self.rng.u32(0..100) {
            0..25 => drop(self.expect(&get(&format!("object_4/records/{}", product(page)))).await?),
            25..45 => drop(self.expect(&get(&format!("object_7/records?page={page}"))).await?),
            45..55 => drop(self.expect(&get(&filtered("field_63", "higher than", "3"))).await?),
            55..60 => drop(self.expect(&get("object_1/records?sort_field=field_8&rows_per_page=100")).await?),
            60..70 => drop(self.expect(&view("GET", "scene_4/views/view_2/records")).await?),
            70..90 => self.write().await?,
            90 => drop(self.expect(&login()).await?),
            91..96 => self.stream = None,
            96..98 => self.break_off_request().await?,
            _ => self.break_off_answer().await?,
        }
        Ok(())
    }

    /// Makes a record, changes it or deletes it, so that there is never more than one.
    async fn write(&mut self) -> Result<(), Failure> {
        let Some(id) = &self.own else {
            let body =
                format!(r#"{{"field_30": "Bell", "field_31": "S-{}", "field_33": "9.90"}}"#, self.number);
            let made = self.expect(&client::request("POST", "object_4/records", &body)).await?;
            self.own = made.and_then(|made| Some(made.get("id")?.as_str()?.to_owned()));
            return Ok(());
        };
        let path = format!("object_4/records/{id}");
        if self.rng.bool() {
            let body = format!(r#"{{"field_35": {}, "field_30": "Horn"}}"#, self.rng.u32(0..100));
            self.expect(&client::request("PUT", &path, &body)).await?;
        } else if self.expect(&client::request("DELETE", &path, "")).await?.is_some() {
            self.own = None;
        }
        Ok(())
    }

    /// Goes away in the midst of a request's head or body.
    async fn break_off_request(&mut self) -> Result<(), Failure> {
        let request = client::request("POST", "object_4/records", r#"{"field_30": "never whole"}"#);
        let part = request.len() - self.rng.usize(1..request.len());
        let mut stream = self.connected().await?;
        stream.write_all(request.get(..part).unwrap_or_default()).await?;
        self.told.broken_off += 1;
        Ok(())
    }

    /// Goes away before a long answer is read.
    async fn break_off_answer(&mut self) -> Result<(), Failure> {
        let mut stream = self.connected().await?;
        stream.write_all(&client::request("GET", "object_7/records?rows_per_page=1000", "")).await?;
        let mut some = [0; 512];
        let _ = stream.read(&mut some).await?;
        self.told.broken_off += 1;
        Ok(())
    }

    async fn connected(&mut self) -> Result<TcpStream, Failure> {
        if let Some(stream) = self.stream.take() {
            return Ok(stream);
        }
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// The JSON of a good answer, or `None` for a refusal that is meant.
    async fn expect(&mut self, request: &[u8]) -> Result<Option<Value>, Failure> {
        let mut stream = self.connected().await?;
        let began = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, exchange(&mut stream, request)).await;
        let (status, body) = answer.map_err(|_| "no answer in time")??;
        self.told.times.push(began.elapsed());
        self.stream = Some(stream);
        match status {
            200 => Ok(Some(serde_json::from_slice(&body)?)),
            429 if self.limited => {
                self.told.refused += 1;
                Ok(None)
            }
            _ => {
                let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
                let [line, body] = [line, &body].map(String::from_utf8_lossy);
                Err(format!("{line}: {status} {body}").into())
            }
        }
    }
}

/// Sends a request and reads the whole answer.
async fn exchange(stream: &mut TcpStream, request: &[u8]) -> Result<(u16, Vec<u8>), Failure> {
    stream.write_all(request).await?;
    let mut answer = Vec::with_capacity(16 * 1024);
    let body = loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = std::str::from_utf8(answer.get(..body).unwrap_or_default())?;
    let status = head.split(' ').nth(1).unwrap_or_default().parse()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.ok_or("an answer without a length")?.parse()?;
    let mut rest = answer.split_off(body);
    while rest.len() < length {
        if stream.read_buf(&mut rest).await? == 0 {
            return Err("the server closed the connection in the midst of an answer".into());
        }
    }
    Ok((status, rest))
}

/// The id of the sample's `n`th product.
fn product(n: u32) -> String {
    format!("{:08x}5a04{n:012x}", 1_704_067_200 + 4_000_000 + n)
}

fn filtered(field: &str, operator: &str, value: &str) -> String {
    let rules = serde_json::json!([{"field": field, "operator": operator, "value": value}]).to_string();
    format!("object_7/records?filters={}", rules.replace('"', "%22").replace(' ', "%20"))
}

fn view(method: &str, path: &str) -> Vec<u8> {
    let app = Emulator::SAMPLE_ID;
    format!(
        "{method} /v1/pages/{path} HTTP/1.1\r\nHost: localhost\r\nX-Knack-Application-Id: {app}\r\n\
         X-Knack-REST-API-Key: knack\r\n\r\n"
    )
    .into_bytes()
}

fn login() -> Vec<u8> {
    let (app, password) = (Emulator::SAMPLE_ID, Emulator::SAMPLE_PASSWORD);
    let body = format!(r#"{{"email": "ada.abara900@example.com", "password": "{password}"}}"#);
    format!(
        "POST /v1/applications/{app}/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
