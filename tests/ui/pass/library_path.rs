//! `crate = …`, as a path and in quotes, for a library under another name.

#![deny(warnings)]

mod vendor {
    pub use knack_runtime as knack;
}

use vendor::knack::KnackObject;

#[derive(KnackObject)]
#[knack(object = "object_3", crate = vendor::knack)]
struct Path {
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
}

#[derive(KnackObject)]
#[knack(object = "object_3", crate = "crate::vendor::knack")]
struct Quoted {
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
}

#[derive(KnackObject)]
#[knack(object = "object_3", create, crate = ::knack_runtime)]
struct New {
    #[knack(key = "field_7", kind = "short_text")]
    name: String,
}

#[allow(dead_code)]
fn used(path: Path, quoted: Quoted) -> New {
    use vendor::knack as inner;

    #[derive(KnackObject)]
    #[knack(object = "object_3", crate = inner)]
    struct Inside {
        #[knack(key = "field_7", kind = "short_text")]
        name: String,
    }

    let inside = Inside { name: path.name };
    New { name: inside.name + &quoted.name }
}

fn main() {
    assert_eq!(Path::NAME.key(), Quoted::NAME.key());
}
