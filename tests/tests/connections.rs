//! Connections that are extended, reduced and resolved, against answers that are not what they should be.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex};

use knack_runtime::call::Call;
use knack_runtime::verbs::{Execute, ObjectAccess, Reply};
use knack_runtime::{Error, KnackObject, Link, RecordId, Result};

#[derive(Clone, Debug, KnackObject)]
#[knack(object = "object_1")]
struct Team {
    #[knack(key = "field_1", kind = "short_text")]
    name: Option<String>,
    #[knack(key = "field_2", kind = "connection")]
    members: Vec<Link<Team>>,
}

/// A server that answers in this order, and keeps the methods of what it was sent.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<Vec<String>>>,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn new(answers: &[String]) -> Self {
        let answers = answers.iter().rev().cloned().collect();
        Self { answers: Arc::new(Mutex::new(answers)), ..Self::default() }
    }

    fn writes(&self) -> usize {
        self.sent.lock().unwrap().iter().filter(|method| *method == "PUT").count()
    }
}

impl ObjectAccess for Script {}

impl Execute for Script {
    async fn execute(&self, call: Call) -> Result<Reply> {
        self.sent.lock().unwrap().push(call.method().to_string());
        let answer = self.answers.lock().unwrap().pop().expect("a call more than expected");
        Ok(Reply { body: answer.into() })
    }
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
    let knack = Script::new(&[team(1, &[2]), team(1, &[3, 2])]);
    let now = Team::connect(&knack, id(1), Team::MEMBERS, &[id(3)]).await.unwrap();
    assert_eq!(now, [id(3), id(2)]);

    // A field of one connection keeps one of two.
    let knack = Script::new(&[team(1, &[2]), team(1, &[2])]);
    let error = Team::connect(&knack, id(1), Team::MEMBERS, &[id(3)]).await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("field_2") && text.contains("take several connections"), "{text}");
    assert!(text.contains(&id(3).to_string()), "{text}");
    assert!(
        text.contains("was answered (200 OK), but not as asked: it was written") && !text.contains("failed")
    );

    let knack = Script::new(&[team(1, &[2, 3]), team(1, &[2, 3])]);
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
        let knack = Script::new(std::slice::from_ref(&answer));
        let error = Team::connect(&knack, id(1), Team::MEMBERS, &[id(3)]).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)), "{error:?}");
        assert!(error.to_string().contains(why), "{answer}: {error}");
        assert_eq!(knack.writes(), 0, "{answer}");
    }
}

fn list(records: &[String]) -> String {
    format!(r#"{{"total_pages":1,"total_records":{},"records":[{}]}}"#, records.len(), records.join(","))
}

#[tokio::test]
async fn records_that_broke_are_not_missing() {
    let links: Vec<Link<Team>> = [1, 2, 3].map(|digit| Link::to(id(digit))).into();
    let knack = Script::new(&[list(&[team(1, &[]), "null".into()])]);
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
    let knack = Script::new(&[list(&[]), team(1, &[])]);
    let error = Link::resolve(&knack, &links).await.unwrap_err();
    assert!(error.to_string().contains("was not heeded"), "{error}");
}

#[tokio::test]
async fn records_that_were_not_asked_for_are_an_error() {
    let links: Vec<Link<Team>> = [1, 2].map(|digit| Link::to(id(digit))).into();
    let knack = Script::new(&[list(&[team(1, &[]), team(7, &[])])]);
    assert!(Link::resolve(&knack, &links).await.unwrap_err().to_string().contains("was not heeded"));
}
