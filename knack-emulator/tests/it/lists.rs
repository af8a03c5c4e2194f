//! Envelopes, pages, order.

use knack_emulator::Emulator;
use serde_json::{Value, json};

use crate::{get, shop};

fn ids(page: &Value) -> Vec<&str> {
    page["records"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn pages_of_the_sample() {
    let knack = Emulator::builder().sample().rate_limit(1_000).build().unwrap();
    let records = "/objects/object_7/records";
    let first = get(&knack, records).await;
    assert_eq!(first["current_page"], json!(1), "a number as long as none was sent");
    assert_eq!((&first["total_pages"], &first["total_records"]), (&json!(128), &json!(3_200)));
    assert_eq!(ids(&first).len(), 25);

    let mut seen = Vec::new();
    for page in 1..=5 {
        let page = get(&knack, &format!("{records}?page={page}&rows_per_page=1000")).await;
        assert!(page["current_page"].is_string());
        assert_eq!(page["total_pages"], 4);
        seen.extend(ids(&page).into_iter().map(str::to_owned));
    }
    assert_eq!(seen.len(), 3_200);
    assert_eq!(seen, knack.ids("object_7"));

    for (query, rows, total_pages, current) in [
        ("rows_per_page=10000", 1_000, 4, json!(1)),
        ("rows_per_page=junk", 25, 128, json!(1)),
        ("rows_per_page=0", 25, 128, json!(1)),
        ("rows_per_page=-1", 25, 128, json!(1)),
        ("page=999", 0, 128, json!("999")),
        ("page=99999999999999999999999", 25, 128, json!("99999999999999999999999")),
        ("page=18446744073709551615&rows_per_page=1000", 0, 4, json!("18446744073709551615")),
        ("page=two", 25, 128, json!("two")),
    ] {
        let page = get(&knack, &format!("{records}?{query}")).await;
        let got = (ids(&page).len(), &page["total_pages"], &page["current_page"]);
        assert_eq!(got, (rows, &json!(total_pages), &current), "{query}");
    }
    let slash = get(&knack, &format!("{records}/?rows_per_page=1")).await;
    assert_eq!(ids(&slash).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_empty_table_has_no_pages() {
    let knack = shop().build().unwrap();
    let page = get(&knack, "/objects/object_1/records?page=1").await;
    assert_eq!(page, json!({"total_pages": 0, "current_page": "1", "total_records": 0, "records": []}));
}

#[tokio::test(start_paused = true)]
async fn free_text_is_looked_for_where_fields_are_searchable() {
    let tools = vec![
        json!({"id": "5f0000000000000000000001", "field_1": "Hand Saw", "field_4": 7, "field_10": ["5f0000000000000000000091"]}),
        json!({"id": "5f0000000000000000000002", "field_1": "Drill", "field_4": 70}),
        json!({"id": "5f0000000000000000000003", "field_4": 8}),
    ];
    let shelves = vec![json!({"id": "5f0000000000000000000091", "field_20": "Span 9"})];
    let shop = || shop().records("object_2", shelves.clone()).records("object_1", tools.clone());
    let found = async |knack: &Emulator, query: &str| {
        let page = get(knack, &format!("/objects/object_1/records?{query}")).await;
        assert_eq!(page["total_records"], ids(&page).len());
        ids(&page).iter().map(|id| id.trim_start_matches("5f").parse::<u32>().unwrap()).collect::<Vec<_>>()
    };

    let unmarked = shop().build().unwrap();
    assert_eq!(found(&unmarked, "q=saw").await, [1, 2, 3], "ignored where no field is searchable");
    let elsewhere = shop().searchable("field_20").build().unwrap();
    assert_eq!(found(&elsewhere, "q=saw").await, [1, 2, 3], "those of another object do not count");

    let one = shop().searchable("field_1").build().unwrap();
    let all = shop().searchable("field_1").searchable("field_4").searchable("field_10").build().unwrap();
    for (query, in_one, in_all) in [
        ("q=saw", vec![1], vec![1]),
        ("q=D%20S", vec![1], vec![1]),
        ("q=7", vec![], vec![1, 2]),
        ("q=span%209", vec![], vec![1]),
        ("q=span", vec![], vec![1]),
        ("q=kn-", vec![], vec![]),
        ("q=", vec![1, 2, 3], vec![1, 2, 3]),
        ("q=+", vec![1, 2, 3], vec![1, 2, 3]),
        ("q=7&filters=[{\"field\":\"field_1\",\"operator\":\"is\",\"value\":\"drill\"}]", vec![], vec![2]),
    ] {
        let query = query
            .replace('"', "%22")
            .replace('[', "%5B")
            .replace('{', "%7B")
            .replace('}', "%7D")
            .replace(']', "%5D");
        assert_eq!(found(&one, &query).await, in_one, "{query}");
        assert_eq!(found(&all, &query).await, in_all, "{query}");
    }
    let error = shop().searchable("field_99").build().unwrap_err();
    assert!(error.to_string().contains("no field \"field_99\""), "{error}");
}

#[tokio::test(start_paused = true)]
async fn orders() {
    let tool = |n: u32, rest: Value| {
        let mut record = json!({"id": format!("5f{n:022}")});
        for (key, value) in rest.as_object().unwrap() {
            record[key] = value.clone();
        }
        record
    };
    let shelves = vec![
        tool(91, json!({"field_20": "low", "field_21": 1})),
        tool(92, json!({"field_20": "high", "field_21": 20})),
        tool(93, json!({"field_20": "Mid", "field_21": 3})),
    ];
    let tools = vec![
        tool(
            1,
            json!({"field_1": "b", "field_4": 10, "field_5": "9.00", "field_7": "01/02/2026", "field_10": format!("5f{:022}", 91)}),
        ),
        tool(
            2,
            json!({"field_1": "A", "field_4": 9.5, "field_5": "10.00", "field_7": "12/31/2025", "field_10": format!("5f{:022}", 92)}),
        ),
        tool(3, json!({"field_1": "c"})),
    ];
    let knack =
        shop().rate_limit(100).records("object_2", shelves).records("object_1", tools).build().unwrap();
    for (object, query, want) in [
        ("object_1", "", [1, 2, 3]),
        ("object_1", "sort_field=field_1", [2, 1, 3]),
        ("object_1", "sort_field=field_1&sort_order=desc", [3, 1, 2]),
        ("object_1", "sort_field=field_4&sort_order=asc", [3, 2, 1]),
        ("object_1", "sort_field=field_5&sort_order=desc", [2, 1, 3]),
        ("object_1", "sort_field=field_7", [3, 2, 1]),
        ("object_1", "sort_field=field_10", [3, 2, 1]),
        ("object_1", "sort_field=id&sort_order=desc", [3, 2, 1]),
        ("object_1", "sort_field=field_77", [1, 2, 3]),
        ("object_1", "sort_field=field_4&sort_order=desc&sort_field=field_1", [1, 2, 3]),
        ("object_2", "", [92, 93, 91]),
        ("object_2", "sort_field=field_20", [92, 91, 93]),
    ] {
        let page = get(&knack, &format!("/objects/{object}/records?{query}")).await;
        let want: Vec<String> = want.iter().map(|n| format!("5f{n:022}")).collect();
        assert_eq!(ids(&page), want, "{object} {query}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_any_size_hold_every_record_once() {
    let knack = Emulator::builder().sample().rate_limit(1_000).build().unwrap();
    for rows in 1..=19 {
        for order in ["", "&sort_field=field_22", "&sort_field=field_23&sort_order=desc"] {
            let mut seen = Vec::new();
            for page in 1..=18_usize.div_ceil(rows) {
                let path = format!("/objects/object_3/records?rows_per_page={rows}&page={page}{order}");
                let page = get(&knack, &path).await;
                seen.extend(ids(&page).into_iter().map(str::to_owned));
            }
            seen.sort_unstable();
            assert_eq!(seen, knack.ids("object_3"), "{rows} {order}");
        }
    }
}
