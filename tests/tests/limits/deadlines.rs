//! Deadlines of calls that wait or are on their way.

use super::*;

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
