//! Keys and ids: the names that Knack gives to things, checked before they enter a path.
//!
//! Nothing here can be built from bad text, so a path or a filter that is made of them needs no
//! escaping and cannot be led elsewhere.

use std::fmt;
use std::str::FromStr;

/// Text that is no key or id of the kind asked for. What stands where an id should is shown by its first
/// characters alone: it may be the API key, given in the wrong place.
///
/// ```
/// use knack_core::key::ObjectKey;
///
/// let error = "orders".parse::<ObjectKey>().unwrap_err();
/// let text = "`orders` is no object key: expected `object_` and a number, like `object_3`";
/// assert_eq!(error.to_string(), text);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError {
    given: String,
    what: &'static str,
    expected: &'static str,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { given, what, expected } = self;
        write!(f, "`{given}` is no {what}: expected {expected}")
    }
}

impl std::error::Error for KeyError {}

impl KeyError {
    fn key(given: &str, what: &'static str, expected: &'static str) -> Self {
        Self { given: shorten(given, 40), what, expected }
    }

    fn id(given: &str, what: &'static str) -> Self {
        Self { given: shorten(given, 8), what, expected: "24 hexadecimal digits" }
    }
}

fn shorten(text: &str, limit: usize) -> String {
    let mut kept: String = text.chars().take(limit).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

/// The number behind `prefix`, in the one spelling that Knack uses: no sign, no leading zero.
fn numbered(text: &str, prefix: &str) -> Option<u32> {
    let digits = text.strip_prefix(prefix)?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (!digits.starts_with('0') || digits == "0");
    if plain { digits.parse().ok() } else { None }
}

macro_rules! numbered_key {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The key with this number.
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            /// The number in the key.
            pub const fn number(self) -> u32 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                numbered(text, $prefix).map(Self).ok_or_else(|| KeyError::key(text, $what, $expected))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

numbered_key!(
    /// The key of an object (a table), `object_3`; the Builder shows it in its address line.
    ///
    /// Source: docs.knack.com/docs/object-based-requests.
    ///
    /// ```
    /// use knack_core::key::ObjectKey;
    ///
    /// let key: ObjectKey = "object_3".parse()?;
    /// assert_eq!((key, key.number()), (ObjectKey::new(3), 3));
    /// assert!("object_3/records".parse::<ObjectKey>().is_err());
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    ObjectKey, "object_", "object key", "`object_` and a number, like `object_3`"
);
numbered_key!(
    /// The key of a page, `scene_12`.
    ///
    /// Source: docs.knack.com/docs/view-based-requests.
    ///
    /// ```
    /// use knack_core::key::SceneKey;
    ///
    /// assert_eq!("scene_12".parse::<SceneKey>()?, SceneKey::new(12));
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    SceneKey, "scene_", "scene key", "`scene_` and a number, like `scene_12`"
);
numbered_key!(
    /// The key of a view on a page, `view_18`.
    ///
    /// Source: docs.knack.com/docs/view-based-requests.
    ///
    /// ```
    /// use knack_core::key::ViewKey;
    ///
    /// assert_eq!("view_18".parse::<ViewKey>()?, ViewKey::new(18));
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    ViewKey, "view_", "view key", "`view_` and a number, like `view_18`"
);

/// The key of a field: `field_7`, or one of the four names that records carry besides. The key of a
/// raw value, `field_7_raw`, is none: it is no field of its own.
///
/// Source: docs.knack.com/docs/object-based-requests; the names of user records are those of recorded
/// answers.
///
/// ```
/// use knack_core::key::FieldKey;
///
/// let city: FieldKey = "field_7".parse()?;
/// assert_eq!((city, city.number()), (FieldKey::new(7), Some(7)));
/// assert_eq!("account_status".parse::<FieldKey>()?, FieldKey::ACCOUNT_STATUS);
/// assert_eq!(FieldKey::PROFILE_KEYS.number(), None);
/// assert!("field_7_raw".parse::<FieldKey>().is_err());
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldKey(Column);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Column {
    Numbered(u32),
    Id,
    AccountStatus,
    ApprovalStatus,
    ProfileKeys,
}

impl FieldKey {
    /// The record's own id, as a column. That lists can be filtered by it is not documented.
    pub const ID: Self = Self(Column::Id);
    /// Whether a user's account is active; only user tables have it.
    pub const ACCOUNT_STATUS: Self = Self(Column::AccountStatus);
    /// Whether a user's account is approved; only user tables have it.
    pub const APPROVAL_STATUS: Self = Self(Column::ApprovalStatus);
    /// The roles of a user, such as `profile_3`; only user tables have it.
    pub const PROFILE_KEYS: Self = Self(Column::ProfileKeys);

    /// The key `field_{number}`.
    pub const fn new(number: u32) -> Self {
        Self(Column::Numbered(number))
    }

    /// The number in the key, `None` for the four named columns.
    pub const fn number(self) -> Option<u32> {
        match self.0 {
            Column::Numbered(number) => Some(number),
            _ => None,
        }
    }

    /// The text of a named column, `None` for a numbered field.
    const fn named(self) -> Option<&'static str> {
        match self.0 {
            Column::Numbered(_) => None,
            Column::Id => Some("id"),
            Column::AccountStatus => Some("account_status"),
            Column::ApprovalStatus => Some("approval_status"),
            Column::ProfileKeys => Some("profile_keys"),
        }
    }
}

impl FromStr for FieldKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let named = [Self::ID, Self::ACCOUNT_STATUS, Self::APPROVAL_STATUS, Self::PROFILE_KEYS];
        numbered(text, "field_")
            .map(Self::new)
            .or_else(|| named.into_iter().find(|key| key.named() == Some(text)))
            .ok_or_else(|| KeyError::key(text, "field key", "`field_` and a number, like `field_7`"))
    }
}

impl fmt::Display for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.named()) {
            (Column::Numbered(number), _) => write!(f, "field_{number}"),
            (_, name) => f.write_str(name.unwrap_or_default()),
        }
    }
}

impl fmt::Debug for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// 12 bytes written as 24 hexadecimal digits, as Knack writes records and applications.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Hex12([u8; 12]);

impl Hex12 {
    fn parse(text: &[u8]) -> Option<Self> {
        let (pairs, rest) = text.as_chunks::<2>();
        if pairs.len() != 12 || !rest.is_empty() {
            return None;
        }
        let mut bytes = [0; 12];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(bytes))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for Hex12 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The id of a record: 12 bytes, `Copy`, shown as 24 hexadecimal digits in lower case. The first four
/// bytes are the second in which the record was made, as in all ids that were recorded.
///
/// Source: docs.knack.com/docs/object-based-requests.
///
/// ```
/// use knack_core::RecordId;
///
/// let id: RecordId = "5d7964422d7159001659b27a".parse()?;
/// assert_eq!(id.to_string(), "5d7964422d7159001659b27a");
/// assert_eq!(id.created_at_unix(), 1_568_236_610);
/// assert_eq!(RecordId::from_bytes(id.to_bytes()), id);
/// assert!("5d79".parse::<RecordId>().is_err());
/// assert!("../../applications/xyzxyz".parse::<RecordId>().is_err());
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(Hex12);

impl RecordId {
    /// The id with these bytes.
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(Hex12(bytes))
    }

    /// The id as bytes.
    pub const fn to_bytes(self) -> [u8; 12] {
        self.0.0
    }

    /// When the record was made, in seconds since 1970 (UTC), as its id tells.
    pub const fn created_at_unix(self) -> u32 {
        let [a, b, c, d, ..] = self.0.0;
        u32::from_be_bytes([a, b, c, d])
    }

    pub(crate) fn from_hex(text: &[u8]) -> Option<Self> {
        Hex12::parse(text).map(Self)
    }
}

/// Parsing and printing of ids.
macro_rules! id_text {
    ($name:ident, $what:literal) => {
        impl FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                Hex12::parse(text.as_bytes()).map(Self).ok_or_else(|| KeyError::id(text, $what))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

id_text!(RecordId, "record id");
id_text!(ApplicationId, "application id");
id_text!(AssetId, "file id");

/// The id of an application, 24 hexadecimal digits from the Builder's page "API & Code". It is no
/// secret: every visitor of the live application sees it.
///
/// Source: docs.knack.com/docs/object-based-requests.
///
/// ```
/// use knack_core::ApplicationId;
///
/// let id: ApplicationId = "5d79512148c4af00106d1507".parse()?;
/// assert_eq!(id.to_string(), "5d79512148c4af00106d1507");
/// assert!("my-app".parse::<ApplicationId>().is_err());
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApplicationId(Hex12);

/// The id of an uploaded file or image.
///
/// Source: docs.knack.com/docs/fileimage-uploads.
///
/// ```
/// use knack_core::key::AssetId;
///
/// let id: AssetId = "5d7967132be2bb0010892ce7".parse()?;
/// assert_eq!(id.to_string(), "5d7967132be2bb0010892ce7");
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId(Hex12);

/// The key of a role, `profile_4`, or `all_users`, which every account has.
///
/// Source: docs.knack.com/docs/object-based-requests; user objects in application dumps.
///
/// ```
/// use knack_core::key::ProfileKey;
///
/// assert_eq!("profile_4".parse(), Ok(ProfileKey::new(4)));
/// assert_eq!(ProfileKey::ALL_USERS.to_string(), "all_users");
/// assert!("Manager".parse::<ProfileKey>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileKey(Option<u32>);

impl ProfileKey {
    /// The role of every account.
    pub const ALL_USERS: Self = Self(None);

    /// The key with this number.
    pub const fn new(number: u32) -> Self {
        Self(Some(number))
    }
}

impl FromStr for ProfileKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text == "all_users" {
            return Ok(Self::ALL_USERS);
        }
        numbered(text, "profile_").map(Self::new).ok_or_else(|| {
            KeyError::key(text, "profile key", "`profile_` and a number, like `profile_4`, or `all_users`")
        })
    }
}

impl fmt::Display for ProfileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) => write!(f, "profile_{number}"),
            None => f.write_str("all_users"),
        }
    }
}

impl fmt::Debug for ProfileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_one_spelling() {
        for bad in [
            "",
            "object_",
            "object_-1",
            "object_+1",
            "object_03",
            "object_3 ",
            "Object_3",
            "object_4294967296",
        ] {
            assert!(bad.parse::<ObjectKey>().is_err(), "{bad:?}");
        }
        assert_eq!("object_0".parse(), Ok(ObjectKey::new(0)));
    }

    #[test]
    fn a_key_in_the_place_of_an_id_is_not_repeated() {
        let error = "6d1f0c52-9a3e-4b7d-8c21-5e0f4a7b9d36".parse::<ApplicationId>().unwrap_err();
        assert_eq!(error.to_string(), "`6d1f0c52…` is no application id: expected 24 hexadecimal digits");
        assert!(!format!("{error:?}").contains("9a3e"));
        let error = "x".repeat(500).parse::<ObjectKey>().unwrap_err();
        assert!(error.to_string().len() < 120, "{error}");
    }

    #[test]
    fn ids_are_case_insensitive_and_print_in_lower_case() {
        let id: RecordId = "5D7964422D7159001659B27A".parse().unwrap();
        assert_eq!(id.to_string(), "5d7964422d7159001659b27a");
        assert!("5d7964422d7159001659b27é".parse::<RecordId>().is_err());
    }
}
