//! One call from beginning to end: admit (`admission`), send, observe, judge, and again or return.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use knack_core::ApplicationId;
use knack_core::call::{APPLICATION, Call, Label, Route, Verb};
use knack_core::clock::Clock;
use knack_core::error::{self, Error, Result};
use knack_core::headers::LimitHeaders;
use knack_core::ledger::{Outcome, ReservationId};
use knack_core::limit::{Class, Observation, Permit};
use knack_core::quota::{self, Metering, QuotaPolicy, Verdict};
use knack_core::transport::{Failure, Request, Response, Transport, TransportError};
use knack_core::verbs::Reply;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout_at;
use tracing::{Instrument, Span, debug, field, warn};

use crate::book::{Book, Drawn};
use crate::clock::TokioClock;
use crate::holds::Denied;
use crate::host::BaseUrl;
use crate::metrics;
use crate::queue::Queue;
use crate::retry::{MOST_ATTEMPTS, RetryBudget, backoff};
use crate::round_trip::RoundTrip;
use crate::run::Run;
use crate::trace;
use crate::transfer::Transfer;
use crate::usage::Usage;
use crate::waits::Tally;

/// How long a refused call waits where nothing says how long: a whole window, however it began.
const WINDOW: Duration = Duration::from_secs(1);

/// Bounds on what a server may ask for by `Retry-After`: none asks to be hammered, and one that asks
/// for a day is asked again sooner.
const LEAST_HOLD: Duration = Duration::from_millis(100);
const MOST_HOLD: Duration = Duration::from_mins(5);

/// How many uploads are on their way at once. Each keeps its permit until it is answered, since nobody knows when the
/// server counts it: with half of Knack's ten a second, the other calls never wait for files.
pub(crate) const MOST_UPLOADS: usize = 5;

/// What all clones of a client share.
pub(crate) struct Executor {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) policy: Arc<dyn QuotaPolicy>,
    pub(crate) metered: Queue,
    pub(crate) unmetered: Queue,
    pub(crate) base: BaseUrl,
    pub(crate) application: ApplicationId,
    /// Application id, user agent and, in place of a key, the literal that Knack's documents give
    /// for pages; never the key.
    pub(crate) headers: HeaderMap,
    /// The same with the API key, marked as sensitive; for object calls alone.
    pub(crate) object_headers: Option<HeaderMap>,
    pub(crate) timeout: Duration,
    pub(crate) book: Book,
    pub(crate) tally: Tally,
    pub(crate) round_trip: RoundTrip,
    pub(crate) budget: RetryBudget,
    /// The turns of uploads, of which there are [`MOST_UPLOADS`].
    pub(crate) uploads: Semaphore,
}

/// What a clone of a client may set for itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) class: Class,
    pub(crate) deadline: Duration,
    pub(crate) wait_for_plan: bool,
    /// What its calls draw from first.
    pub(crate) reservation: Option<ReservationId>,
}

/// What to do after an attempt.
enum Next {
    Return(Result<Reply>),
    Again,
    AgainAfter(Duration, Error),
}

impl Executor {
    /// Carries out a call, with the token of a user if it is one of a user's, and with the file that goes with
    /// it.
    pub(crate) async fn execute(
        &self,
        call: Call,
        options: Options,
        token: Option<&HeaderValue>,
        transfer: Option<&mut (dyn Transfer + '_)>,
    ) -> Result<Reply> {
        in_runtime(call.label())?;
        let span = trace::span(&call);
        span.in_scope(|| trace::long_query(&call));
        self.run(&call, options, token, transfer).instrument(span).await
    }

    async fn run<'a>(
        &'a self,
        call: &'a Call,
        options: Options,
        token: Option<&HeaderValue>,
        transfer: Option<&'a mut (dyn Transfer + '_)>,
    ) -> Result<Reply> {
        let counts = self.counts(call);
        let queue = if counts { &self.metered } else { &self.unmetered };
        let transfer = transfer.map(|transfer| transfer as &mut dyn Transfer);
        let mut run = Run::new(call, queue, counts, options, transfer);
        let _turn = self.turn(&mut run).await?;
        loop {
            let (permit, drawn) = self.admit(&mut run).await?;
            let request = match self.request(call, token) {
                Ok(request) => request,
                Err(problem) => {
                    drawn.settle(Outcome::Unsent);
                    return Err(Error::Invalid { call: *call.label(), problem: problem.to_string() });
                }
            };
            let sent_at = TokioClock.now();
            let (answer, limits) = self.send(&mut run, permit, drawn, request).await;
            let answer = run.receive(sent_at, answer, self.timeout).await?;
            match self.judge(&mut run, answer, &limits) {
                Next::Return(result) => {
                    Span::current().record("attempts", run.tries + run.refusals);
                    return result;
                }
                Next::Again => {}
                Next::AgainAfter(wait, error) => {
                    if TokioClock.now() + wait > run.deadline {
                        return Err(error);
                    }
                    debug!(%error, ?wait, "trying again");
                    self.tally.retried();
                    metrics::retried();
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// The turn of an upload; `None` for any other call.
    async fn turn(&self, run: &mut Run<'_>) -> Result<Option<SemaphorePermit<'_>>> {
        if run.call.verb() != Verb::Upload {
            return Ok(None);
        }
        // Nobody closes it, so that there is a turn as soon as the wait is over.
        let turn = self.uploads.acquire();
        if run.options.wait_for_plan {
            // So may those before it, for longer than any deadline.
            let turn = turn.await.ok();
            run.deadline = TokioClock.now() + run.options.deadline;
            return Ok(turn);
        }
        let turn = timeout_at(TokioClock::instant(run.deadline), turn).await;
        turn.map(Result::ok).map_err(|_| run.denied(Denied::TooLate(None), Duration::ZERO))
    }

    /// Whether a call counts: by the policy, unless the server was seen to count what it takes as free.
    fn counts(&self, call: &Call) -> bool {
        let metered = self.policy.meter(call) == Metering::Metered;
        metered || self.book.standing(TokioClock.now()).unmetered_count
    }

    async fn send(
        &self,
        run: &mut Run<'_>,
        mut permit: Permit,
        drawn: Drawn<'_>,
        request: Request,
    ) -> (Result<Response, TransportError>, LimitHeaders) {
        let sent_at = TokioClock.now();
        permit.mark_sent(sent_at);
        metrics::sent(run.options.class);
        let answer = if let Some(transfer) = &mut run.transfer {
            transfer.send(&*self.transport, request, self.timeout).await
        } else {
            let timeout = self.timeout.min(run.deadline - sent_at);
            within(timeout, self.transport.send(request)).await.and_then(|answer| answer)
        };
        let received_at = TokioClock.now();
        let limits = answer.as_ref().map(|answer| LimitHeaders::parse(answer.headers())).unwrap_or_default();
        let status = answer.as_ref().ok().map(Response::status);
        let observation = Observation::new(sent_at, received_at, status, limits);
        drawn.settle(spent(&answer, &observation));
        settle(permit, &answer, &observation);
        if let Ok(answer) = &answer {
            if run.transfer.is_none() {
                self.round_trip.note(received_at - sent_at, received_at);
            }
            if answer.status().is_success() || limits.plan_remaining.is_some_and(|left| left > 0) {
                run.queue.replenish(sent_at);
            }
        }
        metrics::publish(|| self.usage());
        (answer, limits)
    }

    /// The call's path with the id of the application, which few have.
    fn path<'a>(&self, call: &'a Call) -> Cow<'a, str> {
        if call.path().contains(APPLICATION) {
            call.path().replace(APPLICATION, &self.application.to_string()).into()
        } else {
            call.path().into()
        }
    }

    fn request(&self, call: &Call, token: Option<&HeaderValue>) -> http::Result<Request> {
        let url = self.base.join(&self.path(call), call.query());
        let mut request = Request::new(call.body().cloned().unwrap_or_default());
        *request.method_mut() = call.method().clone();
        *request.uri_mut() = http::Uri::try_from(url)?;
        // A user's upload is the user's own: the token stands for the key.
        let with_key = match call.route() {
            Route::Object => true,
            Route::Asset => call.verb() == Verb::Upload && token.is_none(),
            _ => false,
        };
        let headers = self.object_headers.as_ref().filter(|_| with_key).unwrap_or(&self.headers);
        request.headers_mut().clone_from(headers);
        if let Some(token) = token {
            request.headers_mut().insert(header::AUTHORIZATION, token.clone());
        }
        if call.body().is_some() {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }

    fn judge<'a>(
        &'a self,
        run: &mut Run<'a>,
        answer: Result<Response, TransportError>,
        limits: &LimitHeaders,
    ) -> Next {
        let outcome = match &answer {
            Ok(answer) => quota::Outcome::Answer { status: answer.status(), limits },
            Err(error) => quota::Outcome::Failure(error),
        };
        let verdict = self.policy.verdict(run.call, outcome);
        run.count(verdict, &answer);
        match verdict {
            Verdict::Done => Next::Return(self.finish(run, answer)),
            Verdict::Throttled { after } => {
                self.throttled(run, after);
                if run.repeatable() { Next::Again } else { Next::Return(Err(run.refused())) }
            }
            Verdict::PlanExhausted { resets_in } => self.exhausted(run, resets_in),
            Verdict::Retry => match self.finish(run, answer) {
                Err(error) if run.repeatable() && run.tries < MOST_ATTEMPTS && self.retries(run) => {
                    Next::AgainAfter(backoff(run.tries), error)
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

    /// Whether trouble is tried again. To go on where a file was cut asks for nothing twice.
    fn retries(&self, run: &Run<'_>) -> bool {
        run.advanced || self.budget.spend()
    }

    /// A refusal for the rate: nobody sends for a while.
    fn throttled(&self, run: &Run<'_>, after: Option<Duration>) {
        let now = TokioClock.now();
        let until = match after {
            Some(after) => now + after.clamp(LEAST_HOLD, MOST_HOLD),
            None => run.queue.resume(now).unwrap_or(now + WINDOW),
        };
        self.note_refusal();
        warn!(refusals = run.refusals, wait = ?(until - now), "refused for its rate (429): holding the queue");
        self.metered.throttle(until);
        self.unmetered.throttle(until);
    }

    fn note_refusal(&self) {
        self.tally.refused();
        metrics::refused();
    }

    /// The plan is used up: whoever does not wait is told so, here and until the reset.
    fn exhausted<'a>(&'a self, run: &mut Run<'a>, resets_in: Option<Duration>) -> Next {
        self.note_refusal();
        warn!(?resets_in, "the plan's calls of the day are used up");
        self.metered.exhaust(resets_in.map(|left| TokioClock.now() + left.max(WINDOW)));
        if !run.counts {
            // It may have been the rate, and others of its kind free, so that they are held no longer than for that.
            self.unmetered.throttle(TokioClock.now() + WINDOW);
        }
        if run.options.wait_for_plan && run.repeatable() {
            run.wait_with(&self.metered);
            return Next::Again;
        }
        Next::Return(Err(Error::PlanExhausted { call: *run.call.label(), resets_in }))
    }

    /// The answer, or the error that it is.
    fn finish(&self, run: &Run<'_>, answer: Result<Response, TransportError>) -> Result<Reply> {
        let call: Label = *run.call.label();
        let answer = answer.map_err(|source| Error::Transport { call, source, attempts: run.tries })?;
        let (status, attempts) = (answer.status(), run.arrivals);
        Span::current().record("status", field::display(status.as_u16()));
        let gone = status == StatusCode::NOT_FOUND && call.verb() == Verb::Delete && attempts > 1;
        let body: Bytes = answer.into_body();
        if status.is_success() || gone {
            // `gone`: an attempt whose answer was lost may have done it; that is what was asked for.
            self.budget.earn();
            return Ok(Reply { body });
        }
        let error = error::from_answer(&call, run.call.projection(), status, attempts, &body);
        if may_be_gone(run, status) {
            return Err(Error::Ambiguous { call, cause: Box::new(error) });
        }
        Err(error)
    }

    pub(crate) fn usage(&self) -> Usage {
        let now = TokioClock.now();
        let mut usage = Usage::of(&self.book.standing(now), now);
        let (metered, limiter) = self.metered.snapshot(now);
        let (round_it, unmetered) = self.unmetered.snapshot(now);
        let [interactive, normal, bulk] = metered;
        let [free_interactive, free_normal, free_bulk] = round_it;
        usage.queue = [interactive + free_interactive, normal + free_normal, bulk + free_bulk].into();
        usage.waiting = usage.queue.interactive + usage.queue.normal + usage.queue.bulk;
        usage.waits = self.tally.waits();
        (usage.refused, usage.retries) = self.tally.refusals_and_retries();
        if let Some(window) = self.metered.window(now) {
            usage.window_ends_in = Some(window.ends_at - now);
            usage.clock_width = Some(window.clock_width);
        }
        Usage { limiter, unmetered, ..usage }
    }
}

/// Whether there is a runtime here, which calls need.
pub(crate) fn in_runtime(call: &Label) -> Result<()> {
    if tokio::runtime::Handle::try_current().is_ok() {
        return Ok(());
    }
    let problem = "there is no tokio runtime here; run it in one".to_owned();
    Err(Error::Invalid { call: *call, problem })
}

/// What a transport does, if it does not take longer than this.
pub(crate) async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Result<T, TransportError> {
    tokio::time::timeout(time, work).await.map_err(|_| TransportError::timeout(time))
}

/// Whether a delete through a view may have been done by an attempt whose answer was lost: Knack answers 500 also
/// for a record that is not there. Of objects the verb asks the list; a view does not list all.
fn may_be_gone(run: &Run<'_>, status: StatusCode) -> bool {
    let again = run.call.verb() == Verb::Delete && run.arrivals > 1;
    again && status == StatusCode::INTERNAL_SERVER_ERROR && run.call.route() != Route::Object
}

/// What an attempt took from the plan.
fn spent(answer: &Result<Response, TransportError>, observation: &Observation) -> Outcome {
    let Observation { sent_at, received_at, headers: limits, .. } = *observation;
    match answer {
        Ok(_) => Outcome::Answered { sent_at, received_at, refused: observation.refused(), limits },
        Err(error) if error.failure().never_sent() => Outcome::Unsent,
        Err(_) => Outcome::Lost,
    }
}

/// Ends a permit by what became of its call; see [`limit`](knack_core::limit) for the three ways.
fn settle(permit: Permit, answer: &Result<Response, TransportError>, observation: &Observation) {
    match answer {
        Err(error) if error.failure() == Failure::Timeout => drop(permit),
        Err(error) if error.failure().never_sent() => permit.refund(),
        _ => permit.observe(observation),
    }
}
