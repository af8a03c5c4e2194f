//! The emulator as its users meet it: in-process, and on a socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod browsers;
mod child_pages;
mod computed;
mod control;
#[cfg(feature = "disk")]
mod disk;
mod downloads;
mod errors;
mod exports;
mod faults;
mod files;
mod filters;
mod fixtures;
mod forms;
mod generated;
mod hostile;
mod kinds;
mod laws;
mod limits;
mod lists;
mod options;
mod pages;
mod quirks;
#[cfg(feature = "record")]
mod recording;
mod records;
mod reports;
mod request_facts;
mod sample;
mod schema;
mod sessions;
mod socket;
mod steer;
mod strangers;
mod time;
mod uploads;
mod views;

use bytes::Bytes;
use http::{Method, Request, Response};
use knack_core::transport::{Transport, TransportError};
use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

/// Two connected objects with every kind that writes are tested with.
pub(crate) fn shop() -> Builder {
    Emulator::builder().application(shop_dump())
}

pub(crate) fn shop_dump() -> Value {
    let field = |key: &str, name: &str, kind: &str, rest: Value| {
        let mut field = json!({"key": key, "name": name, "type": kind, "required": false, "unique": false});
        for (key, value) in rest.as_object().unwrap() {
            field[key] = value.clone();
        }
        field
    };
    json!({"application": {
        "id": "5f00000000000000000000aa",
        "name": "Shop",
        "settings": {"timezone": "Central Time (US & Canada)"},
        "objects": [
            {"key": "object_1", "name": "Tools", "identifier": "field_1", "fields": [
                field("field_1", "Label", "short_text", json!({"required": true})),
                field("field_2", "Code", "short_text", json!({"unique": true})),
                field("field_3", "Number", "auto_increment", json!({})),
                field("field_4", "Weight", "number", json!({"format": {"precision": "2", "mark_decimal": "period"}})),
                field("field_5", "Price", "currency", json!({"format": {"format": "$"}})),
                field("field_6", "Lent", "boolean", json!({})),
                field("field_7", "Bought", "date_time", json!({"format": {"date_format": "mm/dd/yyyy", "time_format": "HH:MM am"}})),
                field("field_8", "State", "multiple_choice", json!({"format": {"type": "single", "options": ["New", "Worn"], "default": "New"}})),
                field("field_9", "Uses", "multiple_choice", json!({"format": {"type": "multi", "options": ["Wood", "Steel"]}})),
                field("field_10", "Shelf", "connection", json!({"relationship": {"object": "object_2", "has": "one", "belongs_to": "many"}})),
                field("field_11", "Friends", "connection", json!({"relationship": {"object": "object_1", "has": "many", "belongs_to": "many"}})),
                field("field_12", "Maker", "name", json!({"format": {"format": "First Last"}})),
                field("field_13", "Mail", "email", json!({"format": {"text_format": "url"}})),
            ]},
            {"key": "object_2", "name": "Shelves", "identifier": "field_20", "sort": {"field": "field_21", "order": "desc"}, "fields": [
                field("field_20", "Name", "short_text", json!({})),
                field("field_21", "Height", "number", json!({"format": {"mark_decimal": "none"}})),
            ]},
        ],
    }})
}

pub(crate) async fn send(
    knack: &Emulator,
    method: Method,
    path: &str,
    body: impl Into<Bytes>,
) -> Result<Response<Bytes>, TransportError> {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://api.knack.com/v1{path}"))
        .header("X-Knack-Application-Id", knack.application_id())
        .header("X-Knack-REST-API-Key", knack.api_key())
        .header("Content-Type", "application/json")
        .body(body.into())
        .unwrap();
    knack.transport().send(request).await
}

/// A call that is answered with JSON.
pub(crate) async fn call(knack: &Emulator, method: Method, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let response = send(knack, method, path, body).await.unwrap();
    let value = serde_json::from_slice(response.body())
        .unwrap_or_else(|_| json!(String::from_utf8_lossy(response.body())));
    (response.status().as_u16(), value)
}

/// A call as a browser makes it: with the key `knack` and, behind a login, a user's token.
pub(crate) async fn browse(
    knack: &Emulator,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Value,
) -> Response<Bytes> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("https://api.knack.com/v1{path}"))
        .header("X-Knack-Application-Id", knack.application_id())
        .header("X-Knack-REST-API-Key", "knack")
        .header("Content-Type", "application/json");
    if let Some(token) = token {
        request = request.header("Authorization", token);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    knack.transport().send(request.body(body.into()).unwrap()).await.unwrap()
}

/// What a view shows, or a panic.
pub(crate) async fn seen(knack: &Emulator, path: &str, token: Option<&str>) -> Value {
    let (status, body) = told(&browse(knack, Method::GET, path, token, Value::Null).await);
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// The status and the body of an answer, as JSON or as text.
pub(crate) fn told(response: &Response<Bytes>) -> (u16, Value) {
    let text = || json!(String::from_utf8_lossy(response.body()));
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_else(|_| text()))
}

/// What a login is answered with.
pub(crate) async fn login(knack: &Emulator, email: &str, password: &str) -> (u16, Value) {
    let path = format!("/applications/{}/session", knack.application_id());
    told(&browse(knack, Method::POST, &path, None, json!({"email": email, "password": password})).await)
}

/// The token of the sample's `n`th account: 0 has both roles, odd ones are staff, even ones managers.
pub(crate) async fn token(knack: &Emulator, n: usize) -> String {
    let email = knack.account_email(n).unwrap();
    let (status, body) = login(knack, &email, Emulator::SAMPLE_PASSWORD).await;
    assert_eq!(status, 200, "{body}");
    body["session"]["user"]["token"].as_str().unwrap().to_owned()
}

pub(crate) async fn get(knack: &Emulator, path: &str) -> Value {
    let (status, body) = call(knack, Method::GET, path, Value::Null).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

pub(crate) async fn create(knack: &Emulator, object: &str, body: Value) -> Value {
    let (status, made) = call(knack, Method::POST, &format!("/objects/{object}/records"), body).await;
    assert_eq!(status, 200, "{made}");
    made
}

pub(crate) fn header(response: &Response<Bytes>, name: &str) -> String {
    response.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}
