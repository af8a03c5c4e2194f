//! The day's plan as a ledger: what is left, what is spoken for, and who may still have it.
//!
//! At 10 calls a second the plan of a day lasts minutes, so it is the plan that limits a job. The ledger
//! holds the server's latest word on what is left, counts on its own where answers say nothing, and keeps
//! two things from others: what is [reserved](Ledger::reserve), and a floor for
//! [`Class::Interactive`] calls. It refuses a call to keep these, and where the server has told that none is
//! left but those on their way; one call in a while asks anew.
//!
//! A call *draws* before it waits, so that a long queue counts at once; it is *sent* or not; and it is
//! *settled* by what became of it. All is pure, with time as an argument.
//!
//! Source: docs.knack.com/docs/api-limits.

use std::fmt;
use std::time::Duration;

use crate::clock::Moment;
use crate::headers::LimitHeaders;
use crate::limit::Class;
use crate::plan::Plan;

mod day;
mod evidence;
mod saved;
#[cfg(test)]
mod tests;

use day::Day;
use evidence::{Evidence, Tally};

pub use saved::{Saved, SavedError};

/// After how long a word of the server is too old to keep calls by it, where it named the reset; one call
/// then asks anew, so that a plan that was raised is noticed. It may be one of those that are kept.
const OLD: Duration = Duration::from_hours(1);

/// The same where none is left: such a call costs nobody one.
const OLD_IF_NONE: Duration = Duration::from_mins(10);

/// The same where no reset is known.
const OLD_WITHOUT_RESET: Duration = Duration::from_mins(5);

/// The name of a reservation in its ledger.
///
/// ```
/// use knack_core::clock::Moment;
/// use knack_core::ledger::Ledger;
/// use knack_core::limit::Class;
///
/// let mut ledger = Ledger::new(None, 5);
/// let job = ledger.reserve(10, Class::Bulk, Moment::ZERO).unwrap();
/// assert_ne!(job, ledger.reserve(10, Class::Bulk, Moment::ZERO).unwrap());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReservationId(u64);

/// One attempt's claim on the plan, from before it waits until it is [settled](Ledger::settle).
///
/// ```
/// use knack_core::clock::Moment;
/// use knack_core::ledger::{Ledger, Outcome};
/// use knack_core::limit::Class;
///
/// let mut ledger = Ledger::new(None, 5);
/// let draw = ledger.draw(Class::Normal, None, Moment::ZERO).unwrap();
/// ledger.settle(draw, &Outcome::Unsent); // its caller has left the queue
/// ```
#[derive(Debug)]
#[must_use = "a draw is settled, or it is spoken for until the ledger ends"]
pub struct Draw {
    class: Class,
    reservation: Option<ReservationId>,
    /// Whether it counts; calls that the policy takes as unmetered do not.
    counts: bool,
    /// Goes whatever is kept, to ask the server anew.
    probes: bool,
    /// What there was by the time it was sent, if it was.
    sent: Option<Tally>,
}

/// What became of an attempt.
///
/// ```
/// use knack_core::clock::Moment;
/// use knack_core::headers::LimitHeaders;
/// use knack_core::ledger::{Ledger, Outcome};
/// use knack_core::limit::Class;
///
/// let (mut ledger, now) = (Ledger::new(None, 5), Moment::ZERO);
/// let mut draw = ledger.draw(Class::Normal, None, now).unwrap();
/// ledger.send(&mut draw, now).unwrap();
/// let mut limits = LimitHeaders::default();
/// limits.plan_remaining = Some(999);
/// ledger.settle(draw, &Outcome::Answered { sent_at: now, received_at: now, refused: false, limits });
/// assert_eq!(ledger.standing(now).left, Some(999));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// Nothing reached the server.
    Unsent,
    /// It was sent, and no answer tells whether it arrived: it counts.
    Lost,
    /// An answer came.
    Answered {
        /// When the attempt was sent.
        sent_at: Moment,
        /// When its answer came.
        received_at: Moment,
        /// Whether it was refused (429).
        refused: bool,
        /// What the answer says about limits.
        limits: LimitHeaders,
    },
}

/// Why a call may not go: what is left is kept for others, or nothing is left.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::ledger::Ledger;
/// use knack_core::limit::Class;
/// use knack_core::plan::Plan;
///
/// let (mut ledger, day) = (Ledger::new(Some(Plan::Custom(20)), 5), Moment::new(Duration::from_secs(1)));
/// let job = ledger.reserve(19, Class::Bulk, day).unwrap();
/// let kept = ledger.draw(Class::Bulk, None, day).unwrap_err();
/// assert_eq!((kept.left, kept.resets_at, kept.unclear), (20, None, false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The calls of the day that are left behind those that are spoken for; with none, the plan is used up.
    pub left: u64,
    /// When the count begins anew, as far as the server told.
    pub resets_at: Option<Moment>,
    /// When asking again is of use, if nothing changes before.
    pub until: Moment,
    /// Whether answers on their way may show that there is one for it: what the server told may count their
    /// calls already, or they may cost nothing. Ask again after each.
    pub unclear: bool,
}

/// A reservation that the plan has no room for.
///
/// ```
/// use std::time::Duration;
/// use knack_core::ledger::Shortage;
///
/// let shortage = Shortage { wanted: 500, left: 120, resets_in: Some(Duration::from_secs(10_680)) };
/// assert_eq!(
///     shortage.to_string(),
///     "500 calls cannot be reserved: 120 of the day's plan are left to reserve, for another 2 h 58 min; \
///      reserve fewer, wait until then, or raise the plan"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// How many were asked for.
    pub wanted: u64,
    /// How many could be had: neither used, nor on their way, nor reserved by others, nor kept for
    /// interactive calls.
    pub left: u64,
    /// How long until the count begins anew, as far as the server told.
    pub resets_in: Option<Duration>,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wanted, left, resets_in } = self;
        write!(
            f,
            "{wanted} calls cannot be reserved: {left} of the day's plan are left to reserve{}; \
             reserve fewer, wait until then, or raise the plan",
            crate::error::resets(*resets_in)
        )
    }
}

impl std::error::Error for Shortage {}

/// A ledger as seen from outside.
///
/// ```
/// use knack_core::clock::Moment;
/// use knack_core::ledger::Ledger;
/// use knack_core::plan::Plan;
///
/// let standing = Ledger::new(Some(Plan::Pro), 5).standing(Moment::ZERO);
/// assert_eq!((standing.limit, standing.left, standing.floor), (Some(5_000), None, 250));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// The calls of a day: by the server's word, else by the plan that was told.
    pub limit: Option<u64>,
    /// What is left of them by the server's word and by own count since; `None` while it has said nothing.
    pub left: Option<i64>,
    /// When the count begins anew.
    pub resets_at: Option<Moment>,
    /// What jobs have reserved and not used yet.
    pub reserved: u64,
    /// What is kept for interactive calls.
    pub floor: u64,
    /// Calls that wait or are on their way.
    pub pending: u64,
    /// Whether refusals (429) use up the plan, once that was seen.
    pub refusals_count: Option<bool>,
    /// Whether calls that the policy takes as unmetered were seen to use up the plan.
    pub unmetered_count: bool,
}

/// See the [module](self).
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::ledger::Ledger;
/// use knack_core::limit::Class;
/// use knack_core::plan::Plan;
///
/// let now = Moment::new(Duration::from_secs(1));
/// let mut ledger = Ledger::new(Some(Plan::Starter), 5); // 50 of 1,000 are kept for persons
/// let shortage = ledger.reserve(1_000, Class::Bulk, now).unwrap_err();
/// assert_eq!(shortage.left, 950);
///
/// let job = ledger.reserve(900, Class::Bulk, now).unwrap();
/// assert_eq!(ledger.unused(job), 900);
/// ledger.release(job);
/// assert_eq!(ledger.standing(now).reserved, 0);
/// ```
#[derive(Debug)]
pub struct Ledger {
    plan: Option<u64>,
    floor_percent: u8,
    day: Option<Day>,
    /// Draws that are not settled.
    pending: u64,
    /// Those of them that were sent.
    on_their_way: u64,
    /// What is unused of each.
    reservations: Vec<(ReservationId, u64)>,
    last: u64,
    probed_at: Option<Moment>,
    evidence: Evidence,
    /// It was seen that calls are done where none is left.
    never_spent: bool,
}

impl Ledger {
    /// A ledger of a plan, as far as it is known, that keeps so many of a hundred calls for interactive ones.
    pub fn new(plan: Option<Plan>, floor_percent: u8) -> Self {
        let plan = plan.map(Plan::daily_calls);
        Self {
            plan,
            floor_percent: floor_percent.min(100),
            day: plan.map(Day::untouched),
            pending: 0,
            on_their_way: 0,
            reservations: Vec::new(),
            last: 0,
            probed_at: None,
            evidence: Evidence::default(),
            never_spent: false,
        }
    }

    /// Claims one call for an attempt, from the reservation as long as that has any, else from what is free.
    /// Refuses it if all that is left is kept for others, or nothing is left.
    pub fn draw(
        &mut self,
        class: Class,
        reservation: Option<ReservationId>,
        now: Moment,
    ) -> Result<Draw, Kept> {
        self.turn_over(now);
        let reservation = reservation.filter(|id| self.take(*id));
        let kept = match reservation {
            Some(_) => self.kept(class, self.on_their_way, 0, now),
            None => self.kept(class, self.pending, self.reserved(), now),
        };
        let probes = kept.is_some_and(|kept| self.is_old(&kept, now));
        if let Some(kept) = kept.filter(|_| !probes) {
            self.give_back(reservation);
            return Err(kept);
        }
        self.pending += 1;
        Ok(Draw { class, reservation, counts: true, probes, sent: None })
    }

    /// An attempt that the policy takes as unmetered: it costs nothing, and whether that is so is watched.
    ///
    /// ```
    /// use knack_core::clock::Moment;
    /// use knack_core::ledger::{Ledger, Outcome};
    ///
    /// let mut ledger = Ledger::new(None, 5);
    /// let draw = ledger.draw_unmetered();
    /// assert_eq!(ledger.standing(Moment::ZERO).pending, 0);
    /// ledger.settle(draw, &Outcome::Unsent);
    /// ```
    pub fn draw_unmetered(&self) -> Draw {
        Draw { class: Class::Normal, reservation: None, counts: false, probes: false, sent: None }
    }

    /// The attempt is sent now, unless others have used up meanwhile what it counted on.
    pub fn send(&mut self, draw: &mut Draw, now: Moment) -> Result<(), Kept> {
        self.turn_over(now);
        if draw.counts && !draw.probes {
            let reserved = if draw.reservation.is_some() { 0 } else { self.reserved() };
            if let Some(kept) = self.kept(draw.class, self.on_their_way, reserved, now) {
                return Err(kept);
            }
        }
        if draw.probes {
            self.probed_at = Some(now);
        }
        self.on_their_way += u64::from(draw.counts);
        draw.sent = Some(self.evidence.sent(draw.counts));
        Ok(())
    }

    /// Ends a draw by what became of the attempt.
    #[allow(clippy::needless_pass_by_value, reason = "a draw ends once")]
    pub fn settle(&mut self, draw: Draw, outcome: &Outcome) {
        let Draw { counts, reservation, sent, .. } = draw;
        self.pending = self.pending.saturating_sub(u64::from(counts));
        self.on_their_way = self.on_their_way.saturating_sub(u64::from(counts && sent.is_some()));
        let charged = match *outcome {
            Outcome::Unsent => false,
            Outcome::Lost => true,
            Outcome::Answered { refused, .. } => !refused || self.evidence.refusals_count() == Some(true),
        };
        if !charged {
            self.give_back(reservation);
        }
        if counts {
            self.doubt(outcome);
        }
        let told = self.learn(outcome);
        if let Some(day) = self.day.as_mut().filter(|_| counts && charged && !told) {
            day.left = day.left.saturating_sub(1);
        }
        if let Some(with) = sent {
            self.evidence.ended(outcome, counts, with);
        }
    }

    /// Sets calls aside for a job; an error says how many there are. While nothing is known of the plan, it is
    /// given on trust.
    pub fn reserve(&mut self, calls: u64, class: Class, now: Moment) -> Result<ReservationId, Shortage> {
        self.turn_over(now);
        if let Some(day) = self.day {
            let free = day.left - signed(self.pending) - signed(self.reserved()) - signed(self.floor(class));
            let left = u64::try_from(free).unwrap_or(0);
            if left < calls {
                let resets_in = day.resets_at.map(|at| at - now);
                return Err(Shortage { wanted: calls, left, resets_in });
            }
        }
        self.last += 1;
        self.reservations.push((ReservationId(self.last), calls));
        Ok(ReservationId(self.last))
    }

    /// What is unused of a reservation; nothing once it is released.
    pub fn unused(&self, reservation: ReservationId) -> u64 {
        self.reservations.iter().find(|(id, _)| *id == reservation).map_or(0, |(_, unused)| *unused)
    }

    /// Ends a reservation: what is unused is free again.
    pub fn release(&mut self, reservation: ReservationId) {
        self.reservations.retain(|(id, _)| *id != reservation);
    }

    /// The state at `now`, for people, for metrics and for a file.
    pub fn standing(&self, now: Moment) -> Standing {
        let day = self.day.filter(|day| !day.is_over(now));
        Standing {
            limit: self.limit(),
            left: day.filter(|day| day.told).map(|day| day.left),
            resets_at: day.and_then(|day| day.resets_at),
            reserved: self.reserved(),
            floor: self.floor(Class::Bulk),
            pending: self.pending,
            refusals_count: self.evidence.refusals_count(),
            unmetered_count: self.evidence.unmetered_count(),
        }
    }

    /// A server that does what is asked after it had said that none is left, and does not say otherwise, is not
    /// believed in that until it refuses.
    fn doubt(&mut self, outcome: &Outcome) {
        let Outcome::Answered { sent_at, refused, limits, .. } = outcome else { return };
        let none = limits.plan_remaining.is_none_or(|left| left <= 0);
        let said = self.day.is_some_and(|day| day.told && day.left <= 0 && *sent_at > day.as_of);
        self.never_spent = !refused && none && (said || self.never_spent);
    }

    /// Takes the server's word. Whether it gave any.
    fn learn(&mut self, outcome: &Outcome) -> bool {
        let Outcome::Answered { sent_at, received_at, limits, .. } = outcome else { return false };
        let Some(new) = Day::told(limits, *received_at) else { return false };
        self.turn_over(*received_at);
        self.day = Some(self.day.map_or(new, |known| known.merge(new, *sent_at)));
        true
    }

    /// Why a class may not have one more behind `spoken_for` calls, if so.
    fn kept(&self, class: Class, spoken_for: u64, reserved: u64, now: Moment) -> Option<Kept> {
        let kept = self.floor(class).saturating_add(reserved);
        // That none is left is believed of the server alone.
        let spent = |day: &Day| day.told && !self.never_spent;
        let day = self.day.filter(|day| spent(day) || (kept > 0 && day.left > 0))?;
        let left = day.left - signed(spoken_for);
        if left - signed(kept) > 0 {
            return None;
        }
        // Not more than those on their way may be counted already, or cost nothing.
        let at_best = left + signed(self.on_their_way.min(spoken_for)) - signed(kept);
        let unclear = day.told && self.on_their_way > 0 && at_best > 0;
        let left = u64::try_from(left).unwrap_or(0);
        let again = self.old_at(&day, left);
        let again = if again > now { again } else { now + Self::old(&day, left) };
        let until = day.resets_at.map_or(again, |at| at.min(again)).max(now);
        Some(Kept { left, resets_at: day.resets_at, until, unclear })
    }

    /// Whether the server's word is so old that one call asks anew, where no other will bring one.
    fn is_old(&self, kept: &Kept, now: Moment) -> bool {
        self.pending == 0 && self.day.is_some_and(|day| now >= self.old_at(&day, kept.left))
    }

    fn old_at(&self, day: &Day, left: u64) -> Moment {
        let old = Self::old(day, left);
        (day.as_of + old - day.old_by).max(self.probed_at.map_or(Moment::ZERO, |at| at + old))
    }

    fn old(day: &Day, left: u64) -> Duration {
        match (day.resets_at, left) {
            (None, _) => OLD_WITHOUT_RESET,
            (Some(_), 0) => OLD_IF_NONE,
            (Some(_), _) => OLD,
        }
    }

    /// A day that is over leaves nothing but the plan's limit.
    fn turn_over(&mut self, now: Moment) {
        if self.day.is_some_and(|day| day.is_over(now)) {
            self.day = self.limit().map(Day::untouched);
            self.evidence.forget();
            self.never_spent = false;
        }
    }

    fn limit(&self) -> Option<u64> {
        self.day.and_then(|day| day.limit).or(self.plan)
    }

    fn floor(&self, class: Class) -> u64 {
        if class == Class::Interactive {
            return 0;
        }
        let percent = u128::from(self.floor_percent);
        let floor = u128::from(self.limit().unwrap_or(0)) * percent / 100;
        u64::try_from(floor).unwrap_or(u64::MAX)
    }

    fn reserved(&self) -> u64 {
        self.reservations.iter().map(|(_, unused)| unused).fold(0, |sum, unused| sum.saturating_add(*unused))
    }

    fn take(&mut self, reservation: ReservationId) -> bool {
        match self.place_of(reservation).filter(|unused| **unused > 0) {
            Some(unused) => {
                *unused -= 1;
                true
            }
            None => false,
        }
    }

    fn give_back(&mut self, reservation: Option<ReservationId>) {
        if let Some(unused) = reservation.and_then(|id| self.place_of(id)) {
            *unused = unused.saturating_add(1);
        }
    }

    fn place_of(&mut self, reservation: ReservationId) -> Option<&mut u64> {
        self.reservations.iter_mut().find(|(id, _)| *id == reservation).map(|(_, unused)| unused)
    }
}

/// No count is further from zero, so that a sum of a few of them is none that overflows.
const MOST: i64 = i64::MAX / 8;

/// A number of calls to reckon with; more than there could be is as good as the most.
fn signed(calls: u64) -> i64 {
    i64::try_from(calls).map_or(MOST, |calls| calls.min(MOST))
}
