//! Objects that the application does not have.

use knack_runtime::KnackObject;

#[derive(KnackObject)]
#[knack(object = "Custmers")] //~
struct Misspelt {
    company: String,
}

#[derive(KnackObject)]
#[knack(object = "customers")] //~
struct OtherCase {
    company: String,
}

#[derive(KnackObject)]
#[knack(object = "object_99")] //~
struct Key {
    company: String,
}

#[derive(KnackObject)]
#[knack(object = "object_03")] //~
struct Padded {
    company: String,
}

#[derive(KnackObject)]
struct Customer { //~
    company: String,
}

#[derive(KnackObject)]
struct Invoice { //~
    company: String,
}

fn main() {}
