//! What the `metrics` facade is told, by the table in the documentation of `knack_runtime`.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use knack_emulator::{Effect, Fault};
use knack_runtime::KnackObject;
use knack_runtime::limit::{Class, Slots};
use knack_tests::sample::Customer;
use knack_tests::{client_of, emulator, some_id};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use tokio::task::JoinSet;

type Figures = Arc<Mutex<BTreeMap<String, f64>>>;

/// Keeps every figure under its name and labels.
#[derive(Clone, Default)]
struct Kept(Figures);

struct Figure(String, Figures);

impl Figure {
    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut figures = self.1.lock().unwrap();
        let figure = figures.entry(self.0.clone()).or_default();
        *figure = change(*figure);
    }
}

#[allow(clippy::cast_precision_loss)]
impl CounterFn for Figure {
    fn increment(&self, value: u64) {
        self.change(|figure| figure + value as f64);
    }
    fn absolute(&self, value: u64) {
        self.change(|_| value as f64);
    }
}

impl GaugeFn for Figure {
    fn increment(&self, value: f64) {
        self.change(|figure| figure + value);
    }
    fn decrement(&self, value: f64) {
        self.change(|figure| figure - value);
    }
    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

impl Kept {
    fn figure(&self, key: &Key) -> Arc<Figure> {
        let labels: Vec<String> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Figure([vec![key.name().to_owned()], labels].concat().join(" "), Arc::clone(&self.0)))
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.figure(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.figure(key))
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test(start_paused = true)]
async fn counters_and_gauges_tell_what_happened() {
    let kept = Kept::default();
    let _here = metrics::set_default_local_recorder(&kept);
    let local = emulator()
        .daily_calls(1_000)
        .starts_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
        .fault(Fault::throttle().nth(2))
        .fault(Fault::new(Effect::NoConnection).nth(4))
        .build()
        .unwrap();
    let knack = client_of(&local).limiter(Slots::new(1)).build().unwrap();
    let id = some_id(&local);
    let mut tasks = JoinSet::new();
    for class in [Class::Bulk, Class::Bulk, Class::Interactive, Class::Normal, Class::Bulk] {
        let knack = knack.with_class(class);
        tasks.spawn(async move { Customer::get(&knack, id).await.unwrap() });
    }
    tokio::task::yield_now().await;
    let hasty = knack.with_deadline(Duration::from_millis(100));
    assert!(Customer::get(&hasty, id).await.is_err());
    assert!(tasks.join_all().await.len() == 5);
    let job = knack.reserve(300).unwrap();
    Customer::get(job.client(), id).await.unwrap();

    let figures = kept.0.lock().unwrap().clone();
    let figure = |name: &str| *figures.get(name).unwrap_or_else(|| panic!("{name} is not in {figures:#?}"));
    let sent =
        ["interactive", "normal", "bulk"].map(|class| figure(&format!("knack_sent_total class={class}")));
    assert!((sent.iter().sum::<f64>() - 8.0).abs() < 0.1, "{sent:?}");
    for (name, wanted) in [
        ("knack_refused_total", 1.0),
        ("knack_retries_total", 1.0),
        ("knack_denied_total reason=late", 1.0),
        ("knack_plan_limit", 1_000.0),
        ("knack_plan_left", 994.0),
        ("knack_plan_reserved", 299.0),
        ("knack_plan_floor", 50.0),
        ("knack_waiting class=interactive", 0.0),
        ("knack_waiting class=bulk", 0.0),
        ("knack_in_flight", 0.0),
    ] {
        assert!((figure(name) - wanted).abs() < 0.1, "{name}: {}", figure(name));
    }
    assert!(figure("knack_waits_total class=bulk") >= 2.0);
    assert!(figure("knack_waited_milliseconds_total class=bulk") >= 5_000.0);
    assert!(figure("knack_longest_wait_seconds class=bulk") >= 3.0);
    assert!((1.0..7_000.0).contains(&figure("knack_plan_resets_in_seconds")));

    // Each is in the table, and each of the table is here.
    let table = include_str!("../../knack-runtime/src/lib.rs");
    for name in figures.keys().map(|name| name.split(' ').next().unwrap()) {
        assert!(table.contains(&format!("`{name}`")), "{name} is not in the table of names");
    }
    let named = table.split('`').filter(|part| part.starts_with("knack_") && !part.contains("::"));
    for name in named {
        assert!(figures.keys().any(|key| key.split(' ').next() == Some(name)), "{name} is never told");
    }
    let usage = knack.usage();
    assert_eq!((usage.refused, usage.retries, usage.plan_reserved), (1, 1, 299));
    assert_eq!((usage.queue.bulk, usage.waits.interactive.count > 0), (0, true));
    assert!(usage.waits.bulk.longest >= Duration::from_secs(3));
}
