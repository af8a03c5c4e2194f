//! Recorded applications and records, where they are at hand. They belong to others and are not
//! part of the repository.

use std::collections::BTreeMap;
use std::path::PathBuf;

use knack_emulator::Emulator;
use serde_json::{Value, json};

use crate::get;

fn root() -> PathBuf {
    std::env::var_os("KNACK_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    )
}

/// A recorded file, or `None` where there are none. In CI they have to be there.
pub(crate) fn recorded(path: &str) -> Option<Value> {
    let root = root();
    let file = root.join(path);
    if !file.exists() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no fixtures at {}", root.display());
        println!("skipped: fixtures not found at {}", root.display());
        return None;
    }
    Some(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

pub(crate) fn dump_and_records() -> Option<(Value, Vec<Value>)> {
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

const LINKED: &str = "phone numbers were links in 2015, and are again in newer applications; plain in 2021";
const BUCKET: &str = "assets of 2015 were shown under another host than their raw value names";

/// Recorded values that are shown otherwise: where, which field, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("00_test", "field_30", "a number without decimals was shown as text in 2015, as a number since"),
    ("00_test", "field_31", BUCKET),
    ("00_test", "field_32", "links to files had no class and no data in 2015, and another host"),
    ("00_test", "field_38", LINKED),
    ("08_image", "field_57", BUCKET),
    ("08_image", "field_58", BUCKET),
    ("14_phone", "field_71", LINKED),
    ("14_phone", "field_72", LINKED),
    ("14_phone", "field_73", LINKED),
    ("14_phone", "field_74", LINKED),
    ("14_phone", "field_75", LINKED),
    ("14_phone", "field_76", LINKED),
    ("14_phone", "field_77", LINKED),
];

/// The type of each field of an object.
fn kinds(dump: &Value, object: &str) -> BTreeMap<String, String> {
    let whole = dump.get("application").unwrap_or(dump);
    let objects = whole["objects"].as_array().unwrap().iter().filter(|found| found["key"] == object);
    let fields = objects.flat_map(|object| object["fields"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    fields.map(|field| (text(&field["key"]), text(&field["type"]))).collect()
}

/// How recorded raw values are shown here, by kind: how many alike, of how many, and the others.
#[derive(Default)]
struct Shown {
    told: BTreeMap<String, (usize, usize)>,
    /// File, field, what Knack showed, and what is shown here.
    others: Vec<(String, String, String, String)>,
}

impl Shown {
    fn compare(&mut self, file: &str, dump: &Value, object: &str, records: &[Value]) {
        // The same records without what was shown, so that everything has to be rendered.
        let bare = records.iter().map(|record| {
            let all = record.as_object().unwrap().iter();
            let kept = all.filter(|(key, _)| *key == "id" || key.ends_with("_raw"));
            Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
        });
        let knack =
            Emulator::builder().application(dump.clone()).records(object, bare.collect()).build().unwrap();
        for record in records {
            let now = knack.record(object, record["id"].as_str().unwrap()).unwrap();
            for (key, kind) in kinds(dump, object) {
                if record.get(format!("{key}_raw")).is_none() || record.get(&key).is_none() {
                    continue;
                }
                let count = self.told.entry(kind).or_default();
                count.1 += 1;
                if now[&key] == record[&key] {
                    count.0 += 1;
                } else {
                    let (want, got) = (record[&key].to_string(), now[&key].to_string());
                    self.others.push((file.to_owned(), key, want, got));
                }
            }
        }
    }
}

/// A file, the object of its record, and the record.
type Recorded = (String, String, Value);

/// The records of 2015, one a file: their halves lie apart, under the names of their fields.
fn records_of_2015() -> Option<(Value, Vec<Recorded>)> {
    let dump = recorded("pyknackhq/tests_schema.json")?;
    let whole = dump.get("application").unwrap_or(&dump);
    let objects: Vec<(String, BTreeMap<String, String>)> = whole["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let fields = object["fields"].as_array().unwrap().iter();
            (text(&object["key"]), fields.map(|field| (text(&field["name"]), text(&field["key"]))).collect())
        })
        .collect();
    let folder = "pyknackhq/example_get_response";
    let mut files: Vec<String> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let records = files.into_iter().map(|file| {
        let shown = recorded(&format!("{folder}/{file}/html.json")).unwrap();
        let raw = recorded(&format!("{folder}/{file}/raw.json")).unwrap();
        let names: Vec<&String> = shown.as_object().unwrap().keys().filter(|name| *name != "id").collect();
        let has_all = |fields: &BTreeMap<String, String>| names.iter().all(|name| fields.contains_key(*name));
        // One object has a field of every kind, others have several of one kind.
        let (object, fields) = objects
            .iter()
            .filter(|(_, fields)| has_all(fields))
            .min_by_key(|(_, fields)| fields.len())
            .unwrap();
        let mut record = json!({"id": shown["id"]});
        for name in names {
            record[&fields[name]] = shown[name].clone();
            record[format!("{}_raw", fields[name])] = raw[name].clone();
        }
        (file, object.clone(), record)
    });
    let records = records.collect();
    Some((dump, records))
}

#[test]
fn recorded_raw_values_are_shown_as_recorded() {
    let (Some((dump, records)), Some((dump_of_2015, of_2015))) = (dump_and_records(), records_of_2015())
    else {
        return;
    };
    let mut shown = Shown::default();
    shown.compare("knackpy", &dump, "object_3", &records);
    for (file, object, record) in &of_2015 {
        shown.compare(file, &dump_of_2015, object, std::slice::from_ref(record));
    }

    let (same, all) = shown.told.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("{same} of {all} recorded values are shown as recorded: {:?}", shown.told);
    for (file, field, want, got) in &shown.others {
        println!("{file} {field}: {got} instead of {want}");
    }
    assert!(same * 100 >= all * 95, "{same} of {all}");
    let found: Vec<(&str, &str)> =
        shown.others.iter().map(|(file, field, ..)| (file.as_str(), field.as_str())).collect();
    let listed: Vec<(&str, &str)> = DIFFERENCES.iter().map(|(file, field, _)| (*file, *field)).collect();
    assert_eq!(found, listed, "a difference is not listed, or a listed one is none any more");
}

#[test]
fn text_formulas_are_computed_as_recorded() {
    let Some((dump, records)) = dump_and_records() else {
        return;
    };
    // Without what was recorded of them, both formulas are computed while loading.
    let formulas = ["field_9", "field_76"];
    let bare = records.iter().map(|record| {
        let mut record = record.clone();
        for key in formulas {
            record.as_object_mut().unwrap().remove(key);
            record.as_object_mut().unwrap().remove(&format!("{key}_raw"));
        }
        record
    });
    let knack = Emulator::builder().application(dump).records("object_3", bare.collect()).build().unwrap();
    for record in &records {
        let now = knack.record("object_3", record["id"].as_str().unwrap()).unwrap();
        for key in formulas {
            let raw = format!("{key}_raw");
            assert_eq!((&now[key], &now[&raw]), (&record[key], &record[&raw]), "{key}");
        }
    }
}
