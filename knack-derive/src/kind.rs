//! The kinds that attributes can name. The core crate has the same list as types; a test holds the
//! two together, so that the macro need not build the core a second time for the host.

/// A kind as an attribute names it.
pub(crate) struct KindInfo {
    /// The name in Knack's metadata.
    pub(crate) name: &'static str,
    /// The marker type in `knack_core::kind`.
    pub(crate) marker: &'static str,
    /// The name as people say it.
    pub(crate) label: &'static str,
    /// Whether Knack lets it be written.
    pub(crate) writable: bool,
}

const fn kind(name: &'static str, marker: &'static str, label: &'static str) -> KindInfo {
    KindInfo { name, marker, label, writable: true }
}

const fn computed(name: &'static str, marker: &'static str, label: &'static str) -> KindInfo {
    KindInfo { name, marker, label, writable: false }
}

/// Every kind.
pub(crate) const KINDS: &[KindInfo] = &[
    kind("short_text", "ShortText", "short text"),
    kind("paragraph_text", "ParagraphText", "paragraph text"),
    kind("rich_text", "RichText", "rich text"),
    kind("multiple_choice", "MultipleChoice", "multiple choice"),
    kind("boolean", "Boolean", "yes/no"),
    kind("number", "Number", "number"),
    kind("currency", "Currency", "currency"),
    computed("auto_increment", "AutoIncrement", "auto increment"),
    computed("equation", "Equation", "equation"),
    computed("concatenation", "Concatenation", "text formula"),
    computed("count", "Count", "count"),
    computed("sum", "Sum", "sum"),
    computed("average", "Average", "average"),
    computed("min", "Min", "min"),
    computed("max", "Max", "max"),
    kind("date_time", "DateTime", "date/time"),
    kind("timer", "Timer", "timer"),
    kind("name", "Name", "name"),
    kind("email", "Email", "e-mail"),
    kind("phone", "Phone", "phone"),
    kind("address", "Address", "address"),
    kind("link", "WebLink", "link"),
    kind("file", "File", "file"),
    kind("image", "Image", "image"),
    kind("signature", "Signature", "signature"),
    kind("rating", "Rating", "rating"),
    kind("connection", "Connection", "connection"),
    kind("password", "Password", "password"),
    kind("user_roles", "UserRoles", "user roles"),
    kind("unknown", "Unknown", "unknown"),
];

/// The kind with this name.
pub(crate) fn find(name: &str) -> Option<&'static KindInfo> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The kinds that may be meant by a name that is none, as the end of a message.
pub(crate) fn suggestion(name: &str) -> String {
    let distance = |kind: &&KindInfo| distance(name, kind.name).min(distance(name, kind.label));
    let part = |kind: &&KindInfo| name.len() > 2 && (kind.name.contains(name) || kind.label.contains(name));
    let mut meant: Vec<_> = KINDS.iter().filter(part).collect();
    if meant.is_empty() {
        meant.extend(KINDS.iter().min_by_key(distance).filter(|near| distance(near) <= name.len() / 3));
    }
    match &*meant {
        [] => {
            format!("; the kinds are {}", KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", "))
        }
        meant => format!(
            "; did you mean {}?",
            meant.iter().map(|kind| format!("`{}`", kind.name)).collect::<Vec<_>>().join(" or ")
        ),
    }
}

/// How many letters must be put in, taken out or changed to make one text of the other.
pub(crate) fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut last = i + 1;
        let mut next = vec![last];
        for ((b, above), left_above) in to.iter().zip(row.iter().skip(1)).zip(&row) {
            last = (left_above + usize::from(a != *b)).min(above + 1).min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
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
