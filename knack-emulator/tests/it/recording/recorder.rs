//! What passes a recorder is what the service says, and each exchange is in the file once it is over.

use std::fs;

use knack_emulator::{Effect, Emulator, EmulatorError, Fault, Recorder};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{
    APP, Canned, KEY, ask, ask_as, canned, canned_json, exchanges, line, message, place, record, recording,
};
use crate::shop;

/// A head without what differs by time alone.
fn steady(head: &str) -> Vec<&str> {
    let differs = ["date:", "x-ratelimit", "x-planlimit", "connection:", "transfer-encoding:"];
    let mut lines: Vec<&str> =
        head.lines().filter(|line| !differs.iter().any(|one| line.starts_with(one))).collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn answers_are_those_of_the_service() {
    let knack = shop().rate_limit(1_000).build().unwrap();
    let service = knack.serve().await.unwrap();
    let path = place("same");
    let recording = record(service.address(), &path).await;
    let app = knack.application_id().to_owned();
    let lines = [
        format!("X-Knack-Application-Id: {app}"),
        format!("X-Knack-REST-API-Key: {}", knack.api_key()),
        "Content-Type: application/json".to_owned(),
        "Origin: http://pages.example".to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    ask(recording.address(), "POST /v1/objects/object_1/records", &lines, br#"{"field_1":"Saw"}"#).await;
    let calls = knack.calls();
    let dump = format!("GET /v1/applications/{app}");
    let asked = [
        "GET /v1/objects/object_1/records?page=2&filters=%5B%5D",
        "HEAD /v1/objects/object_1/records",
        "OPTIONS /v1/objects/object_1/records",
        "GET /v1/objects/object_9/records",
        "DELETE /v1/objects/object_1/records/",
        "GET /v1/objects/object_1/records?callback=f",
        "GET /nowhere",
        &dump,
    ];
    for first in asked {
        let [straight, through] = [
            ask(service.address(), first, &lines, b"").await,
            ask(recording.address(), first, &lines, b"").await,
        ];
        assert_eq!((straight.status, &straight.body), (through.status, &through.body), "{first}");
        assert_eq!(steady(&straight.head), steady(&through.head), "{first}");
    }
    assert_eq!(knack.calls(), calls + 2 * asked.len() as u64, "one call is one call");
    assert_eq!(recording.stop().await.unwrap(), asked.len() as u64 + 1);
    assert!(TcpStream::connect(service.address()).await.is_ok());
    assert_eq!(exchanges(&path)[2]["request"]["method"], "HEAD");
    assert_eq!(exchanges(&path)[2]["response"]["body"], json!(null));
}

#[tokio::test]
async fn what_is_sent_arrives_as_it_was_sent() {
    let service = Canned::serve(vec![("/", canned_json(&json!({})))]).await;
    let path = place("sent");
    let recording = record(service.address, &path).await;
    let mut stream = TcpStream::connect(recording.address()).await.unwrap();
    let head = "POST /v1/a%20b/c?x=%22y%22&z HTTP/1.1\r\nHost: 127.0.0.1:1\r\nX-Own: 1\r\nConnection: close, X-Hop\r\n\
                X-Hop: 1\r\nTE: trailers\r\nAccept-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    for piece in ["3\r\nabc\r\n", "4\r\ndefg\r\n", "0\r\n\r\n"] {
        stream.write_all(piece.as_bytes()).await.unwrap();
    }
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.unwrap();
    recording.stop().await.unwrap();
    let asked = service.asked().pop().unwrap();
    assert!(asked.starts_with("POST /v1/a%20b/c?x=%22y%22&z HTTP/1.1\r\n"), "{asked}");
    let asked = asked.to_lowercase();
    assert!(
        asked.contains(&format!("\r\nhost: {}\r\n", service.address)) && asked.contains("x-own: 1"),
        "{asked}"
    );
    for dropped in ["x-hop", "\r\nte:", "accept-encoding: br"] {
        assert!(!asked.contains(dropped), "{dropped} in {asked}");
    }
    let body = asked.split("\r\n\r\n").nth(1).unwrap();
    assert!(body.contains("abc") && asked.contains("defg"), "{asked}");
    assert_eq!(exchanges(&path)[0]["request"]["body"], json!({"text": "abcdefg"}));
}

#[tokio::test]
async fn a_compressed_answer_is_decoded_on_its_way_and_one_that_cannot_be_is_not_written() {
    let braided = canned(
        "200 OK\r\nContent-Type: application/json\r\nContent-Encoding: br",
        b"\x0b\x02\x80{\"a\":1}\x03",
    );
    let service = Canned::serve(vec![("/", braided.clone())]).await;
    let path = place("encoded");
    let recording = record(service.address, &path).await;
    let answer = ask(recording.address(), "GET /v1/x", &[], b"").await;
    recording.stop().await.unwrap();
    assert!(braided.ends_with(&answer.body) && answer.head.contains("content-encoding: br"));
    let body = &exchanges(&path)[0]["response"]["body"];
    assert_eq!(*body, json!({"omitted": "11 bytes in the encoding br, which is not read"}));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_a_502_in_words() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let path = place("nobody");
    let recording = record(nobody, &path).await;
    let answer = ask(recording.address(), "GET /v1/objects", &[], b"").await;
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("there is no connection to the service"), "{answer:?}");
    assert_eq!(ask(recording.address(), "HEAD /v1/objects", &[], b"").await.status, 502);
    recording.stop().await.unwrap();
    let written = exchanges(&path);
    assert_eq!((&written[0]["response"]["status"], written.len()), (&json!(502), 2));
    assert_eq!(written[0]["response"]["body"]["text"], answer.text());
}

#[tokio::test]
async fn a_connection_that_breaks_breaks_here_too() {
    let knack = shop()
        .api_key(KEY)
        .fault(Fault::new(Effect::DropAfter).path("/object_1").nth(2))
        .fault(Fault::new(Effect::CutBody { at: 20 }).path("/object_1").nth(1))
        .build()
        .unwrap();
    let service = knack.serve().await.unwrap();
    let path = place("broken");
    let recording = record(service.address(), &path).await;
    let app = knack.application_id();
    let cut = ask_as(recording.address(), "GET /v1/objects/object_1/records", app, "").await;
    assert_eq!((cut.status, cut.body.len()), (200, 20), "{cut:?}");
    let lost = ask_as(recording.address(), "GET /v1/objects/object_1/records", app, "").await;
    assert!(lost.status == 502 && lost.text().contains("the connection broke to the service"), "{lost:?}");
    recording.stop().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_cut_is_cut_here_too() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{\"records\":[{\"id\":".to_vec();
    let service = Canned::serve(vec![("/", cut)]).await;
    let path = place("cut");
    let recording = record(service.address, &path).await;
    let answer = ask(recording.address(), "GET /v1/x", &[], b"").await;
    assert!(answer.status == 200 && answer.head.contains("content-length: 90"), "{answer:?}");
    assert_eq!(answer.text(), "{\"records\":[{\"id\":");
    recording.stop().await.unwrap();
    let written = exchanges(&path);
    assert_eq!(written[0]["response"]["body"]["text"], "{\"records\":[{\"id\":");
    assert!(written[0]["broke"].as_str().unwrap().contains("broke off"), "{written:?}");
}

#[tokio::test]
async fn a_caller_who_goes_away_and_a_recorder_that_stops_leave_whole_lines() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = place("gone");
    let recording = record(listener.local_addr().unwrap(), &path).await;
    let begun = |head: &str| format!("{head} HTTP/1.1\r\nHost: knack\r\nContent-Length: 5\r\n\r\n");
    let mut callers = Vec::new();
    let mut services = Vec::new();
    for head in ["PUT /v1/a", "PUT /v1/b"] {
        let mut caller = TcpStream::connect(recording.address()).await.unwrap();
        caller.write_all(format!("{}12345", begun(head)).as_bytes()).await.unwrap();
        let (mut service, _) = listener.accept().await.unwrap();
        message(&mut service).await.unwrap();
        callers.push(caller);
        services.push(service);
    }
    // The first goes away; the service notices when its connection ends.
    drop(callers.remove(0));
    let mut rest = Vec::new();
    services.remove(0).read_to_end(&mut rest).await.unwrap();
    assert_eq!(recording.stop().await.unwrap(), 2);
    let written = exchanges(&path);
    for (exchange, name) in written.iter().zip(["/v1/a", "/v1/b"]) {
        assert_eq!(exchange["request"]["path"], name);
        assert_eq!(exchange["response"], json!(null));
        assert!(exchange["broke"].as_str().unwrap().contains("went away"), "{exchange}");
    }
}

#[tokio::test]
async fn a_slow_service_holds_up_nobody_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = place("slow");
    let recording = record(listener.local_addr().unwrap(), &path).await;
    let server = recording.address();
    let slow = tokio::spawn(async move { ask(server, "GET /v1/slow", &[], b"").await });
    let (mut waiting, _) = listener.accept().await.unwrap();
    message(&mut waiting).await.unwrap();
    let quick = tokio::spawn(async move { ask(server, "GET /v1/quick", &[], b"").await });
    let (mut service, _) = listener.accept().await.unwrap();
    message(&mut service).await.unwrap();
    service.write_all(&canned("200 OK", b"quick")).await.unwrap();
    assert_eq!(quick.await.unwrap().text(), "quick");
    assert_eq!(exchanges(&path).len(), 1, "written as soon as it is over");
    // The first half of an answer is there before the second.
    waiting.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nslow").await.unwrap();
    waiting.write_all(b"down").await.unwrap();
    assert_eq!(slow.await.unwrap().text(), "slowdown");
    recording.stop().await.unwrap();
    let written = exchanges(&path);
    assert_eq!(written[1]["response"]["body"], json!({"text": "slowdown"}));
    assert!(written[1]["at_ms"].as_u64() <= written[0]["at_ms"].as_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_at_once_are_whole_lines() {
    let knack = shop().rate_limit(1_000).build().unwrap();
    let service = knack.serve().await.unwrap();
    let path = place("many");
    let recording = record(service.address(), &path).await;
    let server = recording.address();
    let calls: Vec<_> = (0..64)
        .map(|n| {
            tokio::spawn(async move { ask_as(server, &format!("GET /v1/objects?n={n}"), APP, "").await })
        })
        .collect();
    for call in calls {
        assert_ne!(call.await.unwrap().status, 0);
    }
    assert_eq!(recording.stop().await.unwrap(), 64);
    let mut asked: Vec<String> = exchanges(&path)
        .iter()
        .map(|one| one["request"]["query"][0][1].as_str().unwrap().to_owned())
        .collect();
    asked.sort_by_key(|n| n.parse::<u32>().unwrap());
    assert_eq!(asked, (0..64).map(|n: u32| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_at_the_end_is_written_before_it_is_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = place("stopped");
    let recording = record(listener.local_addr().unwrap(), &path).await;
    let mut open = Vec::new();
    for n in 0..40 {
        let mut caller = TcpStream::connect(recording.address()).await.unwrap();
        let head = format!("GET /v1/{n} HTTP/1.1\r\nHost: knack\r\n\r\n");
        caller.write_all(head.as_bytes()).await.unwrap();
        let (mut service, _) = listener.accept().await.unwrap();
        message(&mut service).await.unwrap();
        open.push((caller, service));
    }
    assert_eq!(recording.stop().await.unwrap(), 40);
    assert_eq!(exchanges(&path).len(), 40);
}

#[tokio::test]
async fn a_call_that_waits_for_the_application_has_its_line_and_an_endless_application_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = listener.local_addr().unwrap();
    let path = place("acquainted");
    let recording = record(service, &path).await;
    let server = recording.address();
    let call = tokio::spawn(async move { ask_as(server, "GET /v1/objects", APP, "").await });
    let (mut stream, _) = listener.accept().await.unwrap();
    assert!(message(&mut stream).await.unwrap().starts_with(b"GET /v1/applications/"));
    recording.stop().await.unwrap();
    assert_eq!(call.await.unwrap().status, 0);
    let written = exchanges(&path);
    assert!(written[0]["broke"].as_str().unwrap().contains("went away"), "{written:?}");

    let recording = record(service, &place("endless")).await;
    let server = recording.address();
    let call = tokio::spawn(async move { ask_as(server, "GET /v1/objects", APP, "").await });
    let (mut stream, _) = listener.accept().await.unwrap();
    message(&mut stream).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await.unwrap();
    let piece = vec![b' '; 1024 * 1024];
    let mut sent = 0;
    while sent < 512 && stream.write_all(&piece).await.is_ok() {
        sent += 1;
    }
    assert!(sent < 128, "{sent} MB were read");
    drop(stream);
    let (mut stream, _) = listener.accept().await.unwrap();
    message(&mut stream).await.unwrap();
    stream.write_all(&canned("200 OK", b"done")).await.unwrap();
    assert_eq!(call.await.unwrap().text(), "done");
    recording.stop().await.unwrap();
}

#[tokio::test]
async fn one_file_has_one_recorder() {
    let path = place("shared");
    let recorder = || Recorder::new("https://api.knack.com/v1").unwrap().append(true);
    let recording = recorder().serve(&path).await.unwrap();
    let error = recorder().serve(&path).await.unwrap_err().to_string();
    assert!(error.contains("another recorder writes it; take another file"), "{error}");
    recording.stop().await.unwrap();
    recorder().serve(&path).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn large_bodies_pass_and_are_not_kept() {
    let large = vec![b'x'; 9 * 1024 * 1024];
    let service = Canned::serve(vec![("/", canned("200 OK\r\nContent-Type: text/plain", &large))]).await;
    let path = place("large");
    let recording = record(service.address, &path).await;
    let answer = ask(recording.address(), "POST /v1/x", &[], &large).await;
    assert_eq!(answer.body.len(), large.len());
    recording.stop().await.unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 2_000);
    let written = exchanges(&path);
    for side in ["request", "response"] {
        let why = written[0][side]["body"]["omitted"].as_str().unwrap();
        assert_eq!(why, "9437184 bytes, and what is larger than 8 MB is not kept");
    }
}

#[tokio::test]
async fn no_file_is_written_over() {
    let service = Canned::serve(vec![("/", canned_json(&json!({})))]).await;
    let path = place("exists");
    let recorder = || Recorder::new(&format!("http://{}", service.address)).unwrap();
    fs::write(&path, "mine").unwrap();
    let error = recorder().serve(&path).await.unwrap_err();
    assert!(matches!(error, EmulatorError::Exists { .. }), "{error}");
    let error = recorder().append(true).serve(&path).await.unwrap_err();
    assert!(error.to_string().contains("nothing can be appended: this is no recording"), "{error}");
    let error = recorder().append(true).serve(std::env::temp_dir()).await.unwrap_err();
    assert!(error.to_string().contains("cannot write the recording"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");

    // Half a line at the end is what a killed recorder leaves.
    let request = json!({"method": "GET", "path": "/v1/first"});
    let path = recording("appended", &[line(0, &request, &json!(null)), "{\"at_ms\":".to_owned()]);
    let error = recorder().append(true).keep_application_id(true).serve(&path).await.unwrap_err();
    assert!(error.to_string().contains("keeps the application's id"), "{error}");
    let recording = recorder().append(true).serve(&path).await.unwrap();
    ask(recording.address(), "GET /v1/second", &[], b"").await;
    recording.stop().await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let begins: Vec<&str> = text.lines().map(|line| &line[..9]).collect();
    assert_eq!(begins, ["{\"knack_r", "{\"at_ms\":", "{\"knack_r", "{\"at_ms\":"], "{text}");
    assert_eq!(knack_emulator::Replay::open(&path).unwrap().exchanges(), 2);

    let error = recorder().serve("/nowhere/at/all.jsonl").await.unwrap_err();
    assert!(error.to_string().contains("cannot write the recording /nowhere/at/all.jsonl"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let path = place("mode");
    let recorder = Recorder::new("https://api.knack.com/v1").unwrap();
    recorder.serve(&path).await.unwrap().stop().await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused() {
    for (url, why) in [
        ("http://api.knack.com/v1", "use https"),
        ("https://ann:hunter2@api.knack.com", "a user name or password"),
        ("https://api.knack.com/v1?key=hunter2", "a query or fragment"),
        ("ftp://api.knack.com", "neither https:// nor http://"),
        ("api.knack.com", "it is no URL"),
    ] {
        let error = Recorder::new(url).unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
    }
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let itself = Recorder::new(&format!("http://localhost:{}/v1", free.port())).unwrap();
    let error = itself.serve_on(place("itself"), free).await.unwrap_err();
    assert!(error.to_string().contains("it is the recorder itself"), "{error}");
    let shown = format!("{:?}", Recorder::new("https://api.knack.com/v1").unwrap());
    assert_eq!(shown, "Recorder { service: \"https://api.knack.com\", .. }");
}

#[tokio::test]
async fn the_application_may_be_kept() {
    let knack = Emulator::builder().sample().build().unwrap();
    let service = knack.serve().await.unwrap();
    let path = place("kept");
    let recorder = Recorder::new(&service.url()).unwrap().keep_application_id(true);
    let recording = recorder.serve(&path).await.unwrap();
    let dump = format!("GET /v1/applications/{}", knack.application_id());
    ask_as(recording.address(), &dump, knack.application_id(), "").await;
    recording.stop().await.unwrap();
    assert!(
        fs::read_to_string(&path).unwrap().contains(&format!("/v1/applications/{}", knack.application_id()))
    );
    let replay = knack_emulator::Replay::open(&path).unwrap();
    assert_eq!(replay.application_id(), knack.application_id());
}
