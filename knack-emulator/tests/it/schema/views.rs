//! Views are made, replaced and deleted, with the pages that hang on them.

use http::Method;
use knack_emulator::Emulator;
use serde_json::{Value, json};

use super::{dump, quick, write};
use crate::{browse, call, seen, told};

#[tokio::test(start_paused = true)]
async fn a_view_lives() {
    let knack = quick(Emulator::builder().sample());
    let source = json!({"object": "object_4", "criteria": {}, "sort": []});
    let shown = |key: &str| json!([{"type": "field", "field": {"key": key}}]);
    let table =
        |key: &str| json!({"name": "Prices", "type": "table", "source": source, "columns": shown(key)});
    let made = write(&knack, Method::POST, "/scenes/scene_4/views", table("field_33")).await;
    let key = made["view"]["key"].as_str().unwrap();
    assert_eq!((key, &made["changes"]["inserts"]["views"][0]), ("view_17", &made["view"]));
    let records = format!("/pages/scene_4/views/{key}/records?rows_per_page=1");
    let row = seen(&knack, &records, None).await["records"][0].clone();
    assert!(row.get("field_33").is_some() && row.get("field_30").is_none(), "{row}");

    let path = format!("/scenes/scene_4/views/{key}");
    let changed = write(&knack, Method::PUT, &path, table("field_30")).await;
    assert_eq!(changed["changes"]["updates"]["views"][0], changed["view"]);
    let row = seen(&knack, &records, None).await["records"][0].clone();
    assert!(row.get("field_30").is_some() && row.get("field_33").is_none(), "{row}");
    let gone = write(&knack, Method::DELETE, &path, Value::Null).await;
    assert_eq!(
        (&gone["delete"], &gone["changes"]["deletes"]["views"][0]["key"]),
        (&json!(true), &json!(key))
    );
    assert_eq!(told(&browse(&knack, Method::GET, &records, None, Value::Null).await).0, 500);
}

/// Which a caller who replaces a view without its links learns too late.
#[tokio::test(start_paused = true)]
async fn pages_go_with_the_last_link_to_them() {
    let knack = quick(Emulator::builder().sample());
    let child = "scene_5";
    let pages = |dump: &Value| -> Vec<Value> {
        dump["scenes"].as_array().unwrap().iter().map(|scene| scene["key"].clone()).collect()
    };
    let link = json!([{"type": "scene_link", "scene": "product-details"}]);
    let view = |columns: &Value| json!({"name": "x", "type": "table", "source": {"object": "object_4"}, "columns": columns});
    let made = write(&knack, Method::POST, "/pages/scene_4/views", view(&link)).await;
    let path = format!("/pages/scene_4/views/{}", made["view"]["key"].as_str().unwrap());
    for view in dump(&knack).await["scenes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["key"] == "scene_4")
        .unwrap()["views"]
        .as_array()
        .unwrap()
    {
        if view["key"] != made["view"]["key"] {
            let own = format!("/pages/scene_4/views/{}", view["key"].as_str().unwrap());
            write(&knack, Method::DELETE, &own, Value::Null).await;
        }
    }
    assert!(pages(&dump(&knack).await).contains(&json!(child)), "a link is left");
    let told = write(&knack, Method::PUT, &path, view(&json!([]))).await;
    assert_eq!(told["changes"]["deletes"]["scenes"][0]["key"], child);
    assert!(!pages(&dump(&knack).await).contains(&json!(child)));
}

/// Dumps of old applications have pages with neither.
#[tokio::test(start_paused = true)]
async fn pages_without_a_name_are_below_none() {
    let link = json!({"key": "view_1", "type": "table", "columns": [{"scene": "child"}]});
    let knack = quick(Emulator::builder().application(
        json!({"id": "5f00000000000000000000aa", "objects": [], "scenes": [
            {"key": "scene_1", "slug": "top", "parent": null, "views": [link]},
            {"key": "scene_2", "slug": "child", "parent": "top"},
            {"key": "scene_3", "slug": null, "parent": "child"},
            {"key": "scene_4", "slug": "grandchild", "parent": "child"},
            {"key": "scene_5", "slug": "last", "parent": "grandchild"},
            {"key": "scene_6", "slug": "other", "parent": null},
        ]}),
    ));
    let told = write(&knack, Method::DELETE, "/scenes/scene_1/views/view_1", Value::Null).await;
    let gone = told["changes"]["deletes"]["scenes"].as_array().unwrap().iter();
    let gone: Vec<&Value> = gone.map(|scene| &scene["key"]).collect();
    assert_eq!(gone, ["scene_2", "scene_3", "scene_4", "scene_5"]);
    assert_eq!(dump(&knack).await["scenes"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn views_that_cannot_be_made() {
    let knack = quick(Emulator::builder().sample());
    let before = dump(&knack).await;
    for (method, path, body, status) in [
        (Method::POST, "/scenes/scene_4/views", json!({"name": "x"}), 400),
        (Method::POST, "/scenes/scene_99/views", json!({"type": "table"}), 500),
        (Method::PUT, "/scenes/scene_4/views/view_99", json!({"type": "table"}), 500),
        (Method::DELETE, "/scenes/scene_4/views/view_1", Value::Null, 500),
        // What has to do with logins.
        (Method::POST, "/scenes/scene_6/views", json!({"type": "table"}), 500),
        (Method::POST, "/scenes/scene_4/views", json!({"type": "login"}), 500),
        (Method::DELETE, "/scenes/scene_6/views/view_6", Value::Null, 500),
        (Method::GET, "/scenes/scene_4/views/view_2", Value::Null, 404),
    ] {
        let (got, told) = call(&knack, method.clone(), path, body).await;
        assert_eq!(got, status, "{method} {path}: {told}");
    }
    let path = "/pages/scene_4/views/view_2";
    assert_eq!(browse(&knack, Method::DELETE, path, None, Value::Null).await.status(), 401);
    assert_eq!(dump(&knack).await, before);
}
