//! Files: up, on to a record, and down again.

mod address;
mod attach;
mod download;
mod fetch;
mod multipart;
mod name;
mod outgoing;
mod part_file;
mod sink;
mod told;
mod upload;
mod upload_call;

pub use self::attach::FileField;
pub use self::download::{Download, StoredFile};
pub use self::upload::Upload;

/// How large a file may be unless [`Upload::at_most`] says otherwise, in bytes. Of a limit of uploads Knack's
/// documents do not speak: this is that of its imports, and a guess.
///
/// Source: docs.knack.com/docs/the-import-process.
const MOST_BYTES: u64 = 250_000_000;

/// How far a file is on its way.
///
/// ```
/// use knack_runtime::Progress;
///
/// fn show(progress: Progress) -> String {
///     match progress.total {
///         Some(total) => format!("{} of {total} bytes", progress.done),
///         None => format!("{} bytes", progress.done),
///     }
/// }
/// assert_eq!(show(Progress { done: 10, total: Some(40) }), "10 of 40 bytes");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The bytes that are through. Where an attempt begins anew, so does this.
    pub done: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
}

/// Who wants to know of it.
type OnProgress = std::sync::Arc<dyn Fn(Progress) + Send + Sync>;

/// A length in memory, as one of a file.
fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
