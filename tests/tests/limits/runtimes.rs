//! The queue and the runtimes that drive it.

use super::*;

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
