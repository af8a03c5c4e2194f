//! The day's plan, used up.

use super::*;

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
