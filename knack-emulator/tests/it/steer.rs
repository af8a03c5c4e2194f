//! What tests do to a running server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use knack_emulator::{Emulator, Fault};
use serde_json::{Value, json};

use crate::{call, create, get, shop};

const RECORDS: &str = "/objects/object_1/records";

#[tokio::test(start_paused = true)]
async fn the_clock_moves_without_waiting() {
    let knack = shop().rate_limit(1).daily_calls(2).build().unwrap();
    let status = async || call(&knack, Method::GET, RECORDS, Value::Null).await.0;
    assert_eq!((status().await, status().await), (200, 429));
    knack.advance(Duration::from_secs(1));
    assert_eq!(status().await, 200);
    knack.advance(Duration::from_secs(1));
    assert_eq!(status().await, 429, "the plan");
    knack.advance(Duration::from_hours(24));
    assert_eq!(status().await, 200);
    knack.advance(Duration::MAX);
    assert_eq!(status().await, 200, "time ends before it overflows");
}

#[tokio::test(start_paused = true)]
async fn sessions_end_with_the_clock() {
    let knack = Emulator::builder().sample().build().unwrap();
    let token = crate::token(&knack, 0).await;
    let orders = "/pages/scene_7/views/view_7/records";
    crate::seen(&knack, orders, Some(&token)).await;
    knack.advance(Duration::from_hours(48));
    assert_eq!(crate::browse(&knack, Method::GET, orders, Some(&token), Value::Null).await.status(), 403);
}

#[tokio::test(start_paused = true)]
async fn a_reset_brings_back_the_start() {
    let knack =
        Emulator::builder().sample().fault(Fault::status(500, "").method(Method::PATCH)).build().unwrap();
    let state = async || {
        let mut all = Vec::new();
        for object in knack.objects() {
            knack.advance(Duration::from_secs(2));
            all.push(
                get(&knack, &format!("/objects/{object}/records?rows_per_page=1000&sort_field=id")).await,
            );
        }
        all
    };
    let before = state().await;
    let began = knack.wall();
    let (order, product) = (&knack.ids("object_6")[0], &knack.ids("object_4")[0]);
    for n in 0..3 {
        knack.advance(Duration::from_secs(1));
        create(
            &knack,
            "object_7",
            json!({"field_61": order, "field_62": product, "field_63": n + 1, "field_64": "10"}),
        )
        .await;
    }
    let line = &knack.ids("object_7")[0];
    for (method, path, body) in [
        (Method::DELETE, format!("/objects/object_7/records/{line}"), Value::Null),
        (Method::DELETE, format!("/objects/object_4/records/{product}"), Value::Null),
        (Method::PUT, format!("/objects/object_6/records/{order}"), json!({"field_46": "Ready"})),
    ] {
        knack.advance(Duration::from_secs(1));
        assert_eq!(call(&knack, method, &path, body).await.0, 200);
    }
    knack.inject(Fault::throttle());
    assert_ne!(knack.count("object_7"), 3_200);
    knack.reset();
    assert_eq!((knack.requests().len(), knack.calls(), knack.plan_left()), (0, 0, 5_000));
    assert_eq!(knack.faults().iter().map(ToString::to_string).collect::<Vec<_>>(), ["500:method=PATCH"]);
    assert!(knack.wall() < began);
    assert_eq!(state().await, before);
    // And once more: what was written before the first reset is over.
    knack.advance(Duration::from_secs(2));
    create(&knack, "object_4", json!({"field_30": "Bell", "field_31": "FW-9001"})).await;
    knack.reset();
    assert_eq!(state().await, before);
}

#[test]
fn a_call_on_its_way_does_not_bring_later_times_into_a_new_start() {
    let knack = shop().rate_limit(u32::MAX).daily_calls(u64::MAX).build().unwrap();
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                while !ended.load(Ordering::Relaxed) {
                    runtime.block_on(call(&knack, Method::GET, RECORDS, Value::Null));
                }
            });
        }
        let mut late = false;
        for _ in 0..300 {
            knack.advance(Duration::from_hours(240));
            knack.reset();
            let before = knack.calls();
            while knack.calls() < before + 5 {
                std::thread::yield_now();
            }
            late |= knack.requests().iter().any(|seen| seen.at > Duration::from_hours(24));
        }
        ended.store(true, Ordering::Relaxed);
        assert!(!late, "its window and its plan would wait ten days");
    });
}
