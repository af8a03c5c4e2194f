//! Ten calls, then a wait for the server's window to end.

use std::time::Duration;

use crate::clock::Moment;
use crate::limit::lock::{self, Mutex, MutexGuard};
use crate::limit::{Ask, Decision, LATEST_ARRIVAL, Limiter, MOST_CALLS, Observation, PermitId, Snapshot};

/// The length of Knack's rate window.
const WINDOW: Duration = Duration::from_secs(1);

/// Sends ten calls, unless told otherwise, then waits until the server's window is over: a second from
/// the first answer of the batch. Knack's documents give this recipe with the reset that answers name;
/// held against a clock that is 2.7 s ahead, it had three of four calls refused, so no clock is asked
/// here.
///
/// **Guarantees** that no call is refused where the first call opens a window, as Knack's answers look
/// like: a call so late that it may belong to the next window counts in the next batch too. **Costs**
/// a round trip for each batch, and refusals with other servers when calls of a batch arrive far apart.
/// In simulation with round trips around 150 ms, 92 % of the 10 calls a second are used, and 0.2 % of
/// them refused where windows follow the clock, 1.3 % where the limit holds for any second.
///
/// A call that is given up on its way counts until 6 seconds after it was sent: it may take 5 to arrive,
/// and counts for one more.
///
/// Source: docs.knack.com/docs/api-limits.
///
/// ```
/// use std::time::Duration;
/// use knack_core::clock::Moment;
/// use knack_core::headers::LimitHeaders;
/// use knack_core::limit::{Ask, Decision, Limiter, Observation, PermitId, WindowBatch};
///
/// let (batch, sent) = (WindowBatch::new(1), Moment::ZERO);
/// let ask = Ask::new(sent + Duration::from_secs(60));
/// assert_eq!(batch.try_acquire(&ask, sent), Decision::Granted(PermitId(1)));
/// assert_eq!(batch.try_acquire(&ask, sent), Decision::OnChange); // its answer says when it is over
///
/// let received = sent + Duration::from_millis(150);
/// let ok = Some(http::StatusCode::OK);
/// batch.observe(PermitId(1), &Observation::new(sent, received, ok, LimitHeaders::default()));
/// let over = received + Duration::from_secs(1);
/// assert_eq!(batch.try_acquire(&ask, received), Decision::NotBefore(over));
/// ```
#[derive(Debug)]
pub struct WindowBatch {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: u32,
    granted: u64,
    batch: Batch,
    /// Calls that are on their way, or that count for themselves: those have a moment at which they end.
    /// Never more than the limit.
    open: Vec<(u64, Option<Moment>)>,
    answered: u64,
    refused: u64,
}

/// Calls that share a window of the server.
#[derive(Debug)]
struct Batch {
    /// Its own permits have greater numbers than this.
    behind: u64,
    /// Its own calls, and those of earlier batches that may be in its window.
    used: u32,
    /// The earliest moment at which its window can have been opened.
    opened: Moment,
    /// When its window is over for certain, once one of its own calls was answered.
    over: Option<Moment>,
}

impl WindowBatch {
    /// Batches of `calls_per_second`, of at least one and at most 10,000.
    pub fn new(calls_per_second: u32) -> Self {
        let limit = calls_per_second.clamp(1, MOST_CALLS);
        let state = State {
            limit,
            granted: 0,
            batch: Batch { behind: 0, used: 0, opened: Moment::ZERO, over: None },
            open: Vec::with_capacity(limit as usize),
            answered: 0,
            refused: 0,
        };
        Self { state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock::at_once(&self.state)
    }
}

impl Default for WindowBatch {
    /// Knack's 10 calls a second.
    fn default() -> Self {
        Self::new(10)
    }
}

impl State {
    /// Forgets calls that cannot count any more.
    fn forget(&mut self, now: Moment) {
        let before = self.open.len();
        self.open.retain(|(_, until)| until.is_none_or(|until| until > now));
        self.uncount(before - self.open.len());
    }

    fn close(&mut self, id: PermitId) {
        self.open.retain(|(open, _)| *open != id.0);
    }

    fn uncount(&mut self, calls: usize) {
        self.batch.used = self.batch.used.saturating_sub(count(calls));
    }

    /// The call counts by itself, whatever becomes of its batch.
    fn count_until(&mut self, id: PermitId, until: Moment) {
        if let Some(call) = self.open.iter_mut().find(|(open, _)| *open == id.0) {
            call.1 = Some(until);
        }
    }

    fn begin_batch(&mut self, now: Moment) {
        let used = count(self.open.len());
        // What is left over may have opened a window already: behind the last, and one that is not over.
        let earliest = (self.batch.opened + WINDOW).max(now - WINDOW);
        let opened = if used == 0 { now } else { earliest };
        self.batch = Batch { behind: self.granted, used, opened, over: None };
    }

    fn grant(&mut self) -> Decision {
        self.granted += 1;
        self.batch.used += 1;
        self.open.push((self.granted, None));
        Decision::Granted(PermitId(self.granted))
    }

    /// When to look again while the batch is full.
    fn wait(&self) -> Decision {
        let ends = self.open.iter().filter_map(|(_, until)| *until).chain(self.batch.over);
        ends.min().map_or(Decision::OnChange, Decision::NotBefore)
    }
}

fn count(calls: usize) -> u32 {
    u32::try_from(calls).unwrap_or(u32::MAX)
}

impl Limiter for WindowBatch {
    fn try_acquire(&self, _ask: &Ask, now: Moment) -> Decision {
        let mut state = self.state();
        state.forget(now);
        if state.batch.used == 0 || state.batch.over.is_some_and(|over| over <= now) {
            state.begin_batch(now);
        }
        if state.batch.used < state.limit { state.grant() } else { state.wait() }
    }

    fn refund(&self, id: PermitId) {
        let mut state = self.state();
        state.close(id);
        state.uncount(1);
    }

    fn lost(&self, id: PermitId, sent_at: Moment) {
        self.state().count_until(id, sent_at + LATEST_ARRIVAL + WINDOW);
    }

    fn observe(&self, id: PermitId, observation: &Observation) {
        let mut state = self.state();
        let received = observation.received_at;
        let answered = observation.status.is_some();
        let own = id.0 > state.batch.behind;
        if answered && own && received < state.batch.opened + WINDOW {
            state.close(id); // It is in the batch's window, and counts as long as that.
        } else {
            state.count_until(id, received + WINDOW);
        }
        if answered && own {
            let over = received + WINDOW;
            state.batch.over = Some(state.batch.over.map_or(over, |known| known.min(over)));
        }
        state.answered += u64::from(answered);
        state.refused += u64::from(observation.refused());
    }

    fn snapshot(&self, now: Moment) -> Snapshot {
        let mut state = self.state();
        state.forget(now);
        Snapshot {
            strategy: "window batch",
            in_flight: count(state.open.iter().filter(|(_, until)| until.is_none()).count()),
            available: Some(state.limit.saturating_sub(state.batch.used)),
            answered: state.answered,
            refused: state.refused,
            least_round_trip: None,
        }
    }

    fn earliest(&self, ahead: usize, now: Moment) -> Option<Moment> {
        let state = self.state();
        let batches = u32::try_from(ahead / state.limit as usize).unwrap_or(u32::MAX);
        // Of this batch, all could be refunded at once. The next begins when it is over, and each behind
        // that a second later, with answers that take no time.
        let Some(more) = batches.checked_sub(1) else { return Some(now) };
        let next = state.batch.over.unwrap_or(now + WINDOW).max(now);
        Some(next + WINDOW.saturating_mul(more))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::headers::LimitHeaders;
    use http::StatusCode;
    use proptest::prelude::*;

    fn ms(millis: u64) -> Moment {
        Moment::new(Duration::from_millis(millis))
    }

    fn ask(batch: &WindowBatch, now: u64) -> Decision {
        batch.try_acquire(&Ask::new(ms(1_000_000)), ms(now))
    }

    fn acquire(batch: &WindowBatch, now: u64) -> PermitId {
        match ask(batch, now) {
            Decision::Granted(id) => id,
            wait => panic!("{wait:?} at {now}"),
        }
    }

    fn observe(batch: &WindowBatch, id: PermitId, sent: u64, received: u64, status: Option<StatusCode>) {
        batch.observe(id, &Observation::new(ms(sent), ms(received), status, LimitHeaders::default()));
    }

    const OK: Option<StatusCode> = Some(StatusCode::OK);

    #[test]
    fn ten_go_at_once_and_the_next_a_second_behind_the_first_answer() {
        let batch = WindowBatch::default();
        let ids: Vec<PermitId> = (0..10).map(|_| acquire(&batch, 0)).collect();
        assert_eq!(ask(&batch, 0), Decision::OnChange);
        for (id, received) in ids.into_iter().zip([150, 120, 300, 200, 130, 140, 150, 160, 170, 180]) {
            observe(&batch, id, 0, received, OK);
        }
        assert_eq!(ask(&batch, 1_119), Decision::NotBefore(ms(1_120)));
        assert_eq!(batch.earliest(10, ms(300)), Some(ms(1_120)));
        assert_eq!(batch.earliest(20, ms(300)), Some(ms(2_120)));
        for _ in 0..10 {
            acquire(&batch, 1_120);
        }
        assert_eq!(ask(&batch, 1_120), Decision::OnChange);
    }

    #[test]
    fn a_late_call_counts_in_the_next_batch() {
        let batch = WindowBatch::new(2);
        let (first, late) = (acquire(&batch, 0), acquire(&batch, 990));
        observe(&batch, first, 0, 100, OK);
        observe(&batch, late, 990, 1_090, OK); // it may have opened a window at 1,000 or later
        acquire(&batch, 1_100);
        assert_eq!(ask(&batch, 1_100), Decision::NotBefore(ms(2_090)));
    }

    #[test]
    fn what_was_given_up_or_broken_counts_as_long_as_it_may() {
        let batch = WindowBatch::new(2);
        let (lost, broken) = (acquire(&batch, 0), acquire(&batch, 0));
        batch.lost(lost, ms(0));
        observe(&batch, broken, 0, 400, None);
        assert_eq!(ask(&batch, 500), Decision::NotBefore(ms(1_400)));
        let refunded = acquire(&batch, 1_400);
        assert_eq!(ask(&batch, 1_400), Decision::NotBefore(ms(6_000)));
        batch.refund(refunded);
        acquire(&batch, 1_400);
        assert_eq!(ask(&batch, 6_000), Decision::Granted(PermitId(5)));
    }

    /// A server whose window is opened by the first call behind the last.
    #[derive(Default)]
    struct Server {
        opened: Option<u64>,
        used: u32,
    }

    impl Server {
        fn admits(&mut self, at: u64, limit: u32) -> bool {
            if self.opened.is_none_or(|opened| at >= opened + 1_000) {
                (self.opened, self.used) = (Some(at), 0);
            }
            self.used += 1;
            self.used <= limit
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Event {
        Arrives,
        Ends(PermitId, u64, u8),
    }

    fn end(batch: &WindowBatch, id: PermitId, (sent, at): (u64, u64), fate: u8) {
        match fate {
            0 => batch.refund(id),
            1 => batch.lost(id, ms(sent)),
            2 => observe(batch, id, sent, at, None),
            _ => observe(batch, id, sent, at, OK),
        }
    }

    proptest! {
        /// Whatever the ways of calls, and whatever becomes of them in whatever order: such a server
        /// refuses none, and all permits come back.
        #[test]
        fn a_window_opened_by_the_first_call_is_never_overrun(
            limit in 1_u32..12,
            calls in proptest::collection::vec((0_u64..1_500, 0_u64..400, 0_u64..400, 0_u8..12), 1..200),
            saturated in any::<bool>(),
        ) {
            let (batch, mut server) = (WindowBatch::new(limit), Server::default());
            let mut events: BTreeMap<(u64, u64), Event> = BTreeMap::new();
            let (mut now, mut serial) = (0, 0);
            let mut then = |events: &mut BTreeMap<_, _>, at: u64, event| {
                serial += 1;
                events.insert((at, serial), event);
            };
            for (idle, there, back, fate) in calls {
                now += if saturated { 0 } else { idle };
                // Waits until it is granted; what happens meanwhile happens.
                let id = loop {
                    while let Some(next) = events.first_entry().filter(|next| next.key().0 <= now) {
                        let (at, event) = (next.key().0, next.remove());
                        match event {
                            Event::Arrives => prop_assert!(server.admits(at, limit), "refused at {at}"),
                            Event::Ends(id, sent, fate) => end(&batch, id, (sent, at), fate),
                        }
                    }
                    let next = events.keys().next().map(|(at, _)| *at);
                    match ask(&batch, now) {
                        Decision::Granted(id) => break id,
                        Decision::NotBefore(at) => {
                            prop_assert!(at > ms(now), "a moment that has passed");
                            let at = u64::try_from(at.since_start().as_millis()).unwrap();
                            now = next.map_or(at, |next| next.min(at));
                        }
                        Decision::OnChange => {
                            prop_assert!(next.is_some(), "waits for nothing");
                            now = next.unwrap_or(now);
                        }
                    }
                };
                // Now and then a call takes far longer than a window.
                let (there, back) = if fate == 3 { (there * 5, back * 5) } else { (there, back) };
                match fate {
                    0 => then(&mut events, now + back, Event::Ends(id, now, fate)),
                    1 => {
                        then(&mut events, now + back, Event::Ends(id, now, fate));
                        then(&mut events, now + there * 12, Event::Arrives);
                    }
                    _ => {
                        then(&mut events, now + there, Event::Arrives);
                        then(&mut events, now + there + back, Event::Ends(id, now, fate));
                    }
                }
            }
            while let Some(((at, _), event)) = events.pop_first() {
                now = at;
                if let Event::Ends(id, sent, fate) = event {
                    end(&batch, id, (sent, at), fate);
                }
            }
            let all_is_over = ms(now + 10_000);
            prop_assert_eq!(batch.snapshot(all_is_over).in_flight, 0);
            for _ in 0..limit {
                let decision = batch.try_acquire(&Ask::new(all_is_over), all_is_over);
                prop_assert!(matches!(decision, Decision::Granted(_)), "{:?}", decision);
            }
        }
    }
}
