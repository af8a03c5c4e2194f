//! Under refusals no second carries more than ten sends, whatever limiter and server: seen by a transport at the
//! moment of sending, and by the server at that of arrival. The default limiter keeps to it for 20 s from each
//! refusal on.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use knack_emulator::{Fault, InProcess, Latency, Spread, Window};
use knack_runtime::KnackObject;
use knack_runtime::limit::{Adaptive, Class, Limiter, Slots};
use knack_runtime::transport::{BoxFuture, Request, Response, Transport, TransportError};
use knack_tests::sample::Customer;
use knack_tests::{WINDOWS, busiest_second, client_of, emulator, ms, some_id};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Notes when each request is sent.
struct Noted {
    to: InProcess,
    sent: Arc<Mutex<Vec<Instant>>>,
}

impl Transport for Noted {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.sent.lock().unwrap().push(Instant::now());
        self.to.send(request)
    }
}

fn latencies() -> [Latency; 3] {
    let way = Spread::log_normal(ms(40), ms(160));
    let jittery = Latency::Random { there: way, processing: way, back: way };
    [Latency::None, Latency::fixed(ms(40), ms(60), ms(40)), jittery]
}

/// Every so many calls are refused without need: each fourth, each second, or in bursts.
fn refusals() -> [Vec<Fault>; 3] {
    let retry_after = Fault::retry_after("0.25").every(12);
    [
        vec![Fault::throttle().every(4), retry_after],
        vec![Fault::throttle().every(2)],
        vec![Fault::throttle().first(25), Fault::throttle().every(9)],
    ]
}

/// So many tasks with so many calls each, and how many of them are refused at least.
struct Load {
    tasks: usize,
    calls: usize,
    class: fn(usize) -> Class,
    refused: u64,
}

const TWENTY_TASKS: Load = Load {
    tasks: 20,
    calls: 6,
    class: |task| [Class::Interactive, Class::Normal, Class::Bulk][task % 3],
    refused: 15,
};

async fn under(load: Load, limiter: Arc<dyn Limiter>, window: Window, latency: Latency, faults: Vec<Fault>) {
    let mut builder = emulator().daily_calls(100_000).window(window).latency(latency).seed(5);
    for fault in faults {
        builder = builder.fault(fault);
    }
    let local = builder.build().unwrap();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let transport = Noted { to: local.transport(), sent: Arc::clone(&sent) };
    let builder = client_of(&local).transport(transport).limiter(limiter).deadline(Duration::from_mins(10));
    let knack = builder.build().unwrap();
    let id = some_id(&local);
    let mut tasks = JoinSet::new();
    for task in 0..load.tasks {
        let knack = knack.with_class((load.class)(task));
        tasks.spawn(async move {
            for _ in 0..load.calls {
                Customer::get(&knack, id).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    let (sends, strategy) = (sent.lock().unwrap().clone(), knack.usage().limiter.strategy);
    let told = format!("{strategy}, {window:?}, {latency:?}, {} refused", local.refused());
    assert!(local.refused() >= load.refused && sends.len() >= load.tasks * load.calls, "{told}");
    let busiest = busiest_second(sends);
    assert!(busiest <= 10, "{busiest} sends: {told}");
    if latency == Latency::None || matches!(latency, Latency::Fixed { .. }) {
        let arrivals = local.requests().into_iter().map(|seen| seen.at);
        assert!(busiest_second(arrivals) <= 10, "arrivals: {told}");
    }
}

/// Every window with every latency, each with another way of refusing.
async fn everywhere(limiter: impl Fn() -> Arc<dyn Limiter>) {
    for (turn, window) in WINDOWS.into_iter().enumerate() {
        let mut refusals = refusals();
        refusals.rotate_left(turn % 3);
        for (latency, faults) in latencies().into_iter().zip(refusals) {
            under(TWENTY_TASKS, limiter(), window, latency, faults).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_adaptive_limiter_keeps_to_ten_a_second_under_refusals() {
    everywhere(|| Arc::new(Adaptive::default())).await;
}

/// Rare refusals: the first is in the first second, and each further one within 20 s of the last.
#[tokio::test(start_paused = true)]
async fn the_adaptive_limiter_keeps_to_ten_a_second_where_a_call_in_120_is_refused() {
    for window in WINDOWS {
        for (turn, every) in [30, 60, 120].into_iter().enumerate() {
            let faults = vec![Fault::throttle().nth(1), Fault::throttle().every(every)];
            let load = Load { tasks: 50, calls: 12, class: |_| Class::Bulk, refused: 5 };
            under(load, Arc::new(Adaptive::default()), window, latencies()[turn], faults).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slots_keep_to_ten_a_second_under_refusals() {
    everywhere(|| Arc::new(Slots::default())).await;
}
