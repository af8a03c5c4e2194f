//! Leave to send: a claim on the day's plan, and a permit of the limiter.

use std::pin::pin;
use std::time::Duration;

use knack_core::call::Call;
use knack_core::clock::{Clock, Moment};
use knack_core::error::{Error, Result};
use knack_core::ledger::Kept;
use knack_core::limit::Permit;
use tokio::sync::futures::Notified;
use tokio::time::timeout_at;
use tracing::{debug, info};

use crate::book::Drawn;
use crate::clock::TokioClock;
use crate::executor::Executor;
use crate::holds::Denied;
use crate::metrics;
use crate::run::Run;

/// A call that waits longer is told of, once. A little more than a second, so that one that goes with the next
/// window is not.
const LONG: Duration = Duration::from_millis(1_010);

/// What takes no longer is no wait.
const AT_ONCE: Duration = Duration::from_millis(1);

impl Executor {
    /// Waits for leave to send.
    pub(crate) async fn admit(&self, run: &mut Run<'_>) -> Result<(Permit, Drawn<'_>)> {
        loop {
            // Made first, so that no change is missed between the question and the wait.
            let (changed, ended) = (self.book.changed(), self.book.ended());
            match self.draw(run) {
                Ok(drawn) => {
                    if let Some(admitted) = self.permit(run, drawn).await? {
                        return Ok(admitted);
                    }
                }
                Err(kept) if is_unclear(run, kept) => self.wait_for_answers(run, ended).await,
                Err(kept) => {
                    let until = not_now(run, kept)?;
                    self.tell(run, "plan", Some(until));
                    let began = TokioClock.now();
                    drop(timeout_at(TokioClock::instant(until), changed).await);
                    self.waited(run, began);
                    run.deadline = TokioClock.now() + run.options.deadline;
                }
            }
        }
    }

    /// Waits for one of the answers on their way, which tell whether there is a call left.
    async fn wait_for_answers(&self, run: &mut Run<'_>, ended: Notified<'_>) {
        let began = TokioClock.now();
        let soon = run.deadline.min(began + LONG);
        if timeout_at(TokioClock::instant(soon), ended).await.is_err() {
            self.tell(run, "plan", None);
        }
        self.waited(run, began);
    }

    fn draw(&self, run: &Run<'_>) -> Result<Drawn<'_>, Kept> {
        if run.counts {
            self.book.draw(run.options.class, run.options.reservation)
        } else {
            Ok(self.book.draw_unmetered())
        }
    }

    /// A permit for what is drawn; `None` if the plan was waited for, or is to be asked again.
    async fn permit<'a>(
        &self,
        run: &mut Run<'_>,
        mut drawn: Drawn<'a>,
    ) -> Result<Option<(Permit, Drawn<'a>)>> {
        let round_trip = self.time_needed(run.call);
        let permit = match self.wait_in_queue(run, round_trip).await {
            Ok(permit) => permit,
            Err(Denied::PlanExhausted { until, .. }) if run.options.wait_for_plan => {
                debug!("waiting for the plan's reset");
                run.reset = Some(until);
                run.deadline = until + run.options.deadline;
                return Ok(None);
            }
            Err(denied) => {
                metrics::denied(denied.reason());
                return Err(run.denied(denied, round_trip));
            }
        };
        match drawn.send() {
            Ok(()) => Ok(Some((permit, drawn))),
            // Others used up meanwhile what it counted on; one that waits for more is drawn anew.
            Err(kept) if is_unclear(run, kept) => Ok(None),
            Err(kept) => not_now(run, kept).map(|_| None),
        }
    }

    async fn wait_in_queue(&self, run: &mut Run<'_>, round_trip: Duration) -> Result<Permit, Denied> {
        let (queue, place, terms) = (run.queue, run.place, run.terms(round_trip));
        let began = TokioClock.now();
        let mut permit = pin!(queue.acquire(place, terms));
        let soon = timeout_at(TokioClock::instant(began + LONG), &mut permit).await;
        let answer = if let Ok(answer) = soon {
            answer
        } else {
            let (reason, earliest) = queue.outlook(place, run.options.class);
            self.tell(run, reason, earliest);
            permit.await
        };
        self.waited(run, began);
        answer
    }

    fn waited(&self, run: &Run<'_>, began: Moment) {
        let (class, took) = (run.options.class, TokioClock.now() - began);
        if took >= AT_ONCE {
            self.tally.waited(class, took);
            metrics::waited(class, took);
        }
    }

    /// Says once that a call waits long, why, and how long at least.
    fn tell(&self, run: &mut Run<'_>, reason: &'static str, earliest: Option<Moment>) {
        metrics::publish(|| self.usage());
        if !std::mem::replace(&mut run.noticed, true) {
            let estimate = earliest.map(|at| at - TokioClock.now());
            let class = metrics::label(run.options.class);
            info!(reason, class, ?estimate, "waiting for more than a second");
        }
    }

    /// How much time before its deadline a call must be sent. A write that is cut off there leaves its
    /// caller in doubt; a read does no harm, and may show that answers come sooner by now.
    fn time_needed(&self, call: &Call) -> Duration {
        if call.verb().is_read() { Duration::ZERO } else { self.round_trip.least(TokioClock.now()) }
    }
}

/// Whether answers will tell if there is a call left, before its deadline.
fn is_unclear(run: &Run<'_>, kept: Kept) -> bool {
    kept.unclear && TokioClock.now() < run.deadline
}

/// There is no call for it: until when to wait, or why not.
fn not_now(run: &Run<'_>, kept: Kept) -> Result<Moment> {
    if run.options.wait_for_plan {
        return Ok(kept.until);
    }
    let (call, class) = (*run.call.label(), metrics::label(run.options.class));
    let resets_in = kept.resets_at.map(|at| at - TokioClock.now());
    if kept.left == 0 {
        debug!(class, "the plan's calls of the day are used up: not sent");
        metrics::denied("plan");
        return Err(Error::PlanExhausted { call, resets_in });
    }
    debug!(left = kept.left, class, "kept for others: not sent");
    metrics::denied("kept");
    Err(Error::PlanKept { call, left: kept.left, resets_in })
}
