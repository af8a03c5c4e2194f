//! Text formulas: text with fields in braces, and functions on them.
//!
//! The functions are those of Knack's help as others rebuilt them
//! (`github.com/cityofaustin/knackpostgres`), and a few near relatives. Those of chance and of
//! regular expressions are not among them: what is no known function stays as it is written.

use jiff::civil::DateTime;

use crate::formula::Reference;
use crate::zone::date_and_time;

/// The longest text that a formula, or any function in it, results in: functions could multiply
/// it at each level.
const LONGEST: usize = 10_000;
/// How deep functions may nest; deeper ones stay as they are written.
const DEEPEST: u8 = 12;

/// A text formula, ready to be filled in.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    Field(Reference),
    Call(Function, Vec<Template>),
}

/// What a template is filled in with.
pub(crate) trait Source {
    /// The field as it is shown, without markup.
    fn text(&self, field: &Reference) -> String;
    /// The field's time, if it has one.
    fn time(&self, field: &Reference) -> Option<DateTime>;
    /// A part of a person's name.
    fn part(&self, field: &Reference, part: &str) -> String;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Left,
    Right,
    Mid,
    Upper,
    Lower,
    Capitalize,
    Trim,
    TrimLeft,
    TrimRight,
    Length,
    Replace,
    Year,
    Month,
    MonthName,
    DayOfMonth,
    DayOfYear,
    WeekdayName,
    Hour,
    Minute,
    FormatDate,
    /// A part of a person's name.
    Name(&'static str),
}

impl Template {
    /// Reads a formula; every text is one.
    pub(crate) fn read(text: &str, refer: &impl Fn(&str) -> Reference) -> Self {
        if text.len() > LONGEST {
            return Self(vec![Piece::Text(cut(text.to_owned()))]);
        }
        Self(pieces(text, refer, 0))
    }

    /// The fields that the formula needs.
    pub(crate) fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Reference>) {
        for piece in &self.0 {
            match piece {
                Piece::Text(_) => {}
                Piece::Field(reference) => found.push(reference),
                Piece::Call(_, arguments) => arguments.iter().for_each(|inner| inner.collect(found)),
            }
        }
    }

    /// The text with everything filled in.
    pub(crate) fn fill(&self, from: &impl Source) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Field(reference) => out.push_str(&from.text(reference)),
                Piece::Call(function, arguments) => out.push_str(&function.call(arguments, from)),
            }
            if out.len() > LONGEST {
                break;
            }
        }
        cut(out)
    }

    /// The one field that this is, if it is nothing else.
    fn field(&self) -> Option<&Reference> {
        match self.0.as_slice() {
            [Piece::Field(reference)] => Some(reference),
            _ => None,
        }
    }

    fn time(&self, from: &impl Source) -> Option<DateTime> {
        if let Some(reference) = self.field() {
            return from.time(reference);
        }
        let (date, time) = date_and_time(&self.fill(from), false)?;
        let (hour, minute) = time.unwrap_or((0, 0));
        Some(date.at(hour, minute, 0, 0))
    }
}

fn pieces(text: &str, refer: &impl Fn(&str) -> Reference, depth: u8) -> Vec<Piece> {
    let ends = parentheses(text);
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        let found = match first {
            '{' => field(rest, refer),
            _ if first.is_ascii_alphabetic() && !plain.ends_with(char::is_alphanumeric) => {
                call(text, at, &ends, refer, depth)
            }
            _ => None,
        };
        let length = if let Some((piece, length)) = found {
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(piece);
            length
        } else {
            plain.push(first);
            first.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

/// `{field_1}` at the beginning of a text, and its length.
fn field(text: &str, refer: &impl Fn(&str) -> Reference) -> Option<(Piece, usize)> {
    let inside = text.get(1..)?.split_once('}')?.0;
    let named = inside.trim_start().starts_with("field_");
    named.then(|| (Piece::Field(refer(inside)), inside.len() + 2))
}

/// A known function at the place `at` of a text, and its length.
fn call(
    text: &str,
    at: usize,
    ends: &[(usize, usize)],
    refer: &impl Fn(&str) -> Reference,
    depth: u8,
) -> Option<(Piece, usize)> {
    let rest = text.get(at..)?;
    let open = at + rest.find(|c: char| !c.is_ascii_alphanumeric())?;
    let function = Function::named(text.get(at..open)?).filter(|_| depth < DEEPEST)?;
    let place = ends.binary_search_by_key(&open, |(open, _)| *open).ok()?;
    let (_, end) = *ends.get(place)?;
    let arguments = arguments(text.get(open + 1..end)?).into_iter().map(|argument| {
        let argument = argument.trim();
        let quoted = ['"', '\''].iter().find_map(|quote| argument.strip_prefix(*quote)?.strip_suffix(*quote));
        Template(pieces(quoted.unwrap_or(argument), refer, depth + 1))
    });
    Some((Piece::Call(function, arguments.collect()), end + 1 - at))
}

/// Where each parenthesis that is closed opens and ends, in the order of their beginnings.
fn parentheses(text: &str) -> Vec<(usize, usize)> {
    let (mut open, mut ends) = (Vec::new(), Vec::new());
    for (at, c) in text.bytes().enumerate() {
        match c {
            b'(' => open.push(at),
            b')' => ends.extend(open.pop().map(|start| (start, at))),
            _ => {}
        }
    }
    ends.sort_unstable();
    ends
}

/// Splits at commas outside of parentheses, braces and quotes.
fn arguments(text: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    let mut quote = None;
    for (at, c) in text.bytes().enumerate() {
        if let Some(open) = quote {
            quote = Some(open).filter(|open| *open != c);
            continue;
        }
        match c {
            // A quote in the middle of an argument is an apostrophe.
            b'"' | b'\'' if text.get(start..at).is_some_and(|before| before.trim().is_empty()) => {
                let closed = text.get(at + 1..).is_some_and(|rest| rest.bytes().any(|end| end == c));
                quote = closed.then_some(c);
            }
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.extend(text.get(start..));
    found
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "left" => Self::Left,
            "right" => Self::Right,
            "mid" => Self::Mid,
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "capitalize" => Self::Capitalize,
            "trim" => Self::Trim,
            "trimLeft" => Self::TrimLeft,
            "trimRight" => Self::TrimRight,
            "length" => Self::Length,
            "replace" => Self::Replace,
            "getDateYear" => Self::Year,
            "getDateMonthOfYear" => Self::Month,
            "getDateMonthOfYearName" => Self::MonthName,
            "getDateDayOfMonth" => Self::DayOfMonth,
            "getDateDayOfYear" => Self::DayOfYear,
            "getDateDayOfWeekName" => Self::WeekdayName,
            "getDateHourOfDay" => Self::Hour,
            "getDateMinuteOfHour" => Self::Minute,
            "formatDate" => Self::FormatDate,
            "getNameFirst" => Self::Name("first"),
            "getNameMiddle" => Self::Name("middle"),
            "getNameLast" => Self::Name("last"),
            "getNameTitle" => Self::Name("title"),
            _ => return None,
        })
    }

    fn call(self, arguments: &[Template], from: &impl Source) -> String {
        let argument = |place: usize| arguments.get(place).map(|inner| inner.fill(from)).unwrap_or_default();
        let count = |place: usize| argument(place).trim().parse::<usize>().unwrap_or(0);
        let time = || arguments.first().and_then(|inner| inner.time(from));
        // Without a time there is nothing to show of it.
        let shown = |show: fn(DateTime) -> String| time().map(show).unwrap_or_default();
        cut(match self {
            Self::Left => argument(0).chars().take(count(1)).collect(),
            Self::Right => {
                let text = argument(0);
                text.chars().skip(text.chars().count().saturating_sub(count(1))).collect()
            }
            // Counted from 0, as in JavaScript; Knack's help is not at hand.
            Self::Mid => argument(0).chars().skip(count(1)).take(count(2)).collect(),
            Self::Upper => argument(0).to_uppercase(),
            Self::Lower => argument(0).to_lowercase(),
            Self::Capitalize => capitalized(&argument(0)),
            Self::Trim => argument(0).trim().to_owned(),
            Self::TrimLeft => argument(0).trim_start().to_owned(),
            Self::TrimRight => argument(0).trim_end().to_owned(),
            Self::Length => argument(0).chars().count().to_string(),
            Self::Replace => replaced(&argument(0), &argument(1), &argument(2)),
            Self::Year => shown(|time| time.year().to_string()),
            Self::Month => shown(|time| time.month().to_string()),
            Self::MonthName => shown(|time| time.strftime("%B").to_string()),
            Self::DayOfMonth => shown(|time| time.day().to_string()),
            Self::DayOfYear => shown(|time| time.date().day_of_year().to_string()),
            Self::WeekdayName => shown(|time| time.strftime("%A").to_string()),
            Self::Hour => shown(|time| time.hour().to_string()),
            Self::Minute => shown(|time| time.minute().to_string()),
            Self::FormatDate => time().map(|time| formatted(time, &argument(1))).unwrap_or_default(),
            Self::Name(part) => {
                let field = arguments.first().and_then(Template::field);
                field.map(|field| from.part(field, part)).unwrap_or_default()
            }
        })
    }
}

/// Every word with a capital, the rest small.
fn capitalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric() || c == '\'';
    }
    out
}

/// Every `old` made `new`, as far as the text may become long.
fn replaced(text: &str, old: &str, new: &str) -> String {
    if old.is_empty() {
        return text.to_owned();
    }
    let mut out = String::new();
    for (place, part) in text.split(old).enumerate() {
        if place > 0 {
            out.push_str(new);
        }
        out.push_str(part);
        if out.len() > LONGEST {
            break;
        }
    }
    out
}

/// A time laid out by a pattern such as `YYYY-MM-DD`, in the letters of moment.js, which Knack's
/// browser code uses.
fn formatted(time: DateTime, pattern: &str) -> String {
    const LETTERS: [(&str, &str); 19] = [
        ("YYYY", "%Y"),
        ("yyyy", "%Y"),
        ("MMMM", "%B"),
        ("dddd", "%A"),
        ("MMM", "%b"),
        ("ddd", "%a"),
        ("YY", "%y"),
        ("MM", "%m"),
        ("DD", "%d"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("hh", "%I"),
        ("mm", "%M"),
        ("M", "%-m"),
        ("D", "%-d"),
        ("H", "%-H"),
        ("h", "%-I"),
        ("A", "%p"),
        ("a", "%P"),
    ];
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let letters = LETTERS.iter().find(|(letters, _)| rest.starts_with(letters));
        let length = if let Some((letters, layout)) = letters {
            out.push_str(&time.strftime(layout).to_string());
            letters.len()
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Sample;

    impl Source for Sample {
        fn text(&self, field: &Reference) -> String {
            match field {
                Reference::Own(1) => "hello World".to_owned(),
                Reference::Own(2) => "03/09/2026 4:05pm".to_owned(),
                Reference::Own(3) => "Cole, Ada".to_owned(),
                Reference::Own(4) => "x".repeat(9_000),
                _ => String::new(),
            }
        }

        fn time(&self, field: &Reference) -> Option<DateTime> {
            (*field == Reference::Own(2)).then(|| DateTime::constant(2026, 3, 9, 16, 5, 0, 0))
        }

        fn part(&self, field: &Reference, part: &str) -> String {
            if *field == Reference::Own(3) { format!("<{part}>") } else { String::new() }
        }
    }

    fn fill(text: &str) -> String {
        let refer = |inside: &str| {
            inside
                .strip_prefix("field_")
                .and_then(|n| n.parse().ok())
                .map_or(Reference::Unknown, Reference::Own)
        };
        Template::read(text, &refer).fill(&Sample)
    }

    #[test]
    fn functions() {
        for (text, want) in [
            ("left({field_1}, 2) two three (four)", "he two three (four)"),
            (
                "getDateMonthOfYearName({field_2}) pizza getDateDayOfWeekName({field_2}) ",
                "March pizza Monday ",
            ),
            ("{field_1} - {field_9.field_2}", "hello World - "),
            ("{not a field} {", "{not a field} {"),
            ("right({field_1}, 5)/mid({field_1}, 6, 2)/left(é€x,2)", "World/Wo/é€"),
            ("left({field_1})|left({field_1}, x)|left({field_1}, 99)", "||hello World"),
            (
                "upper({field_1}) lower({field_1}) capitalize(o'neill {field_1})",
                "HELLO WORLD hello world O'neill Hello World",
            ),
            ("[trim( ' a ' )][trimLeft(' a ')][trimRight(' a ')][length({field_1})]", "[a][a ][ a][11]"),
            ("replace({field_1}, o, 0)", "hell0 W0rld"),
            ("replace({field_1}, ' ', \", \")", "hello, World"),
            ("replace({field_1}, , x)", "hello World"),
            ("upper(left(replace({field_1}, l, (x)), 4))", "HE(X"),
            ("getDateYear({field_2})-getDateMonthOfYear({field_2})-getDateDayOfMonth({field_2})", "2026-3-9"),
            (
                "getDateDayOfYear({field_2}) getDateHourOfDay({field_2}):getDateMinuteOfHour({field_2})",
                "68 16:5",
            ),
            ("getDateYear({field_1})|getDateYear(07/15/2019)|getDateYear()", "|2019|"),
            (
                "formatDate({field_2}, YYYY-MM-DD HH:mm) formatDate({field_2}, 'ddd, MMM D YY h A')",
                "2026-03-09 16:05 Mon, Mar 9 26 4 PM",
            ),
            ("getNameLast({field_3}) getNameFirst({field_3})", "<last> <first>"),
            ("getNameLast({field_1}, a) getNameLast(x)", " "),
            ("shout({field_1}) aleft(a, 1) Left(a)", "shout(hello World) aleft(a, 1) Left(a)"),
            ("left(a, 1", "left(a, 1"),
            ("left (a, 1)", "left (a, 1)"),
            (":) left(ab, 1) (:", ":) a (:"),
        ] {
            assert_eq!(fill(text), want, "{text}");
        }
    }

    #[test]
    fn hostile_formulas_end() {
        let nested = |name: &str, depth: usize| format!("{}a{}", name.repeat(depth), ")".repeat(depth));
        for text in [
            nested("upper(", 2_000),
            "left(".repeat(2_000),
            "{field_1}".repeat(1_000),
            "{".repeat(9_000),
            "(".repeat(9_000),
            "'".repeat(9_000),
            "x".repeat(20_000),
            format!("{}aa{}", "replace(".repeat(11), ",a,{field_4})".repeat(11)),
        ] {
            assert!(fill(&text).len() <= LONGEST);
        }
        assert_eq!(fill(&nested("upper(", 12)), "A");
    }

    proptest! {
        #[test]
        fn any_text_is_a_template(text in "(left|mid|replace|getDateYear|\\{field_[0-9]\\}|[(){},' é0-9a-c]){0,30}") {
            prop_assert!(fill(&text).len() <= LONGEST);
        }
    }
}
