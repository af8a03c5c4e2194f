//! Enums without an arm for the others that lack options of the field.

use knack_runtime::{KnackChoice, KnackObject};

#[derive(KnackChoice)]
enum Status {
    New,
    #[knack(option = "In Progress")]
    InProgress,
}

#[derive(KnackChoice)]
enum Tag {
    A,
}

#[derive(KnackObject)]
#[knack(object = "Customers")]
struct Customer {
    status: Option<Status>, //~
    tags: Vec<Tag>, //~
}

#[derive(KnackObject)]
#[knack(object = "Customers", create)]
struct NewCustomer {
    company: String,
    status: Option<Status>, //~
    tags: Option<Vec<Tag>>, //~
}

fn main() {}
