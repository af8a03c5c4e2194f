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
async fn clones_share_one_limit() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let id = some_id(&local);
    let began = Instant::now();
    let (one, other) = (knack.clone(), knack.with_deadline(ms(30_000)));
    let (a, b) = tokio::join!(at_once(&one, id, 15), at_once(&other, id, 15));
    assert!(a.is_empty() && b.is_empty());
    assert!(began.elapsed() >= ms(2_000), "30 calls take two seconds after the first ten");
    assert_eq!(local.refused(), 0);
}

#[tokio::test(start_paused = true)]
async fn two_clients_share_a_limiter_that_both_are_given() {
    let local = emulator().build().unwrap();
    let limiter: Arc<dyn Limiter> = Arc::new(Slots::new(4));
    let client = || client_of(&local).limiter(Arc::clone(&limiter)).build().unwrap();
    let (one, other, id) = (client(), client(), some_id(&local));
    let (a, b) = tokio::join!(at_once(&one, id, 6), at_once(&other, id, 6));
    assert!(a.is_empty() && b.is_empty());
    assert!(busiest_second(arrivals(&local)) <= 4);
}

/// Some other limiter than `Slots` that several clients can share, and `Slots`.
fn shared() -> [Arc<dyn Limiter>; 2] {
    [Arc::new(Slots::default()), Arc::new(Unmetered::at_most(10))]
}

#[tokio::test(start_paused = true)]
async fn a_client_goes_on_when_the_calls_of_another_end_that_shares_its_limiter() {
    for limiter in shared() {
        let local = emulator().rate_limit(100).latency(round_trip()).build().unwrap();
        let client = || client_of(&local).limiter(Arc::clone(&limiter)).build().unwrap();
        let (one, other, id) = (client(), client(), some_id(&local));
        let began = Instant::now();
        let late = async {
            tokio::time::sleep(ms(5)).await; // all ten permits are the first client's then
            at_once(&other, id, 3).await
        };
        let (a, b) = tokio::join!(at_once(&one, id, 10), late);
        assert!(a.is_empty() && b.is_empty(), "{b:?}");
        assert!(began.elapsed() < ms(1_500), "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn clients_of_different_ages_share_a_limiter() {
    for limiter in shared() {
        let local = emulator().latency(round_trip()).build().unwrap();
        let client = || client_of(&local).limiter(Arc::clone(&limiter)).build().unwrap();
        let (old, id) = (client(), some_id(&local));
        tokio::time::sleep(Duration::from_hours(1)).await;
        let young = client();
        for pair in [[&old, &young], [&young, &old]] {
            let began = Instant::now();
            for knack in pair {
                assert!(at_once(knack, id, 10).await.is_empty());
            }
            assert!(began.elapsed() < ms(2_700), "{:?}", began.elapsed());
            tokio::time::sleep(ms(2_000)).await;
        }
    }
    let local = emulator().latency(round_trip()).build().unwrap();
    let limiter = Arc::new(Slots::default());
    let client = || client_of(&local).limiter(Arc::clone(&limiter)).build().unwrap();
    let (old, id) = (client(), some_id(&local));
    tokio::time::sleep(Duration::from_hours(1)).await;
    let young = client();
    let (a, b) = tokio::join!(at_once(&old, id, 25), at_once(&young, id, 25));
    assert!(a.is_empty() && b.is_empty());
    assert_eq!(local.refused(), 0);
    assert!(busiest_second(arrivals(&local)) <= 10);
}

#[tokio::test(start_paused = true)]
async fn clients_that_share_a_limiter_are_served_in_the_order_of_their_calls() {
    let local = emulator().latency(round_trip()).build().unwrap();
    let limiter = Arc::new(Slots::default());
    let client = || client_of(&local).limiter(Arc::clone(&limiter)).build().unwrap();
    let (busy, other, id) = (client(), client(), some_id(&local));
    let crowd = |calls| {
        let busy = busy.clone();
        tokio::spawn(async move { at_once(&busy, id, calls).await.len() })
    };
    let before = crowd(30);
    tokio::time::sleep(ms(5)).await;
    let (began, between) = (Instant::now(), tokio::spawn(async move { at_once(&other, id, 10).await.len() }));
    tokio::time::sleep(ms(5)).await;
    let after = crowd(60);
    assert_eq!(between.await.unwrap(), 0);
    assert!(began.elapsed() < ms(4_000), "those before them take three seconds: {:?}", began.elapsed());
    assert_eq!((before.await.unwrap(), after.await.unwrap()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_one_client_holds_all_that_share_its_limiter() {
    let local =
        emulator().fault(Fault::throttle().nth(1)).fault(Fault::retry_after("3").nth(1)).build().unwrap();
    let limiter = Arc::new(Slots::default());
    let client = || client_of(&local).limiter(Arc::clone(&limiter)).build().unwrap();
    let (one, other, id) = (client(), client(), some_id(&local));
    let refused = tokio::spawn(async move { at_once(&one, id, 1).await.len() });
    tokio::time::sleep(ms(10)).await;
    let began = Instant::now();
    assert!(at_once(&other, id, 1).await.is_empty());
    assert!(began.elapsed() >= ms(2_985), "{:?}", began.elapsed());
    assert_eq!((refused.await.unwrap(), local.refused()), (0, 1));
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
async fn a_deadline_that_cannot_be_met_is_refused_at_once() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).limiter(Slots::default()).build().unwrap();
    let (busy, id) = (knack.clone(), some_id(&local));
    let crowd = tokio::spawn(async move { at_once(&busy, id, 50).await.len() });
    tokio::task::yield_now().await;
    tokio::time::sleep(ms(10)).await;

    let began = Instant::now();
    let error = Customer::get(&knack.with_deadline(ms(2_500)), id).await.unwrap_err();
    assert!(began.elapsed() < ms(5), "{:?}", began.elapsed());
    let Error::RateLimited { estimate: Some(estimate), refusals: 0, .. } = error else { panic!("{error:?}") };
    assert!((ms(4_900)..ms(5_000)).contains(&estimate), "{estimate:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "get of `Customer` (object_1), record {id} was given up: under the rate limit no answer comes before \
             5.0s, which is not before its deadline of 2.5s; send fewer calls at once or allow more time with `with_deadline`"
        )
    );
    assert!(error.is_retryable());
    assert_eq!(crowd.await.unwrap(), 0, "the others were not disturbed");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_ends_at_its_deadline() {
    // This limiter knows no estimate and grants nothing.
    struct Shut;
    impl Limiter for Shut {
        fn try_acquire(&self, _: &Ask, _: Moment) -> Decision {
            Decision::OnChange
        }
        fn refund(&self, _: PermitId) {}
        fn lost(&self, _: PermitId, _: Moment) {}
        fn observe(&self, _: PermitId, _: &Observation) {}
        fn snapshot(&self, _: Moment) -> Snapshot {
            Snapshot::default()
        }
    }
    let local = emulator().build().unwrap();
    let knack = client_of(&local).limiter(Shut).deadline(ms(700)).build().unwrap();
    let began = Instant::now();
    let error = Customer::get(&knack, some_id(&local)).await.unwrap_err();
    assert!(matches!(error, Error::RateLimited { .. }), "{error:?}");
    assert_eq!(began.elapsed().as_millis(), 700);
    assert_eq!((local.calls(), knack.usage().waiting), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_write_with_less_time_left_than_an_answer_takes_is_not_sent() {
    let local = emulator().latency(round_trip()).build().unwrap();
    let knack = client_of(&local).limiter(Slots::new(1)).build().unwrap();
    Customer::get(&knack, some_id(&local)).await.unwrap();
    // The next slot is free in 1,000 ms; 2 ms more are no time for a create to be answered in.
    let (began, new) = (Instant::now(), NewCustomer::with_email("ann@example.com"));
    let error = Customer::create(&knack.with_deadline(ms(1_002)), &new).await.unwrap_err();
    let Error::RateLimited { estimate: Some(estimate), .. } = error else { panic!("{error:?}") };
    assert!((ms(1_138)..=ms(1_142)).contains(&estimate), "{estimate:?}");
    assert_eq!((local.calls(), began.elapsed().as_millis()), (1, 0));
    assert!(
        error.to_string().contains("no answer comes before 1.1s, which is not before its deadline of 1.002s")
    );

    tokio::time::sleep(ms(1_100)).await;
    let error = Customer::create(&knack.with_deadline(ms(100)), &new).await.unwrap_err();
    assert!(matches!(error, Error::RateLimited { .. }), "{error:?}");
    assert_eq!(local.calls(), 1);
    Customer::create(&knack.with_deadline(ms(200)), &new).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn slow_answers_once_do_not_refuse_short_deadlines_for_ever() {
    let slow = Fault::new(Effect::Delay(ms(5_000))).nth(1);
    let local = emulator().latency(round_trip()).fault(slow).build().unwrap();
    let (knack, id) = (client_of(&local).build().unwrap(), some_id(&local));
    Customer::get(&knack, id).await.unwrap();
    let hasty = knack.with_deadline(ms(2_000));
    let new = |email| NewCustomer::with_email(email);
    let refused = Customer::create(&hasty, &new("ann@example.com")).await;
    assert!(matches!(refused, Err(Error::RateLimited { .. })));
    tokio::time::sleep(Duration::from_secs(61)).await;
    Customer::create(&hasty, &new("ann@example.com")).await.unwrap();

    // A read is sent whatever there was before, and shows the way for others.
    let slow = Fault::new(Effect::Delay(ms(5_000))).nth(1);
    let local = emulator().latency(round_trip()).fault(slow).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    Customer::get(&knack, id).await.unwrap();
    let hasty = knack.with_deadline(ms(2_000));
    Customer::get(&hasty, id).await.unwrap();
    Customer::create(&hasty, &new("ann@example.com")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_is_taken_up_after_the_deadline_is_not_used() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).limiter(Slots::new(1)).deadline(ms(5_000)).build().unwrap();
    let id = some_id(&local);
    Customer::get(&knack, id).await.unwrap();
    let new = NewCustomer::with_email("ann@example.com");
    let mut idle = Box::pin(Customer::create(&knack, &new));
    std::future::poll_fn(|cx| std::task::Poll::Ready(idle.as_mut().poll(cx).is_pending())).await;
    tokio::time::sleep(ms(6_000)).await; // it got its permit after one second
    let error = idle.await.unwrap_err();
    assert!(matches!(error, Error::RateLimited { .. }), "{error:?}");
    assert_eq!(local.calls(), 1);
    Customer::get(&knack, id).await.unwrap();
}

/// One call in flight at a time, granted only while the door is open.
#[derive(Default)]
struct Door {
    open: AtomicU64,
    bell: std::sync::Mutex<Option<Bell>>,
    observed: AtomicU64,
    refunded: AtomicU64,
    lost: AtomicU64,
}

impl Limiter for Door {
    fn try_acquire(&self, _: &Ask, _: Moment) -> Decision {
        match self.open.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)) {
            Ok(_) => Decision::Granted(PermitId(1)),
            Err(_) => Decision::OnChange,
        }
    }
    fn refund(&self, _: PermitId) {
        self.refunded.fetch_add(1, Ordering::SeqCst);
    }
    fn lost(&self, _: PermitId, _: Moment) {
        self.lost.fetch_add(1, Ordering::SeqCst);
    }
    fn observe(&self, _: PermitId, _: &Observation) {
        self.observed.fetch_add(1, Ordering::SeqCst);
    }
    fn snapshot(&self, _: Moment) -> Snapshot {
        Snapshot::default()
    }
    fn on_change(&self, bell: Bell) {
        *self.bell.lock().unwrap() = Some(bell);
    }
}

impl Door {
    fn let_in(&self, calls: u64) {
        self.open.fetch_add(calls, Ordering::SeqCst);
        self.bell.lock().unwrap().as_ref().expect("the client's bell").ring();
    }
}

#[tokio::test(start_paused = true)]
async fn a_limiter_of_the_users_own_is_asked_and_may_ring() {
    let local = emulator().build().unwrap();
    let door = Arc::new(Door::default());
    let knack = client_of(&local).limiter(Arc::clone(&door)).build().unwrap();
    let id = some_id(&local);
    let waiting = knack.clone();
    let calls = tokio::spawn(async move { at_once(&waiting, id, 3).await.len() });
    tokio::time::sleep(ms(500)).await;
    assert_eq!((local.calls(), knack.usage().waiting), (0, 3));
    door.let_in(2);
    tokio::time::sleep(ms(500)).await;
    assert_eq!((local.calls(), knack.usage().waiting), (2, 1));
    door.let_in(1);
    assert_eq!(calls.await.unwrap(), 0);
    assert_eq!(door.observed.load(Ordering::SeqCst), 3);
}

/// Counts how often it is asked.
struct Counted {
    limiter: Slots,
    asked: AtomicU64,
}

impl Limiter for Counted {
    fn try_acquire(&self, ask: &Ask, now: Moment) -> Decision {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.limiter.try_acquire(ask, now)
    }
    fn refund(&self, id: PermitId) {
        self.limiter.refund(id);
    }
    fn lost(&self, id: PermitId, sent_at: Moment) {
        self.limiter.lost(id, sent_at);
    }
    fn observe(&self, id: PermitId, observation: &Observation) {
        self.limiter.observe(id, observation);
    }
    fn snapshot(&self, now: Moment) -> Snapshot {
        self.limiter.snapshot(now)
    }
}

/// How often the runtime wakes up in the next 50 s: once for their end, and for whoever does not sleep through them.
async fn wakes() -> u64 {
    let parks = || tokio::runtime::Handle::current().metrics().worker_park_count(0);
    let before = parks();
    tokio::time::sleep(ms(50_000)).await;
    parks() - before
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_again_and_again_while_calls_wait() {
    let idle = wakes().await;
    let slow = Latency::fixed(ms(0), ms(60_000), ms(0));
    let refused_once = emulator().fault(Fault::throttle().nth(1)).fault(Fault::retry_after("60").nth(1));
    // Waiting for an answer, and for the end of a hold.
    for builder in [emulator().latency(slow), refused_once] {
        let local = builder.build().unwrap();
        let counted = Arc::new(Counted { limiter: Slots::new(1), asked: AtomicU64::new(0) });
        let patience = Duration::from_mins(30);
        let builder = client_of(&local).limiter(Arc::clone(&counted)).timeout(patience);
        let (knack, id) = (builder.deadline(patience).build().unwrap(), some_id(&local));
        let calls = tokio::spawn(async move { at_once(&knack, id, 12).await.len() });
        tokio::time::sleep(ms(5_000)).await;
        let asked = || counted.asked.load(Ordering::SeqCst);
        let before = asked();
        let woken = wakes().await;
        assert_eq!(asked(), before, "nothing changed");
        assert!(woken <= idle + 2, "{woken} times, and {idle} with nothing to do");
        assert_eq!(calls.await.unwrap(), 0);
        // For each: when it is the first, when the one before is answered and gone, and when the place is free.
        assert!(asked() <= 6 * 12, "{} times", asked());
    }
}

#[tokio::test(start_paused = true)]
async fn a_permit_is_refunded_before_and_stays_charged_after_sending() {
    let local = emulator().latency(Latency::fixed(ms(50), ms(50), ms(50))).build().unwrap();
    let door = Arc::new(Door::default());
    let knack = client_of(&local).limiter(Arc::clone(&door)).build().unwrap();
    let id = some_id(&local);
    let begin = || {
        let knack = knack.clone();
        tokio::spawn(async move { Customer::get(&knack, id).await.map(drop) })
    };
    // Cancelled in the queue: gone without a trace, and the next one goes.
    let cancelled = begin();
    tokio::time::sleep(ms(10)).await;
    cancelled.abort();
    let next = begin();
    tokio::time::sleep(ms(10)).await;
    assert_eq!(knack.usage().waiting, 1);
    door.let_in(1);
    next.await.unwrap().unwrap();
    // Cancelled on its way: lost.
    let cancelled = begin();
    door.let_in(1);
    tokio::time::sleep(ms(20)).await;
    cancelled.abort();
    tokio::time::sleep(ms(200)).await;
    let counts = [&door.observed, &door.lost, &door.refunded].map(|count| count.load(Ordering::SeqCst));
    assert_eq!(counts, [1, 1, 0]);
    assert_eq!(local.calls(), 2, "what was cancelled on its way arrived all the same");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_holds_its_slot_whether_by_a_timeout_or_by_its_caller() {
    for timeout in [ms(500), ms(30_000)] {
        let local = emulator().fault(Fault::new(Effect::Hang).nth(1)).build().unwrap();
        let knack = client_of(&local).limiter(Slots::new(1)).timeout(timeout).build().unwrap();
        let (id, began) = (some_id(&local), Instant::now());
        if timeout == ms(500) {
            Customer::get(&knack, id).await.unwrap(); // timed out, and sent again
        } else {
            assert!(tokio::time::timeout(ms(500), Customer::get(&knack, id)).await.is_err());
            Customer::get(&knack, id).await.unwrap();
        }
        // Five seconds in which it may arrive, one in which it counts.
        assert_eq!(began.elapsed().as_millis(), 6_000, "{timeout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_a_connection_costs_no_slot() {
    let local = emulator().fault(Fault::new(Effect::NoConnection).nth(1)).build().unwrap();
    let knack = client_of(&local).limiter(Slots::new(1)).build().unwrap();
    let began = Instant::now();
    Customer::get(&knack, some_id(&local)).await.unwrap();
    assert!(began.elapsed() <= ms(400), "the wait before another attempt alone: {:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_permit_given_to_a_call_that_is_not_looked_at_does_not_stop_the_others() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).limiter(Slots::new(2)).build().unwrap();
    let id = some_id(&local);
    at_once(&knack, id, 2).await;
    // Polled once, so that it waits at the head of the queue, and never again.
    let mut idle = Box::pin(Customer::get(&knack, id));
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(idle.as_mut().poll(cx).is_pending())).await;
    assert!(polled);
    let began = Instant::now();
    assert!(at_once(&knack, id, 4).await.is_empty());
    assert!(began.elapsed() < ms(6_000), "{:?}", began.elapsed());
    drop(idle);
    assert!(at_once(&knack, id, 4).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_of_any_verb_is_sent_again_and_holds_the_queue() {
    let local = emulator().fault(Fault::throttle().every(3)).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let ann = Customer::create(&knack, &NewCustomer::with_email("ann@example.com")).await.unwrap();
    let patch = || Patch::new().set(Customer::NEWSLETTER, true);
    for _ in 0..4 {
        Customer::update(&knack, ann.id, patch()).await.unwrap();
        Customer::get(&knack, ann.id).await.unwrap();
    }
    Customer::create(&knack, &NewCustomer::with_email("bob@example.com")).await.unwrap();
    Customer::delete(&knack, ann.id).await.unwrap();
    assert!(local.refused() >= 4);
    assert_eq!(local.count("object_1"), 421);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_while_a_refusal_holds_the_queue() {
    for window in WINDOWS {
        let faults = [Fault::throttle().every(4), Fault::retry_after("0.25").every(8)];
        let mut builder = emulator().window(window);
        for fault in faults {
            builder = builder.fault(fault);
        }
        let local = builder.build().unwrap();
        let knack = client_of(&local).build().unwrap();
        assert!(at_once(&knack, some_id(&local), 60).await.is_empty());
        let requests = local.requests();
        assert!(local.refused() >= 15);
        for (refused, next) in requests.iter().zip(requests.iter().skip(1)).filter(|(seen, _)| seen.refused) {
            let between = next.at.saturating_sub(refused.at);
            // Those that were under way together come together.
            assert!(between < ms(5) || between >= ms(245), "{window:?}: {between:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_to_the_fraction() {
    for (header, waited) in [(Some("0.25"), 250), (Some("3"), 3_000), (None, 1_000)] {
        let local = emulator().fault(Fault::throttle().nth(1)).build().unwrap();
        if let Some(header) = header {
            local.inject(Fault::retry_after(header).nth(1));
        }
        let knack = client_of(&local).limiter(Unmetered::default()).build().unwrap();
        let began = Instant::now();
        Customer::get(&knack, some_id(&local)).await.unwrap();
        let took = u64::try_from(began.elapsed().as_millis()).unwrap();
        assert!((waited..waited + 3).contains(&took), "{header:?}: {took} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_in_the_queue_are_refused_when_a_hold_begins_that_outlasts_them() {
    let local = emulator().latency(round_trip()).fault(Fault::throttle().nth(1)).build().unwrap();
    local.inject(Fault::retry_after("120").nth(1));
    let knack = client_of(&local).limiter(Slots::new(1)).build().unwrap();
    let (id, began) = (some_id(&local), Instant::now());
    let lasting = knack.with_deadline(Duration::from_mins(5));
    let first = tokio::spawn(async move { at_once(&lasting, id, 1).await.len() });
    tokio::time::sleep(ms(10)).await;
    for error in at_once(&knack, id, 3).await {
        let Error::RateLimited { estimate: Some(estimate), refusals: 0, .. } = error else {
            panic!("{error:?}")
        };
        assert!((ms(120_000)..ms(120_500)).contains(&estimate), "{estimate:?}");
    }
    assert!(began.elapsed() < ms(200), "they wait for nothing: {:?}", began.elapsed());
    assert_eq!(first.await.unwrap(), 0, "the one that has the time waits");
    assert!(began.elapsed() >= ms(120_000));
}

#[tokio::test(start_paused = true)]
async fn refusals_without_end_are_bounded_by_the_deadline_not_by_a_count() {
    let local = emulator().fault(Fault::throttle()).build().unwrap();
    let knack = client_of(&local).deadline(ms(20_500)).build().unwrap();
    let began = Instant::now();
    let error = Customer::get(&knack, some_id(&local)).await.unwrap_err();
    let Error::RateLimited { refusals, .. } = error else { panic!("{error:?}") };
    assert!((18..=21).contains(&refusals), "{refusals}");
    assert!(began.elapsed() <= ms(20_500));
    assert!(error.to_string().contains(&format!("the server refused it {refusals} times (429)")), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_used_up_is_an_error_at_once() {
    let local = daily_plan(12).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let id = some_id(&local);
    assert!(at_once(&knack, id, 12).await.is_empty());
    assert_eq!(knack.usage().plan_left, Some(0));
    let began = Instant::now();
    let error = Customer::create(&knack, &NewCustomer::with_email("ann@example.com")).await.unwrap_err();
    assert!(began.elapsed() < ms(2_000));
    let Error::PlanExhausted { resets_in: Some(resets_in), .. } = error else { panic!("{error:?}") };
    assert!(resets_in <= Duration::from_hours(24));
    assert!(error.to_string().contains("the plan's calls of the day are used up, for another "), "{error}");
    // From here on nobody spends a call to be told the same.
    let calls = local.calls();
    assert!(matches!(Customer::get(&knack, id).await, Err(Error::PlanExhausted { resets_in: Some(_), .. })));
    assert_eq!(local.calls(), calls);
}

#[tokio::test(start_paused = true)]
async fn calls_in_the_queue_are_told_at_once_when_the_plan_is_used_up() {
    let local = daily_plan(15).latency(round_trip()).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let (id, began) = (some_id(&local), Instant::now());
    let patient = knack.wait_for_plan(true);
    let waiting = tokio::spawn(async move {
        tokio::time::sleep(ms(5)).await;
        at_once(&patient, id, 12).await.len()
    });
    let errors = at_once(&knack, id, 40).await;
    assert!(began.elapsed() < ms(2_000), "{:?}", began.elapsed());
    assert_eq!(errors.len(), 25);
    for error in errors {
        assert!(matches!(error, Error::PlanExhausted { resets_in: Some(_), .. }), "{error:?}");
    }
    assert!(local.calls() <= 20, "whoever was not on the way was not sent: {}", local.calls());
    assert_eq!(waiting.await.unwrap(), 0, "and those who wait for the next day get it");
    assert_eq!(local.plan_left(), 3);
}

/// Says once that the plan is used up, and resets after `resets_in` milliseconds, then answers as `then` says.
fn spent_plan(
    resets_in: Option<&'static str>,
    then: impl Fn(usize) -> u16 + Send + Sync + 'static,
) -> Script {
    Script::new(move |index, _| {
        let status = if index == 0 { 429 } else { then(index) };
        let mut answer = answer(status, NOBODY);
        if status == 429 {
            answer.headers_mut().insert("x-planlimit-remaining", "0".parse().unwrap());
            if let Some(left) = resets_in {
                answer.headers_mut().insert("x-planlimit-reset", left.parse().unwrap());
            }
        }
        async { Ok(answer) }
    })
}

const NOBODY: &str = r#"{"total_pages":0,"current_page":1,"total_records":0,"records":[]}"#;

#[tokio::test(start_paused = true)]
async fn no_server_can_lock_a_client_for_ever() {
    let script = spent_plan(Some("18446744073709551615"), |_| 429);
    let knack = script.client();
    let Err(Error::PlanExhausted { resets_in, .. }) = Customer::list(&knack).all().await else { panic!() };
    assert_eq!(resets_in, Some(Duration::from_hours(24)));
    assert!(knack.usage().plan_resets_in <= Some(Duration::from_hours(24)));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_raised_is_noticed_in_ten_minutes() {
    let script = spent_plan(Some("36000000"), |_| 200);
    let knack = script.client();
    assert!(Customer::list(&knack).all().await.is_err());
    tokio::time::sleep(Duration::from_secs(599)).await;
    assert!(matches!(Customer::list(&knack).all().await, Err(Error::PlanExhausted { .. })));
    assert_eq!(script.sent().len(), 1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..3 {
        Customer::list(&knack).all().await.unwrap();
    }

    // One that waits for the reset notices it, too.
    let script = spent_plan(Some("36000000"), |_| 200);
    let (patient, began) = (script.client().wait_for_plan(true), Instant::now());
    Customer::list(&patient).all().await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 600);
}

#[tokio::test(start_paused = true)]
async fn while_the_plan_is_used_up_one_call_in_ten_minutes_is_sent() {
    for resets_in in [Some("36000000"), None] {
        let script = spent_plan(resets_in, |_| 429);
        let knack = script.client();
        let began = Instant::now();
        while began.elapsed() < Duration::from_hours(1) {
            for _ in 0..5 {
                let Err(Error::PlanExhausted { resets_in: told, .. }) = Customer::list(&knack).all().await
                else {
                    panic!()
                };
                assert_eq!(told.is_some(), resets_in.is_some());
            }
            tokio::time::sleep(Duration::from_secs(20)).await;
        }
        // Where the server names no reset it is asked every five minutes.
        let most = if resets_in.is_some() { 6 } else { 12 };
        assert_eq!(script.sent().len(), most, "{resets_in:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_asks_for_it_waits_for_the_next_day() {
    let local = daily_plan(1).build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let id = some_id(&local);
    Customer::get(&knack, id).await.unwrap();
    let began = Instant::now();
    let midnight = Duration::from_secs(86_400 - local.wall().as_secs() % 86_400);
    Customer::get(&knack.wait_for_plan(true), id).await.unwrap();
    let late = began.elapsed().abs_diff(midnight);
    assert!(late < ms(3_000), "{late:?}");
    assert_eq!(local.plan_left(), 0);
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

#[tokio::test(start_paused = true)]
async fn the_queue_serves_again_after_it_was_empty() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    for _ in 0..5 {
        assert!(at_once(&knack, some_id(&local), 13).await.is_empty());
        tokio::time::sleep(ms(10_000)).await;
    }
    assert_eq!(local.refused(), 0);
}

#[test]
fn a_client_outlives_the_runtime_that_drove_its_queue() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).limiter(Slots::new(1)).build().unwrap();
    let id = some_id(&local);
    for _ in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let patient = knack.clone();
            // Left in the queue when the runtime ends.
            tokio::spawn(async move { at_once(&patient, id, 5).await });
            Customer::get(&knack, id).await.unwrap();
        });
    }
}

#[test]
fn a_call_in_the_queue_outlives_the_runtime_that_drove_it() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).limiter(Slots::new(1)).deadline(ms(20_000)).build().unwrap();
    let id = some_id(&local);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let waiting = |knack: &Client, calls| {
        let queue = || knack.usage().waiting;
        while queue() < calls {
            thread::sleep(ms(1));
        }
    };
    let driving = runtime();
    let first = knack.clone();
    driving.block_on(async {
        Customer::get(&first, id).await.unwrap();
        let first = first.clone();
        tokio::spawn(async move { Customer::get(&first, id).await.map(drop) });
        tokio::task::yield_now().await; // this runtime drives the queue now
    });
    let other = knack.clone();
    let call = thread::spawn(move || {
        let began = Instant::now();
        runtime().block_on(Customer::get(&other, id)).map(|_| began.elapsed())
    });
    waiting(&knack, 2);
    drop(driving);
    let took = call.join().unwrap().unwrap();
    assert!(took < ms(5_000), "{took:?}");
}

#[test]
fn without_a_runtime_it_is_an_error_not_a_panic() {
    let local = emulator().build().unwrap();
    let knack = client_of(&local).build().unwrap();
    let mut get = Box::pin(Customer::get(&knack, some_id(&local)));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = get.as_mut().poll(&mut cx) else { panic!("not ready") };
    assert!(
        error.to_string().ends_with("was not sent: there is no tokio runtime here; run it in one"),
        "{error}"
    );
}
