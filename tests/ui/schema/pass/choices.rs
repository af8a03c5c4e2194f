//! Whatever may hold a choice.

#![deny(warnings)]
#![allow(dead_code)]

use knack_runtime::cell::{Cell, ValueError};
use knack_runtime::kind::MultipleChoice;
use knack_runtime::value::{AccountStatus, FromField, Json};
use knack_runtime::{KnackChoice, KnackObject};

/// All of them, in another order.
#[derive(KnackChoice)]
enum Status {
    #[knack(option = "In Progress")]
    InProgress,
    New,
    Open,
}

/// Some of them, and an arm for the others.
#[derive(KnackChoice)]
enum Some {
    Open,
    Other(String),
}

/// By hand: what it does with the others is its own affair.
struct ByHand;

impl KnackChoice for ByHand {
    const OPTIONS: &'static [&'static str] = &["A"];

    fn from_option(_: &str) -> Option<Self> {
        Option::Some(Self)
    }

    fn option(&self) -> &str {
        "A"
    }
}

struct Own(String);

impl FromField<MultipleChoice> for Own {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        cell.text().map(|text| Self(text.into_owned()))
    }
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Strict {
    status: Option<Status>,
    tags: Vec<ByHand>,
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Open {
    status: Vec<Some>,
    tags: Option<Vec<String>>,
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Loose {
    status: Json,
    tags: Own,
}

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: String,
    status: Option<Status>,
    tags: String, // one of several
}

#[derive(KnackObject)]
#[knack(object = "Accounts")]
struct Account {
    #[knack(field = "User Status")]
    status: AccountStatus,
    #[knack(key = "account_status", kind = "multiple_choice")]
    column: AccountStatus,
    #[knack(key = "profile_keys")]
    profiles: Vec<String>,
}

fn main() {}
