//! A user's session: how it begins, how it is renewed once for all, and how it ends.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use knack_emulator::Emulator;
use knack_runtime::call::{self, Call};
use knack_runtime::key::{ObjectKey, ProfileKey};
use knack_runtime::object::Projection;
use knack_runtime::query::ListQuery;
use knack_runtime::transport::{BoxFuture, Failure, Request, Response, TransportError};
use knack_runtime::verbs::Execute;
use knack_runtime::view::ViewDef;
use knack_runtime::{ApiKey, Client, Error, NoKey, Token, TokenStore, User};
use knack_tests::{APP, KEY, Script, answer, emulator};

static ORDERS: ViewDef = ViewDef::new("Orders", 7, 7).login();
static ORDER: Projection = Projection::of_view(&ORDERS, ObjectKey::new(6), &[]);
static CATALOG: ViewDef = ViewDef::new("Catalog", 4, 2);
static PRODUCT: Projection = Projection::of_view(&CATALOG, ObjectKey::new(4), &[]);

const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "hunter2-of-the-tests";

/// A Knack of sessions alone: tokens are `token-1`, `token-2` and so on, and the last one is good.
#[derive(Clone)]
struct Sessions {
    /// How many logins were carried out.
    logins: Arc<AtomicU32>,
    /// The number of the token that is good; 0 if none is.
    good: Arc<AtomicU32>,
    /// What logins are answered with instead, in turn.
    trouble: Arc<Mutex<Vec<u16>>>,
    /// What a call with a bad token is answered with.
    over: (u16, &'static str),
    /// Whether a gateway answers logins with a page of its own.
    page: Arc<Mutex<bool>>,
    /// Whether the user may see the page.
    allowed: bool,
}

impl Sessions {
    fn new() -> Self {
        let (logins, good, trouble, page) = Default::default();
        Self { logins, good, trouble, page, over: (403, "Invalid or Expired Token"), allowed: true }
    }

    fn script(&self) -> Script {
        let sessions = self.clone();
        Script::new(move |_, request| {
            let answer = sessions.answer(request);
            async move {
                // A way of some length, so that calls overlap.
                tokio::time::sleep(Duration::from_millis(30)).await;
                Ok(answer)
            }
        })
    }

    /// The same, answering each path after so long a way.
    fn slow(&self, way: impl Fn(&str) -> Duration + Send + Sync + 'static) -> Script {
        let sessions = self.clone();
        Script::new(move |_, request| {
            let (answer, way) = (sessions.answer(request), way(request.uri().path()));
            async move {
                tokio::time::sleep(way).await;
                Ok(answer)
            }
        })
    }

    fn answer(&self, request: &Request) -> Response {
        let path = request.uri().path();
        if path == format!("/v1/applications/{APP}/session") {
            return self.login(request);
        }
        let good = format!("token-{}", self.good.load(Ordering::Relaxed));
        let sent = request.headers().get("authorization").map(|token| token.to_str().unwrap());
        match path {
            _ if sent != Some(&good) => answer(self.over.0, self.over.1),
            "/v1/session/token" => answer(200, session("")),
            "/v1/session" => {
                self.good.store(0, Ordering::Relaxed);
                answer(200, "{}")
            }
            _ if !self.allowed => answer(403, "Forbidden"),
            _ => answer(200, r#"{"records":[]}"#),
        }
    }

    fn login(&self, request: &Request) -> Response {
        if *self.page.lock().unwrap() {
            return answer(403, "<html>Forbidden</html>");
        }
        let trouble = self.trouble.lock().unwrap().pop();
        if let Some(status) = trouble {
            return answer(status, r#"{"errors":[{"message":"Email or password incorrect."}]}"#);
        }
        let body = String::from_utf8_lossy(request.body());
        assert_eq!(body, format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#));
        let number = self.logins.fetch_add(1, Ordering::Relaxed) + 1;
        self.good.store(number, Ordering::Relaxed);
        answer(200, session(&format!("token-{number}")))
    }

    fn end_all(&self) {
        self.good.store(0, Ordering::Relaxed);
    }

    fn logins(&self) -> u32 {
        self.logins.load(Ordering::Relaxed)
    }
}

fn session(token: &str) -> String {
    format!(
        r#"{{"session":{{"status":"active","user":{{"id":"5d7964422d7159001659b27a","token":"{token}",
            "profile_keys":["all_users","profile_11"],"profile_objects":[{{"entry_id":"5d7964422d7159001659b27b",
            "object":"object_1"}}],"approval_status":"approved"}}}}}}"#
    )
}

fn client(script: &Script) -> Client<NoKey> {
    Client::builder(APP).transport(script.clone()).build().unwrap()
}

fn with_key(script: &Script) -> Client<ApiKey> {
    Client::builder(APP).api_key(KEY).transport(script.clone()).build().unwrap()
}

async fn user_of(sessions: &Sessions) -> (Client<User>, Script) {
    let script = sessions.script();
    (client(&script).login(EMAIL, PASSWORD).await.unwrap(), script)
}

fn orders() -> Call {
    call::list(&ORDER, &ListQuery::default())
}

/// The paths of what was sent, with the token.
fn paths(script: &Script) -> Vec<String> {
    let token = |request: &Request| match request.headers().get("authorization") {
        Some(token) => format!(" {}", token.to_str().unwrap()),
        None => String::new(),
    };
    let path = |request: &Request| {
        let path = request.uri().path().replace(APP, "APP");
        format!("{} {}{}", request.method(), path.trim_start_matches("/v1"), token(request))
    };
    script.sent().iter().map(path).collect()
}

#[tokio::test(start_paused = true)]
async fn a_login_gives_the_client_of_a_user() {
    let sessions = Sessions::new();
    let script = sessions.script();
    let user = with_key(&script).login(EMAIL, PASSWORD).await.unwrap();
    user.execute(orders()).await.unwrap();
    user.execute(call::list(&PRODUCT, &ListQuery::default())).await.unwrap_err();

    let account = user.account().unwrap();
    assert_eq!(account.roles, BTreeSet::from([ProfileKey::new(11)]));
    assert_eq!(account.record_in(ObjectKey::new(1)).unwrap().to_string(), "5d7964422d7159001659b27b");
    // The token goes to pages behind a login alone.
    let sent = paths(&script);
    assert_eq!(
        sent[..3],
        [
            "POST /applications/APP/session",
            "GET /pages/scene_7/views/view_7/records token-1",
            "GET /pages/scene_4/views/view_2/records",
        ]
    );
    for request in script.sent() {
        assert_eq!(request.headers()["x-knack-rest-api-key"], "knack");
        assert_eq!(request.headers()["x-knack-application-id"], APP);
        assert!(!request.uri().to_string().contains("token-"));
        let shown = format!("{:?}", request.headers());
        assert!(!shown.contains("token-1"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_login_renews_the_session_for_all_calls() {
    for over in [(403, "Invalid or Expired Token"), (401, "Please reauthenticate")] {
        let sessions = Sessions { over, ..Sessions::new() };
        let (user, _) = user_of(&sessions).await;
        sessions.end_all();
        let calls: Vec<_> = (0..40)
            .map(|_| {
                let user = user.clone();
                tokio::spawn(async move { user.execute(orders()).await.map(drop) })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(sessions.logins(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_the_user_may_not_see_is_no_reason_to_log_in() {
    let sessions = Sessions { allowed: false, ..Sessions::new() };
    let (user, script) = user_of(&sessions).await;
    let error = user.execute(orders()).await.unwrap_err();
    assert!(matches!(error, Error::Auth { status: StatusCode::FORBIDDEN, .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "list of `Orders` (view_7) was refused (403 Forbidden): Forbidden; log in as a user whose roles may see \
         the page"
    );
    assert_eq!((sessions.logins(), paths(&script).len()), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_told_and_not_tried_again() {
    let sessions = Sessions::new();
    for status in [400, 401] {
        sessions.trouble.lock().unwrap().push(status);
        let script = sessions.script();
        let error = client(&script).login(EMAIL, PASSWORD).await.unwrap_err();
        let shown = error.to_string();
        assert!(
            shown.starts_with("login was refused (")
                && shown.ends_with(
                    ": Email or password incorrect.; check the e-mail and the password; who logs in by single \
                     sign-on cannot do so here"
                ),
            "{shown}"
        );
        assert_eq!(script.sent().len(), 1);
    }
}

/// A password that was changed: each try more may lock the account.
#[tokio::test(start_paused = true)]
async fn a_new_login_that_is_refused_is_the_last() {
    let sessions = Sessions::new();
    let (user, script) = user_of(&sessions).await;
    sessions.end_all();
    sessions.trouble.lock().unwrap().push(401);
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let user = user.clone();
            tokio::spawn(async move { user.execute(orders()).await })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        let Error::SessionOver { cause: Some(cause), .. } = &error else { panic!("{error}") };
        assert!(matches!(**cause, Error::Auth { .. }), "{cause}");
    }
    let sent = paths(&script);
    assert_eq!(sent.iter().filter(|path| path.ends_with("/session")).count(), 2);
    let error = user.execute(orders()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "list of `Orders` (view_7) was not done: the user's session is over (login was refused (401 Unauthorized): \
         Email or password incorrect.; check the e-mail and the password; who logs in by single sign-on cannot do \
         so here); log in again"
    );
    assert_eq!(paths(&script).len(), sent.len(), "a call without a session is not sent");
}

#[tokio::test(start_paused = true)]
async fn a_login_that_failed_by_chance_is_shared_by_those_who_waited_and_tried_again_by_the_next() {
    let sessions = Sessions::new();
    let (user, script) = user_of(&sessions).await;
    sessions.end_all();
    let tries = 4;
    sessions.trouble.lock().unwrap().extend(vec![503; tries]);
    let calls: Vec<_> = (0..6)
        .map(|_| {
            let user = user.clone();
            tokio::spawn(async move { user.execute(orders()).await.map(drop) })
        })
        .collect();
    let mut failed = 0;
    for call in calls {
        failed += u32::from(call.await.unwrap().is_err());
    }
    let logins = paths(&script).iter().filter(|path| path.ends_with("/session")).count();
    assert_eq!((failed, logins), (6, 1 + tries), "one login, tried as often as any call");
    user.execute(orders()).await.unwrap();
    assert_eq!(sessions.logins(), 2);
}

/// The task that logs in is cancelled: another one does.
#[tokio::test(start_paused = true)]
async fn a_login_that_is_given_up_holds_up_nobody() {
    let sessions = Sessions::new();
    let (user, script) = user_of(&sessions).await;
    sessions.end_all();
    let calls: Vec<_> = (0..3)
        .map(|_| {
            let user = user.clone();
            tokio::spawn(async move { user.execute(orders()).await.map(drop) })
        })
        .collect();
    while paths(&script).iter().filter(|path| path.ends_with("/session")).count() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    calls[0].abort();
    let mut done = 0;
    for call in calls {
        done += u32::from(call.await.is_ok_and(|result| result.is_ok()));
    }
    assert_eq!(done, 2);
}

#[tokio::test(start_paused = true)]
async fn without_a_password_an_ended_session_is_an_error() {
    let sessions = Sessions::new();
    let script = sessions.script();
    let user = client(&script).login(EMAIL, PASSWORD).forget_password().await.unwrap();
    let given = client(&script).with_token(Token::new("token-1"));
    for user in [&user, &given] {
        user.execute(orders()).await.unwrap();
    }
    assert!(given.account().is_none());
    assert_eq!(given.check_session().await.unwrap(), user.account().unwrap());
    sessions.end_all();
    for user in [&user, &given] {
        let error = user.execute(orders()).await.unwrap_err();
        let Error::SessionOver { cause: Some(cause), .. } = &error else { panic!("{error}") };
        assert!(matches!(&**cause, Error::Auth { message, .. } if message == "Invalid or Expired Token"));
    }
    assert_eq!(sessions.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_logout_forgets_everything() {
    let sessions = Sessions::new();
    let (user, script) = user_of(&sessions).await;
    let clone = user.clone();
    user.logout().await;
    user.logout().await;
    assert_eq!(sessions.good.load(Ordering::Relaxed), 0);
    let error = clone.execute(orders()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "list of `Orders` (view_7) was not done: the user has logged out; log in again"
    );
    assert!(clone.account().is_none());
    assert_eq!(paths(&script).last().unwrap(), "DELETE /session token-1");
    assert_eq!(sessions.logins(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_token_that_a_header_cannot_have_is_sent() {
    let script = Script::always(200, "{}");
    for odd in ["", "two\nlines", "\u{7f}"] {
        let error = client(&script).with_token(Token::new(odd)).execute(orders()).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
    assert!(script.sent().is_empty());
    // A login that is answered with no token is none.
    let error = client(&script).login(EMAIL, PASSWORD).await.unwrap_err();
    assert!(error.to_string().ends_with("a session with a token was expected, and it holds none"), "{error}");
}

const EVER: Duration = Duration::from_hours(1);
const SECOND: Duration = Duration::from_secs(1);

/// Whether a path is that of logins.
fn is_login(path: &str) -> bool {
    path.ends_with("/session") && path.contains("/applications/")
}

/// A user whose session is over, where calls of some paths take as long as `way` says.
async fn ended(sessions: &Sessions, way: fn(&str) -> Duration) -> (Client<User>, Script) {
    let began = tokio::time::Instant::now();
    let script = sessions.slow(move |path| if began.elapsed() < SECOND { Duration::ZERO } else { way(path) });
    let user = client(&script).login(EMAIL, PASSWORD).await.unwrap();
    tokio::time::sleep(2 * SECOND).await;
    sessions.end_all();
    (user, script)
}

/// The deadline is the call's, whatever else has to be done for it and by whom.
#[tokio::test(start_paused = true)]
async fn a_call_keeps_its_deadline_while_others_log_in() {
    let sessions = Sessions::new();
    let (user, script) = ended(&sessions, |path| if is_login(path) { EVER } else { Duration::ZERO }).await;
    let first = tokio::spawn({
        let user = user.clone();
        async move { user.execute(orders()).await }
    });
    tokio::time::sleep(SECOND).await;
    let sent = script.sent().len();
    let began = tokio::time::Instant::now();
    let error = user.with_deadline(3 * SECOND).execute(orders()).await.unwrap_err();
    assert_eq!(began.elapsed(), 3 * SECOND);
    assert_eq!(
        error.to_string(),
        "list of `Orders` (view_7) failed: no answer in time (another call was still logging in after 3.0s), after 0 \
         attempts; check the network and the base URL"
    );
    assert!(error.is_retryable());
    assert_eq!(script.sent().len(), sent);
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn a_call_and_what_renews_its_session_have_one_deadline() {
    let sessions = Sessions::new();
    let (user, _) = ended(&sessions, |_| 20 * SECOND).await;
    let began = tokio::time::Instant::now();
    user.with_deadline(50 * SECOND).execute(orders()).await.unwrap_err();
    assert!(began.elapsed() <= 50 * SECOND, "{:?}", began.elapsed());
}

/// Who is in a hurry may fail to log in; the others have the time.
#[tokio::test(start_paused = true)]
async fn a_login_that_was_given_too_little_time_fails_nobody_else() {
    let sessions = Sessions::new();
    let (user, _) = ended(&sessions, |path| if is_login(path) { 5 * SECOND } else { Duration::ZERO }).await;
    let hasty = tokio::spawn({
        let user = user.with_deadline(SECOND);
        async move { user.execute(orders()).await }
    });
    tokio::task::yield_now().await;
    user.execute(orders()).await.unwrap();
    let error = hasty.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::SessionOver { .. }) && error.is_retryable(), "{error}");
}

/// A login each, one after the other, would be a storm, and the last would wait for all of them.
#[tokio::test(start_paused = true)]
async fn a_failed_login_is_shared_by_those_who_came_while_it_was_under_way() {
    let sessions = Sessions::new();
    let (user, script) = ended(&sessions, |path| if is_login(path) { SECOND } else { Duration::ZERO }).await;
    let tries = 4;
    sessions.trouble.lock().unwrap().extend(vec![503; tries]);
    let mut calls = Vec::new();
    for _ in 0..20 {
        let user = user.clone();
        calls.push(tokio::spawn(async move { user.execute(orders()).await.map(drop) }));
        tokio::time::sleep(SECOND / 20).await;
    }
    for call in calls {
        call.await.unwrap().unwrap_err();
    }
    let logins = script.sent().iter().filter(|request| is_login(request.uri().path())).count();
    assert_eq!(logins, 1 + tries);
}

/// Each call would log in otherwise, until Knack has enough of that.
#[tokio::test(start_paused = true)]
async fn tokens_that_never_let_anybody_in_are_no_reason_for_a_login_each() {
    let sessions = Sessions::new();
    let answers = sessions.clone();
    let script = Script::new(move |_, request| {
        let login = is_login(request.uri().path());
        let answer = if login { answers.answer(request) } else { answer(403, "Invalid or Expired Token") };
        async { Ok(answer) }
    });
    let user = client(&script).login(EMAIL, PASSWORD).await.unwrap();
    for _ in 0..20 {
        let error = user.execute(orders()).await.unwrap_err();
        assert!(matches!(error, Error::Auth { .. }), "{error}");
    }
    assert_eq!(sessions.logins(), 2);
    tokio::time::sleep(90 * SECOND).await;
    user.execute(orders()).await.unwrap_err();
    assert_eq!(sessions.logins(), 3, "it may have been mended");
}

/// A token that was given cannot be had again.
#[tokio::test(start_paused = true)]
async fn a_token_is_kept_where_knack_does_not_say_that_it_is_over() {
    for odd in [(503, "<html>Bad Gateway</html>"), (404, "Cannot GET"), (200, "<html>"), (200, "{}")] {
        let sessions = Sessions { allowed: false, ..Sessions::new() };
        sessions.good.store(1, Ordering::Relaxed);
        let answers = sessions.clone();
        let script = Script::new(move |_, request| {
            let check = request.uri().path() == "/v1/session/token";
            let answer = if check { answer(odd.0, odd.1) } else { answers.answer(request) };
            async { Ok(answer) }
        });
        let user = client(&script).with_token(Token::new("token-1"));
        for _ in 0..2 {
            let error = user.execute(orders()).await.unwrap_err();
            assert!(matches!(error, Error::Auth { status: StatusCode::FORBIDDEN, .. }), "{odd:?}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_after_the_logout_tells_of_no_account() {
    let sessions = Sessions::new();
    let (user, _) = user_of(&sessions).await;
    let checking = tokio::spawn({
        let user = user.clone();
        async move { user.check_session().await }
    });
    tokio::task::yield_now().await;
    user.logout().await;
    let _ = checking.await.unwrap();
    assert!(user.account().is_none());
}

/// Two users of one machine may share a file: each gets the own session or none.
#[tokio::test(start_paused = true)]
async fn a_stored_token_of_another_user_is_no_login() {
    let local = emulator().build().unwrap();
    let knack = Client::builder(local.application_id()).transport(local.transport()).build().unwrap();
    let store = Store::default();
    let login = async |n: usize| {
        let login = knack.login(local.account_email(n).unwrap(), Emulator::SAMPLE_PASSWORD);
        login.store(store.clone()).await.unwrap()
    };
    let first = login(0).await;
    let again = login(0).await;
    assert_eq!(first.account(), again.account());
    assert_ne!(login(1).await.account().unwrap().id, first.account().unwrap().id);
    let logins = local.requests().iter().filter(|request| is_login(&request.path)).count();
    assert_eq!(logins, 2);
}

/// A store that never ends.
struct Hanging;

impl TokenStore for Hanging {
    fn load(&self) -> BoxFuture<'_, io::Result<Option<Token>>> {
        Box::pin(std::future::pending())
    }

    fn save<'a>(&'a self, _: Option<&'a Token>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_holds_up_nobody_for_long() {
    let sessions = Sessions::new();
    let script = sessions.script();
    let began = tokio::time::Instant::now();
    let user = client(&script).login(EMAIL, PASSWORD).store(Hanging).await.unwrap();
    sessions.end_all();
    user.execute(orders()).await.unwrap();
    user.logout().await;
    assert!(began.elapsed() < 30 * SECOND, "{:?}", began.elapsed());
}

/// Keeps a token in memory; fails on demand.
#[derive(Clone, Default)]
struct Store {
    token: Arc<Mutex<Option<Token>>>,
    broken: bool,
}

impl TokenStore for Store {
    fn load(&self) -> BoxFuture<'_, io::Result<Option<Token>>> {
        Box::pin(async {
            if self.broken {
                Err(io::ErrorKind::PermissionDenied.into())
            } else {
                Ok(self.token.lock().unwrap().clone())
            }
        })
    }

    fn save<'a>(&'a self, token: Option<&'a Token>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            if self.broken {
                return Err(io::ErrorKind::StorageFull.into());
            }
            *self.token.lock().unwrap() = token.cloned();
            Ok(())
        })
    }
}

impl Store {
    fn holds(&self) -> Option<String> {
        self.token.lock().unwrap().as_ref().map(|token| token.expose().to_owned())
    }
}

#[tokio::test(start_paused = true)]
async fn a_stored_token_outlives_the_program() {
    let sessions = Sessions::new();
    let (script, store) = (sessions.script(), Store::default());
    let login = || client(&script).login(EMAIL, PASSWORD).store(store.clone());

    login().await.unwrap();
    assert_eq!(store.holds().as_deref(), Some("token-1"));
    let again = login().await.unwrap();
    assert_eq!(sessions.logins(), 1, "the stored token is still good");
    assert!(again.account().is_some(), "and tells whose it is");

    sessions.end_all();
    let anew = login().await.unwrap();
    assert_eq!((sessions.logins(), store.holds().as_deref()), (2, Some("token-2")));
    sessions.end_all();
    anew.execute(orders()).await.unwrap();
    assert_eq!(store.holds().as_deref(), Some("token-3"), "a new login is stored as well");
    anew.logout().await;
    assert_eq!(store.holds(), None);

    let broken = Store { broken: true, ..Store::default() };
    let user = client(&script).login(EMAIL, PASSWORD).store(broken).await.unwrap();
    user.execute(orders()).await.unwrap();
}

/// A session call that cannot be carried out says what any call says.
#[tokio::test(start_paused = true)]
async fn a_login_without_a_network_is_a_transport_error() {
    let script =
        Script::new(|_, _| async { Err(TransportError::new(Failure::Connect, "connection refused")) });
    let error = client(&script).login(EMAIL, PASSWORD).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(PASSWORD) && !shown.contains(EMAIL), "{shown}");
}

/// A gateway before Knack has a page for whatever it refuses, which says nothing of a password.
#[tokio::test(start_paused = true)]
async fn a_login_that_a_gateway_refuses_is_tried_again_by_the_next_call() {
    let sessions = Sessions::new();
    let (user, _) = user_of(&sessions).await;
    sessions.end_all();
    *sessions.page.lock().unwrap() = true;
    user.execute(orders()).await.unwrap_err();
    *sessions.page.lock().unwrap() = false;
    user.execute(orders()).await.unwrap();
}
