//! The default limiter beside answers that tell nothing, or what is not so, and with small limits, in paused time.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use http::HeaderValue;
use knack_emulator::{Emulator, InProcess, Latency, Spread, Window};
use knack_runtime::limit::{Adaptive, Class};
use knack_runtime::transport::{BoxFuture, Failure, Request, Response, Transport, TransportError};
use knack_runtime::{Client, KnackObject, RecordId};
use knack_tests::sample::Customer;
use knack_tests::{client_of, emulator, ms, some_id};
use tokio::task::JoinSet;
use tokio::time::Instant;

const RUN: Duration = Duration::from_secs(90);

const WINDOWS: [Window; 3] = [Window::EpochSecond, Window::FixedPhase { phase: ms(370) }, Window::FirstCall];

fn server(window: Window, seed: u64) -> knack_emulator::Builder {
    let way = Spread::log_normal(ms(40), ms(200));
    let latency = Latency::Random { there: way, processing: Spread::log_normal(ms(60), ms(300)), back: way };
    emulator().daily_calls(100_000).window(window).latency(latency).seed(seed)
}

/// What is done to the nth answer.
type Change = fn(u64, Response) -> Result<Response, TransportError>;

struct Changed {
    to: InProcess,
    answers: AtomicU64,
    change: Change,
}

impl Transport for Changed {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let answer = self.to.send(request);
        Box::pin(async move {
            let answer = answer.await?;
            (self.change)(self.answers.fetch_add(1, Ordering::Relaxed) + 1, answer)
        })
    }
}

async fn work(knack: Client, id: RecordId, end: Instant) {
    while Instant::now() < end {
        Customer::get(&knack, id).await.ok();
    }
}

/// Fifty workers of a bulk job, and a person now and then, for a while: how many calls the server let pass, and
/// how many it refused.
async fn under_load(local: &Emulator, limiter: Adaptive, change: Change) -> (f64, f64) {
    let transport = Changed { to: local.transport(), answers: AtomicU64::new(0), change };
    let builder = client_of(local).transport(transport).limiter(limiter).deadline(Duration::from_mins(10));
    let knack = builder.build().unwrap();
    let id = some_id(local);
    let (bulk, end) = (knack.with_class(Class::Bulk), Instant::now() + RUN);
    let mut workers: JoinSet<()> = (0..50).map(|_| work(bulk.clone(), id, end)).collect();
    let person = knack.with_class(Class::Interactive);
    while Instant::now() < end {
        tokio::time::sleep(ms(1_730)).await;
        Customer::get(&person, id).await.ok();
    }
    workers.abort_all();
    let count = |calls: u64| u32::try_from(calls).unwrap();
    let (calls, refused) = (count(local.calls()), count(local.refused()));
    (f64::from(calls - refused), f64::from(refused))
}

fn reset_off(mut answer: Response, by: i64) -> Response {
    let reset = answer.headers().get("x-ratelimit-reset").and_then(|reset| reset.to_str().ok());
    let reset: i64 = reset.unwrap().parse().unwrap();
    answer.headers_mut().insert("x-ratelimit-reset", HeaderValue::from(reset + by));
    answer
}

/// On two days, nine calls a second pass, and of a hundred hardly one is refused.
async fn holds(what: &str, change: Change) {
    for window in WINDOWS {
        let (mut passed, mut refused) = (0.0, 0.0);
        for seed in 0..2 {
            let (of_one, refused_of_one) =
                under_load(&server(window, seed).build().unwrap(), Adaptive::default(), change).await;
            (passed, refused) = (passed + of_one, refused + refused_of_one);
        }
        let told = format!("{what}, {window:?}: {passed} passed, {refused} refused");
        assert!(passed / RUN.as_secs_f64() / 20.0 > 0.93 && refused / passed < 0.01, "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_reset_costs_hardly_a_call() {
    holds("10 s ahead", |n, answer| Ok(if n == 300 { reset_off(answer, 10) } else { answer })).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_whose_clock_is_set_refuses_hardly_a_call() {
    holds("an hour back", |n, answer| Ok(if n >= 300 { reset_off(answer, -3_600) } else { answer })).await;
    holds("a minute ahead", |n, answer| Ok(if n >= 300 { reset_off(answer, 60) } else { answer })).await;
}

#[tokio::test(start_paused = true)]
async fn resets_that_are_off_now_and_then_cost_hardly_a_call() {
    holds("each twentieth", |n, answer| {
        let off = [-2, -1, 1, 2][usize::try_from(n / 20 % 4).unwrap()];
        Ok(if n.is_multiple_of(20) { reset_off(answer, off) } else { answer })
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn connections_that_break_are_not_taken_for_calls_of_others() {
    holds("each tenth", |n, answer| {
        let broken = || TransportError::new(Failure::Broken, "on purpose");
        if n.is_multiple_of(10) { Err(broken()) } else { Ok(answer) }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn answers_without_headers_are_not_taken_for_calls_of_others() {
    holds("each other", |n, mut answer| {
        if n.is_multiple_of(2) {
            for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
                answer.headers_mut().remove(name);
            }
        }
        Ok(answer)
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn numbers_that_repeat_are_not_taken_for_calls_of_others() {
    // 9, 9, 7, 7, 5, 5 …: each other is one more than what remains.
    holds("each twice", |_, mut answer| {
        let remaining = answer.headers().get("x-ratelimit-remaining").and_then(|left| left.to_str().ok());
        let remaining: u64 = remaining.unwrap().parse().unwrap();
        answer.headers_mut().insert("x-ratelimit-remaining", HeaderValue::from(remaining | 1));
        Ok(answer)
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn answers_that_lack_one_header_cost_hardly_a_call() {
    holds("one of three each fourth", |n, mut answer| {
        let names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
        if n.is_multiple_of(4) {
            answer.headers_mut().remove(names[usize::try_from(n / 4 % 3).unwrap()]);
        }
        Ok(answer)
    })
    .await;
}

/// Another server from some moment on, at the same address and with the same clock.
struct Turning {
    before: InProcess,
    after: InProcess,
    at: Instant,
}

impl Transport for Turning {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        if Instant::now() < self.at { self.before.send(request) } else { self.after.send(request) }
    }
}

/// How it takes the server to count, looked at each 50 ms until then.
async fn strategies(knack: &Client, until: Instant) -> Vec<&'static str> {
    let mut seen = Vec::new();
    while Instant::now() < until {
        tokio::time::sleep(ms(50)).await;
        seen.push(knack.usage().limiter.strategy);
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn a_server_that_counts_otherwise_all_at_once_has_it_begin_anew_with_slots() {
    let turns = [
        (Window::EpochSecond, "adaptive: grid", Window::FirstCall),
        (Window::EpochSecond, "adaptive: grid", Window::Sliding),
        (Window::FirstCall, "adaptive: opened", Window::Sliding),
        (Window::Bucket, "adaptive: bucket", Window::FirstCall),
    ];
    for (before, strategy, after) in turns {
        let starts_at = UNIX_EPOCH + ms(1_700_000_000_250);
        let [before_it, after_it] =
            [before, after].map(|window| server(window, 1).starts_at(starts_at).build().unwrap());
        let at = Instant::now() + RUN / 3;
        let transport = Turning { before: before_it.transport(), after: after_it.transport(), at };
        let builder = client_of(&before_it).transport(transport).deadline(Duration::from_mins(10));
        let knack = builder.build().unwrap().with_class(Class::Bulk);
        let id = some_id(&before_it);
        let mut workers: JoinSet<()> = (0..50).map(|_| work(knack.clone(), id, at + RUN)).collect();
        let learnt = strategies(&knack, at).await;
        let turned = strategies(&knack, at + RUN).await;
        workers.abort_all();
        let told = format!("{before:?}, {after:?}");
        let slots = turned.iter().position(|mode| *mode == "adaptive: slots");
        assert_eq!(learnt.last(), Some(&strategy), "{told}");
        assert!(slots.is_some_and(|looks| looks < 200), "within ten seconds: {told}, {slots:?}");
        let (calls, refused) = (after_it.calls(), after_it.refused());
        let told = format!("{told}: {calls} calls, {refused} refused");
        assert!(calls - refused > 10 * RUN.as_secs() * 8 / 10 && refused <= 10, "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn windows_of_few_places_are_learnt_as_well() {
    for window in WINDOWS {
        for limit in [2, 4] {
            let local = server(window, 1).rate_limit(limit).build().unwrap();
            let (passed, refused) = under_load(&local, Adaptive::new(limit), |_, answer| Ok(answer)).await;
            let goodput = passed / RUN.as_secs_f64() / f64::from(limit);
            let told = format!("{limit} in {window:?}: {goodput:.3}, {refused} refused");
            assert!(goodput > 0.85 && refused / passed < 0.06, "{told}");
        }
    }
}
