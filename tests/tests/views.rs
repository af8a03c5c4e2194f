//! Views of the sample application, through the emulator: what each can do, for whom, and at what cost.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use http::StatusCode;
use knack_emulator::{Emulator, Fault};
use knack_runtime::error::Error;
use knack_runtime::key::ProfileKey;
use knack_runtime::quota::{Metering, StandardPolicy};
use knack_runtime::view::ExportFile;
use knack_runtime::{Client, KnackObject, KnackView, Link, NoKey, Patch, RecordId, Token, User};
use knack_tests::pages::*;
use knack_tests::sample::{Customer, Order, Product};
use knack_tests::{Script, client_of, emulator};

/// A client without a key.
fn anybody(local: &Emulator) -> Client<NoKey> {
    Client::builder(local.application_id()).transport(local.transport()).build().unwrap()
}

/// A user with both roles.
async fn staff(local: &Emulator) -> Client<User> {
    anybody(local).login(local.account_email(0).unwrap(), PASSWORD).await.unwrap()
}

fn an_id(local: &Emulator, object: &str) -> RecordId {
    local.ids(object)[7].parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_public_table_is_read_by_anybody_and_costs_nothing() {
    let local = emulator().build().unwrap();
    let knack = anybody(&local);
    let products = CatalogProduct::list(&knack).rows_per_page(20).all().await.unwrap();
    assert!(products.len() > 100 && products.is_sorted_by_key(|product| product.sku.clone()));
    assert_eq!(local.plan_left(), local_plan(&local));
    assert_eq!((knack.usage().plan_left, knack.usage().refused), (None, 0));

    // Its own criteria hold beside the filter that is given.
    let with_key = client_of(&local).build().unwrap();
    let all = Product::list(&with_key).all().await.unwrap();
    assert!(products.len() < all.len());
    let chains = CatalogProduct::NAME.contains("Chain");
    let some =
        CatalogProduct::list(&knack).filter(chains).sort(CatalogProduct::PRICE.desc()).all().await.unwrap();
    assert!(!some.is_empty() && some.iter().all(|product| product.name.contains("Chain")));
    assert!(some.is_sorted_by(|a, b| a.price >= b.price));
    assert_eq!(DearBike::list(&knack).all().await.unwrap().len(), 10, "the view's own limit");
    assert_eq!(CatalogProduct::list(&knack).count().await.unwrap(), products.len() as u64);
    assert!(CatalogProduct::list(&knack).first().await.unwrap().is_some());
}

/// The plan's calls of a day, of which none is used.
fn local_plan(local: &Emulator) -> i64 {
    let untouched = emulator().build().unwrap();
    assert_eq!(untouched.application_id(), local.application_id());
    untouched.plan_left()
}

/// One version of the documents says that they cost.
#[tokio::test(start_paused = true)]
async fn public_views_that_cost_are_noticed_or_known() {
    let local = emulator().public_views_count(true).build().unwrap();
    let knack = anybody(&local);
    for _ in 0..6 {
        CatalogProduct::list(&knack).first().await.unwrap();
    }
    assert!(knack.usage().unmetered_are_charged, "what is taken as free is seen to cost");

    let careful = Client::builder(local.application_id())
        .transport(local.transport())
        .policy(StandardPolicy::new().public_views(Metering::Metered))
        .build()
        .unwrap();
    CatalogProduct::list(&careful).first().await.unwrap();
    assert!(careful.usage().plan_left.is_some());
}

#[tokio::test(start_paused = true)]
async fn no_client_sends_its_key_or_its_token_to_a_public_view() {
    let local = emulator().build().unwrap();
    CatalogProduct::list(&anybody(&local)).first().await.unwrap();
    CatalogProduct::list(&client_of(&local).build().unwrap()).first().await.unwrap();
    let user = staff(&local).await;
    local.forget_requests();
    CatalogProduct::list(&user).first().await.unwrap();
    for request in local.requests() {
        assert_eq!(request.headers["x-knack-rest-api-key"], "knack");
        assert!(!request.headers.contains_key("authorization"));
    }
}

#[tokio::test(start_paused = true)]
async fn details_are_read_by_id_whether_the_answer_has_it_or_not() {
    for with_id in [false, true] {
        let local = emulator().details_have_id(with_id).build().unwrap();
        let id = an_id(&local, "object_4");
        let product = ProductPage::get(&anybody(&local), id).await.unwrap();
        assert_eq!(product.id, id);
        assert!(!product.name.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_not_there_is_told() {
    let local = emulator().build().unwrap();
    let nobody: RecordId = "000000000000000000000001".parse().unwrap();
    let error = ProductPage::get(&anybody(&local), nobody).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("get of `ProductPage` (view_5), record 000000000000000000000001 failed (500"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_form_makes_a_record_and_tells_its_submit_rule() {
    let local = emulator().build().unwrap();
    let done = SignUp::create(&anybody(&local), &SignUp::with_email("ann@example.com")).await.unwrap();
    assert_eq!(done.submit_key(), Some("submit_1"));
    let customer: Customer = done.record().unwrap();
    assert_eq!((Some(customer.id), customer.email.address.as_str()), (done.id(), "ann@example.com"));
    assert!(local.record("object_1", &customer.id.to_string()).is_some());

    let twice = SignUp::create(&anybody(&local), &SignUp::with_email("ann@example.com")).await.unwrap_err();
    let Error::Validation(refused) = &twice else { panic!("{twice}") };
    assert_eq!(refused.problems()[0].field(), Some("email"));
    assert!(!format!("{done:?}").contains("ann@"));
}

/// Nobody knows whether a form was taken: it is not sent again, and neither is a change through one.
#[tokio::test(start_paused = true)]
async fn forms_are_sent_once() {
    let local = emulator().build().unwrap();
    let user = staff(&local).await;
    let id = an_id(&local, "object_1");
    local.inject(Fault::status(503, "down").path("/views/view_3/"));
    local.inject(Fault::status(503, "down").path("/views/view_14/"));
    local.forget_requests();
    let error = SignUp::create(&user, &SignUp::with_email("ann@example.com")).await.unwrap_err();
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
    let patch = Patch::new().set(EditCustomer::COMPANY, "Fjord");
    let error = EditCustomer::update(&user, id, patch).await.unwrap_err();
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
    assert_eq!(local.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_users_views_are_read_changed_and_deleted() {
    let local = emulator().build().unwrap();
    let user = staff(&local).await;
    let order = WorkshopOrder::list(&user).first().await.unwrap().unwrap();
    let patch = Patch::new().set(WorkshopOrder::STATUS, "Ready").set(WorkshopOrder::PAID, true);
    let changed = WorkshopOrder::update(&user, order.id, patch).await.unwrap();
    assert_eq!((changed.id, changed.status.as_str(), changed.paid), (order.id, "Ready", true));
    WorkshopOrder::delete(&user, order.id).await.unwrap();
    assert!(local.record("object_6", &order.id.to_string()).is_none());
    assert!(WorkshopOrder::delete(&user, order.id).await.is_err());

    let customer = an_id(&local, "object_1");
    let before = EditCustomer::get(&user, customer).await.unwrap();
    let patch = Patch::new().set(EditCustomer::REMARKS, "Pays late").set(EditCustomer::COMPANY, "Fjord");
    let after = EditCustomer::update(&user, customer, patch).await.unwrap();
    assert_eq!((before.id, after.company.as_deref()), (after.id, Some("Fjord")));
    let cleared = EditCustomer::update(&user, customer, Patch::new().clear(EditCustomer::REMARKS)).await;
    assert_eq!(cleared.unwrap().remarks, None);
    // These count.
    assert!(user.usage().plan_left.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_field_that_the_view_lacks_is_refused_before_it_is_sent() {
    let local = emulator().build().unwrap();
    let user = staff(&local).await;
    local.forget_requests();
    let patch = Patch::new().set(Customer::NEWSLETTER, true);
    let error = EditCustomer::update(&user, an_id(&local, "object_1"), patch).await.unwrap_err();
    assert!(
        error.to_string().contains("was not sent: `newsletter` (field_7) is no field of `EditCustomer`"),
        "{error}"
    );
    assert!(local.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_child_page_is_about_the_record_above_it() {
    let local = emulator().build().unwrap();
    let user = staff(&local).await;
    let with_key = client_of(&local).build().unwrap();
    let customers =
        StaffCustomer::list(&user).filter(StaffCustomer::ORDERS.higher_than(2)).all().await.unwrap();
    let customer = &customers[0];
    assert!(customer.orders > 2);
    let orders = CustomerOrder::list(&user).of(customer.id).all().await.unwrap();
    assert_eq!(orders.len() as u64, customer.orders);

    let form = OrderForm { taken_by: None, placed: None, status: "New".into() };
    let made = OrderForm::create_of(&user, Link::<Customer>::to(customer.id), &form).await.unwrap();
    let order = Order::get(&with_key, made.id().unwrap()).await.unwrap();
    assert_eq!((order.customer.id(), order.status.as_str()), (customer.id, "New"));
    let whose = &customer.id;
    let streamed = CustomerOrder::list(&user).of(whose).rows_per_page(2).stream();
    let mut numbers = Vec::new();
    let mut streamed = streamed;
    while let Some(order) = streamed.next().await {
        numbers.push(order.unwrap().number);
    }
    assert_eq!(numbers.len() as u64, customer.orders + 1);
    let page = CustomerPage::get(&user, customer.id).await.unwrap();
    assert_eq!(page.id, customer.id);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_in_the_middle_of_a_stream_is_renewed() {
    let local = emulator().build().unwrap();
    let user = staff(&local).await;
    let expected = local.count("object_1");
    let mut customers = StaffCustomer::list(&user).rows_per_page(50).stream();
    let mut read = 0;
    while let Some(customer) = customers.next().await {
        customer.unwrap();
        read += 1;
        if read % 120 == 0 {
            local.expire_sessions();
        }
    }
    assert_eq!(read, expected);

    // And without the password, what was read stays read.
    let login = anybody(&local).login(local.account_email(0).unwrap(), PASSWORD);
    let user = login.forget_password().await.unwrap();
    let mut customers = StaffCustomer::list(&user).rows_per_page(50).stream();
    let mut read = 0;
    let error = loop {
        match customers.next().await.unwrap() {
            Ok(_) => read += 1,
            Err(error) => break error,
        }
        if read == 10 {
            local.expire_sessions();
        }
    };
    assert_eq!(read, 50);
    assert!(matches!(error, Error::SessionOver { .. }), "{error}");
    assert!(customers.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn roles_say_who_sees_what() {
    let local = emulator().build().unwrap();
    let manager = staff(&local).await;
    let account = manager.account().unwrap();
    assert!(account.has_role(ProfileKey::new(11)) && account.has_role(ProfileKey::new(12)));
    let me = MyAccount::get(&manager, account.id).await.unwrap();
    assert_eq!(me.roles, account.roles);
    PayrollEmployee::list(&manager).all().await.unwrap();

    // Somebody who is no manager.
    let mut refused = 0;
    for n in 1..12 {
        let login = anybody(&local).login(local.account_email(n).unwrap(), PASSWORD).await;
        let Ok(user) = login else { continue };
        StaffCustomer::list(&user).first().await.unwrap();
        if user.account().unwrap().has_role(ProfileKey::new(12)) {
            continue;
        }
        local.forget_requests();
        let error = PayrollEmployee::list(&user).first().await.unwrap_err();
        assert!(matches!(error, Error::Auth { status: StatusCode::FORBIDDEN, .. }), "{error}");
        assert!(local.requests().iter().all(|request| !request.path.ends_with("/session")), "no new login");
        refused += 1;
    }
    assert!(refused > 0);
}

#[tokio::test(start_paused = true)]
async fn wrong_passwords_and_locks_are_told() {
    let local = emulator().lockout(3, std::time::Duration::from_mins(10)).build().unwrap();
    let email = local.account_email(0).unwrap();
    let knack = anybody(&local);
    for _ in 0..3 {
        let error = knack.login(&*email, "wrong").await.unwrap_err();
        assert!(matches!(error, Error::Auth { .. }), "{error}");
        assert!(error.to_string().contains("check the e-mail and the password"), "{error}");
    }
    let error = knack.login(&*email, PASSWORD).await.unwrap_err();
    assert!(error.to_string().contains("wait until the lock is over"), "{error}");
    tokio::time::sleep(std::time::Duration::from_mins(11)).await;
    knack.login(&*email, PASSWORD).await.unwrap();
    let error = knack.login("nobody@example.com", PASSWORD).await.unwrap_err();
    assert!(matches!(error, Error::Auth { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn reports_options_and_exports() {
    let local = emulator().build().unwrap();
    let user = staff(&local).await;
    let report = OrderFigures::report(&user).await.unwrap();
    let [by_status, all] = &*report.tables else { panic!("{report:?}") };
    let orders: f64 = by_status.rows.iter().filter_map(|row| row.figures[0].raw).sum();
    let count = f64::from(u32::try_from(local.count("object_6")).unwrap());
    assert_eq!((orders, all.rows[0].figures[0].raw), (count, Some(count)));
    assert!(by_status.rows.iter().any(|row| row.groups == ["New"]));
    assert!(all.rows[0].groups.is_empty());

    let offers = OrderForm::options(&user, OrderForm::TAKEN_BY).await.unwrap();
    assert_eq!(offers.len(), local.count("object_3"));
    assert!(offers.iter().all(|offer| !offer.label.is_empty()));

    let paid = WorkshopOrder::list(&user).filter(WorkshopOrder::PAID.is(true));
    let csv = paid.export(ExportFile::Csv).await.unwrap();
    let csv = String::from_utf8(csv.to_vec()).unwrap();
    assert!(csv.starts_with("Order Number,Customer,"), "{}", &csv[..80]);
    let json = CatalogProduct::list(&anybody(&local)).export(ExportFile::Json).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert!(json.as_array().is_some_and(|records| records.len() > 100));
}

/// Details come without an id at times, but not without all of their fields: that is no record whose fields are empty.
#[tokio::test(start_paused = true)]
async fn an_answer_without_a_record_is_none() {
    let id = RecordId::from_bytes([1; 12]);
    for body in ["{}", r#"{"record":null}"#, r#"{"record":{}}"#, r#"{"message":"Forbidden"}"#, "null", "[]"] {
        let user = Script::always(200, body).client().with_token(Token::new("token"));
        let error = EditCustomer::get(&user, id).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{body}: {error}");
        let patch = Patch::new().set(EditCustomer::COMPANY, "Fjord");
        EditCustomer::update(&user, id, patch).await.unwrap_err();
    }
    let empty = r#"{"record":{"field_5":"","field_12":null}}"#;
    let user = Script::always(200, empty).client().with_token(Token::new("token"));
    assert!(EditCustomer::get(&user, id).await.unwrap().company.is_none());
}
