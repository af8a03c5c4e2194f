//! Who may see a page, and what its calls cost.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use knack_core::schema::{Access, Application};
use knack_core::transport::Transport;
use knack_emulator::{Builder, Emulator, Fault};
use serde_json::{Value, json};
use tokio::time::advance;

use crate::fixtures::{dump_and_records, recorded};
use crate::{browse, header, login, seen, send, token, told};

const CATALOG: &str = "/pages/scene_4/views/view_2/records";
const ORDERS: &str = "/pages/scene_7/views/view_7/records";
const CUSTOMER: &str = "/pages/scene_8/views/view_11/records";
const PAYROLL: &str = "/pages/scene_10/views/view_16/records";

fn sample() -> Builder {
    Emulator::builder().sample().rate_limit(1_000)
}

async fn status(knack: &Emulator, path: &str, token: Option<&str>) -> (u16, Value) {
    let (status, body) = told(&browse(knack, Method::GET, path, token, Value::Null).await);
    (status, if status == 200 { json!(null) } else { body })
}

#[tokio::test(start_paused = true)]
async fn the_login_above_a_page_protects_it() {
    let knack = sample().build().unwrap();
    let (both, staff, manager) = (token(&knack, 0).await, token(&knack, 1).await, token(&knack, 2).await);
    let customer = format!("{CUSTOMER}/{}", knack.ids("object_1")[0]);
    let (seen, forbidden) = ((200, json!(null)), (403, json!("Forbidden")));
    let stranger = (401, json!("Unauthorized: please reauthenticate."));
    let expired = (403, json!("Invalid or Expired Token"));
    for (path, to_staff, protected) in [
        (CATALOG, &seen, false),
        (ORDERS, &seen, true),
        (&customer, &seen, true),
        (PAYROLL, &forbidden, true),
    ] {
        assert_eq!(&status(&knack, path, Some(&staff)).await, to_staff, "{path}");
        assert_eq!(status(&knack, path, Some(&both)).await, seen, "{path}");
        assert_eq!(status(&knack, path, Some(&manager)).await, seen, "{path}");
        assert_eq!(status(&knack, path, None).await, if protected { stranger.clone() } else { seen.clone() });
        let bad = status(&knack, path, Some("nonsense")).await;
        assert_eq!(bad, if protected { expired.clone() } else { seen.clone() }, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_headers_of_a_view_call() {
    let knack = sample().build().unwrap();
    let open = sample().key_opens_pages(true).build().unwrap();
    let user = token(&knack, 0).await;
    let (id, key) = (knack.application_id().to_owned(), knack.api_key().to_owned());
    let ask = |knack: &Emulator, path: &str, headers: [(&str, Option<&str>); 3]| {
        let mut request = Request::get(format!("/v1{path}"));
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let (knack, request) = (knack.clone(), request.body(Bytes::new()).unwrap());
        async move {
            let (status, body) = told(&knack.transport().send(request).await.unwrap());
            (status, if status == 200 { String::new() } else { body.as_str().unwrap().to_owned() })
        }
    };
    let (id, key, user) = (Some(id.as_str()), Some(key.as_str()), Some(user.as_str()));
    for (path, id, key, token, want) in [
        (CATALOG, id, Some("knack"), None, (200, "")),
        (CATALOG, id, Some("renderer"), None, (200, "")),
        (CATALOG, id, key, None, (200, "")),
        (CATALOG, id, None, user, (200, "")),
        (CATALOG, id, None, None, (401, "Invalid API Request")),
        (CATALOG, id, Some("other"), user, (401, "Invalid API Key")),
        (CATALOG, None, Some("knack"), user, (401, "Invalid API Request")),
        (CATALOG, Some("nonsense"), Some("knack"), None, (400, "Malformed App ID.")),
        (CATALOG, Some("5f00000000000000000000bb"), Some("knack"), None, (500, "Internal Server Error\n")),
        (ORDERS, id, None, user, (200, "")),
        (ORDERS, id, key, user, (200, "")),
        (ORDERS, id, key, None, (401, "Unauthorized: please reauthenticate.")),
    ] {
        let headers =
            [("x-knack-application-id", id), ("x-knack-rest-api-key", key), ("authorization", token)];
        assert_eq!(ask(&knack, path, headers).await, (want.0, want.1.to_owned()), "{path} {headers:?}");
    }
    let headers = [("x-knack-application-id", id), ("x-knack-rest-api-key", key), ("authorization", None)];
    assert_eq!(ask(&open, ORDERS, headers).await.0, 200, "where the key opens pages");
    let object = browse(&knack, Method::GET, "/objects/object_1/records", user, Value::Null).await;
    assert_eq!(told(&object), (401, json!("Invalid API Key")), "`knack` and a token open no object");
}

#[tokio::test(start_paused = true)]
async fn public_views_are_not_counted() {
    let knack = Emulator::builder().sample().daily_calls(100).build().unwrap();
    let user = token(&knack, 0).await;
    let open = browse(&knack, Method::GET, CATALOG, None, Value::Null).await;
    assert_eq!(header(&open, "x-ratelimit-remaining"), "8", "the login took a place too");
    for plan in ["x-planlimit-limit", "x-planlimit-remaining", "x-planlimit-reset"] {
        assert_eq!(header(&open, plan), "");
    }
    assert_eq!(knack.plan_left(), 100);
    for (path, left) in [(ORDERS, "99"), (CATALOG, "98")] {
        let answer = browse(&knack, Method::GET, path, Some(&user), Value::Null).await;
        assert_eq!(header(&answer, "x-planlimit-remaining"), left, "{path} with a user's token");
    }
    let keyed = send(&knack, Method::GET, CATALOG, "").await.unwrap();
    assert_eq!(header(&keyed, "x-planlimit-remaining"), "97", "and with the real key");
    for (path, token) in [(ORDERS, None), (ORDERS, Some("nonsense")), (CATALOG, Some("nonsense"))] {
        browse(&knack, Method::GET, path, token, Value::Null).await;
    }
    assert_eq!(knack.plan_left(), 97, "who is turned away, or is nobody, costs nothing");
}

#[tokio::test(start_paused = true)]
async fn every_call_may_count_by_the_newer_documents() {
    let knack = Emulator::builder().sample().daily_calls(2).public_views_count(true).build().unwrap();
    for left in ["1", "0"] {
        let answer = browse(&knack, Method::GET, CATALOG, None, Value::Null).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "x-planlimit-remaining").as_str()),
            (200, left)
        );
    }
    let refused = browse(&knack, Method::GET, CATALOG, None, Value::Null).await;
    assert_eq!((refused.status().as_u16(), header(&refused, "x-planlimit-remaining").as_str()), (429, "0"));
}

#[tokio::test(start_paused = true)]
async fn public_views_share_the_second_and_outlive_the_plan() {
    let knack = Emulator::builder()
        .sample()
        .daily_calls(1)
        .fault(Fault::throttle().path("view_4").first(1))
        .build()
        .unwrap();
    assert_eq!(send(&knack, Method::GET, "/objects/object_3/records", "").await.unwrap().status(), 200);
    assert_eq!(send(&knack, Method::GET, "/objects/object_3/records", "").await.unwrap().status(), 429);
    for left in (0..9).rev() {
        let answer = browse(&knack, Method::GET, CATALOG, None, Value::Null).await;
        assert_eq!(answer.status(), 200, "with the plan used up");
        assert_eq!(header(&answer, "x-ratelimit-remaining"), left.to_string());
    }
    let refused = browse(&knack, Method::GET, CATALOG, None, Value::Null).await;
    assert_eq!(told(&refused), (429, json!("Rate limit exceeded")));
    assert_eq!((header(&refused, "x-planlimit-limit").as_str(), knack.plan_left()), ("", 0));
    advance(Duration::from_secs(1)).await;
    let thrown = browse(&knack, Method::GET, "/pages/scene_4/views/view_4/records", None, Value::Null).await;
    assert_eq!((thrown.status().as_u16(), knack.refused()), (429, 3));
}

/// Every view answers a stranger as the client's own reading of the dump says.
async fn agrees(dump: Value) -> usize {
    let text = dump.to_string();
    let schema = Application::read(text.as_bytes()).unwrap();
    let knack = Emulator::builder().application(dump).rate_limit(1_000).build().unwrap();
    for view in &schema.views {
        let scene = schema.scenes.iter().find(|scene| scene.key == view.scene).unwrap();
        let path = format!("/pages/{}/views/{}/records", view.scene, view.key);
        let turned_away = status(&knack, &path, None).await.0 == 401;
        assert_eq!(turned_away, schema.access(scene) != Access::Everybody, "{path}");
    }
    schema.views.len()
}

#[tokio::test(start_paused = true)]
async fn pages_are_as_open_as_the_client_reads_them() {
    let knack = sample().build().unwrap();
    let path = format!("/applications/{}", knack.application_id());
    assert_eq!(agrees(told(&browse(&knack, Method::GET, &path, None, Value::Null).await).1).await, 16);
    let circle = json!({"id": "5f0000000000000000000001", "objects": [], "scenes": [
        {"key": "scene_1", "slug": "a", "parent": "b", "views": [{"key": "view_1", "type": "table"}]},
        {"key": "scene_2", "slug": "b", "parent": "a", "views": null},
        {"key": "scene_3", "slug": "user", "type": "user", "views": [{"key": "view_2"}]},
        {"key": "scene_4", "slug": "below", "parent": "user", "views": [{"key": "view_3"}]}]});
    assert_eq!(agrees(circle).await, 3);
    for dump in ["knackpy/_metadata.json", "pyknackhq/tests_schema.json"] {
        let Some(dump) = recorded(dump) else { return };
        agrees(dump).await;
    }
}

/// The recorded application, its 25 records, and an account of ours.
fn recorded_app() -> Option<Emulator> {
    let (dump, records) = dump_and_records()?;
    let account = json!({"id": "5f0000000000000000000001", "field_32": {"first": "Ada", "last": "Cole"},
        "field_33": "ada@example.com", "field_34": "secret"});
    let knack = Emulator::builder().application(dump).records("object_3", records);
    Some(knack.records("object_6", vec![account]).rate_limit(1_000).build().unwrap())
}

#[tokio::test(start_paused = true)]
async fn recorded_views_are_read_as_they_are() {
    let Some(knack) = recorded_app() else { return };
    let all = seen(&knack, "/pages/scene_1/views/view_6/records", None).await;
    assert_eq!(all["total_records"], json!(knack.count("object_3")));
    let record = &all["records"][0];
    let whole = knack.record("object_3", record["id"].as_str().unwrap()).unwrap();
    assert!(record.as_object().unwrap().len() < whole.as_object().unwrap().len());
    for (key, value) in record.as_object().unwrap() {
        assert_eq!(value, &whole[key], "{key}");
    }
    let numbers: Vec<i64> = all["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["field_11"].as_i64().unwrap())
        .collect();
    assert!(numbers.is_sorted());
    let none = seen(&knack, "/pages/scene_1/views/view_1/records", None).await;
    assert_eq!(none["total_records"], 0, "a table of another object");

    let form = "/pages/scene_7/views/view_12/records";
    let body = json!({"field_6": "First Choice", "field_7": "through the form", "field_10": 7});
    let (status_of, made) = told(&browse(&knack, Method::POST, form, None, body).await);
    assert_eq!((status_of, &made["submit_key"]), (200, &json!("submit_1")), "{made}");
    assert_eq!(made["record"]["field_7"], "through the form");
    assert_eq!(status(&knack, form, None).await.0, 403);

    let protected = "/pages/scene_6/views/view_18/records";
    assert_eq!(status(&knack, protected, None).await.0, 401);
    let (_, session) = login(&knack, "ada@example.com", "secret").await;
    let token = session["session"]["user"]["token"].as_str().unwrap();
    assert_eq!(seen(&knack, protected, Some(token)).await["total_records"], json!(knack.count("object_3")));
}

#[tokio::test(start_paused = true)]
async fn a_recorded_user_changes_his_own_account() {
    let Some(knack) = recorded_app() else { return };
    let (_, session) = login(&knack, "ada@example.com", "secret").await;
    let token = session["session"]["user"]["token"].as_str().unwrap();
    let own = "5f0000000000000000000001";
    let account = seen(&knack, "/pages/scene_4/views/view_8/records", Some(token)).await;
    assert_eq!(account["field_32"], "Ada Cole");
    let settings = seen(&knack, "/pages/scene_2/views/view_2/records", Some(token)).await;
    assert_eq!(settings["record"]["id"], own);
    let (password, names) = ("/pages/scene_2/views/view_3/records", "/pages/scene_2/views/view_2/records");
    for (path, body) in [(names, json!({"field_32": "Ada Lund"})), (password, json!({"field_34": "new"}))] {
        let answer = told(&browse(&knack, Method::PUT, &format!("{path}/{own}"), Some(token), body).await);
        assert_eq!(answer.0, 200, "{answer:?}");
        assert_eq!(answer.1["record"]["field_34"], "*********");
    }
    assert_eq!(login(&knack, "ada@example.com", "secret").await.0, 401);
    let (status, session) = login(&knack, "ada@example.com", "new").await;
    assert_eq!((status, &session["session"]["user"]["values"]["field_32"]["last"]), (200, &json!("Lund")));
}
