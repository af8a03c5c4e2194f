//! The control pages and the page at `/`, on a socket.

use http::Method;
use knack_emulator::{Builder, Emulator, Fault, Server, Window};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{call, create, login, shop};

/// An emulator on a socket.
struct Local {
    knack: Emulator,
    server: Server,
}

/// Head, in small letters, and body of an answer.
type Answer = (String, String);

impl Local {
    async fn of(builder: Builder) -> Self {
        let knack = builder.build().unwrap();
        Self { server: knack.serve().await.unwrap(), knack }
    }

    /// What is answered to a request with these lines in its head; `Host` is the server's own address unless given.
    async fn ask(&self, line: &str, headers: &[&str], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.server.address()).await.unwrap();
        let address = format!("Host: {}", self.server.address());
        let length = format!("Content-Length: {}", body.len());
        let mut head = vec![format!("{line} HTTP/1.1"), "Connection: close".to_owned(), length];
        head.extend(headers.iter().map(ToString::to_string));
        if !headers.iter().any(|header| header.starts_with("Host: ")) {
            head.push(address);
        }
        stream.write_all(format!("{}\r\n\r\n{body}", head.join("\r\n")).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    async fn json(&self, line: &str, body: &str) -> Value {
        let (head, told) = self.ask(line, &[], body).await;
        assert!(head.starts_with("http/1.1 200"), "{line}: {head}\n{told}");
        serde_json::from_str(&told).unwrap()
    }

    async fn get(&self, page: &str) -> Value {
        self.json(&format!("GET /_emulator/{page}"), "").await
    }

    /// What a request that is not understood is told.
    async fn refusal(&self, line: &str, body: &str) -> String {
        let (head, told) = self.ask(line, &[], body).await;
        assert!(head.starts_with("http/1.1 400"), "{line}: {head}");
        told
    }

    /// A call with the key by a client of this name; an empty name is none. Answers its status.
    async fn call(&self, agent: &str) -> String {
        let app = format!("X-Knack-Application-Id: {}", self.knack.application_id());
        let key = format!("X-Knack-REST-API-Key: {}", self.knack.api_key());
        let agent = format!("User-Agent: {agent}");
        let (head, _) = self.ask("GET /v1/objects/object_1/records", &[&app, &key, &agent], "").await;
        head[9..12].to_owned()
    }
}

#[tokio::test]
async fn the_state_is_told_and_costs_nothing() {
    let local = Local::of(shop().daily_calls(50).daily_used(8).fault(Fault::status(500, "").nth(9))).await;
    assert_eq!(local.call("curl/8").await, "200");
    for _ in 0..30 {
        local.get("state").await;
    }
    let state = local.get("state").await;
    assert_eq!(state["application"], json!({"id": "5f00000000000000000000aa", "name": "Shop"}));
    assert_eq!(
        (&state["plan"]["calls"], &state["plan"]["used"], &state["plan"]["left"]),
        (&json!(50), &json!(9), &json!(41))
    );
    assert_eq!(state["rate"], json!({"calls": 10, "left": 9}));
    assert_eq!((&state["window"], &state["faults"]), (&json!("first-call"), &json!(["500:nth=9"])));
    assert_eq!((&state["calls"], &state["refused"]), (&json!(1), &json!(0)));
    assert!(!state.to_string().contains(local.knack.api_key()));
}

#[tokio::test]
async fn the_last_minute_is_told_by_second_and_by_client() {
    let local = Local::of(shop().fault(Fault::status(503, "").nth(1)).fault(Fault::throttle().nth(3))).await;
    let statuses = [local.call("one/1.0").await, local.call("two/2.0").await, local.call("two/2.0").await];
    assert_eq!(statuses, ["503", "200", "429"]);
    local.call("Mozilla/5.0 (X11; Linux x86_64)").await;
    local.call("").await;
    let live = local.get("live").await;
    let seconds = live["seconds"].as_array().unwrap();
    assert_eq!(seconds.len(), 60);
    let total = |kind: &str| seconds.iter().map(|second| second[kind].as_u64().unwrap()).sum::<u64>();
    assert_eq!((total("answered"), total("refused"), total("failed")), (3, 1, 1));
    let clients: Vec<&str> =
        live["clients"].as_array().unwrap().iter().map(|one| one["client"].as_str().unwrap()).collect();
    assert_eq!(clients, ["one/1.0", "two/2.0", "a browser at 127.0.0.1", "a client at 127.0.0.1"]);
    let one = &live["clients"][0];
    assert_eq!((&one["answered"], &one["refused"], &one["failed"]), (&json!(0), &json!(0), &json!(1)));

    local.json("POST /_emulator/advance?ms=61000", "").await;
    assert_eq!(local.get("live").await["clients"], json!([]), "a minute later");
    local.call("one/1.0").await;
    local.json("POST /_emulator/reset", "").await;
    assert_eq!(local.get("live").await["clients"], json!([]), "a new start");
}

#[tokio::test]
async fn requests_come_with_the_beginning_of_their_answers() {
    let local = Local::of(Emulator::builder().sample()).await;
    local.call("curl/8").await;
    local.call("curl/8").await;
    let all = local.get("requests").await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    let last = local.get("requests?last=1&cut=10").await;
    assert_eq!(
        (&last[0]["number"], &last[0]["client"], last.as_array().unwrap().len()),
        (&json!(1), &json!("curl/8"), 1)
    );
    assert_eq!(last[0]["answer"], r#"{"total_pa"#);
    let cut = |told: &Value| (told["body_cut"].clone(), told["answer_cut"].clone());
    assert_eq!((cut(&last[0]), cut(&all[0])), ((json!(false), json!(true)), (json!(false), json!(true))));
    let (told, whole) = (all[1]["answer"].as_str().unwrap(), all[1]["answer_bytes"].as_u64().unwrap());
    assert!(told.len() <= 1_024 && told.len() > 1_000 && whole > 5_000, "{told} of {whole}");
    let seen = &local.knack.requests()[1];
    assert_eq!((seen.answer.len(), seen.answer_bytes as u64), (1_024, whole));
    assert_eq!(seen.peer, Some([127, 0, 0, 1].into()));
    for wrong in ["last=few", "cut=-1"] {
        let told = local.refusal(&format!("GET /_emulator/requests?{wrong}"), "").await;
        assert!(told.contains(wrong) && told.contains("expected a whole number"), "{told}");
    }
}

#[tokio::test]
async fn no_secret_is_shown() {
    let local = Local::of(Emulator::builder().sample()).await;
    let email = local.knack.account_email(0).unwrap();
    let (status, told) = login(&local.knack, &email, Emulator::SAMPLE_PASSWORD).await;
    assert_eq!(status, 200);
    let token = told["session"]["user"]["token"].as_str().unwrap();
    let account =
        json!({"field_140": {"first": "New"}, "field_141": "new@example.com", "field_142": "Chain-7"});
    create(&local.knack, "object_10", account).await;
    let shown = local.ask("GET /_emulator/requests", &[], "").await.1;
    let records = local.ask("GET /_emulator/objects/object_10/records", &[], "").await.1;
    for secret in [token, Emulator::SAMPLE_PASSWORD, "Chain-7", local.knack.api_key()] {
        assert!(!shown.contains(secret) && !records.contains(secret), "{shown}");
        assert!(!format!("{:?}", local.knack.requests()).contains(secret));
    }
    assert!(
        shown.contains(&email) && shown.contains("new@example.com"),
        "what is no secret is there: {shown}"
    );
}

#[tokio::test]
async fn secrets_that_stand_elsewhere_are_not_shown_either() {
    let local = Local::of(Emulator::builder().sample()).await;
    let headers = ["Proxy-Authorization: Basic hunter2", "X-Auth-Token: hunter2", "X-Colour: green"];
    let line = "POST /v1/objects/object_1/records?page=2&api_key=hunter2&token=hunter2";
    local.ask(line, &headers, r#"{"pass\u0077ord": "hunter2"}"#).await;
    let shown = local.ask("GET /_emulator/requests", &[], "").await.1;
    assert!(!shown.contains("hunter2") && shown.contains("green") && shown.contains("page=2"), "{shown}");
    assert!(!format!("{:?}", local.knack.requests()).contains("hunter2"));
}

#[tokio::test]
async fn a_body_that_is_cut_within_a_secret_is_not_shown() {
    let local = Local::of(Emulator::builder().sample()).await;
    let body = json!({"field_142": "Chain-7", "field_143": "x".repeat(100_000)});
    call(&local.knack, Method::POST, "/objects/object_10/records", body).await;
    let told = local.get("requests?cut=18").await;
    assert_eq!((&told[0]["body"], &told[0]["body_cut"]), (&json!("…"), &json!(true)));
}

#[tokio::test]
async fn objects_and_records_are_told_as_knack_lists_them() {
    let local = Local::of(shop().rate_limit(1)).await;
    for n in 0..3 {
        create(&local.knack, "object_2", json!({"field_20": format!("Shelf {n}")})).await;
        local.knack.advance(std::time::Duration::from_secs(1));
    }
    let plan = local.knack.plan_left();
    let objects = local.get("objects").await;
    assert_eq!(
        (&objects[1]["key"], &objects[1]["name"], &objects[1]["records"]),
        (&json!("object_2"), &json!("Shelves"), &json!(3))
    );
    assert_eq!(
        objects[0]["fields"][0],
        json!({"key": "field_1", "name": "Label", "type": "short_text", "required": true})
    );
    let one = local.get("objects?of=object_2").await;
    assert_eq!((&one[0]["records"], &one[0]["fields"]), (&json!(0), &Value::Null), "not asked for");
    assert_eq!(one[1], objects[1]);
    let page = local.get("objects/object_2/records?page=2&rows_per_page=2&sort_field=field_20").await;
    assert_eq!((&page["total_records"], page["records"].as_array().unwrap().len()), (&json!(3), 1));
    let (_, listed) = call(
        &local.knack,
        Method::GET,
        "/objects/object_2/records?page=2&rows_per_page=2&sort_field=field_20",
        Value::Null,
    )
    .await;
    assert_eq!(page, listed);
    assert_eq!(local.knack.plan_left(), plan - 1, "of the calls here, Knack's alone counts");
    assert_eq!(local.get("objects/object%5F2/records").await["total_records"], 3);
    let told = local.refusal("GET /_emulator/objects/object_9/records", "").await;
    assert!(told.contains("no object `object_9`"), "{told}");
}

#[tokio::test]
async fn window_rate_and_plan_change_while_it_runs() {
    let local = Local::of(shop().rate_limit(1).daily_calls(100)).await;
    for window in ["epoch", "phase=300", "sliding", "bucket", "first-call"] {
        assert_eq!(local.json("POST /_emulator/window", window).await["window"], window);
    }
    assert_eq!(local.json("POST /_emulator/rate?calls=3", "").await["rate"], json!({"calls": 3, "left": 3}));
    assert_eq!(
        local.json("POST /_emulator/window", "sliding\n").await["rate"],
        json!({"calls": 3, "left": 3})
    );
    assert_eq!(local.call("").await, "200");
    let plan = local.json("POST /_emulator/plan?calls=10", "").await;
    assert_eq!((&plan["plan"]["calls"], &plan["plan"]["left"]), (&json!(10), &json!(9)));
    let plan = local.json("POST /_emulator/plan?used=10", "").await;
    assert_eq!((&plan["plan"]["calls"], &plan["plan"]["left"]), (&json!(10), &json!(0)));
    assert_eq!(local.call("").await, "429");

    assert_eq!(
        local.refusal("POST /_emulator/window", "round").await,
        "expected epoch, phase=MS, first-call, sliding or bucket"
    );
    for (page, told) in [
        ("rate", "how many calls a second?"),
        ("rate?calls=0", "at least 1"),
        ("rate?calls=4294967296", "not a huge one"),
        ("plan", "how many calls a day?"),
        ("plan?used=-1", "expected a whole number"),
        ("advance", "by how many milliseconds?"),
        ("advance?ms=soon", "expected a whole number"),
    ] {
        let said = local.refusal(&format!("POST /_emulator/{page}"), "").await;
        assert!(said.contains(told), "{said}");
    }
    local.json("POST /_emulator/reset", "").await;
    let state = local.get("state").await;
    assert_eq!(
        (&state["window"], &state["rate"]["calls"], &state["plan"]["left"]),
        (&json!("first-call"), &json!(1), &json!(100))
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_window_is_empty_and_keeps_the_rate() {
    let knack = shop().rate_limit(1).build().unwrap();
    let status = async || call(&knack, Method::GET, "/objects/object_1/records", Value::Null).await.0;
    assert_eq!((status().await, status().await), (200, 429));
    knack.set_window(Window::Sliding);
    assert_eq!((status().await, status().await), (200, 429));
    knack.set_rate_limit(2);
    assert_eq!((status().await, status().await, status().await), (200, 200, 429));
}

#[tokio::test]
async fn one_fault_ends_and_the_others_stay() {
    let local = Local::of(shop()).await;
    local.json("POST /_emulator/faults", "503:nth=3\nthrottle\n503:nth=3").await;
    assert_eq!(
        local.json("DELETE /_emulator/faults?line=503:nth%3D3", "").await,
        json!(["throttle", "503:nth=3"])
    );
    let told = local.refusal("DELETE /_emulator/faults?line=502", "").await;
    assert!(told.contains("no fault `502`"), "{told}");
    assert_eq!(local.call("").await, "429");
    assert_eq!(local.json("DELETE /_emulator/faults", "").await, json!([]));
}

#[tokio::test]
async fn the_page_and_its_files_are_served() {
    let local = Local::of(shop()).await;
    let (head, page) = local.ask("GET /", &[], "").await;
    assert!(head.starts_with("http/1.1 200") && head.contains("content-type: text/html"), "{head}");
    let mut files = 0;
    for part in page.split(['"']).filter(|part| part.starts_with("/_emulator/page/")) {
        let (head, text) = local.ask(&format!("GET {part}"), &[], "").await;
        assert!(head.starts_with("http/1.1 200") && !text.is_empty(), "{part}: {head}");
        files += 1;
    }
    assert_eq!(files, 3, "icon, style and script");
    for line in [
        "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "cross-origin-resource-policy: same-origin",
        "cache-control: no-store",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert_eq!(local.knack.calls(), 0);
    for missing in ["page/none.js", "page/../page.js", "page/page.js/more", "pages"] {
        let (head, help) = local.ask(&format!("GET /_emulator/{missing}"), &[], "").await;
        assert!(
            head.starts_with("http/1.1 404") && help.contains("GET    /_emulator/state"),
            "{missing}: {head}"
        );
    }
}

#[tokio::test]
async fn pages_elsewhere_get_nothing() {
    let local = Local::of(Emulator::builder().sample()).await;
    let before = local.get("state").await["faults"].clone();
    for foreign in
        ["Origin: https://example.com", "Origin: null", "Host: example.com", "Host: localhost.example.com"]
    {
        for line in [
            "GET /",
            "GET /_emulator/page/page.js",
            "GET /_emulator/state",
            "GET /_emulator/live",
            "GET /_emulator/requests",
            "GET /_emulator/objects",
            "GET /_emulator/objects/object_1/records",
            "POST /_emulator/faults",
            "POST /_emulator/window",
            "POST /_emulator/rate?calls=1",
            "POST /_emulator/plan?calls=1",
            "DELETE /_emulator/faults",
        ] {
            let (head, body) = local.ask(line, &[foreign], "throttle").await;
            assert!(
                head.starts_with("http/1.1 404") && body.starts_with("Cannot "),
                "{foreign} {line}: {head}"
            );
        }
    }
    assert_eq!(local.get("state").await["faults"], before);
    // What is answered to a page of its own says nothing to others.
    let own = format!("Origin: http://{}", local.server.address());
    let (head, _) = local.ask("GET /_emulator/state", &[&own], "").await;
    assert!(head.starts_with("http/1.1 200") && !head.contains("access-control-"), "{head}");
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_no_other_machine() {
    let local = Local::of(shop().remote_control(true)).await;
    for own in ["Host: localhost", "Host: 127.0.0.1"] {
        assert!(local.ask("GET /_emulator/state", &[own], "").await.0.starts_with("http/1.1 200"));
    }
    let (head, _) = local.ask("GET /_emulator/state", &["Host: example.com"], "").await;
    assert!(head.starts_with("http/1.1 404"), "nobody else reaches loopback: {head}");
}

#[tokio::test]
async fn other_machines_get_the_page_only_where_it_is_opened() {
    for (open, status) in [(false, "404"), (true, "200")] {
        let knack = shop().remote_control(open).build().unwrap();
        let server = knack.serve_on(([0, 0, 0, 0], 0).into()).await.unwrap();
        let local = Local { knack, server };
        for line in ["GET /", "GET /_emulator/state"] {
            let (head, _) = local.ask(line, &[], "").await;
            assert_eq!(&head[9..12], status, "{line}");
        }
    }
}
