//! A file to be downloaded.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use knack_core::call::{self, Label};
use knack_core::error::{Error, LocalError, Result};
use knack_core::value::{Picture, UploadedFile};
use percent_encoding::percent_decode_str;

use super::address::Reach;
use super::fetch::{Fetch, Wanted};
use super::part_file::PartFile;
use super::sink::Sink;
use super::{MOST_BYTES, OnProgress, Progress, name};
use crate::client::{Access, Client};
use crate::executor::in_runtime;

/// What can be downloaded: the file of a record, or what is at an address.
///
/// ```
/// use knack_runtime::StoredFile;
///
/// let thumb = StoredFile::from("https://example.com/thumbs/ann.png");
/// // An address may be a secret.
/// assert_eq!(format!("{thumb:?}"), "StoredFile { name: Some(\"ann.png\"), size: None, .. }");
/// ```
#[derive(Clone)]
pub struct StoredFile {
    url: String,
    name: Option<String>,
    size: Option<u64>,
}

impl StoredFile {
    /// The name that it can have in a folder; `None` if it has none that is safe.
    fn safe_name(&self) -> Option<String> {
        let given = self.name.clone().unwrap_or_else(|| {
            let path = self.url.split(['?', '#']).next().unwrap_or_default();
            let last = path.rsplit('/').next().unwrap_or_default();
            percent_decode_str(last).decode_utf8_lossy().into_owned()
        });
        let name = name::last_component(&given, &['/', '\\'])?;
        // What a system takes for more than a name, such as `C:x`, is none.
        let mut parts = Path::new(&name).components();
        let alone = matches!(parts.next(), Some(std::path::Component::Normal(part)) if part == name.as_str());
        (alone && parts.next().is_none()).then_some(name)
    }
}

impl fmt::Debug for StoredFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredFile")
            .field("name", &self.safe_name())
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl From<&UploadedFile> for StoredFile {
    fn from(file: &UploadedFile) -> Self {
        let name = Some(file.filename.clone()).filter(|name| !name.is_empty());
        Self { url: file.url.clone(), name, size: file.size }
    }
}

impl From<&Picture> for StoredFile {
    fn from(picture: &Picture) -> Self {
        match picture {
            Picture::Uploaded(file) => file.into(),
            Picture::Web(url) => url.into(),
        }
    }
}

impl From<&str> for StoredFile {
    fn from(url: &str) -> Self {
        Self { url: url.trim().to_owned(), name: None, size: None }
    }
}

impl From<&String> for StoredFile {
    fn from(url: &String) -> Self {
        url.as_str().into()
    }
}

/// A download, not yet begun: [`to_file`](Self::to_file), [`save_in`](Self::save_in),
/// [`write_to`](Self::write_to) and [`bytes`](Self::bytes) begin it. Made by [`Client::download`].
///
/// One that is cut goes on where it was, as long as it comes further; where the server gives no parts, or the
/// file has changed meanwhile, it begins anew. What arrives is as long as the server says, and as the record
/// says.
///
/// ```
/// # use knack_emulator::Emulator;
/// # use knack_runtime::{Client, Upload};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let local = Emulator::builder().sample().build()?;
/// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
/// # let knack = builder.transport(local.transport()).build()?;
/// # let stored = knack.upload_file(Upload::from_bytes("tire.txt", "700x28C")).await?;
/// let sheet = knack
///     .download(&stored)
///     .at_most(1_000_000)
///     .on_progress(|progress| println!("{} bytes came", progress.done))
///     .bytes()
///     .await?;
/// assert_eq!(sheet, "700x28C");
/// # Ok(()) }
/// ```
#[must_use = "a download begins with `to_file`, `save_in`, `write_to` or `bytes`"]
pub struct Download<A> {
    client: Client<A>,
    file: StoredFile,
    limit: Option<u64>,
    overwrite: bool,
    on_progress: Option<OnProgress>,
}

impl<A: Access> Download<A> {
    /// Sets how large the file may be, in bytes. Unless set, anything goes to a file or writer, and 250 MB to
    /// memory. A larger one is [`Error::Invalid`], and nothing of it is kept.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # fn of(knack: Client) {
    /// let avatar = knack.download("https://example.com/ann.png").at_most(200_000);
    /// # }
    /// ```
    pub fn at_most(self, bytes: u64) -> Self {
        Self { limit: Some(bytes), ..self }
    }

    /// Lets [`save_in`](Self::save_in) replace a file of the same name.
    ///
    /// ```
    /// # use knack_runtime::{Client, Result};
    /// # async fn of(knack: Client) -> Result<()> {
    /// let saved = knack.download("https://example.com/ann.png").overwrite(true).save_in("/srv/photos").await?;
    /// # Ok(()) }
    /// ```
    pub fn overwrite(self, overwrite: bool) -> Self {
        Self { overwrite, ..self }
    }

    /// Calls this for every piece that came. Where the download has to begin anew, so does the count.
    ///
    /// ```
    /// # use knack_runtime::{Client, Progress};
    /// # fn of(knack: Client) {
    /// let show = |Progress { done, total }| println!("{done} of {total:?}");
    /// let photo = knack.download("https://example.com/ann.png").on_progress(show);
    /// # }
    /// ```
    pub fn on_progress(self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { on_progress: Some(Arc::new(tell)), ..self }
    }

    /// Downloads to this file, in place of one that is there, and tells how many bytes it has. It is written
    /// beside, under a hidden name, and gets its own when it is whole and on the disk: there is never half a file.
    /// Whatever fails, what was written is removed.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, Upload};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// # let knack = builder.transport(local.transport()).build()?;
    /// # let stored = knack.upload_file(Upload::from_bytes("tire.txt", "700x28C")).await?;
    /// # let path = std::env::temp_dir().join(format!("knack-tire-{}.txt", std::process::id()));
    /// knack.download(&stored).to_file(&path).await?;
    /// assert_eq!(std::fs::read(&path)?, b"700x28C");
    /// # std::fs::remove_file(&path)?;
    /// # Ok(()) }
    /// ```
    pub async fn to_file(self, path: impl AsRef<Path>) -> Result<u64> {
        self.keep(path.as_ref(), true).await
    }

    /// Downloads into this folder, under the file's own name as far as that is safe, and tells where it is. The
    /// name is what is behind the last slash; it never leads out of the folder. A file that is there already is
    /// [`Error::Local`], unless it may be [overwritten](Self::overwrite).
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, Upload};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// # let knack = builder.transport(local.transport()).build()?;
    /// # let stored = knack.upload_file(Upload::from_bytes("tire.txt", "700x28C")).await?;
    /// # let folder = std::env::temp_dir().join(format!("knack-sheets-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let saved = knack.download(&stored).save_in(&folder).await?;
    /// assert_eq!(saved, folder.join("tire.txt"));
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok(()) }
    /// ```
    pub async fn save_in(self, folder: impl AsRef<Path>) -> Result<PathBuf> {
        let call = *call::download().label();
        let Some(name) = self.file.safe_name() else {
            let problem = "the file has no name that is safe to use; choose one by `to_file`".to_owned();
            return Err(Error::Invalid { call, problem });
        };
        let path = folder.as_ref().join(name);
        // An error here is one of the name, such as that it is too long: known before anything comes.
        let exists = path.try_exists().map_err(|error| local(call, &path, error))?;
        if exists && !self.overwrite {
            return Err(local(call, &path, io::ErrorKind::AlreadyExists.into()));
        }
        let replace = self.overwrite;
        self.keep(&path, replace).await.map(|_| path)
    }

    /// Downloads to a writer, and tells how many bytes it got. It is written to where this is awaited: a slow
    /// one holds up the other tasks of that thread. What a writer has cannot be taken back, so that an error
    /// may leave a part there.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, Upload};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// # let knack = builder.transport(local.transport()).build()?;
    /// # let stored = knack.upload_file(Upload::from_bytes("tire.txt", "700x28C")).await?;
    /// let mut sheet = Vec::new();
    /// assert_eq!(knack.download(&stored).write_to(&mut sheet).await?, 7);
    /// # Ok(()) }
    /// ```
    pub async fn write_to<W: Write + Send>(self, writer: &mut W) -> Result<u64> {
        let (done, sink) = self.fetch(Sink::Writer(writer), "what it was given".to_owned()).await?;
        match sink {
            Sink::Writer(writer) => writer.flush().map(|()| done).map_err(|error| {
                let trouble = LocalError::new("writing", "what it was given", error);
                Error::Local { call: *call::download().label(), trouble }
            }),
            _ => Ok(done),
        }
    }

    /// Downloads into memory.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, Upload};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// # let knack = builder.transport(local.transport()).build()?;
    /// # let stored = knack.upload_file(Upload::from_bytes("tire.txt", "700x28C")).await?;
    /// assert_eq!(knack.download(&stored).bytes().await?, "700x28C");
    /// # Ok(()) }
    /// ```
    pub async fn bytes(self) -> Result<Bytes> {
        let limit = self.limit.or(Some(MOST_BYTES));
        let (_, sink) = Self { limit, ..self }.fetch(Sink::Memory(BytesMut::new()), String::new()).await?;
        match sink {
            Sink::Memory(all) => Ok(all.freeze()),
            _ => Ok(Bytes::new()),
        }
    }

    async fn keep(self, path: &Path, replace: bool) -> Result<u64> {
        let call = *call::download().label();
        in_runtime(&call)?;
        if path.is_dir() {
            return Err(local(call, path, io::ErrorKind::IsADirectory.into()));
        }
        let part = PartFile::beside(path).await.map_err(|error| local(call, path, error))?;
        let (done, sink) = self.fetch(Sink::File(part), shown(path)).await?;
        if let Sink::File(part) = sink {
            part.keep(path, replace).await.map_err(|error| local(call, path, error))?;
        }
        Ok(done)
    }

    /// Fills the sink, which is at this place.
    async fn fetch(self, sink: Sink<'_>, place: String) -> Result<(u64, Sink<'_>)> {
        let call = call::download();
        let label = *call.label();
        let reach = Reach::of(&self.client.executor().base);
        let url = reach
            .address(&self.file.url, None)
            .map_err(|problem| Error::Invalid { call: label, problem: problem.to_owned() })?;
        let wanted = Wanted { url, size: self.file.size, limit: self.limit, on_progress: self.on_progress };
        let mut fetch = Fetch::new(label, reach, wanted, sink, place);
        self.client.transfer(call, &mut fetch).await?;
        Ok(fetch.into_sink())
    }
}

fn shown(path: &Path) -> String {
    format!("`{}`", path.display())
}

fn local(call: Label, path: &Path, error: io::Error) -> Error {
    Error::Local { call, trouble: LocalError::new("writing", shown(path), error) }
}

/// Without the address, which may be a secret.
impl<A> fmt::Debug for Download<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("file", &self.file)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl<A: Access> Client<A> {
    /// Downloads a file: give it the value of a file or image field, what an upload gave back, or an address.
    /// Costs nothing.
    ///
    /// A user's client sends the user's token, for secure files. The token and the application's id go to the
    /// client's own host and to those of `knack.com`, never elsewhere, wherever the address leads; an API key
    /// goes with no download. Addresses without encryption are refused, but for the client's own host. The
    /// client's [`timeout`](crate::ClientBuilder::timeout) bounds how long nothing may come, and the deadline
    /// how long it waits to be sent.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::value::UploadedFile;
    /// # use knack_runtime::{Client, KnackObject};
    /// #[derive(Debug, KnackObject)]
    /// #[knack(object = "object_4")]
    /// struct Product {
    ///     #[knack(key = "field_100", kind = "file")]
    ///     data_sheet: Option<UploadedFile>,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// # let knack = builder.transport(local.transport()).build()?;
    /// let products = Product::list(&knack).filter(Product::DATA_SHEET.is_not_blank()).all().await?;
    /// for sheet in products.iter().filter_map(|product| product.data_sheet.as_ref()).take(3) {
    ///     let bytes = knack.download(sheet).bytes().await?;
    ///     assert_eq!(Some(bytes.len() as u64), sheet.size);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn download(&self, file: impl Into<StoredFile>) -> Download<A> {
        let (client, file) = (self.clone(), file.into());
        Download { client, file, limit: None, overwrite: false, on_progress: None }
    }
}
