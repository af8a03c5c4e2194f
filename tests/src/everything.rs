//! An application with a field of every kind, and structs of it.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use knack_emulator::{Builder, Emulator};
use knack_runtime::key::{AssetId, ProfileKey};
use knack_runtime::value::{
    AccountStatus, AppZone, Drawing, EmailAddress, InZone, Json, Period, PersonName, PhoneNumber, Picture,
    PostalAddress, UploadedFile, WebAddress, WorkLog,
};
use knack_runtime::{KnackChoice, KnackObject, Link, RecordId};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// The application's time zone.
#[derive(Debug)]
pub struct Central;

impl AppZone for Central {
    const NAME: &'static str = "Central Time (US & Canada)";
}

/// The options of a choice.
#[derive(Clone, Debug, PartialEq, KnackChoice)]
pub enum Color {
    /// Red.
    Red,
    /// Light blue.
    #[knack(option = "Light \"Blue\" & <more>")]
    LightBlue,
    /// What was added later.
    Other(String),
}

/// A record with a field of every kind.
#[derive(Clone, Debug, PartialEq, KnackObject)]
#[knack(object = "object_1")]
#[allow(missing_docs)]
pub struct Everything {
    #[knack(id)]
    pub id: RecordId,
    #[knack(key = "field_1", kind = "short_text")]
    pub short: Option<String>,
    #[knack(key = "field_2", kind = "paragraph_text")]
    pub paragraph: Option<String>,
    #[knack(key = "field_3", kind = "rich_text")]
    pub rich: Option<String>,
    #[knack(key = "field_4", kind = "multiple_choice")]
    pub color: Option<Color>,
    #[knack(key = "field_5", kind = "multiple_choice")]
    pub colors: Vec<Color>,
    #[knack(key = "field_6", kind = "boolean")]
    pub yes: bool,
    #[knack(key = "field_7", kind = "number")]
    pub whole: Option<i64>,
    #[knack(key = "field_8", kind = "number")]
    pub float: Option<f64>,
    #[knack(key = "field_9", kind = "currency")]
    pub money: Option<Decimal>,
    #[knack(key = "field_10", kind = "auto_increment")]
    pub number: u64,
    #[knack(key = "field_11", kind = "equation")]
    pub double: Option<f64>,
    #[knack(key = "field_12", kind = "concatenation")]
    pub formula: String,
    #[knack(key = "field_13", kind = "count")]
    pub count: u32,
    #[knack(key = "field_14", kind = "sum")]
    pub sum: f64,
    #[knack(key = "field_15", kind = "average")]
    pub average: Option<f64>,
    #[knack(key = "field_16", kind = "min")]
    pub min: Option<f64>,
    #[knack(key = "field_17", kind = "max")]
    pub max: Option<f64>,
    #[knack(key = "field_18", kind = "date_time")]
    pub day: Option<Date>,
    #[knack(key = "field_19", kind = "date_time")]
    pub moment: Option<DateTime>,
    #[knack(key = "field_20", kind = "date_time")]
    pub time: Option<Time>,
    #[knack(key = "field_21", kind = "date_time")]
    pub period: Option<Period>,
    #[knack(key = "field_22", kind = "date_time", date_format = "dd/mm/yyyy")]
    pub british: Option<DateTime>,
    #[knack(key = "field_37", kind = "date_time")]
    pub instant: Option<InZone<Central>>,
    #[knack(key = "field_23", kind = "timer")]
    pub timer: Option<WorkLog>,
    #[knack(key = "field_24", kind = "name")]
    pub name: Option<PersonName>,
    #[knack(key = "field_25", kind = "email")]
    pub email: Option<EmailAddress>,
    #[knack(key = "field_26", kind = "phone")]
    pub phone: Option<PhoneNumber>,
    #[knack(key = "field_27", kind = "address")]
    pub address: Option<PostalAddress>,
    #[knack(key = "field_28", kind = "link")]
    pub link: Option<WebAddress>,
    #[knack(key = "field_29", kind = "file")]
    pub file: Option<UploadedFile>,
    #[knack(key = "field_30", kind = "image")]
    pub upload: Option<Picture>,
    #[knack(key = "field_31", kind = "image")]
    pub picture: Option<Picture>,
    #[knack(key = "field_32", kind = "signature")]
    pub signature: Option<Drawing>,
    #[knack(key = "field_33", kind = "rating")]
    pub rating: Option<f64>,
    #[knack(key = "field_34", kind = "connection")]
    pub one: Option<Link<Part>>,
    #[knack(key = "field_35", kind = "connection")]
    pub many: Vec<Link<Part>>,
    #[knack(key = "field_36", kind = "unknown")]
    pub hologram: Option<Json>,
    #[knack(key = "field_38", kind = "equation")]
    pub lasted: Option<SignedDuration>,
}

/// What can be written of a new [`Everything`].
#[derive(Clone, Debug, KnackObject)]
#[knack(object = "object_1", create)]
#[allow(missing_docs)]
pub struct NewEverything {
    #[knack(key = "field_1", kind = "short_text")]
    pub short: Option<String>,
    #[knack(key = "field_2", kind = "paragraph_text")]
    pub paragraph: Option<String>,
    #[knack(key = "field_3", kind = "rich_text")]
    pub rich: Option<String>,
    #[knack(key = "field_4", kind = "multiple_choice")]
    pub color: Option<Color>,
    #[knack(key = "field_5", kind = "multiple_choice")]
    pub colors: Vec<Color>,
    #[knack(key = "field_6", kind = "boolean")]
    pub yes: bool,
    #[knack(key = "field_7", kind = "number")]
    pub whole: Option<i64>,
    #[knack(key = "field_8", kind = "number")]
    pub float: Option<f64>,
    #[knack(key = "field_9", kind = "currency")]
    pub money: Option<Decimal>,
    #[knack(key = "field_18", kind = "date_time")]
    pub day: Option<Date>,
    #[knack(key = "field_19", kind = "date_time")]
    pub moment: Option<DateTime>,
    #[knack(key = "field_20", kind = "date_time")]
    pub time: Option<Time>,
    #[knack(key = "field_21", kind = "date_time")]
    pub period: Option<Period>,
    #[knack(key = "field_22", kind = "date_time", date_format = "dd/mm/yyyy")]
    pub british: Option<DateTime>,
    #[knack(key = "field_37", kind = "date_time")]
    pub instant: Option<InZone<Central>>,
    #[knack(key = "field_23", kind = "timer")]
    pub timer: Option<WorkLog>,
    #[knack(key = "field_24", kind = "name")]
    pub name: Option<PersonName>,
    #[knack(key = "field_25", kind = "email")]
    pub email: Option<EmailAddress>,
    #[knack(key = "field_26", kind = "phone")]
    pub phone: Option<PhoneNumber>,
    #[knack(key = "field_27", kind = "address")]
    pub address: Option<PostalAddress>,
    #[knack(key = "field_28", kind = "link")]
    pub link: Option<WebAddress>,
    #[knack(key = "field_29", kind = "file")]
    pub file: Option<AssetId>,
    #[knack(key = "field_30", kind = "image")]
    pub upload: Option<AssetId>,
    #[knack(key = "field_31", kind = "image")]
    pub picture: Option<Picture>,
    #[knack(key = "field_32", kind = "signature")]
    pub signature: Option<Drawing>,
    #[knack(key = "field_33", kind = "rating")]
    pub rating: Option<f64>,
    #[knack(key = "field_34", kind = "connection")]
    pub one: Option<Link<Part>>,
    #[knack(key = "field_35", kind = "connection")]
    pub many: Vec<Link<Part>>,
    #[knack(key = "field_36", kind = "unknown")]
    pub hologram: Option<Json>,
}

/// A part of an [`Everything`].
#[derive(Clone, Debug, PartialEq, KnackObject)]
#[knack(object = "object_2")]
pub struct Part {
    /// The record's id.
    #[knack(id)]
    pub id: RecordId,
    /// What other records call it.
    #[knack(key = "field_50", kind = "short_text")]
    pub name: String,
    /// How heavy it is.
    #[knack(key = "field_51", kind = "number")]
    pub weight: Option<f64>,
    /// What it is a part of.
    #[knack(key = "field_52", kind = "connection")]
    pub whole: Option<Link<Everything>>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, KnackObject)]
#[knack(object = "object_3")]
pub struct Account {
    /// The name.
    #[knack(key = "field_60", kind = "name")]
    pub name: Option<PersonName>,
    /// May the account log in?
    #[knack(key = "field_63", kind = "multiple_choice")]
    pub status: Option<AccountStatus>,
    /// The roles.
    #[knack(key = "field_64", kind = "user_roles")]
    pub roles: Vec<ProfileKey>,
    /// Stars: Knack never sends it.
    #[knack(key = "field_62", kind = "password")]
    pub password: Option<Json>,
}

/// A local Knack with the application, and no records.
pub fn everything() -> Builder {
    Emulator::builder().application(application())
}

/// The dump of the application.
#[allow(clippy::too_many_lines, reason = "one line a field")]
pub fn application() -> Value {
    let field = |key: u32, name: &str, kind: &str, rest: Value| {
        let mut field = json!({ "key": format!("field_{key}"), "name": name, "type": kind, "required": false, "unique": false });
        if let (Some(field), Some(rest)) = (field.as_object_mut(), rest.as_object()) {
            field.extend(rest.clone());
        }
        field
    };
    let plain = |key, name, kind| field(key, name, kind, json!({}));
    let date = |key, name, format: Value| field(key, name, "date_time", json!({ "format": format }));
    let total = |key, name, kind| {
        field(
            key,
            name,
            kind,
            json!({ "format": { "connection": { "key": "field_52" }, "field": { "key": "field_51" },
            "formula_field": "field_52.field_51", "filters": [], "mark_decimal": "none", "precision": "2" } }),
        )
    };
    let to =
        |has: &str| json!({ "relationship": { "object": "object_2", "has": has, "belongs_to": "many" } });
    json!({ "application": {
        "id": "5f00000000000000000000ee", "name": "Everything",
        "settings": { "timezone": "Central Time (US & Canada)" },
        "objects": [
            { "key": "object_1", "name": "Everything", "identifier": "field_1", "fields": [
                plain(1, "Short", "short_text"),
                plain(2, "Paragraph", "paragraph_text"),
                plain(3, "Rich", "rich_text"),
                field(4, "Color", "multiple_choice", json!({ "format": { "type": "single", "options": Color::OPTIONS } })),
                field(5, "Colors", "multiple_choice", json!({ "format": { "type": "multi", "options": Color::OPTIONS } })),
                plain(6, "Yes", "boolean"),
                field(7, "Whole", "number", json!({ "format": { "mark_decimal": "none" } })),
                field(8, "Float", "number", json!({ "format": { "mark_decimal": "period", "precision": "4" } })),
                field(9, "Money", "currency", json!({ "format": { "format": "€" } })),
                plain(10, "Number", "auto_increment"),
                field(11, "Double", "equation", json!({ "format": { "equation": "{field_7} * 2", "equation_type": "numeric" } })),
                field(12, "Formula", "concatenation", json!({ "format": { "equation": "No. {field_10}: left({field_1}, 3)" } })),
                field(13, "Count", "count", json!({ "format": { "connection": "field_52", "filters": [] } })),
                total(14, "Sum", "sum"),
                total(15, "Average", "average"),
                total(16, "Min", "min"),
                total(17, "Max", "max"),
                date(18, "Day", json!({ "date_format": "mm/dd/yyyy", "time_format": "Ignore Time" })),
                date(19, "Moment", json!({ "date_format": "mm/dd/yyyy", "time_format": "HH:MM am" })),
                date(20, "Time", json!({ "date_format": "Ignore Date", "time_format": "HH MM (military)" })),
                date(21, "Period", json!({ "date_format": "M D, yyyy", "time_format": "HH:MM am", "calendar": true })),
                date(22, "British", json!({ "date_format": "dd/mm/yyyy", "time_format": "HH MM (military)" })),
                date(37, "Instant", json!({ "date_format": "mm/dd/yyyy", "time_format": "HH:MM am" })),
                field(23, "Timer", "timer", json!({ "format": { "total_format": "from-to", "date_format": "mm/dd/yyyy" } })),
                field(24, "Name", "name", json!({ "format": { "format": "Title First Last" } })),
                field(25, "Email", "email", json!({ "format": { "text_format": "unique" } })),
                field(26, "Phone", "phone", json!({ "format": { "format": "any", "extension": true } })),
                field(27, "Address", "address", json!({ "format": { "format": "international_country", "input": "address" } })),
                field(28, "Link", "link", json!({ "format": { "text_format": "unique" } })),
                field(29, "File", "file", json!({ "format": { "secure": false } })),
                field(30, "Upload", "image", json!({ "format": { "source": "upload" } })),
                field(31, "Picture", "image", json!({ "format": { "source": "url" } })),
                plain(32, "Signature", "signature"),
                field(33, "Rating", "rating", json!({ "format": { "max": "5", "allow_half": true } })),
                field(34, "One", "connection", to("one")),
                field(35, "Many", "connection", to("many")),
                plain(36, "Hologram", "hologram"),
                field(38, "Lasted", "equation", json!({ "format": { "equation": "{field_19} - {field_18}",
                    "equation_type": "date", "date_type": "hours", "date_result": "number" } })),
            ] },
            { "key": "object_2", "name": "Parts", "identifier": "field_50", "fields": [
                plain(50, "Name", "short_text"),
                plain(51, "Weight", "number"),
                field(52, "Whole", "connection", json!({ "relationship": { "object": "object_1", "has": "one", "belongs_to": "many" } })),
            ] },
            { "key": "object_3", "name": "Accounts", "type": "UserObject", "profile_key": "all_users", "fields": [
                plain(60, "Name", "name"),
                plain(61, "Email", "email"),
                plain(62, "Password", "password"),
                field(63, "User Status", "multiple_choice", json!({ "format": { "options": ["active", "inactive", "pending approval"], "default": "active" } })),
                plain(64, "User Roles", "user_roles"),
            ] },
        ],
    } })
}
