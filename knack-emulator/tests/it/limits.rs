//! The rate window and the daily plan, with their headers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Method, Response};
use knack_emulator::{Emulator, Fault, Window};
use tokio::time::advance;

use crate::{header, send, shop};

/// 2026-03-09 13:26:36.618 UTC.
fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_773_062_796_618)
}

async fn list(knack: &Emulator) -> Response<Bytes> {
    send(knack, Method::GET, "/objects/object_1/records", "").await.unwrap()
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[tokio::test(start_paused = true)]
async fn every_answer_carries_the_figures() {
    let knack = shop().starts_at(start()).daily_calls(5_000).daily_used(430).build().unwrap();
    let first = list(&knack).await;
    for (name, want) in [
        ("x-planlimit-limit", "5000"),
        ("x-planlimit-remaining", "4569"),
        ("x-planlimit-reset", "38003382"),
        ("x-ratelimit-limit", "10"),
        ("x-ratelimit-remaining", "9"),
        // The window ends at 37.618 s; the header is rounded up.
        ("x-ratelimit-reset", "1773062798"),
        ("date", "Mon, 09 Mar 2026 13:26:36 GMT"),
        ("content-type", "application/json; charset=utf-8"),
    ] {
        assert_eq!(header(&first, name), want, "{name}");
    }
    advance(ms(999)).await;
    let second = list(&knack).await;
    assert_eq!(header(&second, "x-ratelimit-remaining"), "8");
    assert_eq!(header(&second, "x-ratelimit-reset"), "1773062798");
    assert_eq!(header(&second, "date"), "Mon, 09 Mar 2026 13:26:37 GMT");
    advance(ms(1)).await;
    assert_eq!(header(&list(&knack).await, "x-ratelimit-remaining"), "9");
    let missing = send(&knack, Method::GET, "/objects/object_1/records/x", "").await.unwrap();
    assert_eq!((missing.status().as_u16(), header(&missing, "x-ratelimit-remaining").as_str()), (500, "8"));
}

#[tokio::test(start_paused = true)]
async fn the_eleventh_call_is_refused() {
    let knack = shop().starts_at(start()).build().unwrap();
    for left in (0..10).rev() {
        let response = list(&knack).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-ratelimit-remaining"), left.to_string());
    }
    advance(ms(500)).await;
    let refused = list(&knack).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(&refused.body()[..], b"Rate limit exceeded");
    assert_eq!(header(&refused, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&refused, "x-ratelimit-remaining"), "0");
    assert_eq!(header(&refused, "retry-after"), "");
    assert_eq!(header(&refused, "x-planlimit-remaining"), "990", "a refusal costs nothing of the plan");
    assert_eq!((knack.calls(), knack.refused(), knack.plan_left()), (11, 1, 990));
    advance(ms(500)).await;
    assert_eq!(list(&knack).await.status(), 200, "the refusal lengthened nothing");
    let seen = knack.requests();
    assert_eq!((seen[10].status, seen[10].refused, seen[10].at), (Some(429), true, ms(500)));
}

#[tokio::test(start_paused = true)]
async fn windows_are_laid_out_as_chosen() {
    // Ten calls at once, then one every 100 ms for 1.5 s: which of those pass.
    for (window, want) in [
        // The wall clock starts at .618, so the next second begins after 382 ms.
        (Window::EpochSecond, (4..=15).collect::<Vec<u64>>()),
        (Window::FixedPhase { phase: ms(118) }, (5..=15).collect()),
        (Window::FirstCall, (10..=15).collect()),
        (Window::Sliding, (10..=15).collect()),
        (Window::Bucket, (1..=15).collect()),
    ] {
        let knack = shop().starts_at(start()).window(window).build().unwrap();
        for _ in 0..10 {
            assert_eq!(list(&knack).await.status(), 200);
        }
        let mut passed = Vec::new();
        for step in 1..=15 {
            advance(ms(100)).await;
            if list(&knack).await.status() == 200 {
                passed.push(step);
            }
        }
        assert_eq!(passed, want, "{window:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_spent_plan_lasts_until_midnight() {
    let knack = shop().starts_at(start()).daily_calls(100).daily_used(98).build().unwrap();
    assert_eq!(header(&list(&knack).await, "x-planlimit-remaining"), "1");
    assert_eq!(header(&list(&knack).await, "x-planlimit-remaining"), "0");
    let refused = list(&knack).await;
    assert_eq!((refused.status().as_u16(), &refused.body()[..]), (429, &b"Rate limit exceeded"[..]));
    assert_eq!(header(&refused, "x-planlimit-remaining"), "0");
    assert_eq!(header(&refused, "x-ratelimit-remaining"), "8", "a spent plan takes no place in the window");
    let wait: u64 = header(&refused, "x-planlimit-reset").parse().unwrap();
    advance(ms(wait - 1)).await;
    assert_eq!(list(&knack).await.status(), 429);
    advance(ms(1)).await;
    let next = list(&knack).await;
    assert_eq!((next.status().as_u16(), header(&next, "x-planlimit-remaining").as_str()), (200, "99"));
    assert_eq!(header(&next, "x-planlimit-reset"), "86400000");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_may_cost_plan_and_may_be_sent_with_room() {
    let knack =
        shop().charge_refused(true).daily_calls(50).fault(Fault::throttle().first(2)).build().unwrap();
    let refused = list(&knack).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(header(&refused, "x-ratelimit-remaining"), "0");
    assert_eq!(header(&refused, "x-planlimit-remaining"), "49");
    list(&knack).await;
    assert_eq!(list(&knack).await.status(), 200);
    assert_eq!((knack.plan_left(), knack.refused()), (47, 2));
}

#[tokio::test(start_paused = true)]
async fn the_plan_of_the_dump_holds() {
    let knack = Emulator::builder().sample().build().unwrap();
    let listed = send(&knack, Method::GET, "/objects/object_3/records", "").await.unwrap();
    assert_eq!(header(&listed, "x-planlimit-limit"), "5000");
}

#[tokio::test(start_paused = true)]
async fn a_skewed_clock_shows_in_every_time() {
    let knack = shop().starts_at(start()).clock_skew(-2_700).build().unwrap();
    let response = list(&knack).await;
    assert_eq!(header(&response, "date"), "Mon, 09 Mar 2026 13:26:33 GMT");
    assert_eq!(header(&response, "x-ratelimit-reset"), "1773062795");
    assert_eq!(header(&response, "x-planlimit-reset"), "38006082");
}
