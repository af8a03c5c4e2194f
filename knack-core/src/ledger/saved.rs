//! A ledger as it is kept from one run of a program to the next.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Day, Ledger};
use crate::clock::Moment;
use crate::key::ApplicationId;

/// Which form of file this is.
const VERSION: u64 = 1;

/// No reset is further away than a day, and a little for clocks that differ.
const FURTHEST: Duration = Duration::from_hours(25);

/// What a file keeps of a ledger: whose it is, what is left and until when. Nothing secret.
///
/// The reset is a time of the wall clock, since a monotonic one does not outlive the program. A clock that is
/// set meanwhile can make it wrong, until the first answer.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use knack_core::clock::Moment;
/// use knack_core::ledger::{Ledger, Saved};
///
/// let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let text = r#"{"ledger":1,"application":"5d79512148c4af00106d1507","limit":5000,"left":4569,"resets_at":1700010000}"#;
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
}

/// Why a file says nothing of a ledger.
///
/// ```
/// use knack_core::ledger::{Saved, SavedError};
///
/// assert_eq!(Saved::parse(r#"{"ledger":1,"applic"#), Err(SavedError::Torn));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    /// It is no such file, or not all of it.
    #[error("it is no ledger, or not a whole one")]
    Torn,
    /// It is of another application.
    #[error("it is of another application")]
    Foreign,
    /// Its day is over, or it is of no day that the clock knows.
    #[error("it is not of this day")]
    Old,
}

impl Saved {
    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, SavedError> {
        let value: Value = serde_json::from_str(text).map_err(|_| SavedError::Torn)?;
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let application = value.get("application").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let left = value.get("left").and_then(Value::as_i64);
        match (number("ledger"), application, left, number("resets_at")) {
            (Some(VERSION), Some(application), Some(left), Some(resets_at)) => {
                Ok(Self { application, limit: number("limit"), left, resets_at })
            }
            _ => Err(SavedError::Torn),
        }
    }

    /// The text of a file.
    pub fn to_text(&self) -> String {
        let Self { application, limit, left, resets_at } = self;
        let (application, limit) = (json!(application.to_string()), json!(limit));
        // In a fixed order, which a map does not have.
        format!(
            r#"{{"ledger":{VERSION},"application":{application},"limit":{limit},"left":{left},"resets_at":{resets_at}}}"#
        )
    }
}

impl Ledger {
    /// What is worth keeping at `now`, which the wall clock shows as `wall`: nothing before the server has told
    /// what is left and when it resets. Calls on their way count as used.
    pub fn save(&self, application: ApplicationId, now: Moment, wall: SystemTime) -> Option<Saved> {
        let day = self.day.filter(|day| day.told && !day.is_over(now))?;
        let resets_at = wall.checked_add(day.resets_at? - now)?.duration_since(UNIX_EPOCH).ok()?;
        let left = day.left - super::signed(self.on_their_way);
        Some(Saved { application, limit: day.limit, left, resets_at: resets_at.as_secs() })
    }

    /// Takes up what was kept. Anything that the server said since counts for more.
    pub fn restore(
        &mut self,
        saved: &Saved,
        application: ApplicationId,
        now: Moment,
        wall: SystemTime,
    ) -> Result<(), SavedError> {
        if saved.application != application {
            return Err(SavedError::Foreign);
        }
        let resets = UNIX_EPOCH.checked_add(Duration::from_secs(saved.resets_at)).ok_or(SavedError::Old)?;
        let left = resets.duration_since(wall).map_err(|_| SavedError::Old)?;
        if left.is_zero() || left > FURTHEST {
            return Err(SavedError::Old);
        }
        if self.day.is_none_or(|day| !day.told) {
            self.day = Some(Day {
                limit: saved.limit.or(self.plan),
                left: saved.left.clamp(-super::MOST, super::MOST),
                resets_at: Some(now + left),
                as_of: now,
                told: true,
            });
        }
        Ok(())
    }
}
