//! Structs whose view is not in the schema, or has no records.

use knack_runtime::KnackView;

#[derive(KnackView)]
struct Customers { //~
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_18")] //~
struct Sales;

#[derive(KnackView)]
#[knack(view = "Customer's Orders")] //~
struct Named {
    number: u32,
}

#[derive(KnackView)]
#[knack(view = "view_9")] //~
struct MainMenu {
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_10")] //~
struct LogIn;

#[derive(KnackView)]
#[knack(view = "view_11")] //~
struct Older {
    company: String,
}

#[derive(KnackView)]
#[knack(view = "view_12")] //~
struct Lost {
    company: String,
}

fn main() {}
