//! Sessions that are over: one new login for all calls, within the deadline of each.

use super::*;

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

const EVER: Duration = Duration::from_hours(1);

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
