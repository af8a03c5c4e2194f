//! What is sent again, what is not, and what is said about a write whose fate is unknown.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use http::Method;
use knack_emulator::{Effect, Emulator, Fault};
use knack_runtime::call;
use knack_runtime::error::Error;
use knack_runtime::key::ObjectKey;
use knack_runtime::object::Projection;
use knack_runtime::transport::{Failure, TransportError};
use knack_runtime::verbs::Execute;
use knack_runtime::view::ViewDef;
use knack_runtime::{Client, KnackObject, Patch, RecordId};
use knack_tests::sample::{Customer, NewCustomer};
use knack_tests::{Script, answer, client_of, emulator};
use tokio::time::Instant;

fn with(fault: Fault) -> (Emulator, Client, RecordId) {
    let local = emulator().fault(fault).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let id = local.ids("object_1")[0].parse().unwrap();
    (local, knack, id)
}

fn newsletter() -> Patch<Customer> {
    Patch::new().set(Customer::NEWSLETTER, true)
}

/// A view has no list to look in, so that a 500 does not tell whether the attempt before it has deleted the record.
#[tokio::test(start_paused = true)]
async fn a_delete_through_a_view_whose_first_answer_was_lost_may_have_been_done() {
    static TABLE_OF_ORDERS: ViewDef = ViewDef::new("OpenOrder", 7, 7);
    static ORDER: Projection = Projection::of_view(&TABLE_OF_ORDERS, ObjectKey::new(6), &[]);
    let delete = || call::delete(&ORDER, RecordId::from_bytes([1; 12]));
    let lost = Script::new(|index, _| async move {
        if index == 0 { Err(TransportError::new(Failure::Broken, "")) } else { Ok(answer(500, "")) }
    });
    let error = lost.client().execute(delete()).await.unwrap_err();
    assert!(error.is_ambiguous() && lost.sent().len() == 2, "{error}");
    // The first word is the whole story.
    let error = Script::always(500, "").client().execute(delete()).await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }), "{error}");
}

/// What a server, or the way to it, does to a call.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// An answer with this status and, perhaps, what is left of the plan.
    Answer(u16, Option<&'static str>),
    Trouble(Failure),
}

/// What becomes of the call then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Sent again, and done.
    Again,
    /// Sent once, and an error.
    Once,
    /// Sent once, and looked for in the list, since a 500 may mean that there is no such record.
    Looked,
    Exhausted,
    Ambiguous,
}

/// Each row of the table in `StandardPolicy`'s documentation: get and list, update, delete, create.
const TABLE: [(Event, [Fate; 5]); 20] = {
    use Event::{Answer, Trouble};
    use Fate::{Again, Ambiguous, Exhausted, Looked, Once};
    const SAFE: [Fate; 5] = [Again, Again, Again, Again, Ambiguous];
    [
        (Answer(429, None), [Again; 5]),
        (Answer(429, Some("7")), [Again; 5]),
        (Answer(429, Some("0")), [Exhausted; 5]),
        (Answer(429, Some("-3")), [Exhausted; 5]),
        (Trouble(Failure::Connect), [Again; 5]),
        (Trouble(Failure::Timeout), SAFE),
        (Trouble(Failure::Broken), SAFE),
        (Trouble(Failure::Truncated), SAFE),
        (Answer(502, None), SAFE),
        (Answer(503, None), SAFE),
        (Answer(504, None), SAFE),
        (Answer(408, None), SAFE),
        (Answer(500, None), [Looked, Again, Looked, Looked, Ambiguous]),
        (Trouble(Failure::Protocol), [Once, Once, Once, Once, Ambiguous]),
        (Trouble(Failure::Unsendable), [Once; 5]),
        (Answer(400, None), [Once; 5]),
        (Answer(401, None), [Once; 5]),
        (Answer(403, None), [Once; 5]),
        (Answer(404, None), [Once; 5]),
        (Answer(409, None), [Once; 5]),
    ]
};

const ANN: &str = r#"{"id":"5d7964422d7159001659b27a","field_1_raw":{"first":"A"},"field_2_raw":{"email":"a@b.c"},"field_7_raw":false}"#;

/// A server to which this happens once; then it does as it is told.
fn meets(event: Event) -> Script {
    Script::new(move |index, request| {
        let is_list = request.uri().path().ends_with("/records");
        let reply = match event {
            Event::Trouble(failure) if index == 0 => Err(TransportError::new(failure, "scripted")),
            Event::Answer(status, left) if index == 0 => {
                let mut refusal = answer(status, "");
                if let Some(left) = left {
                    refusal.headers_mut().insert("x-planlimit-remaining", left.parse().unwrap());
                }
                Ok(refusal)
            }
            _ if *request.method() == Method::GET && is_list => {
                Ok(answer(200, r#"{"total_pages":0,"records":[]}"#))
            }
            _ => Ok(answer(200, ANN)),
        };
        async { reply }
    })
}

#[tokio::test(start_paused = true)]
async fn the_retry_table_row_by_row() {
    let id = "5d7964422d7159001659b27a".parse().unwrap();
    for (event, fates) in TABLE {
        for (verb, fate) in ["get", "list", "update", "delete", "create"].into_iter().zip(fates) {
            let script = meets(event);
            let knack = script.client();
            let result = match verb {
                "get" => Customer::get(&knack, id).await.map(drop),
                "list" => Customer::list(&knack).all().await.map(drop),
                "update" => Customer::update(&knack, id, newsletter()).await.map(drop),
                "delete" => Customer::delete(&knack, id).await,
                _ => Customer::create(&knack, &NewCustomer::with_email("a@b.c")).await.map(drop),
            };
            let sent = script.sent();
            let told = format!("{verb} after {event:?}: {result:?}, sent {} times", sent.len());
            match fate {
                Fate::Again => {
                    assert!(result.is_ok() && sent.len() == 2, "{told}");
                    let same = (sent[0].method(), sent[0].uri()) == (sent[1].method(), sent[1].uri());
                    assert!(same && sent[0].body() == sent[1].body(), "{told}");
                }
                Fate::Looked => {
                    assert!(matches!(result, Err(Error::NotFound { .. })) && sent.len() == 2, "{told}");
                    assert!(sent[1].uri().path().ends_with("/records"), "{told}");
                }
                Fate::Once => assert!(result.is_err_and(|e| !e.is_ambiguous()) && sent.len() == 1, "{told}"),
                Fate::Exhausted => {
                    assert!(matches!(result, Err(Error::PlanExhausted { .. })) && sent.len() == 1, "{told}");
                }
                Fate::Ambiguous => {
                    assert!(result.is_err_and(|e| e.is_ambiguous()) && sent.len() == 1, "{told}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_connection_is_tried_again_for_every_verb() {
    let fault = || Fault::new(Effect::NoConnection).every(2);
    let (_, knack, id) = with(fault());
    Customer::get(&knack, id).await.unwrap();
    Customer::update(&knack, id, newsletter()).await.unwrap();
    let ann = Customer::create(&knack, &NewCustomer::with_email("ann@example.com")).await.unwrap();
    Customer::delete(&knack, ann.id).await.unwrap();
    assert_eq!(Customer::list(&knack).all().await.unwrap().len(), 420);
}

#[tokio::test(start_paused = true)]
async fn reads_changes_and_deletes_are_tried_again_after_trouble() {
    for effect in [
        Effect::DropBefore,
        Effect::DropAfter,
        Effect::CutBody { at: 40 },
        Effect::HangAfter,
        Effect::Status { status: 502, body: "<html>Bad Gateway</html>".into() },
        Effect::Status { status: 503, body: "".into() },
        Effect::Status { status: 408, body: "".into() },
    ] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let (local, knack, id) = with(Fault::new(effect.clone()).method(method.clone()).nth(1));
            Customer::get(&knack, id).await.unwrap();
            Customer::update(&knack, id, newsletter()).await.unwrap();
            Customer::delete(&knack, id).await.unwrap_or_else(|error| panic!("{effect:?} {method}: {error}"));
            assert_eq!(local.count("object_1"), 419);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_fate_is_unknown_is_not_sent_again() {
    for (effect, made, cause) in [
        (Effect::DropAfter, 1, "the connection broke before the answer came"),
        (Effect::DropBefore, 0, "the connection broke before the answer came"),
        (Effect::CutBody { at: 10 }, 1, "the answer's body was cut off"),
        (Effect::HangAfter, 1, "no answer in time (waited 30.0 s)"),
        (Effect::Status { status: 504, body: "<html>".into() }, 0, "(504 Gateway Timeout): an HTML page"),
        (
            Effect::Status { status: 500, body: "Internal Server Error".into() },
            0,
            "(500 Internal Server Error)",
        ),
    ] {
        let (local, knack, _) = with(Fault::new(effect.clone()).method(Method::POST));
        let before = local.count("object_1");
        let error = Customer::create(&knack, &NewCustomer::with_email("ann@example.com")).await.unwrap_err();
        assert!(error.is_ambiguous() && !error.is_retryable(), "{effect:?}: {error:?}");
        let text = error.to_string();
        assert!(
            text.starts_with("create of `Customer` (object_1) may or may not have been carried out: "),
            "{text}"
        );
        assert!(text.contains(cause), "{text}");
        assert!(text.ends_with("look whether the record is there before you send it again"), "{text}");
        assert_eq!((local.requests().len(), local.count("object_1") - before), (1, made), "{effect:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_that_stays_ends_after_four_attempts() {
    let (local, knack, id) = with(Fault::status(503, "down for repairs"));
    let began = Instant::now();
    let error = Customer::get(&knack, id).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "get of `Customer` (object_1), record {id} failed (503 Service Unavailable) after 4 attempts: down for \
             repairs; Knack or a gateway before it is in trouble: try again later"
        )
    );
    assert!(error.is_retryable());
    assert_eq!(local.requests().len(), 4);
    assert!(began.elapsed() >= Duration::from_millis(300), "with waits between");

    let (local, knack, id) = with(Fault::new(Effect::NoConnection));
    let error = Customer::delete(&knack, id).await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport { attempts: 4, source, .. } if source.failure() == Failure::Connect)
    );
    assert_eq!(local.count("object_1"), 420);
}

#[tokio::test(start_paused = true)]
async fn other_answers_are_not_tried_again() {
    for status in [400, 401, 403, 409, 413, 422, 302] {
        let (local, knack, id) = with(Fault::status(status, "no"));
        assert!(Customer::update(&knack, id, newsletter()).await.is_err());
        assert_eq!(local.requests().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_was_carried_out_without_an_answer_is_done() {
    for missing in [knack_emulator::MissingRecord::Status500, knack_emulator::MissingRecord::Status404] {
        let lost = Fault::new(Effect::DropAfter).method(Method::DELETE).nth(1);
        let local = emulator().missing_record(missing).fault(lost).build().unwrap();
        let knack = client_of(&local).build().unwrap();
        let id = local.ids("object_1")[0].parse().unwrap();
        Customer::delete(&knack, id).await.unwrap();
        assert_eq!(local.count("object_1"), 419);
    }
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_was_refused_or_not_connected_before_has_deleted_nothing() {
    let nobody = RecordId::from_bytes([9; 12]);
    for missing in [knack_emulator::MissingRecord::Status500, knack_emulator::MissingRecord::Status404] {
        for fault in [Fault::throttle(), Fault::new(Effect::NoConnection)] {
            let local = emulator().missing_record(missing).fault(fault.nth(1)).build().unwrap();
            let knack = client_of(&local).build().unwrap();
            let error = Customer::delete(&knack, nobody).await.unwrap_err();
            assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_take_nothing_from_the_attempts() {
    let script = Script::new(|index, _| async move {
        Ok(match index {
            0..=3 => answer(429, ""),
            4 => answer(503, ""),
            _ => answer(200, r#"{"total_pages":0,"records":[]}"#),
        })
    });
    assert!(Customer::list(&script.client()).all().await.unwrap().is_empty());
    assert_eq!(script.sent().len(), 6);

    let script = Script::new(|index, _| async move { Ok(answer(if index < 4 { 429 } else { 503 }, "")) });
    let error = Customer::list(&script.client()).all().await.unwrap_err();
    assert!(matches!(error, Error::Api { attempts: 4, .. }), "{error:?}");
    assert_eq!(script.sent().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_http_leaves_a_create_in_doubt_and_nothing_else() {
    let script = Script::new(|_, _| async { Err(TransportError::new(Failure::Protocol, "no HTTP")) });
    let error = Customer::create(&script.client(), &NewCustomer::with_email("a@b.c")).await.unwrap_err();
    assert!(error.is_ambiguous(), "{error:?}");
    let error = Customer::list(&script.client()).all().await.unwrap_err();
    assert!(matches!(&error, Error::Transport { attempts: 1, .. }) && !error.is_retryable(), "{error:?}");

    let script = Script::new(|_, _| async { Err(TransportError::new(Failure::Unsendable, "no URL")) });
    let error = Customer::create(&script.client(), &NewCustomer::with_email("a@b.c")).await.unwrap_err();
    assert!(matches!(&error, Error::Transport { .. }), "nothing was sent: {error:?}");
}

#[tokio::test(start_paused = true)]
async fn retries_are_a_fifth_of_the_calls_at_most() {
    let script = Script::always(503, "");
    let knack = script.client();
    let id = RecordId::from_bytes([1; 12]);
    for _ in 0..100 {
        assert!(Customer::get(&knack, id).await.is_err());
    }
    // Ten are saved up at the beginning; nothing that succeeds earns more.
    assert_eq!(script.sent().len(), 110);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_takes_no_longer_than_its_timeout_and_a_call_no_longer_than_its_deadline() {
    let local = emulator().fault(Fault::new(Effect::Hang)).build().unwrap();
    let id = local.ids("object_1")[0].parse().unwrap();
    let knack =
        client_of(&local).timeout(Duration::from_secs(2)).deadline(Duration::from_secs(5)).build().unwrap();
    let began = Instant::now();
    let error = Customer::get(&knack, id).await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport { source, .. } if source.failure() == Failure::Timeout),
        "{error:?}"
    );
    assert!(began.elapsed() <= Duration::from_millis(5_001), "{:?}", began.elapsed());
    assert!((2..=3).contains(&local.requests().len()));
}

#[tokio::test(start_paused = true)]
async fn every_attempt_passes_the_limiter() {
    // Trouble at the first eight requests, which are the first attempts of all: twice the sends for the
    // calls, and still ten a second.
    let local = emulator().fault(Fault::status(503, "").first(8)).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let id: RecordId = local.ids("object_1")[0].parse().unwrap();
    let tasks = (0..8).map(|_| {
        let knack = knack.clone();
        tokio::spawn(async move { Customer::get(&knack, id).await.map(drop) })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    assert_eq!((local.requests().len(), local.refused()), (16, 0));
}

#[tokio::test(start_paused = true)]
async fn a_transport_may_say_how_far_it_got() {
    let script = Script::new(|index, _| async move {
        match index {
            0 => Err(TransportError::new(Failure::Connect, "refused")),
            _ => Ok(answer(200, ANN)),
        }
    });
    let made = Customer::create(&script.client(), &NewCustomer::with_email("a@b.c")).await.unwrap();
    assert_eq!((made.name.first.as_str(), script.sent().len()), ("A", 2));
}
