//! The built-in application: every kind is there, and what is computed is right.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use http::Method;
use knack_emulator::Emulator;
use serde_json::{Value, json};

use crate::{call, create, get};

const OBJECTS: [&str; 7] =
    ["object_1", "object_3", "object_4", "object_6", "object_7", "object_9", "object_10"];

fn records(knack: &Emulator, object: &str) -> Vec<Value> {
    knack.ids(object).iter().map(|id| knack.record(object, id).unwrap()).collect()
}

fn number(record: &Value, key: &str) -> f64 {
    let raw = &record[format!("{key}_raw")];
    raw.as_f64().or_else(|| raw.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{key} of {record}"))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

#[test]
fn it_is_there_at_once() {
    let began = Instant::now();
    let knack = Emulator::builder().sample().build().unwrap();
    let took = began.elapsed();
    println!("loaded in {took:?}");
    assert_eq!(knack.count("object_7"), 3_200);
    // A quarter of a second without optimisation on a quiet machine.
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn most_records_have_a_value_of_every_kind() {
    let knack = Emulator::builder().sample().build().unwrap();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for object in OBJECTS {
        let fields = get(&knack, &format!("/objects/{object}/fields")).await;
        let records = records(&knack, object);
        for field in fields["fields"].as_array().unwrap() {
            let (key, kind) = (field["key"].as_str().unwrap(), field["field_type"].as_str().unwrap());
            let empty = |record: &&Value| record.get(key).is_none_or(|shown| *shown == json!(""));
            let filled = records.len() - records.iter().filter(empty).count();
            println!("{object} {key} {kind}: {filled} of {}", records.len());
            let share = kinds.entry(kind.to_owned()).or_default();
            *share = (*share).max(filled * 100 / records.len());
            if kind == "password" {
                assert!(records.iter().all(|record| record[key] == "*********"), "never given out");
            }
        }
    }
    assert_eq!(kinds.len(), 29);
    assert!(kinds.values().all(|share| *share >= 50), "{kinds:?}");
}

#[test]
fn totals_and_formulas_are_right() {
    let knack = Emulator::builder().sample().build().unwrap();
    let lines = records(&knack, "object_7");
    let of = |key: &'static str| move |line: &&Value, id: &Value| line[format!("{key}_raw")][0]["id"] == *id;
    for line in &lines {
        let discount = line.get("field_66_raw").map_or(0.0, |raw| raw.as_f64().unwrap());
        let want = number(line, "field_63") * number(line, "field_64") * (1.0 - discount / 100.0);
        assert!(close(number(line, "field_120"), want), "{line}");
    }
    for product in records(&knack, "object_4").iter().step_by(9) {
        let sold = lines.iter().filter(|line| of("field_62")(line, &product["id"]));
        let counts: Vec<f64> = sold.map(|line| number(line, "field_63")).collect();
        assert_eq!(product["field_101"], json!(counts.len()));
        assert!(close(number(product, "field_102"), counts.iter().sum()));
        if counts.is_empty() {
            assert_eq!((&product["field_103"], product.get("field_103_raw")), (&json!(0), None));
        } else {
            assert!(close(number(product, "field_103"), counts.iter().copied().fold(f64::MAX, f64::min)));
            assert!(close(number(product, "field_104"), counts.iter().copied().fold(0.0, f64::max)));
        }
        let worth = number(product, "field_33") * number(product, "field_35");
        assert!(close(number(product, "field_106"), worth));
    }
    let orders = records(&knack, "object_6");
    for order in orders.iter().step_by(50) {
        let lines = lines.iter().filter(|line| of("field_61")(line, &order["id"]));
        let sums: Vec<f64> = lines.map(|line| number(line, "field_120")).collect();
        assert!(close(number(order, "field_111"), sums.iter().sum()), "{order}");
        assert_eq!(order["field_110"], json!(sums.len()));
        let title = order["field_117"].as_str().unwrap();
        let customer = order["field_41_raw"][0]["identifier"].as_str().unwrap();
        assert_eq!(title, format!("#{} for {customer}", order["field_40"]));
    }
    for customer in records(&knack, "object_1").iter().step_by(40) {
        let own = orders.iter().filter(|order| order["field_41_raw"][0]["id"] == customer["id"]);
        let sums: Vec<f64> = own.clone().map(|order| number(order, "field_111")).collect();
        assert!(close(number(customer, "field_85"), sums.iter().sum()), "a total of totals");
        assert_eq!(customer["field_84"], json!(sums.len()));
        let paid = own.filter(|order| order["field_48_raw"] == json!(true)).count();
        assert_eq!(customer["field_86"], json!(paid), "with a filter");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_line_is_counted_up_to_its_customer() {
    let knack = Emulator::builder().sample().build().unwrap();
    let order = knack.record("object_6", &knack.ids("object_6")[0]).unwrap();
    let customer = order["field_41_raw"][0]["id"].as_str().unwrap();
    let product = &knack.ids("object_4")[0];
    let revenue = || number(&knack.record("object_1", customer).unwrap(), "field_85");
    let before = revenue();
    let line = create(
        &knack,
        "object_7",
        json!({"field_61": order["id"], "field_62": product, "field_63": 2, "field_64": "10.50", "field_66": 50}),
    )
    .await;
    assert_eq!((&line["field_120"], &line["field_120_raw"]), (&json!("$10.50"), &json!(10.5)));
    assert!(close(revenue(), before + 10.5));
    let path = format!("/objects/object_7/records/{}", line["id"].as_str().unwrap());
    call(&knack, Method::DELETE, &path, Value::Null).await;
    assert!(close(revenue(), before));
}
