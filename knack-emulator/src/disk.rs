//! Records and files on the disk: each acknowledged write is a transaction of an embedded database, so that
//! it survives the end of the program, whatever ends it, and a half of one is never seen.
//!
//! Everything is in memory as well; the disk is read at the start alone.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde_json::{Map, Value, json};

use crate::app::{App, Field, Object};
use crate::assets::Asset;
use crate::error::EmulatorError;
use crate::kind::Kind;
use crate::store::{Cell, Keep, Row, Store};
use crate::write;

const FILE: &str = "knack.redb";
/// Records by object and id; an empty text where one was deleted that others lead to.
const ROWS: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("rows");
/// Uploaded files by id: what is known of them, and they themselves.
const FILES: TableDefinition<'_, &str, (&[u8], &[u8])> = TableDefinition::new("files");
/// The application's id, and counters.
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const APPLICATION: &str = "application";
const COUNTERS: &str = "counters";

/// Everything is kept in memory already.
const CACHE: usize = 16 * 1024 * 1024;

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    database: Database,
    /// Whether nothing was kept here yet.
    fresh: AtomicBool,
}

impl Disk {
    /// Opens the database of a folder, which is made if it is not there.
    pub(crate) fn open(folder: PathBuf, app: &App) -> Result<Self, EmulatorError> {
        match begin(&folder) {
            Ok((_, Some(kept))) if kept != app.id => {
                Err(EmulatorError::OtherData { path: folder, kept, asked: app.id.clone() })
            }
            Ok((database, kept)) => Ok(Self { folder, database, fresh: AtomicBool::new(kept.is_none()) }),
            Err(source) => Err(EmulatorError::Data { path: folder, source }),
        }
    }

    fn told(&self, source: Failure) -> EmulatorError {
        EmulatorError::Data { path: self.folder.clone(), source }
    }

    /// What the application has no object or field for stays on the disk.
    fn read(&self, app: &App, store: &mut Store) -> Result<(), Failure> {
        let read = self.database.begin_read()?;
        let mut deleted = Vec::new();
        for entry in read.open_table(ROWS)?.iter()? {
            let (key, kept) = entry?;
            let (object, id) = key.value();
            let Some((place, object)) = app.object(object) else { continue };
            if kept.value().is_empty() {
                deleted.push((place, id.to_owned()));
                continue;
            }
            let kept: Value = serde_json::from_slice(kept.value())?;
            if let Some(password) = kept.get("password").and_then(Value::as_str) {
                store.set_password(place, id, password);
            }
            store.put(place, id, row(object, &kept));
        }
        for (place, id) in deleted {
            store.bury(place, &id);
        }
        for entry in read.open_table(FILES)?.iter()? {
            let (id, kept) = entry?;
            let (known, body) = kept.value();
            store.assets.add(file(id.value(), &serde_json::from_slice(known)?, body));
        }
        if let Some(counters) = read.open_table(META)?.get(COUNTERS)? {
            let counters: Value = serde_json::from_slice(counters.value())?;
            store.count_from(app, &counters);
        }
        Ok(())
    }

    fn write(&self, app: &App, store: &Store) -> Result<(), Failure> {
        let write = self.database.begin_write()?;
        {
            let mut rows = write.open_table(ROWS)?;
            for (place, id) in store.written() {
                let Some(object) = app.objects.get(*place) else { continue };
                let key = (object.key.as_str(), &**id);
                let Some(row) = store.row(*place, id) else {
                    if store.is_buried(*place, id) {
                        rows.insert(key, &[][..])?;
                    } else {
                        rows.remove(key)?;
                    }
                    continue;
                };
                let kept = record(object, row, store.password(*place, id)).to_string();
                rows.insert(key, kept.as_bytes())?;
            }
            let mut files = write.open_table(FILES)?;
            for asset in store.assets.added() {
                let known = json!({"image": asset.image, "name": asset.name, "origin": asset.origin,
                    "content_type": asset.content_type});
                files.insert(asset.id.as_str(), (known.to_string().as_bytes(), &*asset.body))?;
            }
            let mut meta = write.open_table(META)?;
            meta.insert(APPLICATION, app.id.as_bytes())?;
            meta.insert(COUNTERS, store.counters(app).to_string().as_bytes())?;
        }
        write.commit()?;
        self.fresh.store(false, Ordering::Release);
        Ok(())
    }
}

impl Keep for Disk {
    fn is_fresh(&self) -> bool {
        self.fresh.load(Ordering::Acquire)
    }

    fn load(&self, app: &App, store: &mut Store) -> Result<(), EmulatorError> {
        self.read(app, store).map_err(|source| self.told(source))?;
        store.forget_written();
        Ok(())
    }

    fn keep(&self, app: &App, store: &mut Store) -> Result<(), EmulatorError> {
        if !self.is_fresh() && store.written().is_empty() && store.assets.added().next().is_none() {
            return Ok(());
        }
        // Where it fails, what was written is kept with the next write that does not.
        self.write(app, store).map_err(|source| self.told(source))?;
        store.forget_written();
        Ok(())
    }
}

/// The database of a folder, and the application whose records it keeps.
fn begin(folder: &Path) -> Result<(Database, Option<String>), Failure> {
    fs::create_dir_all(folder)?;
    let database = Database::builder().set_cache_size(CACHE).create(folder.join(FILE))?;
    let begin = database.begin_write()?;
    begin.open_table(ROWS)?;
    begin.open_table(FILES)?;
    let kept = begin.open_table(META)?.get(APPLICATION)?.map(|id| text(id.value()));
    begin.commit()?;
    Ok((database, kept))
}

/// A record as it is kept: by keys, since the fields of an application may change meanwhile.
fn record(object: &Object, row: &Row, password: Option<&str>) -> Value {
    let cells = object.fields.iter().zip(&row.cells).filter_map(|(field, cell)| {
        let mut parts = Map::new();
        parts.extend(cell.raw.clone().map(|raw| ("raw".to_owned(), raw)));
        parts.extend(cell.recorded.as_deref().map(|shown| ("shown".to_owned(), shown.clone())));
        (!parts.is_empty()).then(|| (field.key.clone(), Value::Object(parts)))
    });
    let mut kept = Map::from_iter([("cells".to_owned(), Value::Object(cells.collect()))]);
    if !row.extra.is_empty() {
        let extra = row.extra.iter().map(|(key, value)| json!([key, value]));
        kept.insert("extra".to_owned(), extra.collect());
    }
    kept.extend(password.map(|password| ("password".to_owned(), password.into())));
    Value::Object(kept)
}

fn row(object: &Object, kept: &Value) -> Row {
    let cells = object.fields.iter().map(|field| cell(field, kept.pointer(&format!("/cells/{}", field.key))));
    let extra = kept.get("extra").and_then(Value::as_array).into_iter().flatten();
    let extra = extra.filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.clone())));
    Row { cells: cells.collect(), extra: extra.collect() }
}

fn cell(field: &Field, kept: Option<&Value>) -> Cell {
    match kept {
        Some(kept) => {
            Cell { raw: kept.get("raw").cloned(), recorded: kept.get("shown").cloned().map(Box::new) }
        }
        // A field that came later. These two are never without a value.
        None if matches!(field.kind, Kind::Boolean(_) | Kind::Connection { .. }) => {
            Cell { raw: Some(write::cleared(&field.kind)), recorded: None }
        }
        None => Cell::default(),
    }
}

fn file(id: &str, known: &Value, body: &[u8]) -> Asset {
    let part = |key: &str| known.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Asset {
        id: id.to_owned(),
        image: known.get("image").and_then(Value::as_bool).unwrap_or(false),
        name: part("name"),
        content_type: part("content_type"),
        body: Bytes::copy_from_slice(body),
        origin: part("origin"),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
