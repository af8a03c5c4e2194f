//! A call under way: what is known of it between its attempts.

use std::time::Duration;

use knack_core::call::Call;
use knack_core::clock::{Clock, Moment};
use knack_core::error::{Error, Result};
use knack_core::limit::Ask;
use knack_core::quota::Verdict;
use knack_core::transport::{Response, TransportError};

use crate::clock::TokioClock;
use crate::executor::Options;
use crate::holds::{Denied, Terms};
use crate::lines::Place;
use crate::queue::Queue;
use crate::transfer::Transfer;

/// A call under way.
pub(crate) struct Run<'a> {
    pub(crate) call: &'a Call,
    pub(crate) queue: &'a Queue,
    /// Whether it draws from the plan.
    pub(crate) counts: bool,
    pub(crate) place: Place,
    pub(crate) options: Options,
    /// The file that goes with it.
    pub(crate) transfer: Option<&'a mut (dyn Transfer + 'a)>,
    pub(crate) began: Moment,
    /// Moves on while the plan is waited for.
    pub(crate) deadline: Moment,
    /// The latest reset of the plan that it waits for, if it waits for any.
    pub(crate) reset: Option<Moment>,
    /// Whether it was told that it waits long.
    pub(crate) noticed: bool,
    /// Attempts that were not refused.
    pub(crate) tries: u32,
    /// Those of them that the server may have carried out: it was reached.
    pub(crate) arrivals: u32,
    /// Attempts that were refused unprocessed.
    pub(crate) refusals: u32,
    /// Whether the last attempt brought more of its file than any before.
    pub(crate) advanced: bool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        call: &'a Call,
        queue: &'a Queue,
        counts: bool,
        options: Options,
        transfer: Option<&'a mut (dyn Transfer + 'a)>,
    ) -> Self {
        let began = TokioClock.now();
        Self {
            call,
            queue,
            counts,
            place: queue.place(),
            options,
            transfer,
            began,
            deadline: began + options.deadline,
            reset: options.wait_for_plan.then_some(began),
            noticed: false,
            tries: 0,
            arrivals: 0,
            refusals: 0,
            advanced: false,
        }
    }

    /// Takes in the rest of an answer whose file comes behind its head. The time of a file is its own, and no
    /// wait: it does not count for the deadline. An error is one for which no server is to blame.
    pub(crate) async fn receive(
        &mut self,
        sent_at: Moment,
        answer: Result<Response, TransportError>,
        idle: Duration,
    ) -> Result<Result<Response, TransportError>> {
        let Some(transfer) = &mut self.transfer else {
            return Ok(answer);
        };
        let answer = match answer {
            Ok(answer) if answer.status().is_success() => transfer.receive(idle).await.map(|()| answer),
            answer => answer,
        };
        self.deadline = self.deadline + (TokioClock.now() - sent_at);
        self.advanced = transfer.advanced();
        if self.advanced {
            self.tries = 0;
        }
        transfer.trouble().map_or(Ok(answer), Err)
    }

    /// Whether it can be sent again; a stream that was begun cannot.
    pub(crate) fn repeatable(&self) -> bool {
        self.transfer.as_ref().is_none_or(|transfer| transfer.repeatable())
    }

    /// Waits with the calls that count from here on: by the server's word it is one.
    pub(crate) fn wait_with(&mut self, metered: &'a Queue) {
        if !self.counts {
            (self.counts, self.queue, self.place) = (true, metered, metered.place());
        }
    }

    /// Counts an attempt by what it may have done.
    pub(crate) fn count(&mut self, verdict: Verdict, answer: &Result<Response, TransportError>) {
        if matches!(verdict, Verdict::Throttled { .. } | Verdict::PlanExhausted { .. }) {
            self.refusals += 1;
            return;
        }
        self.tries += 1;
        let never_sent = answer.as_ref().is_err_and(|error| error.failure().never_sent());
        self.arrivals += u32::from(!never_sent);
    }

    /// On what terms it waits now, if it must be sent `round_trip` before its deadline.
    pub(crate) fn terms(&self, round_trip: Duration) -> Terms {
        let mut ask = Ask::new(self.deadline - round_trip);
        ask.attempt = self.tries + self.refusals;
        ask.class = self.options.class;
        Terms { ask, reset: self.reset }
    }

    /// The error of a call that was refused and cannot be sent again.
    pub(crate) fn refused(&self) -> Error {
        let (call, deadline) = (*self.call.label(), self.deadline - self.began);
        Error::RateLimited { call, deadline, estimate: None, refusals: self.refusals }
    }

    /// The error of a call that got no permit.
    pub(crate) fn denied(&self, denied: Denied, round_trip: Duration) -> Error {
        let call = *self.call.label();
        match denied {
            Denied::PlanExhausted { resets_at, .. } => {
                Error::PlanExhausted { call, resets_in: resets_at.map(|at| at - TokioClock.now()) }
            }
            Denied::TooLate(earliest) => Error::RateLimited {
                call,
                deadline: self.deadline - self.began,
                estimate: earliest.map(|at| at + round_trip - self.began),
                refusals: self.refusals,
            },
        }
    }
}
