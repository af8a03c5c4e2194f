//! A ledger as it is kept from one run of a program to the next.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::day::SAME_DAY;
use super::{Day, Ledger};
use crate::clock::Moment;
use crate::key::ApplicationId;

#[cfg(test)]
mod tests;

/// Which form of file this is.
const VERSION: u64 = 1;

/// No reset is further away than a day, and a little for clocks that differ.
const FURTHEST: Duration = Duration::from_hours(25);

/// Words so near each other may be in either order, since they overlap, and times are rounded.
const TOGETHER: Duration = Duration::from_mins(1);

/// What a file keeps of a ledger: whose it is, what is left and until when, by which word of the server.
/// Nothing secret.
///
/// Its times are of the wall clock, since a monotonic one does not outlive the program. A clock that is set
/// meanwhile can make them wrong, until the first answer.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use knack_core::clock::Moment;
/// use knack_core::ledger::{Ledger, Saved};
///
/// let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let text = r#"{"ledger":1,"application":"5d79512148c4af00106d1507","limit":5000,"left":4569,"resets_at":1700010000,"as_of":1699999990}"#;
/// let saved = Saved::parse(text)?;
///
/// let mut ledger = Ledger::new(None, 5);
/// let application = "5d79512148c4af00106d1507".parse().unwrap();
/// ledger.restore(&saved, application, Moment::ZERO, wall)?;
/// assert_eq!(ledger.standing(Moment::ZERO).left, Some(4_569));
/// assert_eq!(ledger.save(application, Moment::ZERO, wall), Some(saved));
/// assert_eq!(saved.to_text(), text);
/// # Ok::<(), knack_core::ledger::SavedError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    application: ApplicationId,
    limit: Option<u64>,
    left: i64,
    /// In whole seconds since 1970.
    resets_at: u64,
    /// When the server said so, in the same; 0 if that is not known.
    as_of: u64,
}

/// Why a file says nothing of a ledger.
///
/// ```
/// use knack_core::ledger::{Saved, SavedError};
///
/// assert_eq!(Saved::parse(r#"{"ledger":1,"applic"#), Err(SavedError::Torn));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SavedError {
    /// It is no such file, or not all of it.
    Torn,
    /// It is of another application.
    Foreign,
    /// Its day is over, or it is of no day that the clock knows.
    Old,
}

impl fmt::Display for SavedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Torn => "it is no ledger, or not a whole one",
            Self::Foreign => "it is of another application",
            Self::Old => "it is not of this day",
        })
    }
}

impl std::error::Error for SavedError {}

impl Saved {
    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, SavedError> {
        let value: Value = serde_json::from_str(text).map_err(|_| SavedError::Torn)?;
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let application = value.get("application").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let left = value.get("left").and_then(Value::as_i64);
        match (number("ledger"), application, left, number("resets_at")) {
            (Some(VERSION), Some(application), Some(left), Some(resets_at)) => {
                let (limit, as_of) = (number("limit"), number("as_of").unwrap_or(0));
                Ok(Self { application, limit, left, resets_at, as_of })
            }
            _ => Err(SavedError::Torn),
        }
    }

    /// The one of two ledgers of an application that knows better, as of two programs that keep one file: the
    /// one of the later day; of one day, that with the server's later word; where the words are of the same minute
    /// and the same limit, that with less left.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use knack_core::ledger::Saved;
    ///
    /// let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    /// let saved = |left: i64, as_of: u64| {
    ///     let of = r#""ledger":1,"application":"5d79512148c4af00106d1507","limit":2000"#;
    ///     Saved::parse(&format!(r#"{{{of},"left":{left},"resets_at":1700010000,"as_of":{as_of}}}"#))
    /// };
    /// let [early, late] = [saved(1_998, 1_699_999_900)?, saved(1_098, 1_699_999_990)?];
    /// assert_eq!(early.or_better(late, wall), late);
    /// assert_eq!(late.or_better(early, wall), late);
    /// # Ok::<(), knack_core::ledger::SavedError>(())
    /// ```
    #[must_use]
    pub fn or_better(self, other: Self, wall: SystemTime) -> Self {
        let [mine, theirs] = [self, other].map(|saved| saved.left_of_the_day(self.application, wall).ok());
        let (Some(mine), Some(theirs)) = (mine, theirs) else {
            return if theirs.is_some() { other } else { self };
        };
        let same_day = mine.abs_diff(theirs) <= SAME_DAY;
        let better = if same_day { other.knows_better(&self, wall) } else { theirs > mine };
        if better { other } else { self }
    }

    /// Of the same day.
    fn knows_better(&self, than: &Self, wall: SystemTime) -> bool {
        // A word of a time to come is of a clock that was set since: it would be the latest for long.
        let [mine, theirs] = [self, than].map(|saved| saved.age(wall).map(|_| saved.as_of));
        let together = mine.unwrap_or(0).abs_diff(theirs.unwrap_or(0)) < TOGETHER.as_secs();
        if together && self.limit == than.limit { self.left < than.left } else { mine > theirs }
    }

    /// How long its day lasts yet.
    fn left_of_the_day(&self, application: ApplicationId, wall: SystemTime) -> Result<Duration, SavedError> {
        if self.application != application {
            return Err(SavedError::Foreign);
        }
        let resets = moment(self.resets_at).ok_or(SavedError::Old)?;
        let left = resets.duration_since(wall).map_err(|_| SavedError::Old)?;
        if left.is_zero() || left > FURTHEST { Err(SavedError::Old) } else { Ok(left) }
    }

    /// How long ago the server said so, if the clock knows.
    fn age(&self, wall: SystemTime) -> Option<Duration> {
        let said_at = moment(self.as_of).filter(|_| self.as_of > 0)?;
        wall.duration_since(said_at).ok().filter(|age| *age <= FURTHEST)
    }

    /// The text of a file.
    pub fn to_text(&self) -> String {
        let Self { application, limit, left, resets_at, as_of } = self;
        let (application, limit) = (json!(application.to_string()), json!(limit));
        // In a fixed order, which a map does not have.
        format!(
            r#"{{"ledger":{VERSION},"application":{application},"limit":{limit},"left":{left},"resets_at":{resets_at},"as_of":{as_of}}}"#
        )
    }
}

/// So many seconds after 1970, as far as the clock reaches.
fn moment(seconds: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

impl Ledger {
    /// What is worth keeping at `now`, which the wall clock shows as `wall`: nothing before the server has told
    /// what is left and when it resets. Calls on their way count as used.
    pub fn save(&self, application: ApplicationId, now: Moment, wall: SystemTime) -> Option<Saved> {
        let day = self.day.filter(|day| day.told && !day.is_over(now))?;
        let seconds = |at: SystemTime| at.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        let resets_at = seconds(wall.checked_add(day.resets_at? - now)?)?;
        let as_of = seconds(wall.checked_sub(day.age(now))?)?;
        let left = day.left - super::signed(self.on_their_way);
        Some(Saved { application, limit: day.limit, left, resets_at, as_of })
    }

    /// Takes up what was kept. Anything that the server said since counts for more.
    pub fn restore(
        &mut self,
        saved: &Saved,
        application: ApplicationId,
        now: Moment,
        wall: SystemTime,
    ) -> Result<(), SavedError> {
        let left = saved.left_of_the_day(application, wall)?;
        if self.day.is_none_or(|day| !day.told) {
            self.day = Some(Day {
                limit: saved.limit.or(self.plan),
                left: saved.left.clamp(-super::MOST, super::MOST),
                resets_at: Some(now + left),
                as_of: now,
                old_by: saved.age(wall).unwrap_or_default(),
                told: true,
            });
        }
        Ok(())
    }
}
