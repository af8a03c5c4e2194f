//! Where a download goes.

use std::io::{self, Write};

use bytes::{Bytes, BytesMut};

use super::part_file::PartFile;

/// See the [module](self).
pub(super) enum Sink<'a> {
    Memory(BytesMut),
    File(PartFile),
    Writer(&'a mut (dyn Write + Send)),
}

impl Sink<'_> {
    pub(super) async fn write(&mut self, piece: &Bytes) -> io::Result<()> {
        match self {
            Self::Memory(all) => {
                all.extend_from_slice(piece);
                Ok(())
            }
            Self::File(file) => file.write(piece).await,
            Self::Writer(writer) => writer.write_all(piece),
        }
    }

    /// Forgets what came.
    pub(super) async fn restart(&mut self) -> io::Result<()> {
        match self {
            Self::Memory(all) => {
                all.clear();
                Ok(())
            }
            Self::File(file) => file.restart().await,
            Self::Writer(_) => Err(io::Error::other(
                "the download was cut and has to begin anew, and what is written cannot be taken back; \
                 `to_file` and `bytes` can do that",
            )),
        }
    }
}
