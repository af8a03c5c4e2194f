//! What the log tells of limits: refusals, retries, the plan, and long waits, once each.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::{Duration, SystemTime};

use knack_emulator::{Builder, Effect, Emulator, Fault};
use knack_runtime::limit::{Class, Slots};
use knack_runtime::{Client, KnackObject, RecordId};
use knack_tests::sample::Customer;
use knack_tests::{Log, client_of, emulator, some_id};
use tokio::task::JoinSet;
use tracing::Level;

fn daily_plan(calls: u64) -> Builder {
    emulator().daily_calls(calls).starts_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
}

async fn at_once(knack: &Client, id: RecordId, calls: usize) {
    let mut tasks = JoinSet::new();
    for _ in 0..calls {
        let knack = knack.clone();
        tasks.spawn(async move { Customer::get(&knack, id).await.map(drop) });
    }
    tasks.join_all().await;
}

fn begin(local: &Emulator) -> (Client, RecordId) {
    let knack = client_of(local).limiter(Slots::new(1)).build().unwrap();
    (knack, some_id(local))
}

/// One test, since there is one log in a process.
#[tokio::test(start_paused = true)]
async fn the_log_tells_of_limits() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::DEBUG).with_ansi(false);
    tracing::subscriber::set_global_default(subscriber.with_writer(log.clone()).finish()).unwrap();

    // For its rate: of four calls at one a second, two wait for more than a second, and each says so once.
    let (knack, id) = begin(&emulator().build().unwrap());
    at_once(&knack.with_class(Class::Bulk), id, 4).await;
    let waits = log.take("waiting for more than a second");
    assert_eq!(waits.len(), 2, "{waits:#?}");
    assert!(waits.iter().all(|line| line.contains("INFO") && line.contains("reason=\"rate\"")), "{waits:#?}");
    assert!(
        waits[0].contains("class=\"bulk\"") && waits[0].contains("knack.get{object=object_1"),
        "{waits:#?}"
    );
    assert!(waits.iter().any(|line| line.contains("estimate=Some(1")), "{waits:#?}");

    // Behind a refusal.
    let local =
        emulator().fault(Fault::throttle().nth(1)).fault(Fault::retry_after("7").nth(1)).build().unwrap();
    let (knack, id) = begin(&local);
    at_once(&knack, id, 1).await;
    let lines = log.take("");
    let of = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
    assert_eq!(of("WARN") + of("waiting for more"), 2, "{lines:#?}");
    assert_eq!(of("refused for its rate (429): holding the queue"), 1);
    assert_eq!(of("reason=\"refusal\""), 1, "{lines:#?}");
    assert_eq!(of("estimate=Some(5.9"), 1, "{lines:#?}");

    // Trouble.
    let (knack, id) = begin(&emulator().fault(Fault::new(Effect::NoConnection).nth(1)).build().unwrap());
    at_once(&knack, id, 1).await;
    assert_eq!(log.take("trying again").len(), 1);

    // A filter longer than servers are sure to take.
    let (knack, _) = begin(&emulator().build().unwrap());
    for (length, warnings) in [(5_000, 0), (7_000, 1)] {
        let filter = Customer::NAME.contains("x".repeat(length));
        assert_eq!(Customer::list(&knack).filter(filter).rows_per_page(1).first().await.unwrap(), None);
        let lines = log.take("the query is long");
        assert_eq!(lines.len(), warnings, "{lines:#?}");
        assert!(lines.iter().all(|line| line.contains("WARN") && line.contains("object_1")), "{lines:#?}");
    }

    // The plan: used up, waited for, kept.
    let (knack, id) = begin(&daily_plan(1).build().unwrap());
    at_once(&knack, id, 1).await;
    at_once(&knack.wait_for_plan(true), id, 1).await;
    let lines = log.take("");
    let of = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
    assert!(of("the plan's calls of the day are used up") >= 1, "{lines:#?}");
    assert_eq!(of("reason=\"plan\""), 1, "{lines:#?}");

    let (knack, id) = begin(&daily_plan(20).build().unwrap());
    at_once(&knack, id, 20).await;
    let kept = log.take("kept for others: not sent");
    assert_eq!(kept.len(), 1, "{kept:#?}");
    assert!(kept[0].contains("left=1"), "{kept:#?}");
}
