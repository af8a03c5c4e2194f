//! Names of persons and e-mail addresses.

use std::fmt;

use crate::cell::{Cell, ValueError};
use crate::kind::{Email, Name};
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

/// A person's name in the parts that Knack keeps; a part that is not filled is empty, and is not sent.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::value::{FromField, PersonName};
///
/// let ann = PersonName::new("Ann", "Berg");
/// assert_eq!(ann.to_string(), "Ann Berg");
///
/// let sent = br#"{"title":"Dr.","first":"Ann","last":"Berg"}"#;
/// assert_eq!(PersonName::from_field(Cell::new(sent))?, PersonName { title: "Dr.".into(), ..ann });
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PersonName {
    /// `Dr.`, `Ms.`
    pub title: String,
    /// The given name.
    pub first: String,
    /// The names between.
    pub middle: String,
    /// The family name.
    pub last: String,
}

impl PersonName {
    /// A first and a last name; the other parts are empty.
    pub fn new(first: impl Into<String>, last: impl Into<String>) -> Self {
        Self { first: first.into(), last: last.into(), ..Self::default() }
    }
}

impl fmt::Display for PersonName {
    /// The parts that are filled, in the order of speech.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [&self.title, &self.first, &self.middle, &self.last];
        let mut parts = parts.into_iter().filter(|part| !part.is_empty());
        if let Some(part) = parts.next() {
            f.write_str(part)?;
        }
        parts.try_for_each(|part| write!(f, " {part}"))
    }
}

impl FromField<Name> for PersonName {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if !filled(cell)?.is_object() {
            return Err(ValueError::new("is no name in parts"));
        }
        let mut name = Self::default();
        for (key, part) in cell.entries() {
            let place = match &*key {
                b"title" => &mut name.title,
                b"first" => &mut name.first,
                b"middle" => &mut name.middle,
                b"last" => &mut name.last,
                _ => continue,
            };
            *place = part.text()?.into();
        }
        if name == Self::default() { Err(ValueError::new("is no name in parts")) } else { Ok(name) }
    }
}

impl FromField<Name> for String {
    /// The parts joined by spaces, in the order of speech.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if cell.is_empty() {
            Ok(Self::new())
        } else {
            PersonName::from_field(cell).map(|name| name.to_string())
        }
    }
}

impl ToField<Name> for PersonName {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        let parts =
            [("title", &self.title), ("first", &self.first), ("middle", &self.middle), ("last", &self.last)];
        out.object(|out| {
            for (key, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
                out.entry(key, |out| out.text(part));
            }
        });
        Ok(())
    }
}

/// An e-mail address and the text that a page shows for it.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::value::{EmailAddress, FromField};
///
/// let email = EmailAddress::from("ann@example.com");
/// assert_eq!((email.address.as_str(), &email.label), ("ann@example.com", &None));
///
/// let sent = br#"{"email":"ann@example.com","label":"Ann"}"#;
/// assert_eq!(EmailAddress::from_field(Cell::new(sent))?.label.as_deref(), Some("Ann"));
/// assert_eq!(email.to_string(), "ann@example.com");
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    /// `ann@example.com`. Not checked: Knack does that.
    pub address: String,
    /// The text of the link, where the field is set to have one.
    pub label: Option<String>,
}

impl From<&str> for EmailAddress {
    fn from(address: &str) -> Self {
        address.to_owned().into()
    }
}

impl From<String> for EmailAddress {
    fn from(address: String) -> Self {
        Self { address, label: None }
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

impl FromField<Email> for EmailAddress {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if !filled(cell)?.is_object() {
            return cell.text().map(|address| address.into_owned().into());
        }
        let mut email = Self::default();
        for (key, part) in cell.entries() {
            match &*key {
                b"email" => email.address = part.text()?.into(),
                b"label" if !part.is_empty() => email.label = Some(part.text()?.into()),
                _ => {}
            }
        }
        // Something was said, and no address was understood.
        if email.address.is_empty() {
            return Err(ValueError::new("is no e-mail address"));
        }
        Ok(email)
    }
}

impl FromField<Email> for String {
    /// The address alone; an empty field gives an empty text.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if cell.is_empty() {
            Ok(Self::new())
        } else {
            EmailAddress::from_field(cell).map(|email| email.address)
        }
    }
}

impl ToField<Email> for EmailAddress {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.object(|out| {
            out.entry("email", |out| out.text(&self.address));
            if let Some(label) = &self.label {
                out.entry("label", |out| out.text(label));
            }
        });
        Ok(())
    }
}

impl ToField<Email> for str {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.object(|out| out.entry("email", |out| out.text(self)));
        Ok(())
    }
}

impl ToField<Email> for String {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        <str as ToField<Email>>::to_field(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_understood_is_an_error() {
        let name = |json: &str| PersonName::from_field(Cell::new(json.as_bytes()));
        let email = |json: &str| EmailAddress::from_field(Cell::new(json.as_bytes()));
        assert_eq!(name(r#"{"first":"Ann","formatted_value":"x"}"#).unwrap(), PersonName::new("Ann", ""));
        for json in [r#"{"first":"","formatted_value":"x"}"#, r#"{"full":"x"}"#, "\"Ann\""] {
            assert_eq!(name(json).unwrap_err().to_string(), "is no name in parts", "{json}");
        }
        for json in [r#"{"email":"","label":"Ann"}"#, r#"{"address":"ann@example.com"}"#] {
            assert_eq!(email(json).unwrap_err().to_string(), "is no e-mail address", "{json}");
        }
    }
}
