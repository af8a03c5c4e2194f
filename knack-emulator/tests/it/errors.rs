//! Errors in Knack's words.

use bytes::Bytes;
use http::{Method, Request};
use knack_core::transport::Transport;
use knack_emulator::{Emulator, EmulatorError};
use serde_json::{Value, json};

use crate::{call, get, header, send, shop};

#[tokio::test(start_paused = true)]
async fn who_is_not_let_in() {
    let knack = shop().build().unwrap();
    let (id, key) = (knack.application_id().to_owned(), knack.api_key().to_owned());
    for (id, key, status, body) in [
        (None, None, 401, "Invalid API Request"),
        (None, Some(key.as_str()), 401, "Invalid API Request"),
        (Some(id.as_str()), None, 401, "Invalid API Request"),
        (Some("nonsense"), Some(key.as_str()), 400, "Malformed App ID."),
        (Some("5f00000000000000000000bb"), Some(key.as_str()), 500, "Internal Server Error\n"),
        (Some(id.as_str()), Some("wrong"), 401, "Invalid API Key"),
    ] {
        let mut request = Request::get("/v1/objects/object_1/records");
        if let Some(id) = id {
            request = request.header("x-knack-application-id", id);
        }
        if let Some(key) = key {
            request = request.header("X-Knack-REST-API-KEY", key);
        }
        let response = knack.transport().send(request.body(Bytes::new()).unwrap()).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.body()[..]),
            (status, body.as_bytes()),
            "{id:?} {key:?}"
        );
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&response, "x-ratelimit-limit"), "", "no limits before the key is accepted");
        assert_ne!(header(&response, "date"), "");
    }
    assert_eq!(knack.plan_left(), 1_000, "none of them counts");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there() {
    let knack = shop().rate_limit(100).build().unwrap();
    for (method, path, status) in [
        (Method::GET, "/objects/object_9/records", 500),
        (Method::GET, "/objects/object_1/records/nobody", 500),
        (Method::PUT, "/objects/object_1/records/nobody", 500),
        (Method::DELETE, "/objects/object_1/records/nobody", 500),
        (Method::POST, "/objects/object_1/records/nobody", 404),
        (Method::PATCH, "/objects/object_1/records", 404),
        (Method::GET, "/objects/object_1/records/a/b", 404),
        (Method::GET, "/nothing", 404),
        (Method::GET, "/objects/object_1/fields/field_99", 500),
    ] {
        let (got, _) = call(&knack, method.clone(), path, Value::Null).await;
        assert_eq!(got, status, "{method} {path}");
    }
    let response = knack.transport().send(Request::get("/").body(Bytes::new()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 404);
}

#[tokio::test(start_paused = true)]
async fn bodies_that_are_no_records() {
    let knack = shop().rate_limit(1_000).build().unwrap();
    for body in ["{", "[]", "7", "null", "\"x\"", "{\"field_1\":", "\u{feff}{}", "{\"field_1\":NaN}"] {
        let response = send(&knack, Method::POST, "/objects/object_1/records", body).await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
    }
    let deep = "[".repeat(100_000);
    let response = send(&knack, Method::POST, "/objects/object_1/records", deep).await.unwrap();
    assert_eq!(response.status(), 400);
    let response =
        send(&knack, Method::POST, "/objects/object_1/records", Bytes::from_static(b"{\"a\":\"\xff\"}"))
            .await
            .unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(knack.count("object_1"), 0);
}

#[tokio::test(start_paused = true)]
async fn schema_reads() {
    let knack = shop().rate_limit(100).build().unwrap();
    assert_eq!(get(&knack, "/objects").await["objects"][1], json!({"name": "Shelves", "key": "object_2"}));
    assert_eq!(get(&knack, "/objects/object_2").await["object"]["identifier"], "field_20");
    assert_eq!(get(&knack, "/objects/object_9").await, json!({}));
    assert_eq!(get(&knack, "/objects/object_9/fields").await, json!({"fields": []}));
    let fields = get(&knack, "/objects/object_1/fields").await;
    assert_eq!(fields["fields"][0]["required"], true);
    assert_eq!(fields["fields"][3]["type"], "float");
    assert_eq!(fields["fields"][7]["choices"], json!(["New", "Worn"]));

    let spent = knack.plan_left();
    let dump =
        Request::get(format!("/v1/applications/{}", knack.application_id())).body(Bytes::new()).unwrap();
    let response = knack.transport().send(dump).await.unwrap();
    let dump: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(dump["application"]["name"], "Shop");
    assert_eq!(header(&response, "x-planlimit-limit"), "");
    assert_eq!(knack.plan_left(), spent, "the dump needs no key and costs nothing");
    let other = Request::get("/v1/applications/other").body(Bytes::new()).unwrap();
    assert_eq!(knack.transport().send(other).await.unwrap().status(), 400);
}

#[test]
fn what_cannot_be_built() {
    assert!(matches!(Emulator::builder().build(), Err(EmulatorError::NoApplication)));
    assert!(matches!(
        Emulator::builder().application(json!({})).build(),
        Err(EmulatorError::Application { .. })
    ));
    let unknown = shop().records("object_9", vec![]).build().unwrap_err();
    assert!(unknown.to_string().contains("object_1, object_2"), "{unknown}");
    assert!(matches!(
        shop().records("object_1", vec![json!(1)]).build(),
        Err(EmulatorError::Record { position: 0, .. })
    ));
    let twice = vec![json!({"id": "a"}), json!({"id": "a"})];
    assert!(matches!(shop().records("object_1", twice).build(), Err(EmulatorError::SameId { .. })));
}
