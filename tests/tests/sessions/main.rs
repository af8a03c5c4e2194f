//! A user's session: how it begins, how it is renewed once for all, and how it ends.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

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

mod renewal;
mod stores;

static ORDERS: ViewDef = ViewDef::new("Orders", 7, 7).login();
static ORDER: Projection = Projection::of_view(&ORDERS, ObjectKey::new(6), &[]);
static CATALOG: ViewDef = ViewDef::new("Catalog", 4, 2);
static PRODUCT: Projection = Projection::of_view(&CATALOG, ObjectKey::new(4), &[]);

const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "hunter2-of-the-tests";

const SECOND: Duration = Duration::from_secs(1);

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

/// Whether a path is that of logins.
fn is_login(path: &str) -> bool {
    path.ends_with("/session") && path.contains("/applications/")
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
    assert_eq!(account.roles, [ProfileKey::new(11)]);
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
