//! The switches of what is not known of Knack, by their names.

use std::collections::HashSet;

use http::{Method, Request};
use knack_core::transport::Transport;
use knack_emulator::{Builder, Emulator, EmulatorError, Quirk};
use serde_json::{Value, json};

use crate::{browse, call, create, get, header, send, shop, token, told};

/// An emulator with one switch turned from its default, and one that says its default.
fn both(base: fn() -> Builder, name: &str) -> [Emulator; 2] {
    let quirk = Quirk::ALL.iter().find(|quirk| quirk.name() == name).unwrap();
    let default = base().quirk(name, Some(quirk.values()[0])).unwrap();
    [default, base().quirk(name, None).unwrap()].map(|builder| builder.build().unwrap())
}

fn sample() -> Builder {
    Emulator::builder().sample()
}

/// The status and the body of a GET of each.
async fn gets(knacks: &[Emulator; 2], path: &str) -> [(u16, Value); 2] {
    [
        call(&knacks[0], Method::GET, path, Value::Null).await,
        call(&knacks[1], Method::GET, path, Value::Null).await,
    ]
}

#[test]
fn names_are_their_own_and_wrong_ones_are_told() {
    let names: HashSet<&str> = Quirk::ALL.iter().map(Quirk::name).collect();
    assert_eq!(names.len(), Quirk::ALL.len());
    for quirk in Quirk::ALL {
        assert!(quirk.values().len() == 2 && !quirk.about().is_empty(), "{quirk:?}");
        for value in quirk.values() {
            let _ = shop().quirk(quirk.name(), Some(value)).unwrap();
        }
    }
    let error = shop().quirk("colour", None).unwrap_err();
    assert!(
        matches!(error, EmulatorError::UnknownQuirk { .. }) && error.to_string().contains("missing-record")
    );
    let error = shop().quirk("midnight", Some("12")).unwrap_err().to_string();
    assert_eq!(error, "the quirk midnight cannot be `12`; it is 720 or 0");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there() {
    for (name, path) in [
        ("missing-record", "/objects/object_1/records/5f00000000000000000000ff"),
        ("missing-object", "/objects/object_99/records"),
    ] {
        let [usual, other] = gets(&both(shop, name), path).await;
        assert_eq!((usual.0, other), (500, (404, json!("Not Found"))), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn lists() {
    let [usual, other] = gets(&both(shop, "empty-pages"), "/objects/object_1/records").await;
    assert_eq!((&usual.1["total_pages"], &other.1["total_pages"]), (&json!(0), &json!(1)));
    let path = "/objects/object_1/records?rows_per_page=1001";
    let [usual, other] = gets(&both(shop, "too-many-rows"), path).await;
    assert_eq!((usual.0, other.0), (200, 400));

    let knacks = both(shop, "several-sorts");
    let mut firsts = Vec::new();
    for knack in &knacks {
        for (label, weight) in [("Saw", 1), ("Saw", 2)] {
            create(knack, "object_1", json!({"field_1": label, "field_4": weight})).await;
        }
        let sorts = "sort_field=field_1&sort_order=asc&sort_field=field_4&sort_order=desc";
        let page = get(knack, &format!("/objects/object_1/records?{sorts}")).await;
        firsts.push(page["records"][0]["field_4_raw"].clone());
    }
    assert_eq!(firsts, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn filters() {
    for (name, rule, counts) in [
        ("filter-case", json!({"field": "field_1", "operator": "is", "value": "saw"}), [1, 0]),
        ("is-any", json!({"field": "field_9", "operator": "is any", "value": ["Wood", "Steel"]}), [1, 0]),
        ("null-list", json!({"field": "field_9", "operator": "is blank"}), [1, 0]),
    ] {
        let mut found = Vec::new();
        for knack in &both(shop, name) {
            create(knack, "object_1", json!({"field_1": "Saw", "field_9": ["Wood"]})).await;
            create(knack, "object_1", json!({"field_1": "Axe", "field_9": []})).await;
            let filters = json!([rule]).to_string().replace(' ', "%20").replace('"', "%22");
            let page = get(knack, &format!("/objects/object_1/records?filters={filters}")).await;
            found.push(page["total_records"].clone());
        }
        assert_eq!(found, counts, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn values() {
    let switch = || {
        Emulator::builder().application(json!({"id": "5f00000000000000000000aa", "objects": [
            {"key": "object_1", "fields": [
                {"key": "field_1", "type": "boolean", "format": {"format": "on_off"}},
                {"key": "field_2", "type": "date_time", "format": {"date_format": "mm/dd/yyyy"}}]}]}))
    };
    let body = json!({"field_1": true, "field_2": "03/09/2026 12:00am"});
    for (name, place, wanted) in [
        ("boolean-words", "/field_1", [json!("Yes"), json!("On")]),
        ("midnight", "/field_2_raw/time", [json!(720), json!(0)]),
        (
            "proper-timestamps",
            "/field_2_raw/proper_unix_timestamp",
            [json!(1_773_014_400_000_i64), Value::Null],
        ),
    ] {
        let mut seen = Vec::new();
        for knack in &both(switch, name) {
            let made = create(knack, "object_1", body.clone()).await;
            seen.push(made.pointer(place).cloned().unwrap_or_default());
        }
        assert_eq!(seen, wanted, "{name}");
    }
    let mut statuses = Vec::new();
    for knack in &both(shop, "required-fields") {
        statuses.push(call(knack, Method::POST, "/objects/object_1/records", json!({})).await.0);
    }
    assert_eq!(statuses, [400, 200]);
}

#[tokio::test(start_paused = true)]
async fn pages_and_their_logins() {
    let orders = "/pages/scene_7/views/view_7/records";
    for (name, token, wanted) in [("no-token", None, [401, 403]), ("bad-token", Some("old"), [403, 401])] {
        let mut statuses = Vec::new();
        for knack in &both(sample, name) {
            statuses.push(browse(knack, Method::GET, orders, token, Value::Null).await.status().as_u16());
        }
        assert_eq!(statuses, wanted, "{name}");
    }
    let mut statuses = Vec::new();
    for knack in &both(sample, "bad-login") {
        let email = knack.account_email(0).unwrap();
        statuses.push(crate::login(knack, &email, "wrong").await.0);
    }
    assert_eq!(statuses, [401, 400]);
}

#[tokio::test(start_paused = true)]
async fn forms_and_cells_answer_with_the_record_or_around_it() {
    let dump = || {
        let view = |key: &str, kind: &str, rest: Value| {
            let mut view = json!({"key": key, "type": kind, "source": {"object": "object_1"}});
            view.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            view
        };
        let shown = json!([{"field": {"key": "field_1"}, "type": "field"}]);
        Emulator::builder().application(json!({"id": "5f00000000000000000000aa", "objects": [
            {"key": "object_1", "fields": [{"key": "field_1", "type": "short_text"}]}], "scenes": [
            {"key": "scene_1", "views": [
                view("view_1", "form", json!({"action": "insert", "inputs": shown})),
                view("view_2", "table", json!({"columns": shown, "options": {"cell_editor": true}}))]}]}))
    };
    for (name, wrapped) in
        [("form-answer", [(true, false), (false, false)]), ("cell-answer", [(true, false), (true, true)])]
    {
        let mut seen = Vec::new();
        for knack in &both(dump, name) {
            let made = browse(
                knack,
                Method::POST,
                "/pages/scene_1/views/view_1/records",
                None,
                json!({"field_1": "a"}),
            )
            .await;
            let id = &knack.ids("object_1")[0];
            let path = format!("/pages/scene_1/views/view_2/records/{id}");
            let cell = browse(knack, Method::PUT, &path, None, json!({"field_1": "b"})).await;
            seen.push((told(&made).1["record"].is_object(), told(&cell).1["record"].is_object()));
        }
        assert_eq!(seen, wrapped, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn limits() {
    let full = || shop().rate_limit(1).daily_calls(10);
    let path = "/objects/object_1/records";
    let mut refusals = Vec::new();
    for knack in [both(full, "retry-after"), both(full, "refusals-count")].into_iter().flatten() {
        send(&knack, Method::GET, path, "").await.unwrap();
        let refusal = send(&knack, Method::GET, path, "").await.unwrap();
        assert_eq!(refusal.status(), 429);
        refusals.push((header(&refusal, "retry-after").is_empty(), knack.plan_left()));
    }
    assert_eq!(refusals, [(true, 9), (false, 9), (true, 9), (true, 8)]);

    let resets = both(full, "rate-reset").map(|knack| async move {
        let answer = send(&knack, Method::GET, path, "").await.unwrap();
        (header(&answer, "x-ratelimit-reset").parse::<u64>().unwrap(), knack.wall().as_secs())
    });
    let [up, down] = resets;
    let (up, down) = (up.await, down.await);
    assert!(up.0 - up.1 == 2 && down.0 - down.1 == 1, "{up:?} {down:?}");

    for (knack, told) in both(full, "headers-on-refusals").into_iter().zip([false, true]) {
        let request = Request::get(format!("https://api.knack.com/v1{path}"))
            .header("X-Knack-Application-Id", knack.application_id())
            .header("X-Knack-REST-API-Key", "wrong");
        let answer = knack.transport().send(request.body("".into()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(header(&answer, "x-ratelimit-remaining") == "1", told);
    }
}

#[tokio::test(start_paused = true)]
async fn public_views() {
    let slow = || sample().rate_limit(1);
    let page = "/pages/scene_4/views/view_4/records";
    let mut seen = Vec::new();
    for knack in [both(slow, "public-views-rate"), both(slow, "public-views-count")].into_iter().flatten() {
        browse(&knack, Method::GET, page, None, Value::Null).await;
        let second = browse(&knack, Method::GET, page, None, Value::Null).await;
        seen.push((second.status().as_u16(), knack.plan_left()));
    }
    assert_eq!(seen, [(429, 5_000), (200, 5_000), (429, 5_000), (429, 4_999)]);
    let knack = slow().quirk("public-views-rate", None).unwrap().build().unwrap();
    let token = token(&knack, 0).await;
    assert_eq!(
        browse(&knack, Method::GET, page, Some(&token), Value::Null).await.status(),
        429,
        "a user's are rated"
    );
}
