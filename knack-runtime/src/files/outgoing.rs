//! What is in an upload, in pieces: as often as it can be had.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use knack_core::transport::{BoxFuture, ByteStream, whole};

use super::length;
use crate::blocking::blocking;

/// How much of a file is read at once.
const PIECE: usize = 128 * 1024;

/// Where an upload's bytes are.
#[derive(Clone)]
pub(super) enum Content {
    Path(PathBuf),
    Bytes(Bytes),
    Stream(Home, Option<u64>),
}

/// Where a stream is while nobody reads it.
pub(super) type Home = Arc<Mutex<Option<ByteStream>>>;

impl Content {
    /// How long it is, where that is known.
    pub(super) async fn length(&self) -> io::Result<Option<u64>> {
        match self {
            Self::Path(path) => {
                let path = path.clone();
                blocking(move || std::fs::metadata(path).and_then(|found| of_regular(&found))).await.map(Some)
            }
            Self::Bytes(bytes) => Ok(Some(length(bytes))),
            Self::Stream(_, length) => Ok(*length),
        }
    }

    /// All of it from the beginning, and how long it is now.
    pub(super) async fn open(&self) -> io::Result<(Option<u64>, ByteStream)> {
        match self {
            Self::Path(path) => {
                let path = path.clone();
                let (length, file) = blocking(move || open(&path)).await?;
                Ok((Some(length), Box::pin(Pieces(State::Resting(file)))))
            }
            Self::Bytes(bytes) => Ok((Some(length(bytes)), whole(bytes.clone()))),
            Self::Stream(home, length) => {
                let stream = home.lock().unwrap_or_else(PoisonError::into_inner).take();
                let stream = stream.ok_or_else(|| io::Error::other("the stream was begun before"))?;
                Ok((*length, Box::pin(Lent { stream: Some(stream), home: Arc::clone(home), begun: false })))
            }
        }
    }

    pub(super) fn can_be_had_again(&self) -> bool {
        match self {
            Self::Path(_) | Self::Bytes(_) => true,
            Self::Stream(home, _) => home.lock().unwrap_or_else(PoisonError::into_inner).is_some(),
        }
    }

    /// What it is, for messages.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Path(path) => format!("`{}`", path.display()),
            Self::Bytes(_) => "the bytes".to_owned(),
            Self::Stream(..) => "the stream".to_owned(),
        }
    }
}

fn open(path: &Path) -> io::Result<(u64, File)> {
    let file = File::open(path)?;
    Ok((of_regular(&file.metadata()?)?, file))
}

/// The length of a file. What is none, such as a pipe, has no length and cannot be read twice.
fn of_regular(found: &std::fs::Metadata) -> io::Result<u64> {
    if found.is_file() {
        return Ok(found.len());
    }
    let problem = "it is no regular file; upload what is read from it by `Upload::from_stream`";
    Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
}

/// A file in pieces, read on threads where that holds nobody up.
struct Pieces(State);

enum State {
    Resting(File),
    Reading(BoxFuture<'static, io::Result<(File, Bytes)>>),
    Ended,
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.0, State::Ended) {
                State::Resting(file) => {
                    self.0 = State::Reading(Box::pin(blocking(move || read(file))));
                }
                State::Reading(mut reading) => {
                    let Poll::Ready(read) = reading.as_mut().poll(context) else {
                        self.0 = State::Reading(reading);
                        return Poll::Pending;
                    };
                    let (file, piece) = read?;
                    if piece.is_empty() {
                        return Poll::Ready(None);
                    }
                    self.0 = State::Resting(file);
                    return Poll::Ready(Some(Ok(piece)));
                }
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

fn read(mut file: File) -> io::Result<(File, Bytes)> {
    let mut piece = Vec::with_capacity(PIECE);
    (&mut file).take(PIECE as u64).read_to_end(&mut piece)?;
    Ok((file, piece.into()))
}

/// A stream on its way. If no connection came about, nothing of it was taken, and it goes home.
struct Lent {
    stream: Option<ByteStream>,
    home: Home,
    begun: bool,
}

impl Stream for Lent {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(None) };
        let piece = ready!(stream.as_mut().poll_next(context));
        self.begun = true;
        Poll::Ready(piece)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.begun {
            *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.stream.take();
        }
    }
}
