//! The API key is in the header of object calls, and nowhere else.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use knack_emulator::{Effect, Fault};
use knack_runtime::view::ExportFile;
use knack_runtime::{Client, KnackObject, KnackView, Patch, Upload, call};
use knack_tests::pages::{self, CatalogProduct, OrderFigures, OrderForm, SignUp, WorkshopOrder};
use knack_tests::sample::{Customer, NewCustomer};
use knack_tests::{APP, KEY, Log, emulator};

#[test]
fn what_is_given_in_the_wrong_place_is_not_repeated() {
    let key = "6d1f0c52-9a3e-4b7d-8c21-5e0f4a7b9d36";
    let swapped = Client::builder(key).api_key(APP);
    let mut shown = vec![format!("{swapped:?}")];
    let error = swapped.build().unwrap_err();
    shown.push(format!("{error} {error:?}"));
    for url in [
        "https://ann:hunter2@api.knack.com/v1",
        "https://:hunter2@h",
        "https://hunter2@h",
        "https://ann:hunter2@no host/v1",
        "https://ann:#hunter2@h",
        "https://api.knack.com/v1?key=hunter2",
        "https://api.knack.com/v1#hunter2",
        "ftp://ann:hunter2@h:99999?hunter2",
    ] {
        let error = Client::builder(APP).base_url(url).build().unwrap_err();
        shown.push(format!("{error} {error:?}"));
    }
    let shown = shown.concat();
    assert!(!shown.contains("9a3e") && !shown.contains("hunter2"), "{shown}");
    assert!(
        shown.contains("it has a user name or password in it") && shown.contains("it has a query"),
        "{shown}"
    );
}

#[test]
fn a_call_does_not_show_its_body() {
    let call = call::create(Customer::PROJECTION, r#"{"field_9":"hunter2"}"#.to_owned());
    let shown = format!("{call:?}");
    assert!(!shown.contains("hunter2") && shown.contains("body_bytes: Some(21)"), "{shown}");
}

#[tokio::test]
async fn the_key_is_in_no_log_error_url_or_debug_text() {
    let (log, _guard) = Log::of_this_thread();

    let faults =
        [Fault::throttle().nth(2), Fault::new(Effect::DropBefore).nth(4), Fault::status(403, "no").nth(9)];
    let mut local = emulator().api_key(KEY);
    for fault in faults {
        local = local.fault(fault);
    }
    let local = local.build().unwrap();
    let server = local.serve().await.unwrap();
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("secrets-ledger-{}.json", std::process::id()));
    let builder = Client::builder(local.application_id())
        .api_key(KEY)
        .base_url(format!("{}/v1", server.url()))
        .ledger_file(&file);
    let mut shown = vec![format!("{builder:?}")];
    let knack = builder.build().unwrap();
    shown.push(format!("{knack:?} {:?}", knack.usage()));

    let ann = Customer::create(&knack, &NewCustomer::with_email("ann@example.com")).await.unwrap();
    for _ in 0..3 {
        shown.push(format!(
            "{:?}",
            Customer::update(&knack, ann.id, Patch::new().set(Customer::NEWSLETTER, true)).await
        ));
        shown.push(format!("{:?}", Customer::get(&knack, ann.id).await));
    }
    shown
        .push(format!("{:?}", Customer::list(&knack).filter(Customer::NAME.contains("Ann")).guarded().await));
    shown.push(format!("{:?} {:?}", Customer::list(&knack), Customer::list(&knack).stream()));
    let job = knack.reserve(20).unwrap();
    shown.push(format!("{job:?} {:?}", knack.reserve(1_000_000).unwrap_err()));
    shown.push(format!("{:?}", Customer::delete(job.client(), ann.id).await));
    server.stop().await;
    let error =
        Customer::get(&knack.with_deadline(std::time::Duration::from_millis(300)), ann.id).await.unwrap_err();
    shown.push(format!("{error} {error:?}"));
    shown.push(format!("{:?}", Client::builder("x").api_key(KEY).build().unwrap_err()));

    drop((job, knack));
    shown.push(std::fs::read_to_string(&file).unwrap());
    std::fs::remove_file(&file).unwrap();

    let requests = local.requests();
    assert!(requests.len() >= 11);
    for seen in &requests {
        assert!(seen.headers["x-knack-rest-api-key"].to_str().unwrap() == KEY);
        assert!(!format!("{}?{}{:?}", seen.path, seen.query, seen.body).contains(KEY));
    }
    let shown = shown.concat();
    let log = log.text();
    assert!(
        log.contains("knack.create") && log.contains("knack.update") && log.contains("holding the queue"),
        "{log}"
    );
    for text in [&shown, &log] {
        assert!(!text.contains(KEY), "the key is shown");
        assert!(!text.contains("ann@example.com") || text == &shown, "values are no business of a log");
    }
}

/// Views, a login, its renewal and its end: the key is on no view call, the token in no URL, and neither
/// the password nor the token in anything that is shown.
#[tokio::test]
async fn views_and_sessions_show_no_secret() {
    let (log, _guard) = Log::of_this_thread();
    let local = emulator().api_key(KEY).build().unwrap();
    let server = local.serve().await.unwrap();
    let base = format!("{}/v1", server.url());
    let knack = Client::builder(local.application_id()).api_key(KEY).base_url(base).build().unwrap();
    let email = local.account_email(0).unwrap();

    let login = knack.login(&*email, pages::PASSWORD);
    let mut shown = vec![format!("{login:?}")];
    let user = login.await.unwrap();
    shown.push(format!("{user:?} {:?}", user.account()));
    shown.push(format!("{:?}", knack.login(&*email, "hunter2").await.unwrap_err()));
    shown.push(format!("{:?}", CatalogProduct::list(&knack).first().await.unwrap()));
    let order = WorkshopOrder::list(&user).first().await.unwrap().unwrap();
    local.expire_sessions();
    let patch = Patch::new().set(WorkshopOrder::PAID, true);
    shown.push(format!("{:?}", WorkshopOrder::update(&user, order.id, patch).await.unwrap()));
    shown.push(format!(
        "{:?}",
        OrderForm::create_of(
            &user,
            order.customer.id(),
            &OrderForm { taken_by: None, placed: None, status: "New".into() }
        )
        .await
        .unwrap()
    ));
    shown.push(format!("{:?}", SignUp::create(&user, &SignUp::with_email("ann@example.com")).await.unwrap()));
    shown.push(format!("{:?}", OrderFigures::report(&user).await.unwrap()));
    shown.push(format!("{:?}", OrderForm::options(&user, OrderForm::TAKEN_BY).await.unwrap()));
    WorkshopOrder::list(&user).export(ExportFile::Csv).await.unwrap();
    CatalogProduct::list(&knack).export(ExportFile::Json).await.unwrap();
    let file = user.upload_file(Upload::from_bytes("terms.txt", "terms")).await.unwrap();
    shown.push(format!("{file:?}"));
    WorkshopOrder::delete(&user, order.id).await.unwrap();
    local.expire_sessions();
    let forgetful = knack.login(&*email, pages::PASSWORD).forget_password().await.unwrap();
    local.expire_sessions();
    shown.push(format!("{:?}", WorkshopOrder::list(&forgetful).first().await.unwrap_err()));
    user.logout().await;
    let error = WorkshopOrder::list(&user).first().await.unwrap_err();
    shown.push(format!("{error} {error:?}"));

    let mut tokens = std::collections::BTreeSet::new();
    let mut views = 0;
    for seen in local.requests() {
        if ["/pages/", "/session", "/upload"].iter().any(|part| seen.path.contains(part)) {
            views += 1;
            assert_eq!(seen.headers["x-knack-rest-api-key"], "knack", "{}", seen.path);
        }
        if let Some(token) = seen.headers.get("authorization") {
            tokens.insert(token.to_str().unwrap().to_owned());
        }
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        assert!(!body.contains(KEY));
        assert!(!body.contains(pages::PASSWORD) || seen.path.ends_with("/session"));
        for token in &tokens {
            assert!(!format!("{}?{}{body}", seen.path, seen.query).contains(token));
        }
    }
    assert!(views > 19 && tokens.len() >= 3, "{views}, {}", tokens.len());
    let text = log.text();
    assert!(text.contains("knack.login") && text.contains("logging in anew"), "{text}");
    for text in [shown.concat(), text] {
        for secret in tokens.iter().map(String::as_str).chain([KEY, pages::PASSWORD, "hunter2"]) {
            assert!(!text.contains(secret), "a secret is shown");
        }
    }
}
