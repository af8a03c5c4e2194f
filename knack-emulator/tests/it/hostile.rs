//! Whatever is sent, there is an answer, and the server goes on.

use std::collections::HashMap;

use bytes::Bytes;
use http::{Method, Request};
use knack_core::transport::Transport;
use knack_emulator::Emulator;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{shop, shop_dump};

/// JSON of any shape, often with the words of the API in it.
fn anything() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "field_1",
        "field_4",
        "field_7",
        "field_10",
        "id",
        "is",
        "is not",
        "contains",
        "is during the previous",
        "and",
        "03/09/2026",
        "99/99/9999 99:99pm",
        "5f00000000000000000000aa",
        "",
        "-",
        "1e400",
        "\u{0}",
        "days",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let keys = prop::sample::select(vec![
            "field", "operator", "value", "type", "range", "match", "rules", "groups", "date", "hours",
            "minutes", "am_pm", "to", "first", "email", "url", "id", "times", "from",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(keys, inner, 0..6).prop_map(|map: HashMap<&str, Value>| json!(map)),
        ]
    })
}

fn answered(knack: &Emulator, method: Method, path_and_query: &str, body: Bytes) -> Option<u16> {
    let request = Request::builder()
        .method(method)
        .uri(path_and_query)
        .header("X-Knack-Application-Id", knack.application_id())
        .header("X-Knack-REST-API-Key", knack.api_key())
        .body(body)
        .ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let response = runtime.block_on(knack.transport().send(request)).unwrap();
    let status = response.status().as_u16();
    if status == 200 {
        serde_json::from_slice::<Value>(response.body()).unwrap();
    }
    Some(status)
}

fn knack() -> Emulator {
    shop().rate_limit(1_000_000).daily_calls(u64::MAX).build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn filters(filters in anything(), page in "\\PC{0,8}") {
        let knack = knack();
        answered(&knack, Method::POST, "/v1/objects/object_1/records", r#"{"field_1":"a","field_7":"03/09/2026"}"#.into());
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let query = format!("filters={}&page={}&sort_field={}", encode(&filters.to_string()), encode(&page), encode(&page));
        let status = answered(&knack, Method::GET, &format!("/v1/objects/object_1/records?{query}"), Bytes::new());
        prop_assert_eq!(status, Some(200));
    }

    #[test]
    fn writes(values in prop::collection::vec(anything(), 13)) {
        let knack = knack();
        let body: serde_json::Map<String, Value> =
            values.into_iter().enumerate().map(|(n, value)| (format!("field_{}", n + 1), value)).collect();
        let status = answered(&knack, Method::POST, "/v1/objects/object_1/records", Value::Object(body).to_string().into());
        prop_assert!(matches!(status, Some(200 | 400)));
        // What was taken can be read, sorted and filtered.
        for field in 1..=13 {
            let list = format!("/v1/objects/object_1/records?sort_field=field_{field}&rows_per_page=1000");
            prop_assert_eq!(answered(&knack, Method::GET, &list, Bytes::new()), Some(200));
        }
    }

    #[test]
    fn recorded_values_of_any_kind(values in prop::collection::vec(anything(), 13)) {
        let mut record: serde_json::Map<String, Value> =
            values.into_iter().enumerate().map(|(n, value)| (format!("field_{}_raw", n + 1), value)).collect();
        record.insert("id".into(), json!("a"));
        let knack = shop().records("object_1", vec![Value::Object(record)]).build().unwrap();
        prop_assert!(knack.record("object_1", "a").is_some());
        answered(&knack, Method::PUT, "/v1/objects/object_1/records/a", r#"{"field_2":"x"}"#.into());
        prop_assert!(knack.record("object_1", "a").is_some());
    }

    #[test]
    fn paths_and_bodies(path in "/[a-z0-9/_%?&=\\[\\]+.-]{0,40}", body in prop::collection::vec(any::<u8>(), 0..60)) {
        let knack = knack();
        for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE] {
            answered(&knack, method.clone(), &path, body.clone().into());
            answered(&knack, method.clone(), &format!("/v1/objects{path}"), body.clone().into());
            answered(&knack, method, &format!("/v1/pages/scene_1/views{path}"), body.clone().into());
        }
        answered(&knack, Method::POST, &format!("/v1/applications/{}/session", knack.application_id()), body.clone().into());
        answered(&knack, Method::POST, "/v1/objects/object_1/records", body.into());
    }

    #[test]
    fn scenes_of_any_shape(
        parts in prop::collection::vec(anything(), 6),
        kind in prop::sample::select(vec!["table", "list", "details", "form", "search", "new"]),
        connection in prop::sample::select(vec!["field_10", "field_11", "field_4", "field_99", ""]),
        body in anything(),
    ) {
        let columns = json!([{"field": {"key": "field_1"}}, {"type": "delete_link"}, parts[0],
            {"field": {"key": "field_20"}, "connection": {"key": connection}}]);
        let source = json!({"object": "object_1", "criteria": parts[1], "sort": [parts[2], {"field": connection}],
            "limit": parts[3], "connection_key": connection, "relationship_type": parts[4]});
        let view = |key: &str, action: &str| json!({"key": key, "type": kind, "action": action, "columns": columns,
            "inputs": columns, "groups": parts[5], "source": source, "options": {"cell_editor": true},
            "rows_per_page": parts[3], "rules": parts[4], "links": parts[0]});
        let mut dump = shop_dump();
        dump["application"]["scenes"] = json!([parts[0], {"key": "scene_1", "slug": "a", "parent": "a",
            "object": "object_1", "allowed_profiles": parts[5],
            "views": [view("view_1", "insert"), view("view_2", "update"), parts[1]]}]);
        let knack = Emulator::builder().application(dump).key_opens_pages(true).rate_limit(1_000_000)
            .records("object_1", vec![json!({"id": "5f0000000000000000000001", "field_1": "a"})]).build().unwrap();
        for view in ["view_1", "view_2"] {
            let records = format!("/v1/pages/scene_1/views/{view}/records");
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                for path in ["", "?a_id=5f0000000000000000000001", "/5f0000000000000000000001"] {
                    let answer = answered(&knack, method.clone(), &format!("{records}{path}"), body.to_string().into());
                    prop_assert!(answer.is_some());
                }
            }
        }
    }

    #[test]
    fn formulas_of_any_text(
        formulas in prop::collection::vec("([-+*/^%(){}., '\"0-9]|\\{field_[1-6]\\}|\\{field_5.field_[1-6]\\}|left|replace|max|getDateYear|upper|if){0,20}", 4),
        format in anything(),
        kind in prop::sample::select(vec!["count", "sum", "average", "min", "max"]),
        unit in prop::sample::select(vec!["seconds", "days", "months", "years"]),
    ) {
        let equation = |key: &str, formula: &str, kind: &str| json!({"key": key, "type": "equation", "format":
            {"equation": formula, "equation_type": kind, "date_type": unit, "date_result": "date"}});
        let text = |key: &str, formula: &str| json!({"key": key, "type": "concatenation", "format": {"equation": formula}});
        let total = json!({"connection": "field_5", "field": {"key": "field_2"}, "filters": format});
        let knack = Emulator::builder()
            .rate_limit(1_000_000)
            .application(json!({"id": "5f00000000000000000000aa", "objects": [{"key": "object_1", "identifier": "field_3", "fields": [
                equation("field_1", &formulas[0], "numeric"),
                equation("field_2", &formulas[1], "date"),
                text("field_3", &formulas[2]),
                text("field_4", &formulas[3]),
                {"key": "field_5", "type": "connection", "relationship": {"object": "object_1", "has": "one"}},
                {"key": "field_6", "type": kind, "format": total},
                {"key": "field_7", "type": kind, "format": format},
                {"key": "field_8", "type": "date_time"},
            ]}]}))
            .records("object_1", vec![json!({"id": "5f0000000000000000000001", "field_5": "5f0000000000000000000001"})])
            .build()
            .unwrap();
        let body = || r#"{"field_5": "5f0000000000000000000001", "field_8": "03/09/2026"}"#.into();
        let records = "/v1/objects/object_1/records";
        prop_assert_eq!(answered(&knack, Method::POST, records, body()), Some(200));
        let own = format!("{records}/5f0000000000000000000001");
        for _ in 0..4 {
            prop_assert_eq!(answered(&knack, Method::PUT, &own, body()), Some(200));
        }
        prop_assert_eq!(answered(&knack, Method::DELETE, &own, Bytes::new()), Some(200));
        prop_assert_eq!(answered(&knack, Method::GET, records, Bytes::new()), Some(200));
    }
}
