//! The committed schema, `.knack/`, as `cargo knack pull` writes it: `app.json`, which names the objects,
//! a file for each of them and one for each view, of which a derive reads its own alone.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use crate::key::{self, Key};
use crate::kind::{self, KindInfo};
use crate::schema::json::Json;

pub(crate) mod find;
mod json;
mod view;

pub(crate) use view::View;

/// The format of the folder that this version reads, `"knack": 1`.
const FORMAT: f64 = 1.0;

/// The folder, and the application in it.
pub(crate) struct Schema {
    folder: PathBuf,
    pub(crate) app: Arc<App>,
}

/// What `app.json` says.
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) objects: Vec<Entry>,
}

/// An object of the application.
pub(crate) struct Entry {
    pub(crate) key: u32,
    pub(crate) name: String,
}

/// What the file of an object says.
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) fields: Vec<Rc<Field>>,
}

/// A field of an object.
pub(crate) struct Field {
    pub(crate) key: Key,
    pub(crate) label: String,
    /// `None` for a kind that this version does not know.
    pub(crate) known_kind: Option<&'static KindInfo>,
    pub(crate) required: bool,
    /// Whether it holds several choices or connections.
    pub(crate) several: bool,
    /// The options of a choice.
    pub(crate) options: Vec<String>,
    /// The object that a connection leads to.
    pub(crate) target: Option<u32>,
    pub(crate) date_format: Option<String>,
}

impl Schema {
    /// Opens a folder; the error is in words.
    pub(crate) fn open(folder: PathBuf) -> Result<Self, String> {
        match App::read(&folder.join("app.json")) {
            Ok(app) => Ok(Self { folder, app }),
            Err(_) if !folder.is_dir() => {
                Err(format!("`KNACK_SCHEMA_DIR` leads to `{}`, where no folder is", shown(&folder)))
            }
            Err(why) => Err(why),
        }
    }

    pub(crate) fn object(&self, key: u32) -> Result<Object, String> {
        let path = self.object_path(key);
        parsed(&path, &read(&path)?, |json| Ok(Object::of(json)))
    }

    /// The view with this key, if there is one.
    pub(crate) fn view(&self, key: u32) -> Option<Result<View, String>> {
        let path = self.view_path(key);
        path.exists().then(|| read(&path).and_then(|text| parsed(&path, &text, View::of)))
    }

    /// All views, for a message: those of files that are broken are left out.
    pub(crate) fn views(&self) -> Vec<View> {
        let files = std::fs::read_dir(self.folder.join("views")).into_iter().flatten().flatten();
        let key = |name: &str| key::view(name.strip_suffix(".json")?);
        let mut keys: Vec<_> = files.filter_map(|file| key(&file.file_name().to_string_lossy())).collect();
        keys.sort_unstable();
        keys.into_iter().filter_map(|key| self.view(key)?.ok()).collect()
    }

    /// The files that a derive reads, of an object or of a view.
    pub(crate) fn files(&self, view: Option<u32>, object: Option<u32>) -> impl Iterator<Item = PathBuf> {
        let view = view.map(|key| self.view_path(key));
        [self.folder.join("app.json")].into_iter().chain(view).chain(object.map(|key| self.object_path(key)))
    }

    fn view_path(&self, key: u32) -> PathBuf {
        self.folder.join("views").join(format!("view_{key}.json"))
    }

    fn object_path(&self, key: u32) -> PathBuf {
        self.folder.join("objects").join(format!("object_{key}.json"))
    }
}

impl App {
    /// Reads the file, which every derive of a crate asks for: it is parsed once for as long as its text
    /// stays the same. (Comparing costs next to nothing, and the time of a change tells less.)
    fn read(path: &Path) -> Result<Arc<Self>, String> {
        type Parsed = HashMap<PathBuf, (String, Arc<App>)>;
        static PARSED: Mutex<Option<Parsed>> = Mutex::new(None);
        let text = read(path)?;
        let mut cache = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
        let cache = cache.get_or_insert_default();
        match cache.get(path) {
            Some((same, app)) if *same == text => Ok(Arc::clone(app)),
            _ => {
                let app = Arc::new(parsed(path, &text, Self::of)?);
                cache.insert(path.to_owned(), (text, Arc::clone(&app)));
                Ok(app)
            }
        }
    }

    fn of(json: &Json<'_>) -> Result<Self, String> {
        if let Some(format) = json.get("knack").number().filter(|format| *format > FORMAT) {
            return Err(format!(
                "is of format {format}, and this version of the derive reads {FORMAT}: update `knack-runtime`"
            ));
        }
        let entry = |json: &Json<'_>| {
            let key = key::object(json.get("key").text()?)?;
            Some(Entry { key, name: called(json)? })
        };
        let objects = json.get("objects").list().iter().filter_map(entry).collect();
        Ok(Self { name: json.get("name").text().unwrap_or_default().to_owned(), objects })
    }
}

impl App {
    /// As messages name it.
    pub(crate) fn shown(&self) -> String {
        if self.name.is_empty() { "the application".to_owned() } else { format!("`{}`", self.name) }
    }
}

impl Entry {
    /// As messages name it.
    pub(crate) fn shown(&self) -> String {
        format!("`{}` (object_{})", self.name, self.key)
    }
}

impl Object {
    fn of(json: &Json<'_>) -> Self {
        let fields = json.get("fields").list().iter().filter_map(Field::of).map(Rc::new).collect();
        Self { name: called(json).unwrap_or_default(), fields }
    }
}

impl Field {
    fn of(json: &Json<'_>) -> Option<Self> {
        let (format, relationship) = (json.get("format"), json.get("relationship"));
        Some(Self {
            key: Key::parse(json.get("key").text()?)?,
            label: called(json)?,
            known_kind: json.get("type").text().and_then(kind::find),
            required: json.get("required").is_true(),
            several: relationship.get("has").text() == Some("many")
                || matches!(format.get("type").text(), Some("multi" | "checkboxes")),
            options: options(format.get("options")),
            target: relationship.get("object").text().and_then(key::object),
            date_format: format.get("date_format").text().map(str::to_owned),
        })
    }

    /// Its kind, unknown or not.
    pub(crate) fn kind(&self) -> &'static KindInfo {
        self.known_kind.unwrap_or(kind::UNKNOWN)
    }

    /// The label as a field of a struct is called: in small letters, with `_` for what is neither letter
    /// nor digit.
    pub(crate) fn rust_name(&self) -> String {
        rust_name(&self.label)
    }
}

/// A label as a field of a struct is called.
pub(crate) fn rust_name(label: &str) -> String {
    let lower = label.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

/// The options of a choice; an empty one is no option, but a field without a value.
fn options(list: &Json<'_>) -> Vec<String> {
    let texts = list.list().iter().filter_map(Json::text);
    texts.filter(|option| !option.trim().is_empty()).map(str::to_owned).collect()
}

/// The name of an object or a field, or the key of one without.
fn called(json: &Json<'_>) -> Option<String> {
    let name = json.get("name").text().filter(|name| !name.is_empty());
    name.or(json.get("key").text()).map(str::to_owned)
}

/// Reads a file; what is wrong with it is told with its path and the way out.
fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => broken(path, "is missing"),
        io::ErrorKind::InvalidData => broken(path, "is no text"),
        _ => broken(path, format_args!("cannot be read ({error})")),
    })
}

fn parsed<T>(path: &Path, text: &str, of: impl FnOnce(&Json<'_>) -> Result<T, String>) -> Result<T, String> {
    let json = Json::parse(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    let json = json.map_err(|no_json| broken(path, format_args!("is no JSON: {no_json}")))?;
    of(&json).map_err(|why| format!("`{}` {why}", shown(path)))
}

fn broken(path: &Path, what: impl std::fmt::Display) -> String {
    format!("`{}` {what}; `cargo knack pull` writes it anew", shown(path))
}

/// A path as the compiler shows those of sources: from where it runs.
fn shown(path: &Path) -> std::path::Display<'_> {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Scratch;
    use proptest::prelude::*;

    const APP: &str = r#"{"knack":1,"name":"Shop","objects":[{"key":"object_3","name":"Customers"}]}"#;

    fn opened(scratch: &Scratch) -> Result<Schema, String> {
        Schema::open(scratch.path(".knack"))
    }

    #[test]
    fn what_is_odd_is_survived() {
        let scratch = Scratch::new("odd");
        scratch.file(
            ".knack/app.json",
            "\u{FEFF}{\"knack\":null,\"new\":[],\"objects\":[null,7,{\"key\":\"3\"},{\"key\":\"object_3\",\"name\":null}]}\r\n",
        );
        scratch.file(
            ".knack/objects/object_3.json",
            r#"{"name":"Customers","fields":[null,[],{"name":"no key"},{"key":"field_x"},
                {"key":"field_1","type":"hologram","required":"yes","format":null,"relationship":7},
                {"key":"field_2","name":"To","type":"connection","relationship":{"has":"many","object":"object_6"}},
                {"key":"field_3","name":"Is","type":"multiple_choice","required":true,"future":{},
                    "format":{"type":"checkboxes","options":["A",null," ","B"]}},
                {"key":"field_4","name":"Born","type":"date_time","format":{"date_format":"dd/mm/yyyy"}}]}"#,
        );
        let schema = opened(&scratch).unwrap();
        let [Entry { key: 3, name }] = &*schema.app.objects else { panic!() };
        assert_eq!((&*schema.app.name, &**name), ("", "object_3"));
        let customers = schema.object(3).unwrap();
        let [hologram, to, is, born] = &*customers.fields else { panic!() };
        assert!(
            hologram.known_kind.is_none()
                && !hologram.required
                && !hologram.several
                && hologram.target.is_none()
        );
        assert_eq!((to.kind().name, to.several, to.target), ("connection", true, Some(6)));
        assert_eq!(
            (is.required, is.several, &*is.options),
            (true, true, &["A".to_owned(), "B".to_owned()][..])
        );
        assert_eq!(
            (born.date_format.as_deref(), born.key.to_string()),
            (Some("dd/mm/yyyy"), "field_4".to_owned())
        );
    }

    #[test]
    fn what_is_broken_is_told_with_its_file() {
        let scratch = Scratch::new("broken");
        scratch.folder(".knack");
        let told = |scratch: &Scratch| opened(scratch).and_then(|schema| schema.object(3)).err().unwrap();
        for (file, text, expected) in [
            ("app.json", None, "app.json` is missing; `cargo knack pull` writes it anew"),
            (
                "app.json",
                Some("{\n<<<<<<<"),
                "app.json` is no JSON: line 2, column 1 should have a key in quotes; `cargo",
            ),
            (
                "app.json",
                Some("{\"knack\":2}"),
                "app.json` is of format 2, and this version of the derive reads 1: update `knack-runtime`",
            ),
            ("app.json", Some(APP), "object_3.json` is missing; `cargo"),
            (
                "objects/object_3.json",
                Some(""),
                "object_3.json` is no JSON: line 1, column 1 should have a value; `cargo",
            ),
        ] {
            if let Some(text) = text {
                scratch.file(&format!(".knack/{file}"), text);
            }
            let told = told(&scratch);
            assert!(told.contains(expected), "{told}");
        }
        let told = Schema::open(scratch.path("elsewhere")).err().unwrap();
        assert!(
            told.starts_with("`KNACK_SCHEMA_DIR` leads to `")
                && told.ends_with("elsewhere`, where no folder is")
        );
        scratch.folder(".knack/objects/object_4.json");
        let told = opened(&scratch).unwrap().object(4).err().unwrap();
        assert!(told.contains("object_4.json` cannot be read ("), "{told}");
    }

    /// What is kept of `app.json` is neither stale nor spoilt by a file that was broken for a while.
    #[test]
    fn a_changed_file_is_read_anew() {
        let scratch = Scratch::new("anew");
        let name = |text: &str| {
            scratch.file(".knack/app.json", text);
            opened(&scratch).map(|schema| schema.app.name.clone())
        };
        assert_eq!(name(APP), Ok("Shop".into()));
        assert_eq!(name(&APP.replace("Shop", "Stop")), Ok("Stop".into()));
        assert!(name("{").is_err());
        assert_eq!(name(APP), Ok("Shop".into()));
    }

    #[test]
    fn labels_as_fields_are_called() {
        for (label, name) in [
            ("Company", "company"),
            ("Average Spend", "average_spend"),
            (" E-mail (old) ", "e_mail_old"),
            ("2nd Line", "2nd_line"),
            ("Größe", "größe"),
            ("_tag", "tag"),
            ("?", ""),
        ] {
            assert_eq!(rust_name(label), name);
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}", key in "field_[0-9]{0,12}|[a-z_]{0,9}") {
            let json = format!(r#"{{"knack":{text:?},"objects":[{{"key":{text:?}}}],"fields":[{{"key":{key:?},"name":{text:?}}}],"access":"login","columns":[{{"key":{key:?}}}]}}"#);
            for text in [&text, &json] {
                let _ = Json::parse(text).map(|json| {
                    (App::of(&json).is_ok(), Object::of(&json).fields.len(), View::of(&json).is_ok())
                });
            }
        }
    }
}
