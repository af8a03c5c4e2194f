//! Views that show what belongs to their page's record, which a call names by the page's slug.

use http::Method;
use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::{browse, seen, shop_dump, token, told};

const ORDERS: &str = "/pages/scene_8/views/view_12/records";
const NEW_ORDER: &str = "/pages/scene_8/views/view_13/records";

fn sample() -> Builder {
    Emulator::builder().sample().rate_limit(1_000)
}

fn ids(page: &Value) -> Vec<&str> {
    page["records"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_table_of_what_leads_to_the_pages_record() {
    let knack = sample().build().unwrap();
    let staff = token(&knack, 1).await;
    let all = knack.ids("object_6");
    let of = |customer: &str| {
        let leads =
            |id: &&String| knack.record("object_6", id).unwrap()["field_41_raw"][0]["id"] == json!(customer);
        all.iter().filter(leads).count()
    };
    for customer in &knack.ids("object_1")[..5] {
        let path = format!("{ORDERS}?customer-details_id={customer}&rows_per_page=1000");
        let page = seen(&knack, &path, Some(&staff)).await;
        assert_eq!(page["total_records"], json!(of(customer)));
    }
    for path in [
        ORDERS.to_owned(),
        format!("{ORDERS}?customer-details_id="),
        format!("{ORDERS}?customer-details_id=nobody"),
        format!("{ORDERS}?scene_8_id={}", knack.ids("object_1")[0]),
    ] {
        assert_eq!(seen(&knack, &path, Some(&staff)).await["total_records"], json!(0), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_connects_with_the_pages_record() {
    let knack = sample().build().unwrap();
    let staff = token(&knack, 1).await;
    let (customer, other) = (knack.ids("object_1")[7].clone(), knack.ids("object_1")[8].clone());
    let body = json!({"field_46": "New", "field_50": "Soon.", "field_41": other});
    let path = format!("{NEW_ORDER}?customer-details_id={customer}");
    let (status, made) = told(&browse(&knack, Method::POST, &path, Some(&staff), body.clone()).await);
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["record"]["field_41_raw"][0]["id"], json!(customer), "no input, but the page's record");
    let list = format!("{ORDERS}?customer-details_id={customer}&rows_per_page=1000");
    let page = seen(&knack, &list, Some(&staff)).await;
    assert!(ids(&page).contains(&made["record"]["id"].as_str().unwrap()));

    let (status, made) = told(&browse(&knack, Method::POST, NEW_ORDER, Some(&staff), body).await);
    assert_eq!((status, &made["record"]["field_41_raw"]), (200, &json!([])), "connected with nobody");
}

#[tokio::test(start_paused = true)]
async fn a_page_without_its_record_may_be_refused() {
    let knack = sample().require_page_record(true).build().unwrap();
    let staff = token(&knack, 1).await;
    let before = knack.count("object_6");
    let refused = (400, json!("Missing parameter customer-details_id."));
    for (method, path) in [(Method::GET, ORDERS), (Method::POST, NEW_ORDER)] {
        let answer = browse(&knack, method, path, Some(&staff), json!({"field_46": "New"})).await;
        assert_eq!(told(&answer), refused, "{path}");
    }
    assert_eq!(knack.count("object_6"), before);
    let page = format!("{ORDERS}?customer-details_id={}", knack.ids("object_1")[0]);
    seen(&knack, &page, Some(&staff)).await;
}

fn id(n: u32) -> String {
    format!("5f{n:022}")
}

/// A shelf's page with its tools, and below it a tool's page with its friends, its shelf and the tools
/// beside it.
fn shop() -> Emulator {
    let mut dump = shop_dump();
    let table = |key: &str, object: &str, more: Value| {
        let mut source = json!({"object": object});
        for (key, value) in more.as_object().unwrap() {
            source[key] = value.clone();
        }
        let field = if object == "object_1" { "field_1" } else { "field_20" };
        json!({"key": key, "type": "table", "columns": [{"field": {"key": field}}, {"type": "delete_link"}],
            "options": {"cell_editor": true}, "source": source})
    };
    let local = json!({"connection_key": "field_11", "relationship_type": "local"});
    let mut befriend = table("view_5", "object_1", local.clone());
    befriend["type"] = json!("form");
    befriend["inputs"] = json!([{"id": "field_1"}]);
    dump["application"]["scenes"] = json!([
        {"key": "scene_1", "slug": "shelf-details", "object": "object_2", "views": [
            table("view_1", "object_1", json!({"connection_key": "field_10", "relationship_type": "foreign"}))]},
        {"key": "scene_2", "slug": "tool-details", "object": "object_1", "parent": "shelf-details", "views": [
            table("view_2", "object_1", local),
            table("view_3", "object_2", json!({"connection_key": "field_10"})),
            befriend]},
        {"key": "scene_3", "slug": "beside", "parent": "tool-details", "views": [
            table("view_4", "object_1", json!({"connection_key": "field_10",
                "parent_source": {"object": "object_2", "connection": "field_10"}})),
            table("view_6", "object_1", json!({"connection_key": "field_11", "relationship_type": "foreign"}))]}]);
    let tool = |n: u32, name: &str, shelf: u32, friends: &[u32]| {
        let friends: Vec<String> = friends.iter().map(|n| id(*n)).collect();
        json!({"id": id(n), "field_1": name, "field_10": id(shelf), "field_11": friends})
    };
    Emulator::builder()
        .application(dump)
        .rate_limit(1_000)
        .records("object_2", vec![json!({"id": id(91), "field_20": "Top"}), json!({"id": id(92)})])
        .records(
            "object_1",
            vec![tool(1, "Saw", 91, &[2, 3]), tool(2, "File", 91, &[1]), tool(3, "Axe", 92, &[])],
        )
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn pages_and_connections_of_every_kind() {
    let knack = shop();
    let (top, saw, axe) = (id(91), id(1), id(3));
    for (view, parameter, want) in [
        ("scene_1/views/view_1", format!("shelf-details_id={top}"), vec![1, 2]),
        // The page's record leads there itself.
        ("scene_2/views/view_2", format!("tool-details_id={saw}"), vec![2, 3]),
        ("scene_2/views/view_2", format!("tool-details_id={axe}"), vec![]),
        ("scene_2/views/view_2", format!("shelf-details_id={saw}"), vec![]),
        ("scene_2/views/view_3", format!("tool-details_id={saw}"), vec![91]),
        // The record of a page further up, for which the source names its object.
        ("scene_3/views/view_4", format!("shelf-details_id={top}&tool-details_id={axe}"), vec![1, 2]),
        // A page without a record of its own takes the nearest one above.
        ("scene_3/views/view_6", format!("tool-details_id={saw}&beside_id={axe}"), vec![2]),
    ] {
        let page = seen(&knack, &format!("/pages/{view}/records?{parameter}"), None).await;
        let want: Vec<String> = want.into_iter().map(id).collect();
        assert_eq!(ids(&page), want, "{view} {parameter}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_adds_to_the_connections_of_the_pages_record() {
    let knack = shop();
    let path = format!("/pages/scene_2/views/view_5/records?tool-details_id={}", id(1));
    let (status, made) = told(&browse(&knack, Method::POST, &path, None, json!({"field_1": "Plane"})).await);
    assert_eq!(status, 200, "{made}");
    let saw = knack.record("object_1", &id(1)).unwrap();
    let friends: Vec<&Value> = saw["field_11_raw"].as_array().unwrap().iter().map(|to| &to["id"]).collect();
    assert_eq!(friends, [&json!(id(2)), &json!(id(3)), &made["record"]["id"]]);
    let nobody = "/pages/scene_2/views/view_5/records?tool-details_id=nobody";
    let before = knack.count("object_1");
    let answer = browse(&knack, Method::POST, nobody, None, json!({"field_1": "Plane"})).await;
    assert_eq!((answer.status().as_u16(), knack.count("object_1")), (500, before), "nothing is made");
}

#[tokio::test(start_paused = true)]
async fn writes_reach_what_belongs_to_the_page() {
    let knack = shop();
    let write = |method: Method, tool: u32, shelf: &str| {
        let path = format!("/pages/scene_1/views/view_1/records/{}{shelf}", id(tool));
        let knack = knack.clone();
        async move { browse(&knack, method, &path, None, json!({"field_1": "New"})).await.status().as_u16() }
    };
    let top = format!("?shelf-details_id={}", id(91));
    assert_eq!(write(Method::PUT, 3, &top).await, 500, "it stands on another shelf");
    assert_eq!(write(Method::PUT, 1, &top).await, 200);
    assert_eq!(write(Method::PUT, 3, "").await, 200, "without a page's record there is nothing to check");
    assert_eq!(write(Method::DELETE, 3, &top).await, 500);
    assert_eq!(write(Method::DELETE, 2, &top).await, 200);
    assert_eq!(knack.ids("object_1"), [id(1), id(3)]);
}
