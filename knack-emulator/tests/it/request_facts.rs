//! What known clients put on the wire, byte by byte, and what they read of the answers. `tests/clients`
//! runs some of them whole.

use http::StatusCode;
use knack_emulator::{Builder, Emulator, Fault, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The keys as most clients write them.
const KEYS: &str = "X-Knack-Application-Id: <app>\nX-Knack-REST-API-Key: <key>";
/// A browser's, who is nobody.
const PUBLIC: &str = "X-Knack-Application-Id: <app>\nX-Knack-REST-API-Key: knack";
const JSON: &str = "Content-Type: application/json";

struct Wire {
    knack: Emulator,
    server: Server,
}

struct Told {
    status: u16,
    /// Each line in lower case.
    head: String,
    body: String,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }
}

impl Wire {
    async fn open(builder: Builder) -> Self {
        let knack = builder.rate_limit(1_000).build().unwrap();
        let server = knack.serve().await.unwrap();
        Self { knack, server }
    }

    async fn sample() -> Self {
        Self::open(Emulator::builder().sample()).await
    }

    /// Sends a request as it stands here: `<app>` is the application, `<key>` its key, and a body's length is
    /// told unless it comes in chunks.
    async fn send(&self, line: &str, headers: &str, body: &str) -> Told {
        let length = match body.len() {
            _ if headers.contains("chunked") => String::new(),
            0 => String::new(),
            length => format!("Content-Length: {length}\n"),
        };
        let headers = if headers.is_empty() { String::new() } else { format!("{headers}\n") };
        let head = format!("{line} HTTP/1.1\nHost: knack\nConnection: close\n{length}{headers}\n")
            .replace("<app>", self.knack.application_id())
            .replace("<key>", self.knack.api_key())
            .replace('\n', "\r\n");
        let mut stream = TcpStream::connect(self.server.address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Told { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// What a request is answered with that succeeds.
    async fn get(&self, path: &str) -> Value {
        let told = self.send(&format!("GET {path}"), KEYS, "").await;
        assert_eq!(told.status, 200, "{path}: {}", told.body);
        told.json()
    }

    async fn total(&self, query: &str) -> Value {
        self.get(&format!("/v1/objects/object_4/records?rows_per_page=1&{query}")).await["total_records"]
            .clone()
    }
}

/// knackpy, knack-api-helper and knack-api end it with a slash, the others do not.
#[tokio::test]
async fn a_path_may_end_with_a_slash() {
    let wire = Wire::sample().await;
    let id = wire.knack.ids("object_4")[0].clone();
    for path in [
        "/v1/objects/object_4/records".to_owned(),
        format!("/v1/objects/object_4/records/{id}"),
        "/v1/pages/scene_4/views/view_2/records".to_owned(),
        "/v1/objects".to_owned(),
        "/v1/applications/<app>".to_owned(),
    ] {
        assert_eq!(wire.get(&format!("{path}/")).await, wire.get(&path).await, "{path}");
    }
    let made = wire.send("POST /v1/objects/object_3/records/", KEYS, r#"{"field_90": ""}"#).await;
    assert_eq!(made.status, 400, "what is required is missing: {}", made.body);
}

/// For callers who can but POST. It stands among the headers that Knack lets other sites send.
#[tokio::test]
async fn a_post_may_mean_another_method() {
    let wire = Wire::sample().await;
    let own = format!("/v1/objects/object_4/records/{}", wire.knack.ids("object_4")[0]);
    let meaning = |method: &str| format!("{KEYS}\n{JSON}\nX-HTTP-Method-Override: {method}");
    let changed = wire.send(&format!("POST {own}"), &meaning("put"), r#"{"field_30": "Horn"}"#).await.json();
    assert_eq!(changed["field_30"], "Horn");
    assert_eq!(wire.send(&format!("GET {own}"), &meaning("DELETE"), "").await.json()["field_30"], "Horn");
    assert_eq!(wire.send(&format!("POST {own}"), &meaning("BREW"), "").await.status, 404);
    assert_eq!(wire.send(&format!("POST {own}"), &meaning("DELETE"), "").await.body, r#"{"delete":true}"#);
}

#[tokio::test]
async fn headers_are_named_in_any_case() {
    let wire = Wire::sample().await;
    for headers in [
        "X-Knack-Application-Id: <app>\nX-Knack-REST-API-KEY: <key>",
        "X-Knack-Application-ID: <app>\nX-Knack-REST-API-Key: <key>",
        "x-knack-application-id: <app>\nx-knack-rest-api-key: <key>",
        "X-KNACK-APPLICATION-ID: <app>\nX-KNACK-REST-API-KEY: <key>",
    ] {
        assert_eq!(wire.send("GET /v1/objects", headers, "").await.status, 200, "{headers}");
    }
}

/// knack-api-helper, knackhq and others say of every call that it is JSON.
#[tokio::test]
async fn a_read_may_call_itself_json() {
    let wire = Wire::sample().await;
    let headers = format!("{KEYS}\n{JSON}");
    assert_eq!(
        wire.send("GET /v1/objects/object_4/records", &headers, "").await.json()["total_records"],
        140
    );
}

/// knackpy sends `"id": null` with a create, and the id in the body of an update and of a delete.
#[tokio::test]
async fn ids_in_bodies_are_not_read() {
    let wire = Wire::sample().await;
    let headers = format!("{KEYS}\n{JSON}");
    let body = r#"{"field_30": "Bell", "field_31": "FW-9001", "id": null}"#;
    let made = wire.send("POST /v1/objects/object_4/records/", &headers, body).await.json();
    let id = made["id"].as_str().unwrap();
    assert_eq!((id.len(), &made["field_30"]), (24, &json!("Bell")));
    let own = format!("/v1/objects/object_4/records/{id}");
    let body = format!(r#"{{"id": "{id}", "field_30": "Horn"}}"#);
    let changed = wire.send(&format!("PUT {own}"), &headers, &body).await.json();
    assert_eq!((&changed["id"], &changed["field_30"]), (&json!(id), &json!("Horn")));
    let gone = wire.send(&format!("DELETE {own}"), &headers, &format!(r#"{{"id": "{id}"}}"#)).await;
    assert_eq!(gone.body, r#"{"delete":true}"#);
    assert_eq!(wire.send(&format!("GET {own}"), KEYS, "").await.status, 500);
}

#[tokio::test]
async fn views_are_read_with_a_literal_key_at_pages_and_scenes() {
    let wire = Wire::sample().await;
    // knack-api-helper sends an empty token where nobody logged in.
    for headers in
        [PUBLIC.to_owned(), PUBLIC.replace("knack", "renderer"), format!("{PUBLIC}\nAuthorization: ")]
    {
        for path in ["pages/scene_4", "scenes/scene_4"] {
            let told = wire.send(&format!("GET /v1/{path}/views/view_2/records"), &headers, "").await;
            assert_eq!(told.json()["total_records"], 129, "{path} {headers}");
        }
    }
    assert_eq!(wire.send("GET /v1/scenes/scene_7/views/view_8/report", PUBLIC, "").await.status, 401);
}

#[tokio::test]
async fn a_login_and_the_dump_need_no_headers() {
    let wire = Wire::sample().await;
    let dump = wire.send("GET /v1/applications/<app>", "", "").await.json();
    assert_eq!(dump["application"]["objects"].as_array().unwrap().len(), 7);
    let login = json!({"email": wire.knack.account_email(0), "password": Emulator::SAMPLE_PASSWORD});
    let told = wire.send("POST /v1/applications/<app>/session", JSON, &login.to_string()).await.json();
    let token = told["session"]["user"]["token"].as_str().unwrap();
    // One client checks the word of the session, another that of its user.
    let headers = format!("Authorization: {token}\nx-knack-application-id: <app>");
    let told = wire.send("GET /v1/session/token", &headers, "").await.json();
    let (session, user) = (&told["session"], &told["session"]["user"]);
    assert_eq!((&session["status"], &user["status"]), (&json!("active"), &json!("current")));
    let report = wire.send("GET /v1/scenes/scene_7/views/view_8/report", &headers, "").await.json();
    assert_eq!(report["reports"][0]["records"][0]["group_0"], "Cancelled");
}

/// knack-api-helper does not know how long its form will be.
#[tokio::test]
async fn an_upload_may_come_in_chunks() {
    let wire = Wire::sample().await;
    let form = "--XX\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nring\r\n--XX--\r\n";
    let chunk = |bytes: &[u8]| format!("{:x}\r\n{}\r\n", bytes.len(), String::from_utf8_lossy(bytes));
    let chunks = form.as_bytes().chunks(7).map(chunk).collect::<Vec<_>>().concat();
    let headers =
        format!("{PUBLIC}\nContent-Type: multipart/form-data; boundary=XX\nTransfer-Encoding: chunked");
    let line = "POST /v1/applications/<app>/assets/file/upload";
    let told = wire.send(line, &headers, &format!("{chunks}0\r\n\r\n")).await.json();
    assert_eq!((&told["filename"], &told["size"]), (&json!("a.txt"), &json!(4)));
}

#[tokio::test]
async fn queries_are_encoded_in_many_ways() {
    let wire = Wire::sample().await;
    let all = wire.total("").await;
    let rules = |space: &str| {
        format!(
            "%5B%7B%22field%22:%22field_30%22,%22operator%22:%22is%22,%22value%22:%22City{space}Bike{space}Red%22%7D%5D"
        )
    };
    let one = wire.total(&format!("filters={}", rules("%20"))).await;
    assert!(one.as_u64() < all.as_u64() && one != 0, "{one} of {all}");
    assert_eq!(wire.total(&format!("filters={}", rules("+"))).await, one);
    // Brackets, braces, colons and commas as they are.
    let raw = rules("%20").replace("%5B", "[").replace("%5D", "]").replace("%7B", "{").replace("%7D", "}");
    assert_eq!(wire.total(&format!("filters={raw}")).await, one);
    let coded = rules("%20").replace(':', "%3A").replace(',', "%2C");
    assert_eq!(wire.total(&format!("filters={coded}")).await, one);
    let brackets =
        "filters[0][field]=field_30&filters[0][operator]=is&filters%5B0%5D%5Bvalue%5D=City+Bike+Red";
    assert_eq!(wire.total(brackets).await, one);
    let group = "filters[match]=and&filters[rules][0][field]=field_30&filters[rules][0][operator]=is\
                 &filters[rules][0][value]=City%20Bike%20Red";
    assert_eq!(wire.total(group).await, one);
    assert_eq!(wire.total(&format!("filters={}&_=1790755388", rules("+"))).await, one, "a cache buster");
}

/// knack-api repeats the pair; one code base says that only the first counts.
#[tokio::test]
async fn the_first_of_several_sorts_counts() {
    let wire = Wire::sample().await;
    let list = "/v1/objects/object_4/records?rows_per_page=1000";
    let both = format!("{list}&sort_field=field_32&sort_order=desc&sort_field=field_31&sort_order=asc");
    let first = format!("{list}&sort_field=field_32&sort_order=desc");
    assert_eq!(wire.get(&both).await, wire.get(&first).await);
    assert_ne!(wire.get(&first).await, wire.get(list).await);
}

#[tokio::test]
async fn a_body_may_be_a_form() {
    let wire = Wire::sample().await;
    let headers = format!("{KEYS}\nContent-Type: application/x-www-form-urlencoded; charset=utf-8");
    let body = "field_30=Bell+%26+Horn&field_31=FW-9001";
    let made = wire.send("POST /v1/objects/object_4/records", &headers, body).await.json();
    assert_eq!(made["field_30_raw"], "Bell & Horn");
    let id = made["id"].as_str().unwrap();
    let line = format!("PUT /v1/objects/object_4/records/{id}");
    let changed = wire.send(&line, &headers, "field_35=7").await.json();
    assert_eq!((&changed["field_30"], &changed["field_35_raw"]), (&json!("Bell & Horn"), &json!(7)));
}

#[tokio::test]
async fn the_number_of_a_page_is_text_once_it_was_sent() {
    let wire = Wire::sample().await;
    let numeric = Wire::open(Emulator::builder().sample().numeric_pages(true)).await;
    let list = "/v1/objects/object_4/records?rows_per_page=10";
    for (query, text, number) in [
        ("", json!(1), json!(1)),
        ("&page=2", json!("2"), json!(2)),
        ("&page=999", json!("999"), json!(999)),
        ("&page=two", json!("two"), json!(1)),
    ] {
        let path = format!("{list}{query}");
        let told = (wire.get(&path).await, numeric.get(&path).await);
        assert_eq!((&told.0["current_page"], &told.1["current_page"]), (&text, &number), "{query}");
        assert_eq!(told.0["records"], told.1["records"]);
    }
}

#[tokio::test]
async fn what_was_never_set_has_no_raw_value() {
    let wire = Wire::sample().await;
    let body = r#"{"field_30": "Bell", "field_31": "FW-9001", "field_109": ""}"#;
    let made = wire.send("POST /v1/objects/object_4/records", KEYS, body).await.json();
    for (key, raw) in [("field_33", None), ("field_100", None), ("field_38", None), ("field_109", Some(""))] {
        assert_eq!(made[key], "", "{key}");
        assert_eq!(made.get(format!("{key}_raw")), raw.map(Value::from).as_ref(), "{key}");
    }
    assert_eq!(made["field_37_raw"], false, "a boolean is never empty");
}

/// knackpy wants a value of every field that the dump has.
#[tokio::test]
async fn a_password_is_stars() {
    let wire = Wire::sample().await;
    let accounts = "/v1/objects/object_10/records?rows_per_page=1";
    let both = wire.get(accounts).await["records"][0].clone();
    assert_eq!((&both["field_142"], &both["field_142_raw"]), (&json!("*********"), &json!("**********")));
    let raw = wire.get(&format!("{accounts}&format=raw")).await["records"][0].clone();
    assert_eq!((&raw["field_142"], raw.get("field_142_raw")), (&json!("**********"), None));
}

#[tokio::test]
async fn errors_are_text_that_calls_itself_html_or_are_html() {
    let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    let gateway = Fault::new(knack_emulator::Effect::Status { status: 502, body: page.into() });
    let wire = Wire::open(Emulator::builder().sample().fault(gateway.nth(1))).await;
    for (headers, path, status, body) in [
        (KEYS, "/v1/objects", StatusCode::BAD_GATEWAY, page),
        ("", "/v1/objects", StatusCode::UNAUTHORIZED, "Invalid API Request"),
        (PUBLIC, "/v1/objects", StatusCode::UNAUTHORIZED, "Invalid API Key"),
        ("", "/v1/applications/nonsense", StatusCode::BAD_REQUEST, "Malformed App ID."),
        (
            KEYS,
            "/v1/objects/object_4/records/5f0000000000000000000000",
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal Server Error",
        ),
        (KEYS, "/v1/objects/object_99/records", StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    ] {
        let told = wire.send(&format!("GET {path}"), headers, "").await;
        assert_eq!((told.status, told.body.as_str()), (status.as_u16(), body), "{path}");
        assert_eq!(told.header("content-type"), "text/html; charset=utf-8");
    }
    let headers = format!("{KEYS}\n{JSON}");
    let invalid = wire.send("POST /v1/objects/object_4/records", &headers, "{}").await;
    assert_eq!(invalid.json()["errors"][0]["type"], "required", "but these are JSON");
    assert_eq!(invalid.header("content-type"), "application/json; charset=utf-8");
}
