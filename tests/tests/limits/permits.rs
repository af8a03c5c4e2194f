//! What becomes of permits, by limiters that keep a count of them.

use super::*;

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
