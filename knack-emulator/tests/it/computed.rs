//! What the server computes: formulas and totals, when and from what.

use std::time::{Duration, UNIX_EPOCH};

use http::Method;
use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::{call, create, get};

#[allow(clippy::needless_pass_by_value, reason = "literals are what it is called with")]
fn field(key: &str, kind: &str, rest: Value) -> Value {
    let mut field = json!({"key": key, "name": key, "type": kind});
    for (key, value) in rest.as_object().unwrap() {
        field[key] = value.clone();
    }
    field
}

fn link(key: &str, to: &str, has: &str) -> Value {
    field(key, "connection", json!({"relationship": {"object": to, "has": has, "belongs_to": "many"}}))
}

fn text(key: &str, formula: &str) -> Value {
    field(key, "concatenation", json!({"format": {"equation": formula}}))
}

fn equation(key: &str, formula: &str) -> Value {
    let format =
        json!({"equation_type": "numeric", "equation": formula, "precision": "2", "mark_decimal": "period"});
    field(key, "equation", json!({ "format": format }))
}

#[allow(clippy::needless_pass_by_value, reason = "literals are what it is called with")]
fn total(key: &str, kind: &str, rest: Value) -> Value {
    let mut format = json!({"mark_decimal": "none", "precision": "2", "filters": []});
    for (key, value) in rest.as_object().unwrap() {
        format[key] = value.clone();
    }
    field(key, kind, json!({ "format": format }))
}

/// Orders and their lines, with a formula of each sort. 2026-03-11 16:14 in Chicago.
fn orders() -> Builder {
    let paid = json!({"match": "and", "rules": [{"field": "field_23", "operator": "is", "value": "Yes"}]});
    let any = json!([{"match": "any", "rules": []}]);
    let days = |key: &str, result: &str, formula: &str| {
        let format = json!({"equation_type": "date", "date_type": "days", "date_result": result, "equation": formula,
            "date_format": "mm/dd/yyyy", "time_format": "Ignore Time", "mark_decimal": "none"});
        field(key, "equation", json!({ "format": format }))
    };
    Emulator::builder()
        .rate_limit(10_000)
        .daily_calls(1_000_000)
        .starts_at(UNIX_EPOCH + Duration::from_mins(29_554_394))
        .application(json!({"application": {
            "id": "5f00000000000000000000aa",
            "settings": {"timezone": "Central Time (US & Canada)"},
            "objects": [
                {"key": "object_1", "name": "Orders", "identifier": "field_1", "fields": [
                    field("field_1", "short_text", json!({})),
                    // Read before what they read is computed, in schema order.
                    equation("field_2", "{field_4} * 1.2"),
                    text("field_3", "{field_1}: {field_2} for {field_10.field_30}, left({field_1}, 1)"),
                    total("field_4", "sum", json!({"connection": {"key": "field_20"}, "field": {"key": "field_25"}})),
                    total("field_5", "count", json!({"connection": "field_20", "count_field": "field_20", "filters": any})),
                    total("field_6", "average", json!({"formula_field": "field_22.field_20"})),
                    total("field_7", "min", json!({"connection": "field_20", "field": "field_22"})),
                    total("field_8", "max", json!({"connection": "field_20", "field": "field_22", "filters": paid})),
                    total("field_9", "count", json!({"connection": "field_11"})),
                    link("field_10", "object_3", "one"),
                    link("field_11", "object_3", "many"),
                ]},
                {"key": "object_2", "name": "Lines", "fields": [
                    link("field_20", "object_1", "one"),
                    field("field_21", "number", json!({"format": {"mark_decimal": "none"}})),
                    field("field_22", "currency", json!({"format": {"format": "$"}})),
                    field("field_23", "boolean", json!({})),
                    field("field_24", "auto_increment", json!({})),
                    equation("field_25", "{field_21} * {field_22}"),
                    text("field_26", "{field_20} #{field_24} on {field_20.field_2}"),
                ]},
                {"key": "object_3", "name": "People", "identifier": "field_30", "fields": [
                    field("field_30", "name", json!({"format": {"format": "First Last"}})),
                    field("field_31", "date_time", json!({"format": {"date_format": "mm/dd/yyyy", "time_format": "Ignore Time"}})),
                    field("field_32", "date_time", json!({"format": {"date_format": "mm/dd/yyyy", "time_format": "HH:MM am"}})),
                    days("field_33", "number", "{field_32} - {field_31}"),
                    days("field_34", "date", "{field_31} + 10"),
                    field("field_35", "email", json!({})),
                    text("field_36", "getNameLast({field_30}) {field_35} getDateMonthOfYearName({field_31}) shout({field_31})"),
                    equation("field_37", "({field_33} + {field_99}) / {field_98}"),
                    equation("field_38", "nonsense("),
                    total("field_39", "sum", json!({"connection": "field_10", "field": "field_4"})),
                ]},
            ],
        }}))
}

fn path(object: &str, record: &Value) -> String {
    format!("/objects/{object}/records/{}", record["id"].as_str().unwrap())
}

async fn update(knack: &Emulator, object: &str, record: &Value, body: Value) -> Value {
    let (status, changed) = call(knack, Method::PUT, &path(object, record), body).await;
    assert_eq!(status, 200, "{changed}");
    changed
}

#[tokio::test(start_paused = true)]
async fn formulas_are_computed_when_their_record_is_saved() {
    let knack = orders().build().unwrap();
    let ada = create(
        &knack,
        "object_3",
        json!({"field_30": {"first": "Ada", "last": "Cole"}, "field_31": "03/01/2026",
            "field_32": "03/11/2026 4:38pm", "field_35": "ada@example.com", "field_33": 7, "field_36": "ignored"}),
    )
    .await;
    assert_eq!((&ada["field_33"], &ada["field_33_raw"]), (&json!(11), &json!(923_880)));
    assert_eq!(ada["field_34"], "03/11/2026");
    assert_eq!(ada["field_34_raw"]["iso_timestamp"], "2026-03-11T00:00:00.000Z");
    assert_eq!(ada["field_34_raw"]["proper_iso_timestamp"], "2026-03-11T05:00:00.000Z");
    assert_eq!(ada["field_36"], "Cole ada@example.com March shout(03/01/2026)");
    assert_eq!((&ada["field_37"], &ada["field_37_raw"]), (&json!("0.00"), &json!(0)), "a division by zero");
    assert_eq!((&ada["field_38"], ada.get("field_38_raw")), (&json!(""), None), "no equation");

    let changed = update(&knack, "object_3", &ada, json!({"field_31": "03/11/2026"})).await;
    assert_eq!((&changed["field_33"], &changed["field_33_raw"]), (&json!(1), &json!(59_880)));
    assert_eq!(changed["field_34"], "03/21/2026");
    let changed = update(&knack, "object_3", &ada, json!({"field_31": "", "field_30": ""})).await;
    assert_eq!((&changed["field_33"], changed.get("field_33_raw")), (&json!(""), None), "no date");
    assert_eq!((&changed["field_34"], changed.get("field_34_raw")), (&json!(""), None));
    assert_eq!(changed["field_36"], " ada@example.com  shout()");
}

#[tokio::test(start_paused = true)]
async fn totals_follow_the_records_that_they_count() {
    let knack = orders().build().unwrap();
    let bell = create(&knack, "object_1", json!({"field_1": "Bell"})).await;
    let shown = |record: &Value| {
        let keys = ["field_4", "field_5", "field_6", "field_7", "field_8", "field_2"];
        keys.map(|key| (record[key].clone(), record.get(format!("{key}_raw")).cloned().unwrap_or_default()))
    };
    let whole = |number: i64| (json!(number), json!(number));
    let nothing = (json!(0), Value::Null);
    let empty =
        [whole(0), whole(0), nothing.clone(), nothing.clone(), nothing.clone(), (json!("0.00"), json!(0))];
    assert_eq!(shown(&bell), empty);

    let line = |count: i64, price: &str, paid: bool| json!({"field_20": bell["id"], "field_21": count, "field_22": price, "field_23": paid});
    let first = create(&knack, "object_2", line(3, "0.10", false)).await;
    assert_eq!(first["field_25_raw"], json!(0.3), "not 0.30000000000000004");
    assert_eq!(first["field_26"], "Bell #1 on 0.36", "with the order's new total");
    let second = create(&knack, "object_2", line(2, "0.25", true)).await;
    let now = get(&knack, &path("object_1", &bell)).await;
    assert_eq!(
        shown(&now),
        [
            (json!(1), json!(0.8)),
            whole(2),
            (json!(0), json!(0.175)),
            (json!(0), json!(0.1)),
            (json!(0), json!(0.25)),
            (json!("0.96"), json!(0.96)),
        ]
    );
    assert_eq!(now["field_3"], "Bell: 0.96 for , B");

    // A line moves to another order.
    let horn = create(&knack, "object_1", json!({"field_1": "Horn"})).await;
    let moved = update(&knack, "object_2", &second, json!({"field_20": horn["id"]})).await;
    assert_eq!(moved["field_26"], "Horn #2 on 0.60");
    assert_eq!(get(&knack, &path("object_1", &horn)).await["field_4_raw"], json!(0.5));
    let now = get(&knack, &path("object_1", &bell)).await;
    assert_eq!((&now["field_4_raw"], &now["field_5"], &now["field_8"]), (&json!(0.3), &json!(1), &json!(0)));
    // It is paid no more, which the filter of field_8 asks for.
    update(&knack, "object_2", &second, json!({"field_23": false})).await;
    assert!(get(&knack, &path("object_1", &horn)).await.get("field_8_raw").is_none());

    call(&knack, Method::DELETE, &path("object_2", &first), Value::Null).await;
    assert_eq!(shown(&get(&knack, &path("object_1", &bell)).await), empty);
}

#[tokio::test(start_paused = true)]
async fn totals_of_totals_and_of_own_connections() {
    let knack = orders().build().unwrap();
    let ada = create(&knack, "object_3", json!({"field_30": "Ada Cole"})).await;
    let ben = create(&knack, "object_3", json!({"field_30": "Ben Dahl"})).await;
    let order = create(
        &knack,
        "object_1",
        json!({"field_1": "Bell", "field_10": ada["id"], "field_11": [ada["id"], ben["id"]]}),
    )
    .await;
    assert_eq!(order["field_9"], 2, "over the order's own connection");
    assert_eq!(order["field_3"], "Bell: 0.00 for Ada Cole, B");
    create(&knack, "object_2", json!({"field_20": order["id"], "field_21": 2, "field_22": 1.5})).await;
    assert_eq!(get(&knack, &path("object_3", &ada)).await["field_39_raw"], 3);

    update(&knack, "object_1", &order, json!({"field_10": ben["id"]})).await;
    assert_eq!(get(&knack, &path("object_3", &ada)).await["field_39_raw"], 0);
    assert_eq!(get(&knack, &path("object_3", &ben)).await["field_39_raw"], 3);
    call(&knack, Method::DELETE, &path("object_3", &ada), Value::Null).await;
    assert_eq!(get(&knack, &path("object_1", &order)).await["field_9"], 1);
    call(&knack, Method::DELETE, &path("object_1", &order), Value::Null).await;
    assert_eq!(get(&knack, &path("object_3", &ben)).await["field_39_raw"], 0);
}

#[tokio::test(start_paused = true)]
async fn loading_computes_what_is_not_recorded() {
    let (order, other) = ("5f0000000000000000000001", "5f0000000000000000000002");
    let lines = vec![
        json!({"id": "5f00000000000000000000a1", "field_20": order, "field_21": 2, "field_22": "1.50", "field_24": 7}),
        json!({"id": "5f00000000000000000000a2", "field_20": order, "field_21": 1, "field_22": "4.00"}),
    ];
    let recorded = json!({"id": other, "field_1": "Horn", "field_1_raw": "Horn", "field_2": "$12", "field_2_raw": 10,
        "field_4": 99, "field_4_raw": 99, "field_5": 3, "field_5_raw": 3});
    let knack = orders()
        .records("object_1", vec![json!({"id": order, "field_1": "Bell"}), recorded])
        .records("object_2", lines)
        .build()
        .unwrap();
    let bell = knack.record("object_1", order).unwrap();
    assert_eq!(
        (&bell["field_4_raw"], &bell["field_5"], &bell["field_2"]),
        (&json!(7), &json!(2), &json!("8.40"))
    );
    assert_eq!(bell["field_3"], "Bell: 8.40 for , B");
    let numbers = |id: &str| knack.record("object_2", id).unwrap()["field_24"].clone();
    assert_eq!(numbers("5f00000000000000000000a1"), 7);
    assert_eq!(numbers("5f00000000000000000000a2"), 8, "numbered after the greatest");

    // What was recorded stays, also what was recorded of records that were not loaded.
    let horn = knack.record("object_1", other).unwrap();
    assert_eq!(
        (&horn["field_2"], &horn["field_4"], &horn["field_5"]),
        (&json!("$12"), &json!(99), &json!(3))
    );
    assert_eq!(horn["field_3"], "Horn: $12 for , H", "not recorded");
    let saved = update(&knack, "object_1", &horn, json!({"field_1": "Horn"})).await;
    assert_eq!(
        (&saved["field_2"], &saved["field_4"], &saved["field_5"]),
        (&json!("118.80"), &json!(99), &json!(3))
    );
    create(&knack, "object_2", json!({"field_20": other, "field_21": 1, "field_22": 5})).await;
    let horn = knack.record("object_1", other).unwrap();
    assert_eq!((&horn["field_4"], &horn["field_5"]), (&json!(5), &json!(1)), "of the records that are there");
}

#[tokio::test(start_paused = true)]
async fn circles_end() {
    let knack = Emulator::builder()
        .rate_limit(10_000)
        .application(json!({"id": "5f00000000000000000000aa", "objects": [
            {"key": "object_1", "identifier": "field_2", "fields": [
                equation("field_1", "{field_1} * 999999999 + {field_3} + 1"),
                text("field_2", "{field_2}{field_4}{field_5}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
                equation("field_3", "{field_1} + {field_6}"),
                text("field_4", "{field_2}{field_2}"),
                link("field_5", "object_1", "one"),
                total("field_6", "sum", json!({"connection": "field_5", "field": "field_6"})),
                total("field_7", "max", json!({"connection": "field_5", "field": "field_3"})),
            ]}]}))
        .records("object_1", vec![json!({"id": "5f0000000000000000000001", "field_5": "5f0000000000000000000001"})])
        .build()
        .unwrap();
    let own = json!({"id": "5f0000000000000000000001"});
    for _ in 0..60 {
        let saved = update(&knack, "object_1", &own, json!({"field_5": own["id"]})).await;
        assert!(saved["field_2"].as_str().unwrap().len() <= 10_000);
        assert!(saved["field_1_raw"].is_number() && saved["field_3_raw"].is_number());
    }
}

#[tokio::test(start_paused = true)]
async fn many_records_are_counted_quickly() {
    let ids: Vec<String> = (0..200).map(|n| format!("5f{n:022x}")).collect();
    let lines: Vec<Value> = (0..20_000)
        .map(|n| json!({"id": format!("60{n:022x}"), "field_20": ids[n % 200], "field_21": 1, "field_22": 2}))
        .collect();
    let orders = orders()
        .records("object_1", ids.iter().map(|id| json!({ "id": id })).collect())
        .records("object_2", lines);
    let began = std::time::Instant::now();
    let knack = orders.build().unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(knack.record("object_1", &ids[7]).unwrap()["field_4"], 200);
    let began = std::time::Instant::now();
    for _ in 0..200 {
        create(&knack, "object_2", json!({"field_20": ids[7], "field_21": 1, "field_22": 2})).await;
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(knack.record("object_1", &ids[7]).unwrap()["field_5"], 300);
}
