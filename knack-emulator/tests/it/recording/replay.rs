//! What was recorded is answered again, and what was not says so.

use std::fs;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use knack_core::transport::{Failure, Transport};
use knack_emulator::{Effect, Fault, Latency, Replay};
use serde_json::{Value, json};

use super::{APP, KEY, OTHER_APP, ask_as, exchanges, line, place, record, recording};
use crate::shop;

fn replay(name: &str, lines: &[String]) -> Replay {
    Replay::open(recording(name, lines)).unwrap()
}

fn told(body: &Value) -> Value {
    json!({"status": 200, "headers": {"content-type": "application/json"}, "body": {"json": body}})
}

/// The status and the text that a replay answers.
async fn get(replay: &Replay, method: &str, path: &str, body: &str) -> (u16, String) {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://api.knack.com{path}"))
        .header("X-Knack-Application-Id", APP)
        .header("X-Knack-REST-API-Key", "any-other-key")
        .header("Content-Type", "application/json")
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap();
    let answer = replay.transport().send(request).await.unwrap();
    (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
}

#[tokio::test]
async fn the_same_requests_get_the_same_answers_whatever_the_application() {
    let knack = shop().api_key(KEY).rate_limit(2).build().unwrap();
    let service = knack.serve().await.unwrap();
    let path = place("replayed");
    let recording = record(service.address(), &path).await;
    let records = "/v1/objects/object_1/records";
    let program: Vec<(String, String)> = [
        (format!("POST {records}"), r#"{"field_1":"Saw"}"#),
        (format!("GET {records}"), ""),
        // Over the limit: refused, and asked for again.
        (format!("GET {records}"), ""),
        (format!("POST {records}"), r#"{"field_1": 1.50}"#),
        (format!("HEAD {records}"), ""),
        ("GET /v1/nowhere".to_owned(), ""),
    ]
    .map(|(first, body)| (first, body.to_owned()))
    .into();
    let mut straight = Vec::new();
    for (first, body) in &program {
        straight.push(ask_as(recording.address(), first, APP, body).await);
    }
    assert_eq!(straight[2].status, 429);
    knack.advance(Duration::from_secs(2));
    straight.push(ask_as(recording.address(), &program[2].0, APP, "").await);
    let dump = format!("GET /v1/applications/{APP}");
    straight.push(ask_as(recording.address(), &dump, APP, "").await);
    recording.stop().await.unwrap();
    service.stop().await;

    let replay = Replay::open(&path).unwrap();
    let server = replay.serve().await.unwrap();
    assert_eq!((replay.exchanges(), replay.never_asked().len()), (8, 8));
    let mut again = Vec::new();
    for (first, body) in &program {
        again.push(ask_as(server.address(), first, OTHER_APP, body).await);
    }
    again.push(ask_as(server.address(), &program[2].0, OTHER_APP, "").await);
    again.push(ask_as(server.address(), &dump.replace(APP, OTHER_APP), OTHER_APP, "").await);
    assert_eq!(replay.never_asked(), Vec::<String>::new());
    for (straight, again) in straight.iter().zip(&again) {
        assert_eq!(straight.status, again.status);
        let body = String::from_utf8(straight.body.clone()).unwrap().replace(APP, OTHER_APP);
        assert_eq!(body, again.text(), "the order of keys and the digits of numbers included");
        for line in straight.head.lines().filter(|line| !line.starts_with("connection")) {
            assert!(again.head.lines().any(|other| other == line), "{line} in {}", again.head);
        }
    }
}

#[tokio::test]
async fn repeated_requests_get_the_answers_in_order_and_then_the_last() {
    let request = json!({"method": "GET", "path": "/v1/a"});
    // In the order of their beginnings, not of their ends.
    let replay = replay("order", &[3, 1, 2].map(|n| line(n, &request, &told(&json!({ "n": n })))));
    let mut said = Vec::new();
    for _ in 0..5 {
        said.push(get(&replay, "GET", "/v1/a", "").await.1);
    }
    assert_eq!(said, [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3}"#, r#"{"n":3}"#, r#"{"n":3}"#]);
}

#[tokio::test]
async fn what_means_the_same_is_the_same() {
    let filters = json!([{"field": "field_1", "operator": "is", "value": "a b"}]);
    let replay = replay(
        "meaning",
        &[
            line(
                1,
                &json!({"method": "GET", "path": "/v1/a/", "query": [["page", "2"], ["filters", filters], ["q", "x"]]}),
                &told(&json!(["list"])),
            ),
            line(
                2,
                &json!({"method": "PUT", "path": "/v1/a%20b", "body": {"json": {"a": 1.0, "b": ["x", null], "password": "***"}}}),
                &told(&json!(["put"])),
            ),
            line(
                3,
                &json!({"method": "POST", "path": "/v1/***/c", "body": {"text": "a *** b"}}),
                &told(&json!(["text"])),
            ),
            line(
                4,
                &json!({"method": "POST", "path": "/v1/f", "body": {"form": [["a", "1"], ["b", "2"]]}}),
                &told(&json!(["form"])),
            ),
        ],
    );
    for (method, path, body, wanted) in [
        (
            "GET",
            "/v1/a?filters=%5B%7B%22value%22:%22a+b%22,%22operator%22:%20%22is%22,%22field%22:%22field_1%22%7D%5D&q=x&_=1795640000&page=2",
            "",
            "list",
        ),
        ("PUT", "/v1/a%20b/", "{\n \"password\": \"another\", \"b\": [\"x\", null], \"a\": 1 }", "put"),
        ("POST", "/v1/any-token/c", "a tok en b", "text"),
    ] {
        assert_eq!(get(&replay, method, path, body).await, (200, json!([wanted]).to_string()), "{path}");
    }
    let form = Request::post("/v1/f").header("Content-Type", "application/x-www-form-urlencoded");
    let answer = replay.transport().send(form.body(Bytes::from("b=2&a=1")).unwrap()).await.unwrap();
    assert_eq!(answer.body(), r#"["form"]"#);
    for (method, path, body) in [
        ("GET", "/v1/a?page=2&q=x", ""),
        ("PUT", "/v1/a%20b", r#"{"a": 2, "b": ["x", null], "password": "p"}"#),
        ("POST", "/v1/a/c/d", "a tok b"),
        ("POST", "/v1/t/c", "a tok c"),
        ("get", "/v1/a", ""),
    ] {
        assert_eq!(get(&replay, method, path, body).await.0, 421, "{path}");
    }
}

#[tokio::test]
async fn what_was_not_recorded_is_told_with_the_nearest_that_was() {
    let path = "/v1/objects/object_1/records";
    let replay = replay(
        "nearest",
        &[
            line(1, &json!({"method": "GET", "path": "/v1/objects"}), &told(&json!([]))),
            line(
                2,
                &json!({"method": "GET", "path": path, "query": [["page", "2"], ["q", "saw"]]}),
                &told(&json!([])),
            ),
            line(
                3,
                &json!({"method": "POST", "path": path, "body": {"json": {"field_1": "Saw"}}}),
                &told(&json!([])),
            ),
        ],
    );
    let (status, said) = get(&replay, "GET", &format!("{path}?page=3&token=s3cr3t-token"), "").await;
    assert_eq!(status, 421);
    assert_eq!(
        said,
        "Not in the recording: GET /v1/objects/object_1/records?page=3&token=***. Nearest is line 3, GET \
         /v1/objects/object_1/records?page=2&q=saw: the query's page is 3, recorded is 2; the query's q is missing, \
         recorded is saw; the query's token is ***, recorded is none."
    );
    let body = r#"{"field_1": "Hammer", "password": "hunter2!"}"#;
    let (_, said) = get(&replay, "POST", path, body).await;
    assert!(
        said.contains("line 4, POST") && said.contains("the body's field_1 is Hammer, recorded is Saw"),
        "{said}"
    );
    assert!(
        said.contains("the body's password is ***, recorded is none") && !said.contains("hunter2"),
        "{said}"
    );
    let (_, said) = get(&replay, "DELETE", "/v1/objects/object_1/records/1", "").await;
    assert!(said.contains("the method is DELETE, recorded is"), "{said}");
    assert_eq!(replay.never_asked().len(), 3);
    assert_eq!(replay.never_asked()[1], "line 3: GET /v1/objects/object_1/records?page=2&q=saw");
    let empty = super::replay::replay("empty", &[]);
    assert!(get(&empty, "GET", "/v1/x", "").await.1.contains("It has no exchange at all."));
}

#[tokio::test]
async fn what_is_told_of_a_request_has_an_end() {
    let request = json!({"method": "POST", "path": "/v1/a", "body": {"json": {"field_1": "Saw"}}});
    let replay = replay("long", &[line(1, &request, &told(&json!([])))]);
    let fields = (0..1_000).map(|n| (format!("{n}{}", "x".repeat(200)), json!("y".repeat(200))));
    let body = Value::Object(fields.collect()).to_string();
    let (status, said) = get(&replay, "POST", &format!("/v1/a?filters={}", "z".repeat(9_000)), &body).await;
    assert_eq!(status, 421);
    assert!(said.len() < 4_000 && said.contains("…") && said.ends_with("; and 992 more."), "{said}");
}

#[tokio::test]
async fn that_nothing_changed_or_a_part_is_for_those_who_ask_for_it() {
    let request = json!({"method": "GET", "path": "/v1/a"});
    let with = |status: u16| json!({"status": status, "headers": {}, "body": {"text": status.to_string()}});
    let replay = replay("wanted", &[200, 304, 206].map(|n| line(u64::from(n), &request, &with(n))));
    let ask = async |header: &'static str| {
        let request = Request::get("/v1/a").header(header, "x").body(Bytes::new()).unwrap();
        replay.transport().send(request).await.unwrap().status().as_u16()
    };
    assert_eq!(ask("Accept").await, 200);
    assert_eq!(ask("Accept").await, 200);
    assert_eq!(ask("If-None-Match").await, 304);
    assert_eq!(ask("Range").await, 206);
    assert_eq!(ask("Accept").await, 200);
    let replay = super::replay::replay("unchanged", &[line(1, &request, &with(304))]);
    let (status, said) = get(&replay, "GET", "/v1/a", "").await;
    assert!(
        status == 421
            && said.ends_with("its answer is a 304, for requests with If-None-Match or If-Modified-Since."),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn it_takes_the_time_that_it_is_given_and_tells_of_each_request() {
    let request = json!({"method": "GET", "path": "/v1/a"});
    let (log, mut lines) = tokio::sync::mpsc::unbounded_channel();
    let way = Duration::from_millis(50);
    let replay = replay("latency", &[line(1, &request, &told(&json!([])))])
        .latency(Latency::fixed(way, Duration::ZERO, way))
        .on_request(move |line| drop(log.send(line.to_owned())));
    let began = tokio::time::Instant::now();
    get(&replay, "GET", "/v1/a", "").await;
    assert_eq!(began.elapsed(), 2 * way);
    get(&replay, "GET", "/v1/b?key=hunter2!", "").await;
    assert_eq!(lines.recv().await.unwrap(), "    0.000 s  200  GET /v1/a  line 2");
    assert_eq!(lines.recv().await.unwrap(), "    0.100 s  421  GET /v1/b?key=***  not recorded");
}

#[tokio::test]
async fn what_broke_breaks_again() {
    let knack = shop()
        .api_key(KEY)
        .fault(Fault::new(Effect::CutBody { at: 20 }).path("/object_1").nth(1))
        .build()
        .unwrap();
    let service = knack.serve().await.unwrap();
    let path = place("breaks");
    let recording = record(service.address(), &path).await;
    let records = "GET /v1/objects/object_1/records";
    let cut = ask_as(recording.address(), records, APP, "").await;
    recording.stop().await.unwrap();
    assert!(exchanges(&path)[0]["broke"].is_string());

    let replay = Replay::open(&path).unwrap();
    let server = replay.serve().await.unwrap();
    let again = ask_as(server.address(), records, APP, "").await;
    assert_eq!((again.status, &again.body), (cut.status, &cut.body));
    let length = |head: &str| head.lines().find(|line| line.starts_with("content-length")).map(str::to_owned);
    assert_eq!(length(&again.head), length(&cut.head), "more is told than comes");
    let request = Request::get("/v1/objects/object_1/records").header("X-Knack-Application-Id", APP);
    let lost = replay.transport().send(request.body(Bytes::new()).unwrap()).await.unwrap_err();
    assert_eq!(lost.failure(), Failure::Truncated);

    let unanswered = super::replay::replay(
        "unanswered",
        &[line(1, &json!({"method": "GET", "path": "/v1/a"}), &json!(null))],
    );
    let request = Request::get("/v1/a").body(Bytes::new()).unwrap();
    assert_eq!(unanswered.transport().send(request).await.unwrap_err().failure(), Failure::Broken);
}

#[tokio::test]
async fn a_body_that_was_not_kept_says_so() {
    let response = json!({"status": 200, "headers": {}, "body": {"omitted": "9 bytes in the encoding br"}});
    let replay = replay("omitted", &[line(1, &json!({"method": "GET", "path": "/v1/a"}), &response)]);
    let (status, said) = get(&replay, "GET", "/v1/a", "").await;
    assert_eq!(status, 421);
    assert_eq!(said, "Line 2 of the recording has not the body of this answer: 9 bytes in the encoding br.");
}

#[test]
fn a_bad_recording_says_which_line_and_what_to_do() {
    let first = r#"{"knack_recording":1,"service":"x","application_id":"replaced"}"#;
    let good = line(1, &json!({"method": "GET", "path": "/v1/a"}), &told(&json!([])));
    let of = |change: &dyn Fn(&mut Value)| {
        let mut exchange: Value = serde_json::from_str(&good).unwrap();
        change(&mut exchange);
        format!("{first}\n{good}{exchange}\n")
    };
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "line 1: this is no recording"),
        ("[]\n".to_owned(), "line 1: this is no recording"),
        (
            "{\"knack_recording\":2}\n".to_owned(),
            "line 1: its format is 2, and this version reads 1; take the version",
        ),
        ("{\"knack_recording\":\"x\"}\n".to_owned(), "its format is no number"),
        (format!("{first}\n{{\"at_ms\":\n{good}"), "line 2: the line is no object in JSON"),
        (format!("{first}\n{good}[1]\n"), "line 3: the line is no object in JSON"),
        (
            of(&|one| one["at_ms"] = json!(-1)),
            "line 3: at_ms is no whole number; take the line out, or record anew",
        ),
        (of(&|one| one["request"] = json!(7)), "line 3: request is no object in JSON"),
        (of(&|one| one["request"]["method"] = json!(7)), "line 3: method is no text"),
        (of(&|one| one["request"]["query"] = json!([["a"]])), "line 3: query is no list of pairs"),
        (of(&|one| one["request"]["body"] = json!({"xml": "x"})), "line 3: a body is none of json, form"),
        (of(&|one| one["request"]["body"] = json!([])), "line 3: a body is none of json, form"),
        (of(&|one| one["response"]["status"] = json!(99)), "line 3: status is none of HTTP"),
        (of(&|one| one["response"]["headers"] = json!({"a": 1})), "line 3: a header is no text"),
        (of(&|one| one["response"]["body"] = json!({"base64": "!"})), "line 3: a body is no base64"),
        (of(&|one| one["broke"] = json!(1)), "line 3: broke is no text"),
        (of(&|one| drop(one.as_object_mut().unwrap().remove("response"))), "line 3: there is no response"),
    ];
    for (text, said) in cases {
        let path = place("bad");
        fs::write(&path, &text).unwrap();
        let error = Replay::open(&path).unwrap_err().to_string();
        assert!(error.contains(said) && error.contains("recording-bad.jsonl"), "{error}\n{text}");
    }
    let path = place("bad");
    fs::write(&path, [first.as_bytes(), b"\n\xff\xfe\n"].concat()).unwrap();
    assert!(Replay::open(&path).unwrap_err().to_string().contains("line 2: it is no UTF-8"));
    let error = Replay::open(place("none")).unwrap_err().to_string();
    assert!(error.contains("cannot read") && error.contains("recording-none.jsonl"), "{error}");
    let file = fs::File::create(&path).unwrap();
    file.set_len(2 * 1024 * 1024 * 1024).unwrap();
    assert!(Replay::open(&path).unwrap_err().to_string().contains("larger than 1 GB; record less"));
    fs::remove_file(&path).unwrap();
}

#[test]
fn half_a_line_at_the_end_is_left_out_with_a_warning() {
    let good = line(1, &json!({"method": "GET", "path": "/v1/a"}), &told(&json!([])));
    let path = recording("half", &[good.clone(), good[..good.len() / 2].to_owned()]);
    let replay = Replay::open(&path).unwrap();
    assert_eq!((replay.exchanges(), replay.warning()), (1, Some("line 3 is cut off and is left out")));
    // One that lacks its line break alone is whole, and lines may end as on Windows.
    let path =
        recording("whole", &[good.replace('\n', "\r\n"), "\r\n".to_owned(), good.trim_end().to_owned()]);
    let replay = Replay::open(&path).unwrap();
    assert_eq!((replay.exchanges(), replay.warning()), (2, None));
}
