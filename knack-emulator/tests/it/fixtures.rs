//! Recorded applications and records, where they are at hand. They belong to others and are not
//! part of the repository.

use std::collections::BTreeMap;
use std::path::PathBuf;

use knack_emulator::Emulator;
use serde_json::{Value, json};

use crate::get;

/// A recorded file, or `None` where there are none. In CI they have to be there.
fn recorded(path: &str) -> Option<Value> {
    let root = std::env::var_os("KNACK_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let file = root.join(path);
    if !file.exists() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no fixtures at {}", root.display());
        println!("skipped: fixtures not found at {}", root.display());
        return None;
    }
    Some(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

fn dump_and_records() -> Option<(Value, Vec<Value>)> {
    let dump = recorded("knackpy/_metadata.json")?;
    let records = recorded("knackpy/_all_fields.json")?;
    Some((dump, records["records"].as_array().unwrap().clone()))
}

#[tokio::test(start_paused = true)]
async fn recorded_records_are_given_out_as_recorded() {
    let Some((dump, records)) = dump_and_records() else {
        return;
    };
    let knack = Emulator::builder().application(dump).records("object_3", records.clone()).build().unwrap();
    let page = get(&knack, "/objects/object_3/records?rows_per_page=1000").await;
    assert_eq!(page["total_records"], json!(records.len()));
    let listed = page["records"].as_array().unwrap();
    for record in &records {
        let same = listed.iter().find(|listed| listed["id"] == record["id"]).unwrap();
        assert_eq!(same, record);
    }
    let numbers: Vec<i64> = listed.iter().map(|record| record["field_11"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted(), "in the order that the object's metadata gives: {numbers:?}");
}

#[tokio::test(start_paused = true)]
async fn recorded_raw_values_are_shown_as_recorded() {
    let Some((dump, records)) = dump_and_records() else {
        return;
    };
    let kinds: BTreeMap<String, String> = dump["application"]["objects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|object| object["key"] == "object_3")
        .flat_map(|object| object["fields"].as_array().unwrap())
        .map(|field| (field["key"].as_str().unwrap().to_owned(), field["type"].as_str().unwrap().to_owned()))
        .collect();
    // The same records without what was shown, so that everything has to be rendered.
    let bare: Vec<Value> = records
        .iter()
        .map(|record| {
            let kept =
                record.as_object().unwrap().iter().filter(|(key, _)| *key == "id" || key.ends_with("_raw"));
            Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
        })
        .collect();
    let knack = Emulator::builder().application(dump).records("object_3", bare).build().unwrap();

    let mut told: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for record in &records {
        let now = knack.record("object_3", record["id"].as_str().unwrap()).unwrap();
        for (key, kind) in &kinds {
            if record.get(format!("{key}_raw")).is_none() {
                continue;
            }
            let count = told.entry(kind).or_default();
            count.1 += 1;
            if now[key] == record[key] {
                count.0 += 1;
            } else {
                println!("{kind} {key}: {} instead of {}", now[key], record[key]);
            }
        }
    }
    let (same, all) = told.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("{same} of {all} recorded values are shown as recorded: {told:?}");
    for kind in [
        "short_text",
        "rich_text",
        "number",
        "currency",
        "auto_increment",
        "boolean",
        "date_time",
        "multiple_choice",
        "connection",
        "name",
        "email",
        "phone",
        "link",
    ] {
        let (same, all) = told.get(kind).copied().unwrap_or_default();
        assert_eq!(same, all, "{kind}");
    }
    assert!(same * 100 >= all * 95, "{same} of {all}");
}
