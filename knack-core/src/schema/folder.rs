//! The folder `.knack/`: an application as small text files that make small differences.
//!
//! The files are in the shape of Knack's own metadata, less what programs do not need: one field, page or
//! column a line, sorted by the numbers of their keys, nothing that says nothing. So a dump and a folder are
//! read by the same code.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::{Value, json};

use super::settings::{quoted, sorted_object};
use super::{
    Access, Application, FieldSchema, ObjectSchema, SceneSchema, SchemaError, ViewItem, ViewSchema, text,
};
use crate::kind::FieldKind;

/// The format of the folder that this version writes, and the newest that it reads.
///
/// ```
/// use knack_core::schema::{Application, FOLDER_FORMAT};
///
/// let files = Application::read(br#"{"objects":[]}"#)?.folder();
/// assert!(files["app.json"].contains(&format!("\"knack\": {FOLDER_FORMAT}")));
/// # Ok::<(), knack_core::schema::SchemaError>(())
/// ```
pub const FOLDER_FORMAT: u64 = 1;

const INDEX: &str = "app.json";
const PAGES: &str = "scenes.json";

impl Application {
    /// The files of the folder `.knack/`, by their paths in it: an index, a file for each object, the pages
    /// in one, and a file for each view.
    ///
    /// ```
    /// use knack_core::schema::Application;
    ///
    /// let dump = br#"{"name":"Shop","objects":[{"key":"object_3","name":"Customers","identifier":"field_7",
    ///     "fields":[{"key":"field_7","name":"Company","type":"short_text","required":true,"rules":null}]}]}"#;
    /// let files = Application::read(dump)?.folder();
    /// assert_eq!(files["objects/object_3.json"], r#"{
    ///   "key": "object_3",
    ///   "name": "Customers",
    ///   "identifier": "field_7",
    ///   "fields": [
    ///     {"key":"field_7","name":"Company","type":"short_text","required":true}
    ///   ]
    /// }
    /// "#);
    /// # Ok::<(), knack_core::schema::SchemaError>(())
    /// ```
    pub fn folder(&self) -> BTreeMap<String, String> {
        let objects = by_key(&self.objects, |object| object.key);
        let scenes = by_key(&self.scenes, |scene| scene.key);
        let views = by_key(&self.views, |view| view.key);
        let mut files = BTreeMap::from([
            (INDEX.to_owned(), self.index(&objects)),
            (PAGES.to_owned(), Entries::default().lines("scenes", scenes.iter().map(|s| s.line())).file()),
        ]);
        files.extend(objects.into_iter().map(|object| (object_path(object.key), object.file())));
        files.extend(views.into_iter().map(|view| (view_path(view.key), view.file(self))));
        files
    }

    /// Reads the files of a folder `.knack/`, given by their paths in it. Others may be among them.
    ///
    /// ```
    /// use knack_core::schema::Application;
    ///
    /// let dump = br#"{"objects":[{"key":"object_3","name":"Customers","fields":[]}]}"#;
    /// let app = Application::read(dump)?;
    /// assert_eq!(Application::read_folder(app.folder())?, app);
    /// # Ok::<(), knack_core::schema::SchemaError>(())
    /// ```
    pub fn read_folder<P: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Result<Self, SchemaError> {
        Self::of(&Self::dump_of_folder(files)?)
    }

    /// The dump that a folder `.knack/` was made of, as far as the folder has it, for programs that read
    /// dumps themselves: a local Knack.
    ///
    /// ```
    /// use knack_core::schema::Application;
    ///
    /// let dump = br#"{"name":"Shop","objects":[{"key":"object_3","name":"Customers","fields":[]}]}"#;
    /// let again = Application::dump_of_folder(Application::read(dump)?.folder())?;
    /// assert_eq!(again["objects"][0]["name"], "Customers");
    /// # Ok::<(), knack_core::schema::SchemaError>(())
    /// ```
    pub fn dump_of_folder<P: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Result<Value, SchemaError> {
        let files: Vec<_> = files.into_iter().collect();
        let files = files.iter().map(|(path, text)| (path.as_ref(), text.as_ref())).collect();
        let mut app = json_of(&files, INDEX)?;
        match app.get("knack").and_then(Value::as_u64) {
            Some(found) if found > FOLDER_FORMAT => return Err(SchemaError::Newer { found }),
            Some(_) => {}
            None => return Err(SchemaError::NoFormat),
        }
        let mut pages = if files.contains_key(PAGES) { json_of(&files, PAGES)? } else { json!({}) };
        replace(app.get_mut("objects"), |object| json_of(&files, &object_path(text(object, "/key"))))?;
        for scene in pages.get_mut("scenes").and_then(Value::as_array_mut).into_iter().flatten() {
            replace(scene.get_mut("views"), |view| {
                json_of(&files, &view_path(view.as_str().unwrap_or_default()))
            })?;
        }
        if let (Some(app), Some(scenes)) = (app.as_object_mut(), pages.get_mut("scenes")) {
            app.insert("scenes".to_owned(), scenes.take());
        }
        Ok(app)
    }

    fn index(&self, objects: &[&ObjectSchema]) -> String {
        let settings = self.time_zone.as_ref().map(|zone| format!("{{\"timezone\":{}}}", quoted(zone)));
        let line = |object: &&ObjectSchema| Entries::of(object.key).text("name", &object.name).line();
        Entries::default()
            .json("knack", Some(FOLDER_FORMAT.to_string()))
            .key("id", self.id)
            .text("name", &self.name)
            .json("settings", settings)
            .lines("objects", objects.iter().map(line))
            .file()
    }
}

fn object_path(key: impl Display) -> String {
    format!("objects/{key}.json")
}

fn view_path(key: impl Display) -> String {
    format!("views/{key}.json")
}

fn json_of(files: &BTreeMap<&str, &str>, path: &str) -> Result<Value, SchemaError> {
    let missing = || SchemaError::Missing { path: path.to_owned() };
    let text = files.get(path).ok_or_else(missing)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|source| SchemaError::File { path: path.to_owned(), source })
}

/// Puts what stands in a file of its own in the place of each item of a list.
fn replace(
    items: Option<&mut Value>,
    whole: impl Fn(&Value) -> Result<Value, SchemaError>,
) -> Result<(), SchemaError> {
    for item in items.and_then(Value::as_array_mut).into_iter().flatten() {
        *item = whole(item)?;
    }
    Ok(())
}

/// Sorted by key; of those with the same key, the first.
fn by_key<T, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> Vec<&T> {
    let mut sorted: BTreeMap<K, &T> = BTreeMap::new();
    for item in items {
        sorted.entry(key(item)).or_insert(item);
    }
    sorted.into_values().collect()
}

impl ObjectSchema {
    fn file(&self) -> String {
        Entries::of(self.key)
            .text("name", &self.name)
            .key("identifier", self.identifier)
            .key("profile_key", self.profile)
            .lines("fields", by_key(&self.fields, |field| field.key).into_iter().map(FieldSchema::line))
            .file()
    }
}

impl FieldSchema {
    fn line(&self) -> String {
        Entries::of(self.key)
            .text("name", &self.name)
            .text("type", &self.kind_name)
            .flag("required", self.required)
            .flag("unique", self.unique)
            .json("relationship", self.relationship())
            .object("format", &self.format)
            .line()
    }

    fn relationship(&self) -> Option<String> {
        let number = |many| if many { "many" } else { "one" };
        let connects = self.kind == FieldKind::CONNECTION || self.target.is_some();
        connects.then(|| {
            let sides =
                Entries::default().text("belongs_to", number(self.shared)).text("has", number(self.several));
            sides.key("object", self.target).line()
        })
    }
}

impl SceneSchema {
    fn line(&self) -> String {
        Entries::of(self.key)
            .text("name", &self.name)
            .text("slug", &self.slug)
            .text("type", &self.kind)
            .text("parent", self.parent.as_deref().unwrap_or_default())
            .key("object", self.object)
            .flag("authenticated", self.authenticated)
            .keys("allowed_profiles", &self.allowed_profiles)
            .keys("views", &self.views)
            .line()
    }
}

impl ViewSchema {
    /// Who may see it and whose record it is about, the pages tell as well: here they stand for a struct of the
    /// view, which is built anew for a change of this file and not for one of any page.
    fn file(&self, app: &Application) -> String {
        let access = app.page(self).map(|page| match app.access(page) {
            Access::Everybody => "public",
            Access::Users | Access::Roles(_) => "login",
        });
        let under = app
            .page_of_record(self)
            .map(|page| Entries::default().text("slug", &page.slug).key("object", page.object).line());
        let options = self.inline_editing.then(|| r#"{"cell_editor":true}"#.to_owned());
        Entries::of(self.key)
            .text("name", &self.name)
            .text("type", &self.kind)
            .key("scene", Some(self.scene))
            .text("access", access.unwrap_or_default())
            .json("under", under)
            .text("title", &self.title)
            .text("action", self.action.as_deref().unwrap_or_default())
            .object("source", &self.source)
            .json("options", options)
            .some_lines("columns", self.columns.iter().map(|column| column.line("header")))
            .some_lines("inputs", self.inputs.iter().map(|input| input.line("label")))
            .file()
    }
}

impl ViewItem {
    fn line(&self, label: &'static str) -> String {
        let connection = self.connection.map(|key| Entries::of(key).line());
        Entries::default()
            .key("key", self.field)
            .text(label, &self.label)
            .text("type", &self.kind)
            .json("connection", connection)
            .line()
    }
}

/// The entries of a JSON object, in the order in which they are given, without those that say nothing.
#[derive(Default)]
struct Entries(Vec<(&'static str, String)>);

impl Entries {
    fn of(key: impl Display) -> Self {
        Self::default().key("key", Some(key))
    }

    fn json(mut self, name: &'static str, json: Option<String>) -> Self {
        self.0.extend(json.map(|json| (name, json)));
        self
    }

    fn text(self, name: &'static str, text: &str) -> Self {
        self.json(name, (!text.is_empty()).then(|| quoted(text)))
    }

    fn key(self, name: &'static str, key: Option<impl Display>) -> Self {
        self.json(name, key.map(|key| quoted(&key.to_string())))
    }

    fn keys(self, name: &'static str, keys: &[impl Display]) -> Self {
        let keys: Vec<_> = keys.iter().map(|key| quoted(&key.to_string())).collect();
        self.json(name, (!keys.is_empty()).then(|| format!("[{}]", keys.join(","))))
    }

    fn flag(self, name: &'static str, set: bool) -> Self {
        self.json(name, set.then(|| "true".to_owned()))
    }

    fn object(self, name: &'static str, object: &serde_json::Map<String, Value>) -> Self {
        self.json(name, (!object.is_empty()).then(|| sorted_object(object)))
    }

    /// A list with one item a line.
    fn lines(self, name: &'static str, lines: impl Iterator<Item = String>) -> Self {
        let lines: Vec<_> = lines.map(|line| format!("\n    {line}")).collect();
        let end = if lines.is_empty() { "" } else { "\n  " };
        self.json(name, Some(format!("[{}{end}]", lines.join(","))))
    }

    /// Such a list, if it has items.
    fn some_lines(self, name: &'static str, lines: impl Iterator<Item = String>) -> Self {
        let mut lines = lines.peekable();
        if lines.peek().is_some() { self.lines(name, lines) } else { self }
    }

    /// All in one line.
    fn line(self) -> String {
        let entries = self.0.into_iter().map(|(name, json)| format!("\"{name}\":{json}"));
        format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
    }

    /// One a line.
    fn file(self) -> String {
        let entries = self.0.into_iter().map(|(name, json)| format!("  \"{name}\": {json}"));
        format!("{{\n{}\n}}\n", entries.collect::<Vec<_>>().join(",\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shop() -> Application {
        Application::of(&json!({"application": {
            "id": "5d79512148c4af00106d1507", "name": "The \"Shop\"",
            "account": {"owner": "ann@example.com"}, "counts": {"total_entries": -10_321},
            "settings": {"timezone": "Central Time (US & Canada)", "ip_whitelist": null},
            "objects": [
                {"key": "object_10", "name": "Users", "profile_key": "profile_3", "tasks": null, "fields": null},
                {"key": "object_2", "name": "Orders", "identifier": "field_5", "fields": [
                    {"key": "field_11", "name": "Born", "type": "date_time", "rules": null, "format":
                        {"date_format": "dd/mm/yyyy", "time_format": "Ignore Time", "calendar": false}},
                    {"key": "field_5", "name": "No.", "type": "auto_increment", "required": null, "format": ""},
                    {"key": "field_6", "name": "Status", "type": "multiple_choice", "unique": true,
                        "format": {"options": ["New", "Open"], "type": "single", "blank": "Select..."}},
                    {"key": "field_7", "type": "hologram", "required": true},
                    {"key": "field_9", "name": "Whose", "type": "connection", "required": false,
                        "relationship": {"object": "object_10", "has": "many", "belongs_to": "one"}}]}],
            "scenes": [
                {"key": "scene_4", "slug": "orders", "parent": "whose", "object": "object_2", "views": [
                    {"key": "view_7", "name": "Orders", "type": "table", "rules": {"records": [1]},
                        "source": {"object": "object_2", "connection_key": "field_9", "criteria": {"rules": []},
                            "parent_source": {"object": "object_10"}, "limit": ""},
                        "options": {"cell_editor": true}, "columns": [
                            {"type": "field", "field": {"key": "field_5"}, "header": "Number"},
                            {"type": "field", "field": {"key": "field_8"}, "connection": {"key": "field_9"}}]}]},
                {"key": "scene_5", "slug": "whose", "parent": "home", "object": "object_10"},
                {"key": "scene_1", "name": "Home", "slug": "home", "type": "authentication",
                    "allowed_profiles": ["profile_3"], "limit_profile_access": true}],
        }}))
        .unwrap()
    }

    #[test]
    fn the_text_is_settled() {
        let files = shop().folder();
        let text: Vec<_> = files.iter().map(|(path, text)| format!("== {path}\n{text}")).collect();
        let wanted = r#"== app.json
{
  "knack": 1,
  "id": "5d79512148c4af00106d1507",
  "name": "The \"Shop\"",
  "settings": {"timezone":"Central Time (US & Canada)"},
  "objects": [
    {"key":"object_2","name":"Orders"},
    {"key":"object_10","name":"Users"}
  ]
}
== objects/object_10.json
{
  "key": "object_10",
  "name": "Users",
  "profile_key": "profile_3",
  "fields": []
}
== objects/object_2.json
{
  "key": "object_2",
  "name": "Orders",
  "identifier": "field_5",
  "fields": [
    {"key":"field_5","name":"No.","type":"auto_increment"},
    {"key":"field_6","name":"Status","type":"multiple_choice","unique":true,"format":{"options":["New","Open"],"type":"single"}},
    {"key":"field_7","type":"hologram","required":true},
    {"key":"field_9","name":"Whose","type":"connection","relationship":{"belongs_to":"one","has":"many","object":"object_10"}},
    {"key":"field_11","name":"Born","type":"date_time","format":{"date_format":"dd/mm/yyyy","time_format":"Ignore Time"}}
  ]
}
== scenes.json
{
  "scenes": [
    {"key":"scene_1","name":"Home","slug":"home","type":"authentication","allowed_profiles":["profile_3"]},
    {"key":"scene_4","slug":"orders","parent":"whose","object":"object_2","views":["view_7"]},
    {"key":"scene_5","slug":"whose","parent":"home","object":"object_10"}
  ]
}
== views/view_7.json
{
  "key": "view_7",
  "name": "Orders",
  "type": "table",
  "scene": "scene_4",
  "access": "login",
  "under": {"slug":"whose","object":"object_10"},
  "source": {"connection_key":"field_9","object":"object_2","parent_source":{"object":"object_10"}},
  "options": {"cell_editor":true},
  "columns": [
    {"key":"field_5","header":"Number"},
    {"key":"field_8","connection":{"key":"field_9"}}
  ]
}
"#;
        assert_eq!(text.concat(), wanted);
    }

    #[test]
    fn a_folder_says_what_the_dump_said() {
        let mut shop = shop();
        let read = Application::read_folder(shop.folder()).unwrap();
        assert_eq!(read.folder(), shop.folder());
        shop.objects.sort_by_key(|object| object.key);
        shop.scenes.sort_by_key(|scene| scene.key);
        for object in &mut shop.objects {
            object.fields.sort_by_key(|field| field.key);
        }
        assert_eq!(read, shop);
    }

    #[test]
    fn broken_folders_name_the_file() {
        let whole = shop().folder();
        let with = |path: &str, text: &str| {
            let mut files = whole.clone();
            files.insert(path.to_owned(), text.to_owned());
            Application::read_folder(files).unwrap_err().to_string()
        };
        let without = |path: &str| {
            let files = whole.iter().filter(|(other, _)| *other != path);
            Application::read_folder(files).map(drop).map_err(|error| error.to_string())
        };
        assert!(
            with("objects/object_2.json", "<<<<<<< ours").starts_with("`objects/object_2.json` is no JSON")
        );
        assert!(with("app.json", "[]").contains("no number `knack`"));
        assert!(with("app.json", r#"{"knack": 1}"#).contains("no list of `objects`"));
        assert!(with("app.json", r#"{"knack": 9, "objects": 1}"#).contains("format 9"));
        for path in ["app.json", "objects/object_10.json", "views/view_7.json"] {
            assert!(without(path).unwrap_err().starts_with(&format!("`{path}` is missing")), "{path}");
        }
        assert_eq!(without("scenes.json"), Ok(()));
        // An editor may put a mark in front, as it may before a dump.
        assert!(with("app.json", "\u{feff}{\"objects\": []}").contains("no number `knack`"));
    }

    proptest! {
        #[test]
        fn never_panics(index in ".{0,80}", object in ".{0,80}") {
            let index = format!(r#"{{"knack": 1, "objects": [{{"key": "object_1"}}, {index}]}}"#);
            let _ = Application::read_folder([("app.json", index), ("objects/object_1.json", object)]);
        }
    }
}
