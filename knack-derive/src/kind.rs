//! The kinds that attributes can name. The core crate has the same list as types; a test holds the
//! two together, so that the macro need not build the core a second time for the host.

use crate::near::Near;

/// A kind as an attribute names it.
pub(crate) struct KindInfo {
    /// The name in Knack's metadata.
    pub(crate) name: &'static str,
    /// The marker type in `knack_core::kind`.
    pub(crate) marker: &'static str,
    /// The name as people say it.
    pub(crate) label: &'static str,
    /// The type that is written to it first of all.
    pub(crate) natural: &'static str,
    /// Whether Knack lets it be written.
    pub(crate) writable: bool,
}

impl KindInfo {
    /// Whether Knack refuses a record without a value, where that is required. Of yes/no it takes no
    /// value for no.
    pub(crate) fn may_lack(&self) -> bool {
        self.writable && self.name != "boolean"
    }

    pub(crate) fn has_date_format(&self) -> bool {
        matches!(self.name, "date_time" | "timer")
    }
}

impl PartialEq for KindInfo {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const fn kind(
    name: &'static str,
    marker: &'static str,
    label: &'static str,
    natural: &'static str,
) -> KindInfo {
    KindInfo { name, marker, label, natural, writable: true }
}

const fn computed(name: &'static str, marker: &'static str, label: &'static str) -> KindInfo {
    KindInfo { name, marker, label, natural: "", writable: false }
}

/// The kind of fields whose kind is not known.
pub(crate) const UNKNOWN: &KindInfo = &kind("unknown", "Unknown", "unknown", "Json");

/// Every kind.
pub(crate) const KINDS: &[KindInfo] = &[
    kind("short_text", "ShortText", "short text", "String"),
    kind("paragraph_text", "ParagraphText", "paragraph text", "String"),
    kind("rich_text", "RichText", "rich text", "String"),
    kind("multiple_choice", "MultipleChoice", "multiple choice", "String"),
    kind("boolean", "Boolean", "yes/no", "bool"),
    kind("number", "Number", "number", "f64"),
    kind("currency", "Currency", "currency", "Decimal"),
    computed("auto_increment", "AutoIncrement", "auto increment"),
    computed("equation", "Equation", "equation"),
    computed("concatenation", "Concatenation", "text formula"),
    computed("count", "Count", "count"),
    computed("sum", "Sum", "sum"),
    computed("average", "Average", "average"),
    computed("min", "Min", "min"),
    computed("max", "Max", "max"),
    kind("date_time", "DateTime", "date/time", "DateTime"),
    kind("timer", "Timer", "timer", "WorkLog"),
    kind("name", "Name", "name", "PersonName"),
    kind("email", "Email", "e-mail", "EmailAddress"),
    kind("phone", "Phone", "phone", "PhoneNumber"),
    kind("address", "Address", "address", "PostalAddress"),
    kind("link", "WebLink", "link", "WebAddress"),
    kind("file", "File", "file", "AssetId"),
    kind("image", "Image", "image", "AssetId"),
    kind("signature", "Signature", "signature", "Drawing"),
    kind("rating", "Rating", "rating", "f64"),
    kind("connection", "Connection", "connection", "Link<…>"),
    kind("password", "Password", "password", "SecretString"),
    kind("user_roles", "UserRoles", "user roles", "Vec<ProfileKey>"),
    kind("unknown", "Unknown", "unknown", "Json"),
];

/// The kind with this name.
pub(crate) fn find(name: &str) -> Option<&'static KindInfo> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The kinds that may be meant by a name that is none, as the end of a message.
pub(crate) fn suggestion(name: &str) -> String {
    let names = KINDS.iter().flat_map(|kind| [(kind.name, kind), (kind.label, kind)]);
    let near = Near::of(name, names);
    let is_meant = |kind: &&KindInfo| near.all_meant().any(|meant| *meant == *kind);
    match &*KINDS.iter().filter(is_meant).collect::<Vec<_>>() {
        [] => {
            format!("; the kinds are {}", KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", "))
        }
        meant => format!(
            "; did you mean {}?",
            meant.iter().map(|kind| format!("`{}`", kind.name)).collect::<Vec<_>>().join(" or ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use knack_core::kind::FieldKind;

    #[test]
    fn agrees_with_the_core() {
        let core: Vec<_> =
            FieldKind::ALL.iter().map(|k| (k.name(), format!("{k:?}"), k.label(), k.is_writable())).collect();
        let here: Vec<_> = KINDS.iter().map(|k| (k.name, k.marker.to_owned(), k.label, k.writable)).collect();
        assert_eq!(here, core);
    }

    #[test]
    fn near_names_are_offered() {
        assert_eq!(suggestion("shorttext"), "; did you mean `short_text`?");
        assert_eq!(suggestion("yes/no"), "; did you mean `boolean`?");
        assert_eq!(suggestion("nummer"), "; did you mean `number`?");
        assert_eq!(
            suggestion("text"),
            "; did you mean `short_text` or `paragraph_text` or `rich_text` or `concatenation`?"
        );
        assert!(suggestion("").starts_with("; the kinds are short_text, "));
        assert!(suggestion("something else").starts_with("; the kinds are short_text, "));
    }
}
