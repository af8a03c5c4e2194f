//! Interactive, normal and bulk calls in one queue, in paused time.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use knack_emulator::{Emulator, Fault, Latency, Window};
use knack_runtime::error::Error;
use knack_runtime::limit::{Adaptive, Class, Limiter, Slots};
use knack_runtime::{Client, KnackObject, RecordId};
use knack_tests::sample::Customer;
use knack_tests::{client_of, emulator, ms};
use tokio::task::JoinSet;
use tokio::time::Instant;

fn ids(local: &Emulator, count: usize) -> Vec<RecordId> {
    local.ids("object_1").iter().take(count).map(|id| id.parse().unwrap()).collect()
}

/// Gets each of these, all at once; they come in this order.
async fn come(tasks: &mut JoinSet<bool>, knack: &Client, class: Class, ids: &[RecordId]) {
    for id in ids.iter().copied() {
        let knack = knack.with_class(class);
        tasks.spawn(async move { Customer::get(&knack, id).await.is_ok() });
        tokio::task::yield_now().await;
    }
}

/// The records that were asked for, as numbers of `ids`, in the order of arrival.
fn order(local: &Emulator, ids: &[RecordId]) -> Vec<usize> {
    let place = |path: &str| ids.iter().position(|id| path.ends_with(&id.to_string())).unwrap();
    local.requests().iter().map(|seen| place(&seen.path)).collect()
}

#[tokio::test(start_paused = true)]
async fn classes_go_in_order_and_first_in_first_out_within_one() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).limiter(Slots::new(1)).build().unwrap();
    let ids = ids(&local, 16);
    let mut tasks = JoinSet::new();
    come(&mut tasks, &knack, Class::Normal, &ids[..1]).await; // takes the free place
    for (class, ids) in [
        (Class::Bulk, &ids[11..14]),
        (Class::Normal, &ids[6..8]),
        (Class::Interactive, &ids[1..4]),
        (Class::Bulk, &ids[14..]),
        (Class::Normal, &ids[8..11]),
        (Class::Interactive, &ids[4..6]),
    ] {
        come(&mut tasks, &knack, class, ids).await;
    }
    assert!(tasks.join_all().await.into_iter().all(|done| done));
    let seen = order(&local, &ids);
    // Five interactive calls and four normal ones, then one of the bulk.
    assert_eq!(seen[..11], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11]);
    assert_eq!(seen[11..], [10, 12, 13, 14, 15]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_goes_back_to_its_place_within_its_class() {
    let local = emulator().fault(Fault::throttle().nth(1)).build().unwrap();
    let knack = client_of(&local).limiter(Slots::new(1)).build().unwrap();
    let ids = ids(&local, 5);
    let mut tasks = JoinSet::new();
    for (class, ids) in [
        (Class::Bulk, &ids[..1]), // refused
        (Class::Bulk, &ids[1..3]),
        (Class::Interactive, &ids[3..]),
    ] {
        come(&mut tasks, &knack, class, ids).await;
    }
    assert!(tasks.join_all().await.into_iter().all(|done| done));
    assert_eq!(order(&local, &ids), [0, 3, 4, 0, 1, 2]);
}

/// Sends calls of this class one after the other until `end`, and tells how long each took.
async fn one_after_the_other(knack: Client, id: RecordId, end: Instant) -> Vec<Duration> {
    let mut took = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        Customer::get(&knack, id).await.unwrap();
        took.push(began.elapsed());
    }
    took
}

fn limiters() -> [Arc<dyn Limiter>; 2] {
    [Arc::new(Adaptive::default()), Arc::new(Slots::default())]
}

#[tokio::test(start_paused = true)]
async fn bulk_gets_a_call_a_second_whatever_others_want() {
    for window in [Window::EpochSecond, Window::FirstCall, Window::Sliding, Window::Bucket] {
        for limiter in limiters() {
            let latency = Latency::fixed(ms(40), ms(60), ms(40));
            let local = emulator().daily_calls(100_000).window(window).latency(latency).build().unwrap();
            let knack = client_of(&local).limiter(limiter).build().unwrap();
            let (id, end) = (ids(&local, 1)[0], Instant::now() + Duration::from_secs(30));
            let mut tasks = JoinSet::new();
            for _ in 0..25 {
                tasks.spawn(one_after_the_other(knack.with_class(Class::Interactive), id, end));
            }
            tokio::task::yield_now().await;
            let bulk = one_after_the_other(knack.with_class(Class::Bulk), id, end).await;
            let strategy = knack.usage().limiter.strategy;
            // Each is sent after an answer to the last one: a round trip more than a second.
            assert!(bulk.len() >= 24, "{window:?}, {strategy}: {}", bulk.len());
            assert!(bulk.iter().all(|took| *took < ms(2_500)), "{window:?}, {strategy}: {bulk:?}");
            assert!(tasks.join_all().await.concat().len() > 200, "{window:?}, {strategy}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_persons_click_passes_a_bulk_job() {
    for window in [Window::EpochSecond, Window::FirstCall] {
        for limiter in limiters() {
            let latency = Latency::fixed(ms(40), ms(60), ms(40));
            let local = emulator().daily_calls(100_000).window(window).latency(latency).build().unwrap();
            let knack = client_of(&local).limiter(limiter).build().unwrap();
            let (id, end) = (ids(&local, 1)[0], Instant::now() + Duration::from_mins(1));
            let mut tasks = JoinSet::new();
            for _ in 0..60 {
                tasks.spawn(one_after_the_other(knack.with_class(Class::Bulk), id, end));
            }
            let (person, mut waits) = (knack.with_class(Class::Interactive), Vec::new());
            while Instant::now() < end - Duration::from_secs(2) {
                tokio::time::sleep(ms(770)).await;
                let began = Instant::now();
                Customer::get(&person, id).await.unwrap();
                waits.push(began.elapsed());
            }
            // Less than a window and a round trip; the job's own wait six seconds.
            let strategy = knack.usage().limiter.strategy;
            assert!(waits.iter().all(|wait| *wait < ms(1_300)), "{window:?}, {strategy}: {waits:?}");
            assert!(tasks.join_all().await.concat().iter().any(|took| *took > ms(5_000)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_judged_by_the_calls_that_go_before() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).limiter(Slots::default()).build().unwrap();
    let ids = ids(&local, 61);
    let mut tasks = JoinSet::new();
    come(&mut tasks, &knack, Class::Bulk, &ids[..60]).await; // ten go, fifty wait
    let hasty = knack.with_deadline(ms(2_500));
    let began = Instant::now();
    let error = Customer::get(&hasty.with_class(Class::Bulk), ids[60]).await.unwrap_err();
    assert!(began.elapsed() < ms(5));
    let Error::RateLimited { estimate: Some(estimate), refusals: 0, .. } = error else { panic!("{error:?}") };
    assert!((ms(5_900)..=ms(6_000)).contains(&estimate), "{estimate:?}");
    for class in [Class::Normal, Class::Interactive] {
        Customer::get(&hasty.with_class(class), ids[60]).await.unwrap();
    }
    assert!(tasks.join_all().await.into_iter().all(|done| done));
}
