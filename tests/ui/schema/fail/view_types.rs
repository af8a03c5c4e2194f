//! Types that do not fit what a view shows or takes.

use knack_runtime::{KnackChoice, KnackObject, KnackView, Link, RecordId};

#[derive(KnackObject)]
#[knack(object = "Accounts")]
struct Account {
    #[knack(id)]
    id: RecordId,
}

#[derive(KnackChoice)]
enum Status {
    New,
    Closed,
}

#[derive(KnackView)]
#[knack(view = "view_1")]
struct Table {
    company: u32, //~
    orders: Vec<Link<Account>>, //~
    status: Option<Status>, //~
}

#[derive(KnackView)]
#[knack(view = "view_2")]
struct Form {
    company: u32, //~
}

fn main() {
    let _ = |account: Account| account.id;
    let _ = (Status::New, Status::Closed);
}
