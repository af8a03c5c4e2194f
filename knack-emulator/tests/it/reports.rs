//! Reports of a view.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use knack_core::transport::Transport;
use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::get;

/// Sales of tools, with a view of one report.
fn sales(report: &Value) -> Builder {
    let field = |key: &str, name: &str, kind: &str, rest: Value| json!({"key": key, "name": name, "type": kind, "format": rest});
    let mut shop = field("field_4", "Shop", "connection", Value::Null);
    shop["relationship"] = json!({"object": "object_2", "has": "one", "belongs_to": "many"});
    Emulator::builder()
        .application(json!({"id": "5f00000000000000000000aa", "objects": [
            {"key": "object_1", "name": "Sales", "fields": [
                field("field_1", "Tool", "multiple_choice", json!({"type": "single"})),
                field("field_2", "Year", "number", json!({"mark_decimal": "none"})),
                field("field_3", "Price", "currency", json!({"format": "$"})), shop]},
            {"key": "object_2", "name": "Shops", "identifier": "field_5", "fields": [
                field("field_5", "Name", "short_text", Value::Null)]}],
        "scenes": [{"key": "scene_1", "slug": "shop-details", "object": "object_2", "views": [
            {"key": "view_1", "type": "report", "source": {"object": "object_1"}, "reports": [report]}]}]}))
        .records("object_2", vec![json!({"id": SHOP, "field_5": "Elm Street"})])
        .records(
            "object_1",
            [("Saw", 2_024, 10.5), ("Saw", 2_025, 20.0), ("Axe", 2_025, 1_000.0), ("Saw", 2_025, 30.25)]
                .into_iter()
                .map(|(tool, year, price)| {
                    let shop = if tool == "Axe" { json!([SHOP]) } else { json!([]) };
                    json!({"field_1": tool, "field_2": year, "field_3": price, "field_4": shop})
                })
                .chain([json!({"field_1": "Saw"})])
                .collect(),
        )
}

const SHOP: &str = "5f00000000000000000000b1";
const ALL: [&str; 5] = ["count", "sum", "average", "min", "max"];

fn calculations() -> Value {
    ALL.iter().map(|kind| json!({"type": kind, "field": "field_3"})).collect()
}

async fn report(knack: &Emulator, query: &str) -> Value {
    get(knack, &format!("/scenes/scene_1/views/view_1/report{query}")).await["reports"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn groups_by_several_fields_with_every_calculation() {
    let groups = json!([{"field": "field_1", "sort": "desc"}, {"field": "field_2", "sort": "asc"}]);
    let knack = sales(&json!({"groups": groups, "calculations": calculations()})).build().unwrap();
    let told = report(&knack, "").await;
    let row = |groups: [&str; 2], shown: [&str; 5], raw: [Value; 5]| {
        let mut row = json!({"group_0": groups[0], "group_1": groups[1]});
        for (n, (shown, raw)) in shown.into_iter().zip(raw).enumerate() {
            row[format!("calc_{n}")] = json!(shown);
            row[format!("raw_{n}")] = raw;
        }
        row
    };
    let null = Value::Null;
    assert_eq!(
        told["records"],
        json!([
            row(
                ["Saw", ""],
                ["1", "$0.00", "", "", ""],
                [json!(1), json!(0), null.clone(), null.clone(), null]
            ),
            row(
                ["Saw", "2024"],
                ["1", "$10.50", "$10.50", "$10.50", "$10.50"],
                [json!(1), json!(10.5), json!(10.5), json!(10.5), json!(10.5)],
            ),
            row(
                ["Saw", "2025"],
                ["2", "$50.25", "$25.13", "$20.00", "$30.25"],
                [json!(2), json!(50.25), json!(25.125), json!(20), json!(30.25)],
            ),
            row(
                ["Axe", "2025"],
                ["1", "$1,000.00", "$1,000.00", "$1,000.00", "$1,000.00"],
                [json!(1), json!(1_000), json!(1_000), json!(1_000), json!(1_000)],
            ),
        ])
    );
    assert_eq!(told["filters"][1], json!({"header": "Year", "field": "field_2"}));
    assert_eq!(
        (&told["summaries"][0]["raw_0"], &told["summaries"][0]["raw_1"]),
        (&json!(5), &json!(1_060.75))
    );
}

#[tokio::test(start_paused = true)]
async fn criteria_filters_and_the_page_narrow_the_source() {
    let source = json!({"object": "object_1",
        "criteria": {"match": "all", "rules": [{"field": "field_1", "operator": "is", "value": "Saw"}]}});
    let knack = sales(&json!({"source": source, "calculations": [{"type": "count"}]})).build().unwrap();
    let count = |told: Value| told["records"][0]["raw_0"].clone();
    assert_eq!(count(report(&knack, "").await), 4);
    let since =
        r#"?filters=[{"field":"field_2","operator":"higher%20than","value":2024}]"#.replace('"', "%22");
    assert_eq!(count(report(&knack, &since).await), 2);

    let source =
        json!({"object": "object_1", "parent_source": {"object": "object_2", "connection": "field_4"}});
    let knack = sales(&json!({"source": source, "calculations": [{"type": "count"}]})).build().unwrap();
    assert_eq!(count(report(&knack, &format!("?shop-details_id={SHOP}")).await), 1);
    assert_eq!(count(report(&knack, "").await), 0, "no record, nothing connected");
}

#[tokio::test(start_paused = true)]
async fn the_sample_tells_orders_by_status() {
    let knack = Emulator::builder().sample().build().unwrap();
    let told = get(&knack, "/pages/scene_7/views/view_8/report").await;
    let reports = told["reports"].as_array().unwrap();
    assert_eq!(reports.len(), 2);
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    let orders = get(&knack, "/objects/object_6/records?rows_per_page=1000").await;
    let rest = get(&knack, "/objects/object_6/records?rows_per_page=1000&page=2").await;
    for order in orders["records"].as_array().unwrap().iter().chain(rest["records"].as_array().unwrap()) {
        *counted.entry(order["field_46"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let of_report = reports[0]["records"].as_array().unwrap().iter();
    let of_report: BTreeMap<String, u64> = of_report
        .map(|row| (row["group_0"].as_str().unwrap().to_owned(), row["raw_0"].as_u64().unwrap()))
        .collect();
    assert_eq!(of_report, counted);
    assert_eq!(reports[1]["records"][0]["raw_0"], knack.count("object_6"));

    let second = get(&knack, "/scenes/scene_7/views/view_8/report/1").await;
    assert_eq!(second["report"], reports[1]);
    for (path, status) in [
        ("/scenes/scene_7/views/view_8/report/2", 400),
        ("/scenes/scene_7/views/view_8/report/x", 400),
        ("/scenes/scene_7/views/view_7/report", 400),
        ("/scenes/scene_7/views/view_99/report", 500),
        ("/scenes/scene_7/views/view_8/report/0/0", 404),
    ] {
        let request = Request::get(format!("/v1{path}"))
            .header("X-Knack-Application-Id", knack.application_id())
            .body(Bytes::new())
            .unwrap();
        assert_eq!(knack.transport().send(request).await.unwrap().status(), status, "{path}");
    }
}
