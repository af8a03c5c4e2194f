//! The kinds of field, with those of their format options that change what the server does.

use serde_json::Value;

/// What kind of values a field holds. The names are those of the `type` in an application dump.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    ShortText,
    ParagraphText,
    RichText,
    Concatenation,
    Choice {
        multi: bool,
    },
    /// With the words for true and false.
    Boolean([&'static str; 2]),
    Number(NumberFormat),
    Equation(EquationFormat),
    /// count, sum, average, min, max.
    Aggregate(NumberFormat),
    Currency(CurrencyFormat),
    AutoIncrement,
    Rating,
    DateTime(DateFormat),
    Timer(DateFormat),
    Name(String),
    Email(LinkText),
    Link {
        text: LinkText,
        blank: bool,
    },
    Phone(String),
    Address {
        country: bool,
    },
    File,
    Image {
        by_url: bool,
    },
    Signature,
    Connection {
        object: String,
        many: bool,
    },
    Password,
    UserRoles,
    /// A kind that this emulator does not know: kept as given.
    Unknown,
}

/// How a number is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NumberFormat {
    /// Digits after the mark; `None` shows a JSON number rounded to a whole one.
    pub(crate) precision: Option<usize>,
    pub(crate) decimal_mark: char,
    pub(crate) thousands: Option<char>,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) rounding: Rounding,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rounding {
    #[default]
    Nearest,
    Up,
    Down,
}

/// What an equation results in, and how that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EquationFormat {
    pub(crate) number: NumberFormat,
    pub(crate) result: EquationResult,
    /// What a bare number in an equation of dates counts (`docs.knack.com/docs/date-equation-functions`).
    pub(crate) unit: DateUnit,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EquationResult {
    Number,
    /// Time between dates: raw in seconds, shown in the equation's unit.
    Span,
    Date(DateFormat),
}

/// The units that equations of dates count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateUnit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CurrencyFormat {
    pub(crate) symbol: String,
    pub(crate) after: bool,
}

/// What stands between the tags of a link or a mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkText {
    /// The address itself.
    Address,
    /// The same text for every record.
    Same(String),
    /// The label of each value.
    Label,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DateFormat {
    pub(crate) order: DateOrder,
    /// `None` where the field has no time.
    pub(crate) clock: Option<ClockFace>,
    /// Whether a value may have an end.
    pub(crate) range: bool,
    /// Whether the default is the present moment.
    pub(crate) now: bool,
    /// What the minutes of a day are called at midnight: 720 in every recording but the newest.
    pub(crate) midnight: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateOrder {
    MonthFirst,
    DayFirst,
    /// `Jan 2, 2026`.
    Words,
    /// The field has no date.
    Ignored,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockFace {
    Twelve,
    Military,
}

impl Kind {
    /// Reads a field's metadata. What is missing or of another type than usual has its default.
    pub(crate) fn of(field: &Value) -> Self {
        let format = field.get("format").unwrap_or(&Value::Null);
        let text = |key: &str| format.get(key).and_then(Value::as_str).unwrap_or_default();
        match field.get("type").and_then(Value::as_str).unwrap_or_default() {
            "short_text" => Self::ShortText,
            "paragraph_text" => Self::ParagraphText,
            "rich_text" => Self::RichText,
            "concatenation" => Self::Concatenation,
            "multiple_choice" => Self::Choice { multi: matches!(text("type"), "multi" | "checkboxes") },
            "boolean" => Self::Boolean(["Yes", "No"]),
            "number" => Self::Number(NumberFormat::of(format)),
            "equation" => Self::Equation(EquationFormat::of(format)),
            "count" | "sum" | "average" | "min" | "max" => Self::Aggregate(NumberFormat::of(format)),
            "currency" => Self::Currency(CurrencyFormat::of(text("format"))),
            "auto_increment" => Self::AutoIncrement,
            "rating" => Self::Rating,
            "date_time" => Self::DateTime(DateFormat::of(format)),
            "timer" => Self::Timer(DateFormat::of(format)),
            "name" => Self::Name(text("format").to_owned()),
            "email" => Self::Email(LinkText::of(format)),
            "link" => Self::Link { text: LinkText::of(format), blank: text("target") == "_blank" },
            "phone" => Self::Phone(text("format").to_owned()),
            "address" => Self::Address { country: text("format") == "international_country" },
            "file" => Self::File,
            "image" => Self::Image { by_url: text("source") == "url" },
            "signature" => Self::Signature,
            "connection" => {
                let relationship = field.get("relationship").unwrap_or(&Value::Null);
                let part = |key: &str| relationship.get(key).and_then(Value::as_str).unwrap_or_default();
                Self::Connection { object: part("object").to_owned(), many: part("has") == "many" }
            }
            "password" => Self::Password,
            "user_roles" => Self::UserRoles,
            _ => Self::Unknown,
        }
    }

    /// The key of the object that a connection leads to.
    pub(crate) fn target(&self) -> Option<&str> {
        match self {
            Self::Connection { object, .. } => Some(object),
            _ => None,
        }
    }

    /// Whether the server computes the value, so that what is written to it is ignored.
    pub(crate) fn computed(&self) -> bool {
        matches!(self, Self::AutoIncrement | Self::Concatenation | Self::Equation(_) | Self::Aggregate(_))
    }
}

impl NumberFormat {
    fn of(format: &Value) -> Self {
        let text = |key: &str| match format.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let decimal_mark = match text("mark_decimal").as_str() {
            "period" | "." => Some('.'),
            "comma" | "," => Some(','),
            _ => None,
        };
        let thousands = match text("mark_thousands").as_str() {
            "comma" | "," => Some(','),
            "period" | "." => Some('.'),
            "space" | " " => Some(' '),
            _ if format.get("show_commas").and_then(Value::as_bool) == Some(true) => Some(','),
            _ => None,
        };
        let (mut before, mut after) = (text("pre"), text("post"));
        match text("format").as_str() {
            "" | "none" => {}
            "percent" | "%" => after = format!("%{after}"),
            symbol => match symbol.strip_suffix("_after") {
                Some(symbol) => after = format!("&nbsp;{symbol}{after}"),
                None => before = format!("{before}{symbol}"),
            },
        }
        Self {
            precision: decimal_mark.map(|_| text("precision").parse().unwrap_or(0).min(20)),
            decimal_mark: decimal_mark.unwrap_or('.'),
            thousands,
            before,
            after,
            rounding: match text("rounding").as_str() {
                "up" => Rounding::Up,
                "down" => Rounding::Down,
                _ => Rounding::Nearest,
            },
        }
    }
}

impl EquationFormat {
    fn of(format: &Value) -> Self {
        let text = |key: &str| format.get(key).and_then(Value::as_str).unwrap_or_default();
        let dates = text("equation_type") == "date";
        let result = match (dates, text("date_result")) {
            (false, _) => EquationResult::Number,
            (true, "date") => EquationResult::Date(DateFormat::of(format)),
            (true, _) => EquationResult::Span,
        };
        let unit = if dates { DateUnit::of(text("date_type")) } else { DateUnit::Second };
        Self { number: NumberFormat::of(format), result, unit }
    }
}

impl DateUnit {
    fn of(name: &str) -> Self {
        match name.trim_end_matches('s') {
            "second" => Self::Second,
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "week" => Self::Week,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => Self::Day,
        }
    }

    /// How long one is. Knack does not say how long a month or a year is: 30 and 365 days here.
    pub(crate) const fn seconds(self) -> u32 {
        const DAY: u32 = 86_400;
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Year => 365 * DAY,
        }
    }
}

impl CurrencyFormat {
    fn of(format: &str) -> Self {
        match format.strip_suffix("_after") {
            Some(symbol) => Self { symbol: symbol.to_owned(), after: true },
            None if format.is_empty() => Self { symbol: "$".to_owned(), after: false },
            None => Self { symbol: format.to_owned(), after: false },
        }
    }
}

impl LinkText {
    fn of(format: &Value) -> Self {
        let text = |key: &str| format.get(key).and_then(Value::as_str).unwrap_or_default();
        match text("text_format") {
            "same" => Self::Same(text("label").to_owned()),
            "unique" => Self::Label,
            _ => Self::Address,
        }
    }
}

impl DateFormat {
    fn of(format: &Value) -> Self {
        let text = |key: &str| format.get(key).and_then(Value::as_str).unwrap_or_default();
        Self {
            order: match text("date_format") {
                "dd/mm/yyyy" => DateOrder::DayFirst,
                "M D, yyyy" => DateOrder::Words,
                "Ignore Date" => DateOrder::Ignored,
                _ => DateOrder::MonthFirst,
            },
            clock: match text("time_format") {
                "Ignore Time" => None,
                "HH MM (military)" => Some(ClockFace::Military),
                _ => Some(ClockFace::Twelve),
            },
            range: format.get("calendar").and_then(Value::as_bool).unwrap_or(false),
            now: text("default_type") == "current"
                || (text("date_format") == "Ignore Date" && text("time_type") == "current"),
            midnight: 720,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn formats_of_every_shape_are_read() {
        for format in [json!(null), json!(""), json!({}), json!([]), json!(7), json!({"precision": null})] {
            for kind in ["number", "currency", "date_time", "name", "email", "link", "connection", "what"] {
                let _ = Kind::of(&json!({"type": kind, "format": format}));
            }
        }
        assert_eq!(Kind::of(&json!({})), Kind::Unknown);
    }

    #[test]
    fn number_options() {
        let Kind::Number(format) = Kind::of(&json!({"type": "number", "format": {
            "precision": "2", "mark_decimal": "period", "mark_thousands": "comma", "pre": "~", "format": "€_after"}}))
        else {
            panic!("no number");
        };
        assert_eq!(format.precision, Some(2));
        assert_eq!(format.thousands, Some(','));
        assert_eq!((format.before.as_str(), format.after.as_str()), ("~", "&nbsp;€"));
    }
}
