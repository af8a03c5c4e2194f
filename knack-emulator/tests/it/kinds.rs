//! What a write of each kind becomes, and what is left of it once it is cleared.

use http::Method;
use knack_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::{call, create};

/// One object with a field of nearly every kind that can be written.
fn all_kinds() -> Builder {
    let fields = [
        ("field_1", "short_text", json!(null)),
        ("field_2", "paragraph_text", json!(null)),
        ("field_3", "rich_text", json!(null)),
        ("field_4", "number", json!({"mark_decimal": "none"})),
        ("field_5", "currency", json!({"format": "$"})),
        ("field_6", "boolean", json!({"format": "yes_no"})),
        ("field_7", "multiple_choice", json!({"type": "single", "options": ["A", "B"]})),
        ("field_8", "multiple_choice", json!({"type": "multi", "options": ["A", "B"]})),
        ("field_9", "date_time", json!({"date_format": "dd/mm/yyyy", "time_format": "HH:MM am"})),
        (
            "field_10",
            "date_time",
            json!({"date_format": "mm/dd/yyyy", "time_format": "HH MM (military)", "calendar": true}),
        ),
        ("field_11", "date_time", json!({"date_format": "Ignore Date", "time_format": "HH:MM am"})),
        ("field_12", "timer", json!({"date_format": "mm/dd/yyyy", "time_format": "HH:MM am"})),
        ("field_13", "name", json!({"format": "Last, First"})),
        ("field_14", "email", json!({"text_format": "url"})),
        ("field_15", "phone", json!({"format": "(999) 999-9999"})),
        ("field_16", "link", json!({"text_format": "unique"})),
        ("field_17", "address", json!({"format": "international_country"})),
        ("field_18", "file", json!({"secure": false})),
        ("field_19", "image", json!({"source": "upload"})),
        ("field_20", "image", json!({"source": "url"})),
        ("field_21", "signature", json!(null)),
        ("field_22", "rating", json!({"max": "5"})),
        ("field_23", "user_roles", json!(null)),
        ("field_24", "password", json!(null)),
        ("field_25", "date_time", json!({"date_format": "mm/dd/yyyy", "time_format": "Ignore Time"})),
    ]
    .map(|(key, kind, format)| json!({"key": key, "name": key, "type": kind, "format": format}));
    let link = json!({"key": "field_26", "name": "field_26", "type": "connection",
        "relationship": {"object": "object_1", "has": "many", "belongs_to": "many"}});
    let fields: Vec<Value> = fields.into_iter().chain([link]).collect();
    Emulator::builder()
        .rate_limit(10_000)
        .application(json!({"id": "5f00000000000000000000aa", "settings": {"timezone": "UTC"},
            "objects": [{"key": "object_1", "identifier": "field_1", "fields": fields}]}))
}

async fn put(knack: &Emulator, record: &Value, body: Value) -> (u16, Value) {
    let path = format!("/objects/object_1/records/{}", record["id"].as_str().unwrap());
    call(knack, Method::PUT, &path, body).await
}

/// The parts of `whole` that `part` has, deep down.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| holds(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        _ => whole == part,
    }
}

#[tokio::test(start_paused = true)]
#[allow(clippy::too_many_lines, reason = "one table of every kind")]
async fn what_is_written_is_read() {
    let knack = all_kinds().build().unwrap();
    let day = |date: &str, formatted: &str, hours: &str, half: &str| json!({"date": date, "date_formatted": formatted, "hours": hours, "minutes": "30", "am_pm": half});
    let mut abroad = day("07/15/2026", "15/07/2026", "04", "PM");
    abroad["iso_timestamp"] = json!("2026-07-15T16:30:00.000Z");
    let svg = json!({"base30": "1W00", "svg": "<svg/>"});
    let at = |hours: u8| json!({"date": "07/15/2026", "hours": hours, "minutes": 0});
    let repeat = json!({"frequency": "weekly", "interval": "1", "MO": true, "endson": "never"});
    let table = [
        ("field_2", json!("a\nb"), json!("a<br />b"), json!("a\nb")),
        ("field_3", json!("<b>a</b>"), json!("<b>a</b>"), json!("<b>a</b>")),
        ("field_4", json!("1,234"), json!(1_234), json!(1_234)),
        ("field_5", json!(1_234.5), json!("$1,234.50"), json!("1234.50")),
        ("field_6", json!("ON"), json!("Yes"), json!(true)),
        ("field_7", json!(["A"]), json!("A"), json!("A")),
        ("field_8", json!("A"), json!("A"), json!(["A"])),
        ("field_9", json!("15/07/2026 4:30pm"), json!("15/07/2026 4:30pm"), abroad.clone()),
        (
            "field_9",
            json!({"date": "15/07/2026", "hours": "4", "minutes": 30, "am_pm": "pm"}),
            json!("15/07/2026 4:30pm"),
            abroad,
        ),
        (
            "field_10",
            json!({"date": "07/15/2026", "hours": 16, "minutes": 30, "to": {"date": "07/16/2026", "hours": 17, "minutes": 30}}),
            json!("07/15/2026 16:30 to 07/16/2026 17:30"),
            json!({"date": "07/15/2026", "to": {"date": "07/16/2026", "hours": "05", "am_pm": "PM"}}),
        ),
        (
            "field_10",
            json!({"date": "07/15/2026", "all_day": true, "to": {"date": "07/16/2026"}, "repeat": repeat}),
            json!("07/15/2026 to 07/16/2026"),
            json!({"all_day": true, "to": {"all_day": true, "date": "07/16/2026"}, "repeat": repeat}),
        ),
        ("field_11", json!("4:30 pm"), json!("4:30pm"), day("01/01/2012", "01/01/2012", "04", "PM")),
        (
            "field_12",
            json!({"times": [{"from": at(8), "to": at(9)}, {"from": at(10), "to": at(12)}]}),
            json!("<span>07/15/26</span>&nbsp;8:00am to 9:00am = 3:00 hours"),
            json!({"total_time": 10_800_000, "times": [{"from": {"hours": "08"}}, {"to": {"am_pm": "PM"}}]}),
        ),
        (
            "field_13",
            json!({"first": "Ada", "last": "Cole", "title": ""}),
            json!("Cole, Ada"),
            json!({"first": "Ada", "last": "Cole"}),
        ),
        (
            "field_14",
            json!("a@example.com"),
            json!("<a href=\"mailto:a@example.com\">a@example.com</a>"),
            json!({"email": "a@example.com"}),
        ),
        (
            "field_15",
            json!({"full": "5555550123", "ext": "7"}),
            json!("(555) 555-0123"),
            json!({"area": "555", "number": "5550123", "full": "5555550123", "ext": "7"}),
        ),
        (
            "field_16",
            json!({"url": "https://example.com", "label": "Shop"}),
            json!("<a href=\"https://example.com\">Shop</a>"),
            json!({"url": "https://example.com", "label": "Shop"}),
        ),
        (
            "field_17",
            json!({"street": "1 Mill Lane", "city": "Oslo", "zip": "0150", "country": "Norway", "latitude": 59.91,
                "longitude": "10.75", "planet": "Earth"}),
            json!("1 Mill Lane<br />Oslo 0150<br />Norway"),
            json!({"street": "1 Mill Lane", "latitude": 59.91, "longitude": "10.75"}),
        ),
        (
            "field_20",
            json!("https://example.com/a.png"),
            json!("<img src=\"https://example.com/a.png\" />"),
            json!("https://example.com/a.png"),
        ),
        ("field_21", svg.clone(), json!("<img src=\"data:image/svg+xml;base64,PHN2Zy8+\" />"), svg),
        ("field_22", json!("3.5"), json!("3.50"), json!(3.5)),
        (
            "field_23",
            json!("profile_1"),
            json!("<span class=\"profile_1\">profile_1</span>"),
            json!(["profile_1"]),
        ),
    ];
    let record = create(&knack, "object_1", json!({})).await;
    for (key, value, shown, raw) in table {
        let made = create(&knack, "object_1", json!({ key: value })).await;
        let (status, changed) = put(&knack, &record, json!({ key: value })).await;
        assert_eq!(status, 200, "{changed}");
        for now in [made, changed] {
            assert_eq!(now[key], shown, "{key}: {value}");
            let got = &now[format!("{key}_raw")];
            assert!(holds(got, &raw), "{key}: {value} became {got}");
        }
    }
    let (_, changed) = put(&knack, &record, json!({"field_17": {"planet": "Earth"}})).await;
    assert_eq!(changed["field_17"], "", "of what is not known nothing is kept");
}

#[tokio::test(start_paused = true)]
async fn what_a_field_cannot_hold() {
    let knack = all_kinds().build().unwrap();
    let made = create(
        &knack,
        "object_1",
        json!({"field_25": {"date": "07/15/2026", "hours": 4, "minutes": 30, "repeat": {"frequency": "daily"},
            "to": {"date": "07/16/2026"}}}),
    )
    .await;
    let raw = &made["field_25_raw"];
    assert_eq!(
        (&raw["date"], &raw["hours"], &raw["minutes"]),
        (&json!("07/15/2026"), &json!("12"), &json!("00"))
    );
    assert!(raw.get("to").is_none() && raw.get("repeat").is_none(), "no calendar: {raw}");

    for (key, value) in [
        ("field_9", json!("07/15/2026")),
        ("field_9", json!({"date": "07/15/2026"})),
        ("field_9", json!("2026-07-15")),
        ("field_9", json!("15/07/2026, 4:30pm")),
        ("field_10", json!({"date": "07/15/2026", "to": {"date": "soon"}})),
        ("field_12", json!({"times": []})),
        ("field_12", json!("an hour")),
        ("field_4", json!("many")),
        ("field_14", json!("nobody")),
        ("field_17", json!("1 Mill Lane")),
        ("field_18", json!(7)),
        ("field_21", json!("scribble")),
    ] {
        let (status, body) = put(&knack, &made, json!({ key: value })).await;
        assert_eq!((status, &body["errors"][0]["field"]), (400, &json!(key)), "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn assets_are_written_by_their_ids() {
    let knack = all_kinds().build().unwrap();
    let id = "5f00000000000000000000f1";
    let made = create(&knack, "object_1", json!({"field_18": id, "field_19": id})).await;
    let (file, image) = (&made["field_18_raw"], &made["field_19_raw"]);
    assert!(holds(
        file,
        &json!({"id": id, "type": "file", "field_key": "field_18", "s3": true, "thumb_url": ""})
    ));
    assert!(holds(image, &json!({"id": id, "type": "image", "application_id": knack.application_id()})));
    assert!(made["field_18"].as_str().unwrap().contains(file["url"].as_str().unwrap()));
    assert_eq!(made["field_19"], format!("<img src=\"{}\" />", image["url"].as_str().unwrap()));
    let (_, cleared) = put(&knack, &made, json!({"field_18": "", "field_19": null})).await;
    assert_eq!((&cleared["field_18"], &cleared["field_18_raw"]), (&json!(""), &json!("")));
    assert_eq!((&cleared["field_19"], &cleared["field_19_raw"]), (&json!(""), &json!("")));
}

#[tokio::test(start_paused = true)]
async fn passwords_are_never_given_back() {
    let id = "5f0000000000000000000001";
    let knack =
        all_kinds().records("object_1", vec![json!({"id": id, "field_24": "secret"})]).build().unwrap();
    let made = create(&knack, "object_1", json!({"field_1": "a", "field_24": "secret"})).await;
    let (_, changed) = put(&knack, &made, json!({"field_24": "other secret"})).await;
    for record in [made, changed, knack.record("object_1", id).unwrap()] {
        assert!(!record.to_string().contains("secret"), "{record}");
    }
}

#[tokio::test(start_paused = true)]
async fn cleared_values_differ_from_those_never_set() {
    let knack = all_kinds().build().unwrap();
    let keys: Vec<String> = (1..=26).filter(|n| *n != 24).map(|n| format!("field_{n}")).collect();
    let fresh = create(&knack, "object_1", json!({})).await;
    let blank: Value =
        keys.iter().map(|key| (key.clone(), json!(""))).collect::<serde_json::Map<_, _>>().into();
    let null: Value =
        keys.iter().map(|key| (key.clone(), Value::Null)).collect::<serde_json::Map<_, _>>().into();
    let (_, by_text) = put(&knack, &fresh, blank.clone()).await;
    let (_, by_null) = put(&knack, &fresh, null).await;
    let at_once = create(&knack, "object_1", blank).await;
    for key in &keys {
        let raw = format!("{key}_raw");
        let (shown, never, cleared) = match key.as_str() {
            "field_6" => (json!("No"), Some(json!(false)), json!(false)),
            "field_8" => (json!(""), None, json!([null])),
            "field_14" => (json!(""), None, json!({"email": ""})),
            "field_23" => (json!(""), None, json!([])),
            "field_26" => (json!(""), Some(json!([])), json!([])),
            _ => (json!(""), None, json!("")),
        };
        assert_eq!((&fresh[key], fresh.get(&raw)), (&shown, never.as_ref()), "{key} was never set");
        for record in [&by_text, &by_null, &at_once] {
            assert_eq!((&record[key], &record[&raw]), (&shown, &cleared), "{key} is cleared");
        }
    }
}
