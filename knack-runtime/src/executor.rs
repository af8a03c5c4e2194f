//! One call from beginning to end: admit, send, observe, judge, and again or return.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use knack_core::call::{Call, Label, Route, Verb};
use knack_core::clock::{Clock, Moment};
use knack_core::error::{self, Error, Result};
use knack_core::headers::LimitHeaders;
use knack_core::limit::{Ask, Observation, Permit};
use knack_core::plan::Plan;
use knack_core::quota::{Metering, Outcome, QuotaPolicy, Verdict};
use knack_core::transport::{Failure, Request, Response, Transport, TransportError};
use knack_core::verbs::Reply;
use tracing::{Instrument, Span, debug, field, warn};

use crate::clock::TokioClock;
use crate::host::BaseUrl;
use crate::queue::{Denied, Hold, HoldReason, Place, Queue};
use crate::retry::{MOST_ATTEMPTS, RetryBudget, backoff};
use crate::trace;
use crate::usage::{PlanMeter, Usage};

/// How long a refused call waits where nothing says how long: a whole window, however it began.
const WINDOW: Duration = Duration::from_secs(1);

/// Bounds on what a server may ask for by `Retry-After`: none asks to be hammered, and one that asks
/// for a day is asked again sooner.
const LEAST_HOLD: Duration = Duration::from_millis(100);
const MOST_HOLD: Duration = Duration::from_mins(5);

/// How long to wait for the day's reset where the server does not say when it is.
const UNKNOWN_RESET: Duration = Duration::from_mins(5);

/// What all clones of a client share.
pub(crate) struct Executor {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) policy: Arc<dyn QuotaPolicy>,
    pub(crate) metered: Queue,
    pub(crate) unmetered: Queue,
    pub(crate) clock: TokioClock,
    pub(crate) base: BaseUrl,
    /// Application id, user agent and, in place of a key, the literal that Knack's documents give
    /// for pages; never the key.
    pub(crate) headers: HeaderMap,
    /// The same with the API key, marked as sensitive; for object calls alone.
    pub(crate) object_headers: Option<HeaderMap>,
    pub(crate) timeout: Duration,
    pub(crate) plan: Option<Plan>,
    pub(crate) meter: PlanMeter,
    pub(crate) budget: RetryBudget,
}

/// What a clone of a client may set for itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) deadline: Duration,
    pub(crate) wait_for_plan: bool,
}

/// A call under way.
struct Run<'a> {
    call: &'a Call,
    queue: &'a Queue,
    place: Place,
    options: Options,
    began: Moment,
    /// Moves on while the plan is waited for.
    deadline: Moment,
    attempts: u32,
    refusals: u32,
}

impl Run<'_> {
    /// Moves the deadline of a patient call behind the plan's reset, if that is what it waits for.
    fn wait_past_the_reset(&mut self) -> bool {
        let reset = self.queue.plan_hold().filter(|_| self.options.wait_for_plan);
        let later = reset.map(|reset| reset + self.options.deadline).filter(|later| *later > self.deadline);
        self.deadline = later.unwrap_or(self.deadline);
        later.is_some()
    }
}

/// What to do after an attempt.
enum Next {
    Return(Result<Reply>),
    Again,
    AgainAfter(Duration, Error),
}

impl Executor {
    pub(crate) async fn execute(&self, call: Call, options: Options) -> Result<Reply> {
        if tokio::runtime::Handle::try_current().is_err() {
            let problem = "there is no tokio runtime here; run it in one".to_owned();
            return Err(Error::Invalid { call: *call.label(), problem });
        }
        let span = trace::span(&call);
        self.run(&call, options).instrument(span).await
    }

    async fn run(&self, call: &Call, options: Options) -> Result<Reply> {
        let queue = match self.policy.meter(call) {
            Metering::Metered => &self.metered,
            Metering::Unmetered => &self.unmetered,
        };
        let began = self.clock.now();
        let deadline = began + options.deadline;
        let mut run =
            Run { call, queue, place: queue.place(), options, began, deadline, attempts: 0, refusals: 0 };
        loop {
            let permit = self.admit(&mut run).await?;
            run.attempts += 1;
            let (answer, limits) = self.send(&run, permit).await;
            match self.judge(&mut run, answer, &limits) {
                Next::Return(result) => {
                    Span::current().record("attempts", run.attempts);
                    return result;
                }
                Next::Again => {}
                Next::AgainAfter(wait, error) => {
                    if self.clock.now() + wait > run.deadline {
                        return Err(error);
                    }
                    debug!(%error, ?wait, "trying again");
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// Waits for leave to send.
    async fn admit(&self, run: &mut Run<'_>) -> Result<Permit> {
        loop {
            let mut ask = Ask::new(run.deadline);
            ask.attempt = run.attempts;
            let denied = match run.queue.acquire(run.place, ask, run.options.wait_for_plan).await {
                Ok(permit) => return Ok(permit),
                Err(denied) => denied,
            };
            let call = *run.call.label();
            match denied {
                Denied::PlanExhausted(until) => {
                    return Err(Error::PlanExhausted { call, resets_in: Some(until - self.clock.now()) });
                }
                Denied::TooLate(estimate) if run.wait_past_the_reset() => {
                    debug!(?estimate, "waiting for the plan's reset");
                }
                Denied::TooLate(estimate) => {
                    return Err(Error::RateLimited {
                        call,
                        deadline: run.deadline - run.began,
                        estimate: estimate.map(|at| at - run.began),
                        refusals: run.refusals,
                    });
                }
            }
        }
    }

    async fn send(
        &self,
        run: &Run<'_>,
        mut permit: Permit,
    ) -> (Result<Response, TransportError>, LimitHeaders) {
        let sent_at = self.clock.now();
        let timeout = self.timeout.min(run.deadline - sent_at);
        permit.mark_sent(sent_at);
        let answer = match self.request(run.call) {
            Ok(request) => match tokio::time::timeout(timeout, self.transport.send(request)).await {
                Ok(answer) => answer,
                Err(_) => Err(TransportError::timeout(timeout)),
            },
            Err(problem) => Err(TransportError::new(Failure::Protocol, problem.to_string())),
        };
        let received_at = self.clock.now();
        let limits = answer.as_ref().map(|answer| LimitHeaders::parse(answer.headers())).unwrap_or_default();
        let status = answer.as_ref().ok().map(Response::status);
        permit.observe(&Observation::new(sent_at, received_at, status, limits));
        self.meter.note(received_at, &limits);
        (answer, limits)
    }

    fn request(&self, call: &Call) -> http::Result<Request> {
        let url = self.base.join(call.path(), call.query());
        let mut request = Request::new(call.body().cloned().unwrap_or_default());
        *request.method_mut() = call.method().clone();
        *request.uri_mut() = http::Uri::try_from(url)?;
        let headers = match (call.route(), &self.object_headers) {
            (Route::Object, Some(headers)) => headers,
            _ => &self.headers,
        };
        request.headers_mut().clone_from(headers);
        if call.body().is_some() {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }

    fn judge(
        &self,
        run: &mut Run<'_>,
        answer: Result<Response, TransportError>,
        limits: &LimitHeaders,
    ) -> Next {
        let outcome = match &answer {
            Ok(answer) => Outcome::Answer { status: answer.status(), limits },
            Err(error) => Outcome::Failure(error),
        };
        match self.policy.verdict(run.call, outcome) {
            Verdict::Done => Next::Return(self.finish(run, answer)),
            Verdict::Throttled { after } => {
                self.throttled(run, after);
                Next::Again
            }
            Verdict::PlanExhausted { resets_in } => self.exhausted(run, resets_in),
            Verdict::Retry => match self.finish(run, answer) {
                Err(error) if run.attempts < MOST_ATTEMPTS && self.budget.spend() => {
                    Next::AgainAfter(backoff(run.attempts), error)
                }
                result => Next::Return(result),
            },
            Verdict::Ambiguous => match self.finish(run, answer) {
                Err(cause) => {
                    let call = *run.call.label();
                    Next::Return(Err(Error::Ambiguous { call, cause: Box::new(cause) }))
                }
                reply => Next::Return(reply),
            },
        }
    }

    /// A refusal for the rate: nobody sends for a while.
    fn throttled(&self, run: &mut Run<'_>, after: Option<Duration>) {
        run.refusals += 1;
        let wait = after.unwrap_or(WINDOW).clamp(LEAST_HOLD, MOST_HOLD);
        warn!(refusals = run.refusals, ?wait, "refused for its rate (429): holding the queue");
        let hold = Hold { until: self.clock.now() + wait, reason: HoldReason::Throttled };
        self.metered.hold(hold);
        self.unmetered.hold(hold);
    }

    /// The plan is used up: whoever does not wait is told so, here and until the reset.
    fn exhausted(&self, run: &Run<'_>, resets_in: Option<Duration>) -> Next {
        warn!(?resets_in, "the plan's calls of the day are used up");
        let patient = run.options.wait_for_plan;
        // Where the server does not name its reset, only those who wait are held.
        if resets_in.is_some() || patient {
            let until = self.clock.now() + resets_in.unwrap_or(UNKNOWN_RESET).max(WINDOW);
            self.metered.hold(Hold { until, reason: HoldReason::PlanExhausted });
        }
        if patient {
            return Next::Again;
        }
        Next::Return(Err(Error::PlanExhausted { call: *run.call.label(), resets_in }))
    }

    /// The answer, or the error that it is.
    fn finish(&self, run: &Run<'_>, answer: Result<Response, TransportError>) -> Result<Reply> {
        let call: Label = *run.call.label();
        let answer = answer.map_err(|source| Error::Transport { call, source, attempts: run.attempts })?;
        let (status, attempts) = (answer.status(), run.attempts);
        Span::current().record("status", field::display(status.as_u16()));
        let gone = status == StatusCode::NOT_FOUND && call.verb() == Verb::Delete && attempts > 1;
        let body: Bytes = answer.into_body();
        if status.is_success() || gone {
            // `gone`: an attempt whose answer was lost may have done it; that is what was asked for.
            self.budget.earn();
            return Ok(Reply { body });
        }
        Err(error::from_answer(&call, Some(run.call.projection()), status, attempts, &body))
    }

    pub(crate) fn usage(&self) -> Usage {
        let (waiting, limiter) = self.metered.snapshot();
        let (waiting_unmetered, unmetered) = self.unmetered.snapshot();
        let mut usage = Usage {
            plan_limit: None,
            plan_left: None,
            plan_resets_in: None,
            waiting: waiting + waiting_unmetered,
            limiter,
            unmetered,
        };
        self.meter.fill(self.clock.now(), self.plan, &mut usage);
        usage
    }
}
