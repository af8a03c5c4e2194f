//! The day's plan: the floor, reservations, what is learnt of it, and the file, in paused time.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderName;
use knack_emulator::{Builder, Effect, Emulator, Fault, Latency, Spread};
use knack_runtime::call::{self, Call};
use knack_runtime::error::Error;
use knack_runtime::key::ObjectKey;
use knack_runtime::limit::{Class, Unmetered};
use knack_runtime::object::Projection;
use knack_runtime::query::ListQuery;
use knack_runtime::quota::{Metering, Outcome, QuotaPolicy, StandardPolicy, Verdict};
use knack_runtime::transport::Request;
use knack_runtime::verbs::Execute;
use knack_runtime::view::ViewDef;
use knack_runtime::{ApiKey, Client, ClientBuilder, KnackObject, Plan, RecordId};
use knack_tests::sample::Customer;
use knack_tests::{APP, KEY, Script, answer, client_of, emulator, ms, some_id};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A plan of so many calls a day, at 22:13 GMT: no midnight comes in the middle of a test.
fn daily_plan(calls: u64) -> Builder {
    emulator().daily_calls(calls).starts_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
}

/// A client of it that is not held up by the second's limit.
fn hasty(local: &Emulator) -> ClientBuilder<ApiKey> {
    client_of(local).limiter(Unmetered::default())
}

async fn get(knack: &Client, id: RecordId, calls: usize) -> Result<(), Error> {
    for _ in 0..calls {
        Customer::get(knack, id).await?;
    }
    Ok(())
}

/// A plan of a hundred calls, and clients of it by class.
fn hundred() -> (Emulator, RecordId, [Client; 3]) {
    let local = daily_plan(100).rate_limit(1_000).build().unwrap();
    let knack = hasty(&local).build().unwrap();
    let classes = [Class::Interactive, Class::Normal, Class::Bulk];
    let id = some_id(&local);
    (local, id, classes.map(|class| knack.with_class(class)))
}

#[tokio::test(start_paused = true)]
async fn the_last_calls_of_the_day_are_kept_for_persons() {
    let (local, id, [person, normal, bulk]) = hundred();
    get(&normal, id, 50).await.unwrap();
    get(&bulk, id, 45).await.unwrap();
    for knack in [&normal, &bulk] {
        let began = Instant::now();
        let error = get(knack, id, 1).await.unwrap_err();
        let Error::PlanKept { left: 5, resets_in: Some(resets_in), .. } = error else { panic!("{error:?}") };
        assert!(resets_in < Duration::from_hours(2), "{resets_in:?}");
        assert!(error.is_retryable() && began.elapsed().is_zero());
        assert!(error.to_string().contains("the plan's last 5 calls of the day are kept"), "{error}");
    }
    assert_eq!(local.calls(), 95, "nothing was sent to be told so");
    assert_eq!(person.usage().plan_floor, 5);
    get(&person, id, 5).await.unwrap();
    assert!(matches!(get(&person, id, 1).await, Err(Error::PlanExhausted { .. })));
}

#[tokio::test(start_paused = true)]
async fn the_floor_is_a_setting() {
    for (percent, normal) in [(0, 100), (20, 80), (250, 0)] {
        let local = daily_plan(100).rate_limit(1_000).build().unwrap();
        let knack = hasty(&local).plan(Plan::Custom(100)).interactive_floor(percent).build().unwrap();
        let id = some_id(&local);
        get(&knack.with_class(Class::Interactive), id, 1).await.unwrap();
        let mut done = 1;
        while get(&knack, id, 1).await.is_ok() {
            done += 1;
        }
        assert_eq!(done, normal.max(1), "{percent}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crowd_of_calls_does_not_pass_the_floor() {
    let local = daily_plan(40).latency(Latency::fixed(ms(40), ms(60), ms(40))).build().unwrap();
    let knack = client_of(&local).plan(Plan::Custom(40)).interactive_floor(25).build().unwrap();
    let (id, began, mut tasks) = (some_id(&local), Instant::now(), JoinSet::new());
    for _ in 0..60 {
        let knack = knack.with_class(Class::Bulk);
        tasks.spawn(async move { (Customer::get(&knack, id).await.is_ok(), began.elapsed()) });
    }
    let (done, refused): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(|(done, _)| *done);
    assert_eq!((done.len(), local.calls(), local.plan_left()), (30, 30, 10));
    assert!(refused.iter().all(|(_, took)| took.is_zero()), "what waits counts: nobody waits in vain");
}

#[tokio::test(start_paused = true)]
async fn what_others_use_up_is_seen_before_sending() {
    let (local, id, [_, normal, bulk]) = hundred();
    get(&normal, id, 10).await.unwrap();
    // Another program uses 84 of the 90 left: this one is told by its next answer.
    let other = hasty(&local).interactive_floor(0).build().unwrap();
    get(&other, id, 84).await.unwrap();
    get(&bulk, id, 1).await.unwrap();
    assert!(matches!(get(&bulk, id, 1).await, Err(Error::PlanKept { left: 5, .. })));
    assert_eq!(local.plan_left(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_reservation_is_kept_from_all_others_and_its_rest_comes_back() {
    let (local, id, [person, normal, bulk]) = hundred();
    get(&normal, id, 1).await.unwrap();
    let job = bulk.reserve(80).unwrap();
    let Err(Error::NotReserved(shortage)) = normal.reserve(15) else { panic!() };
    assert_eq!((shortage.wanted, shortage.left), (15, 14));
    assert!(shortage.resets_in.is_some_and(|left| left < Duration::from_hours(2)));
    assert_eq!(normal.usage().plan_reserved, 80);

    get(&normal, id, 14).await.unwrap();
    assert!(matches!(get(&normal, id, 1).await, Err(Error::PlanKept { left: 85, .. })));
    get(&person, id, 5).await.unwrap();
    assert!(matches!(get(&person, id, 1).await, Err(Error::PlanKept { left: 80, .. })));
    assert_eq!((job.left(), local.plan_left()), (80, 80));

    // Persons used up the floor, which is not the job's either.
    get(job.client(), id, 75).await.unwrap();
    assert!(matches!(get(job.client(), id, 1).await, Err(Error::PlanKept { left: 5, .. })));
    assert_eq!((job.left(), normal.usage().plan_reserved), (5, 5));
    drop(job);
    assert_eq!(normal.usage().plan_reserved, 0);
    get(&person, id, 5).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_jobs_calls_draw_from_its_reservation_and_then_from_what_is_free() {
    let (_local, id, [_, normal, _]) = hundred();
    get(&normal, id, 1).await.unwrap();
    let job = normal.reserve(3).unwrap();
    let clone = job.client().with_class(Class::Bulk);
    get(&clone, id, 2).await.unwrap();
    assert_eq!(job.left(), 1);
    get(job.client(), id, 5).await.unwrap();
    assert_eq!((job.left(), normal.usage().plan_left), (0, Some(92)));
    drop(job);
    get(&clone, id, 1).await.unwrap();
    assert_eq!(normal.usage().plan_reserved, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_charged_goes_back_to_the_reservation() {
    let faults = [
        Fault::new(Effect::NoConnection).nth(2),
        Fault::throttle().nth(3),
        Fault::new(Effect::HangAfter).nth(6),
    ];
    let mut builder = daily_plan(100);
    for fault in faults {
        builder = builder.fault(fault);
    }
    let local = builder.build().unwrap();
    let knack = hasty(&local).timeout(ms(500)).build().unwrap();
    let id = some_id(&local);
    get(&knack, id, 1).await.unwrap();
    let job = knack.reserve(10).unwrap();
    get(job.client(), id, 1).await.unwrap(); // without a connection, refused, done
    assert_eq!(job.left(), 9);
    get(job.client(), id, 1).await.unwrap();
    get(job.client(), id, 1).await.unwrap(); // its first attempt was carried out, and timed out
    assert_eq!(job.left(), 6);
    let sleeping = job.client().clone();
    let cancelled = tokio::spawn(async move { get(&sleeping, id, 1).await });
    cancelled.abort();
    assert!(cancelled.await.is_err());
    assert_eq!((job.left(), local.plan_left()), (6, 95));
}

#[tokio::test(start_paused = true)]
async fn before_any_answer_the_plan_that_was_told_counts() {
    let local = daily_plan(100).daily_used(90).build().unwrap();
    let id = some_id(&local);
    let knack = hasty(&local).plan(Plan::Custom(200)).build().unwrap();
    let Err(Error::NotReserved(shortage)) = knack.reserve(191) else { panic!() };
    assert_eq!((shortage.left, shortage.resets_in), (190, None));
    let job = knack.reserve(190).unwrap();
    get(&knack.with_class(Class::Interactive), id, 1).await.unwrap();
    // The server knows better: less is left than was reserved, and of that the floor is not the job's.
    assert!(get(job.client(), id, 10).await.is_err());
    assert_eq!((knack.usage().plan_limit, local.plan_left()), (Some(100), 5));

    let knack = hasty(&local).build().unwrap();
    assert!(knack.reserve(1_000_000).is_ok(), "nothing is known: on trust");
    let job = knack.reserve(u64::MAX).unwrap();
    get(job.client(), id, 1).await.unwrap();
    assert!(matches!(get(&knack, id, 1).await, Err(Error::PlanKept { left: 4, .. })));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_the_plan_goes_on_when_a_reservation_ends_or_the_day() {
    let (local, id, [_, normal, bulk]) = hundred();
    get(&normal, id, 1).await.unwrap();
    let job = bulk.reserve(94).unwrap();
    let patient = normal.wait_for_plan(true);
    let waiting = tokio::spawn(async move { get(&patient, id, 1).await.map(|()| Instant::now()) });
    let began = Instant::now();
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(local.calls(), 1);
    drop(job);
    let done = waiting.await.unwrap().unwrap();
    assert_eq!((done - began).as_secs(), 300);

    get(&normal, id, 93).await.unwrap();
    assert!(get(&normal, id, 1).await.is_err());
    let midnight = Duration::from_secs(86_400 - local.wall().as_secs() % 86_400);
    let began = Instant::now();
    get(&normal.wait_for_plan(true), id, 3).await.unwrap();
    // On the way one call in an hour asks whether the plan was raised.
    assert!(began.elapsed() >= Duration::from_hours(1) && began.elapsed() < midnight + ms(2_000));
    assert!(local.plan_left() >= 90, "{}", local.plan_left());
}

#[tokio::test(start_paused = true)]
async fn whether_refusals_use_up_the_plan_is_learnt() {
    for charged in [false, true] {
        let local =
            daily_plan(1_000).charge_refused(charged).fault(Fault::throttle().every(5)).build().unwrap();
        let knack = client_of(&local).build().unwrap();
        assert_eq!(knack.usage().refusals_are_charged, None);
        get(&knack, some_id(&local), 20).await.unwrap();
        let usage = knack.usage();
        assert_eq!((usage.refusals_are_charged, usage.refused), (Some(charged), local.refused()));
        assert_eq!(usage.plan_left, Some(local.plan_left()));
        let (job, before) = (knack.reserve(100).unwrap(), local.refused());
        get(job.client(), some_id(&local), 20).await.unwrap();
        let refused = local.refused() - before;
        assert!(refused >= 4);
        assert_eq!(job.left(), if charged { 80 - refused } else { 80 });
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_of_zero_says_nothing() {
    let local = daily_plan(1_000).rate_limit(1_000).build().unwrap();
    local.inject(Fault::new(Effect::Header { name: "x-planlimit-reset".into(), value: "0".into() }));
    let knack = hasty(&local).build().unwrap();
    get(&knack, some_id(&local), 3).await.unwrap();
    let usage = knack.usage();
    assert_eq!((usage.plan_left, usage.plan_resets_in), (Some(997), None));
}

/// Takes reads as free, as Knack's documents do those of public views.
struct ReadsAreFree;

impl QuotaPolicy for ReadsAreFree {
    fn meter(&self, call: &Call) -> Metering {
        if call.verb().is_read() { Metering::Unmetered } else { Metering::Metered }
    }
    fn verdict(&self, call: &Call, outcome: Outcome<'_>) -> Verdict {
        StandardPolicy::new().verdict(call, outcome)
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_said_to_be_free_and_are_not_are_metered_from_then_on() {
    let local = daily_plan(1_000).rate_limit(1_000).build().unwrap();
    let knack = client_of(&local).policy(ReadsAreFree).build().unwrap();
    let id = some_id(&local);
    get(&knack, id, 20).await.unwrap();
    let usage = knack.usage();
    assert!(usage.unmetered_are_charged);
    assert_eq!((usage.unmetered.answered, usage.limiter.answered), (4, 16));
    assert_eq!(usage.plan_left, Some(local.plan_left()));

    // Where the count does not fall by them, they stay free.
    let local = daily_plan(1_000).rate_limit(1_000).build().unwrap();
    let steady = |name: &str, value: &str| Effect::Header { name: name.into(), value: value.into() };
    local.inject(Fault::new(steady("x-planlimit-remaining", "700")));
    let knack = client_of(&local).policy(ReadsAreFree).build().unwrap();
    get(&knack, id, 20).await.unwrap();
    let usage = knack.usage();
    assert!(!usage.unmetered_are_charged);
    assert_eq!((usage.unmetered.answered, usage.plan_left), (20, Some(700)));
}

/// So many workers read one page after another for 20 s.
async fn workers(knack: &Client, many: usize) {
    let mut tasks = JoinSet::new();
    for _ in 0..many {
        let knack = knack.clone();
        tasks.spawn(async move { while Customer::list(&knack).first().await.is_ok() {} });
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(tasks.try_join_next().is_none(), "no call failed");
}

/// Each waits this long, twice a second on the average and not in step with anything.
async fn now_and_then(mut other: impl AsyncFnMut()) {
    for pause in [310, 770, 120, 930, 410, 460].iter().cycle() {
        tokio::time::sleep(ms(*pause)).await;
        other().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_false_claim_is_noticed_however_many_calls_overlap() {
    for (many, beside) in [(1, false), (2, false), (5, true), (20, false), (20, true)] {
        let latency = Latency::fixed(ms(40), ms(60), ms(40));
        let local = daily_plan(100_000).rate_limit(1_000).latency(latency).build().unwrap();
        let knack = client_of(&local).policy(ReadsAreFree).build().unwrap();
        let other = hasty(&local).build().unwrap();
        let others = now_and_then(async || drop(Customer::list(&other).first().await));
        tokio::select! {
            () = workers(&knack, many) => {}
            () = others, if beside => {}
        }
        let usage = knack.usage();
        assert!(usage.unmetered_are_charged, "{many} {beside}: {usage:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_true_claim_is_believed_while_others_use_the_plan() {
    for (many, beside) in [(1, false), (1, true), (2, true), (5, true), (20, false), (20, true)] {
        let left = Arc::new(AtomicI64::new(50_000));
        let counted = Arc::clone(&left);
        let script = Script::new(move |_, _| {
            let counted = Arc::clone(&counted);
            async move {
                tokio::time::sleep(ms(70)).await;
                let mut answer =
                    answer(200, r#"{"total_pages":0,"current_page":1,"total_records":0,"records":[]}"#);
                let left = counted.load(Ordering::Relaxed);
                answer.headers_mut().insert("x-planlimit-remaining", left.into());
                tokio::time::sleep(ms(70)).await;
                Ok(answer)
            }
        });
        let knack =
            Client::builder(APP).api_key(KEY).transport(script.clone()).policy(ReadsAreFree).build().unwrap();
        let others = now_and_then(async || {
            left.fetch_sub(1, Ordering::Relaxed);
        });
        tokio::select! {
            () = workers(&knack, many) => {}
            () = others, if beside => {}
        }
        let usage = knack.usage();
        assert!(!usage.unmetered_are_charged, "{many} {beside}: {usage:?}");
        assert!(script.sent().len() > 100 * many, "{}", script.sent().len());
    }
}

/// A file name of this test's own.
fn file() -> PathBuf {
    static FILES: AtomicU32 = AtomicU32::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("ledger-{}-{number}.json", std::process::id()))
}

#[tokio::test(start_paused = true)]
async fn no_call_is_sent_in_vain_at_the_end_of_the_day() {
    let way = Spread::log_normal(ms(40), ms(300));
    let uneven = Latency::Random { there: way, processing: way, back: way };
    let fixed = Latency::fixed(ms(40), ms(60), ms(40));
    for (class, floor, latency) in [
        (Class::Normal, 0, fixed),
        (Class::Interactive, 5, fixed),
        (Class::Normal, 0, uneven),
        (Class::Bulk, 0, uneven),
    ] {
        let local = daily_plan(1_000).daily_used(979).latency(latency).build().unwrap();
        let knack = client_of(&local).interactive_floor(floor).build().unwrap().with_class(class);
        let (id, mut tasks) = (some_id(&local), JoinSet::new());
        get(&knack, id, 1).await.unwrap();
        for _ in 0..60 {
            let knack = knack.clone();
            tasks.spawn(async move { get(&knack, id, 1).await });
        }
        let (done, refused): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
        assert_eq!(
            (done.len(), local.calls(), local.refused(), local.plan_left()),
            (20, 21, 0, 0),
            "{class:?}"
        );
        for refused in refused {
            assert!(matches!(refused, Err(Error::PlanExhausted { resets_in: Some(_), .. })), "{refused:?}");
        }
        // One in ten minutes asks whether the plan was raised.
        for _ in 0..60 {
            tokio::time::sleep(Duration::from_mins(1)).await;
            assert!(matches!(get(&knack, id, 1).await, Err(Error::PlanExhausted { .. })));
        }
        assert!((5..=6).contains(&local.refused()), "{}", local.refused());
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_refused_for_its_rate_leaves_the_last_one_to_whoever_waits() {
    let latency = Latency::fixed(ms(40), ms(60), ms(40));
    let local = daily_plan(10).latency(latency).fault(Fault::throttle().nth(5)).build().unwrap();
    let knack = client_of(&local).interactive_floor(0).build().unwrap();
    let (id, mut tasks) = (some_id(&local), JoinSet::new());
    get(&knack, id, 1).await.unwrap();
    for _ in 0..20 {
        let knack = knack.clone();
        tasks.spawn(async move { get(&knack, id, 1).await.is_ok() });
    }
    let done = tasks.join_all().await.into_iter().filter(|done| *done).count();
    assert_eq!((done, local.plan_left(), local.refused()), (9, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_program_that_is_started_again_with_none_left_asks_when_it_is_due() {
    let (local, path) = (daily_plan(20).rate_limit(1_000).build().unwrap(), file());
    let (id, connect) =
        (some_id(&local), || hasty(&local).interactive_floor(0).ledger_file(&path).build().unwrap());
    get(&connect(), id, 20).await.unwrap();
    let knack = connect();
    assert!(matches!(get(&knack, id, 1).await, Err(Error::PlanExhausted { resets_in: Some(_), .. })));
    assert_eq!(local.calls(), 20);
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert!(get(&knack, id, 3).await.is_err());
    assert_eq!(local.calls(), 21);
    std::fs::remove_file(path).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_program_that_is_started_again_knows_what_is_left() {
    let (local, path) = (daily_plan(100).rate_limit(1_000).build().unwrap(), file());
    let (id, connect) = (some_id(&local), || hasty(&local).ledger_file(&path).build().unwrap());
    let knack = connect();
    assert!(!path.exists(), "nothing is known yet");
    get(&knack, id, 95).await.unwrap();
    drop(knack);

    let knack = connect();
    let usage = knack.usage();
    assert_eq!((usage.plan_limit, usage.plan_left, usage.plan_floor), (Some(100), Some(5), 5));
    assert!(usage.plan_resets_in.is_some_and(|left| left < Duration::from_hours(2)));
    assert!(matches!(get(&knack, id, 1).await, Err(Error::PlanKept { left: 5, .. })));
    assert_eq!(local.calls(), 95);
    get(&knack.with_class(Class::Interactive), id, 1).await.unwrap();
    drop(knack);
    assert_eq!(connect().usage().plan_left, Some(4));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(local.application_id()) && !text.contains(local.api_key()), "{text}");
    std::fs::remove_file(path).unwrap();
}

#[tokio::test(start_paused = true)]
async fn of_two_programs_with_one_file_the_one_that_knows_better_is_kept() {
    let (local, path) = (daily_plan(2_000).rate_limit(10_000).build().unwrap(), file());
    let (id, connect) = (some_id(&local), || hasty(&local).ledger_file(&path).build().unwrap());
    let [early, late] = [connect(), connect()];
    get(&early, id, 2).await.unwrap();
    get(&late, id, 900).await.unwrap();
    drop(late);
    drop(early);
    assert_eq!(connect().usage().plan_left, Some(1_098));
    std::fs::remove_file(path).unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_file_is_written_at_most_every_few_seconds() {
    let (local, path) = (daily_plan(1_000).rate_limit(1_000).build().unwrap(), file());
    let knack = hasty(&local).ledger_file(&path).build().unwrap();
    let (id, mut texts) = (some_id(&local), Vec::new());
    for _ in 0..100 {
        get(&knack, id, 1).await.unwrap();
        texts.push(std::fs::read_to_string(&path).unwrap());
        tokio::time::sleep(ms(200)).await;
    }
    texts.dedup();
    assert!((4..=5).contains(&texts.len()), "{texts:?}");
    drop(knack);
    assert!(std::fs::read_to_string(&path).unwrap().contains(r#""left":900"#));
    let beside = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let left = beside.filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with(name));
    assert_eq!(left.count(), 1, "nothing is left beside it");
    std::fs::remove_file(path).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_file_that_says_nothing_is_an_empty_ledger() {
    let (local, path) = (daily_plan(1_000).build().unwrap(), file());
    let id = some_id(&local);
    let client = |app: &str| {
        let builder = Client::builder(app).api_key(local.api_key()).transport(local.transport());
        builder.limiter(Unmetered::default()).ledger_file(&path).build().unwrap()
    };
    get(&client(local.application_id()), id, 1).await.unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let old = whole.split_once("\"resets_at\":").unwrap().0.to_owned() + "\"resets_at\":1700000000}";
    let far = whole.replace("\"resets_at\":", "\"resets_at\":9");
    let foreign = whole.replace(local.application_id(), "5d79512148c4af00106d1508");
    for text in ["", &whole[..20], "\0\0\0\0", "{}", &old, &far, &foreign, &"x".repeat(1 << 20)] {
        std::fs::write(&path, text).unwrap();
        let knack = client(local.application_id());
        assert_eq!(knack.usage().plan_left, None, "{text:.99}");
        get(&knack, id, 1).await.unwrap();
        drop(knack);
        assert_eq!(client(local.application_id()).usage().plan_left, Some(local.plan_left()));
    }
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert_eq!(client(local.application_id()).usage().plan_left, None);

    // Neither to be read nor to be written.
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    get(&client(local.application_id()), id, 3).await.unwrap();
    std::fs::remove_dir(&path).unwrap();
    let nowhere = hasty(&local).ledger_file(path.join("no").join("where")).build().unwrap();
    get(&nowhere, id, 3).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_ledger_and_the_server_agree_after_a_crowd_of_every_kind() {
    let mut builder = daily_plan(2_000).latency(Latency::fixed(ms(40), ms(60), ms(40)));
    for fault in [
        Fault::throttle().every(7),
        Fault::new(Effect::NoConnection).every(11),
        Fault::status(503, "").every(13),
        Fault::new(Effect::DropAfter).every(17),
    ] {
        builder = builder.fault(fault);
    }
    let local = builder.build().unwrap();
    let knack = client_of(&local).plan(Plan::Custom(2_000)).build().unwrap();
    let (id, mut tasks) = (some_id(&local), JoinSet::new());
    let job = knack.reserve(1_000).unwrap();
    for turn in 0..150_u64 {
        let class = match turn % 3 {
            0 => Class::Interactive,
            1 => Class::Normal,
            _ => Class::Bulk,
        };
        let client = if turn % 2 == 0 { job.client() } else { &knack }.with_class(class);
        let patience = if turn % 5 == 0 { ms(1 + turn * 60) } else { Duration::from_mins(1) };
        tasks.spawn(async move {
            let _gone = tokio::time::timeout(patience, Customer::get(&client, id)).await;
        });
    }
    tasks.join_all().await;
    drop(job);
    tokio::time::sleep(ms(1_000)).await;
    local.clear_faults();
    get(&knack, id, 1).await.unwrap();
    let usage = knack.usage();
    assert_eq!((usage.plan_left, usage.plan_reserved, usage.waiting), (Some(local.plan_left()), 0, 0));
    let free = u64::try_from(local.plan_left()).unwrap() - usage.plan_floor;
    assert_eq!(knack.reserve(free).unwrap().left(), free, "nothing is spoken for any more");
}

/// By the server's word such a call counts after all: it waits with those that do, and does not ask again and again.
#[tokio::test(start_paused = true)]
async fn a_free_call_that_a_spent_plan_refuses_does_not_hammer() {
    static CATALOG: ViewDef = ViewDef::new("Catalog", 4, 2);
    static PRODUCT: Projection = Projection::of_view(&CATALOG, ObjectKey::new(4), &[]);
    let spent = |_, _: &Request| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut refusal = answer(429, "Rate limit exceeded");
        let figures = [("limit", 1_000), ("remaining", 0), ("reset", 3_600_000)];
        for (name, figure) in figures {
            let name: HeaderName = format!("x-planlimit-{name}").parse().unwrap();
            refusal.headers_mut().insert(name, figure.into());
        }
        Ok(refusal)
    };
    let script = Script::new(spent);
    let knack = script.client();
    let list = || call::list(&PRODUCT, &ListQuery::default());
    let error = knack.execute(list()).await.unwrap_err();
    assert!(matches!(error, Error::PlanExhausted { .. }), "{error}");
    let patient = knack.wait_for_plan(true);
    let half_an_hour = Duration::from_mins(30);
    tokio::time::timeout(half_an_hour, patient.execute(list())).await.unwrap_err();
    assert!(script.sent().len() < 8, "{}", script.sent().len());
}
