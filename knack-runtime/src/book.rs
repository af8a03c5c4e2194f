//! The client's ledger of the day's plan, fed and asked by the executor; the decisions are
//! [`knack_core::ledger`]'s.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use knack_core::ApplicationId;
use knack_core::clock::{Clock, Moment};
use knack_core::ledger::{Draw, Kept, Ledger, Outcome, ReservationId, Shortage, Standing};
use knack_core::limit::Class;
use knack_core::plan::Plan;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tracing::{debug, info, warn};

use crate::clock::TokioClock;
use crate::ledger_file::LedgerFile;

/// A ledger, perhaps with its file.
pub(crate) struct Book {
    ledger: Mutex<Ledger>,
    /// There may be more for those that wait for it.
    changed: Notify,
    /// A claim has ended.
    ended: Notify,
    file: Option<LedgerFile>,
}

impl Book {
    pub(crate) fn new(
        application: ApplicationId,
        plan: Option<Plan>,
        floor_percent: u8,
        file: Option<PathBuf>,
    ) -> Self {
        let mut ledger = Ledger::new(plan, floor_percent);
        let file = file.map(|path| LedgerFile::new(path, application));
        if let Some(file) = &file {
            file.restore(&mut ledger, TokioClock.now(), SystemTime::now());
        }
        Self { ledger: Mutex::new(ledger), changed: Notify::new(), ended: Notify::new(), file }
    }

    /// Claims a call for an attempt that counts.
    pub(crate) fn draw(&self, class: Class, reservation: Option<ReservationId>) -> Result<Drawn<'_>, Kept> {
        let draw = self.ledger().draw(class, reservation, TokioClock.now())?;
        Ok(Drawn { book: self, draw: Some(draw), end: Outcome::Unsent })
    }

    /// An attempt that is said to cost nothing.
    pub(crate) fn draw_unmetered(&self) -> Drawn<'_> {
        let draw = self.ledger().draw_unmetered();
        Drawn { book: self, draw: Some(draw), end: Outcome::Unsent }
    }

    /// Ends when there may be more than at its making.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Ends when what is on its way is clearer than at its making.
    pub(crate) fn ended(&self) -> Notified<'_> {
        self.ended.notified()
    }

    pub(crate) fn reserve(&self, calls: u64, class: Class) -> Result<ReservationId, Shortage> {
        self.ledger().reserve(calls, class, TokioClock.now())
    }

    pub(crate) fn unused(&self, reservation: ReservationId) -> u64 {
        self.ledger().unused(reservation)
    }

    pub(crate) fn release(&self, reservation: ReservationId) {
        self.ledger().release(reservation);
        self.changed.notify_waiters();
    }

    pub(crate) fn standing(&self, now: Moment) -> Standing {
        self.ledger().standing(now)
    }

    /// Nothing panics while the lock is held.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, draw: Draw, outcome: &Outcome) {
        let now = TokioClock.now();
        let mut ledger = self.ledger();
        let before = ledger.standing(now);
        ledger.settle(draw, outcome);
        let after = ledger.standing(now);
        if let Some(file) = &self.file {
            file.keep(&ledger, now, SystemTime::now());
        }
        drop(ledger);
        tell_what_was_learnt(&before, &after);
        self.ended.notify_waiters();
        if matches!(outcome, Outcome::Unsent) || after.left > before.left {
            self.changed.notify_waiters();
        }
    }
}

/// Writes what the last seconds changed.
impl Drop for Book {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            file.write_last(&self.ledger(), TokioClock.now(), SystemTime::now());
        }
    }
}

fn tell_what_was_learnt(before: &Standing, after: &Standing) {
    if after.unmetered_count && !before.unmetered_count {
        warn!("calls that the policy takes as unmetered use up the plan: from here on they are metered");
    }
    if let Some(count) = after.refusals_count.filter(|_| before.refusals_count != after.refusals_count) {
        info!(charged = count, "seen whether refusals (429) use up the plan");
    }
    if after.limit != before.limit {
        debug!(limit = after.limit, left = after.left, "the plan, by the server's word");
    }
}

/// One attempt's claim. Dropped, it ends by how far the attempt had come.
pub(crate) struct Drawn<'a> {
    book: &'a Book,
    draw: Option<Draw>,
    end: Outcome,
}

impl Drawn<'_> {
    /// The attempt is sent now, unless the plan has no more for it.
    pub(crate) fn send(&mut self) -> Result<(), Kept> {
        if let Some(draw) = &mut self.draw {
            self.book.ledger().send(draw, TokioClock.now())?;
            self.end = Outcome::Lost;
        }
        Ok(())
    }

    pub(crate) fn settle(mut self, outcome: Outcome) {
        self.end = outcome;
    }
}

impl Drop for Drawn<'_> {
    fn drop(&mut self) {
        if let Some(draw) = self.draw.take() {
            self.book.settle(draw, &self.end);
        }
    }
}
