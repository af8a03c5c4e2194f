//! Logins, tokens and their end, and accounts that are locked.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use knack_core::transport::Transport;
use knack_emulator::{BadLogin, Builder, Emulator};
use serde_json::{Value, json};
use tokio::time::advance;

use crate::{browse, call, header, login, token, told};

const ORDERS: &str = "/pages/scene_7/views/view_7/records";
const PASSWORD: &str = Emulator::SAMPLE_PASSWORD;

fn sample() -> Builder {
    Emulator::builder().sample().rate_limit(1_000)
}

fn message(body: &Value) -> &str {
    body["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{body}"))
}

async fn orders(knack: &Emulator, token: Option<&str>) -> (u16, Value) {
    told(&browse(knack, Method::GET, &format!("{ORDERS}?rows_per_page=1"), token, Value::Null).await)
}

#[tokio::test(start_paused = true)]
async fn a_login_needs_no_headers_and_tells_who_it_is() {
    let knack = sample().build().unwrap();
    let plan = knack.plan_left();
    let body = json!({"email": knack.account_email(0), "password": PASSWORD});
    let request = Request::post(format!("/v1/applications/{}/session", knack.application_id()))
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let response = knack.transport().send(request).await.unwrap();
    let (status, body) = told(&response);
    assert_eq!(status, 200, "{body}");
    let user = &body["session"]["user"];
    let id = &knack.ids("object_10")[0];
    assert_eq!(user["id"], json!(id));
    assert_eq!(user["profile_keys"], json!(["profile_11", "profile_12"]));
    assert_eq!(user["profile_objects"], json!([{"entry_id": id, "object": "object_10"}]));
    assert_eq!((&user["account_status"], &user["approval_status"]), (&json!("active"), &json!("approved")));
    assert_eq!(user["values"]["field_140"]["first"], "Ada");
    assert_eq!(user["values"]["field_141"]["email"], json!(knack.account_email(0)));
    assert_eq!(user["empty_pass"], false);
    let parts: Vec<&str> = user["token"].as_str().unwrap().split('.').collect();
    assert_eq!((parts.len(), parts[0].starts_with("eyJ")), (3, true), "looks like a JWT");
    assert_eq!(knack.plan_left(), plan, "a login uses up none of the plan");
    assert_eq!(header(&response, "x-planlimit-limit"), "");
    assert_eq!(header(&response, "x-ratelimit-remaining"), "999");
    assert!(!format!("{knack:?} {body} {:?}", knack.requests()).contains(PASSWORD));
}

#[tokio::test(start_paused = true)]
async fn tokens_differ_and_are_the_same_for_one_seed() {
    let first = |seed| async move { token(&sample().seed(seed).build().unwrap(), 0).await };
    assert_ne!(first(1).await, first(2).await);
    let start = std::time::UNIX_EPOCH + Duration::from_secs(1_773_062_796);
    let knack = || sample().starts_at(start).build().unwrap();
    assert_eq!(token(&knack(), 0).await, token(&knack(), 0).await);
    let knack = knack();
    assert_ne!(token(&knack, 0).await, token(&knack, 0).await);
}

#[tokio::test(start_paused = true)]
async fn a_session_is_checked_and_ended() {
    let knack = sample().build().unwrap();
    let (mine, other) = (token(&knack, 1).await, token(&knack, 1).await);
    let check = |token: Option<String>| {
        let knack = knack.clone();
        async move { told(&browse(&knack, Method::GET, "/session/token", token.as_deref(), Value::Null).await) }
    };
    let (status, body) = check(Some(mine.clone())).await;
    assert_eq!((status, &body["session"]["status"]), (200, &json!("active")));
    let user = &body["session"]["user"];
    assert_eq!((&user["account_status"], &user["approval_status"]), (&json!("active"), &json!("approved")));
    assert_eq!((&user["profile_keys"], user.get("token")), (&json!(["profile_11"]), None));
    assert_eq!(check(None).await.0, 401);
    assert_eq!(check(Some("nonsense".into())).await, (403, json!("Invalid or Expired Token")));

    let ended = told(&browse(&knack, Method::DELETE, "/session", Some(&mine), Value::Null).await);
    assert_eq!(ended.0, 200);
    assert_eq!(check(Some(mine)).await.0, 403);
    assert_eq!(check(Some(other)).await.0, 200, "only that session ended");
}

#[tokio::test(start_paused = true)]
async fn sessions_expire() {
    let knack = sample().build().unwrap();
    let two_days = token(&knack, 0).await;
    advance(Duration::from_hours(48) - Duration::from_secs(1)).await;
    assert_eq!(orders(&knack, Some(&two_days)).await.0, 200);
    advance(Duration::from_secs(1)).await;
    assert_eq!(orders(&knack, Some(&two_days)).await, (403, json!("Invalid or Expired Token")));

    let knack = sample().session_lifetime(Duration::from_mins(1)).build().unwrap();
    let minute = token(&knack, 0).await;
    advance(Duration::from_mins(1)).await;
    assert_eq!(orders(&knack, Some(&minute)).await.0, 403);
    let again = token(&knack, 0).await;
    assert_eq!(orders(&knack, Some(&again)).await.0, 200);
    knack.expire_sessions();
    assert_eq!(orders(&knack, Some(&again)).await.0, 403);
}

#[tokio::test(start_paused = true)]
async fn wrong_logins_are_told_alike() {
    for (builder, status) in [(sample(), 401), (sample().bad_login(BadLogin::Status400), 400)] {
        let knack = builder.build().unwrap();
        let email = knack.account_email(1).unwrap();
        let wrong = login(&knack, &email, "nonsense").await;
        assert_eq!((wrong.0, message(&wrong.1)), (status, "Email or password incorrect."));
        assert_eq!(login(&knack, "nobody@example.com", PASSWORD).await, wrong);
        assert_eq!(login(&knack, &email.to_uppercase(), PASSWORD).await.0, 200, "addresses have no case");
        let (status, body) = login(&knack, &email, "").await;
        assert_eq!((status, message(&body)), (400, "Email and password are required."));
    }
    let knack = sample().build().unwrap();
    let (status, body) = told(
        &browse(&knack, Method::POST, "/applications/5f00000000000000000000bb/session", None, json!({}))
            .await,
    );
    assert_eq!((status, body), (500, json!("Internal Server Error\n")));
}

#[tokio::test(start_paused = true)]
async fn too_many_wrong_passwords_lock() {
    let knack = sample().lockout(3, Duration::from_mins(10)).build().unwrap();
    for email in [knack.account_email(1).unwrap(), "nobody@example.com".to_owned()] {
        for _ in 0..3 {
            assert_eq!(message(&login(&knack, &email, "wrong").await.1), "Email or password incorrect.");
        }
        advance(Duration::from_secs(100)).await;
        let (status, body) = login(&knack, &email, PASSWORD).await;
        let locked = "Too many wrong passwords: this account is locked for 9 more minutes.";
        assert_eq!((status, message(&body)), (401, locked));
    }
    token(&knack, 3).await;
    advance(Duration::from_secs(500)).await;
    token(&knack, 1).await;

    // A right password between wrong ones begins the count anew.
    let email = knack.account_email(2).unwrap();
    for _ in 0..3 {
        login(&knack, &email, "wrong").await;
        login(&knack, &email, "wrong").await;
        token(&knack, 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_settings_of_the_dump_lock_too() {
    let account = json!({"id": "5f0000000000000000000002", "field_1": "a@example.com", "field_2": "secret"});
    let knack = Emulator::builder()
        .application(json!({"id": "5f0000000000000000000001",
            "settings": {"lockout_options": {"lockout_enforced": true, "lockout_failed_attempts": "1",
                "lockout_length": 30}},
            "objects": [{"key": "object_1", "user": true, "fields": [
                {"key": "field_1", "type": "email"}, {"key": "field_2", "type": "password"}]}]}))
        .records("object_1", vec![account])
        .build()
        .unwrap();
    assert_eq!(login(&knack, "a@example.com", "secret").await.0, 200);
    assert_eq!(login(&knack, "a@example.com", "wrong").await.0, 401);
    let (_, body) = login(&knack, "a@example.com", "secret").await;
    assert!(message(&body).contains("30 more minutes"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn only_active_accounts_are_let_in() {
    let knack = sample().build().unwrap();
    let email = knack.account_email(5).unwrap();
    let (status, body) = login(&knack, &email, PASSWORD).await;
    assert_eq!((status, message(&body)), (401, "This account may not log in: it is inactive."));
    assert_eq!(message(&login(&knack, &email, "wrong").await.1), "Email or password incorrect.");

    let token = token(&knack, 1).await;
    let path = format!("/objects/object_10/records/{}", knack.ids("object_10")[1]);
    call(&knack, Method::PUT, &path, json!({"field_143": "pending approval"})).await;
    assert_eq!(orders(&knack, Some(&token)).await.0, 403, "its sessions are over");
    call(&knack, Method::PUT, &path, json!({"field_143": "active"})).await;
    assert_eq!(orders(&knack, Some(&token)).await.0, 200);
    call(&knack, Method::DELETE, &path, Value::Null).await;
    assert_eq!(orders(&knack, Some(&token)).await.0, 403);
}

#[tokio::test(start_paused = true)]
async fn passwords_are_taken_and_never_given_out() {
    let knack = sample().build().unwrap();
    let account = json!({"field_140": {"first": "New"}, "field_141": "new@example.com",
        "field_142": "Chain-7", "field_144": ["profile_12"]});
    let (status, made) = call(&knack, Method::POST, "/objects/object_10/records", account).await;
    assert_eq!(status, 200, "{made}");
    assert!(!made.to_string().contains("Chain-7"));
    assert_eq!(made["field_142"], "*********");
    assert_eq!(login(&knack, "new@example.com", PASSWORD).await.0, 401);
    assert_eq!(login(&knack, "new@example.com", "Chain-7").await.0, 200);

    let id = made["id"].as_str().unwrap();
    let path = format!("/objects/object_10/records/{id}");
    call(&knack, Method::PUT, &path, json!({"field_142": "Wheel-8"})).await;
    assert_eq!(login(&knack, "new@example.com", "Chain-7").await.0, 401);
    let (status, body) = login(&knack, "new@example.com", "Wheel-8").await;
    assert_eq!((status, &body["session"]["user"]["profile_keys"]), (200, &json!(["profile_12"])));
    let shown = format!("{} {:?} {body}", knack.record("object_10", id).unwrap(), knack.requests());
    assert!(!shown.contains("Wheel-8"));
}
