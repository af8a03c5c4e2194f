//! Enums that are no options.

use knack_runtime::KnackChoice;

#[derive(KnackChoice)]
struct NoEnum {
    field: String,
}

#[derive(KnackChoice)]
enum Empty {}

#[derive(KnackChoice)]
enum Arms {
    New,
    #[knack(option = "New")]
    AlsoNew,
    #[knack(option = "")]
    Nothing,
    #[knack(optoin = "On Hold")]
    OnHold,
    Numbered(u32),
    Named { name: String },
    Other(String),
    #[knack(option = "Else")]
    Another(String),
}

#[derive(KnackChoice)]
enum Generic<T> {
    New,
    Other(T),
}

#[derive(KnackChoice)]
enum Fine {
    New,
}

fn main() {
    let _ = Fine::from_option("New").map(|status| status.option().len());
}
