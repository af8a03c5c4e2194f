//! Pacing, the queue, deadlines, refusals and the day's plan, in paused time.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use knack_emulator::{Builder, Effect, Emulator, Fault, Latency, Spread, Window};
use knack_runtime::error::Error;
use knack_runtime::limit::{Ask, Bell, Decision, Limiter, Observation, PermitId, Slots, Snapshot, Unmetered};
use knack_runtime::time::Moment;
use knack_runtime::{Client, KnackObject, Patch, RecordId};
use knack_tests::sample::{Customer, NewCustomer};
use knack_tests::{Script, WINDOWS, answer, busiest_second, client_of, emulator, ms, some_id};
use tokio::task::JoinSet;
use tokio::time::Instant;

mod deadlines;
mod permits;
mod refusals;
mod runtimes;
mod sharing;
mod spent_plan;

/// 140 ms there and back.
fn round_trip() -> Latency {
    Latency::fixed(ms(40), ms(60), ms(40))
}

/// Ways and answers that take their time, each another.
fn jittery() -> Latency {
    let way = Spread::log_normal(ms(40), ms(200));
    Latency::Random { there: way, processing: way, back: way }
}

/// A plan of so many calls a day, at 22:13 GMT: no midnight comes in the middle of a test.
fn daily_plan(calls: u64) -> Builder {
    emulator().daily_calls(calls).starts_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
}

/// Gets one record `calls` times at once and gives back what did not succeed.
async fn at_once(knack: &Client, id: RecordId, calls: usize) -> Vec<Error> {
    let mut tasks = JoinSet::new();
    for _ in 0..calls {
        let knack = knack.clone();
        tasks.spawn(async move { Customer::get(&knack, id).await.map(drop) });
    }
    tasks.join_all().await.into_iter().filter_map(Result::err).collect()
}

/// When requests came to the server.
fn arrivals(local: &Emulator) -> impl Iterator<Item = Duration> {
    local.requests().into_iter().map(|seen| seen.at)
}

#[tokio::test(start_paused = true)]
async fn sixty_calls_at_once_are_not_refused_whatever_the_window() {
    let steady = Latency::fixed(ms(40), ms(60), ms(40));
    let way = Spread::log_normal(ms(40), ms(80));
    let jittery = Latency::Random { there: way, processing: way, back: way };
    for window in WINDOWS {
        // With jitter, a way there that is shorter than any round trip can cost a refusal.
        for (latency, refused) in [(steady, 0), (jittery, 1)] {
            let local =
                emulator().window(window).latency(latency).connect_cost(ms(120)).seed(11).build().unwrap();
            let knack = client_of(&local).build().unwrap();
            let began = Instant::now();
            assert!(at_once(&knack, some_id(&local), 60).await.is_empty());
            assert!(local.refused() <= refused, "{window:?}, {latency:?}: {}", local.refused());
            assert!(began.elapsed() < ms(9_000), "{window:?}: {:?}", began.elapsed());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_go_in_the_order_in_which_they_came() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let ids: Vec<RecordId> = local.ids("object_1").iter().take(45).map(|id| id.parse().unwrap()).collect();
    let mut tasks = JoinSet::new();
    for id in ids.clone() {
        let knack = knack.clone();
        tasks.spawn(async move { Customer::get(&knack, id).await.map(drop) });
        tokio::task::yield_now().await;
    }
    assert!(tasks.join_all().await.into_iter().all(|result| result.is_ok()));
    let seen: Vec<String> = local.requests().into_iter().map(|seen| seen.path).collect();
    let wanted: Vec<String> = ids.iter().map(|id| format!("/v1/objects/object_1/records/{id}")).collect();
    assert_eq!(seen, wanted);
}

#[tokio::test(start_paused = true)]
async fn usage_tells_what_is_left() {
    let local = daily_plan(5_000).daily_used(431).build().unwrap();
    let builder = client_of(&local).plan(knack_runtime::Plan::Pro);
    let knack = builder.limiter(Slots::default()).build().unwrap();
    let usage = knack.usage();
    assert_eq!((usage.plan_limit, usage.plan_left, usage.limiter.available), (Some(5_000), None, Some(10)));
    assert!(at_once(&knack, some_id(&local), 20).await.is_empty());
    let usage = knack.usage();
    assert_eq!((usage.plan_limit, usage.plan_left), (Some(5_000), Some(local.plan_left())));
    assert_eq!((usage.limiter.answered, usage.limiter.refused, usage.waiting), (20, 0, 0));
    assert_eq!(usage.limiter.strategy, "slots");
}

#[tokio::test(start_paused = true)]
async fn usage_tells_how_the_window_lies_once_it_is_learnt() {
    let local = daily_plan(5_000).window(Window::EpochSecond).latency(jittery()).build().unwrap();
    let (knack, id) = (client_of(&local).build().unwrap(), some_id(&local));
    let usage = knack.usage();
    assert_eq!((usage.window_ends_in, usage.clock_width), (None, None));
    assert!(at_once(&knack, id, 300).await.is_empty());
    assert_eq!(knack.usage().limiter.strategy, "adaptive: grid");
    for _ in 0..7 {
        tokio::time::sleep(ms(130)).await;
        let usage = knack.usage();
        let (ends_in, width) = (usage.window_ends_in.unwrap(), usage.clock_width.unwrap());
        assert!(width <= ms(200), "{width:?}");
        assert!(ends_in <= ms(1_000), "{ends_in:?}");
        // It has ended then, and no earlier than the bounds are apart: with a second of the server's clock.
        let late = (local.wall() + ends_in).subsec_nanos();
        assert!(Duration::from_nanos(late.into()) <= width, "{late} ns, {width:?}");
    }
}
