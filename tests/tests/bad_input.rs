//! Whatever comes over the wire: an error that says what, or the rest of the records; never a
//! panic, a hang, or a record lost with another.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use knack_emulator::{Effect, Fault};
use knack_runtime::cell::{Cell, ValueError};
use knack_runtime::error::Error;
use knack_runtime::kind::ShortText;
use knack_runtime::value::FromField;
use knack_runtime::{Client, KnackObject, Patch, RecordId};
use knack_tests::sample::Customer;
use knack_tests::{APP, Script, client_of, emulator};
use rust_decimal::Decimal;

#[derive(Debug, KnackObject)]
#[knack(object = "object_3")]
struct Thing {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
    #[knack(key = "field_8", kind = "number")]
    size: Option<f64>,
}

const ID: &str = "5d7964422d7159001659b27a";

fn some_id() -> RecordId {
    ID.parse().unwrap()
}

async fn get(status: u16, body: impl Into<Vec<u8>>) -> Error {
    Thing::get(&Script::always(status, body).client(), some_id()).await.unwrap_err()
}

/// Reads a page with a good record, `middle`, and another good record; gives back what is wrong
/// with the middle one.
async fn between_good_ones(middle: impl AsRef<[u8]>) -> Option<String> {
    let good = |n: u8| {
        format!(r#"{{"id":"00000000000000000000000{n}","field_7":"good {n}","field_8":{n}}}"#).into_bytes()
    };
    let head = br#"{"total_pages":1,"current_page":1,"total_records":3,"records":["#.to_vec();
    let body =
        [head, good(1), b",".to_vec(), middle.as_ref().to_vec(), b",\n".to_vec(), good(3), b"]}".to_vec()]
            .concat();
    let things = Thing::list(&Script::one_page(body).client()).guarded().await.unwrap();
    assert_eq!(things.len(), 3, "{things:?}");
    let names: Vec<_> =
        [&things[0], &things[2]].map(|thing| thing.result.as_ref().unwrap().name.clone()).into();
    assert_eq!(names, ["good 1", "good 3"]);
    things[1].error().map(ToString::to_string)
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_say_what_to_check() {
    let local = emulator().build().unwrap();
    let id = local.ids("object_1")[0].parse().unwrap();
    let wrong_key = Client::builder(local.application_id())
        .api_key("wrong")
        .transport(local.transport())
        .build()
        .unwrap();
    let error = Customer::get(&wrong_key, id).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "get of `Customer` (object_1), record {id} was refused (401 Unauthorized): Invalid API Key; check the API \
             key (Builder, API & Code) and that it is of this application"
        )
    );
    let wrong_app =
        Client::builder(APP).api_key(local.api_key()).transport(local.transport()).build().unwrap();
    let error = Customer::list(&wrong_app).first().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "list of `Customer` (object_1) failed (500 Internal Server Error) after 4 attempts: Internal Server Error; \
         Knack answers 500 also for an unknown application or object: check both ids"
    );
    let error = Client::builder("my-app").api_key("k").build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the application id: `my-app` is no application id: expected 24 hexadecimal digits (Builder, API & Code)"
    );
    for key in ["", "  ", "a\nb", "clé\u{0}"] {
        let error = Client::builder(APP).api_key(key).build().unwrap_err();
        assert!(error.to_string().starts_with("the API key is empty or has characters"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_object() {
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_99")]
    struct Nowhere {}

    let local = emulator().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let error = Nowhere::list(&knack).all().await.unwrap_err();
    assert!(error.to_string().starts_with("list of `Nowhere` (object_99) failed (500 "), "{error}");
    assert!(error.to_string().ends_with("for an unknown application or object: check both ids"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_no_records() {
    let call = format!("get of `Thing` (object_3), record {ID} got an answer that could not be read: ");
    for (body, what) in [
        ("", "it is empty"),
        ("{\"id\":", "it ends after 6 bytes where a value was expected"),
        ("[]", "expected a record at byte 0 of 2; it begins with []"),
        ("null", "expected a record at byte 0 of 4; it begins with null"),
        (
            "<!DOCTYPE html><html><body>Welcome to the hotel's wireless network</body></html>",
            "it is an HTML page, not JSON (<!DOCTYPE html><html><body>Welcome to the hotel's wireless n…); check the base \
             URL and any proxy",
        ),
    ] {
        assert_eq!(get(200, body).await.to_string(), format!("{call}{what}"), "{body:?}");
    }
    let list = async |body: &str| {
        Thing::list(&Script::always(200, body).client()).all().await.unwrap_err().to_string()
    };
    let call = "list of `Thing` (object_3) got an answer that could not be read: ";
    assert_eq!(
        list("{}").await,
        format!("{call}it ends after 2 bytes where a list of `records` was expected")
    );
    assert!(list(r#"{"records":null}"#).await.contains("a list of `records`"));
    assert!(list(r#"{"records":[{"id":"5d7964"#).await.starts_with(call));
    assert!(list(&"[".repeat(100_000)).await.starts_with(call));
}

#[tokio::test(start_paused = true)]
async fn error_pages_and_error_json_in_every_form() {
    for (status, body, text) in [
        (404, "<html>nginx</html>", "found nothing: there is no such record, or it was deleted"),
        (
            403,
            "<html>nginx</html>",
            "was refused (403 Forbidden): an HTML page; check the credentials and what they may access",
        ),
        (
            401,
            "Invalid API Request",
            "was refused (401 Unauthorized): Invalid API Request; check the application id (Builder, API & Code)",
        ),
        (
            400,
            "ValidationError: Malformed App ID.",
            "was refused (400 Bad Request): ValidationError: Malformed App ID.; check the application id (Builder, API & Code)",
        ),
        (409, r#"{"message":"no way"}"#, "failed (409 Conflict): no way"),
        (
            414,
            "<html>nginx</html>",
            "failed (414 URI Too Long): an HTML page; the query is too long for the server: filter by less, or in several lists",
        ),
        (409, r#"{"error":"no way"}"#, "failed (409 Conflict): no way"),
        (418, "", "failed (418 I'm a teapot): no message"),
        (
            302,
            "",
            "failed (302 Found): no message; redirects are not followed, since they would carry the key elsewhere: check the base URL",
        ),
        (400, r#"{"errors":["bad luck"]}"#, "has wrong values (Knack refused it): bad luck"),
        (
            400,
            r#"{"errors":[{"field":"field_7","type":"required","message":"Name is required."}]}"#,
            "has wrong values (Knack refused it): `name` (field_7): Name is required.",
        ),
        (
            400,
            r#"{"errors":[{"field":"field_9","message":"Nine is wrong."},{"message":"So is all."}]}"#,
            "has wrong values (Knack refused it): field_9: Nine is wrong.; So is all.",
        ),
    ] {
        assert_eq!(
            get(status, body).await.to_string(),
            format!("get of `Thing` (object_3), record {ID} {text}")
        );
    }
    let long = get(409, "x".repeat(100_000)).await.to_string();
    assert!(long.len() < 500, "{}", long.len());
}

#[tokio::test(start_paused = true)]
async fn a_body_cut_in_the_middle_is_asked_for_again() {
    let cut = Fault::new(Effect::CutBody { at: 60_000 });
    let local = emulator().fault(cut.clone().nth(1)).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    assert_eq!(Customer::list(&knack).trust_counts().all().await.unwrap().len(), 420);
    assert_eq!(local.calls(), 2);

    let local = emulator().fault(cut).build().unwrap();
    let error = Customer::list(&client_of(&local).build().unwrap()).all().await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("list of `Customer` (object_1) failed: the answer's body was cut off ("),
        "{error}"
    );
    assert!(error.to_string().ends_with(", after 4 attempts; check the network and the base URL"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers() {
    let local = emulator().fault(Fault::new(Effect::Hang)).build().unwrap();
    let knack = client_of(&local).deadline(Duration::from_secs(10)).build().unwrap();
    let error = Customer::get(&knack, some_id()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "get of `Customer` (object_1), record {ID} failed: no answer in time (waited 10.0 s), after 1 attempt; check \
             the network and the base URL"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn one_bad_record_costs_no_other() {
    let field = |value: &str| format!(r#"{{"id":"{ID}","field_7":{value},"field_8":1}}"#);
    let of_name = |why: &str| {
        Some(format!(
            "`Thing.name` (object_3, field_7, short text) of record {ID} could not be read: the value {why}"
        ))
    };

    assert_eq!(between_good_ones("null").await.unwrap(), "an entry of object_3 is no record but null");
    assert_eq!(between_good_ones("17").await.unwrap(), "an entry of object_3 is no record but 17");
    let invalid = [field("\"a").as_bytes()[..45].to_vec(), b"\xFF\xFE\",\"field_8\":1}".to_vec()].concat();
    assert_eq!(between_good_ones(invalid).await, of_name("is not valid UTF-8; it is \"a\u{FFFD}\u{FFFD}\""));
    assert_eq!(
        between_good_ones(field("{\"x\":1}")).await,
        of_name("is an object where text was expected; it is {\"x\":1}")
    );
    // In a field that nobody reads, or where the meaning is plain, there is nothing wrong.
    let unread =
        [format!(r#"{{"id":"{ID}","field_9":""#).as_bytes(), b"\xFF\x00\",\"field_7\":\"b\"}"].concat();
    assert_eq!(between_good_ones(unread).await, None);
    assert_eq!(between_good_ones(field("\"line\nline\"")).await, None);
    assert_eq!(between_good_ones(format!(r#"{{"id":"{ID}","field_9":NaN,"field_7":"b"}}"#)).await, None);
    // Broken JSON: picked up again at the next record.
    for broken in [
        field("\"unescaped \" quote\""),
        field("\"no end"),
        format!(r#"{{"id":"{ID}","field_7"}}"#),
        format!(r#"{{"id":"{ID}","field_9":[[1,2],"field_7":"b"}}"#),
        format!(
            r#"{{"id":"{ID}","field_9":[{{"id":"{ID}","identifier":"x"}},{{"id":"{ID}","identifier":"y"}},"field_7":"b"}}"#
        ),
        "{,}".to_owned(),
        "{]".to_owned(),
    ] {
        let error = between_good_ones(&broken).await.unwrap_or_else(|| panic!("{broken}"));
        assert!(error.starts_with("a record of object_3 is not valid JSON near byte "), "{broken}: {error}");
    }
}

/// All fields are asked for before any is looked at; what is told is what is wrong first, as the struct has them.
#[tokio::test(start_paused = true)]
async fn of_several_wrong_fields_the_first_is_told() {
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_3")]
    struct Counted {
        #[knack(key = "field_8", kind = "number")]
        _size: f64,
        #[knack(id)]
        _id: RecordId,
    }

    let wrong = r#""field_7":{"x":1},"field_8":"many""#;
    let error = between_good_ones(format!(r#"{{"id":"{ID}",{wrong}}}"#)).await.unwrap();
    assert!(error.starts_with("`Thing.name` (object_3, field_7, short text) of record "), "{error}");
    let error = between_good_ones(format!(r#"{{"id":"nonsense",{wrong}}}"#)).await.unwrap();
    assert!(error.starts_with("`Thing.id` (object_3, id) could not be read: "), "{error}");

    let answer = Script::always(200, format!(r#"{{"id":"nonsense",{wrong}}}"#));
    let error = Counted::get(&answer.client(), some_id()).await.unwrap_err().to_string();
    assert!(error.contains("`Counted._size` (object_3, field_8, number) could not be read"), "{error}");
}

/// Nothing is read behind a field that is wrong, so that what goes wrong there costs nothing.
#[tokio::test(start_paused = true)]
async fn behind_a_wrong_field_nothing_is_read() {
    #[derive(Debug)]
    struct Never;

    impl FromField<ShortText> for Never {
        fn from_field(_: Cell<'_>) -> Result<Self, ValueError> {
            panic!("it was read")
        }
    }

    #[derive(Debug, KnackObject)]
    #[knack(object = "object_3")]
    struct Guarded {
        #[knack(key = "field_8", kind = "number")]
        _size: f64,
        #[knack(key = "field_7", kind = "short_text")]
        _never: Never,
    }

    let answer = Script::always(200, format!(r#"{{"id":"{ID}","field_7":"a","field_8":"many"}}"#));
    let error = Guarded::get(&answer.client(), some_id()).await.unwrap_err().to_string();
    assert!(error.contains("`Guarded._size` (object_3, field_8, number)"), "{error}");
}

/// There is nothing to read, so nothing is wrong, whatever is in the record.
#[tokio::test(start_paused = true)]
async fn a_struct_of_no_fields_is_read() {
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_3")]
    struct Nothing {}

    let answer = Script::always(200, format!(r#"{{"id":"{ID}","field_7":{{"x":1}}}}"#));
    Nothing::get(&answer.client(), some_id()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_is_no_matter() {
    let body = [b"\xEF\xBB\xBF".to_vec(), format!(r#"{{"id":"{ID}","field_7":"a"}}"#).into()].concat();
    assert_eq!(Thing::get(&Script::always(200, body).client(), some_id()).await.unwrap().name, "a");
}

#[tokio::test(start_paused = true)]
async fn keys_may_repeat_and_be_escaped() {
    let body = format!(
        r#"{{"id":"{ID}","field_7":"first","field_8":1,"fi\u0065ld_7":"last","field_8_r\u0061w":2}}"#
    );
    let thing = Thing::get(&Script::always(200, body).client(), some_id()).await.unwrap();
    assert_eq!((thing.id, thing.name.as_str(), thing.size), (some_id(), "last", Some(2.0)));
}

#[tokio::test(start_paused = true)]
async fn numbers_that_do_not_fit() {
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_3")]
    struct Exact {
        #[knack(key = "field_8", kind = "number")]
        size: Decimal,
        #[knack(key = "field_9", kind = "auto_increment")]
        number: u64,
    }
    let thing = async |value: &str| {
        let body = format!(r#"{{"id":"{ID}","field_7":"a","field_8":{value},"field_9":{value}}}"#);
        let knack = Script::always(200, body).client();
        let size = Thing::get(&knack, some_id()).await.map(|thing| thing.size.unwrap_or_default());
        let exact = Exact::get(&knack, some_id()).await.map(|exact| (exact.size, exact.number));
        (size.map_err(|e| e.to_string()), exact.map_err(|e| e.to_string()))
    };
    let (size, exact) = thing("9007199254740993").await;
    assert_eq!(size.unwrap().to_bits(), 9_007_199_254_740_992_f64.to_bits(), "the nearest that f64 has");
    assert_eq!(exact.unwrap(), (Decimal::from(9_007_199_254_740_993_u64), 9_007_199_254_740_993));

    let (size, exact) = thing("1e400").await;
    let says = |text: &str, why: &str| assert!(text.contains(why), "{text}");
    says(
        &size.unwrap_err(),
        "`Thing.size` (object_3, field_8, number) of record 5d7964422d7159001659b27a could not be read: the value is too large for `f64`; it is 1e400",
    );
    says(&exact.unwrap_err(), "does not fit `Decimal`");
    let (size, exact) = thing("\" 12 \"").await;
    assert_eq!(
        (size.unwrap().to_bits(), exact.unwrap().1),
        (12.0_f64.to_bits(), 12),
        "text that is a number"
    );
    for bad in ["\"12a\"", "NaN", "true", "[1]"] {
        assert!(thing(bad).await.0.is_err() && thing(bad).await.1.is_err(), "{bad}");
    }
    says(
        &thing("\"\"").await.1.unwrap_err(),
        "the value is empty; declare the field as `Option<…>` if it may be",
    );
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_no_id() {
    for (json, why) in [
        (
            r#"{"id":"nonsense","field_7":"a"}"#,
            "the value is no record id (24 hexadecimal digits); it is \"nonsense\"",
        ),
        (r#"{"id":12,"field_7":"a"}"#, "the value is no record id (24 hexadecimal digits); it is 12"),
        (r#"{"field_7":"a"}"#, "the value is missing"),
    ] {
        let error = between_good_ones(json).await.unwrap();
        assert_eq!(error, format!("`Thing.id` (object_3, id) could not be read: {why}"));
    }
}

#[tokio::test(start_paused = true)]
async fn hostile_pages_end() {
    // Each begins a record and breaks off: every one costs a search, and the number is bounded.
    let body = format!(r#"{{"records":[{}]}}"#, format!(r#"{{"id":"{ID}","field_7":["#).repeat(20_000));
    assert!(Thing::list(&Script::always(200, body).client()).all().await.is_err());
    let body = format!(r#"{{"records":[{{"field_9":{}}}]}}"#, "[".repeat(1_000_000));
    assert!(Thing::list(&Script::always(200, body).client()).all().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_answer_cannot_be_read_is_not_to_be_sent_again() {
    let new = Patch::<Thing>::new().set(Thing::NAME, "x").set(Thing::SIZE, 1);
    for body in ["", "<html>Welcome to the hotel</html>", r#"{"id":"#] {
        let script = Script::always(200, body);
        let error = Thing::create(&script.client(), &new).await.unwrap_err();
        assert!(error.is_ambiguous(), "{error:?}");
        assert!(
            error
                .to_string()
                .starts_with("create of `Thing` (object_3) may or may not have been carried out: ")
        );
        assert_eq!(script.sent().len(), 1);
    }
    let script = Script::always(200, format!(r#"{{"id":"{ID}","field_7":"x","field_8":"many"}}"#));
    let error = Thing::create(&script.client(), &new).await.unwrap_err();
    assert!(matches!(&error, Error::Created { record: Some(_), .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "create of `Thing` (object_3) made record {ID}, but its answer does not fit: `Thing.size` (object_3, field_8, \
             number) of record {ID} could not be read: the value is no number; it is \"many\"; do not send it again, \
             change the struct's field to fit"
        )
    );
    assert!(!error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn an_update_whose_answer_does_not_fit_was_carried_out() {
    let script = Script::always(200, format!(r#"{{"id":"{ID}","field_7":"x","field_8":"many"}}"#));
    let patch = Patch::new().set(Thing::NAME, "x");
    let error = Thing::update(&script.client(), some_id(), patch).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "update of `Thing` (object_3), record {ID} was carried out, but its answer does not fit: `Thing.size` \
             (object_3, field_8, number) of record {ID} could not be read: the value is no number; it is \"many\"; \
             change the struct's field to fit, or mend the record in Knack"
        )
    );
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_filter_by_id_that_is_not_heeded_proves_nothing() {
    // Knack answers 500 for a record that does not exist; the list is asked then, which may ignore ids.
    let other = r#"{"records":[{"id":"000000000000000000000009","field_7":"another","field_8":9}]}"#;
    let script = Script::new(move |_, request| {
        let listed = request.uri().query().is_some_and(|query| query.contains("filters="));
        let answer = knack_tests::answer(if listed { 200 } else { 500 }, if listed { other } else { "oops" });
        async { Ok(answer) }
    });
    let knack = script.client();
    for error in [
        Thing::get_opt(&knack, some_id()).await.unwrap_err(),
        Thing::delete(&knack, some_id()).await.unwrap_err(),
        Thing::update(&knack, some_id(), Patch::new().set(Thing::NAME, "x")).await.unwrap_err(),
    ] {
        assert!(matches!(&error, Error::Api { status, .. } if status.as_u16() == 500), "{error:?}");
    }
    let link: knack_runtime::Link<Thing> = some_id().into();
    let error = knack_runtime::Link::resolve(&knack, [&link]).await.unwrap_err();
    assert!(error.to_string().contains("the filter by ids was not heeded"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn nesting_costs_no_stack() {
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_3")]
    struct Deep {
        #[knack(key = "field_7", kind = "short_text")]
        text: Option<String>,
    }

    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let inner = if open == "[" { "" } else { "1" };
        let value = format!("{}{inner}{}", open.repeat(200_000), close.repeat(200_000));
        let page = format!(r#"{{"records":[{{"id":"{ID}","field_7":{value}}}]}}"#);
        let read = Deep::list(&Script::one_page(page).client()).guarded().await.unwrap();
        assert_eq!(read.len(), 1);
        // A list of lists of nothing is nothing; an object with a number in it is no text.
        assert_eq!(read[0].result.as_ref().is_ok_and(|deep| deep.text.is_none()), open == "[");
    }
}

#[tokio::test(start_paused = true)]
async fn broken_records_side_by_side_cost_only_themselves() {
    let record = |n: u8, rest: &str| format!(r#"{{"id":"00000000000000000000000{n}"{rest}}}"#);
    let fine = |n| record(n, r#","field_7":"fine","field_8":1"#);
    let broken = |n| record(n, r#","field_7" "no colon""#);
    let keys = r#"{"field_7":"fine","field_8":1,"id":"000000000000000000000005"}"#.to_owned();
    let records = [fine(1), broken(2), broken(3), fine(4), broken(6), keys, fine(7)].join(",");
    let body = format!(r#"{{"total_pages":1,"records":[{records}]}}"#);
    let read = Thing::list(&Script::one_page(body).client()).guarded().await.unwrap();
    let ids: Vec<_> =
        read.iter().map(|thing| (thing.id.map(|id| id.to_bytes()[11]), thing.result.is_ok())).collect();
    let told = [1, 2, 3, 4, 6, 5, 7].map(|n| (Some(n), ![2, 3, 6].contains(&n)));
    assert_eq!(ids, told);

    let many = vec![broken(2); 4_000].join(",");
    let body = format!(r#"{{"total_pages":1,"records":[{many}]}}"#);
    let read = Thing::list(&Script::one_page(body).client()).pages().next().await.unwrap();
    assert!(read.map_or(true, |page| page.records.iter().all(|thing| thing.error().is_some())));
}

#[tokio::test(start_paused = true)]
async fn keys_of_the_envelope_may_be_escaped_and_may_repeat() {
    let thing = |n: u8| format!(r#"{{"id":"00000000000000000000000{n}","field_7":"x","field_8":{n}}}"#);
    let body = format!(
        r#"{{"records":[{}],"recor\u0064s":[{},{}],"total_\u0070ages":1}}"#,
        thing(1),
        thing(2),
        thing(3)
    );
    let things = Thing::list(&Script::one_page(body).client()).all().await.unwrap();
    assert_eq!(things.iter().map(|thing| thing.size).collect::<Vec<_>>(), [Some(2.0), Some(3.0)]);
}
