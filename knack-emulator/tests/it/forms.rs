//! Writes through views: forms, cells that are edited in place, links that delete.

use http::Method;
use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::{browse, seen, token, told};

const SIGN_UP: &str = "/pages/scene_4/views/view_3/records";
const ORDERS: &str = "/pages/scene_7/views/view_7/records";
const EDIT: &str = "/pages/scene_8/views/view_14/records";

fn sample() -> Builder {
    Emulator::builder().sample().rate_limit(1_000)
}

async fn send(
    knack: &Emulator,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Value,
) -> (u16, Value) {
    told(&browse(knack, method, path, token, body).await)
}

#[tokio::test(start_paused = true)]
async fn an_insert_form_takes_its_inputs() {
    let knack = sample().build().unwrap();
    let body = json!({"field_1": {"first": "Nora", "last": "Berg"}, "field_2": "nora@example.com",
        "field_7": true, "field_6": "Business", "field_12": "not asked for", "id": "5f", "field_84": 9});
    let (status, made) = send(&knack, Method::POST, SIGN_UP, None, body).await;
    assert_eq!((status, &made["submit_key"]), (200, &json!("submit_1")), "{made}");
    let record = &made["record"];
    assert_eq!((&record["field_1"], &record["field_7_raw"]), (&json!("Nora Berg"), &json!(true)));
    assert_ne!(record["field_6"], "Business");
    assert_eq!(record["field_12"], "", "what is no input is ignored");
    assert_eq!(
        knack.record("object_1", record["id"].as_str().unwrap()),
        Some(record.clone()),
        "the whole record"
    );
    let (_, raw) = send(
        &knack,
        Method::POST,
        &format!("{SIGN_UP}?format=raw"),
        None,
        json!({"field_1": "Ola Dahl", "field_2": "ola@example.com"}),
    )
    .await;
    assert_eq!(raw["record"]["field_2"], json!({"email": "ola@example.com"}));
}

#[tokio::test(start_paused = true)]
async fn an_insert_form_asks_for_what_is_required() {
    let knack = sample().build().unwrap();
    let before = knack.count("object_1");
    let (status, body) = send(&knack, Method::POST, SIGN_UP, None, json!({"field_1": "Ola"})).await;
    let missing = json!({"field": "field_2", "type": "required", "message": "Email is required."});
    assert_eq!((status, body), (400, json!({"errors": [missing]})));
    let taken = seen(&knack, "/pages/scene_7/views/view_10/records", Some(&token(&knack, 1).await)).await;
    let taken = &taken["records"][0]["field_2_raw"]["email"];
    let (status, body) =
        send(&knack, Method::POST, SIGN_UP, None, json!({"field_1": "Ola", "field_2": taken})).await;
    assert_eq!((status, &body["errors"][0]["type"]), (400, &json!("unique")), "{body}");
    assert_eq!(knack.count("object_1"), before);
    let knack = sample().enforce_required(false).build().unwrap();
    assert_eq!(send(&knack, Method::POST, SIGN_UP, None, json!({})).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn an_update_form_shows_and_changes_one_record() {
    let knack = sample().build().unwrap();
    let staff = token(&knack, 1).await;
    let path = format!("{EDIT}/{}", knack.ids("object_1")[0]);
    let shown = seen(&knack, &path, Some(&staff)).await;
    let record = shown["record"].as_object().unwrap();
    assert!(record.contains_key("id") && record.contains_key("field_12") && !record.contains_key("field_6"));
    let change = json!({"field_12": "Call first.", "field_7": "Yes", "field_5": "Berg & Sons"});
    let before = knack.record("object_1", &knack.ids("object_1")[0]).unwrap();
    let (status, changed) = send(&knack, Method::PUT, &path, Some(&staff), change).await;
    assert_eq!((status, &changed["submit_key"]), (200, &json!("submit_1")), "{changed}");
    let record = &changed["record"];
    assert_eq!((&record["field_12"], &record["field_5"]), (&json!("Call first."), &json!("Berg & Sons")));
    assert_eq!((&record["field_7"], &record["field_1"]), (&before["field_7"], &before["field_1"]));
    let (status, body) = send(&knack, Method::PUT, &path, Some(&staff), json!({"field_2": ""})).await;
    assert_eq!((status, &body["errors"][0]["type"]), (400, &json!("required")), "{body}");
    assert_eq!(send(&knack, Method::PUT, &format!("{EDIT}/nobody"), Some(&staff), json!({})).await.0, 500);
}

#[tokio::test(start_paused = true)]
async fn cells_are_edited_where_the_view_says_so() {
    let knack = sample().build().unwrap();
    let staff = token(&knack, 1).await;
    let id = &knack.ids("object_6")[0];
    let path = format!("{ORDERS}/{id}");
    let change = json!({"field_46": "Ready", "field_50": "not a column", "field_40": 77});
    let (status, record) = send(&knack, Method::PUT, &path, Some(&staff), change).await;
    assert_eq!(
        (status, &record["id"], &record["field_46"]),
        (200, &json!(id), &json!("Ready")),
        "bare: {record}"
    );
    assert_ne!(record["field_50"], "not a column");
    assert_eq!(record["field_40"], 1, "computed");

    let customers = format!("/pages/scene_7/views/view_10/records/{}", knack.ids("object_1")[0]);
    let refused = (403, json!("This view does not allow that."));
    assert_eq!(send(&knack, Method::PUT, &customers, Some(&staff), json!({"field_5": "X"})).await, refused);
}

#[tokio::test(start_paused = true)]
async fn a_link_deletes() {
    let knack = sample().build().unwrap();
    let staff = token(&knack, 1).await;
    let (id, before) = (knack.ids("object_6")[0].clone(), knack.count("object_6"));
    let path = format!("{ORDERS}/{id}");
    assert_eq!(send(&knack, Method::DELETE, &path, None, Value::Null).await.0, 401);
    let gone = send(&knack, Method::DELETE, &path, Some(&staff), Value::Null).await;
    assert_eq!(gone, (200, json!({"delete": true})));
    assert_eq!(knack.count("object_6"), before - 1);
    assert_eq!(send(&knack, Method::DELETE, &path, Some(&staff), Value::Null).await.0, 500);
}

#[tokio::test(start_paused = true)]
async fn what_views_do_not_allow() {
    let knack = sample().build().unwrap();
    let token = token(&knack, 0).await;
    let (product, customer) = (knack.ids("object_4")[0].clone(), knack.ids("object_1")[0].clone());
    for (method, path) in [
        (Method::PUT, format!("{SIGN_UP}/{customer}")), // refused since September 2021
        (Method::DELETE, format!("{SIGN_UP}/{customer}")),
        (Method::GET, SIGN_UP.to_owned()),
        (Method::GET, format!("{SIGN_UP}/{customer}")),
        (Method::POST, "/pages/scene_4/views/view_2/records".to_owned()),
        (Method::DELETE, format!("/pages/scene_4/views/view_2/records/{product}")),
        (Method::POST, "/pages/scene_5/views/view_5/records".to_owned()),
        (Method::PUT, format!("/pages/scene_5/views/view_5/records/{product}")),
        (Method::POST, EDIT.to_owned()),
        (Method::GET, EDIT.to_owned()),
        (Method::DELETE, format!("{EDIT}/{customer}")),
    ] {
        let answer = send(&knack, method.clone(), &path, Some(&token), json!({"field_1": "x"})).await;
        assert_eq!(answer, (403, json!("This view does not allow that.")), "{method} {path}");
    }
    for body in ["{", "[]"] {
        let request = http::Request::post(format!("/v1{SIGN_UP}"))
            .header("X-Knack-Application-Id", knack.application_id())
            .header("X-Knack-REST-API-Key", "knack")
            .body(bytes::Bytes::from(body))
            .unwrap();
        let response = knack_core::transport::Transport::send(&knack.transport(), request).await.unwrap();
        assert_eq!(response.status(), 400, "{body}");
    }
}
