//! Files: up, on to records, and down again, over whatever befalls them on the way.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod downloads;
mod hosts;
mod socket;
mod streams;
mod uploads;

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use knack_emulator::{Builder, Emulator};
use knack_runtime::transport::{
    BoxFuture, ByteStream, Failure, Request, Response, Transport, TransportError,
};
use knack_runtime::value::UploadedFile;
use knack_runtime::{Client, KnackObject, Progress, RecordId, Upload};
use knack_tests::{APP, KEY, client_of};
use serde_json::json;

/// A product of the shelf.
#[derive(Clone, Debug, KnackObject)]
#[knack(object = "object_1")]
struct Product {
    #[knack(key = "field_1", kind = "file")]
    sheet: Option<UploadedFile>,
    #[knack(key = "field_2", kind = "file")]
    contract: Option<UploadedFile>,
    #[knack(key = "field_3", kind = "image")]
    photo: Option<UploadedFile>,
}

const PRODUCT: &str = "5f0000000000000000000abc";

/// Products with a data sheet, a secure contract and a photo; there is one. And one account.
fn shelf() -> Builder {
    let field =
        |key: &str, kind: &str, format| json!({"key": key, "name": key, "type": kind, "format": format});
    Emulator::builder()
        .application(json!({"id": APP, "objects": [{"key": "object_1", "name": "Products", "fields": [
            field("field_1", "file", json!({"secure": false})),
            field("field_2", "file", json!({"secure": true})),
            field("field_3", "image", json!({"source": "upload"})),
        ]}, {"key": "object_2", "name": "Accounts", "type": "UserObject", "profile_key": "all_users", "fields": [
            field("field_11", "email", json!({})),
            field("field_12", "password", json!({})),
        ]}]}))
        .records("object_1", vec![json!({ "id": PRODUCT })])
        .records("object_2", vec![json!({ "field_11": EMAIL, "field_12": PASSWORD })])
}

const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "a password of the tests";

fn on(shelf: Builder) -> (Emulator, Client) {
    let local = shelf.build().unwrap();
    let knack = client_of(&local).build().unwrap();
    (local, knack)
}

fn product() -> RecordId {
    PRODUCT.parse().unwrap()
}

/// Bytes of which none is where another one should be.
fn content(length: usize) -> Bytes {
    (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

/// A stored file of this content, as a record has it: its address leads on to where it is. The log is empty again.
async fn stored(local: &Emulator, knack: &Client, content: Bytes) -> UploadedFile {
    let mut file = knack.upload_file(Upload::from_bytes("sheet.pdf", content)).await.unwrap();
    file.url = format!("https://api.knack.com/v1/applications/{APP}/download/asset/{}/sheet.pdf", file.id);
    local.forget_requests();
    file
}

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("knack-files-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        names_in(&self.0)
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let found = std::fs::read_dir(folder).into_iter().flatten();
    found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Keeps what was told of the progress.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Progress>>>);

impl Told {
    fn teller(&self) -> impl Fn(Progress) + Send + Sync + 'static {
        let told = Arc::clone(&self.0);
        move |progress| told.lock().unwrap().push(progress)
    }

    fn done(&self) -> Vec<u64> {
        self.0.lock().unwrap().iter().map(|progress| progress.done).collect()
    }
}

/// A body of pieces that come when they come.
struct Pieces<F>(F);

impl<F> Stream for Pieces<F>
where
    F: FnMut(&mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> + Unpin,
{
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        (self.0)(context)
    }
}

/// These pieces, then nothing more.
fn pieces(pieces: Vec<io::Result<Bytes>>) -> ByteStream {
    let mut pieces = pieces.into_iter();
    Box::pin(Pieces(move |_: &mut Context<'_>| Poll::Ready(pieces.next())))
}

/// These pieces, then silence.
fn silence_after(first: Bytes) -> ByteStream {
    let mut first = Some(first);
    Box::pin(Pieces(move |_: &mut Context<'_>| {
        first.take().map_or(Poll::Pending, |piece| Poll::Ready(Some(Ok(piece))))
    }))
}

/// A transport that answers requests in pieces, by a function that is told how many came before.
#[derive(Clone)]
struct Wire {
    answer: Arc<dyn Fn(usize, http::Request<ByteStream>) -> Streamed + Send + Sync>,
    count: Arc<AtomicUsize>,
}

type Streamed = BoxFuture<'static, Result<http::Response<ByteStream>, TransportError>>;

impl Wire {
    fn new<F>(answer: impl Fn(usize, http::Request<ByteStream>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<http::Response<ByteStream>, TransportError>> + Send + 'static,
    {
        let answer = move |n, request| -> Streamed { Box::pin(answer(n, request)) };
        Self { answer: Arc::new(answer), count: Arc::default() }
    }

    fn client(&self) -> Client {
        Client::builder(APP).api_key(KEY).transport(self.clone()).build().unwrap()
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

impl Transport for Wire {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async { Err(TransportError::new(Failure::Unsendable, "files alone")) })
    }

    fn stream(
        &self,
        request: http::Request<ByteStream>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, TransportError>> {
        (self.answer)(self.count.fetch_add(1, Ordering::Relaxed), request)
    }
}

/// An answer with these headers.
fn answer(status: u16, headers: &[(&str, &str)], body: ByteStream) -> http::Response<ByteStream> {
    let builder = http::Response::builder().status(status);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(body).unwrap()
}

/// What Knack says of an upload.
fn kept() -> Bytes {
    Bytes::from_static(br#"{"id":"5f0000000000000000000def","type":"file","filename":"a.bin"}"#)
}
