//! Made-up records of applications that have none.

use std::collections::HashSet;
use std::time::{Duration, UNIX_EPOCH};

use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::shop;

/// The application of the sample without its records: every kind is in it.
async fn bare(seed: u64) -> Emulator {
    let sample = Emulator::builder().sample().build().unwrap();
    let dump = crate::get(&sample, &format!("/applications/{}", sample.application_id())).await;
    // Some dates are those of the start.
    let start = UNIX_EPOCH + Duration::from_hours(492_520);
    Emulator::builder().application(dump).generated_records(60).seed(seed).starts_at(start).build().unwrap()
}

fn records(knack: &Emulator) -> Vec<(String, Vec<Value>)> {
    let of = |object: &String| knack.ids(object).iter().map(|id| knack.record(object, id).unwrap()).collect();
    knack.objects().into_iter().map(|object| (object.clone(), of(&object))).collect()
}

#[tokio::test(start_paused = true)]
async fn every_kind_has_values_and_the_same_for_a_seed() {
    let knack = bare(1).await;
    let all = records(&knack);
    assert_eq!(all, records(&bare(1).await));
    assert_ne!(all, records(&bare(2).await));
    for (object, records) in &all {
        assert_eq!(records.len(), 60, "{object}");
        let fields = crate::get(&knack, &format!("/objects/{object}/fields")).await;
        for field in fields["fields"].as_array().unwrap().iter().filter(|f| f["field_type"] != "password") {
            let key = field["key"].as_str().unwrap();
            let filled =
                records.iter().filter(|record| record.get(key).is_some_and(|shown| *shown != json!("")));
            assert!(filled.count() >= 30, "{object} {field}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn they_can_be_written_as_they_are() {
    let knack = bare(3).await;
    for (object, records) in records(&knack) {
        let raw = |record: &Value| -> Value {
            let pairs = record.as_object().unwrap().iter().filter_map(|(key, value)| {
                let key = key.strip_suffix("_raw").filter(|key| key.starts_with("field_"))?;
                // Connections are written by their ids.
                let links =
                    value.as_array().filter(|links| links.iter().any(|link| link.get("id").is_some()));
                let ids = links.map(|links| links.iter().map(|link| link["id"].clone()).collect());
                Some((key.to_owned(), ids.unwrap_or_else(|| value.clone())))
            });
            Value::Object(pairs.collect())
        };
        knack.advance(std::time::Duration::from_secs(2));
        let path = format!("/objects/{object}/records/{}", records[0]["id"].as_str().unwrap());
        let (status, body) = crate::call(&knack, http::Method::PUT, &path, raw(&records[0])).await;
        assert_eq!(status, 200, "{object}: {body}");
    }
}

#[test]
fn only_objects_without_records_get_some() {
    let build = |builder: Builder| builder.generated_records(10).build().unwrap();
    let knack =
        build(shop().records("object_2", vec![json!({"id": "5f00000000000000000000b1", "field_20": "Top"})]));
    assert_eq!((knack.count("object_1"), knack.count("object_2")), (10, 1));
    let tools = knack.ids("object_1").into_iter().map(|id| knack.record("object_1", &id).unwrap());
    let tools: Vec<Value> = tools.collect();
    let shelf = tools.iter().find_map(|tool| tool["field_10_raw"].get(0).cloned()).unwrap();
    assert_eq!(shelf, json!({"id": "5f00000000000000000000b1", "identifier": "Top"}));
    let codes: HashSet<String> = tools.iter().map(|tool| tool["field_2"].to_string()).collect();
    assert_eq!(codes.len(), 10, "unique ones are");
}
