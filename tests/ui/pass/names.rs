//! Fields, structs and types with the names that the generated code uses itself.

#![deny(warnings)]

use knack_runtime::KnackObject;
use knack_runtime::cell::{Cell, ValueError};
use knack_runtime::kind::ShortText;
use knack_runtime::value::{FromField, ToField};
use knack_runtime::write::ValueWriter;

macro_rules! words {
    ($($name:ident)*) => {
        $(
            struct $name(String);

            impl FromField<ShortText> for $name {
                fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
                    Ok(Self(cell.text()?.into_owned()))
                }
            }

            impl ToField<ShortText> for $name {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    out.text(&self.0);
                    Ok(())
                }
            }
        )*
    };
}

words!(Field FieldDef Projection Reader);

#[derive(KnackObject)]
#[knack(object = "object_3")]
struct Object {
    #[knack(key = "field_1", kind = "short_text")]
    object: Field,
    #[knack(key = "field_2", kind = "short_text")]
    r#type: FieldDef,
    #[knack(key = "field_3", kind = "short_text")]
    reader: Projection,
    #[knack(key = "field_4", kind = "short_text")]
    body: Reader,
    #[knack(key = "field_5", kind = "short_text")]
    result: String,
    #[knack(key = "field_6", kind = "short_text")]
    fields: String,
    #[knack(key = "field_7", kind = "short_text")]
    projection: String,
    #[knack(key = "field_8", kind = "short_text")]
    read: String,
    #[knack(key = "field_9", kind = "short_text")]
    list: String,
    #[knack(key = "field_10", kind = "short_text", handle = "KNACK")]
    _knack: String,
    #[knack(key = "field_11", kind = "short_text")]
    größe: String,
}

#[derive(KnackObject)]
#[knack(object = "object_3", create)]
struct NewRecord {
    #[knack(key = "field_1", kind = "short_text")]
    object: Option<Field>,
    #[knack(key = "field_2", kind = "short_text")]
    r#type: FieldDef,
    #[knack(key = "field_3", kind = "short_text")]
    reader: Projection,
    #[knack(key = "field_4", kind = "short_text")]
    body: Reader,
    #[knack(key = "field_5", kind = "short_text")]
    finish: String,
}

#[allow(dead_code)]
fn used(from: Object) -> NewRecord {
    let rest =
        from.result + &from.fields + &from.projection + &from.read + &from.list + &from._knack + &from.größe;
    NewRecord {
        object: Some(from.object),
        r#type: from.r#type,
        reader: from.reader,
        body: from.body,
        finish: rest,
    }
}

fn main() {
    assert_eq!(Object::TYPE.def().name(), "type");
    assert_eq!(Object::OBJECT.def().name(), "object");
    assert_eq!(Object::FIELDS.def().name(), "fields");
    assert_eq!(Object::PROJECTION.def().name(), "projection");
    assert_eq!(Object::KNACK.def().name(), "_knack");
    assert_eq!(Object::GRÖSSE.def().name(), "größe");
    assert_eq!(<Object as KnackObject>::PROJECTION.type_name(), "Object");
}
