//! Records and files that outlive the emulator.

use std::path::PathBuf;
use std::time::Duration;

use http::Method;
use knack_emulator::{Emulator, EmulatorError};
use serde_json::{Value, json};

use crate::{call, create, get, shop, shop_dump};

/// A folder that is not there yet.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("knack-emulator-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    path
}

fn records(knack: &Emulator) -> Vec<Value> {
    let mut all = Vec::new();
    for object in knack.objects() {
        all.extend(knack.ids(&object).iter().filter_map(|id| knack.record(&object, id)));
    }
    all
}

#[tokio::test(start_paused = true)]
async fn everything_is_there_again() {
    let folder = folder("again");
    let sample = || Emulator::builder().sample().data(&folder).build().unwrap();
    let knack = sample();
    let (order, line) = (&knack.ids("object_6")[0], &knack.ids("object_7")[0]);
    let new =
        json!({"field_61": order, "field_62": knack.ids("object_4")[0], "field_63": 2, "field_64": "10.50"});
    let made = create(&knack, "object_7", new.clone()).await;
    let gone = format!("/objects/object_7/records/{line}");
    call(&knack, Method::DELETE, &gone, Value::Null).await;
    let account = format!("/objects/object_10/records/{}", knack.ids("object_10")[0]);
    call(&knack, Method::PUT, &account, json!({"field_142": "Another-1"})).await;
    let email = knack.account_email(0).unwrap();
    let before = records(&knack);
    assert!(
        matches!(Emulator::builder().sample().data(&folder).build(), Err(EmulatorError::Data { .. })),
        "one at a time"
    );
    drop(knack);

    let knack = sample();
    assert_eq!(records(&knack), before);
    assert_eq!(crate::login(&knack, &email, "Another-1").await.0, 200);
    assert_eq!(call(&knack, Method::GET, &gone, Value::Null).await.0, 500, "it stays deleted");
    let next = create(&knack, "object_7", new).await;
    let number = |record: &Value| record["field_60_raw"].as_i64().unwrap();
    assert_eq!(number(&next), number(&made) + 1, "numbers are not used twice");
    assert_ne!(next["id"], made["id"]);
    knack.reset();
    assert_eq!(records(&knack), before);
    drop(knack);
    assert_eq!(records(&sample()), before, "a reset is kept as well");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(start_paused = true)]
async fn uploads_are_kept() {
    let folder = folder("uploads");
    let build = || shop().data(&folder).build().unwrap();
    let knack = build();
    let form =
        "--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"bell.txt\"\r\n\r\nring\r\n--X--";
    let request =
        http::Request::post(format!("/v1/applications/{}/assets/file/upload", knack.application_id()))
            .header("X-Knack-Application-Id", knack.application_id())
            .header("X-Knack-REST-API-Key", "knack")
            .header("Content-Type", "multipart/form-data; boundary=X")
            .body(form.into())
            .unwrap();
    let told =
        crate::told(&knack_core::transport::Transport::send(&knack.transport(), request).await.unwrap()).1;
    drop(knack);
    let knack = build();
    let url = told["public_url"].as_str().unwrap();
    let request = http::Request::get(url).body("".into()).unwrap();
    let file = knack_core::transport::Transport::send(&knack.transport(), request).await.unwrap();
    assert_eq!(&file.body()[..], b"ring");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The schema is read from the application again, and so is what it has place for again.
#[tokio::test(start_paused = true)]
async fn what_was_deleted_of_the_schema_is_there_again() {
    let folder = folder("deleted");
    let knack = shop().data(&folder).build().unwrap();
    let shelf = create(&knack, "object_2", json!({"field_20": "Top"})).await;
    let saw =
        create(&knack, "object_1", json!({"field_1": "Saw", "field_2": "S", "field_10": shelf["id"]})).await;
    let gone = create(&knack, "object_1", json!({"field_1": "Axe"})).await["id"].as_str().unwrap().to_owned();
    call(&knack, Method::DELETE, "/objects/object_1/fields/field_2", Value::Null).await;
    call(&knack, Method::DELETE, "/objects/object_2", Value::Null).await;
    call(&knack, Method::DELETE, &format!("/objects/object_1/records/{gone}"), Value::Null).await;
    call(&knack, Method::DELETE, "/objects/object_1", Value::Null).await;
    let made = call(&knack, Method::POST, "/objects", json!({"name": "Notes"})).await.1;
    create(&knack, made["object"]["key"].as_str().unwrap(), json!({})).await;
    drop(knack);
    let knack = shop().data(&folder).build().unwrap();
    assert_eq!(records(&knack), [saw, shelf]);
    let again = json!({"field_1": "Axe", "field_2": "s"});
    assert_eq!(call(&knack, Method::POST, "/objects/object_1/records", again).await.0, 400, "it is taken");
    let axe = create(&knack, "object_1", json!({"field_1": "Axe"})).await;
    assert_eq!(axe["field_3"], 2, "numbers go on after those that are there");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(start_paused = true)]
async fn applications_change_and_are_not_confused() {
    let folder = folder("changes");
    let knack = shop().data(&folder).build().unwrap();
    create(&knack, "object_1", json!({"field_1": "Saw", "field_4": 2.5})).await;
    drop(knack);

    let mut other = shop_dump();
    other["application"]["id"] = json!("5f00000000000000000000bb");
    let error = Emulator::builder().application(other).data(&folder).build().unwrap_err();
    assert!(matches!(error, EmulatorError::OtherData { .. }), "{error}");

    let mut later = shop_dump();
    let fields = later["application"]["objects"][0]["fields"].as_array_mut().unwrap();
    fields.remove(4);
    fields.insert(0, json!({"key": "field_90", "name": "Sharp", "type": "boolean"}));
    let knack = Emulator::builder().application(later).data(&folder).build().unwrap();
    knack.advance(Duration::from_secs(1));
    let page = get(&knack, "/objects/object_1/records").await;
    let saw = &page["records"][0];
    assert_eq!(
        (&saw["field_1"], &saw["field_4_raw"], &saw["field_90_raw"]),
        (&json!("Saw"), &json!(2.5), &json!(false))
    );
    assert!(saw.get("field_5").is_none());
    std::fs::remove_dir_all(&folder).unwrap();
}
