//! Types of one's own, and structs that come out of a `macro_rules!`.

#![deny(warnings)]

use knack_runtime::cell::{Cell, ValueError};
use knack_runtime::kind::{Number, ShortText};
use knack_runtime::value::{FromField, ToField};
use knack_runtime::write::ValueWriter;
use knack_runtime::{KnackObject, Patch};

#[derive(Clone, Debug, PartialEq)]
struct Postcode(String);

impl FromField<ShortText> for Postcode {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        Ok(Self(cell.text()?.into_owned()))
    }
}

impl ToField<ShortText> for Postcode {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        ToField::<ShortText>::to_field(&self.0, out)
    }
}

/// A type of one parameter, which is right only with some arguments.
#[derive(Debug)]
struct In<U>(f64, std::marker::PhantomData<U>);

impl<U> FromField<Number> for In<U> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        <f64 as FromField<Number>>::from_field(cell).map(|number| Self(number, std::marker::PhantomData))
    }
}

#[derive(Debug)]
struct Metres;

#[derive(Debug, KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(key = "field_7", kind = "short_text")]
    postcode: Postcode,
    #[knack(key = "field_8", kind = "short_text")]
    second: Option<Postcode>,
    #[knack(key = "field_9", kind = "number")]
    distance: In<Metres>,
}

macro_rules! record {
    ($(#[$meta:meta])* $krate:path, $name:ident, $new:ident { $($key:literal $kind:literal $field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        #[derive(KnackObject)]
        #[knack(object = "object_3", crate = $krate)]
        struct $name {
            $(#[knack(key = $key, kind = $kind)] $field: $ty,)*
        }

        #[derive(KnackObject)]
        #[knack(object = "object_3", create, crate = $krate)]
        struct $new {
            $(#[knack(key = $key, kind = $kind)] $field: $ty,)*
        }
    };
}

macro_rules! fixed {
    () => {
        #[derive(KnackObject)]
        #[knack(object = "object_3")]
        struct Fixed {
            #[knack(id)]
            id: knack_runtime::RecordId,
            #[knack(key = "field_7", kind = "short_text")]
            name: String,
        }

        fn fixed(fixed: Fixed) -> (knack_runtime::RecordId, String) {
            (fixed.id, fixed.name)
        }
    };
}

fixed!();

record! {
    #[derive(Debug)]
    knack_runtime, Made, NewMade {
        "field_7" "short_text" postcode: Postcode,
        "field_8" "short_text" second: Option<Postcode>,
        "field_9" "number" third: Option<u32>,
    }
}

fn main() {
    let _ = fixed;
    let _ = |c: Customer| (c.postcode, c.second, c.distance.0, c.distance.1);
    let _ = |m: Made| NewMade { postcode: m.postcode, second: m.second, third: m.third };
    let patch: Patch<Customer> =
        Patch::new().set(Customer::POSTCODE, Postcode("AB12".into())).set(Made::THIRD, 7);
    assert!(!patch.set(Fixed::NAME, "x").is_empty());
}
