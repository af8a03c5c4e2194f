//! Objects and fields are made, changed and deleted while records are there.

mod views;

use bytes::Bytes;
use http::{Method, Request};
use knack_core::schema::Application;
use knack_core::transport::Transport;
use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::{browse, call, create, get, shop, token, told};

fn quick(builder: Builder) -> Emulator {
    builder.rate_limit(1_000).build().unwrap()
}

async fn write(knack: &Emulator, method: Method, path: &str, body: Value) -> Value {
    let (status, told) = call(knack, method.clone(), path, body).await;
    assert_eq!(status, 200, "{method} {path}: {told}");
    told
}

async fn dump(knack: &Emulator) -> Value {
    let request = Request::get(format!("/v1/applications/{}", knack.application_id()));
    let answer = knack.transport().send(request.body(Bytes::new()).unwrap()).await.unwrap();
    told(&answer).1["application"].clone()
}

#[tokio::test(start_paused = true)]
async fn an_object_lives() {
    let knack = quick(shop());
    let fields = json!([{"name": "Title", "type": "short_text", "required": true}, {"name": "Pages", "type": "number"}]);
    let made = write(&knack, Method::POST, "/objects", json!({"name": "Books", "fields": fields})).await;
    let (key, first) = (made["object"]["key"].as_str().unwrap(), &made["object"]["fields"][0]["key"]);
    assert_eq!(
        (key, first, &made["object"]["identifier"]),
        ("object_3", &json!("field_22"), &json!("field_22"))
    );
    assert_eq!(get(&knack, "/objects").await["objects"][2], json!({"name": "Books", "key": "object_3"}));
    assert_eq!(dump(&knack).await["objects"][2], made["object"]);
    assert_eq!(knack.objects(), ["object_1", "object_2", "object_3"]);

    let book = create(&knack, key, json!({"field_22": "Saws", "field_23": 96})).await;
    assert_eq!((&book["field_22"], &book["field_23_raw"]), (&json!("Saws"), &json!(96)));
    let (status, refused) =
        call(&knack, Method::POST, "/objects/object_3/records", json!({"field_23": 1})).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!("field_22")));

    let changed =
        write(&knack, Method::PUT, "/objects/object_3", json!({"name": "Volumes", "key": "x"})).await;
    assert_eq!(
        (&changed["object"]["name"], &changed["object"]["key"]),
        (&json!("Volumes"), &json!("object_3"))
    );
    assert_eq!(knack.count("object_3"), 1);
    assert_eq!(
        write(&knack, Method::DELETE, "/objects/object_3", Value::Null).await,
        json!({"delete": true})
    );
    assert_eq!(get(&knack, "/objects/object_3").await, json!({}));
    assert_eq!(call(&knack, Method::GET, "/objects/object_3/records", Value::Null).await.0, 500);
    assert_eq!(knack.count("object_3"), 0);

    let bare = write(&knack, Method::POST, "/objects", json!({"name": "Notes"})).await;
    assert_eq!(bare["object"]["fields"][0]["name"], "Name", "there is always a field");
}

#[tokio::test(start_paused = true)]
async fn a_field_lives() {
    let knack = quick(shop());
    let saw = create(&knack, "object_1", json!({"field_1": "Saw", "field_2": "S-1", "field_4": 1.5})).await;
    let own = format!("/objects/object_1/records/{}", saw["id"].as_str().unwrap());
    let field = json!({"name": "Colour", "type": "short_text", "unique": true});
    let made = write(&knack, Method::POST, "/objects/object_1/fields", field).await;
    assert_eq!((&made["field"]["key"], &made["field"]["name"]), (&json!("field_22"), &json!("Colour")));
    let now = get(&knack, &own).await;
    assert_eq!((&now["field_22"], now.get("field_22_raw")), (&json!(""), None), "it was never set");
    for (key, value) in saw.as_object().unwrap() {
        assert_eq!(&now[key], value, "{key} stays");
    }
    write(&knack, Method::PUT, &own, json!({"field_22": "Red"})).await;
    let (status, taken) =
        call(&knack, Method::POST, "/objects/object_1/records", json!({"field_1": "x", "field_22": "red"}))
            .await;
    assert_eq!((status, &taken["errors"][0]["type"]), (400, &json!("unique")));

    let path = "/objects/object_1/fields/field_22";
    let changed = write(&knack, Method::PUT, path, json!({"unique": false})).await;
    assert_eq!((&changed["field"]["name"], &changed["field"]["unique"]), (&json!("Colour"), &json!(false)));
    create(&knack, "object_1", json!({"field_1": "x", "field_22": "red"})).await;
    // A number as a text is that text.
    write(
        &knack,
        Method::PUT,
        "/objects/object_1/fields/field_4",
        json!({"type": "short_text", "format": null}),
    )
    .await;
    assert_eq!(get(&knack, &own).await["field_4_raw"], 1.5);

    assert_eq!(write(&knack, Method::DELETE, path, Value::Null).await, json!({"delete": true}));
    write(&knack, Method::DELETE, "/objects/object_1/fields/field_1", Value::Null).await;
    let now = get(&knack, &own).await;
    assert!(now.get("field_22").is_none() && now.get("field_1").is_none(), "{now}");
    assert_eq!((&now["field_2"], &now["field_3"]), (&json!("S-1"), &json!(1)));
    assert!(dump(&knack).await["objects"][0].get("identifier").is_none());
    assert_eq!(create(&knack, "object_1", json!({})).await["field_3"], 3, "numbers go on");
}

/// What a value of one kind is as another nobody tells: it is shown somehow, and the record can be used.
#[tokio::test(start_paused = true)]
async fn every_kind_becomes_every_other() {
    let link = json!({"relationship": {"object": "object_1", "has": "many"}});
    let kinds = [
        ("short_text", json!({}), json!("7")),
        ("paragraph_text", json!({}), json!("a\nb")),
        ("rich_text", json!({}), json!("<b>a</b>")),
        ("number", json!({}), json!(7.5)),
        ("currency", json!({"format": {"format": "$"}}), json!("7.50")),
        ("rating", json!({}), json!(3)),
        ("boolean", json!({}), json!(true)),
        ("multiple_choice", json!({"format": {"type": "multi", "options": ["a"]}}), json!(["a"])),
        ("date_time", json!({"format": {"date_format": "mm/dd/yyyy"}}), json!("03/09/2026")),
        ("timer", json!({}), json!({"times": [{"from": "03/09/2026 8:00am", "to": "03/09/2026 9:30am"}]})),
        ("name", json!({}), json!({"first": "A", "last": "B"})),
        ("email", json!({}), json!("a@example.com")),
        ("link", json!({}), json!("https://example.com")),
        ("phone", json!({}), json!("(555) 010-1234")),
        ("address", json!({}), json!({"street": "1 Main", "city": "X"})),
        ("connection", link, json!([])),
        ("password", json!({}), json!("Chain-7")),
        ("user_roles", json!({}), json!(["profile_1"])),
        ("file", json!({}), json!("5f00000000000000000000ab")),
        ("image", json!({}), json!("5f00000000000000000000ab")),
        ("signature", json!({}), json!({"svg": "x", "base30": "y"})),
        ("equation", json!({"format": {"equation": "{field_4}*3", "equation_type": "numeric"}}), Value::Null),
        ("concatenation", json!({"format": {"equation": "{field_1}"}}), Value::Null),
        ("count", json!({"format": {"connection": "field_11"}}), Value::Null),
        ("auto_increment", json!({}), Value::Null),
        ("teleport", json!({}), json!({"a": [1]})),
    ];
    let setting = |(kind, rest, _): &(&str, Value, Value)| {
        let mut field = json!({"name": "X", "type": kind, "format": null, "relationship": null});
        field.as_object_mut().unwrap().extend(rest.as_object().cloned().unwrap());
        field
    };
    for from in &kinds {
        let knack = quick(shop());
        write(&knack, Method::POST, "/objects/object_1/fields", setting(from)).await;
        let made = create(&knack, "object_1", json!({"field_1": "Saw", "field_22": from.2})).await;
        let own = format!("/objects/object_1/records/{}", made["id"].as_str().unwrap());
        for to in &kinds {
            let what = format!("{} as {}", from.0, to.0);
            write(&knack, Method::PUT, "/objects/object_1/fields/field_22", setting(to)).await;
            Application::read(dump(&knack).await.to_string().as_bytes()).unwrap();
            for list in [
                "sort_field=field_22",
                "format=raw",
                "filters=[{\"field\":\"field_22\",\"operator\":\"is\",\"value\":\"7\"}]",
            ] {
                let list = list.replace('"', "%22").replace('{', "%7B").replace('}', "%7D");
                let path = format!("/objects/object_1/records?{list}");
                assert_eq!(call(&knack, Method::GET, &path, Value::Null).await.0, 200, "{what}");
            }
            write(&knack, Method::PUT, &own, json!({"field_2": to.0})).await;
            let other = create(&knack, "object_1", json!({"field_1": "Axe"})).await;
            let path = format!("/objects/object_1/records/{}", other["id"].as_str().unwrap());
            call(&knack, Method::PUT, &path, json!({"field_22": to.2})).await;
            assert_eq!(call(&knack, Method::DELETE, &path, Value::Null).await.0, 200, "{what}");
        }
        assert!(!get(&knack, &own).await.to_string().contains("Chain-7"), "{}", from.0);
        knack.reset();
        assert_eq!((knack.count("object_1"), knack.objects().len()), (0, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn names_that_are_taken_get_a_word_more() {
    let knack = quick(shop());
    for (path, kind, body, want) in [
        ("/objects/object_1/fields", "field", json!({"name": "price", "type": "number"}), "price Copy"),
        ("/objects/object_1/fields", "field", json!({"name": "Price", "type": "number"}), "Price Copy Copy"),
        ("/objects/object_2/fields", "field", json!({"name": "Price", "type": "number"}), "Price"),
        ("/objects", "object", json!({"name": "Tools"}), "Tools Copy"),
    ] {
        assert_eq!(write(&knack, Method::POST, path, body).await[kind]["name"], want);
    }
    let own = write(&knack, Method::PUT, "/objects/object_1/fields/field_5", json!({"name": "Price"})).await;
    assert_eq!(own["field"]["name"], "Price", "its own name is not taken");
}

#[tokio::test(start_paused = true)]
async fn keys_are_not_used_twice() {
    let knack = quick(Emulator::builder().sample());
    let column = json!({"name": "x", "type": "number"});
    for (path, kind, body) in [
        ("/objects", "object", json!({"name": "x"})),
        ("/objects/object_1/fields", "field", column),
        ("/objects/object_1/tasks", "task", json!({"name": "x"})),
        ("/scenes/scene_4/views", "view", json!({"type": "rich_text"})),
    ] {
        let mut keys = Vec::new();
        for _ in 0..3 {
            let key = write(&knack, Method::POST, path, body.clone()).await[kind]["key"].clone();
            write(&knack, Method::DELETE, &format!("{path}/{}", key.as_str().unwrap()), Value::Null).await;
            assert!(!keys.contains(&key), "{key} was another {kind}");
            keys.push(key);
        }
    }
    let last = knack.objects().pop().unwrap();
    write(&knack, Method::DELETE, &format!("/objects/{last}"), Value::Null).await;
    let made = write(&knack, Method::POST, "/objects", json!({"name": "x"})).await;
    assert_ne!(made["object"]["key"], last.as_str());
}

#[tokio::test(start_paused = true)]
async fn numbers_go_on_after_those_that_are_there() {
    let knack = quick(shop());
    create(&knack, "object_1", json!({"field_1": "Saw", "field_4": 7})).await;
    write(&knack, Method::PUT, "/objects/object_1/fields/field_4", json!({"type": "auto_increment"})).await;
    assert_eq!(create(&knack, "object_1", json!({"field_1": "Axe"})).await["field_4"], 8);
}

#[tokio::test(start_paused = true)]
async fn connections_go_with_the_object_that_they_lead_to() {
    let knack = quick(shop());
    let shelf = create(&knack, "object_2", json!({"field_20": "Top"})).await;
    let saw = create(&knack, "object_1", json!({"field_1": "Saw", "field_10": shelf["id"]})).await;
    let named = json!({"identifier": "field_10", "sort": {"field": "field_10", "order": "asc"}});
    write(&knack, Method::PUT, "/objects/object_1", named).await;
    write(&knack, Method::DELETE, "/objects/object_2", Value::Null).await;
    let now = get(&knack, &format!("/objects/object_1/records/{}", saw["id"].as_str().unwrap())).await;
    assert!(now.get("field_10").is_none());
    assert_eq!((&now["field_11_raw"], &now["field_1"]), (&json!([]), &json!("Saw")));
    let tools = &dump(&knack).await["objects"][0];
    assert_eq!(
        (tools.get("identifier"), tools.get("sort")),
        (None, None),
        "nor do they name or sort anything"
    );
}

/// As it was seen: values stay as they are until their record is saved.
#[tokio::test(start_paused = true)]
async fn a_new_formula_is_computed_when_a_record_is_saved() {
    let knack = quick(shop());
    let saw = create(&knack, "object_1", json!({"field_1": "Saw", "field_4": 2})).await;
    let own = format!("/objects/object_1/records/{}", saw["id"].as_str().unwrap());
    let format = json!({"equation": "{field_4}*3", "equation_type": "numeric"});
    let field = json!({"name": "Thrice", "type": "equation", "format": format});
    write(&knack, Method::POST, "/objects/object_1/fields", field).await;
    assert_eq!(get(&knack, &own).await.get("field_22_raw"), None);
    assert_eq!(write(&knack, Method::PUT, &own, json!({})).await["field_22_raw"], 6);
    let format = json!({"equation": "{field_4}*5", "equation_type": "numeric"});
    write(&knack, Method::PUT, "/objects/object_1/fields/field_22", json!({"format": format})).await;
    assert_eq!(get(&knack, &own).await["field_22_raw"], 6);
    assert_eq!(write(&knack, Method::PUT, &own, json!({})).await["field_22_raw"], 10);
}

#[tokio::test(start_paused = true)]
async fn tasks_are_replaced_whole() {
    let knack = quick(shop());
    let task = json!({"name": "Nightly", "action": {}, "run_status": "running"});
    let made = write(&knack, Method::POST, "/objects/object_1/tasks", task).await;
    assert_eq!((&made["task"]["key"], &made["task"]["run_status"]), (&json!("task_1"), &json!("running")));
    let path = "/objects/object_1/tasks/task_1";
    let changed = write(&knack, Method::PUT, path, json!({"name": "Nightly"})).await;
    assert_eq!(changed["task"], json!({"key": "task_1", "name": "Nightly"}));
    assert_eq!(dump(&knack).await["objects"][0]["tasks"], json!([changed["task"]]));
    write(&knack, Method::DELETE, path, Value::Null).await;
    assert_eq!(dump(&knack).await["objects"][0]["tasks"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_made() {
    let knack = quick(shop());
    let before = dump(&knack).await;
    for (method, path, body, status) in [
        (Method::POST, "/objects", json!({}), 400),
        (Method::POST, "/objects", json!({"name": " "}), 400),
        (Method::POST, "/objects", json!({"name": "x", "fields": [7]}), 400),
        (Method::POST, "/objects", json!({"name": "x", "fields": [{"name": "y"}]}), 400),
        (Method::POST, "/objects", json!([1]), 400),
        (Method::POST, "/objects/object_1/fields", json!({"name": "x"}), 400),
        (Method::POST, "/objects/object_1/fields", json!({"type": "number"}), 400),
        (Method::POST, "/objects/object_9/fields", json!({"name": "x", "type": "number"}), 500),
        (Method::PUT, "/objects/object_9", json!({"name": "x"}), 500),
        (Method::DELETE, "/objects/object_9", Value::Null, 500),
        (Method::PUT, "/objects/object_1/fields/field_99", json!({"name": "x"}), 500),
        (Method::DELETE, "/objects/object_1/fields/field_99", Value::Null, 500),
        (Method::DELETE, "/objects/object_1/fields/field_20", Value::Null, 500),
        (Method::DELETE, "/objects", Value::Null, 404),
        (Method::POST, "/objects/object_1/fields/field_1", json!({}), 404),
    ] {
        let (got, told) = call(&knack, method.clone(), path, body).await;
        assert_eq!(got, status, "{method} {path}: {told}");
    }
    let answer = browse(&knack, Method::POST, "/objects", None, json!({"name": "x"})).await;
    assert_eq!(answer.status(), 401, "the key of browsers opens no schema");
    assert_eq!(dump(&knack).await, before);
}

#[tokio::test(start_paused = true)]
async fn a_reset_brings_back_objects_and_fields() {
    let knack = quick(Emulator::builder().sample());
    let records = |knack: &Emulator| -> Vec<Value> {
        let of = |object: &String| {
            knack.ids(object).into_iter().filter_map(|id| knack.record(object, &id)).collect()
        };
        knack.objects().iter().flat_map(|object| -> Vec<Value> { of(object) }).collect()
    };
    let (schema, before, user) = (dump(&knack).await, records(&knack), token(&knack, 0).await);
    let id = knack.ids("object_6")[0].clone();
    call(&knack, Method::DELETE, &format!("/objects/object_6/records/{id}"), Value::Null).await;
    write(&knack, Method::DELETE, "/objects/object_4", Value::Null).await;
    write(&knack, Method::DELETE, "/objects/object_6/fields/field_46", Value::Null).await;
    let made = write(&knack, Method::POST, "/objects", json!({"name": "Notes"})).await;
    create(&knack, made["object"]["key"].as_str().unwrap(), json!({})).await;
    create(
        &knack,
        "object_3",
        json!({"field_20": {"first": "Ada"}, "field_21": "ada@example.com", "field_22": "Sales"}),
    )
    .await;
    let path = "/session/token";
    assert_eq!(
        browse(&knack, Method::GET, path, Some(&user), Value::Null).await.status(),
        200,
        "who is logged in stays"
    );
    knack.reset();
    assert_eq!(dump(&knack).await, schema);
    assert_eq!(records(&knack), before);
    // And once more, from what a reset brought back.
    write(&knack, Method::DELETE, "/objects/object_1", Value::Null).await;
    knack.reset();
    assert_eq!(records(&knack), before);
}
