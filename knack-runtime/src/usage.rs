//! What is left of the limits, as far as the client knows.

use std::time::Duration;

use knack_core::clock::Moment;
use knack_core::ledger::Standing;
use knack_core::limit::Snapshot;

use crate::waits::{ByClass, Waits};

/// The state of a client's limits at one moment, from [`Client::usage`](crate::Client::usage).
///
/// What is left of the plan is the server's own word in the latest answers, with own count where they are
/// silent; it is `None` before the first word. The allowance is the account's: what other programs spend is
/// seen in it, too.
///
/// Source: docs.knack.com/docs/api-limits.
///
/// ```
/// # use knack_emulator::Emulator;
/// # use knack_runtime::{Client, KnackObject};
/// # #[derive(Debug, KnackObject)]
/// # #[knack(object = "object_1")]
/// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let local = Emulator::builder().sample().daily_calls(5_000).build()?;
/// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
/// let knack = builder.transport(local.transport()).build()?;
/// Customer::list(&knack).first().await?;
///
/// let usage = knack.usage();
/// assert_eq!((usage.plan_limit, usage.plan_left, usage.plan_floor), (Some(5_000), Some(4_999), 250));
/// assert!(usage.plan_resets_in.unwrap().as_secs() <= 86_400);
/// assert_eq!((usage.waiting, usage.limiter.answered, usage.unmetered.answered), (0, 1, 0));
/// assert_eq!((usage.refused, usage.waits.normal.count), (0, 0));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The calls of a day: by the server's word, else by the plan given to the builder.
    pub plan_limit: Option<u64>,
    /// What is left of them, by the server's word or the ledger's file; zero or less when they are used up.
    pub plan_left: Option<i64>,
    /// How long until the day's count begins anew, at midnight GMT.
    pub plan_resets_in: Option<Duration>,
    /// What [reservations](crate::Client::reserve) of this client and its clones have set aside.
    pub plan_reserved: u64,
    /// What is kept for interactive calls; see
    /// [`interactive_floor`](crate::ClientBuilder::interactive_floor).
    pub plan_floor: u64,
    /// Whether refusals (429) use up the plan, once that was seen.
    pub refusals_are_charged: Option<bool>,
    /// Whether calls that the policy takes as unmetered were seen to use up the plan. They are metered then.
    pub unmetered_are_charged: bool,
    /// Calls that wait to be sent, of all clones and of all clients that share the limiter.
    pub waiting: usize,
    /// The same by class.
    pub queue: ByClass<usize>,
    /// How long calls of this client and its clones waited.
    pub waits: ByClass<Waits>,
    /// Refusals (429) that this client and its clones got.
    pub refused: u64,
    /// Attempts that this client and its clones made after trouble other than refusals.
    pub retries: u64,
    /// How long until the server's present window ends, where the limiter has learnt that.
    pub window_ends_in: Option<Duration>,
    /// How far apart the bounds are between which the limiter takes the server's seconds to begin.
    pub clock_width: Option<Duration>,
    /// The limiter of metered calls; its `strategy` is its present mode.
    pub limiter: Snapshot,
    /// The limiter of unmetered calls.
    pub unmetered: Snapshot,
}

impl Usage {
    /// With what the ledger knows.
    pub(crate) fn of(standing: &Standing, now: Moment) -> Self {
        Self {
            plan_limit: standing.limit,
            plan_left: standing.left,
            plan_resets_in: standing.resets_at.map(|at| at - now),
            plan_reserved: standing.reserved,
            plan_floor: standing.floor,
            refusals_are_charged: standing.refusals_count,
            unmetered_are_charged: standing.unmetered_count,
            waiting: 0,
            queue: ByClass::default(),
            waits: ByClass::default(),
            refused: 0,
            retries: 0,
            window_ends_in: None,
            clock_width: None,
            limiter: Snapshot::default(),
            unmetered: Snapshot::default(),
        }
    }
}
