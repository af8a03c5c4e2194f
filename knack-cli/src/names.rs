//! Names of Rust for what people named in Knack.

use std::collections::HashSet;

use unicode_ident::{is_xid_continue, is_xid_start};

/// What is said of a sign that stands in a name: `% done` is `percent_done`.
const SPOKEN: &[(char, &str)] = &[
    ('&', "and"),
    ('+', "plus"),
    ('%', "percent"),
    ('#', "number"),
    ('@', "at"),
    ('$', "dollar"),
    ('€', "euro"),
    ('£', "pound"),
    ('<', "below"),
    ('>', "above"),
    ('=', "equal"),
    ('½', "half"),
];

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Keywords that not even `r#` makes names.
const NEVER: &[&str] = &["self", "super", "crate", "_"];

/// What a field is called: `average_spend`. Empty if nothing of the label can stand in a name.
pub(crate) fn field(label: &str) -> String {
    let name = started(words(label).join("_"), 'n');
    if NEVER.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// A field's name as it is written: keywords with `r#`.
pub(crate) fn written(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// What a type or an arm is called: `AverageSpend`. Empty if nothing of the text can stand in a name.
pub(crate) fn type_name(text: &str) -> String {
    let mut name = String::new();
    for word in words(text) {
        // Two numbers stay two: `1.5` is not 15.
        if name.ends_with(|c: char| c.is_numeric()) && word.starts_with(|c: char| c.is_numeric()) {
            name.push('_');
        }
        let mut letters = word.chars();
        name.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(letters.as_str());
    }
    started(name, 'N')
}

/// What a struct is called that holds one of many: `Customer` of `Customers`.
pub(crate) fn singular(name: &str) -> String {
    const SAME: &[&str] = &["ss", "us", "is", "news", "eries", "pecies"];
    const IRREGULAR: &[(&str, &str)] =
        &[("eople", "erson"), ("hildren", "hild"), ("ovies", "ovie"), ("ookies", "ookie")];
    const ENDINGS: &[(&str, &str)] = &[
        ("ies", "y"),
        ("sses", "ss"),
        ("atuses", "atus"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("s", ""),
    ];
    if SAME.iter().any(|ending| name.to_lowercase().ends_with(ending)) || name.chars().count() < 4 {
        return name.to_owned();
    }
    let ended = |(many, one): &(&str, &str)| name.strip_suffix(many).map(|stem| format!("{stem}{one}"));
    IRREGULAR.iter().chain(ENDINGS).find_map(ended).unwrap_or_else(|| name.to_owned())
}

/// Takes the first name that nobody has; the last is tried with numbers behind it.
pub(crate) fn free(taken: &mut HashSet<String>, wanted: &[String]) -> String {
    let last = wanted.last().cloned().unwrap_or_default();
    // `Other2`, `field_9_2`: rustc warns of a sign in the name of a type that parts no two numbers.
    let is_type = last.starts_with(char::is_uppercase) && !last.ends_with(char::is_numeric);
    let sign = if is_type { "" } else { "_" };
    let numbered = (2..).map(|number| format!("{last}{sign}{number}"));
    let mut names = wanted.iter().filter(|name| !name.is_empty()).cloned().chain(numbered);
    // Fields have constants by their names in capitals, which must differ as well.
    names.find(|name| taken.insert(name.to_uppercase())).unwrap_or_default()
}

/// The words of a label, in small letters: parted at signs, and where a capital begins one.
fn words(label: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = label.chars().filter(|c| !is_joined(*c)).peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        if let Some((_, spoken)) = SPOKEN.iter().find(|(sign, _)| *sign == c) {
            words.extend([(*spoken).to_owned(), String::new()]);
        } else if !(is_xid_continue(c) && c.is_alphanumeric()) {
            words.push(String::new());
        } else {
            let begins = before.is_lowercase() || chars.peek().is_some_and(|next| next.is_lowercase());
            if c.is_uppercase() && begins && before.is_alphabetic() {
                words.push(String::new());
            }
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What parts no word: apostrophes, and marks that belong to the letter before.
fn is_joined(c: char) -> bool {
    matches!(c, '\'' | '’' | '\u{300}'..='\u{36f}')
}

/// With a letter in front, if it begins with what no name begins with.
fn started(name: String, letter: char) -> String {
    match name.chars().next() {
        Some(first) if !is_xid_start(first) => format!("{letter}{name}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        for (label, wanted) in [
            ("Average Spend", "average_spend"),
            ("Date/Time - No Time", "date_time_no_time"),
            ("PYTEST_MODIFIED_DATE", "pytest_modified_date"),
            ("orderDate", "order_date"),
            ("VINNumber", "vin_number"),
            ("Customer's  Address2", "customers_address2"),
            ("1st contact", "n1st_contact"),
            ("Order #", "order_number"),
            ("R&D %", "r_and_d_percent"),
            ("Größe", "größe"),
            ("Cafe\u{301}", "cafe"),
            ("顧客", "顧客"),
            ("self", "self_"),
            ("²", ""),
            ("  ", ""),
            ("_", ""),
        ] {
            assert_eq!(field(label), wanted, "{label}");
        }
        assert_eq!([written("type"), written("name"), written("self_")], ["r#type", "name", "self_"]);
    }

    #[test]
    fn types() {
        for (text, wanted) in [
            ("all_fields_test", "AllFieldsTest"),
            ("In Progress", "InProgress"),
            ("1.5", "N1_5"),
            ("15", "N15"),
            ("self", "Self"),
            ("★", ""),
            ("+", "Plus"),
        ] {
            assert_eq!(type_name(text), wanted, "{text}");
        }
    }

    #[test]
    fn one_of_many() {
        for (many, one) in [
            ("Customers", "Customer"),
            ("Companies", "Company"),
            ("Addresses", "Address"),
            ("Statuses", "Status"),
            ("Houses", "House"),
            ("Boxes", "Box"),
            ("People", "Person"),
            ("Address", "Address"),
            ("Status", "Status"),
            ("News", "News"),
            ("Bus", "Bus"),
            ("Kunden", "Kunden"),
        ] {
            assert_eq!(singular(many), one, "{many}");
        }
    }

    #[test]
    fn nobody_gets_a_name_that_is_taken() {
        let mut taken = HashSet::new();
        let mut get = |wanted: [&str; 2]| free(&mut taken, &wanted.map(str::to_owned));
        assert_eq!(get(["maß", "maß_7"]), "maß");
        assert_eq!(get(["mass", "mass_8"]), "mass_8");
        assert_eq!(get(["", "field_9"]), "field_9");
        assert_eq!(get(["", "field_9"]), "field_9_2");
        assert_eq!(
            [get(["Own", "Other"]), get(["Own", "Other"]), get(["Own", "Other"])],
            ["Own", "Other", "Other2"]
        );
        assert_eq!([get(["", "Top10"]), get(["", "Top10"])], ["Top10", "Top10_2"]);
    }
}
