use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::key::ObjectKey;
use crate::kind::{Min, Number, ShortText};
use crate::object::{FieldDef, Object};
use crate::record::slot_index::SlotIndex;
use crate::value::{Html, Json};

/// Reads two numbered fields and a named column, each as it came.
#[derive(Debug, PartialEq)]
struct Probe {
    id: Option<RecordId>,
    text: Json,
    number: Json,
    status: Json,
}

static FIELDS: [FieldDef; 3] = [
    FieldDef::new::<ShortText>("text", FieldKey::new(7)),
    FieldDef::new::<Number>("number", FieldKey::new(70)),
    FieldDef::new::<ShortText>("status", FieldKey::ACCOUNT_STATUS),
];
static PROBE: Projection = Projection::new("Probe", ObjectKey::new(3), &FIELDS);

impl KnackObject for Probe {
    type Object = Object<3>;
    const PROJECTION: &'static Projection = &PROBE;

    fn read(reader: &mut Reader<'_>) -> Result<Self, FieldError> {
        Ok(Self {
            id: reader.id().ok(),
            text: reader.take::<ShortText, _>(0)?,
            number: reader.take::<Number, _>(1)?,
            status: reader.take::<ShortText, _>(2)?,
        })
    }
}

/// What the probe should hold, by way of `serde_json::Value`.
fn by_value(record: &Value) -> Probe {
    let field = |key: &str| {
        let raw = record.get(format!("{key}_raw")).or(record.get(key));
        Json::new(raw.unwrap_or(&Value::Null))
    };
    let id = record.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    Probe { id, text: field("field_7"), number: field("field_70"), status: field("account_status") }
}

fn read(records: &[Value]) -> Vec<Probe> {
    let body = json!({ "total_pages": 1, "records": records, "total_records": "7" }).to_string();
    let page = read_page::<Probe>(body.as_bytes()).unwrap();
    assert_eq!((page.total_pages, page.total_records, page.current_page), (Some(1), Some(7), None));
    page.records.into_iter().map(|guarded| guarded.result.unwrap()).collect()
}

#[test]
fn keys_that_resemble_a_wanted_one_are_passed_over() {
    let record = json!({
        "field_7": "wanted", "field_77": 1, "field_": 2, "field_7_": 3, "field_07": 4, "field_7_rawest": 5,
        "field_4294967303": 6, "xfield_7": 7, "Field_7": 8, "field_70_raw": "also wanted", "": 9,
        "account_status": "active", "account_status_x": 10,
    });
    // `field_07` is spelt as Knack never spells it, and means the same number.
    let mut expected = by_value(&record);
    expected.text = Json::new(&json!(4));
    let found = read(std::slice::from_ref(&record)).remove(0);
    assert!(found == by_value(&record) || found == expected, "{found:?}");
}

#[test]
fn the_index_tells_many_fields_apart() {
    let keys = (0..200).map(|n| n * 37 % 10_007);
    let defs: Vec<_> = keys.clone().map(|n| FieldDef::new::<Number>("x", FieldKey::new(n))).collect();
    let projection = Projection::new("Wide", ObjectKey::new(1), Box::leak(defs.into()));
    let index = SlotIndex::new(projection.fields());
    for (slot, number) in keys.clone().enumerate() {
        assert_eq!(index.find(format!("field_{number}").as_bytes()), Some((slot, false)));
        assert_eq!(index.find(format!("field_{number}_raw").as_bytes()), Some((slot, true)));
    }
    let unknown = (0..10_100).filter(|n| !keys.clone().any(|key| key == *n));
    for number in unknown {
        assert_eq!(index.find(format!("field_{number}").as_bytes()), None, "{number}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        Just(json!("quote \" backslash \\ brace }{ \u{1F6B2}")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::vec((".{0,6}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn any_record() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("id".to_owned()),
        Just("field_7".to_owned()),
        Just("field_7_raw".to_owned()),
        Just("field_70".to_owned()),
        Just("field_70_raw".to_owned()),
        Just("account_status".to_owned()),
        (0_u32..100).prop_map(|n| format!("field_{n}")),
        any::<String>(),
    ];
    proptest::collection::vec((key, any_json()), 0..12)
        .prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
}

proptest! {
    #[test]
    fn agrees_with_serde_json(records in proptest::collection::vec(any_record(), 0..6), pretty in any::<bool>()) {
        let expected: Vec<_> = records.iter().map(by_value).collect();
        prop_assert_eq!(read(&records), expected);
        if let (true, Some(record)) = (pretty, records.first()) {
            let body = serde_json::to_string_pretty(record).unwrap();
            let found = read_record::<Probe>(body.as_bytes()).unwrap().result.unwrap();
            let parse = |json: &Json| json.parse().unwrap();
            let expected = by_value(record);
            prop_assert_eq!(parse(&found.text), parse(&expected.text));
            prop_assert_eq!(parse(&found.number), parse(&expected.number));
        }
    }

    /// Any bytes give a page or an error, and a damaged record costs itself alone. (With several
    /// bytes damaged, a connected record can come to look like a record, and take its neighbour's
    /// place; that something is wrong is told all the same.)
    #[test]
    fn survives_any_damage(
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        noise in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = read_page::<Probe>(&noise);
        let _ = read_record::<Probe>(&noise);
        let record = |n: u8| {
            let id = RecordId::from_bytes([n; 12]).to_string();
            format!(r#"{{"id":"{id}","field_7":"some text","field_7_raw":"some text","field_8_raw":[
                {{"id":"{id}","identifier":"x"}},{{"id":"{id}","identifier":"y"}}],"field_9":""}}"#)
        };
        let (first, last) = (record(1), record(3));
        let mut middle = record(2).into_bytes();
        let bytes_damaged = damage.len();
        for (index, byte) in damage {
            let at = 1 + index.index(middle.len() - 2);
            middle[at] = byte;
        }
        let body = [b"{\"records\":[", first.as_bytes(), b",", &middle, b",", last.as_bytes(), b"]}"].concat();
        let page = read_page::<Probe>(&body).unwrap();
        let has = |n: u8| page.records.iter().any(|r| r.id == Some(RecordId::from_bytes([n; 12])) && r.result.is_ok());
        prop_assert!(has(1));
        let told = page.records.iter().any(|record| record.result.is_err());
        prop_assert!(has(3) || (bytes_damaged > 1 && told), "{:?}", page);
    }
}

#[test]
fn a_mean_of_nothing_is_nothing_in_either_format() {
    static MEANS: [FieldDef; 2] = [
        FieldDef::new::<Min>("least", FieldKey::new(7)),
        FieldDef::new::<Number>("number", FieldKey::new(8)),
    ];
    static MEAN: Projection = Projection::new("Mean", ObjectKey::new(3), &MEANS);
    let read = |record: Value| {
        let body = record.to_string();
        let slots = Slots::of_record(&MEAN, MEAN.fields(), body.as_bytes()).unwrap();
        let mut reader = slots.reader();
        let shown: Option<Html> = reader.take::<Min, _>(0).ok().flatten();
        let least: Option<f64> = reader.take::<Min, _>(0).unwrap();
        let number: Option<f64> = reader.take::<Number, _>(1).unwrap();
        (least, number, shown.map(|html| html.untrusted().to_owned()))
    };
    let shown = Some("0.00".to_owned());
    // By another field, whichever, it shows that raw values come beside.
    let both = json!({"field_7": "0.00", "field_1": "No", "field_1_raw": false, "field_8": 5});
    assert_eq!(read(both), (None, Some(5.0), shown.clone()));
    let one = json!({"field_7": "0.00", "field_8": 5});
    assert_eq!(read(one), (Some(0.0), Some(5.0), None));
    let of_some = json!({"field_7": "0.00", "field_7_raw": 0});
    assert_eq!(read(of_some), (Some(0.0), None, shown));
}
