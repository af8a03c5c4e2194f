//! The Rust type of a field: that of the table in `knack_runtime::value`, or what its format makes more exact.

use knack_runtime::kind::FieldKind;
use knack_runtime::schema::FieldSchema;
use serde_json::Value;

use super::Wishes;

/// A type as it is written, with the paths that must be imported for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Type {
    pub(crate) text: String,
    pub(crate) imports: Vec<&'static str>,
}

impl Type {
    fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), imports: Vec::new() }
    }

    /// By its path.
    fn at(path: &'static str) -> Self {
        Self { text: path.rsplit("::").next().unwrap_or(path).to_owned(), imports: vec![path] }
    }

    /// An enum of the output.
    pub(crate) fn choice(name: &str) -> Self {
        Self::plain(name)
    }

    /// A link to a struct of the output.
    pub(crate) fn link(target: &str) -> Self {
        Self { text: format!("Link<{target}>"), imports: vec!["knack_runtime::Link"] }
    }

    pub(crate) fn option(self) -> Self {
        Self { text: format!("Option<{}>", self.text), ..self }
    }

    pub(crate) fn vec(self) -> Self {
        Self { text: format!("Vec<{}>", self.text), ..self }
    }
}

/// A type, and how it holds what is empty.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    pub(crate) ty: Type,
    pub(crate) empty: Empty,
}

/// How a type holds an empty field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Empty {
    /// Not at all: it is inside an `Option`, unless there is always a value.
    Not,
    /// Well enough, where a value is demanded: an empty text.
    Text,
    /// By itself: an empty list, or there is always a value.
    Itself,
}

/// What the output has for a field besides values: its enum, and the struct it is connected to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Own<'a> {
    pub(crate) choice: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
}

const JSON: &str = "knack_runtime::value::Json";

/// The type that a field is read as; `None` for what Knack never sends.
pub(crate) fn read(field: &FieldSchema, own: Own<'_>, wishes: Wishes) -> Option<Fit> {
    let fit = |ty, empty| Some(Fit { ty, empty });
    let value = |path| fit(Type::at(path), Empty::Not);
    match field.kind {
        FieldKind::SHORT_TEXT | FieldKind::PARAGRAPH_TEXT | FieldKind::RICH_TEXT => {
            fit(Type::plain("String"), Empty::Text)
        }
        FieldKind::CONCATENATION => fit(Type::plain("String"), Empty::Itself),
        FieldKind::MULTIPLE_CHOICE => {
            let option = own.choice.map_or_else(|| Type::plain("String"), Type::choice);
            if field.several { fit(option.vec(), Empty::Itself) } else { fit(option, Empty::Not) }
        }
        FieldKind::BOOLEAN => fit(Type::plain("bool"), Empty::Itself),
        FieldKind::AUTO_INCREMENT => fit(Type::plain("u64"), Empty::Itself),
        FieldKind::COUNT => fit(Type::plain("u64"), Empty::Not),
        FieldKind::CURRENCY if wishes.decimal => value("rust_decimal::Decimal"),
        FieldKind::NUMBER
        | FieldKind::SUM
        | FieldKind::AVERAGE
        | FieldKind::MIN
        | FieldKind::MAX
        | FieldKind::RATING
        | FieldKind::CURRENCY => fit(Type::plain("f64"), Empty::Not),
        FieldKind::EQUATION => fit(equation(field, wishes), Empty::Not),
        FieldKind::DATE_TIME => value(date(field, wishes)),
        FieldKind::TIMER => value(if wishes.jiff { "knack_runtime::value::WorkLog" } else { JSON }),
        FieldKind::NAME => value("knack_runtime::value::PersonName"),
        FieldKind::EMAIL => value("knack_runtime::value::EmailAddress"),
        FieldKind::PHONE => value("knack_runtime::value::PhoneNumber"),
        FieldKind::ADDRESS => value("knack_runtime::value::PostalAddress"),
        FieldKind::WEB_LINK => value("knack_runtime::value::WebAddress"),
        FieldKind::FILE => value("knack_runtime::value::UploadedFile"),
        FieldKind::IMAGE => value("knack_runtime::value::Picture"),
        FieldKind::SIGNATURE => value("knack_runtime::value::Drawing"),
        FieldKind::CONNECTION => match own.target.map(Type::link) {
            Some(link) if field.several => fit(link.vec(), Empty::Itself),
            Some(link) => fit(link, Empty::Not),
            // The object that it leads to is not in the schema.
            None => value(JSON),
        },
        FieldKind::PASSWORD => None,
        FieldKind::USER_ROLES => fit(Type::at("knack_runtime::key::ProfileKey").vec(), Empty::Itself),
        _ => value(JSON),
    }
}

/// The type that a new record's field is written as; `None` for what Knack computes.
pub(crate) fn written(field: &FieldSchema, own: Own<'_>, wishes: Wishes) -> Option<Type> {
    match field.kind {
        kind if !kind.is_writable() => None,
        FieldKind::PASSWORD => Some(Type::at("secrecy::SecretString")),
        FieldKind::IMAGE if text(field, "source") == "url" => Some(Type::plain("String")),
        FieldKind::FILE | FieldKind::IMAGE => Some(Type::at("knack_runtime::key::AssetId")),
        _ => read(field, own, wishes).map(|fit| fit.ty),
    }
}

fn date(field: &FieldSchema, wishes: Wishes) -> &'static str {
    if !wishes.jiff {
        return JSON;
    }
    let range = field.format.get("calendar").and_then(Value::as_bool).unwrap_or(false);
    match (range, text(field, "date_format"), text(field, "time_format")) {
        (true, ..) => "knack_runtime::value::Period",
        (_, "Ignore Date", _) => "jiff::civil::Time",
        (.., "Ignore Time") => "jiff::civil::Date",
        _ => "jiff::civil::DateTime",
    }
}

fn equation(field: &FieldSchema, wishes: Wishes) -> Type {
    match (text(field, "equation_type"), text(field, "date_result")) {
        ("date", _) if !wishes.jiff => Type::at(JSON),
        ("date", "date") => Type::at("jiff::civil::DateTime"),
        ("date", _) => Type::at("jiff::SignedDuration"),
        _ => Type::plain("f64"),
    }
}

fn text<'a>(field: &'a FieldSchema, name: &str) -> &'a str {
    field.format.get(name).and_then(Value::as_str).unwrap_or_default()
}
