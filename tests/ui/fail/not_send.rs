//! A struct that cannot go to another thread, as records must.

use std::rc::Rc;

use knack_runtime::KnackObject;
use knack_runtime::cell::{Cell, ValueError};
use knack_runtime::kind::ShortText;
use knack_runtime::value::FromField;

struct Shared(Rc<str>);

impl FromField<ShortText> for Shared {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        Ok(Self(cell.text()?.as_ref().into()))
    }
}

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Customer {
    #[knack(key = "field_7", kind = "short_text")]
    name: Shared,
}

fn main() {}
