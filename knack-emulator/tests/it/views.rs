//! What views give out.

use http::Method;
use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::{browse, call, get, seen, shop_dump, token, told};

const CATALOG: &str = "/pages/scene_4/views/view_2/records";
const BIKES: &str = "/pages/scene_4/views/view_4/records";
const PRODUCT: &str = "/pages/scene_5/views/view_5/records";

fn sample() -> Builder {
    Emulator::builder().sample().rate_limit(1_000)
}

fn keys(record: &Value) -> Vec<String> {
    record.as_object().unwrap().keys().cloned().collect()
}

fn texts(page: &Value, key: &str) -> Vec<String> {
    let records = page["records"].as_array().unwrap().iter();
    records.map(|record| record[key].as_str().unwrap_or_else(|| panic!("{record}")).to_owned()).collect()
}

fn filters(rules: &Value) -> String {
    let text = rules.to_string();
    percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test(start_paused = true)]
async fn a_table_shows_its_columns_and_no_more() {
    let knack = sample().build().unwrap();
    let page = seen(&knack, CATALOG, None).await;
    assert_eq!(page, seen(&knack, "/scenes/scene_4/views/view_2/records/", None).await);
    let record = &page["records"][0];
    let whole = knack.record("object_4", record["id"].as_str().unwrap()).unwrap();
    let fields = ["field_109", "field_30", "field_31", "field_32", "field_33", "field_35"];
    let both: Vec<String> = fields.iter().flat_map(|key| [(*key).into(), format!("{key}_raw")]).collect();
    assert_eq!(keys(record), [both, vec!["id".to_owned()]].concat());
    for (key, value) in record.as_object().unwrap() {
        assert_eq!(value, &whole[key], "as the object's records have it");
    }
    let alone: Vec<String> = fields.iter().map(|key| (*key).to_owned()).chain(["id".to_owned()]).collect();
    for format in ["raw", "html"] {
        let page = seen(&knack, &format!("{CATALOG}?format={format}"), None).await;
        assert_eq!(keys(&page["records"][0]), alone, "{format}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_view_narrows_and_orders_before_its_caller_does() {
    let knack = sample().build().unwrap();
    let all: Vec<Value> =
        knack.ids("object_4").iter().map(|id| knack.record("object_4", id).unwrap()).collect();
    let sold = all.iter().filter(|product| product["field_37_raw"] == json!(false));
    let (sold, bikes): (Vec<&Value>, Vec<&Value>) =
        (sold.clone().collect(), sold.filter(|product| product["field_32"] == "Bikes").collect());
    assert!(sold.len() < all.len() && !bikes.is_empty());

    let page = seen(&knack, CATALOG, None).await;
    assert_eq!(page["total_records"], json!(sold.len()), "its own criteria");
    assert!(texts(&page, "field_31").is_sorted(), "its own order");
    let sorted = seen(&knack, &format!("{CATALOG}?sort_field=field_30&sort_order=desc"), None).await;
    let mut names = texts(&sorted, "field_30");
    names.reverse();
    assert!(names.is_sorted(), "the caller's order");

    let rule = json!([{"field": "field_32", "operator": "is", "value": "Bikes", "field_name": "Category"}]);
    let page = seen(&knack, &format!("{CATALOG}?filters={}", filters(&rule)), None).await;
    assert_eq!(page["total_records"], json!(bikes.len()), "both");
    let or = json!({"match": "or", "rules": [{"field": "field_37", "operator": "is", "value": "Yes"}]});
    let page = seen(&knack, &format!("{CATALOG}?filters={}", filters(&or)), None).await;
    assert_eq!(page["total_records"], json!(0), "no filter reaches beyond the view");
}

#[tokio::test(start_paused = true)]
async fn a_list_ends_at_its_limit() {
    let knack = sample().build().unwrap();
    let page = seen(&knack, BIKES, None).await;
    assert_eq!((&page["total_records"], &page["total_pages"]), (&json!(10), &json!(1)));
    let record = &page["records"][0];
    assert_eq!(keys(record), ["field_30", "field_30_raw", "field_33", "field_33_raw", "id"]);
    let price = |record: &Value| record["field_33_raw"].as_str().unwrap().parse::<f64>().unwrap();
    let prices: Vec<f64> = page["records"].as_array().unwrap().iter().map(price).collect();
    assert!(prices.is_sorted_by(|a, b| a >= b), "the dearest: {prices:?}");
    let page = seen(&knack, &format!("{BIKES}?rows_per_page=4&page=3"), None).await;
    assert_eq!((&page["total_pages"], texts(&page, "id").len()), (&json!(3), 2));
}

#[tokio::test(start_paused = true)]
async fn rows_of_a_page_are_the_views_unless_asked_for() {
    let knack = sample().build().unwrap();
    let manager = token(&knack, 0).await;
    let customers = "/pages/scene_7/views/view_10/records";
    for (query, rows) in [("", 100), ("?rows_per_page=10", 10), ("?rows_per_page=junk", 100)] {
        let page = seen(&knack, &format!("{customers}{query}"), Some(&manager)).await;
        assert_eq!(texts(&page, "id").len(), rows, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn details_show_one_record() {
    for (builder, has_id) in [(sample(), false), (sample().details_have_id(true), true)] {
        let knack = builder.build().unwrap();
        let id = &knack.ids("object_4")[0];
        let record = seen(&knack, &format!("{PRODUCT}/{id}?format=html"), None).await;
        assert_eq!(record.get("id").is_some(), has_id, "somebody saw that it lacks it");
        let shown = ["field_100", "field_109", "field_30", "field_31", "field_33", "field_38"];
        let keys = keys(&record);
        assert_eq!(keys.iter().filter(|key| *key != "id").collect::<Vec<_>>(), shown);
        assert_eq!(
            record["field_30"],
            get(&knack, &format!("/objects/object_4/records/{id}")).await["field_30"]
        );
    }
    let knack = sample().build().unwrap();
    let missing = browse(&knack, Method::GET, &format!("{PRODUCT}/nobody"), None, Value::Null).await;
    assert_eq!(told(&missing), (500, json!("Internal Server Error")), "as of an object");
    let list = browse(&knack, Method::GET, PRODUCT, None, Value::Null).await;
    assert_eq!(told(&list), (403, json!("This view does not allow that.")));
    // A record of a list, alone; one that the list does not show is not there.
    let bike = seen(&knack, BIKES, None).await["records"][3].clone();
    let path = format!("{BIKES}/{}", bike["id"].as_str().unwrap());
    assert_eq!(seen(&knack, &path, None).await, bike);
    let chain = knack.ids("object_4")[4].clone();
    assert_eq!(
        browse(&knack, Method::GET, &format!("{BIKES}/{chain}"), None, Value::Null).await.status(),
        500
    );
}

#[tokio::test(start_paused = true)]
async fn details_of_the_user_are_of_who_asks() {
    let knack = sample().build().unwrap();
    let account = "/pages/scene_7/views/view_9/records";
    let ids = knack.ids("object_10");
    for n in [0, 1] {
        let token = token(&knack, n).await;
        let mine = seen(&knack, account, Some(&token)).await;
        let email = knack.account_email(n).unwrap();
        assert_eq!(mine["field_141_raw"]["email"], json!(email));
        // Whatever id is asked for: nobody sees another's account.
        assert_eq!(seen(&knack, &format!("{account}/{}", ids[2]), Some(&token)).await, mine);
    }
}

#[tokio::test(start_paused = true)]
async fn what_holds_no_records() {
    let knack = sample().build().unwrap();
    let staff = token(&knack, 0).await;
    for path in [
        "/pages/scene_6/views/view_6/records",  // a login
        "/pages/scene_4/views/view_99/records", // no view
        "/pages/scene_99/views/view_2/records", // no page
        "/pages/scene_7/views/view_2/records",  // on another page
    ] {
        let answer = told(&browse(&knack, Method::GET, path, Some(&staff), Value::Null).await);
        assert_eq!(answer, (500, json!("Internal Server Error")), "{path}");
    }
    let report = "/pages/scene_7/views/view_8/records";
    let answer = browse(&knack, Method::GET, report, Some(&staff), Value::Null).await;
    assert_eq!(answer.status(), 403, "a report shows no records, though it has a source");
    for (method, path) in [
        (Method::GET, "/pages/scene_4/views/view_2"),
        (Method::GET, "/pages/scene_4/views/view_2/nothing"),
        (Method::PATCH, CATALOG),
        (Method::DELETE, CATALOG),
    ] {
        let answer = browse(&knack, method.clone(), path, None, Value::Null).await;
        assert_eq!(answer.status(), 404, "{method} {path}");
    }
}

/// The shop with pages, and three users: `user`, `criteria` and columns of other objects.
fn club() -> Emulator {
    let id = |n: u32| format!("5f{n:022}");
    let mut dump = shop_dump();
    let app = &mut dump["application"];
    app["objects"].as_array_mut().unwrap().extend([
        json!({"key": "object_3", "type": "UserObject", "profile_key": "all_users", "identifier": "field_30", "fields": [
            {"key": "field_30", "name": "Email", "type": "email"},
            {"key": "field_31", "name": "Password", "type": "password"}]}),
        json!({"key": "object_4", "name": "Loans", "fields": [
            {"key": "field_40", "name": "By", "type": "connection",
                "relationship": {"object": "object_3", "has": "one", "belongs_to": "many"}},
            {"key": "field_41", "name": "Tool", "type": "connection",
                "relationship": {"object": "object_1", "has": "one", "belongs_to": "many"}}]}),
    ]);
    let shown = json!([{"field": {"key": "field_41"}},
        {"field": {"key": "field_1"}, "connection": {"key": "field_41"}},
        {"field": {"key": "field_99"}, "connection": {"key": "field_41"}}, {"field": {"key": "field_41"}}]);
    app["scenes"] = json!([{"key": "scene_1", "slug": "loans", "views": [
        {"key": "view_1", "type": "table", "columns": shown, "source": {"object": "object_4", "criteria":
            {"match": "all", "rules": [{"field": "field_40", "operator": "user", "value": ""}]}}},
        {"key": "view_2", "type": "table", "columns": shown, "source": {"object": "object_4",
            "authenticated_user": true, "connection_key": "field_40", "relationship_type": "foreign"}},
        {"key": "view_3", "type": "calendar", "columns": shown, "source": {"object": "object_4", "sort": [
            {"field": "field_40", "order": "desc"}, {"field": "field_41", "order": "asc"}]}},
        {"key": "view_4", "type": "details", "source": {"object": "object_3", "authenticated_user": true},
            "columns": [{"groups": [{"columns": [[{"key": "field_30"}, {"key": "field_31"}]]}]}]}]}]);
    let tools = ["Saw", "File", "Axe"].iter().zip(1..).map(|(name, n)| json!({"id": id(n), "field_1": name}));
    let users = (11..=12).map(|n| {
        json!({"id": id(n), "field_30": format!("user{n}@example.com"), "field_31": Emulator::SAMPLE_PASSWORD})
    });
    let loan = |n, by, tool| json!({"id": id(n), "field_40": id(by), "field_41": id(tool)});
    Emulator::builder()
        .application(dump)
        .rate_limit(1_000)
        .records("object_1", tools.collect())
        .records("object_3", users.collect())
        .records("object_4", vec![loan(21, 11, 1), loan(22, 12, 2), loan(23, 11, 3), loan(24, 12, 77)])
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn records_of_the_user_who_asks() {
    let knack = club();
    let (first, second) = (token(&knack, 0).await, token(&knack, 1).await);
    for view in ["view_1", "view_2"] {
        let path = format!("/pages/scene_1/views/{view}/records");
        assert_eq!(
            texts(&seen(&knack, &path, Some(&first)).await, "field_41.field_1"),
            ["Saw", "Axe"],
            "{view}"
        );
        assert_eq!(
            texts(&seen(&knack, &path, Some(&second)).await, "field_41.field_1"),
            ["File", ""],
            "{view}"
        );
    }
    // The page is open to everybody: by its criteria a stranger has no loans, the other view needs one's name.
    let stranger = seen(&knack, "/pages/scene_1/views/view_1/records", None).await;
    assert_eq!(stranger["total_records"], json!(0));
    for view in ["view_2", "view_4"] {
        let path = format!("/pages/scene_1/views/{view}/records");
        assert_eq!(browse(&knack, Method::GET, &path, None, Value::Null).await.status(), 401, "{view}");
    }
    let own = seen(&knack, "/pages/scene_1/views/view_4/records", Some(&first)).await;
    assert_eq!(keys(&own), ["field_30", "field_30_raw", "field_31", "field_31_raw"]);
    assert_eq!(own["field_31_raw"], "**********");
}

#[tokio::test(start_paused = true)]
async fn fields_of_connected_records_and_several_orders() {
    let knack = club();
    let page = seen(&knack, "/pages/scene_1/views/view_3/records", None).await;
    assert_eq!(texts(&page, "field_41.field_1"), ["", "File", "Axe", "Saw"], "by user, then by tool");
    let record = &page["records"][1];
    assert_eq!(keys(record), ["field_41", "field_41.field_1", "field_41.field_1_raw", "field_41_raw", "id"]);
    let (_, none) =
        call(&knack, Method::DELETE, &format!("/objects/object_1/records/5f{:022}", 2), json!({})).await;
    assert_eq!(none, json!({"delete": true}));
    let page = seen(&knack, "/pages/scene_1/views/view_3/records?format=raw", None).await;
    assert_eq!(texts(&page, "field_41.field_1").iter().filter(|name| name.is_empty()).count(), 2);
}
