//! What views give out.

use http::Method;
use knack_emulator::Emulator;
use serde_json::{Value, json};

use crate::{browse, told};

async fn seen(knack: &Emulator, path: &str, token: Option<&str>) -> Value {
    let (status, body) = told(&browse(knack, Method::GET, path, token, Value::Null).await);
    assert_eq!(status, 200, "{path}: {body}");
    body
}

fn keys(record: &Value) -> Vec<&str> {
    record.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test(start_paused = true)]
async fn a_table_shows_its_columns_and_records() {
    let knack = Emulator::builder().sample().rate_limit(1_000).build().unwrap();
    let page = seen(&knack, "/pages/scene_4/views/view_2/records", None).await;
    assert_eq!(page, seen(&knack, "/scenes/scene_4/views/view_2/records", None).await);
    let records = page["records"].as_array().unwrap();
    assert_eq!((records.len(), &page["current_page"]), (25, &json!(1)));
    let expected: Vec<String> = ["field_30", "field_31", "field_32", "field_33", "field_35", "field_109"]
        .iter()
        .flat_map(|key| [(*key).to_owned(), format!("{key}_raw")])
        .collect();
    let mut told = keys(&records[0]);
    told.retain(|key| *key != "id");
    let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    expected.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, expected);
}
