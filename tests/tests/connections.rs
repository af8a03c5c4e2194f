//! Connections that are extended, reduced and resolved, against answers that are not what they should be.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use http::Method;
use knack_runtime::{Error, KnackObject, Link, RecordId};
use knack_tests::{Script, answer};

#[derive(Clone, Debug, KnackObject)]
#[knack(object = "object_1")]
struct Team {
    #[knack(key = "field_1", kind = "short_text")]
    name: Option<String>,
    #[knack(key = "field_2", kind = "connection")]
    members: Vec<Link<Team>>,
}

/// A server that gives these answers in this order.
fn script(answers: &[String]) -> Script {
    let answers = answers.to_vec();
    Script::new(move |index, _| {
        let answer = answer(200, answers.get(index).expect("a call more than expected").clone());
        async { Ok(answer) }
    })
}

fn writes(script: &Script) -> usize {
    script.sent().iter().filter(|request| request.method() == Method::PUT).count()
}

fn id(digit: u8) -> RecordId {
    format!("{digit:024}").parse().unwrap()
}

/// The answer about the team `digit`, with these members.
fn team(digit: u8, members: &[u8]) -> String {
    let members: Vec<_> = members.iter().map(|member| format!(r#"{{"id":"{}"}}"#, id(*member))).collect();
    format!(r#"{{"id":"{}","field_2_raw":[{}]}}"#, id(digit), members.join(","))
}

#[tokio::test]
async fn what_knack_keeps_is_what_is_answered() {
    let knack = script(&[team(1, &[2]), team(1, &[3, 2])]).client();
    let now = Team::connect(&knack, id(1), Team::MEMBERS, &[id(3)]).await.unwrap();
    assert_eq!(now, [id(3), id(2)]);

    // A field of one connection keeps one of two.
    let knack = script(&[team(1, &[2]), team(1, &[2])]).client();
    let error = Team::connect(&knack, id(1), Team::MEMBERS, &[id(3)]).await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("field_2") && text.contains("take several connections"), "{text}");
    assert!(text.contains(&id(3).to_string()), "{text}");
    assert!(
        text.contains("was answered (200 OK), but not as asked: it was written") && !text.contains("failed")
    );

    let knack = script(&[team(1, &[2, 3]), team(1, &[2, 3])]).client();
    let error = Team::disconnect(&knack, id(1), Team::MEMBERS, &[id(3)]).await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_does_not_tell_costs_no_connection() {
    let without_the_field = format!(r#"{{"id":"{}","field_1":"A"}}"#, id(1));
    for (answer, why) in [
        (without_the_field, "is not in the answer"),
        (team(9, &[2]), "which was asked for"),
        (r#"{"field_2_raw":[]}"#.to_owned(), "is missing"),
    ] {
        let script = script(std::slice::from_ref(&answer));
        let knack = script.client();
        let error = Team::connect(&knack, id(1), Team::MEMBERS, &[id(3)]).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)), "{error:?}");
        assert!(error.to_string().contains(why), "{answer}: {error}");
        assert_eq!(writes(&script), 0, "{answer}");
    }
}

#[tokio::test]
async fn what_was_written_is_said_so_where_the_answer_does_not_tell() {
    for (answer, why) in [
        (format!(r#"{{"id":"{}","field_1":"A"}}"#, id(1)), "is not in the answer"),
        (team(9, &[2, 3]), "which was asked for"),
        (format!(r#"{{"id":"{}","field_2_raw":[7]}}"#, id(1)), "field_2"),
    ] {
        let script = script(&[team(1, &[2]), answer.clone()]);
        let error = Team::connect(&script.client(), id(1), Team::MEMBERS, &[id(3)]).await.unwrap_err();
        assert!(matches!(error, Error::Updated { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with("update of `Team` (object_1), record "), "{text}");
        assert!(
            text.contains("was carried out, but its answer does not fit: ") && text.contains(why),
            "{text}"
        );
        assert_eq!(writes(&script), 1, "{answer}");
    }
    let script = script(&[team(1, &[2, 3]), team(9, &[2])]);
    let error = Team::disconnect(&script.client(), id(1), Team::MEMBERS, &[id(3)]).await.unwrap_err();
    assert!(matches!(error, Error::Updated { .. }) && !error.is_retryable(), "{error:?}");
}

fn list(records: &[String]) -> String {
    format!(r#"{{"total_pages":1,"total_records":{},"records":[{}]}}"#, records.len(), records.join(","))
}

#[tokio::test]
async fn records_that_broke_are_not_missing() {
    let links: Vec<Link<Team>> = [1, 2, 3].map(|digit| Link::to(id(digit))).into();
    let knack = script(&[list(&[team(1, &[]), "null".into()])]).client();
    let teams = Link::resolve(&knack, &links).await.unwrap();
    assert!(teams.missing().is_empty(), "either of two may be the one that broke");
    assert_eq!(teams.errors().count(), 2);
    let first = teams.get(&links[0]).unwrap();
    assert!(first.name.is_none() && first.members.is_empty());
    assert!(teams.get(&links[1]).is_none());
}

#[tokio::test]
async fn a_list_without_any_record_is_looked_at_again() {
    let links: Vec<Link<Team>> = [1, 2].map(|digit| Link::to(id(digit))).into();
    let knack = script(&[list(&[]), team(1, &[])]).client();
    let error = Link::resolve(&knack, &links).await.unwrap_err();
    assert!(error.to_string().contains("was not heeded"), "{error}");
}

#[tokio::test]
async fn records_that_were_not_asked_for_are_an_error() {
    let links: Vec<Link<Team>> = [1, 2].map(|digit| Link::to(id(digit))).into();
    let knack = script(&[list(&[team(1, &[]), team(7, &[])])]).client();
    assert!(Link::resolve(&knack, &links).await.unwrap_err().to_string().contains("was not heeded"));
}
