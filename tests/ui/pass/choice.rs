//! Enums of options, with and without an arm for the others, in fields, patches and filters.

use knack_runtime::{KnackChoice, KnackObject, Patch};

#[derive(Clone, Debug, PartialEq, KnackChoice)]
enum Status {
    New,
    #[knack(option = "In Progress")]
    InProgress,
    r#Final,
    Other(String),
}

#[derive(Debug, PartialEq, KnackChoice)]
enum Strict {
    #[knack(option = "A")]
    First,
}

#[derive(KnackObject)]
#[knack(object = "object_6")]
struct Order {
    #[knack(key = "field_1", kind = "multiple_choice")]
    status: Option<Status>,
    #[knack(key = "field_2", kind = "multiple_choice", required)]
    grade: Strict,
    #[knack(key = "field_3", kind = "multiple_choice")]
    tags: Vec<Status>,
}

#[derive(KnackObject)]
#[knack(object = "object_6", create)]
struct NewOrder {
    #[knack(key = "field_1", kind = "multiple_choice")]
    status: Option<Status>,
    #[knack(key = "field_2", kind = "multiple_choice", required)]
    grade: Strict,
    #[knack(key = "field_3", kind = "multiple_choice")]
    tags: Vec<Status>,
}

fn main() {
    assert_eq!(Status::OPTIONS, ["New", "In Progress", "Final"]);
    assert_eq!(Status::from_option("?"), Some(Status::Other("?".into())));
    assert_eq!((Strict::from_option("A"), Strict::from_option("?")), (Some(Strict::First), None));
    let status = Status::InProgress;
    let _ = Order::STATUS.is(&status) & Order::STATUS.is_not(Status::New);
    let _ = Order::TAGS.contains(Status::Final) & Order::TAGS.is_any([Status::New, status.clone()]);
    let _ = Patch::<Order>::new()
        .set(Order::STATUS, &status)
        .set(Order::GRADE, Strict::First)
        .set(Order::TAGS, [Status::New, status.clone()])
        .clear(Order::TAGS);
    let _ = NewOrder { status: None, grade: Strict::First, tags: vec![status] };
}
