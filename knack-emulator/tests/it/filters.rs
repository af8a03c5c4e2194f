//! Filters through the whole server.

use http::Method;
use knack_emulator::{Builder, Emulator};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{call, get, shop};

fn tools() -> Builder {
    shop().rate_limit(1_000).records(
        "object_1",
        vec![
            json!({"id": "5f0000000000000000000001", "field_1": "Saw", "field_4": 3, "field_9": ["Wood"], "field_6": true}),
            json!({"id": "5f0000000000000000000002", "field_1": "Axe", "field_4": 7, "field_9": ["Wood", "Steel"],
                "field_11": ["5f0000000000000000000001"]}),
            json!({"id": "5f0000000000000000000003", "field_1": "Hand saw"}),
        ],
    )
}

async fn found(knack: &Emulator, filters: &Value) -> Vec<String> {
    let text = filters.to_string();
    let query = utf8_percent_encode(&text, NON_ALPHANUMERIC);
    names(&get(knack, &format!("/objects/object_1/records?filters={query}")).await)
}

fn names(page: &Value) -> Vec<String> {
    page["records"].as_array().unwrap().iter().map(|r| r["field_1"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn rules_are_joined() {
    let knack = tools().build().unwrap();
    let saw = json!({"field": "field_1", "operator": "contains", "value": "saw"});
    let heavy = json!({"field": "field_4", "operator": "higher than", "value": "5"});
    let light = json!({"field": "field_4", "operator": "lower than", "value": 5});
    for (filters, want) in [
        (json!([]), vec!["Saw", "Axe", "Hand saw"]),
        (json!([saw]), vec!["Saw", "Hand saw"]),
        (json!([saw, light]), vec!["Saw"]),
        (json!({"match": "and", "rules": [saw, light]}), vec!["Saw"]),
        (json!({"match": "or", "rules": [light, heavy]}), vec!["Saw", "Axe"]),
        (json!({"match": "any", "rules": [light], "groups": [[heavy]]}), vec!["Saw", "Axe"]),
        (
            json!({"match": "and", "rules": [saw], "groups": [{"match": "or", "rules": [light, heavy]}]}),
            vec!["Saw"],
        ),
        (
            json!([{"field": "field_11", "operator": "contains", "value": ["5f0000000000000000000001"]}]),
            vec!["Axe"],
        ),
        (json!([{"field": "field_11", "operator": "is blank"}]), vec!["Saw", "Hand saw"]),
        (json!([{"field": "field_6", "operator": "is", "value": "Yes"}]), vec!["Saw"]),
        (json!([{"field": "id", "operator": "is", "value": "5f0000000000000000000003"}]), vec!["Hand saw"]),
        (json!([{"field": "field_99", "operator": "is", "value": "x"}, saw]), vec!["Saw", "Hand saw"]),
        (
            json!([{"field": "field_1", "operator": "sounds like", "value": "x"}]),
            vec!["Saw", "Axe", "Hand saw"],
        ),
        (json!("nonsense"), vec!["Saw", "Axe", "Hand saw"]),
        (json!([null, 7, [], {}]), vec!["Saw", "Axe", "Hand saw"]),
    ] {
        assert_eq!(found(&knack, &filters).await, want, "{filters}");
    }
    let page = get(
        &knack,
        "/objects/object_1/records?filters[0][field]=field_1&filters[0][operator]=is&filters[0][value]=axe",
    )
    .await;
    assert_eq!(names(&page), ["Axe"]);
    let broken = get(&knack, "/objects/object_1/records?filters=%5B%7B").await;
    assert_eq!(broken["total_records"], 3);
}

#[tokio::test(start_paused = true)]
async fn strict_filters_are_loud() {
    let knack = tools().strict_filters(true).build().unwrap();
    for filters in [
        "%5B%7B",
        "7",
        "[{\"field\":\"field_99\",\"operator\":\"is\",\"value\":1}]",
        "[{\"field\":\"field_1\",\"operator\":\"near\"}]",
        "[{\"operator\":\"is\"}]",
    ] {
        let query = utf8_percent_encode(filters, NON_ALPHANUMERIC);
        let (status, body) =
            call(&knack, Method::GET, &format!("/objects/object_1/records?filters={query}"), Value::Null)
                .await;
        assert_eq!(status, 400, "{filters}");
        assert!(body["message"].as_str().unwrap().starts_with("filters: "), "{body}");
    }
}
