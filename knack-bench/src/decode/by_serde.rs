//! What a user of serde derive writes for Knack's values, as `deserialize_with` of single fields: texts
//! borrowed where they need not be kept, nothing built twice.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use jiff::civil::DateTime;
use knack_core::value::{EmailAddress, PersonName};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::Failure;

/// A text that stands for something else, such as an id.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    struct Parsed<T>(PhantomData<T>);
    impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Parsed<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Parsed(PhantomData))
}

/// A text that may be empty.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    filled(deserializer, |text| Ok(text.to_owned()))
}

/// A text that stands for something else, or is empty.
pub(super) fn filled<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: fn(&str) -> Result<T, Failure>,
) -> Result<Option<T>, D::Error> {
    struct Text<T>(fn(&str) -> Result<T, Failure>);
    impl<T> Visitor<'_> for Text<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
            if text.is_empty() { Ok(None) } else { (self.0)(text).map(Some).map_err(E::custom) }
        }
    }
    deserializer.deserialize_str(Text(read))
}

/// A number, which may be empty or come as text.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    struct Number;
    impl Visitor<'_> for Number {
        type Value = Option<f64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number or an empty text")
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<Option<f64>, E> {
            Ok(Some(number))
        }

        #[allow(clippy::cast_precision_loss)]
        fn visit_u64<E: Error>(self, number: u64) -> Result<Option<f64>, E> {
            Ok(Some(number as f64))
        }

        #[allow(clippy::cast_precision_loss)]
        fn visit_i64<E: Error>(self, number: i64) -> Result<Option<f64>, E> {
            Ok(Some(number as f64))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Option<f64>, E> {
            if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(E::custom) }
        }
    }
    deserializer.deserialize_any(Number)
}

/// A list, whose entries may be `null`, or an empty text.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct List<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list or an empty text")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(entry) = entries.next_element::<Option<T>>()? {
                all.extend(entry);
            }
            Ok(all)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
            if text.is_empty() { Ok(Vec::new()) } else { Err(E::custom("expected a list")) }
        }
    }
    deserializer.deserialize_any(List(PhantomData))
}

/// A value that Knack sends as an object of parts, or as an empty text.
pub(crate) trait Parted<'de>: Sized {
    type Parts: Deserialize<'de>;

    /// The value; `None` if the parts say nothing.
    fn from_parts(parts: Self::Parts) -> Result<Option<Self>, Failure>;

    /// The value of a text that is not empty, where there are such.
    fn from_text(text: &str) -> Result<Self, Failure> {
        Err(format!("expected an object of parts, not {text:?}").into())
    }
}

pub(super) fn parts<'de, D: Deserializer<'de>, T: Parted<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    struct Object<T>(PhantomData<T>);
    impl<'de, T: Parted<'de>> Visitor<'de> for Object<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object or an empty text")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
            let parts = T::Parts::deserialize(MapAccessDeserializer::new(map))?;
            T::from_parts(parts).map_err(A::Error::custom)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
            if text.is_empty() { Ok(None) } else { T::from_text(text).map(Some).map_err(E::custom) }
        }
    }
    deserializer.deserialize_any(Object(PhantomData))
}

#[derive(Deserialize)]
pub(crate) struct DateParts<'a> {
    #[serde(borrow)]
    pub(super) iso_timestamp: Cow<'a, str>,
}

impl<'de> Parted<'de> for DateTime {
    type Parts = DateParts<'de>;

    fn from_parts(parts: DateParts<'de>) -> Result<Option<Self>, Failure> {
        Ok(Some(wall_clock(&parts.iso_timestamp)?))
    }
}

/// Knack's `Z` is not true: the time is the wall clock's.
pub(super) fn wall_clock(iso: &str) -> Result<DateTime, jiff::Error> {
    iso.trim_end_matches('Z').parse()
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct NameParts {
    title: String,
    first: String,
    middle: String,
    last: String,
}

impl Parted<'_> for PersonName {
    type Parts = NameParts;

    fn from_parts(NameParts { title, first, middle, last }: NameParts) -> Result<Option<Self>, Failure> {
        Ok(Some(Self { title, first, middle, last }))
    }
}

#[derive(Deserialize)]
pub(crate) struct EmailParts {
    email: String,
    #[serde(default)]
    label: Option<String>,
}

impl Parted<'_> for EmailAddress {
    type Parts = EmailParts;

    fn from_parts(EmailParts { email, label }: EmailParts) -> Result<Option<Self>, Failure> {
        Ok((!email.is_empty()).then_some(Self { address: email, label }))
    }
}
