//! Text, passwords and yes/no.

use secrecy::{ExposeSecret, SecretString};

use crate::cell::{Cell, ValueError};
use crate::kind::{Boolean, Concatenation, MultipleChoice, ParagraphText, Password, RichText, ShortText};
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

macro_rules! text {
    (read: $($kind:ident)*) => {
        $(impl FromField<$kind> for String {
            /// An empty field gives an empty text.
            fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
                cell.text().map(Into::into)
            }
        })*
    };
    (write: $($kind:ident)*) => {
        $(
            impl ToField<$kind> for str {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    out.text(self);
                    Ok(())
                }
            }

            impl ToField<$kind> for String {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    out.text(self);
                    Ok(())
                }
            }
        )*
    };
}

text!(read: ShortText ParagraphText RichText Concatenation);
text!(write: ShortText ParagraphText RichText Password MultipleChoice);

impl ToField<Password> for SecretString {
    /// A password that no `Debug` shows.
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.text(self.expose_secret());
        Ok(())
    }
}

impl FromField<Boolean> for bool {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        match cell.json() {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => {
                let text = filled(cell)?.text()?;
                let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
                if is(["yes", "true", "on"]) {
                    Ok(true)
                } else if is(["no", "false", "off"]) {
                    Ok(false)
                } else {
                    Err(ValueError::new("is neither yes nor no"))
                }
            }
        }
    }
}

impl ToField<Boolean> for bool {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.boolean(*self);
        Ok(())
    }
}
