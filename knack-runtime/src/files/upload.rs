//! A file to be uploaded.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_core::Stream;
use knack_core::call::{self, Call};
use knack_core::error::{Error, LocalError, MalformedAnswer, Result};
use knack_core::value::UploadedFile;
use serde_json::Value;

use super::outgoing::Content;
use super::upload_call::UploadCall;
use super::{MOST_BYTES, OnProgress, Progress, name};
use crate::client::{Access, Client};
use crate::executor::in_runtime;

/// A file to be uploaded, for [`upload_file`](Client::upload_file), [`upload_image`](Client::upload_image) and
/// [`attach`](Client::attach). It goes out as it is read, and is never in memory whole.
///
/// ```
/// use knack_runtime::Upload;
///
/// let photo = Upload::from_path("/srv/photos/IMG_0042.png")
///     .named("ann.png")
///     .at_most(5_000_000)
///     .on_progress(|progress| println!("{} bytes sent", progress.done));
/// ```
#[derive(Clone)]
#[must_use = "an upload is sent by a client: `upload_file`, `upload_image` or `attach`"]
pub struct Upload {
    name: String,
    pub(super) content: Content,
    pub(super) limit: u64,
    pub(super) on_progress: Option<OnProgress>,
}

impl Upload {
    fn new(name: String, content: Content) -> Self {
        Self { name, content, limit: MOST_BYTES, on_progress: None }
    }

    /// A file on this machine, under its own name. It is opened when it is sent, and again if it is sent again.
    ///
    /// ```
    /// use knack_runtime::Upload;
    ///
    /// let terms = Upload::from_path("legal/terms.pdf");
    /// assert_eq!(terms.name(), Some("terms.pdf".to_owned()));
    /// ```
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::new(name, Content::Path(path))
    }

    /// What is in memory.
    ///
    /// ```
    /// use knack_runtime::Upload;
    ///
    /// let list = Upload::from_bytes("prices.csv", "name,price\nTire,39.99\n");
    /// ```
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::new(name.into(), Content::Bytes(bytes.into()))
    }

    /// What a stream gives, with its length if that is known. A stream that gives more or less is an error, and
    /// nothing is stored. It cannot be had twice, so that it is sent again only where nothing of it was taken. Give
    /// the length where you know it: without it the body goes out in chunks, and of those Knack's documents do
    /// not speak.
    ///
    /// ```
    /// use knack_runtime::Upload;
    /// use knack_runtime::transport::whole;
    ///
    /// let body = whole("name,price\n"); // any stream of `io::Result<Bytes>`
    /// let list = Upload::from_stream("prices.csv", body, Some(11));
    /// ```
    pub fn from_stream(
        name: impl Into<String>,
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        length: Option<u64>,
    ) -> Self {
        let home = Arc::new(Mutex::new(Some(Box::pin(stream) as _)));
        Self::new(name.into(), Content::Stream(home, length))
    }

    /// Gives it another name.
    ///
    /// ```
    /// use knack_runtime::Upload;
    ///
    /// let photo = Upload::from_path("IMG_0042.png").named("ann.png");
    /// assert_eq!(photo.name(), Some("ann.png".to_owned()));
    /// ```
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The name that it is sent with: what is behind the last slash, without control characters. `None` where
    /// nothing is left, which cannot be sent.
    ///
    /// ```
    /// use knack_runtime::Upload;
    ///
    /// let name = |name| Upload::from_bytes(name, "").name();
    /// assert_eq!(name("../../etc/passwd").as_deref(), Some("passwd"));
    /// assert_eq!(name(".."), None);
    /// ```
    pub fn name(&self) -> Option<String> {
        name::last_component(&self.name, &['/'])
    }

    /// Sets how large it may be, in bytes: 250 MB unless set. Knack's documents tell of no limit; this is the
    /// one of its imports. A longer file is [`Error::Invalid`], before anything is sent where its length is
    /// known.
    ///
    /// ```
    /// use knack_runtime::Upload;
    ///
    /// let avatar = Upload::from_path("ann.png").at_most(200_000);
    /// ```
    pub fn at_most(self, bytes: u64) -> Self {
        Self { limit: bytes, ..self }
    }

    /// Calls this for every piece that goes out. An attempt that is made again begins at zero.
    ///
    /// ```
    /// use knack_runtime::{Progress, Upload};
    ///
    /// let show = |Progress { done, total }| println!("{done} of {total:?}");
    /// let terms = Upload::from_path("legal/terms.pdf").on_progress(show);
    /// ```
    pub fn on_progress(self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { on_progress: Some(Arc::new(tell)), ..self }
    }

    /// Sends it, as the kind of asset that the call says.
    async fn send<A: Access>(self, client: &Client<A>, call: Call) -> Result<UploadedFile> {
        let label = *call.label();
        in_runtime(&label)?;
        let invalid = |problem| Error::Invalid { call: label, problem };
        let Some(name) = self.name() else {
            return Err(invalid("the file has no name; give it one by `named`".to_owned()));
        };
        let length = self.content.length().await.map_err(|error| Error::Local {
            call: label,
            trouble: LocalError::new("reading", self.content.place(), error),
        })?;
        if length.is_some_and(|length| length > self.limit) {
            return Err(invalid(too_long(self.limit)));
        }
        let reply = client.transfer(call, &mut UploadCall::new(label, &self, name.clone())).await?;
        stored(&reply.body, name).ok_or_else(|| {
            let answer = MalformedAnswer::unlike("a stored file with its id");
            Error::Malformed { call: label, answer }
        })
    }
}

pub(super) fn too_long(limit: u64) -> String {
    format!("the file has more than the {limit} bytes that it may have; `at_most` allows more")
}

/// What Knack says it has stored: like the value of a field, but for the address.
fn stored(body: &[u8], sent_as: String) -> Option<UploadedFile> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let text = |name| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Some(UploadedFile {
        id: text("id")?.parse().ok()?,
        filename: text("filename").map_or(sent_as, str::to_owned),
        url: text("public_url").or_else(|| text("url")).unwrap_or_default().to_owned(),
        thumb_url: text("thumb_url").map(str::to_owned),
        size: answer.get("size").and_then(Value::as_u64),
    })
}

/// Without what is in it.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("name", &self.name).field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl<A: Access> Client<A> {
    /// Stores a file, for a file field of one record: [set](crate::Patch::set) the field to what this gives
    /// back, or let [`attach`](Self::attach) do both. Costs one call, and one more where setting the field is
    /// another.
    ///
    /// Goes out with the API key or, from a user's client, with the user's token. Tried again like any call
    /// that does no harm twice: at worst, Knack keeps a file that no record has. The client's
    /// [`timeout`](crate::ClientBuilder::timeout) bounds how long nothing may move, and the deadline how long
    /// it waits to be sent; how long it takes in all, nothing does. Five are on their way at once, so that other
    /// calls go on beside them.
    ///
    /// Source: docs.knack.com/docs/fileimage-uploads.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::value::UploadedFile;
    /// # use knack_runtime::{Client, KnackObject, Patch, RecordId};
    /// # #[derive(Debug, KnackObject)]
    /// # #[knack(object = "object_4")]
    /// # struct Product { #[knack(key = "field_100", kind = "file")] data_sheet: Option<UploadedFile> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let id: RecordId = local.ids("object_4")[0].parse()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// use knack_runtime::Upload;
    ///
    /// let knack = builder.transport(local.transport()).build()?;
    /// let stored = knack.upload_file(Upload::from_bytes("tire.txt", "700x28C")).await?;
    /// assert_eq!((stored.filename.as_str(), stored.size), ("tire.txt", Some(7)));
    ///
    /// let product = Product::update(&knack, id, Patch::new().set(Product::DATA_SHEET, &stored)).await?;
    /// assert_eq!(product.data_sheet.unwrap().id, stored.id);
    /// # Ok(()) }
    /// ```
    pub async fn upload_file(&self, upload: Upload) -> Result<UploadedFile> {
        upload.send(self, call::upload("file")).await
    }

    /// Stores an image, for an image field whose images are uploaded. Costs what
    /// [`upload_file`](Self::upload_file) does.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::Client;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// use knack_runtime::Upload;
    ///
    /// let knack = builder.transport(local.transport()).build()?;
    /// let image = knack.upload_image(Upload::from_bytes("dot.png", &b"\x89PNG"[..])).await?;
    /// assert!(image.thumb_url.is_some());
    /// # Ok(()) }
    /// ```
    pub async fn upload_image(&self, upload: Upload) -> Result<UploadedFile> {
        upload.send(self, call::upload("image")).await
    }
}
