//! Requests of any bytes to the local Knack.

use std::error::Error;

use bytes::Bytes;
use http::{Method, Request, Response, header};
use knack_emulator::Emulator;
use serde_json::Value;

use crate::{Held, local};

thread_local! {
    static KNACK: Result<(Emulator, Vec<Value>), String> = knack().map_err(|error| error.to_string());
}

/// The local Knack, and its records at the start.
fn knack() -> Result<(Emulator, Vec<Value>), Box<dyn Error>> {
    let knack = local::builder(3)?.build()?;
    let records = local::records(&knack);
    Ok((knack, records))
}

/// Whatever is sent, the local Knack answers: with a status that it knows, a body of the type that it tells and
/// no longer than there is to tell; and what only reads changes nothing.
///
/// The input is a request as text: a line of method and target, a line for each header, an empty line, the
/// body. Keys that are not given are added, so that most requests get behind the gate.
///
/// # Panics
/// If that does not hold.
///
/// # Errors
/// If the local Knack gives no answer.
pub fn emulator(input: &[u8]) -> Held {
    KNACK.with(|knack| {
        let (knack, before) = knack.as_ref().map_err(String::as_str)?;
        let Some(request) = request(knack, input) else { return Ok(()) };
        let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        let answer = local::answer(knack, request.clone())?;
        holds(&request, &answer)?;
        if reads {
            assert_eq!(local::records(knack), *before, "a read changed records");
            assert_eq!(
                local::answer(knack, request)?.body(),
                answer.body(),
                "a read is answered differently"
            );
        } else {
            knack.reset();
            assert_eq!(local::records(knack), *before, "a reset does not bring the records back");
        }
        Ok(())
    })
}

fn holds(request: &Request<Bytes>, answer: &Response<Bytes>) -> Held {
    let (status, body) = (answer.status().as_u16(), answer.body());
    let known = [200, 204, 206, 302, 304, 400, 401, 403, 404, 413, 416, 500];
    assert!(known.contains(&status), "{status} to {request:?}");
    let said = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str()).transpose()?;
    // Files have any type, and are no longer than what was uploaded.
    let kind = said.unwrap_or_default();
    if kind.starts_with("application/json") && !answer.headers().contains_key(header::CONTENT_DISPOSITION) {
        assert!(serde_json::from_slice::<Value>(body).is_ok(), "no JSON to {request:?}");
    }
    if kind.starts_with("text/html") {
        assert!(std::str::from_utf8(body).is_ok(), "no text to {request:?}");
        // Errors are a few words, and sometimes what was asked for with its signs escaped.
        assert!(body.len() <= 1_000 + 5 * request.uri().path().len(), "{} bytes to {request:?}", body.len());
    }
    assert!(body.len() <= 400_000 + 20 * request.body().len(), "{} bytes to {request:?}", body.len());
    Ok(())
}

fn request(knack: &Emulator, input: &[u8]) -> Option<Request<Bytes>> {
    let (head, body) = match input.windows(2).position(|two| two == b"\n\n") {
        Some(end) => (&input[..end], &input[end + 2..]),
        None => (input, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut line = lines.next()?.splitn(2, |byte| *byte == b' ');
    let mut request = Request::builder().method(line.next()?).uri(line.next()?);
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    let mut request = request.body(Bytes::copy_from_slice(body)).ok()?;
    for (name, value) in
        [("x-knack-application-id", knack.application_id()), ("x-knack-rest-api-key", knack.api_key())]
    {
        request.headers_mut().entry(name).or_insert(value.parse().ok()?);
    }
    Some(request)
}
