//! Latency: when a call is judged and when its answer comes.

use std::time::Duration;

use http::Method;
use knack_core::transport::Transport;
use knack_emulator::{Effect, Fault, Latency, Spread};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use crate::{call, send, shop};

const LIST: &str = "/objects/object_1/records";

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[tokio::test(start_paused = true)]
async fn a_call_is_judged_when_it_arrives() {
    let knack = shop().latency(Latency::fixed(ms(40), ms(60), ms(30))).build().unwrap();
    let sent = Instant::now();
    send(&knack, Method::GET, LIST, "").await.unwrap();
    assert_eq!(sent.elapsed(), ms(130));
    assert_eq!(knack.requests()[0].at, ms(40));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_quick() {
    let knack = shop().rate_limit(1).latency(Latency::fixed(ms(10), ms(60), ms(10))).build().unwrap();
    let (first, second) = tokio::join!(send(&knack, Method::GET, LIST, ""), async {
        let sent = Instant::now();
        let response = send(&knack, Method::GET, LIST, "").await.unwrap();
        (response, sent.elapsed())
    });
    assert_eq!(first.unwrap().status(), 200);
    assert_eq!((second.0.status().as_u16(), second.1), (429, ms(22)));
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_arrives_though_its_sender_gave_up() {
    let knack = shop().latency(Latency::fixed(ms(40), ms(60), ms(30))).build().unwrap();
    let body = json!({"field_1": "Saw"});
    let gave_up = timeout(ms(20), call(&knack, Method::POST, LIST, body)).await;
    assert!(gave_up.is_err());
    assert_eq!(knack.count("object_1"), 0);
    sleep(ms(25)).await;
    assert_eq!((knack.count("object_1"), knack.calls()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_is_the_same_day() {
    let spread = Spread::log_normal(ms(40), ms(200));
    let run = |seed| async move {
        let latency = Latency::Random { there: spread, processing: spread, back: spread };
        let knack = shop().seed(seed).latency(latency).build().unwrap();
        let sent = Instant::now();
        for _ in 0..20 {
            send(&knack, Method::GET, LIST, "").await.unwrap();
        }
        (knack.requests().iter().map(|seen| seen.at).collect::<Vec<_>>(), sent.elapsed())
    };
    let (one, again, other) = (run(1).await, run(1).await, run(2).await);
    assert_eq!(one, again);
    assert_ne!(one, other);
    assert!(one.1 > ms(20 * 40));
}

#[tokio::test(start_paused = true)]
async fn connections_cost_once() {
    let knack = shop().connect_cost(ms(80)).fault(Fault::new(Effect::DropAfter).nth(3)).build().unwrap();
    let transport = knack.transport();
    let mut took = Vec::new();
    for _ in 0..4 {
        let request = http::Request::get("/v1/objects").body(bytes::Bytes::new()).unwrap();
        let sent = Instant::now();
        let _ = transport.send(request).await;
        took.push(sent.elapsed());
    }
    assert_eq!(took, [ms(80), ms(0), ms(0), ms(80)]);
}
