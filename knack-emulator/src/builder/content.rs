//! What a builder is given to serve, and how it behaves where nobody knows.

use std::path::Path;

use serde_json::Value;

use super::Builder;
use crate::app::App;
use crate::compute;
use crate::error::EmulatorError;
use crate::files;
use crate::generate;
use crate::manners;
use crate::sample;
use crate::store::{Keep, Store};
use crate::write::Surroundings;

/// What is served.
#[derive(Default)]
pub(super) struct Content {
    application: Option<Value>,
    sample: bool,
    records: Vec<(String, Vec<Value>)>,
    /// How many records an object gets that has none.
    generated: usize,
    /// Opens what keeps records.
    disk: Option<Opens>,
    pub(super) asset_host: Option<String>,
    pub(super) seed: u64,
}

type Opens = Box<dyn FnOnce(&App) -> Result<Box<dyn Keep>, EmulatorError> + Send>;

impl Content {
    /// The dump of what is served; the sample brings its records.
    pub(super) fn dump(&mut self) -> Result<Value, EmulatorError> {
        match self.application.take() {
            Some(dump) => Ok(dump),
            None if self.sample => {
                self.records.splice(0..0, sample::records());
                Ok(sample::application())
            }
            None => Err(EmulatorError::NoApplication),
        }
    }
}

/// The records: those that are kept, else those that are given and made up.
pub(super) fn store(
    content: Content,
    app: &App,
    around: &Surroundings<'_>,
) -> Result<(Store, Option<Box<dyn Keep>>), EmulatorError> {
    let disk = content.disk.map(|open| open(app)).transpose()?;
    let kept = disk.as_ref().filter(|disk| !disk.is_fresh());
    let mut store = Store::new(app);
    store.assets.host = content.asset_host;
    if let Some(disk) = kept {
        disk.load(app, &mut store)?;
    } else {
        for (object, records) in content.records {
            store.load(app, &object, records, around)?;
        }
        for (object, records) in generate::records(app, &store, content.generated, content.seed) {
            store.load(app, object, records, around)?;
        }
    }
    compute::fill(app, &mut store, around);
    store.mark_start();
    if let Some(disk) = &disk {
        store.note_written(disk.is_fresh());
        disk.keep(app, &mut store)?;
    }
    Ok((store, disk))
}

impl Builder {
    /// The application: the JSON of `GET /v1/applications/{id}`, with or without the outer
    /// `application`.
    pub fn application(mut self, dump: Value) -> Self {
        self.content.application = Some(dump);
        self
    }

    /// Records of an object: as recorded (`id`, `field_N`, `field_N_raw`, where a missing `_raw`
    /// is a value never set), or raw values only under `field_N`. Recorded formatted values are
    /// given out until their record is written. What the server computes is computed where it is
    /// missing.
    pub fn records(mut self, object: impl Into<String>, records: Vec<Value>) -> Self {
        self.content.records.push((object.into(), records));
        self
    }

    /// The application from a file that holds its dump.
    pub fn application_file(self, path: impl AsRef<Path>) -> Result<Self, EmulatorError> {
        Ok(self.application(files::json(path.as_ref())?))
    }

    /// Records from a file or a folder. A folder has a file `object_N.json` for each object: a
    /// list of records, or the envelope of a list call. A file holds such a list for each of its
    /// keys.
    pub fn records_from(mut self, path: impl AsRef<Path>) -> Result<Self, EmulatorError> {
        self.content.records.extend(files::records(path.as_ref())?);
        Ok(self)
    }

    /// The built-in application, a bicycle workshop, with its records; the same for every seed. Every
    /// kind of field occurs in it.
    ///
    /// All its accounts have the password [`Emulator::SAMPLE_PASSWORD`](crate::Emulator::SAMPLE_PASSWORD); [`Emulator::account_email`](crate::Emulator::account_email) tells
    /// their addresses. Account 0 has both roles; of the others, odd ones have `profile_11` (staff), even
    /// ones `profile_12` (managers), and 5 and 11 are inactive.
    pub fn sample(mut self) -> Self {
        self.content.sample = true;
        self
    }

    /// Gives each object that has no records so many made-up ones: names, addresses, dates and all other
    /// kinds as their formats have them, with connections between them. The same for the same
    /// [seed](Self::seed).
    ///
    /// ```
    /// use knack_emulator::Emulator;
    /// use serde_json::json;
    ///
    /// let knack = Emulator::builder()
    ///     .application(json!({"id": "5f0000000000000000000001", "objects": [
    ///         {"key": "object_1", "name": "Guests", "fields": [
    ///             {"key": "field_1", "name": "Name", "type": "name", "format": {"format": "First Last"}}]}]}))
    ///     .generated_records(20)
    ///     .seed(7)
    ///     .build()?;
    /// assert_eq!(knack.count("object_1"), 20);
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn generated_records(mut self, of_each_object: usize) -> Self {
        self.content.generated = of_each_object;
        self
    }

    /// Keeps records and uploaded files in a folder, which is made if it is not there: what was acknowledged
    /// survives the end of the program, whatever ends it. Where the folder keeps records already, those are
    /// served, and none that are given or made up. Passwords are kept as they are written.
    ///
    /// ```
    /// use knack_emulator::Emulator;
    ///
    /// # let folder = std::env::temp_dir().join(format!("knack-doc-{}", std::process::id()));
    /// let knack = Emulator::builder().sample().data(&folder).build()?;
    /// # drop(knack);
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    #[cfg(feature = "disk")]
    pub fn data(mut self, folder: impl Into<std::path::PathBuf>) -> Self {
        let folder = folder.into();
        self.content.disk = Some(Box::new(move |app| Ok(Box::new(crate::disk::Disk::open(folder, app)?))));
        self
    }

    /// Sets a switch of what is not known of Knack by its name; without a value, to the first that is not
    /// its default. [`Quirk::ALL`](crate::Quirk::ALL) has them all.
    ///
    /// ```
    /// use knack_emulator::Emulator;
    ///
    /// let knack = Emulator::builder()
    ///     .sample()
    ///     .quirk("missing-record", Some("404"))?
    ///     .quirk("retry-after", None)?
    ///     .build()?;
    /// assert!(Emulator::builder().quirk("missing-record", Some("418")).is_err());
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn quirk(mut self, name: &str, value: Option<&str>) -> Result<Self, EmulatorError> {
        manners::choose(&mut self.manners, name, value)?;
        Ok(self)
    }
}
