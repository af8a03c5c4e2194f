//! Refusals for the rate (429).

use super::*;

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
