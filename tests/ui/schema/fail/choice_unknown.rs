//! Enums with options that the field has not.

use knack_runtime::{KnackChoice, KnackObject};

#[derive(KnackChoice)]
enum Status {
    New,
    #[knack(option = "In progress")]
    InProgress,
    Closed,
    Other(String),
}

#[derive(KnackChoice)]
enum Tag {
    A,
    C,
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    status: Status, //~
    tags: Option<Vec<Tag>>, //~
}

fn main() {}
