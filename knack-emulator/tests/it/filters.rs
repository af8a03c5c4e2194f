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
        (json!({"match": "all", "rules": [saw, light]}), vec!["Saw"]),
        (json!([{"match": "or", "rules": [light, heavy]}, saw]), vec!["Saw"]),
        (
            json!([{"match": "any", "field": "field_4", "operator": "is", "value": 3},
                {"match": "any", "field": "field_4", "operator": "is", "value": 7}]),
            vec!["Saw", "Axe"],
        ),
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
        (json!({"field": "field_1", "operator": "is", "value": "axe", "rules": [saw]}), vec!["Axe"]),
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

fn places() -> Builder {
    let at = |n: u8, city: &str, latitude: Value, longitude: Value| {
        json!({"id": format!("5f00000000000000000000{n:02}"), "field_1": city, "field_2": {"street": "1 Mill Lane",
            "city": city, "state": "XX", "zip": "0000", "latitude": latitude, "longitude": longitude}})
    };
    Emulator::builder()
        .rate_limit(1_000)
        .application(json!({"id": "5f00000000000000000000aa", "objects": [{"key": "object_1", "fields": [
            {"key": "field_1", "type": "short_text"},
            {"key": "field_2", "type": "address", "format": {"input": "address", "format": "US"}},
            {"key": "field_3", "type": "date_time", "format": {"date_format": "dd/mm/yyyy", "time_format": "Ignore Time"}},
        ]}]}))
        .records(
            "object_1",
            vec![
                at(1, "Oslo", json!(59.91), json!(10.75)),
                at(2, "Drammen", json!("59.74"), json!("10.20")),
                at(3, "Bergen", json!(60.39), json!(5.32)),
                json!({"id": "5f0000000000000000000004", "field_1": "Nowhere", "field_2": {"city": "Oslo"},
                    "field_3": "07/05/2026"}),
            ],
        )
}

#[tokio::test(start_paused = true)]
async fn addresses_near_a_place() {
    let knack = places().strict_filters(true).place("Head Office", 60.4, 5.3).build().unwrap();
    let near = |value: &str, units: &str, range: Value| json!([{"field": "field_2", "operator": "near", "value": value, "units": units, "range": range}]);
    for (filters, want) in [
        (near("59.91, 10.75", "kilometers", json!(1)), vec!["Oslo"]),
        (near("59.91,10.75", "kilometers", json!("40")), vec!["Oslo", "Drammen"]),
        (near("59.91,10.75", "miles", json!("22")), vec!["Oslo"]),
        (near("head office", "miles", json!(5)), vec!["Bergen"]),
        (near("1 mill lane, Drammen, XX 0000", "miles", json!(5)), vec!["Drammen"]),
        (near("OSLO", "miles", json!("100000")), vec!["Oslo", "Drammen", "Bergen"]),
        (near("Trondheim", "miles", json!("100000")), vec![]),
        (near("", "miles", json!(1)), vec![]),
        (near("Oslo", "furlongs", json!(1)), vec![]),
        (near("Oslo", "miles", json!("far")), vec![]),
    ] {
        assert_eq!(found(&knack, &filters).await, want, "{filters}");
    }
}

#[tokio::test(start_paused = true)]
async fn dates_of_filters_are_american_unless_told_otherwise() {
    let may = json!([{"field": "field_3", "operator": "is", "value": "05/07/2026"}]);
    let july = json!([{"field": "field_3", "operator": "is", "value": "07/05/2026"}]);
    // The record has the 7th of May.
    for (field_order, may_matches) in [(false, true), (true, false)] {
        let knack = places().filter_dates_in_field_order(field_order).build().unwrap();
        assert_eq!(found(&knack, &may).await.len(), usize::from(may_matches));
        assert_eq!(found(&knack, &july).await.len(), usize::from(!may_matches));
    }
}
