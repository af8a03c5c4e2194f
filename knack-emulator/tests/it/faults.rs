//! Faults, and what they leave behind.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use knack_core::transport::Failure;
use knack_emulator::{Effect, Fault};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::{call, header, send, shop};

const RECORDS: &str = "/objects/object_1/records";

/// One create under a fault: how it failed, and the records, calls and plan it cost.
async fn create_under(effect: Effect) -> (Option<Failure>, usize, u64, i64) {
    let knack = shop().fault(Fault::new(effect)).build().unwrap();
    let sent =
        timeout(Duration::from_secs(5), send(&knack, Method::POST, RECORDS, r#"{"field_1":"Saw"}"#)).await;
    let failure = match sent {
        Err(_) => Some(Failure::Timeout),
        Ok(answer) => answer.err().map(|error| error.failure()),
    };
    (failure, knack.count("object_1"), knack.calls(), 1_000 - knack.plan_left())
}

#[tokio::test(start_paused = true)]
async fn how_far_each_fault_lets_a_write_come() {
    for (effect, want) in [
        (Effect::NoConnection, (Some(Failure::Connect), 0, 0, 0)),
        (Effect::DropBefore, (Some(Failure::Broken), 0, 1, 0)),
        (Effect::DropAfter, (Some(Failure::Broken), 1, 1, 1)),
        (Effect::CutBody { at: 10 }, (Some(Failure::Truncated), 1, 1, 1)),
        (Effect::CutBody { at: 1_000_000 }, (None, 1, 1, 1)),
        (Effect::Hang, (Some(Failure::Timeout), 0, 1, 0)),
        (Effect::HangAfter, (Some(Failure::Timeout), 1, 1, 1)),
        (Effect::Status { status: 503, body: Bytes::new() }, (None, 0, 1, 1)),
        (Effect::Throttle, (None, 0, 1, 0)),
    ] {
        assert_eq!(create_under(effect.clone()).await, want, "{effect:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_can_be_replaced_and_delayed() {
    let page = "<html><body>502 Bad Gateway</body></html>";
    let knack = shop()
        .fault(Fault::status(502, page).nth(1))
        .fault(
            Fault::new(Effect::Body {
                content_type: "application/json".into(),
                body: b"{\"records\":[\xff".as_slice().into(),
            })
            .nth(2),
        )
        .fault(Fault::new(Effect::Delay(Duration::from_secs(3))).nth(3))
        .fault(Fault::throttle().nth(4))
        .fault(Fault::retry_after("1.5").nth(4))
        .fault(Fault::new(Effect::Header { name: "x-ratelimit-reset".into(), value: String::new() }).nth(5))
        .build()
        .unwrap();
    let first = send(&knack, Method::GET, RECORDS, "").await.unwrap();
    assert_eq!((first.status().as_u16(), &first.body()[..]), (502, page.as_bytes()));
    assert_eq!(header(&first, "content-type"), "text/html; charset=utf-8");
    let second = send(&knack, Method::GET, RECORDS, "").await.unwrap();
    assert_eq!((second.status().as_u16(), &second.body()[..]), (200, &b"{\"records\":[\xff"[..]));
    let sent = Instant::now();
    send(&knack, Method::GET, RECORDS, "").await.unwrap();
    assert_eq!(sent.elapsed(), Duration::from_secs(3));
    let fourth = send(&knack, Method::GET, RECORDS, "").await.unwrap();
    assert_eq!((fourth.status().as_u16(), header(&fourth, "retry-after").as_str()), (429, "1.5"));
    let fifth = send(&knack, Method::GET, RECORDS, "").await.unwrap();
    assert_eq!(fifth.status(), 200);
    assert!(!fifth.headers().contains_key("x-ratelimit-reset"));
}

#[tokio::test(start_paused = true)]
async fn faults_come_and_go_while_it_runs() {
    let knack = shop().build().unwrap();
    knack.inject(Fault::status(500, "").method(Method::POST).path("/objects/object_1/"));
    assert_eq!(call(&knack, Method::GET, RECORDS, Value::Null).await.0, 200);
    assert_eq!(call(&knack, Method::POST, RECORDS, json!({"field_1": "Saw"})).await.0, 500);
    knack.clear_faults();
    assert_eq!(call(&knack, Method::POST, RECORDS, json!({"field_1": "Saw"})).await.0, 200);
    let statuses: Vec<_> = knack.requests().iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [Some(200), Some(500), Some(200)]);
}

#[tokio::test(start_paused = true)]
async fn the_log_is_bounded_and_keeps_secrets_out_of_debug() {
    let knack = shop().remember_requests(2).build().unwrap();
    for page in 1..=3 {
        send(&knack, Method::GET, &format!("{RECORDS}?page={page}"), "").await.unwrap();
    }
    let seen = knack.requests();
    assert_eq!(seen.iter().map(|s| s.query.as_str()).collect::<Vec<_>>(), ["page=2", "page=3"]);
    assert_eq!(seen[0].headers["x-knack-rest-api-key"], knack.api_key());
    assert!(!format!("{seen:?}{knack:?}").contains(knack.api_key()));
    knack.forget_requests();
    assert!(knack.requests().is_empty());
    assert_eq!(knack.calls(), 3);
}
