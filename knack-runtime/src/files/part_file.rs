//! A file that is not there before it is whole.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};

use crate::blocking::blocking;

/// How much is written at once.
const PIECE: usize = 256 * 1024;

/// What came so far, in a hidden file beside the one that it will be. Dropped before it is kept, it is gone.
pub(super) struct PartFile {
    path: PathBuf,
    /// None while it is written on another thread, and after that has failed to come back.
    file: Option<File>,
    gathered: BytesMut,
}

impl PartFile {
    /// Makes it, in the folder of `target`.
    pub(super) async fn beside(target: &Path) -> io::Result<Self> {
        let name = format!(".knack-{}-{:016x}.part", std::process::id(), fastrand::u64(..));
        let path = target.with_file_name(name);
        // Whole on the other thread: if nobody waits for it any more, it is dropped there, and the file is gone.
        blocking(move || {
            let file = File::create_new(&path)?;
            Ok(Self { path, file: Some(file), gathered: BytesMut::new() })
        })
        .await
    }

    pub(super) async fn write(&mut self, piece: &Bytes) -> io::Result<()> {
        self.gathered.extend_from_slice(piece);
        if self.gathered.len() < PIECE {
            return Ok(());
        }
        self.flush().await
    }

    /// Forgets what came.
    pub(super) async fn restart(&mut self) -> io::Result<()> {
        self.gathered.clear();
        self.on_file(|file| file.set_len(0).and_then(|()| file.rewind())).await
    }

    /// Gives it its name. `replace`: in place of a file that has it.
    pub(super) async fn keep(mut self, target: &Path, replace: bool) -> io::Result<()> {
        self.flush().await?;
        self.on_file(|file| file.sync_all()).await?;
        // Closed first: some systems do not rename what is open.
        self.file = None;
        let (from, to) = (self.path.clone(), target.to_owned());
        blocking(move || if replace { fs::rename(from, to) } else { rename_new(&from, &to) }).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        let piece = self.gathered.split();
        self.on_file(move |file| file.write_all(&piece)).await
    }

    async fn on_file(
        &mut self,
        work: impl FnOnce(&mut File) -> io::Result<()> + Send + 'static,
    ) -> io::Result<()> {
        let mut file = self.file.take().ok_or_else(|| io::Error::other("it could not be written before"))?;
        self.file = Some(blocking(move || work(&mut file).map(|()| file)).await?);
        Ok(())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        self.file = None;
        // After it was kept there is none of this name; nothing else can be done about one that stays.
        let _ = fs::remove_file(&self.path);
    }
}

/// Renames, unless there is a file of that name.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        // The old name goes with the part file.
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // A file system without links: somebody may make that file between the question and the answer.
        Err(_) if to.try_exists()? => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}
