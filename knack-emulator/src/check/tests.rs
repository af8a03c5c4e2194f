//! Tables of operators and kinds.

use jiff::civil::DateTime;
use serde_json::json;

use super::*;
use crate::app::App;
use crate::manners::Manners;

/// Wednesday, 2026-03-11 16:14.
const NOW: DateTime = DateTime::constant(2026, 3, 11, 16, 14, 0, 0);

fn ask(meta: &Value, raw: &Value, operator: &str, value: &Value) -> Option<bool> {
    let mut rule = json!({"operator": operator, "value": value});
    if value.is_null() {
        rule.as_object_mut().unwrap().remove("value");
    }
    ask_rule(meta, raw, &rule, false)
}

fn ask_rule(meta: &Value, raw: &Value, rule: &Value, field_order: bool) -> Option<bool> {
    let mut meta = meta.clone();
    meta["key"] = json!("field_1");
    let dump = json!({"id": "5f0000000000000000000001", "objects": [{"key": "object_1", "fields": [meta]}]});
    let app = App::read(dump).unwrap();
    let field = &app.objects[0].fields[0];
    let manners = Manners { field_order, ..Manners::default() };
    let now = Now { local: NOW, manners, scene: None };
    let test = Check::of(field, rule["operator"].as_str().unwrap(), rule, &now)?;
    Some(test.passes(field, Some(raw).filter(|raw| !is_blank(raw))))
}

#[test]
#[allow(clippy::too_many_lines, reason = "one table of every kind and operator")]
fn every_kind_and_operator() {
    let text = json!({"type": "short_text"});
    let name = json!({"type": "name", "format": {"format": "Last, First"}});
    let mail = json!({"type": "email"});
    let phone = json!({"type": "phone"});
    let number = json!({"type": "number"});
    let money = json!({"type": "currency"});
    let flag = json!({"type": "boolean"});
    let one = json!({"type": "multiple_choice", "format": {"type": "single"}});
    let many = json!({"type": "multiple_choice", "format": {"type": "multi"}});
    let to_one = json!({"type": "connection", "relationship": {"object": "object_1", "has": "one"}});
    let to_many = json!({"type": "connection", "relationship": {"object": "object_1", "has": "many"}});
    let file = json!({"type": "file"});
    let ada = json!({"first": "Ada", "last": "Cole"});
    let a = json!([{"id": "a"}]);
    let ab = json!([{"id": "a"}, {"id": "b"}]);
    let (yes, no) = (Some(true), Some(false));
    let table = [
        (&text, json!(" Blue Bike "), "is", json!("blue bike"), yes),
        (&text, json!("Blue Bike"), "is not", json!("red"), yes),
        (&text, json!("Blue Bike"), "contains", json!("E B"), yes),
        (&text, json!("Blue Bike"), "does not contain", json!("bike"), no),
        (&text, json!("Blue Bike"), "starts with", json!("blue"), yes),
        (&text, json!("Blue Bike"), "ends with", json!("blue"), no),
        (&text, json!(""), "is blank", json!(null), yes),
        (&text, json!(""), "is blank", json!(""), yes),
        (&text, json!(""), "is blank", json!("x"), no),
        (&text, json!(""), "is not blank", json!(null), no),
        (&text, json!(""), "is not", json!("red"), yes),
        (&text, json!("x"), "higher than", json!("red"), None),
        (&name, ada.clone(), "contains", json!("ada"), yes),
        (&name, ada.clone(), "is", json!("Cole, Ada"), yes),
        (&name, ada.clone(), "is", json!("Ada Cole"), yes),
        (&name, ada.clone(), "is", json!({"first": "Ada", "last": "Cole"}), yes),
        (&name, ada, "is", json!("Ada"), no),
        (&mail, json!({"email": "ada@example.com"}), "ends with", json!("@Example.com"), yes),
        (&mail, json!({"email": ""}), "is blank", json!(null), yes),
        (
            &phone,
            json!({"formatted": "(555) 010-1234", "full": "5550101234"}),
            "contains",
            json!("0101"),
            yes,
        ),
        (&number, json!(5), "is", json!("5"), yes),
        (&number, json!(5), "higher than", json!(5), no),
        (&number, json!(5), "lower than", json!("5.5"), yes),
        (&number, json!(5), "is not", json!(4), yes),
        (&number, json!(5), "is", json!("five"), no),
        (&number, json!(5), "is not", json!("five"), no),
        (&number, json!(0), "is blank", json!(null), no),
        (&money, json!("100.50"), "higher than", json!(100), yes),
        (&money, json!("100.50"), "is", json!("100.5"), yes),
        (&flag, json!(true), "is", json!("Yes"), yes),
        (&flag, json!(false), "is", json!(false), yes),
        (&flag, json!(false), "is not", json!("true"), yes),
        (&flag, json!(false), "is blank", json!(null), no),
        (&flag, json!(true), "contains", json!("Yes"), None),
        (&one, json!("Open"), "is", json!("open"), yes),
        (&one, json!("Open"), "is any", json!(["Closed", "Open"]), yes),
        (&one, json!("Open"), "does not contain", json!("Closed"), yes),
        (&many, json!(["A", "B"]), "contains", json!("B"), yes),
        (&many, json!(["A", "B"]), "is", json!("B"), no),
        (&many, json!(["A", "B"]), "is", json!(["B", "A"]), yes),
        (&many, json!(["A"]), "is", json!("A"), yes),
        (&many, json!([null]), "is blank", json!(null), yes),
        (&to_one, a.clone(), "is", json!("a"), yes),
        (&to_one, a.clone(), "is", json!(["a"]), yes),
        (&to_one, a.clone(), "is not", json!("a"), no),
        (&to_one, json!([]), "is not", json!("a"), yes),
        (&to_one, json!([]), "is blank", json!(null), yes),
        (&to_many, ab.clone(), "is", json!("a"), no),
        (&to_many, ab.clone(), "is", json!(["b", "a"]), yes),
        (&to_many, ab.clone(), "contains", json!("b"), yes),
        (&to_many, ab.clone(), "contains", json!(["a", "c"]), no),
        (&to_many, ab, "is any", json!(["a", "c"]), yes),
        (&to_many, a, "does not contain", json!("b"), yes),
        (&file, json!({"id": "f"}), "is not blank", json!(null), yes),
        (&file, json!({"id": "f"}), "is", json!("f"), None),
    ];
    for (meta, raw, operator, value, want) in table {
        assert_eq!(ask(meta, &raw, operator, &value), want, "{raw} {operator} {value}");
    }
}

#[test]
fn dates() {
    let day = json!({"type": "date_time", "format": {"time_format": "Ignore Time"}});
    let (yes, no) = (Some(true), Some(false));
    for (raw, operator, value, want) in [
        ("03/09/2026 4:14pm", "is", json!("03/09/2026"), yes),
        ("03/09/2026 4:14pm", "is", json!("03/09/2026 4:14 pm"), yes),
        ("03/09/2026 4:14pm", "is", json!("03/09/2026 4:15 pm"), no),
        ("03/09/2026 4:14pm", "is not", json!("03/10/2026"), yes),
        ("03/09/2026 4:14pm", "is", json!("2026-03-09"), no),
        ("03/09/2026 4:14pm", "is not", json!("2026-03-09"), no),
        ("03/09/2026 4:14pm", "is before", json!("03/09/2026"), no),
        ("03/09/2026 4:14pm", "is after", json!("03/09/2026"), no),
        ("03/09/2026 4:14pm", "is before", json!("03/10/2026"), yes),
        ("03/10/2026 12:00am", "is after", json!("03/09/2026"), yes),
        ("03/11/2026 11:00pm", "is today", json!(null), yes),
        ("03/12/2026 12:00am", "is today", json!(null), no),
        ("03/11/2026 4:00pm", "is before current time", json!(null), yes),
        ("03/11/2026 4:00pm", "is after current time", json!(null), no),
        ("03/11/2026 4:00pm", "is before today", json!(null), no),
        ("03/11/2026 4:00pm", "is sometimes", json!(null), None),
    ] {
        assert_eq!(ask(&day, &moment(raw), operator, &value), want, "{raw} {operator} {value}");
    }
}

/// Every operator that Knack has.
const OPERATORS: [&str; 27] = [
    "is",
    "is not",
    "contains",
    "does not contain",
    "starts with",
    "ends with",
    "is any",
    "higher than",
    "lower than",
    "near",
    "is before",
    "is after",
    "is today",
    "is today or before",
    "is today or after",
    "is before today",
    "is after today",
    "is before current time",
    "is after current time",
    "is during the current",
    "is during the previous",
    "is during the next",
    "is before the previous",
    "is after the next",
    "is blank",
    "is not blank",
    "user",
];

/// A moment as a field holds it.
fn moment(text: &str) -> Value {
    let Kind::DateTime(format) = Kind::of(&json!({"type": "date_time"})) else { panic!() };
    crate::dates::written(&json!(text), &format, None).unwrap()
}

/// What each kind says to each operator: `holds` are true of the value, `fails` are false, and all
/// others do not exist for the kind.
#[test]
#[allow(clippy::too_many_lines, reason = "one table of every kind and operator")]
fn every_operator_on_every_kind() {
    const TEXT: (&[&str], &[&str]) = (
        &["is", "contains", "starts with", "ends with", "is not blank"],
        &["is not", "does not contain", "is blank"],
    );
    // More than the documents list: `contains` and its like are asked of what is shown.
    const NUMBER: (&[&str], &[&str]) = (
        &["is", "contains", "starts with", "ends with", "is not blank"],
        &["is not", "does not contain", "higher than", "lower than", "is blank"],
    );
    const CHOICE: (&[&str], &[&str]) =
        (&["is", "contains", "is any", "is not blank"], &["is not", "does not contain", "is blank"]);
    const PRESENT: (&[&str], &[&str]) = (&["is not blank"], &["is blank"]);
    const FLAG: (&[&str], &[&str]) = (&["is", "is not blank"], &["is not", "is blank"]);
    let many = |kind: &str| json!({"type": kind, "format": {"type": "multi"}});
    let link = |has: &str| json!({"type": "connection", "relationship": {"object": "object_1", "has": has}});
    let plain = |kind: &str| json!({ "type": kind });
    let timer = json!({"times": [], "total_time": 60_000});
    let table = [
        (plain("short_text"), json!("Blue"), json!("blue"), TEXT),
        (plain("paragraph_text"), json!("Blue"), json!("blue"), TEXT),
        (plain("rich_text"), json!("<b>Blue</b>"), json!("<b>blue</b>"), TEXT),
        (plain("concatenation"), json!("Blue"), json!("blue"), TEXT),
        (plain("name"), json!({"first": "Ada", "last": "Cole"}), json!("ada cole"), TEXT),
        (plain("email"), json!({"email": "a@example.com"}), json!("A@example.com"), TEXT),
        (plain("phone"), json!({"formatted": "555-0100", "full": "5550100"}), json!("5550100"), TEXT),
        (plain("link"), json!({"url": "https://example.com"}), json!("https://example.com"), TEXT),
        (plain("what"), json!("Blue"), json!("blue"), TEXT),
        (plain("number"), json!(5), json!("5"), NUMBER),
        (plain("currency"), json!("5.00"), json!("5.00"), NUMBER),
        (plain("equation"), json!(5), json!(5), NUMBER),
        (plain("count"), json!(5), json!(5), NUMBER),
        (plain("sum"), json!(5), json!(5), NUMBER),
        (plain("average"), json!(5), json!(5), NUMBER),
        (plain("min"), json!(5), json!(5), NUMBER),
        (plain("max"), json!(5), json!(5), NUMBER),
        (plain("auto_increment"), json!(5), json!(5), NUMBER),
        (plain("rating"), json!(5), json!("5.00"), NUMBER),
        (
            plain("timer"),
            timer,
            json!(60_000),
            (
                &["is", "is not blank"],
                &["is not", "higher than", "lower than", "is blank", "contains", "starts with", "ends with"],
            ),
        ),
        (plain("boolean"), json!(true), json!("Yes"), FLAG),
        (plain("multiple_choice"), json!("Open"), json!("open"), CHOICE),
        (many("multiple_choice"), json!(["Open"]), json!(["open"]), CHOICE),
        (plain("user_roles"), json!(["profile_1"]), json!("profile_1"), CHOICE),
        (link("one"), json!([{"id": "a"}]), json!("a"), CHOICE),
        (link("many"), json!([{"id": "a"}]), json!(["a"]), CHOICE),
        (plain("file"), json!({"id": "f"}), json!("f"), PRESENT),
        (plain("image"), json!({"id": "f"}), json!("f"), PRESENT),
        (plain("signature"), json!({"base30": "f"}), json!("f"), PRESENT),
        (plain("password"), json!("secret"), json!("secret"), PRESENT),
        (
            plain("address"),
            json!({"city": "Oslo", "latitude": "59.91", "longitude": 10.75}),
            json!("Oslo"),
            (
                &["is", "contains", "starts with", "ends with", "is not blank"],
                // Nobody told where this Oslo is.
                &["is not", "does not contain", "is blank", "near"],
            ),
        ),
        (
            plain("date_time"),
            moment("03/11/2026 9:00am"),
            json!("03/11/2026"),
            (
                &[
                    "is",
                    "is today",
                    "is today or before",
                    "is today or after",
                    "is before current time",
                    "is not blank",
                ],
                &[
                    "is not",
                    "is before",
                    "is after",
                    "is before today",
                    "is after today",
                    "is after current time",
                    // Without a unit nothing is meant.
                    "is during the current",
                    "is during the previous",
                    "is during the next",
                    "is before the previous",
                    "is after the next",
                    "is blank",
                ],
            ),
        ),
    ];
    for (meta, raw, value, (holds, fails)) in table {
        for operator in OPERATORS {
            // A value where none belongs would match nothing.
            let valueless = ["today", "current time", "blank"].iter().any(|word| operator.contains(word));
            let value = if valueless { json!(null) } else { value.clone() };
            let want = match (holds.contains(&operator), fails.contains(&operator)) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                // `does not contain` is the opposite of an existing `contains`.
                _ if operator == "does not contain" && fails.contains(&"contains") => Some(true),
                _ => None,
            };
            assert_eq!(ask(&meta, &raw, operator, &value), want, "{meta} {operator} {value}");
        }
    }
}

#[test]
fn numbers_are_higher_or_lower() {
    let (yes, no) = (Some(true), Some(false));
    for kind in ["number", "currency", "equation", "count", "average", "auto_increment", "rating"] {
        let meta = json!({ "type": kind });
        for (operator, value, want) in [
            ("higher than", json!(4), yes),
            ("higher than", json!("4.99"), yes),
            ("higher than", json!(5), no),
            ("lower than", json!(5.01), yes),
            ("lower than", json!(5), no),
            ("is", json!("5.0"), yes),
            ("is not", json!(6), yes),
            ("higher than", json!("many"), no),
        ] {
            assert_eq!(ask(&meta, &json!(5), operator, &value), want, "{kind} {operator} {value}");
        }
        assert_eq!(ask(&meta, &json!(""), "lower than", &json!(5)), no, "nothing is not low");
    }
    let timer = json!({"type": "timer"});
    assert_eq!(ask(&timer, &json!({"total_time": 90_000}), "higher than", &json!(60_000)), yes);
    let days = json!({"type": "equation", "format": {"equation_type": "date", "date_type": "days"}});
    assert_eq!(ask(&days, &json!(864_000), "higher than", &json!(9)), yes, "as shown, not in seconds");
    assert_eq!(ask(&days, &json!(864_000), "is", &json!(10)), yes);
    let due = json!({"type": "equation", "format": {"equation_type": "date", "date_result": "date"}});
    assert_eq!(ask(&due, &moment("03/11/2026 9:00am"), "is today", &json!(null)), yes);
    assert_eq!(ask(&due, &moment("03/12/2026 9:00am"), "higher than", &json!(9)), None);
}

#[test]
fn dates_of_each_order() {
    let abroad = json!({"type": "date_time", "format": {"date_format": "dd/mm/yyyy"}});
    let raw = moment("07/05/2026 9:00am");
    for (value, american, own) in [
        ("07/05/2026", Some(true), Some(false)),
        ("05/07/2026", Some(false), Some(true)),
        ("2026-07-05", Some(false), Some(false)),
    ] {
        let rule = json!({"operator": "is", "value": value});
        assert_eq!(ask_rule(&abroad, &raw, &rule, false), american, "{value}");
        assert_eq!(ask_rule(&abroad, &raw, &rule, true), own, "{value}");
    }
    let time = json!({"type": "date_time", "format": {"date_format": "Ignore Date"}});
    let raw = moment("01/01/2012 4:14pm");
    for (operator, value, want) in
        [("is", "4:14 pm", true), ("is after", "9:00am", true), ("is before", "9:00am", false)]
    {
        assert_eq!(ask(&time, &raw, operator, &json!(value)), Some(want), "{operator} {value}");
    }
}

#[test]
fn relative_dates_in_every_spelling() {
    let day = json!({"type": "date_time"});
    for (raw, rule, want) in [
        ("03/09/2026 4:14pm", json!({"operator": "is during the current", "type": "week"}), true),
        ("03/09/2026 4:14pm", json!({"operator": "is during the current", "value": "weeks"}), true),
        ("03/15/2026 12:00am", json!({"operator": "is during the current", "type": "Week"}), false),
        (
            "12/01/2025 12:00am",
            json!({"operator": "is during the previous", "range": 3, "type": "months"}),
            true,
        ),
        (
            "11/30/2025 11:59pm",
            json!({"operator": "is during the previous", "range": "3", "value": "month"}),
            false,
        ),
        ("03/12/2026 12:00am", json!({"operator": "is during the next", "range": 1, "type": "day"}), true),
        (
            "03/11/2026 3:59pm",
            json!({"operator": "is during the previous", "range": 1, "type": "hours"}),
            true,
        ),
        (
            "12/31/2025 11:59pm",
            json!({"operator": "is before the previous", "range": 2, "type": "months"}),
            true,
        ),
        ("01/01/2028 12:00am", json!({"operator": "is after the next", "range": 1, "type": "year"}), true),
        ("03/11/2026 9:00am", json!({"operator": "is today", "value": ""}), true),
        ("03/11/2026 9:00am", json!({"operator": "is today", "value": "03/11/2026"}), false),
        ("03/11/2026 9:00am", json!({"operator": "is before current time", "value": "x"}), false),
        ("03/11/2026 9:00am", json!({"operator": "is during the current", "type": "decade"}), false),
    ] {
        assert_eq!(ask_rule(&day, &moment(raw), &rule, false), Some(want), "{raw} {rule}");
    }
}

#[test]
fn near_a_point() {
    let address = json!({"type": "address"});
    let oslo = json!({"city": "Oslo", "latitude": "59.91", "longitude": 10.75});
    for (raw, value, units, range, want) in [
        (&oslo, "59.9, 10.7", "kilometers", json!(5), true),
        (&oslo, "59.9, 10.7", "kilometers", json!("2"), false),
        (&oslo, "59.9, 10.7", "miles", json!("2"), true),
        (&oslo, "somewhere", "miles", json!(100_000), false),
        (&json!({"city": "Oslo"}), "59.9, 10.7", "miles", json!(100_000), false),
        (&json!(""), "59.9, 10.7", "miles", json!(100_000), false),
    ] {
        let rule = json!({"operator": "near", "value": value, "units": units, "range": range});
        assert_eq!(ask_rule(&address, raw, &rule, false), Some(want), "{raw} {rule}");
    }
}
