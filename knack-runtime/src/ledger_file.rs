//! The ledger's file, by which a restarted program knows what is left of the day.
//!
//! It is written beside and renamed, so that a reader sees the old one or the new one. Several programs may keep
//! one: who knows less than the file leaves it as it is. What it says is a help, never a need: a file that
//! cannot be read or written is a warning.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use knack_core::ApplicationId;
use knack_core::clock::Moment;
use knack_core::ledger::{Ledger, Saved};
use tracing::warn;

/// How often it is written at most.
const EVERY: Duration = Duration::from_secs(5);

/// More than any ledger's file has.
const LONGEST: u64 = 4_096;

pub(crate) struct LedgerFile {
    path: PathBuf,
    beside: PathBuf,
    application: ApplicationId,
    last: Mutex<Last>,
}

#[derive(Default)]
struct Last {
    written_at: Option<Moment>,
    saved: Option<Saved>,
    /// Whether it was said that writing failed.
    failed: bool,
}

impl LedgerFile {
    pub(crate) fn new(path: PathBuf, application: ApplicationId) -> Self {
        let beside = beside(&path);
        Self { path, beside, application, last: Mutex::default() }
    }

    /// Takes up what the file says. One that is not there yet is no matter.
    pub(crate) fn restore(&self, ledger: &mut Ledger, now: Moment, wall: SystemTime) {
        let text = match read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                return warn!(path = %self.path.display(), %error, "the ledger's file cannot be read");
            }
        };
        let restored =
            Saved::parse(&text).and_then(|saved| ledger.restore(&saved, self.application, now, wall));
        if let Err(error) = restored {
            warn!(path = %self.path.display(), %error, "the ledger's file says nothing of what is left");
        }
    }

    /// Writes it, unless that was done of late.
    pub(crate) fn keep(&self, ledger: &Ledger, now: Moment, wall: SystemTime) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.written_at.is_none_or(|written_at| now >= written_at + EVERY) {
            self.write(&mut last, ledger, now, wall);
        }
    }

    /// Writes it for the last time.
    pub(crate) fn write_last(&self, ledger: &Ledger, now: Moment, wall: SystemTime) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        self.write(&mut last, ledger, now, wall);
    }

    /// Some hundred bytes once in a while: not worth a thread.
    fn write(&self, last: &mut Last, ledger: &Ledger, now: Moment, wall: SystemTime) {
        let saved = ledger.save(self.application, now, wall);
        let Some(new) = saved.filter(|_| saved != last.saved) else { return };
        last.written_at = Some(now);
        let before = std::mem::replace(&mut last.saved, saved);
        if self.knows_better(new, before, wall) {
            return;
        }
        let written =
            fs::write(&self.beside, new.to_text()).and_then(|()| fs::rename(&self.beside, &self.path));
        if let Err(error) = written {
            let _none_or_gone = fs::remove_file(&self.beside);
            if !std::mem::replace(&mut last.failed, true) {
                warn!(path = %self.path.display(), %error, "the ledger's file cannot be written");
            }
        }
    }

    /// Whether another program has written what is more than `new`. One that writes in between the question and
    /// the writing is not seen; its next writing mends that.
    fn knows_better(&self, new: Saved, before: Option<Saved>, wall: SystemTime) -> bool {
        let text = read(&self.path).unwrap_or_default();
        Saved::parse(&text).is_ok_and(|kept| Some(kept) != before && new.or_better(kept, wall) != new)
    }
}

fn read(path: &Path) -> io::Result<String> {
    // A pipe would keep its reader waiting.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut text = String::new();
    File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// A name that nobody else writes to: neither another process nor another client of this one.
fn beside(path: &Path) -> PathBuf {
    static CLIENTS: AtomicU32 = AtomicU32::new(0);
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    let client = CLIENTS.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{client}.tmp", std::process::id()));
    path.with_file_name(name)
}
