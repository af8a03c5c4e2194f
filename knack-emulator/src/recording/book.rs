//! What a recorder writes into: one file, and what is known of secrets.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http::request::Parts;
use serde_json::Value;

use super::body::Body;
use super::entry::Entry;
use super::exchange::{Answered, Asked, Exchange};
use super::secrets::{self, Secrets};
use super::{file, write};
use crate::error::EmulatorError;

/// Who is told of each call, and of what is amiss.
pub(super) type Watcher = Box<dyn Fn(&str) + Send + Sync>;

/// The file, and all that its writers share.
pub(super) struct Book {
    path: PathBuf,
    watcher: Option<Watcher>,
    began: Instant,
    pages: Mutex<Pages>,
}

struct Pages {
    file: File,
    secrets: Secrets,
    written: u64,
    failed: Option<io::Error>,
}

impl Book {
    /// Begins a run in a new file, or at the end of one that is there already.
    pub(super) fn open(
        path: &Path,
        append: bool,
        (service, keeps_application): (&str, bool),
        watcher: Option<Watcher>,
    ) -> Result<Self, EmulatorError> {
        let told = |source| EmulatorError::Write { path: path.to_owned(), source };
        let mut file = match (new_file(path), append) {
            (Ok(file), _) => file,
            (Err(error), true) if error.kind() == io::ErrorKind::AlreadyExists => {
                end_of(path, keeps_application)?
            }
            (Err(error), false) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(EmulatorError::Exists { path: path.to_owned() });
            }
            (Err(error), _) => return Err(told(error)),
        };
        file.write_all(write::first_line(service, keeps_application).as_bytes()).map_err(told)?;
        let pages = Pages { file, secrets: Secrets::new(keeps_application), written: 0, failed: None };
        Ok(Self { path: path.to_owned(), watcher, began: Instant::now(), pages: Mutex::new(pages) })
    }

    /// Learns the secrets of a request before it goes on. Answers the id of the application that it is for.
    pub(super) fn learn(&self, parts: &Parts) -> Option<String> {
        let mut pages = self.pages();
        let before = pages.secrets.applications();
        pages.secrets.learn_request(&parts.uri, &parts.headers);
        let another = before == 1 && pages.secrets.applications() == 2;
        drop(pages);
        if another {
            self.tell(
                "warning: these are calls of several applications, which a replay cannot tell apart; \
                 record each on its own, or with --keep-application-id",
            );
        }
        secrets::application(&parts.uri, &parts.headers)
    }

    /// Learns which fields of an application are passwords.
    pub(super) fn learn_fields(&self, dump: &Value) {
        self.pages().secrets.learn_fields(dump);
    }

    /// Writes an exchange that is over.
    pub(super) fn write(&self, entry: &Entry) {
        let took = u64::try_from(entry.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut pages = self.pages();
        let exchange = exchange(entry, &mut pages.secrets, self.began);
        let line = write::line(&exchange, took, &write::told(&entry.head.headers, &pages.secrets));
        let failed = pages.write(&line);
        drop(pages);
        if let Some(failed) = failed {
            self.tell(&failed);
        }
        let became =
            exchange.answered.as_ref().map_or("---".to_owned(), |answered| answered.status.to_string());
        let broke = exchange.broke.as_ref().map_or(String::new(), |why| format!("  {why}"));
        self.tell(&format!("{became}  {}  {took} ms{broke}", exchange.asked.shown()));
    }

    pub(super) fn tell(&self, line: &str) {
        if let Some(watcher) = &self.watcher {
            watcher(line);
        }
    }

    /// How many exchanges were written, or why not all.
    pub(super) fn end(&self) -> Result<u64, EmulatorError> {
        let mut pages = self.pages();
        match pages.failed.take() {
            Some(source) => Err(EmulatorError::Write { path: self.path.clone(), source }),
            None => Ok(pages.written),
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// Writes a line in one piece, so that whoever is killed leaves whole lines. After a failure no more is written;
    /// the first one is told.
    fn write(&mut self, line: &str) -> Option<String> {
        if self.failed.is_some() {
            return None;
        }
        let whole = self.file.stream_position();
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => {
                self.written += 1;
                None
            }
            Err(error) => {
                // Half a line is of no use to anybody.
                let _ = whole.and_then(|whole| self.file.set_len(whole));
                let said = format!("error: the recording ends here, since it cannot be written: {error}");
                self.failed = Some(error);
                Some(said)
            }
        }
    }
}

/// What is written of an exchange. All of it is learnt from before any of it is hidden.
fn exchange(entry: &Entry, secrets: &mut Secrets, began: Instant) -> Exchange {
    let Parts { method, uri, headers, .. } = &entry.head;
    let sent = entry.sent();
    let came = entry.came.whole();
    for (body, headers) in [(&sent, headers), (&came, &entry.came_with)] {
        if let Ok(body) = body {
            Body::learn(body, headers, secrets);
        }
    }
    secrets.learn_answer(&entry.came_with);
    let mut asked = Asked::of((method, uri), headers, &sent.clone().unwrap_or_default(), secrets);
    if let Err(why) = sent {
        asked.body = Body::Omitted(why);
    }
    let answered = entry.status.map(|status| Answered {
        status: status.as_u16(),
        headers: write::answers(&entry.came_with, secrets),
        body: came.map_or_else(Body::Omitted, |came| {
            let body = Body::of(&came, &entry.came_with, secrets);
            if entry.broke.is_some() { write::cut(body, secrets) } else { body }
        }),
    });
    let at_ms = u64::try_from(entry.began.duration_since(began).as_millis()).unwrap_or(u64::MAX);
    let broke = entry.broke.as_deref().map(|why| secrets.hidden(why));
    Exchange { at_ms, asked, answered, broke, application: None }
}

/// A file that was not there before. It holds records: on Unix, nobody else may read it.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).and_then(locked)
}

/// The file, for this recorder alone: two would write over each other.
fn locked(file: File) -> io::Result<File> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(io::Error::other("another recorder writes it; take another file"))
        }
        // Not every file system has locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The end of a recording, behind its last whole line.
fn end_of(path: &Path, keeps_application: bool) -> Result<File, EmulatorError> {
    let told = |source| EmulatorError::Write { path: path.to_owned(), source };
    let refused =
        |why: &str| EmulatorError::Recording { path: path.to_owned(), line: 1, why: why.to_owned() };
    let mut file = OpenOptions::new().read(true).write(true).open(path).and_then(locked).map_err(told)?;
    let mut lines = BufReader::new(&file);
    let first = file::next_line(&mut lines).map_err(told)?;
    match file::run_of(&String::from_utf8_lossy(&first)) {
        Ok(replaced) if replaced != keeps_application => {}
        Ok(_) => {
            return Err(refused(
                "it keeps the application's id and this run would not, or the other way round",
            ));
        }
        Err(why) => return Err(refused(&format!("nothing can be appended: {why}"))),
    }
    let mut whole = first.len();
    loop {
        let line = file::next_line(&mut lines).map_err(told)?;
        if !line.ends_with(b"\n") {
            break;
        }
        whole += line.len();
    }
    let whole = u64::try_from(whole).unwrap_or(u64::MAX);
    file.set_len(whole).and_then(|()| file.seek(SeekFrom::End(0))).map_err(told)?;
    Ok(file)
}
