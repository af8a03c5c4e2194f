//! Uploads and downloads through a recorder, and from its recording.

use std::fs;

use knack_emulator::Replay;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{APP, KEY, answer, ask, exchanges, place, record};
use crate::shop;

fn form(boundary: &str, content: &str) -> String {
    format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"bell.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{content}\r\n--{boundary}--\r\n"
    )
}

#[tokio::test]
async fn files_pass_and_their_bytes_are_not_written() {
    let knack = shop().api_key(KEY).build().unwrap();
    let service = knack.serve().await.unwrap();
    let path = place("files");
    let recording = record(service.address(), &path).await;
    let app = format!("X-Knack-Application-Id: {APP}");
    let key = format!("X-Knack-REST-API-Key: {KEY}");
    let upload = format!("POST /v1/applications/{APP}/assets/file/upload");
    let of = |boundary: &str| format!("Content-Type: multipart/form-data; boundary={boundary}");

    let told = ask(recording.address(), &upload, &[&app, &key, &of("X")], form("X", "ring").as_bytes()).await;
    assert_eq!(told.json()["size"], 4, "{told:?}");
    // In chunks, as who does not know the length sends it.
    let mut stream = TcpStream::connect(recording.address()).await.unwrap();
    let head = format!(
        "{upload} HTTP/1.1\r\nHost: knack\r\nConnection: close\r\n{app}\r\n{key}\r\n{}\r\nTransfer-Encoding: chunked\r\n\r\n",
        of("Y")
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    for piece in form("Y", "ding dong").as_bytes().chunks(50) {
        stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await.unwrap();
        stream.write_all(piece).await.unwrap();
        stream.write_all(b"\r\n").await.unwrap();
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.unwrap();
    assert_eq!(answer(&read).json()["size"], 9);

    // The address leads to the service itself, past the recorder; its path may be asked for here.
    let url = told.json()["public_url"].as_str().unwrap().to_owned();
    let to = url.strip_prefix(&service.url()).unwrap().to_owned();
    let got = ask(recording.address(), &format!("GET {to}"), &["Range: bytes=1-"], b"").await;
    assert_eq!((got.status, got.text().as_str()), (206, "ing"));
    recording.stop().await.unwrap();
    service.stop().await;

    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("ding dong"), "{text}");
    let written = exchanges(&path);
    let part = json!([{"name": "files", "filename": "bell.txt", "type": "text/plain", "size": 9}]);
    assert_eq!(written[1]["request"]["body"]["upload"], part);

    // Another boundary and other bytes are the same upload; another size is none.
    let replay = Replay::open(&path).unwrap();
    let server = replay.serve().await.unwrap();
    let again = ask(server.address(), &upload, &[&app, &of("Z")], form("Z", "gong").as_bytes()).await;
    assert_eq!(again.json(), told.json());
    let other = ask(server.address(), &upload, &[&app, &of("Z")], form("Z", "gong!").as_bytes()).await;
    assert_eq!(other.status, 421);
    let again = ask(server.address(), &format!("GET {to}"), &["Range: bytes=1-"], b"").await;
    assert_eq!((again.status, again.text().as_str()), (206, "ing"));
    assert!(again.head.contains("content-range: bytes 1-3/4"), "{again:?}");
}
