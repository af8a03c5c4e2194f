//! Fields that a view does not show, or a form does not take.

use knack_runtime::KnackView;

#[derive(KnackView)]
#[knack(view = "view_1")]
struct Table {
    company: String,
    #[knack(field = "Average Spend")] //~
    spent: f64,
    active: bool, //~
    #[knack(key = "field_1")] //~
    owner: String,
    #[knack(key = "account_status")] //~
    account: String,
    compny: String, //~
}

#[derive(KnackView)]
#[knack(view = "view_4")]
struct Details {
    born: String, //~
}

#[derive(KnackView)]
#[knack(view = "view_5")]
struct Update {
    average_spend: f64, //~
}

#[derive(KnackView)]
#[knack(view = "view_2")]
struct Insert {
    company: String,
    #[knack(key = "field_12")] //~
    phone: String,
}

#[derive(KnackView)]
#[knack(view = "view_8")]
struct Report {
    total: f64, //~
}

fn main() {}
