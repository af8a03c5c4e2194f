//! An application as its metadata describes it: objects, fields, kinds, pages, the time zone. With the feature
//! `schema`.
//!
//! It is read from a dump, or from the folder `.knack/` that `cargo knack pull` makes of one and that is
//! committed: [`Application::read_folder`] and [`Application::folder`], without I/O.
//!
//! Dumps of many ages and shapes are read: what is missing, null or of an unexpected type has a default,
//! and a kind that is not known yet is [`FieldKind::UNKNOWN`]. What programs do not need (accounts,
//! scripts, rules, designs) is passed over: dumps hold data of their owners.

use std::fmt;

use serde_json::{Map, Value};

use crate::key::{ApplicationId, FieldKey, ObjectKey, ProfileKey};
use crate::kind::FieldKind;
use crate::object::DateOrder;
#[cfg(feature = "jiff")]
use crate::zone::Zone;

mod folder;
mod pages;
mod settings;

pub use folder::FOLDER_FORMAT;
pub use pages::{Access, SceneSchema, ViewItem, ViewSchema};

/// An application: the answer to `GET /v1/applications/{id}`, which needs no key.
///
/// ```
/// use knack_core::kind::FieldKind;
/// use knack_core::schema::Application;
///
/// let dump = br#"{"application":{"id":"5d79512148c4af00106d1507","name":"Shop",
///     "settings":{"timezone":"Central Time (US & Canada)"},
///     "objects":[{"key":"object_3","name":"Customers","fields":[
///         {"key":"field_7","name":"City","type":"short_text","required":true,"rules":null}]}]}}"#;
/// let shop = Application::read(dump)?;
/// let customers = shop.object("Customers").unwrap();
/// assert_eq!(customers.key.to_string(), "object_3");
/// let city = customers.field("City").unwrap();
/// assert_eq!((city.kind, city.required), (FieldKind::SHORT_TEXT, true));
/// # Ok::<(), knack_core::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Application {
    /// The application's id, if the dump has one that is right.
    pub id: Option<ApplicationId>,
    /// Its name.
    pub name: String,
    /// Its time zone, by the name in its settings; see [`zone`](Self::zone).
    pub time_zone: Option<String>,
    /// Its objects, in the order of the dump.
    pub objects: Vec<ObjectSchema>,
    /// Its pages, in the order of the dump.
    pub scenes: Vec<SceneSchema>,
    /// The views on its pages, in the order of the dump.
    pub views: Vec<ViewSchema>,
}

/// An object (a table).
///
/// ```
/// use knack_core::schema::{Application, ObjectSchema};
///
/// /// The fields that a new record must have.
/// fn demanded(object: &ObjectSchema) -> Vec<&str> {
///     object.fields.iter().filter(|field| field.required).map(|field| field.name.as_str()).collect()
/// }
/// # let dump = br#"{"objects":[{"key":"object_1","fields":[{"key":"field_1","name":"A","required":true}]}]}"#;
/// # assert_eq!(demanded(&Application::read(dump)?.objects[0]), ["A"]);
/// # Ok::<(), knack_core::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectSchema {
    /// Its key.
    pub key: ObjectKey,
    /// Its name.
    pub name: String,
    /// The field by which other records name its records.
    pub identifier: Option<FieldKey>,
    /// The role that its records stand for, if it is an object of users.
    pub profile: Option<ProfileKey>,
    /// Its fields, in the order of the dump.
    pub fields: Vec<FieldSchema>,
}

/// A field.
///
/// ```
/// use knack_core::kind::FieldKind;
/// use knack_core::schema::{Application, FieldSchema};
///
/// fn choices(field: &FieldSchema) -> Option<&[String]> {
///     (field.kind == FieldKind::MULTIPLE_CHOICE).then_some(&field.options)
/// }
/// # let dump = br#"{"objects":[{"key":"object_1","fields":[
/// #     {"key":"field_1","type":"multiple_choice","format":{"options":["A","B"],"type":"multi"}}]}]}"#;
/// # let app = Application::read(dump)?;
/// # assert_eq!(choices(&app.objects[0].fields[0]).unwrap(), ["A", "B"]);
/// # assert!(app.objects[0].fields[0].several);
/// # Ok::<(), knack_core::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "settings that have nothing to do with each other")]
pub struct FieldSchema {
    /// Its key.
    pub key: FieldKey,
    /// Its label.
    pub name: String,
    /// Its kind; [`FieldKind::UNKNOWN`] for one that this version does not know.
    pub kind: FieldKind,
    /// The kind as the dump calls it.
    pub kind_name: String,
    /// Whether Knack demands a value.
    pub required: bool,
    /// Whether no two records may have the same value.
    pub unique: bool,
    /// Whether it holds several choices or connections.
    pub several: bool,
    /// The options of a choice.
    pub options: Vec<String>,
    /// The object that a connection leads to.
    pub target: Option<ObjectKey>,
    /// Whether several records may be connected to the same record: in Knack's words, whether the target
    /// has many of this object.
    pub shared: bool,
    /// In which order a date field takes day and month.
    pub date_order: DateOrder,
    /// Its format, as far as it says what values are like: options, formulas, formats of dates and numbers.
    pub format: Map<String, Value>,
}

/// A dump that is none, or a folder that cannot be read.
///
/// ```
/// use knack_core::schema::Application;
///
/// let error = Application::read(b"{\"objects\":").unwrap_err();
/// assert_eq!(error.to_string(), "the metadata is no JSON: EOF while parsing a value at line 1 column 11");
///
/// let newer = [("app.json", "{\"knack\": 2, \"objects\": []}")];
/// let error = Application::read_folder(newer).unwrap_err();
/// assert!(error.to_string().contains("format 2, this version reads up to 1: update"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SchemaError {
    /// It is no JSON.
    Json(serde_json::Error),
    /// It has no list of objects.
    NoObjects,
    /// A file of the folder is no JSON.
    File {
        /// Its path in the folder.
        path: String,
        /// Where it breaks off.
        source: serde_json::Error,
    },
    /// A file that the folder speaks of is not there.
    Missing {
        /// Its path in the folder.
        path: String,
    },
    /// The folder's `app.json` does not say that it is one.
    NoFormat,
    /// The folder was written by a newer version.
    Newer {
        /// The folder's format.
        found: u64,
    },
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "the metadata is no JSON: {error}"),
            Self::NoObjects => f.write_str(
                "the metadata has no list of `objects`: is this the answer to `GET /v1/applications/{id}`?",
            ),
            Self::File { path, source } => write!(
                f,
                "`{path}` is no JSON: {source}; a merge may have broken it, and `cargo knack pull` writes it anew"
            ),
            Self::Missing { path } => write!(f, "`{path}` is missing; `cargo knack pull` writes it anew"),
            Self::NoFormat => f.write_str(
                "`app.json` has no number `knack` of its format: is this a folder that `cargo knack pull` made? \
                 If so, remove that file and pull again",
            ),
            Self::Newer { found } => write!(
                f,
                "the folder has format {found}, this version reads up to {FOLDER_FORMAT}: update cargo-knack"
            ),
        }
    }
}

impl std::error::Error for SchemaError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(source) | Self::File { source, .. } => Some(source),
            Self::NoObjects | Self::Missing { .. } | Self::NoFormat | Self::Newer { .. } => None,
        }
    }
}

impl From<serde_json::Error> for SchemaError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl Application {
    /// Reads a dump, with or without its outer `application`. Entries that are no objects or fields, or
    /// have no key, are left out.
    pub fn read(dump: &[u8]) -> Result<Self, SchemaError> {
        let dump: Value = serde_json::from_slice(dump.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(dump))?;
        Self::of(&dump)
    }

    /// Reads a dump that is parsed already.
    ///
    /// ```
    /// use knack_core::schema::Application;
    ///
    /// let dump = serde_json::json!({ "name": "Shop", "objects": [] });
    /// assert_eq!(Application::of(&dump)?.name, "Shop");
    /// # Ok::<(), knack_core::schema::SchemaError>(())
    /// ```
    pub fn of(dump: &Value) -> Result<Self, SchemaError> {
        let app = dump.get("application").unwrap_or(dump);
        let objects = app.get("objects").and_then(Value::as_array).ok_or(SchemaError::NoObjects)?;
        let zone = text(app, "/settings/timezone");
        let (scenes, views) = pages::read(app);
        Ok(Self {
            id: text(app, "/id").parse().ok(),
            name: text(app, "/name").to_owned(),
            time_zone: Some(zone.to_owned()).filter(|zone| !zone.is_empty()),
            objects: objects.iter().filter_map(ObjectSchema::of).collect(),
            scenes,
            views,
        })
    }

    /// The object with this name or key.
    pub fn object(&self, name_or_key: &str) -> Option<&ObjectSchema> {
        // Somebody may name one as another's key is: keys go first.
        let key = name_or_key.parse().ok();
        let by_key = self.objects.iter().find(|object| Some(object.key) == key);
        by_key.or_else(|| self.objects.iter().find(|object| object.name == name_or_key))
    }

    /// The application's time zone; `None` if it tells none that is known.
    ///
    /// ```
    /// use knack_core::schema::Application;
    ///
    /// let shop = Application::read(br#"{"objects":[],"settings":{"timezone":"Tokyo"}}"#)?;
    /// assert_eq!(shop.zone().unwrap().to_string(), "Asia/Tokyo");
    /// # Ok::<(), knack_core::schema::SchemaError>(())
    /// ```
    #[cfg(feature = "jiff")]
    pub fn zone(&self) -> Option<Zone> {
        self.time_zone.as_ref()?.parse().ok()
    }
}

impl ObjectSchema {
    fn of(object: &Value) -> Option<Self> {
        Some(Self {
            key: text(object, "/key").parse().ok()?,
            name: text(object, "/name").to_owned(),
            identifier: text(object, "/identifier").parse().ok(),
            profile: text(object, "/profile_key").parse().ok(),
            fields: list(object, "/fields").filter_map(FieldSchema::of).collect(),
        })
    }

    /// The field with this label or key.
    pub fn field(&self, name_or_key: &str) -> Option<&FieldSchema> {
        let key = name_or_key.parse().ok();
        let by_key = self.fields.iter().find(|field| Some(field.key) == key);
        by_key.or_else(|| self.fields.iter().find(|field| field.name == name_or_key))
    }
}

impl FieldSchema {
    fn of(field: &Value) -> Option<Self> {
        let kind_name = text(field, "/type");
        let several = text(field, "/relationship/has") == "many"
            || matches!(text(field, "/format/type"), "multi" | "checkboxes");
        Some(Self {
            key: text(field, "/key").parse().ok()?,
            name: text(field, "/name").to_owned(),
            kind: kind_name.parse().unwrap_or(FieldKind::UNKNOWN),
            kind_name: kind_name.to_owned(),
            required: flag(field, "/required"),
            unique: flag(field, "/unique"),
            several,
            options: list(field, "/format/options").filter_map(Value::as_str).map(str::to_owned).collect(),
            target: text(field, "/relationship/object").parse().ok(),
            shared: field.get("relationship").is_some_and(Value::is_object)
                && text(field, "/relationship/belongs_to") != "one",
            date_order: match text(field, "/format/date_format") {
                "dd/mm/yyyy" => DateOrder::DayFirst,
                _ => DateOrder::MonthFirst,
            },
            format: settings::kept(field.get("format"), settings::FORMAT),
        })
    }
}

/// The text at a place, empty where there is none.
fn text<'a>(value: &'a Value, place: &str) -> &'a str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

fn flag(value: &Value, place: &str) -> bool {
    value.pointer(place).and_then(Value::as_bool).unwrap_or(false)
}

fn list<'a>(value: &'a Value, place: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.pointer(place).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn odd_metadata_is_survived() {
        let app = Application::of(&json!({
            "id": 7, "name": null, "settings": [], "counts": {"total_entries": -10_321},
            "objects": [null, 1, {"name": "no key"}, {"key": "object_01"}, {"key": "object_1", "fields": null},
                {"key": "object_2", "name": "Things", "identifier": "field_2", "profile_key": "profile_4", "fields": [
                    null,
                    {"key": "field_1", "type": "hologram", "format": "", "rules": null, "validation": null},
                    {"key": "field_2", "name": "To", "type": "connection", "required": null, "unique": true,
                        "relationship": {"object": "object_9", "has": "many"}},
                    {"key": "field_3", "type": "date_time", "format": {"date_format": "dd/mm/yyyy"}},
                    {"key": "field_4", "type": "multiple_choice", "format": {"options": ["A", null, "B"]}}]}],
        }))
        .unwrap();
        assert_eq!(
            (app.id, app.name.as_str(), app.time_zone.as_deref(), app.objects.len()),
            (None, "", None, 2)
        );
        let things = app.object("Things").unwrap();
        assert_eq!(app.object("object_2"), Some(things));
        assert_eq!(things.identifier, Some(FieldKey::new(2)));
        assert_eq!(things.profile, Some(ProfileKey::new(4)));
        let [hologram, to, date, choice] = &*things.fields else { panic!("{things:?}") };
        assert_eq!((hologram.kind, hologram.kind_name.as_str()), (FieldKind::UNKNOWN, "hologram"));
        assert_eq!(
            (to.target, to.several, to.unique, to.required),
            (Some(ObjectKey::new(9)), true, true, false)
        );
        assert_eq!(date.date_order, DateOrder::DayFirst);
        assert_eq!(choice.options, ["A", "B"]);
        assert_eq!(things.field("To"), Some(to));
    }

    #[test]
    fn what_is_no_dump_is_an_error() {
        for dump in ["", "[]", "null", "{}", r#"{"application":null}"#, r#"{"objects":{}}"#, "<html>"] {
            assert!(Application::read(dump.as_bytes()).is_err(), "{dump}");
        }
        assert!(Application::read("[".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Application::read(&bytes);
        }
    }
}
