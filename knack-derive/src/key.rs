//! Keys of objects, fields, pages and views, as attributes and schemas write them.

use std::fmt;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::kind::{self, KindInfo};

/// A field's key, or one of the columns that user objects have besides their fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Number(u32),
    Column(&'static Column),
}

/// A column that has a name in the place of a key.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Column {
    name: &'static str,
    /// The constant of the core's `FieldKey`.
    constant: &'static str,
    kind: &'static str,
}

const COLUMNS: &[Column] = &[
    Column { name: "account_status", constant: "ACCOUNT_STATUS", kind: "multiple_choice" },
    Column { name: "approval_status", constant: "APPROVAL_STATUS", kind: "multiple_choice" },
    Column { name: "profile_keys", constant: "PROFILE_KEYS", kind: "user_roles" },
];

impl Key {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let column = COLUMNS.iter().find(|column| column.name == text).map(Self::Column);
        column.or_else(|| numbered(text, "field_").map(Self::Number))
    }

    /// The kind of a column, which no schema lists.
    pub(crate) fn kind(self) -> Option<&'static KindInfo> {
        match self {
            Self::Number(_) => None,
            Self::Column(column) => kind::find(column.kind),
        }
    }
}

impl Column {
    /// The constant as code, with `_Key` in scope.
    pub(crate) fn expr(&self) -> TokenStream {
        let constant = format_ident!("{}", self.constant);
        quote!(_Key::#constant)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "field_{number}"),
            Self::Column(column) => f.write_str(column.name),
        }
    }
}

/// The number in an object's key.
pub(crate) fn object(text: &str) -> Option<u32> {
    numbered(text, "object_")
}

/// The number in the key of a page, which Knack calls a scene.
pub(crate) fn scene(text: &str) -> Option<u32> {
    numbered(text, "scene_")
}

/// The number in a view's key.
pub(crate) fn view(text: &str) -> Option<u32> {
    numbered(text, "view_")
}

/// The number behind `prefix` in its one spelling.
fn numbered(text: &str, prefix: &str) -> Option<u32> {
    let number: u32 = text.strip_prefix(prefix)?.parse().ok()?;
    (format!("{prefix}{number}") == text).then_some(number)
}
