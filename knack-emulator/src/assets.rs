//! The files behind file and image fields: those that were uploaded, and those that records tell of.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::app::{App, Field};
use crate::kind::Kind;
use crate::store::Store;

/// What a name keeps in an address.
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 200;
/// Records may tell of any size; what is made up for them ends here.
const LARGEST_MADE_UP: u64 = 16 * 1024 * 1024;

/// All uploads by their ids, and where the world finds them.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    by_id: HashMap<String, Asset>,
    /// Where public addresses lead, if not to the host that the upload was sent to.
    pub(crate) host: Option<String>,
}

/// One uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) id: String,
    pub(crate) image: bool,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
    /// Where it was sent to, such as `http://127.0.0.1:4711`: addresses lead there again.
    pub(crate) origin: String,
}

impl Assets {
    pub(crate) fn get(&self, id: &str) -> Option<&Asset> {
        self.by_id.get(id)
    }

    pub(crate) fn add(&mut self, asset: Asset) {
        self.by_id.insert(asset.id.clone(), asset);
    }

    /// What the client is told of its upload.
    pub(crate) fn told(&self, application: &str, asset: &Asset) -> Value {
        let thumb = if asset.image { self.public(application, asset, "thumb") } else { String::new() };
        json!({"id": asset.id, "type": if asset.image { "image" } else { "file" }, "filename": asset.name,
            "public_url": self.public(application, asset, "original"), "thumb_url": thumb,
            "size": asset.body.len()})
    }

    /// The raw value of a field that is given the id of an upload.
    pub(crate) fn raw(&self, application: &str, field: &Field, id: &str) -> Option<Value> {
        let asset = self.get(id)?;
        let (kind, url, thumb) = match &field.kind {
            Kind::File => ("file", download(application, asset), String::new()),
            Kind::Image { by_url: false } => {
                let [url, thumb] = ["original", "thumb"].map(|size| self.public(application, asset, size));
                ("image", url, thumb)
            }
            _ => return None,
        };
        Some(json!({"id": id, "application_id": application, "s3": true, "type": kind,
            "filename": asset.name, "url": url, "thumb_url": thumb, "size": asset.body.len(),
            "field_key": field.key}))
    }

    fn public(&self, application: &str, asset: &Asset, size: &str) -> String {
        let host = self.host.as_deref().unwrap_or(&asset.origin);
        public(host, application, &asset.id, size, &asset.name)
    }
}

fn download(application: &str, asset: &Asset) -> String {
    let (origin, id, name) = (&asset.origin, &asset.id, utf8_percent_encode(&asset.name, IN_URL));
    format!("{origin}/v1/applications/{application}/download/asset/{id}/{name}")
}

/// The address of an asset that needs no key.
pub(crate) fn public(host: &str, application: &str, id: &str, size: &str, name: &str) -> String {
    format!("{host}/assets/{application}/{id}/{size}/{}", utf8_percent_encode(name, IN_URL))
}

/// The name under which an upload is kept: the last part of its path, without what would break a header,
/// markup or a path.
pub(crate) fn safe_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\'' | '<' | '>' | '&'));
    let name: String = kept.take(LONGEST_NAME).collect();
    match name.trim().trim_start_matches('.') {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

/// What a file is told to be where only its name is known.
pub(crate) fn type_by_name(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json; charset=utf-8",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}

/// An asset as it can be fetched.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
    /// Whether a field that holds it gives it to logged-in users only.
    pub(crate) secure: bool,
}

/// The asset of this id and this name.
pub(crate) fn find(app: &App, store: &Store, id: &str, name: &str) -> Option<Found> {
    let held = held(app, store, id);
    let secure = held.is_some_and(|(field, _)| {
        field.meta.get("format").and_then(|format| format.get("secure")?.as_bool()) == Some(true)
    });
    let (kept, content_type, body) = match (store.assets.get(id), held) {
        (Some(asset), _) => (asset.name.as_str(), asset.content_type.clone(), asset.body.clone()),
        (None, Some((_, raw))) => {
            let name = raw.get("filename")?.as_str()?;
            let size = raw.get("size").and_then(Value::as_u64).unwrap_or(0);
            (name, type_by_name(name).to_owned(), made_up(id, size))
        }
        (None, None) => return None,
    };
    (kept == name).then(|| Found { id: id.to_owned(), name: name.to_owned(), content_type, body, secure })
}

/// The image that some record names by this path of an address elsewhere.
pub(crate) fn find_by_path(app: &App, store: &Store, path: &str) -> Option<Found> {
    let leads_there = |raw: &Value| {
        let url = raw.as_str().and_then(|url| url.parse::<http::Uri>().ok());
        url.is_some_and(|url| url.path() == path)
    };
    values(app, store).find(|(field, raw)| field.kind == Kind::Image { by_url: true } && leads_there(raw))?;
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let content_type = type_by_name(&name).to_owned();
    Some(Found { id: path.to_owned(), name, content_type, body: made_up(path, 4_096), secure: false })
}

/// What opens the public address of a secure asset, as the signatures of its storage do.
pub(crate) fn signature(id: &str) -> String {
    // Known to whoever reads this: it tells tests apart, it keeps no secret.
    let mut hasher = DefaultHasher::new();
    ("knack-emulator", id).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The field and the value of the first record that holds an asset.
fn held<'a>(app: &'a App, store: &'a Store, id: &str) -> Option<(&'a Field, &'a Value)> {
    values(app, store).find(|(_, raw)| raw.get("id").and_then(Value::as_str) == Some(id))
}

/// Every value of every field of files and images.
fn values<'a>(app: &'a App, store: &'a Store) -> impl Iterator<Item = (&'a Field, &'a Value)> {
    app.objects.iter().zip(&store.tables).flat_map(|(object, table)| {
        let fields = object.fields.iter().enumerate();
        let fields = fields.filter(|(_, field)| matches!(field.kind, Kind::File | Kind::Image { .. }));
        fields.flat_map(|(place, field)| {
            let cells = table.rows.values().filter_map(move |row| row.cells.get(place));
            cells.filter_map(move |cell| Some((field, cell.raw.as_ref()?)))
        })
    })
}

/// A body of this size, the same at every call. Every eight bytes tell their own place, so that a part
/// that is missing or comes twice is seen.
fn made_up(id: &str, size: u64) -> Bytes {
    let size = usize::try_from(size.min(LARGEST_MADE_UP)).unwrap_or(0);
    let mut body = format!("{id}\n").into_bytes();
    while body.len() < size {
        body.extend_from_slice(format!("{:07x}\n", body.len()).as_bytes());
    }
    body.truncate(size);
    Bytes::from(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        for (given, want) in [
            ("a.pdf", "a.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\b.png", "b.png"),
            ("a\"b'<c>&\r\n\0.txt", "abc.txt"),
            ("Prüfung 100%.pdf", "Prüfung 100%.pdf"),
            ("..", "file"),
            (".htaccess", "htaccess"),
            ("x/", "file"),
            ("", "file"),
        ] {
            assert_eq!(safe_name(given), want, "{given:?}");
        }
        assert_eq!(safe_name(&"ü".repeat(999)).chars().count(), LONGEST_NAME);
        assert_eq!(
            public("h", "a", "i", "original", "a b/ü%.pdf"),
            "h/assets/a/i/original/a%20b%2F%C3%BC%25.pdf"
        );
    }

    #[test]
    fn bodies_have_the_size_that_is_told() {
        for size in [0, 1, 7, 25, 4_096, 10_001] {
            assert_eq!(made_up("5f", size).len(), usize::try_from(size).unwrap());
        }
        assert_eq!(made_up("5f", 100), made_up("5f", 200).slice(..100));
        assert_eq!(made_up("5f", u64::MAX).len() as u64, LARGEST_MADE_UP);
    }
}
