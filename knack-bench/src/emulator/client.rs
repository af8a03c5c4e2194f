//! A caller of a few lines, so that what is measured is the server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use knack_emulator::Emulator;

use crate::Failure;

/// The bytes of a call of objects.
pub(super) fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    let (app, key) = (Emulator::SAMPLE_ID, Emulator::API_KEY);
    format!(
        "{method} /v1/objects/{path} HTTP/1.1\r\nHost: localhost\r\nX-Knack-Application-Id: {app}\r\n\
         X-Knack-REST-API-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// One connection.
pub(super) struct Wire(BufReader<TcpStream>);

impl Wire {
    pub(super) fn to(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(256 * 1024, stream)))
    }

    /// Sends a request and answers the body of a good answer.
    pub(super) fn call(&mut self, request: &[u8]) -> Result<Vec<u8>, Failure> {
        self.0.get_mut().write_all(request)?;
        let (mut line, mut length, mut is_first) = (String::new(), 0, true);
        loop {
            line.clear();
            if self.0.read_line(&mut line)? == 0 {
                return Err("the server closed the connection".into());
            }
            if is_first && !line.starts_with("HTTP/1.1 200") {
                return Err(format!("answered {}", line.trim()).into());
            }
            is_first = false;
            if let Some(told) = line.strip_prefix("content-length: ") {
                length = told.trim().parse()?;
            }
            if line == "\r\n" {
                let mut body = vec![0; length];
                self.0.read_exact(&mut body)?;
                return Ok(body);
            }
        }
    }
}

/// Calls a second of so many callers, each on a connection of its own.
pub(super) fn rate(
    address: SocketAddr,
    request: &[u8],
    callers: usize,
    time: Duration,
) -> Result<f64, Failure> {
    let calls = AtomicU64::new(0);
    let began = Instant::now();
    let call = || -> Result<(), Failure> {
        let mut wire = Wire::to(address)?;
        while began.elapsed() < time {
            wire.call(request)?;
            calls.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let callers: Vec<_> = (0..callers).map(|_| scope.spawn(call)).collect();
        callers.into_iter().try_for_each(|caller| caller.join().map_err(|_| "a caller panicked")?)
    })?;
    #[allow(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    Ok(calls.into_inner() as f64 / began.elapsed().as_secs_f64())
}
