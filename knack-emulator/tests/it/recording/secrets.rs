//! No secret that passes a recorder is in its file, however it is spelt.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use super::{APP, Canned, Recording, ask, canned, canned_json, exchanges, place, record};
use knack_emulator::Recorder;

const KEY: &str = r#"K3y/9a "x"+4b7d=e"#;
const TOKEN: &str = "tok/en+one two&3";
const PASSWORD: &str = "pä\"ss wörd+99%";
const FIELD: &str = "hunter2-of-a-field";
const COOKIE: &str = "s%3Aconnect.5e7c0ffee";
const BASIC: &str = "pr0xy:pass word";
const SIGNATURE: &str = "c2lnbmF0dXJl/of+a=download";
const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoiNWYifQ.c2ln-bmF0_dXJl";

const SECRETS: [&str; 8] = [KEY, TOKEN, PASSWORD, FIELD, COOKIE, BASIC, SIGNATURE, JWT];

/// `{"records": [{"id": "1", "field_1": "it is …KEY…"}], "token": "…TOKEN…"}`, compressed.
const GZIPPED: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 74, 77, 206, 47, 74, 41, 86, 178, 82, 136, 174, 86, 202,
    76, 1, 210, 74, 134, 74, 58, 10, 74, 105, 153, 169, 57, 41, 241, 134, 32, 126, 102, 137, 66, 102, 177,
    130, 183, 113, 165, 190, 101, 162, 66, 140, 82, 69, 140, 146, 182, 73, 146, 121, 138, 109, 170, 82, 109,
    44, 80, 101, 73, 126, 118, 106, 30, 72, 29, 144, 161, 159, 154, 167, 157, 159, 151, 170, 80, 82, 158,
    175, 102, 172, 84, 11, 0, 246, 114, 58, 243, 95, 0, 0, 0,
];

/// As other encoders write it, with the letters of the codes in lower case.
fn encoded_low(text: &str) -> String {
    let mut low = encoded(text);
    for code in ["2F", "2B", "3D", "2A", "3A", "2D", "2E", "5F", "C3"] {
        low = low.replace(&format!("%{code}"), &format!("%{}", code.to_lowercase()));
    }
    low.replace("%A4", "%a4").replace("%B6", "%b6")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Every text of a JSON value, as it is and decoded in all ways.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            into.push(text.clone());
            into.push(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned());
            into.push(percent_decode_str(text).decode_utf8_lossy().into_owned());
            if let Ok(bytes) = STANDARD.decode(text) {
                into.push(String::from_utf8_lossy(&bytes).into_owned());
            }
            if let Ok(inner) = serde_json::from_str::<Value>(text) {
                texts(&inner, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(entries) => entries.iter().for_each(|(name, item)| {
            texts(&Value::from(name.as_str()), into);
            texts(item, into);
        }),
        _ => {}
    }
}

/// Asserts that no secret is in a file, however it is spelt there.
fn assert_without_secrets(path: &std::path::Path, log: &[String]) {
    let mut all = vec![fs::read_to_string(path).unwrap()];
    for exchange in exchanges(path) {
        texts(&exchange, &mut all);
    }
    all.extend(log.iter().cloned());
    for secret in SECRETS.into_iter().chain([APP]) {
        let quoted = Value::from(secret).to_string();
        let spellings = [
            secret.to_owned(),
            quoted.trim_matches('"').to_owned(),
            encoded(secret),
            encoded_low(secret),
            encoded(secret).replace("%20", "+"),
            STANDARD.encode(secret),
        ];
        for text in &all {
            for spelling in &spellings {
                assert!(!text.contains(spelling.as_str()), "{spelling} in {text}");
            }
        }
    }
}

/// What passes: each secret first where it stands by right, then anywhere.
async fn let_pass(recording: &Recording) {
    let server = recording.address();
    let app = format!("X-Knack-Application-Id: {APP}");
    let key = format!("X-Knack-REST-API-Key: {KEY}");
    let json = "Content-Type: application/json";
    let form = "Content-Type: application/x-www-form-urlencoded";
    let of_key = [app.as_str(), key.as_str(), json];

    ask(server, "GET /v1/moved", &[&app], b"").await;
    let password = r#""p\u00e4\"ss w\u00f6rd+99%""#;
    let login = format!(r#"{{"email":"ann@example.com","password":{password}}}"#);
    let session = format!("POST /v1/applications/{APP}/session");
    let answer = ask(server, &session, &of_key, login.as_bytes()).await;
    assert_eq!(answer.json()["session"]["user"]["token"], TOKEN, "what passes is not changed");

    let token = format!("Authorization: {TOKEN}");
    let cookie = format!("Cookie: connect.sid={COOKIE}; lang=en");
    let basic = format!("Proxy-Authorization: Basic {}", STANDARD.encode(BASIC));
    let of_user = [app.as_str(), token.as_str(), cookie.as_str(), basic.as_str()];
    let list =
        format!("GET /v1/pages/scene_1/views/view_1/records?token={}&q={}", encoded(TOKEN), encoded(KEY));
    assert_eq!(ask(server, &list, &of_user, b"").await.status, 200);

    let anew = format!(r#"{{"field_9":"{FIELD}","field_9_raw":{{"x":"{FIELD}"}},"field_1":"Ann"}}"#);
    ask(server, "POST /v1/objects/object_1/records", &of_key, anew.as_bytes()).await;

    // From here on they stand where nothing tells that they are secrets.
    let told = json!({"field_1": SECRETS.join(" | "), "field_2": json!({"was": PASSWORD}).to_string()});
    ask(server, "PUT /v1/objects/object_1/records/1", &of_key, told.to_string().as_bytes()).await;
    let pairs = format!("note={}&more={}", encoded(PASSWORD).replace("%20", "+"), encoded_low(KEY));
    ask(server, &format!("POST /v1/objects/{}/records", encoded(FIELD)), &[form, &app], pairs.as_bytes())
        .await;
    let text = SECRETS.join("\n");
    ask(server, "POST /v1/text", &["Content-Type: text/plain", &app], text.as_bytes()).await;
    let binary = [b"\xff\xfe\x00".as_slice(), text.as_bytes(), b"\xff"].concat();
    ask(server, "POST /v1/binary", &["Content-Type: application/octet-stream", &app], &binary).await;
    let part = |name: &str, value: &str| {
        format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let upload = format!(
        "{}{}--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{FIELD}.txt\"\r\n\r\n{KEY}\r\n--X--\r\n",
        part("password", PASSWORD),
        part("note", TOKEN)
    );
    let multipart = "Content-Type: multipart/form-data; boundary=X";
    ask(server, "POST /v1/upload", &[multipart, &app, &key], upload.as_bytes()).await;
    for page in ["gzip", "page", "script", "cut", "half"] {
        ask(server, &format!("GET /v1/{page}"), &of_user, b"").await;
    }
    let gzip = ask(server, "GET /v1/gzip", &["Accept-Encoding: gzip, br"], b"").await;
    assert!(!gzip.head.contains("content-encoding") && gzip.json()["token"] == TOKEN, "{gzip:?}");
}

fn answers() -> Vec<(&'static str, Vec<u8>)> {
    let dump = json!({"application": {"id": APP, "objects": [{"key": "object_1", "fields": [
        {"key": "field_1", "type": "short_text"}, {"key": "field_9", "type": "password"}]}]}});
    let session = json!({"session": {"user": {"id": "1", "token": TOKEN, "values": {"password": PASSWORD}}}});
    let records = json!({"records": [{"id": "1", "field_1": APP, "field_9": FIELD}], "url": format!("https://x/?app={APP}")});
    let page = format!(
        "<a href=\"/x?key={}\">{} {} {}</a> Signature=abc",
        encoded(KEY),
        encoded_low(TOKEN),
        SECRETS.join("</a><a>"),
        json!(PASSWORD)
    );
    let to = format!("https://files.example/a.pdf?X-Amz-Signature={}&x=1&token={JWT}", encoded(SIGNATURE));
    let moved = format!(
        "302 Found\r\nLocation: {to}\r\nSet-Cookie: connect.sid={COOKIE}; Path=/\r\nX-Auth-Token: {JWT}"
    );
    let script = format!(
        "/**/ typeof f === 'function' && f({});",
        json!({"session": {"user": {"token": "fresh-token-77"}}})
    );
    // The connection ends in the middle of a token.
    let cut = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"token\":\"fresh-token-88".to_vec();
    // And in the middle of a key.
    let half = format!("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nit is {}", &KEY[..9]);
    vec![
        ("GET /v1/applications/", canned_json(&dump)),
        ("/session", canned_json(&session)),
        ("/gzip", canned("200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip", GZIPPED)),
        ("/page ", canned("200 OK\r\nContent-Type: text/html", page.as_bytes())),
        ("/moved", canned(&moved, SIGNATURE.as_bytes())),
        ("/script", canned("200 OK\r\nContent-Type: text/javascript", script.as_bytes())),
        ("/cut", cut),
        ("/half", half.into_bytes()),
        ("/v1/", canned_json(&records)),
    ]
}

#[tokio::test]
async fn no_secret_is_in_the_file_however_it_is_spelt() {
    let service = Canned::serve(answers()).await;
    let path = place("secrets");
    let log = std::sync::Arc::<std::sync::Mutex<Vec<String>>>::default();
    let lines = log.clone();
    let recorder = Recorder::new(&format!("http://{}/v1", service.address)).unwrap();
    let recorder = recorder.on_call(move |line| lines.lock().unwrap().push(line.to_owned()));
    let recording = recorder.serve(&path).await.unwrap();
    let_pass(&recording).await;
    assert_eq!(recording.stop().await.unwrap(), 15);
    let log = log.lock().unwrap().clone();
    assert_eq!(log.len(), 15, "{log:#?}");
    assert_without_secrets(&path, &log);

    let text = fs::read_to_string(&path).unwrap();
    for found in ["fresh-token", "Signature=abc"] {
        assert!(!text.contains(found), "{found}");
    }
    // What is left is what happened.
    let written = exchanges(&path);
    assert_eq!(written[1]["request"]["path"], "/v1/applications/000000000000000000000000/session");
    assert_eq!(
        written[1]["request"]["body"],
        json!({"json": {"email": "ann@example.com", "password": "***"}})
    );
    assert_eq!(written[2]["request"]["query"], json!([["token", "***"], ["q", "***"]]));
    assert_eq!(
        written[3]["request"]["body"]["json"],
        json!({"field_9": "***", "field_9_raw": {"x": "***"}, "field_1": "Ann"})
    );
    assert_eq!(written[5]["request"]["body"], json!({"form": [["note", "***"], ["more", "***"]]}));
    assert_eq!(
        written[8]["request"]["body"]["upload"][2],
        json!({"name": "files", "filename": "***.txt", "type": null, "size": KEY.len()})
    );
    let gzip = written.iter().find(|one| one["request"]["path"] == "/v1/gzip").unwrap();
    assert_eq!(
        gzip["response"]["body"]["json"],
        json!({"records": [{"id": "1", "field_1": "it is ***"}], "token": "***"})
    );
    let moved = written.iter().find(|one| one["request"]["path"] == "/v1/moved").unwrap();
    assert_eq!(
        moved["response"]["headers"]["location"],
        "https://files.example/a.pdf?X-Amz-Signature=***&x=1&token=***"
    );
    let half = written.iter().find(|one| one["request"]["path"] == "/v1/half").unwrap();
    assert_eq!(half["response"]["body"], json!({"text": "it is ***"}));
    let cut = written.iter().find(|one| one["request"]["path"] == "/v1/cut").unwrap();
    assert_eq!(cut["response"]["body"], json!({"text": "{\"token\":\"***\""}));
    assert!(cut["broke"].as_str().unwrap().starts_with("the answer broke off: "), "{cut}");
}

#[tokio::test]
async fn an_application_is_asked_for_once_and_who_cannot_tell_its_fields_is_told_of() {
    let service = Canned::serve(answers()).await;
    let path = place("asked-once");
    let recording = record(service.address, &path).await;
    for _ in 0..3 {
        super::ask_as(recording.address(), "GET /v1/objects/object_1/records", APP, "").await;
    }
    recording.stop().await.unwrap();
    let asked = service.asked();
    assert_eq!(asked.iter().filter(|one| one.starts_with("GET /v1/applications/")).count(), 1, "{asked:?}");
    assert!(
        !asked
            .iter()
            .any(|one| one.starts_with("GET /v1/app") && one.to_lowercase().contains("rest-api-key"))
    );

    let silent = Canned::serve(vec![("/objects", canned_json(&json!({"records": []})))]).await;
    let (path, log) = (place("silent"), std::sync::Arc::<std::sync::Mutex<Vec<String>>>::default());
    let lines = log.clone();
    let recorder = Recorder::new(&format!("http://{}", silent.address)).unwrap();
    let recorder = recorder.on_call(move |line| lines.lock().unwrap().push(line.to_owned()));
    let recording = recorder.serve(&path).await.unwrap();
    for app in [APP, super::OTHER_APP] {
        super::ask_as(recording.address(), "GET /v1/objects/object_1/records", app, "").await;
    }
    recording.stop().await.unwrap();
    let log = log.lock().unwrap().join("\n");
    assert!(
        log.contains("should one be of kind password") && log.contains("calls of several applications"),
        "{log}"
    );
}

#[tokio::test]
async fn short_secrets_are_hidden_as_whole_words() {
    let service = Canned::serve(vec![(
        "/",
        canned_json(
            &json!({"a": "pin s471!", "b": "xs471", "n": 471_122, "token": 90_817_263, "o": 90_817_263,
            "text": "it is 471122", "pin": "4711", "date": "05/01/4711"}),
        ),
    )])
    .await;
    let path = place("short");
    let recording = record(service.address, &path).await;
    // Four digits are a part of too much: years, counts and amounts. A number stays one where a program wants it.
    let login = r#"{"password":"s471","old_password":"471122","password_confirmation":"4711"}"#;
    ask(recording.address(), "POST /v1/session", &["Content-Type: application/json"], login.as_bytes()).await;
    recording.stop().await.unwrap();
    let exchange = &exchanges(&path)[0];
    let hidden = json!({"password": "***", "old_password": "***", "password_confirmation": "***"});
    assert_eq!(exchange["request"]["body"]["json"], hidden);
    let body = json!({"a": "pin ***!", "b": "xs471", "n": 471_122, "token": "***", "o": "***",
        "text": "it is ***", "pin": "4711", "date": "05/01/4711"});
    assert_eq!(exchange["response"]["body"]["json"], body);
}

#[tokio::test]
async fn headers_of_odd_names_addresses_within_addresses_and_markup_hide_nothing() {
    const NESTED: &str = "https%3A%2F%2Ffiles.example%2Fa%3FX-Amz-Signature%3Dleaked-1%26x%3D1";
    let head = format!(
        "302 Found\r\nLocation: /login?next={NESTED}\r\nX-ApiKey: leaked-2\r\nX-Jwt: leaked-3\r\nContent-Type: text/html"
    );
    let page = "<p>leaked-4 leaked-5 leaked&lt;6&gt;&amp;&quot;&#39;</p>";
    let service = Canned::serve(vec![("/", canned(&head, page.as_bytes()))]).await;
    let (path, log) = (place("odd"), std::sync::Arc::<std::sync::Mutex<Vec<String>>>::default());
    let lines = log.clone();
    let recorder = Recorder::new(&format!("http://{}", service.address)).unwrap();
    let recorder = recorder.on_call(move |line| lines.lock().unwrap().push(line.to_owned()));
    let recording = recorder.serve(&path).await.unwrap();
    let twice = "https%253A%252F%252Fx%252Fa%253Ftoken%253Dleaked-7%2526x%253D1";
    let json =
        r#"{"password":"leaked<6>&\"'","tokens":["leaked-8"],"to":"https%3A%2F%2Fx%3Ftoken%3Dleaked-11"}"#;
    let heads = ["ApiKey: leaked-4", "X-Auth-Token: leaked-5", "Content-Type: application/json"];
    ask(recording.address(), &format!("POST /v1/x?next={twice}&more={NESTED}"), &heads, json.as_bytes())
        .await;
    let part = "--X\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nleaked-9\r\n--X--\r\n";
    let upload = "Content-Type: Multipart/Form-Data; boundary=X";
    ask(recording.address(), "POST /v1/y", &[upload], part.as_bytes()).await;
    let form = "payload=%7B%22password%22%3A%22leaked-10%22%7D";
    let kind = "Content-Type: application/x-www-form-urlencoded";
    ask(recording.address(), "POST /v1/z?note=leaked-10", &[kind], form.as_bytes()).await;
    // Deep within itself it ends, and does not take the stack with it.
    let deep = format!("a={}", "%25".repeat(10_000) + "41");
    ask(recording.address(), "POST /v1/deep", &[kind], deep.as_bytes()).await;
    recording.stop().await.unwrap();
    let text = fs::read_to_string(&path).unwrap() + &log.lock().unwrap().join("\n");
    assert!(!text.contains("leaked"), "{}", text.replace("%25", ""));
    let written = exchanges(&path);
    let hidden = "/login?next=https%3A%2F%2Ffiles.example%2Fa%3FX-Amz-Signature%3D***%26x%3D1";
    assert_eq!(written[0]["response"]["headers"]["location"], hidden);
    assert_eq!(written[1]["request"]["body"], json!({"upload": [{"name": "password", "text": "***"}]}));
}

#[tokio::test]
async fn what_is_about_secrets_is_none() {
    let told = json!({
        "password_reset_message": "A link", "password_options": {"length": 8}, "empty_pass": false, "reset_password": true,
        "profile_keys": ["profile_1"], "key": "field_1", "type": "password", "tokens_used": 3, "password": null,
        "url": "https://x/?key=field_1", "new_password_2": "hidden-1", "passwordConfirmation": "hidden-2", "access_token": "hidden-3", "note": "undefined"
    });
    let service = Canned::serve(vec![("/", canned_json(&told))]).await;
    let path = place("about");
    let recording = record(service.address, &path).await;
    ask(recording.address(), "GET /v1/x", &["Authorization: undefined", "X-Knack-REST-API-Key: knack"], b"")
        .await;
    recording.stop().await.unwrap();
    let written = &exchanges(&path)[0];
    let mut wanted = told;
    wanted["url"] = json!("https://x/?key=***");
    for hidden in ["new_password_2", "passwordConfirmation", "access_token"] {
        wanted[hidden] = json!("***");
    }
    assert_eq!(written["response"]["body"]["json"], wanted);
    let headers = json!({"authorization": "***", "x-knack-rest-api-key": "knack"});
    assert_eq!(written["request"]["headers"], headers);
}
