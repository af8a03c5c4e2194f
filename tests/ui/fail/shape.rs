//! Not a struct with named fields.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "object_3")]
enum Customer {
    Person,
}

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Tuple(String);

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Unit;

#[derive(KnackObject)]
#[knack(object = "object_3")]
union Either {
    number: u32,
    float: f32,
}

fn main() {}
