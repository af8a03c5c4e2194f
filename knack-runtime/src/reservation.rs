//! Calls that are set aside for a job.

use std::fmt;

use knack_core::ledger::ReservationId;

use crate::client::{Access, ApiKey, Client};

/// Calls of the day's plan that are set aside for a job, by [`Client::reserve`]. The calls of its
/// [client](Self::client) draw from it; when it is used up, they are calls like others. Dropping it gives
/// back what is unused.
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
/// # let local = Emulator::builder().sample().daily_calls(1_000).build()?;
/// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
/// let knack = builder.transport(local.transport()).build()?;
/// let job = knack.reserve(500)?;
/// let first = Customer::list(job.client()).first().await?;
/// assert_eq!((job.left(), knack.usage().plan_reserved), (499, 499));
/// drop(job);
/// assert_eq!(knack.usage().plan_reserved, 0);
/// # Ok(()) }
/// ```
#[must_use = "a reservation that is dropped is given back"]
pub struct Reservation<A: Access = ApiKey> {
    client: Client<A>,
    id: ReservationId,
}

impl<A: Access> Reservation<A> {
    /// Of a client whose calls draw from it.
    pub(crate) fn new(client: Client<A>, id: ReservationId) -> Self {
        Self { client, id }
    }

    /// The client whose calls draw from this reservation, as those of its clones do.
    pub fn client(&self) -> &Client<A> {
        &self.client
    }

    /// How many calls are unused.
    pub fn left(&self) -> u64 {
        self.client.book().unused(self.id)
    }
}

impl<A: Access> Drop for Reservation<A> {
    fn drop(&mut self) {
        self.client.book().release(self.id);
    }
}

impl<A: Access> fmt::Debug for Reservation<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("left", &self.left()).finish_non_exhaustive()
    }
}
