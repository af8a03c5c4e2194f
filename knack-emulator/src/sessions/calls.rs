//! The calls that begin, check and end a session.
//!
//! They take a place in the rate window and none of the daily plan: a guess, as the documents count
//! calls for records only.

use http::StatusCode;
use serde_json::{Value, json};

use super::users::User;
use crate::answer::Answer;
use crate::gate;
use crate::routes::{Desk, Request};

/// Answers a call about a session; `user` is whose it is.
pub(crate) fn answer(desk: &mut Desk<'_>, request: &Request, steps: &[&str], user: Option<&User>) -> Answer {
    match (request.method.as_str(), steps, user) {
        ("POST", ["applications", _, "session"], _) => {
            request.object().and_then(|body| login(desk, &body)).unwrap_or_else(|refusal| refusal)
        }
        ("GET", ["session", "token"], Some(user)) => {
            let mut told = user.told((desk.app, desk.store));
            // Of two clients that check a session, one reads this word and the other that of the session.
            told.insert("status".to_owned(), json!("current"));
            ok(&json!({"session": {"status": "active", "user": told}}))
        }
        // Not documented; the live app is believed to log out so.
        ("DELETE", ["session"], Some(_)) => {
            desk.sessions.end(gate::token(&request.headers).unwrap_or_default());
            ok(&json!({"success": true}))
        }
        _ => Answer::no_route(&request.method, &request.path),
    }
}

fn login(desk: &mut Desk<'_>, body: &Value) -> Result<Answer, Answer> {
    let text = |key: &str| body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (Some(email), Some(password)) = (text("email"), text("password")) else {
        return Err(Answer::problem(StatusCode::BAD_REQUEST, "Email and password are required."));
    };
    let email = email.trim().to_lowercase();
    let refused = |message: &str| Answer::problem(desk.manners.bad_login.status(), message);
    if let Some(left) = desk.sessions.locked(&email, desk.wall) {
        let minutes = left.as_secs().div_ceil(60).max(1);
        let message = format!("Too many wrong passwords: this account is locked for {minutes} more minutes.");
        return Err(refused(&message));
    }
    let Some(user) = User::find((desk.app, desk.store), &email, password) else {
        desk.sessions.failed(&email, desk.wall);
        return Err(refused("Email or password incorrect."));
    };
    desk.sessions.succeeded(&email);
    if !user.is_active() {
        return Err(refused(&format!("This account may not log in: it is {}.", user.hindrance())));
    }
    let mut told = user.told((desk.app, desk.store));
    let token = desk.sessions.begin(desk.app, &user, desk.wall);
    told.insert("token".to_owned(), json!(token));
    told.insert("empty_pass".to_owned(), json!(false));
    // What it is for is not told; any text will do.
    told.insert("utility_key".to_owned(), json!(user.id.chars().rev().collect::<String>()));
    Ok(ok(&json!({"session": {"user": told}})))
}

fn ok(body: &Value) -> Answer {
    Answer::json(StatusCode::OK, body.to_string())
}
