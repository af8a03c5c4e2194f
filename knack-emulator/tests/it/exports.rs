//! Files of a view's records.

use http::Method;
use knack_emulator::Emulator;
use serde_json::{Value, json};

use crate::{header, send};

fn shop() -> knack_emulator::Builder {
    let field = |key: &str, name: &str, kind: &str| json!({"key": key, "name": name, "type": kind});
    Emulator::builder()
        .application(json!({"id": "5f00000000000000000000aa", "objects": [
            {"key": "object_1", "name": "Tools", "fields": [
                field("field_1", "Label", "short_text"),
                field("field_2", "Weight", "number"),
                field("field_3", "Mail", "email"),
                field("field_4", "Cost", "number")]}],
        "scenes": [{"key": "scene_1", "views": [
            {"key": "view_1", "name": "All \"tools\"", "type": "table",
                "source": {"object": "object_1", "sort": [{"field": "field_2", "order": "desc"}]},
                "columns": [
                    {"type": "field", "header": "Name, in full", "field": {"key": "field_1"}},
                    {"type": "field", "header": "Weight", "field": {"key": "field_2"}},
                    {"type": "field", "header": "Mail", "field": {"key": "field_3"}},
                    {"type": "link", "header": "Open"}]}]}]}))
        .records("object_1", vec![
            json!({"id": "5f0000000000000000000001", "field_1": "Saw", "field_2": 3, "field_4": 99}),
            json!({"id": "5f0000000000000000000002", "field_1": "The \"big\", heavy\none", "field_2": 7}),
            json!({"id": "5f0000000000000000000003", "field_1": "Axe", "field_2": 1, "field_3": "a@example.com"}),
        ])
}

async fn export(knack: &Emulator, query: &str) -> http::Response<bytes::Bytes> {
    let app = knack.application_id();
    let path = format!("/scenes/scene_1/views/view_1/records/export/applications/{app}?{query}");
    send(knack, Method::GET, &path, "").await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn csv_with_labels_and_quotes() {
    let knack = shop().build().unwrap();
    let file = export(&knack, "type=csv&format=both&page=1&rows_per_page=1").await;
    assert_eq!(file.status(), 200);
    assert_eq!(header(&file, "content-type"), "text/csv; charset=utf-8");
    assert_eq!(header(&file, "content-disposition"), "attachment; filename=\"All__tools_.csv\"");
    assert_eq!(
        std::str::from_utf8(file.body()).unwrap(),
        "\"Name, in full\",Weight,Mail\r\n\"The \"\"big\"\", heavy\none\",7,\r\nSaw,3,\r\nAxe,1,a@example.com\r\n"
    );
    let raw = export(&knack, "type=csv&format=raw&sort_field=field_1&sort_order=asc").await;
    let text = std::str::from_utf8(raw.body()).unwrap().to_owned();
    assert!(text.contains("\r\nAxe,1,\"{\"\"email\"\":\"\"a@example.com\"\"}\"\r\nSaw,3,\r\n"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn json_with_filters_and_sort() {
    let knack = shop().paged_exports(true).build().unwrap();
    let read = |file: http::Response<bytes::Bytes>| -> Value { serde_json::from_slice(file.body()).unwrap() };
    let light = "filters=%5B%7B%22field%22%3A%22field_2%22%2C%22operator%22%3A%22lower%20than%22%2C%22value%22%3A5%7D%5D";
    let list = read(export(&knack, &format!("type=json&format=raw&{light}&sort_field=field_1")).await);
    let id = |n: u8| format!("5f000000000000000000000{n}");
    assert_eq!(
        list,
        json!([
            {"id": id(3), "field_1": "Axe", "field_2": 1, "field_3": {"email": "a@example.com"}},
            {"id": id(1), "field_1": "Saw", "field_2": 3, "field_3": ""}]),
        "what the view does not show stays inside"
    );
    let second = read(export(&knack, "type=json&page=2&rows_per_page=2").await);
    assert_eq!(second.as_array().unwrap().len(), 1);
    assert_eq!((&second[0]["field_1"], &second[0]["field_1_raw"]), (&json!("Axe"), &json!("Axe")));
    assert_eq!(read(export(&knack, "type=json&page=99&rows_per_page=2").await), json!([]));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_exported() {
    let knack = shop().build().unwrap();
    assert_eq!(export(&knack, "type=exe").await.status(), 400);
    let elsewhere = "/scenes/scene_1/views/view_1/records/export/applications/5f?type=csv";
    assert_eq!(send(&knack, Method::GET, elsewhere, "").await.unwrap().status(), 400);
    let strict = shop().strict_filters(true).build().unwrap();
    let file = export(&strict, "type=csv&filters=%5B%7B%22field%22%3A%22field_9%22%7D%5D").await;
    assert_eq!(file.status(), 400);
    let sample = Emulator::builder().sample().build().unwrap();
    let app = sample.application_id();
    for (view, status) in [("view_7", 200), ("view_9", 200), ("view_8", 400), ("view_0", 500)] {
        let path = format!("/scenes/scene_7/views/{view}/records/export/applications/{app}");
        assert_eq!(send(&sample, Method::GET, &path, "").await.unwrap().status(), status, "{view}");
    }
    let own = format!("/scenes/scene_7/views/view_9/records/export/applications/{app}?type=json");
    let nobody = send(&sample, Method::GET, &own, "").await.unwrap();
    assert_eq!(&nobody.body()[..], b"[]", "a view of the own account shows none to nobody");
}
