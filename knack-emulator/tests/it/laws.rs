//! What is looked up holds against what is read through: any writes, changes of the schema and new starts, and after
//! each of them every total and every refusal of a unique value is what a look at all records says.

use http::Method;
use knack_emulator::Emulator;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::call;

/// One step. Records and links are meant by their places among the records that are there.
#[derive(Clone, Debug)]
enum Step {
    Create(usize, Written),
    Update(usize, usize, Written),
    Delete(usize, usize),
    /// Whether values have to be unique from now on.
    Unique(bool),
    /// Another object, which has all records laid out anew.
    Object,
    Reset,
}

#[derive(Clone, Debug)]
struct Written {
    text: Option<&'static str>,
    number: Option<f64>,
    links: Vec<usize>,
}

fn written() -> impl Strategy<Value = Written> {
    let texts = prop::sample::select(vec!["", "a", "A", " a ", "b", "B ", "ß", "c"]);
    let numbers = prop::sample::select(vec![1.0, 1.25, 1.5, 2.0, -3.5, 1e6]);
    let links = prop::collection::vec(0_usize..6, 0..4);
    (prop::option::of(texts), prop::option::of(numbers), links).prop_map(|(text, number, links)| Written {
        text,
        number,
        links,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1_usize..3, written()).prop_map(|(object, written)| Step::Create(object, written)),
        8 => (1_usize..3, 0_usize..6, written()).prop_map(|(object, nth, written)| Step::Update(object, nth, written)),
        4 => (1_usize..3, 0_usize..6).prop_map(|(object, nth)| Step::Delete(object, nth)),
        1 => any::<bool>().prop_map(Step::Unique),
        1 => Just(Step::Object),
        1 => Just(Step::Reset),
    ]
}

#[allow(clippy::needless_pass_by_value, reason = "literals are what it is called with")]
fn field(key: &str, kind: &str, rest: Value) -> Value {
    let mut field = json!({"key": key, "name": key, "type": kind});
    field.as_object_mut().unwrap().extend(rest.as_object().cloned().unwrap());
    field
}

/// The ids that a connection leads to.
fn links<'a>(record: &'a Value, key: &str) -> Vec<&'a str> {
    record[key].as_array().into_iter().flatten().filter_map(|link| link["id"].as_str()).collect()
}

/// Tools that lead to themselves and to shelves both ways, with totals over each connection.
fn knack() -> Emulator {
    let link = |key, to, has| field(key, "connection", json!({"relationship": {"object": to, "has": has}}));
    let total = |key, kind, over, of: &str| {
        field(key, kind, json!({"format": {"connection": over, "field": of, "precision": "2"}}))
    };
    let unique = |key, kind| field(key, kind, json!({"unique": true}));
    let tools = [
        unique("field_1", "short_text"),
        unique("field_2", "number"),
        link("field_3", "object_1", "many"),
        link("field_4", "object_1", "one"),
        link("field_5", "object_2", "one"),
        total("field_6", "count", "field_3", ""),
        total("field_7", "max", "field_3", "field_2"),
        total("field_8", "count", "field_4", ""),
        total("field_9", "sum", "field_4", "field_2"),
    ];
    let shelves = [
        link("field_20", "object_1", "many"),
        total("field_21", "count", "field_5", ""),
        total("field_22", "sum", "field_5", "field_2"),
        total("field_23", "min", "field_5", "field_2"),
        total("field_24", "sum", "field_20", "field_2"),
        unique("field_25", "short_text"),
    ];
    let object = |key: &str, fields: &[Value]| json!({"key": key, "name": key, "fields": fields});
    let objects = [object("object_1", &tools), object("object_2", &shelves)];
    let id = |n: u8| format!("5f000000000000000000000{n}");
    let link = |n: u8| json!([{"id": id(n)}]);
    let tool = |n: u8| json!({"id": id(n), "field_1": n.to_string(), "field_2": n, "field_3": link(1), "field_4": link(2), "field_5": link(8)});
    Emulator::builder()
        .rate_limit(1_000_000)
        .daily_calls(1_000_000)
        .application(json!({"id": "5f00000000000000000000aa", "objects": objects}))
        .records("object_1", (1..4).map(tool).collect())
        .records("object_2", vec![json!({"id": id(8), "field_20": link(3), "field_25": "x"})])
        .build()
        .unwrap()
}

fn records(knack: &Emulator, object: &str) -> Vec<Value> {
    knack.ids(object).iter().filter_map(|id| knack.record(object, id)).collect()
}

fn nth(knack: &Emulator, object: usize, nth: usize) -> Option<String> {
    knack.ids(&format!("object_{object}")).get(nth).cloned()
}

/// The key of a field and by what its values count as the same.
fn unique_values(record: &Value) -> Vec<(&'static str, String)> {
    let text = |key| Some((key, record[format!("{key}_raw")].as_str()?.trim().to_lowercase()));
    let number = record["field_2_raw"].as_f64().map(|number| ("field_2", number.to_string()));
    [text("field_1"), text("field_25"), number]
        .into_iter()
        .flatten()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

fn body(knack: &Emulator, object: usize, written: &Written) -> Value {
    let ids = |object: usize| -> Vec<String> {
        written.links.iter().filter_map(|at| nth(knack, object, *at)).collect()
    };
    let mut body = match object {
        1 => json!({"field_3": ids(1), "field_4": ids(1), "field_5": ids(2)}),
        _ => json!({"field_20": ids(1)}),
    };
    if let Some(text) = written.text {
        body[if object == 1 { "field_1" } else { "field_25" }] = json!(text);
    }
    if let Some(number) = written.number.filter(|_| object == 1) {
        body["field_2"] = json!(number);
    }
    body
}

/// Whether another record has a value that is written.
fn is_taken(knack: &Emulator, object: usize, own: Option<&str>, body: &Value) -> bool {
    let raw = body.as_object().unwrap().iter().map(|(key, value)| (format!("{key}_raw"), value.clone()));
    let wanted = unique_values(&raw.collect());
    let others = records(knack, &format!("object_{object}"));
    let others = others.iter().filter(|record| record["id"].as_str() != own);
    others.flat_map(unique_values).any(|value| wanted.contains(&value))
}

fn same(value: &Value, want: Option<f64>, what: &str) {
    assert_eq!(value.as_f64(), want, "{what}");
}

/// Every total is what a look at all records says.
fn totals_hold(knack: &Emulator) {
    let (tools, shelves) = (records(knack, "object_1"), records(knack, "object_2"));
    let number = |tool: &&Value| tool["field_2_raw"].as_f64();
    let led_to = |record: &Value, key: &str| -> Vec<&Value> {
        let ids = links(record, key);
        ids.iter().filter_map(|id| tools.iter().find(|tool| tool["id"] == **id)).collect()
    };
    let leading = |record: &Value, key: &str| -> Vec<&Value> {
        let id = record["id"].as_str().unwrap();
        tools.iter().filter(|tool| links(tool, key).contains(&id)).collect()
    };
    let count = |tools: &[&Value]| Some(f64::from(u32::try_from(tools.len()).unwrap()));
    let sum = |tools: &[&Value]| Some(tools.iter().filter_map(number).sum());
    for tool in &tools {
        let (friends, below) = (led_to(tool, "field_3_raw"), leading(tool, "field_4_raw"));
        same(&tool["field_6_raw"], count(&friends), "friends");
        same(&tool["field_7_raw"], friends.iter().filter_map(number).reduce(f64::max), "the greatest friend");
        same(&tool["field_8_raw"], count(&below), "those below");
        same(&tool["field_9_raw"], sum(&below), "the sum below");
    }
    for shelf in &shelves {
        let (held, wanted) = (leading(shelf, "field_5_raw"), led_to(shelf, "field_20_raw"));
        same(&shelf["field_21_raw"], count(&held), "held");
        same(&shelf["field_22_raw"], sum(&held), "the sum held");
        same(&shelf["field_23_raw"], held.iter().filter_map(number).reduce(f64::min), "the least held");
        same(&shelf["field_24_raw"], sum(&wanted), "the sum wanted");
    }
}

async fn take(knack: &Emulator, step: &Step, unique: &mut bool) {
    let path = |object: usize| format!("/objects/object_{object}/records");
    let (method, path, body) = match step {
        Step::Create(object, written) => (Method::POST, path(*object), body(knack, *object, written)),
        Step::Update(object, at, written) => {
            let Some(id) = nth(knack, *object, *at) else { return };
            (Method::PUT, format!("{}/{id}", path(*object)), body(knack, *object, written))
        }
        Step::Delete(object, at) => {
            let Some(id) = nth(knack, *object, *at) else { return };
            (Method::DELETE, format!("{}/{id}", path(*object)), Value::Null)
        }
        Step::Unique(wanted) => {
            *unique = *wanted;
            for key in ["object_1/fields/field_1", "object_1/fields/field_2", "object_2/fields/field_25"] {
                call(knack, Method::PUT, &format!("/objects/{key}"), json!({ "unique": wanted })).await;
            }
            return;
        }
        Step::Object => (Method::POST, "/objects".to_owned(), json!({"name": "Another"})),
        Step::Reset => {
            *unique = true;
            return knack.reset();
        }
    };
    let (own, object) = match step {
        Step::Create(object, _) => (None, Some(*object)),
        Step::Update(object, at, _) => (nth(knack, *object, *at), Some(*object)),
        _ => (None, None),
    };
    let taken = object.is_some_and(|object| *unique && is_taken(knack, object, own.as_deref(), &body));
    let (status, told) = call(knack, method, &path, body).await;
    assert_eq!(status, if taken { 400 } else { 200 }, "{step:?}: {told}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn totals_and_unique_values_are_what_all_records_say(steps in prop::collection::vec(step(), 1..40)) {
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        clock.block_on(async {
            let (knack, mut unique) = (knack(), true);
            let start = [records(&knack, "object_1"), records(&knack, "object_2")];
            for step in &steps {
                take(&knack, step, &mut unique).await;
                totals_hold(&knack);
            }
            knack.reset();
            assert_eq!([records(&knack, "object_1"), records(&knack, "object_2")], start);
        });
    }
}
