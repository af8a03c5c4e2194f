//! What strangers put on a socket: each of it ends with an error or with the connection, and the next caller is
//! answered as ever.

use std::time::Duration;

use knack_emulator::{Emulator, Server};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::shop;

struct Wire {
    knack: Emulator,
    server: Server,
}

impl Wire {
    async fn open() -> Self {
        let knack = shop().rate_limit(100_000).daily_calls(1_000_000).build().unwrap();
        let server = knack.serve().await.unwrap();
        Self { knack, server }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.server.address()).await.unwrap()
    }

    /// The request's bytes: `<keys>` are the two headers of an object-based call.
    fn bytes(&self, request: &str) -> Vec<u8> {
        let keys = format!(
            "X-Knack-Application-Id: {}\nX-Knack-REST-API-Key: {}",
            self.knack.application_id(),
            self.knack.api_key()
        );
        request.replace("<keys>", &keys).replace('\n', "\r\n").into_bytes()
    }

    /// All that a connection gives to these bytes until it is closed.
    async fn told(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // It may be closed before all is written.
        let _ = stream.write_all(bytes).await;
        until_closed(&mut stream).await
    }

    /// The status of the answer to a request; 0 where the connection is closed without one.
    async fn status(&self, request: &str) -> u16 {
        status(&self.told(&self.bytes(request)).await)
    }

    /// Whether the next caller is answered.
    async fn still_serves(&self) {
        let request = "GET /v1/objects/object_1/records HTTP/1.1\nHost: knack\nConnection: close\n<keys>\n\n";
        assert_eq!(self.status(request).await, 200);
    }
}

async fn until_closed(stream: &mut TcpStream) -> String {
    let mut told = Vec::new();
    let _ = stream.read_to_end(&mut told).await;
    String::from_utf8_lossy(&told).into_owned()
}

fn status(told: &str) -> u16 {
    told.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn heads_that_are_too_large_or_none() {
    let wire = Wire::open().await;
    let long = "x".repeat(1024 * 1024);
    let many = "X-More: y\n".repeat(1_000);
    for (request, statuses) in [
        (format!("GET /v1/objects HTTP/1.1\nHost: knack\nX-Long: {long}\n<keys>\n\n"), &[431][..]),
        (format!("GET /v1/objects HTTP/1.1\nHost: knack\n{many}<keys>\n\n"), &[431]),
        (format!("GET /v1/objects?{long} HTTP/1.1\nHost: knack\n<keys>\n\n"), &[414, 431]),
        ("GET /v1/objects HTTP/1.1\nno header at all\n\n".to_owned(), &[400]),
        ("GET /v1/objects HTTP/1.1\nHost: kn\0ack\n\n".to_owned(), &[400]),
        ("GET  /v1/objects  HTTP/1.1\n\n".to_owned(), &[400]),
        ("GET /v1/ob jects HTTP/1.1\n\n".to_owned(), &[400]),
        ("GET /v1/objects HTTP/9.9\n\n".to_owned(), &[400]),
        ("PRI * HTTP/2.0\n\nSM\n\n".to_owned(), &[0, 400]),
        ("\u{16}\u{3}\u{1}\u{2}\0 a hello of TLS\n\n".to_owned(), &[400]),
        ("\n\n\n\n".to_owned(), &[0, 400]),
    ] {
        let mut stream = wire.connect().await;
        let _ = stream.write_all(&wire.bytes(&request)).await;
        let _ = stream.shutdown().await;
        let told = status(&until_closed(&mut stream).await);
        // What is still written to a closed connection may cost the answer.
        assert!(statuses.contains(&told) || (told == 0 && request.len() > 100_000), "{told}: {request:.60}");
    }
    assert_eq!(wire.knack.calls(), 0, "none of them is a request");
    wire.still_serves().await;
}

#[tokio::test]
async fn paths_lead_nowhere_else() {
    let wire = Wire::open().await;
    for path in [
        "/v1/../etc/passwd",
        "/v1/objects/../objects",
        "/v1/objects/%2e%2e/object_1",
        "/v1/objects/object_1/records/..%2f..",
        "/v1/objects/object_1/records/%00",
        "/v1/objects/object_1%00/records",
        "/v1/objects/object_1%2500/records",
        "/v1/objects/object_1/%252e%252e/records",
        "/v1/objects/object_1/records/%ff%fe",
        "/v1/objects/object_1/records/%",
        "/v1/objects/object_1/records/%zz",
        "//v1/objects",
        "/v1//objects",
        "/v1;x=1/objects",
        "/V1/objects",
        "/_emulator/../v1/objects",
        "/_emulator/%2e%2e/%2e%2e/etc/passwd",
        "/v1/applications/../objects",
        "/v1/applications/5f00000000000000000000aa/download/asset/..%2f..%2fetc/passwd",
        "/v1/applications/5f00000000000000000000aa/assets/../../../etc/passwd",
        "/assets/5f00000000000000000000aa/../../etc/passwd/original/a",
        "*",
    ] {
        let told =
            wire.status(&format!("GET {path} HTTP/1.1\nHost: knack\nConnection: close\n<keys>\n\n")).await;
        assert!(matches!(told, 400..=599), "{path}: {told}");
    }
    // These are keys of objects, which Knack answers so where there is none.
    for key in ["..%2fobject_1%2frecords", "object_1%2frecords", "%2e%2e", "object_1%00", "object_1\\records"]
    {
        let request = format!("GET /v1/objects/{key} HTTP/1.1\nHost: knack\nConnection: close\n<keys>\n\n");
        assert!(wire.told(&wire.bytes(&request)).await.ends_with("\r\n\r\n{}"), "{key}");
    }
    wire.still_serves().await;
}

#[tokio::test]
async fn targets_of_every_form() {
    let wire = Wire::open().await;
    for (line, want) in [
        ("GET http://knack.example/v1/objects HTTP/1.1", 200),
        ("GET http://user:word@knack.example:99999/v1/objects HTTP/1.1", 200),
        ("GET file:///v1/objects HTTP/1.1", 400),
        ("CONNECT knack.example:443 HTTP/1.1", 404),
        ("OPTIONS * HTTP/1.1", 204),
        ("GET /v1/objects HTTP/1.0", 200),
        ("BREW /v1/objects HTTP/1.1", 404),
    ] {
        let told = wire.status(&format!("{line}\nHost: knack\nConnection: close\n<keys>\n\n")).await;
        assert_eq!(told, want, "{line}");
    }
    wire.still_serves().await;
}

#[tokio::test]
async fn bodies_that_are_too_large_or_no_records() {
    let wire = Wire::open().await;
    let post = |headers: &str, body: &str| {
        format!(
            "POST /v1/objects/object_1/records HTTP/1.1\nHost: knack\nConnection: close\n<keys>\n{headers}\n\n{body}"
        )
    };
    let deep = format!("{{\"field_1\":{}", "[".repeat(1_000_000));
    let length = |length: usize| format!("Content-Length: {length}");
    for (request, want) in [
        (post("Content-Length: 17000000", ""), 413),
        // No length at all to the HTTP library.
        (post("Content-Length: 18446744073709551615", ""), 431),
        (post(&length(deep.len()), &deep), 400),
        (post(&length(5), "{\"a\":"), 400),
        (post("Transfer-Encoding: chunked", "5\n{\"a\":\n0\n\n"), 400),
        (post("Transfer-Encoding: chunked", "zz\n{}\n0\n\n"), 400),
        (post("Transfer-Encoding: chunked", "ffffffffffffffff1\n{}"), 400),
        (post("Transfer-Encoding: chunked", "-1\n{}"), 400),
    ] {
        let shown: String = request.chars().skip(180).take(120).collect();
        assert_eq!(wire.status(&request).await, want, "{shown}");
    }
    let mut bytes = wire.bytes(&post(&length(15), ""));
    bytes.extend_from_slice(b"{\"field_1\":\"\xff\"}");
    assert_eq!(status(&wire.told(&bytes).await), 400);
    assert_eq!(wire.knack.count("object_1"), 0);
    wire.still_serves().await;
}

/// However a server in front of this one might read them.
#[tokio::test]
async fn no_second_request_hides_in_a_body() {
    let wire = Wire::open().await;
    let hidden =
        "DELETE /v1/objects/object_1/records/5f0000000000000000000001 HTTP/1.1\nHost: knack\n<keys>\n\n";
    let post = |headers: &str, body: &str| {
        format!("POST /v1/objects/object_2/records HTTP/1.1\nHost: knack\n<keys>\n{headers}\n\n{body}")
    };
    for headers in [
        "Content-Length: 2\nContent-Length: 200",
        "Content-Length: 2, 200",
        "Content-Length: +2",
        "Content-Length: -2",
        "Content-Length: 2 2",
        "Content-Length: 0x2",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Content-Length : 2",
    ] {
        let told = wire.told(&wire.bytes(&post(headers, &format!("{{}}{hidden}")))).await;
        assert_eq!((status(&told), told.matches("HTTP/1.1").count()), (400, 1), "{headers}: {told}");
    }
    // Where both are given the chunks count, and nobody reads on: the two are told by one who means ill.
    for headers in
        ["Content-Length: 400\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\nContent-Length: 400"]
    {
        let told = wire.told(&wire.bytes(&post(headers, &format!("2\n{{}}\n0\n\n{hidden}")))).await;
        assert_eq!(told.matches("HTTP/1.1").count(), 1, "{headers}: {told}");
    }
    wire.still_serves().await;
}

#[tokio::test]
async fn requests_in_a_row_are_answered_in_their_order() {
    let wire = Wire::open().await;
    let line = |n: u32, close: &str| {
        format!("GET /v1/objects/object_2/records?page={n} HTTP/1.1\nHost: knack\n{close}<keys>\n\n")
    };
    let many: String = (1..200).map(|n| line(n, "")).collect();
    let told = wire.told(&wire.bytes(&(many + &line(200, "Connection: close\n")))).await;
    let pages: Vec<&str> =
        told.split("\"current_page\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(pages, (1..=200).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn who_dawdles_is_let_go() {
    let wire = Wire::open().await;
    let keys = "Host: knack\nConnection: close\n<keys>";
    for (request, want) in [
        (String::new(), 0),
        ("GET /v1/obj".to_owned(), 0),
        (format!("GET /v1/objects HTTP/1.1\n{keys}\n"), 0),
        (format!("POST /v1/objects/object_1/records HTTP/1.1\n{keys}\nContent-Length: 50\n\n{{"), 408),
        (
            format!(
                "POST /v1/objects/object_1/records HTTP/1.1\n{keys}\nTransfer-Encoding: chunked\n\n5\n{{"
            ),
            408,
        ),
        (
            format!(
                "POST /_emulator/faults HTTP/1.1\n{}\nContent-Length: 50\n\n5",
                keys.replace("knack\n", "localhost\n")
            ),
            408,
        ),
    ] {
        let told = wire.status(&request).await;
        assert!(told == want || (want == 0 && told == 408), "{told}: {request}");
    }
    // A byte now and then does not help.
    let mut stream = wire.connect().await;
    let head = format!("POST /v1/objects/object_1/records HTTP/1.1\n{keys}\nContent-Length: 5000\n\n");
    stream.write_all(&wire.bytes(&head)).await.unwrap();
    let mut sent = 0;
    while stream.write_all(b" ").await.is_ok() && sent < 1_000 {
        sent += 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(sent < 40, "{sent}");
    assert_eq!(wire.knack.calls(), 0);
    wire.still_serves().await;
}

#[tokio::test(start_paused = true)]
async fn connections_that_say_nothing_are_closed() {
    let wire = Wire::open().await;
    let mut open = Vec::new();
    for n in 0..300 {
        let mut stream = wire.connect().await;
        stream.write_all(if n % 2 == 0 { b"" } else { b"GET /v1/objects HTTP/1.1\r\nHost:" }).await.unwrap();
        open.push(stream);
    }
    wire.still_serves().await;
    for mut stream in open {
        let told = until_closed(&mut stream).await;
        assert!(matches!(status(&told), 0 | 408), "{told}");
    }
    wire.still_serves().await;
}

#[tokio::test]
async fn queries_and_headers_of_any_kind() {
    let wire = Wire::open().await;
    let deep: String = "%5B".repeat(20_000);
    let brackets: String = (0..5_000).map(|n| format!("filters[{n}][a]={n}&")).collect::<Vec<_>>().concat();
    for query in [
        format!("filters={deep}"),
        format!("filters{}=1", "[a]".repeat(10_000)),
        brackets.chars().take(60_000).collect(),
        "page=99999999999999999999&rows_per_page=-1".to_owned(),
        "page=-1&rows_per_page=0".to_owned(),
        "filters=%ff%fe&sort_field=%00&sort_order=%".to_owned(),
        "&&&==&=&%3D".to_owned(),
    ] {
        let request = format!(
            "GET /v1/objects/object_1/records?{query} HTTP/1.1\nHost: knack\nConnection: close\n<keys>\n\n"
        );
        let told = wire.told(&wire.bytes(&request)).await;
        assert_eq!(status(&told), 200, "{query:.60}");
        let body: Value = serde_json::from_str(told.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(body["total_records"], 0);
    }
    let mut bytes =
        b"GET /v1/objects HTTP/1.1\r\nHost: knack\r\nConnection: close\r\nX-Knack-REST-API-Key: \xff\xfe\r\n"
            .to_vec();
    bytes.extend_from_slice(
        format!("X-Knack-Application-Id: {}\r\n\r\n", wire.knack.application_id()).as_bytes(),
    );
    assert_eq!(status(&wire.told(&bytes).await), 401);
    wire.still_serves().await;
}
