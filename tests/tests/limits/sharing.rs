//! Clients that share a limit, a limiter or a queue.

use super::*;

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
