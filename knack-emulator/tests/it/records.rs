//! Create, read, update, delete.

use http::Method;
use knack_core::transport::Transport;
use knack_emulator::MissingRecord;
use serde_json::{Value, json};

use crate::{call, create, get, send, shop};

#[tokio::test(start_paused = true)]
async fn a_record_lives() {
    let knack = shop().rate_limit(100).build().unwrap();
    let shelf = create(&knack, "object_2", json!({"field_20": "Top", "field_21": 3})).await;
    let made = create(
        &knack,
        "object_1",
        json!({"field_1": "Saw", "field_4": "1.5", "field_5": 1234.5, "field_7": "03/09/2026 4:14pm",
            "field_9": ["Wood"], "field_10": shelf["id"], "field_12": {"first": "Ada", "last": "Cole"},
            "field_13": "ada@example.com", "field_99": "unknown keys are ignored", "field_3": 77,
            "field_1_raw": "ignored"}),
    )
    .await;
    assert_eq!(made["field_1"], "Saw");
    assert_eq!((&made["field_3"], &made["field_3_raw"]), (&json!(1), &json!(1)));
    assert_eq!((&made["field_4"], &made["field_4_raw"]), (&json!("1.50"), &json!(1.5)));
    assert_eq!((&made["field_5"], &made["field_5_raw"]), (&json!("$1,234.50"), &json!("1234.50")));
    assert_eq!((&made["field_6"], &made["field_6_raw"]), (&json!("No"), &json!(false)));
    assert_eq!(made["field_7"], "03/09/2026 4:14pm");
    assert_eq!(made["field_7_raw"]["iso_timestamp"], "2026-03-09T16:14:00.000Z");
    assert_eq!(made["field_7_raw"]["proper_iso_timestamp"], "2026-03-09T21:14:00.000Z");
    assert_eq!(made["field_8"], "New", "the default");
    assert_eq!(made["field_10_raw"], json!([{"id": shelf["id"], "identifier": "Top"}]));
    assert_eq!(
        made["field_10"],
        json!(format!("<span class=\"{}\">Top</span>", shelf["id"].as_str().unwrap()))
    );
    assert_eq!((&made["field_11"], &made["field_11_raw"]), (&json!(""), &json!([])));
    assert_eq!(made["field_13"], "<a href=\"mailto:ada@example.com\">ada@example.com</a>");
    assert!(made.get("field_2").is_some() && made.get("field_2_raw").is_none(), "never set");

    let id = made["id"].as_str().unwrap();
    assert_eq!(id.len(), 24);
    let path = format!("/objects/object_1/records/{id}");
    assert_eq!(get(&knack, &path).await, made);
    assert_eq!(knack.record("object_1", id), Some(made.clone()));
}

#[tokio::test(start_paused = true)]
async fn a_record_changes_and_goes() {
    let knack = shop().rate_limit(100).build().unwrap();
    let shelf = create(&knack, "object_2", json!({"field_20": "Top"})).await;
    let made =
        create(&knack, "object_1", json!({"field_1": "Saw", "field_4": 2, "field_10": shelf["id"]})).await;
    let path = format!("/objects/object_1/records/{}", made["id"].as_str().unwrap());
    let (status, changed) = call(
        &knack,
        Method::PUT,
        &path,
        json!({"field_2": "", "field_4": null, "field_10": [], "field_6": "yes"}),
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(changed["field_1"], "Saw", "an update is partial");
    assert_eq!(
        (&changed["field_2"], &changed["field_2_raw"]),
        (&json!(""), &json!("")),
        "cleared, not never set"
    );
    assert_eq!((&changed["field_4"], &changed["field_4_raw"]), (&json!(""), &json!("")));
    assert_eq!(changed["field_10_raw"], json!([]));
    assert_eq!(changed["field_6_raw"], json!(true));
    let (status, same) = call(&knack, Method::PUT, &path, Value::Null).await;
    assert_eq!((status, &same), (200, &changed), "an empty body changes nothing");

    let (status, gone) = call(&knack, Method::DELETE, &path, Value::Null).await;
    assert_eq!((status, gone), (200, json!({"delete": true})));
    let (status, body) = call(&knack, Method::GET, &path, Value::Null).await;
    assert_eq!((status, body), (500, json!("Internal Server Error")));
    assert_eq!(knack.count("object_1"), 0);
    assert_eq!(
        create(&knack, "object_1", json!({"field_1": "Axe"})).await["field_3"],
        2,
        "numbers are not used twice"
    );
}

#[tokio::test(start_paused = true)]
async fn the_format_parameter_leaves_halves_out() {
    let knack = shop().build().unwrap();
    let made = create(&knack, "object_1", json!({"field_1": "Saw", "field_5": "3"})).await;
    let path = format!("/objects/object_1/records/{}", made["id"].as_str().unwrap());
    let raw = get(&knack, &format!("{path}?format=raw")).await;
    assert_eq!((&raw["field_5"], raw.get("field_5_raw")), (&json!("3.00"), None));
    assert_eq!(raw["field_6"], json!(false));
    let html = get(&knack, &format!("{path}?format=html")).await;
    assert_eq!((&html["field_5"], html.get("field_5_raw")), (&json!("$3.00"), None));
    assert_eq!(get(&knack, &format!("{path}?format=both")).await, made);
}

#[tokio::test(start_paused = true)]
async fn keys_stand_in_schema_order() {
    let records = vec![json!({"id": "5f00000000000000000000ab", "account_status": "active",
        "field_1": "Saw", "field_1_raw": "Saw", "field_2": "", "field_3": 4, "field_3_raw": 4})];
    let knack = shop().records("object_1", records).build().unwrap();
    let response =
        send(&knack, Method::GET, "/objects/object_1/records/5f00000000000000000000ab", "").await.unwrap();
    let text = String::from_utf8_lossy(response.body()).into_owned();
    let start = "{\"id\":\"5f00000000000000000000ab\",\"account_status\":\"active\",\"field_1\":\"Saw\",\
                 \"field_1_raw\":\"Saw\",\"field_2\":\"\",\"field_3\":4,\"field_3_raw\":4,\"field_4\":\"\",";
    assert!(text.starts_with(start), "{text}");
    assert!(text.find("\"field_9\"").unwrap() < text.find("\"field_10\"").unwrap());
}

#[tokio::test(start_paused = true)]
async fn recorded_values_stay_until_the_record_is_written() {
    let id = "5f00000000000000000000ab";
    let record =
        json!({"id": id, "field_1": "Saw", "field_1_raw": "Saw", "field_5": "$ 3", "field_5_raw": "3"});
    let knack = shop().records("object_1", vec![record]).build().unwrap();
    let path = format!("/objects/object_1/records/{id}");
    assert_eq!(get(&knack, &path).await["field_5"], "$ 3");
    call(&knack, Method::PUT, &path, json!({"field_1": "Axe"})).await;
    assert_eq!(get(&knack, &path).await["field_5"], "$3");
}

#[tokio::test(start_paused = true)]
async fn connections_follow_their_records() {
    let knack = shop().rate_limit(100).build().unwrap();
    let shelf = create(&knack, "object_2", json!({"field_20": "Top"})).await;
    let shelf_path = format!("/objects/object_2/records/{}", shelf["id"].as_str().unwrap());
    let tool = create(&knack, "object_1", json!({"field_1": "Saw", "field_10": [shelf["id"]]})).await;
    let path = format!("/objects/object_1/records/{}", tool["id"].as_str().unwrap());

    call(&knack, Method::PUT, &shelf_path, json!({"field_20": "Bottom"})).await;
    assert_eq!(get(&knack, &path).await["field_10_raw"][0]["identifier"], "Bottom");
    call(&knack, Method::DELETE, &shelf_path, Value::Null).await;
    let now = get(&knack, &path).await;
    assert_eq!((&now["field_10"], &now["field_10_raw"]), (&json!(""), &json!([])));

    let named = create(&knack, "object_1", json!({"field_1": "Axe", "field_10": "Bottom"})).await;
    assert_eq!(named["field_10_raw"], json!([]), "a name instead of an id does nothing");
    // Records may point at themselves and at each other.
    let own = format!("/objects/object_1/records/{}", named["id"].as_str().unwrap());
    let (_, own) = call(&knack, Method::PUT, &own, json!({"field_11": [named["id"], tool["id"]]})).await;
    assert_eq!(own["field_11_raw"][1]["identifier"], "Saw");
}

#[tokio::test(start_paused = true)]
async fn validation_names_field_and_reason() {
    let knack = shop().rate_limit(100).build().unwrap();
    let records = "/objects/object_1/records";
    let (status, body) = call(&knack, Method::POST, records, json!({})).await;
    assert_eq!(status, 400);
    assert_eq!(
        body,
        json!({"errors": [{"field": "field_1", "type": "required", "message": "Label is required."}]})
    );

    let first = create(&knack, "object_1", json!({"field_1": "Saw", "field_2": "A-1"})).await;
    let (status, body) =
        call(&knack, Method::POST, records, json!({"field_1": "Axe", "field_2": " a-1 "})).await;
    assert_eq!(status, 400);
    assert_eq!(body["errors"][0]["type"], "unique");
    assert_eq!(knack.count("object_1"), 1);
    create(&knack, "object_1", json!({"field_1": "Axe", "field_2": ""})).await;
    create(&knack, "object_1", json!({"field_1": "Adze", "field_2": ""})).await;

    let path = format!("{records}/{}", first["id"].as_str().unwrap());
    let (status, _) = call(&knack, Method::PUT, &path, json!({"field_2": "A-1"})).await;
    assert_eq!(status, 200, "its own value is free for it");
    let (status, body) =
        call(&knack, Method::PUT, &path, json!({"field_1": "", "field_4": "heavy", "field_13": "x"})).await;
    assert_eq!(status, 400);
    let told: Vec<&str> =
        body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(told, ["field_1", "field_4", "field_13"]);
    assert_eq!(get(&knack, &path).await["field_1"], "Saw", "a refused write changes nothing");

    let lenient = shop().enforce_required(false).build().unwrap();
    assert_eq!(create(&lenient, "object_1", json!({})).await["field_1"], "");
}

#[tokio::test(start_paused = true)]
async fn forms_are_read_too() {
    let knack = shop().build().unwrap();
    let request = http::Request::post("/v1/objects/object_1/records")
        .header("X-Knack-Application-Id", knack.application_id())
        .header("X-Knack-REST-API-Key", knack.api_key())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("field_1=Band+Saw&field_4=2".into())
        .unwrap();
    let response = knack.transport().send(request).await.unwrap();
    let made: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!((&made["field_1"], &made["field_4_raw"]), (&json!("Band Saw"), &json!(2)));
}

#[tokio::test(start_paused = true)]
async fn a_missing_record_may_be_404() {
    let knack = shop().missing_record(MissingRecord::Status404).build().unwrap();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let (status, _) =
            call(&knack, method, "/objects/object_1/records/5f00000000000000000000ff", json!({})).await;
        assert_eq!(status, 404);
    }
}
