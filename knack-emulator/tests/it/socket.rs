//! The same server on a socket, by a client of a few lines.

use http::Method;
use knack_emulator::{Effect, Emulator, Fault, Server};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::shop;

/// What one connection gives until it is closed: head and body.
async fn exchange(
    knack: &Emulator,
    server: &Server,
    method: &Method,
    path: &str,
    body: &str,
) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "{method} /v1{path} HTTP/1.1\r\nHost: knack\r\nConnection: close\r\nContent-Length: {}\r\n\
         X-Knack-Application-Id: {}\r\nX-Knack-REST-API-Key: {}\r\nContent-Type: application/json\r\n\r\n",
        body.len(),
        knack.application_id(),
        knack.api_key()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset ends the answer as one that is closed does.
    let _ = stream.read_to_end(&mut answer).await;
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return (String::new(), answer);
    };
    (String::from_utf8_lossy(&answer[..end]).to_lowercase(), answer[end + 4..].to_vec())
}

#[tokio::test]
async fn records_over_tcp() {
    let knack = shop().build().unwrap();
    let server = knack.serve().await.unwrap();
    assert!(server.url().starts_with("http://127.0.0.1:"));
    let records = "/objects/object_1/records";
    let (head, body) = exchange(&knack, &server, &Method::POST, records, r#"{"field_1":"Saw"}"#).await;
    assert!(head.starts_with("http/1.1 200 ok"), "{head}");
    for line in
        ["x-ratelimit-remaining: 9", "x-planlimit-remaining: 999", &format!("content-length: {}", body.len())]
    {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert_eq!(head.matches("\r\ndate:").count(), 1);
    let made: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(knack.record("object_1", made["id"].as_str().unwrap()), Some(made));
    let (head, _) = exchange(&knack, &server, &Method::GET, "/objects/object_9/records", "").await;
    assert!(head.starts_with("http/1.1 500"), "{head}");

    let address = server.address();
    server.stop().await;
    assert!(TcpStream::connect(address).await.is_err(), "nothing listens any more");
}

#[tokio::test]
async fn connections_break_for_real() {
    let knack = shop()
        .fault(Fault::new(Effect::DropAfter).method(Method::POST).nth(1))
        .fault(Fault::new(Effect::CutBody { at: 20 }).method(Method::GET).nth(1))
        .fault(Fault::new(Effect::CutBody { at: 0 }).method(Method::GET).nth(2))
        .build()
        .unwrap();
    let server = knack.serve().await.unwrap();
    let records = "/objects/object_1/records";
    let (head, body) = exchange(&knack, &server, &Method::POST, records, r#"{"field_1":"Saw"}"#).await;
    assert_eq!((head.as_str(), body.len()), ("", 0), "closed without an answer");
    assert_eq!(knack.count("object_1"), 1, "but applied");

    let (head, body) = exchange(&knack, &server, &Method::GET, records, "").await;
    let told: usize =
        head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().trim().parse().unwrap();
    assert!(told > 100, "{head}");
    assert_eq!(body.len(), 20, "the head tells more than comes");
    let (head, body) = exchange(&knack, &server, &Method::GET, records, "").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert_eq!(body.len(), 0);
    let (_, body) = exchange(&knack, &server, &Method::GET, records, "").await;
    assert!(serde_json::from_slice::<Value>(&body).is_ok());
}

#[tokio::test]
async fn one_connection_serves_many_calls() {
    let knack = shop().build().unwrap();
    let server = knack.serve().await.unwrap();
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /v1/objects HTTP/1.1\r\nHost: knack\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"Invalid API Request") {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
    }
    assert_eq!(knack.calls(), 3);
}
