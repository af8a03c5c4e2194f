//! Views of a real application as they were recorded, where the recordings are at hand.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use knack_emulator::Emulator;
use knack_runtime::error::Error;
use knack_runtime::value::{EmailAddress, PersonName};
use knack_runtime::{Client, KnackObject, KnackView, NoKey, Patch, RecordId};
use knack_tests::{client_of, fixtures};
use serde_json::{Value, json};

/// What an object's call reads.
#[derive(Clone, Debug, PartialEq, KnackObject)]
#[knack(object = "object_3")]
struct Sample {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_11", kind = "auto_increment")]
    number: u64,
    #[knack(key = "field_7", kind = "short_text", required)]
    text: String,
    #[knack(key = "field_10", kind = "number")]
    amount: Option<f64>,
}

/// The same by the public table.
#[derive(Clone, Debug, PartialEq, KnackView)]
#[knack(view = "view_6", scene = "scene_1", object = "object_3", access = "public", can = "list")]
struct Row {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_11", kind = "auto_increment")]
    number: u64,
    #[knack(key = "field_7", kind = "short_text", required)]
    text: String,
    #[knack(key = "field_10", kind = "number")]
    amount: Option<f64>,
}

/// And by the table behind a login.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_18", scene = "scene_6", object = "object_3", access = "login", can = "list")]
struct GuardedRow {
    #[knack(id)]
    id: RecordId,
}

/// The form of a new record, for everybody.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_12", scene = "scene_7", object = "object_3", access = "public", can = "create")]
struct NewRow {
    #[knack(key = "field_6", kind = "multiple_choice", required)]
    topping: String,
    #[knack(key = "field_7", kind = "short_text", required)]
    text: String,
    #[knack(key = "field_10", kind = "number")]
    amount: Option<f64>,
}

/// The form by which users change their own accounts.
#[derive(Clone, Debug, KnackView)]
#[knack(view = "view_2", scene = "scene_2", object = "object_6", access = "login", can = "get, update")]
struct MyAccount {
    #[knack(key = "field_32", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_33", kind = "email", required)]
    email: EmailAddress,
}

const PASSWORD: &str = "a password of the tests";

/// The recorded application with its recorded records, and one account.
fn recorded() -> Option<Emulator> {
    let read = |name: &str| -> Option<Value> {
        let path = fixtures()?.join("knackpy").join(name);
        Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    };
    let records = read("_all_fields.json")?["records"].as_array().unwrap().clone();
    let account = json!({
        "id": "5d7964422d7159001659b27a", "field_32": {"first": "Ann", "last": "Berg"},
        "field_33": "ann@example.com", "field_34": PASSWORD, "field_35": "active",
    });
    let emulator = Emulator::builder().application(read("_metadata.json")?).records("object_3", records);
    Some(emulator.records("object_6", vec![account]).build().unwrap())
}

fn anybody(local: &Emulator) -> Client<NoKey> {
    Client::builder(local.application_id()).transport(local.transport()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_recorded_table_shows_what_its_object_has() {
    let Some(local) = recorded() else { return };
    let rows = Row::list(&anybody(&local)).sort(Row::NUMBER.asc()).all().await.unwrap();
    let with_key = client_of(&local).build().unwrap();
    let samples = Sample::list(&with_key).sort(Sample::NUMBER.asc()).all().await.unwrap();
    assert_eq!(rows.len(), 25);
    for (row, sample) in rows.iter().zip(&samples) {
        assert_eq!((row.id, row.number, &row.text), (sample.id, sample.number, &sample.text));
        assert_eq!(row.amount, sample.amount);
    }
    let filtered =
        Row::list(&anybody(&local)).filter(Row::NUMBER.higher_than(rows[9].number)).all().await.unwrap();
    assert_eq!(filtered.len(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_recorded_form_takes_a_record() {
    let Some(local) = recorded() else { return };
    let form = NewRow { topping: "First Choice".into(), text: "by a form".into(), amount: Some(2.5) };
    let done = NewRow::create(&anybody(&local), &form).await.unwrap();
    let made: Sample = done.record().unwrap();
    assert_eq!((made.text.as_str(), made.amount, Some(made.id)), ("by a form", Some(2.5), done.id()));
    assert_eq!(local.count("object_3"), 26);
}

#[tokio::test(start_paused = true)]
async fn recorded_pages_behind_a_login_need_one() {
    let Some(local) = recorded() else { return };
    let knack = anybody(&local);
    let stranger = knack.with_token(knack_runtime::Token::new("nobody's"));
    let error = GuardedRow::list(&stranger).first().await.unwrap_err();
    assert!(matches!(error, Error::SessionOver { .. }), "{error}");

    let user = knack.login("ann@example.com", PASSWORD).await.unwrap();
    let rows = GuardedRow::list(&user).all().await.unwrap();
    assert!(
        rows.len() == 25 && rows.iter().all(|row| local.record("object_3", &row.id.to_string()).is_some())
    );
    let id = user.account().unwrap().id;
    let me = MyAccount::get(&user, id).await.unwrap();
    assert_eq!(me.email.address, "ann@example.com");
    let patch = Patch::new().set(MyAccount::NAME, PersonName::new("Anna", "Berg"));
    assert_eq!(MyAccount::update(&user, id, patch).await.unwrap().name.first, "Anna");
}
