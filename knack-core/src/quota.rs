//! Policies: which calls count against the limits, and what to do about an answer.
//!
//! Source: docs.knack.com/docs/api-limits. The documents disagree on whether calls of public views
//! count, so that is a policy's claim, never a fact.

use std::time::Duration;

use http::StatusCode;

use crate::call::{Call, Route, Verb};
use crate::headers::LimitHeaders;
use crate::transport::{Failure, TransportError};

/// Whether a call passes the limiter or goes round it.
///
/// Source: docs.knack.com/docs/api-limits, which counts calls of objects and of views behind a login.
///
/// ```
/// # use knack_core::{call, key::ObjectKey, object::Projection, query::ListQuery};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use knack_core::quota::{Metering, QuotaPolicy, StandardPolicy};
///
/// let call = call::list(&CUSTOMER, &ListQuery::default());
/// assert_eq!(StandardPolicy::new().meter(&call), Metering::Metered);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metering {
    /// Counts against the calls of the second and of the day.
    Metered,
    /// Counts against neither; it still waits while a refusal holds the queue.
    Unmetered,
}

/// How one attempt at a call ended.
///
/// ```
/// use http::StatusCode;
/// use knack_core::headers::LimitHeaders;
/// use knack_core::quota::Outcome;
///
/// fn is_good(outcome: Outcome<'_>) -> bool {
///     matches!(outcome, Outcome::Answer { status, .. } if status.is_success())
/// }
/// let limits = LimitHeaders::default();
/// assert!(is_good(Outcome::Answer { status: StatusCode::OK, limits: &limits }));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// The server answered, with whatever status.
    Answer {
        /// The answer's status.
        status: StatusCode,
        /// What its headers say about limits.
        limits: &'a LimitHeaders,
    },
    /// No usable answer came.
    Failure(&'a TransportError),
}

/// What to do about an attempt.
///
/// ```
/// # use knack_core::{call, headers::LimitHeaders, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use http::StatusCode;
/// use knack_core::quota::{Outcome, QuotaPolicy, StandardPolicy, Verdict};
///
/// // A gateway in trouble: the record may have been made.
/// let outcome = Outcome::Answer { status: StatusCode::BAD_GATEWAY, limits: &LimitHeaders::default() };
/// let create = call::create(&CUSTOMER, "{}".into());
/// assert_eq!(StandardPolicy::new().verdict(&create, outcome), Verdict::Ambiguous);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The call is done, well or not: give the answer back.
    Done,
    /// The server refused the call unprocessed, for its rate. Hold the whole queue, for `after` if
    /// the server said how long, else for a second; then send it again. Bounded by the deadline, not
    /// by a count.
    Throttled {
        /// How long the server wants us to wait.
        after: Option<Duration>,
    },
    /// Trouble that may pass: send it again after a while, a few times. For calls that do no harm
    /// when they are carried out twice.
    Retry,
    /// The plan's calls of the day are used up: an error, or a wait for the reset if the client was
    /// told to.
    PlanExhausted {
        /// How long until the count begins anew.
        resets_in: Option<Duration>,
    },
    /// A write may have been carried out; sending it again might do it twice.
    Ambiguous,
}

/// Classifies calls and judges their outcomes; pure, so it can be tested line by line.
///
/// ```
/// # use knack_core::{headers::LimitHeaders, call, key::ObjectKey, object::Projection};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use knack_core::call::Call;
/// use knack_core::quota::{Metering, Outcome, QuotaPolicy, StandardPolicy, Verdict};
///
/// /// Counts everything, whatever the documents say of public views, and never tries twice.
/// struct Careful;
///
/// impl QuotaPolicy for Careful {
///     fn meter(&self, _call: &Call) -> Metering { Metering::Metered }
///     fn verdict(&self, call: &Call, outcome: Outcome<'_>) -> Verdict {
///         match StandardPolicy::new().verdict(call, outcome) {
///             Verdict::Retry => Verdict::Done,
///             verdict => verdict,
///         }
///     }
/// }
/// # let get = call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?);
/// # let limits = LimitHeaders::default();
/// # let outcome = Outcome::Answer { status: http::StatusCode::BAD_GATEWAY, limits: &limits };
/// assert_eq!(Careful.verdict(&get, outcome), Verdict::Done); // after a 502
/// # Ok::<(), knack_core::key::KeyError>(())
/// ```
pub trait QuotaPolicy: Send + Sync + 'static {
    /// Whether this call counts. Asked once for each call, before it waits.
    fn meter(&self, call: &Call) -> Metering;

    /// What to do about an attempt at it. Asked after each attempt.
    fn verdict(&self, call: &Call, outcome: Outcome<'_>) -> Verdict;
}

/// The rules of Knack's documents.
///
/// | outcome | get, list | update, delete | create |
/// |---|---|---|---|
/// | 429, calls of the day left | hold the queue, again | the same | the same |
/// | 429, none left | plan exhausted | the same | the same |
/// | no connection | again | again | again |
/// | time-out, broken connection, cut body, 408, 5xx | again | again | ambiguous |
/// | 500 for one record | done: it may not exist | done | ambiguous |
/// | an answer that is no HTTP | done | done | ambiguous |
/// | any other answer | done | done | done |
///
/// Source: docs.knack.com/docs/api-limits for the 429; the others follow from what a call does.
///
/// ```
/// # use knack_core::{call, headers::LimitHeaders, key::ObjectKey, object::Projection, query::ListQuery};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// use http::StatusCode;
/// use knack_core::quota::{Outcome, QuotaPolicy, StandardPolicy, Verdict};
///
/// let call = call::list(&CUSTOMER, &ListQuery::default());
/// let refused = |limits: LimitHeaders| {
///     let outcome = Outcome::Answer { status: StatusCode::TOO_MANY_REQUESTS, limits: &limits };
///     StandardPolicy::new().verdict(&call, outcome)
/// };
/// let mut limits = LimitHeaders::default();
/// assert_eq!(refused(limits), Verdict::Throttled { after: None });
/// limits.plan_remaining = Some(0);
/// assert_eq!(refused(limits), Verdict::PlanExhausted { resets_in: None });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StandardPolicy {
    public_views: Metering,
}

impl StandardPolicy {
    /// The rules as documented: calls of public views are not counted.
    pub const fn new() -> Self {
        Self { public_views: Metering::Unmetered }
    }

    /// Sets whether calls of public views count. One version of Knack's documents says they do.
    ///
    /// ```
    /// use knack_core::quota::{Metering, StandardPolicy};
    ///
    /// let careful = StandardPolicy::new().public_views(Metering::Metered);
    /// ```
    pub const fn public_views(self, metering: Metering) -> Self {
        Self { public_views: metering }
    }
}

impl Default for StandardPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl QuotaPolicy for StandardPolicy {
    fn meter(&self, call: &Call) -> Metering {
        match call.route() {
            Route::PublicView => self.public_views,
            Route::Asset if call.verb() == Verb::Download => Metering::Unmetered,
            // Of sessions and uploads the documents say nothing: an answer tells whether they cost something.
            Route::Object | Route::UserView | Route::Session | Route::Asset => Metering::Metered,
        }
    }

    fn verdict(&self, call: &Call, outcome: Outcome<'_>) -> Verdict {
        let safe = |verdict| if call.is_idempotent() { verdict } else { Verdict::Ambiguous };
        match outcome {
            Outcome::Answer { status, limits } => match status.as_u16() {
                429 if limits.plan_exhausted() => Verdict::PlanExhausted { resets_in: limits.plan_reset },
                429 => Verdict::Throttled { after: limits.retry_after },
                // Knack answers 500 for a record that is not there. The verbs look closer.
                500 if call.label().record().is_some() && call.is_idempotent() => Verdict::Done,
                408 | 500..=599 => safe(Verdict::Retry),
                _ => Verdict::Done,
            },
            Outcome::Failure(error) => match error.failure() {
                Failure::Unsendable => Verdict::Done,
                Failure::Connect => Verdict::Retry,
                Failure::Timeout | Failure::Broken | Failure::Truncated => safe(Verdict::Retry),
                Failure::Protocol => safe(Verdict::Done),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call;
    use crate::key::{ObjectKey, RecordId};
    use crate::object::Projection;
    use crate::query::ListQuery;

    static ORDER: Projection = Projection::new("Order", ObjectKey::new(4), &[]);

    /// The table of the type's documentation, row by row.
    #[test]
    fn the_retry_table() {
        let id = RecordId::from_bytes([1; 12]);
        let [list, get, create, update, delete] = [
            call::list(&ORDER, &ListQuery::default()),
            call::get(&ORDER, id),
            call::create(&ORDER, "{}".into()),
            call::update(&ORDER, id, "{}".into()),
            call::delete(&ORDER, id),
        ];
        let all = [&list, &get, &create, &update, &delete];
        let policy = StandardPolicy::new();

        let answer = |call: &Call, status: u16, limits: LimitHeaders| {
            let status = StatusCode::from_u16(status).unwrap();
            policy.verdict(call, Outcome::Answer { status, limits: &limits })
        };
        let plain = LimitHeaders::default();
        let wait = Some(Duration::from_millis(250));
        for call in all {
            let throttled = LimitHeaders { retry_after: wait, plan_remaining: Some(12), ..plain };
            assert_eq!(answer(call, 429, throttled), Verdict::Throttled { after: wait });
            assert_eq!(answer(call, 429, plain), Verdict::Throttled { after: None });
            let exhausted = LimitHeaders { plan_remaining: Some(0), plan_reset: wait, ..plain };
            assert_eq!(answer(call, 429, exhausted), Verdict::PlanExhausted { resets_in: wait });
            for status in [200, 204, 301, 400, 401, 403, 404, 409, 418] {
                assert_eq!(answer(call, status, plain), Verdict::Done, "{status}");
            }
            for status in [408, 502, 503, 504] {
                let wanted =
                    if call.verb() == call::Verb::Create { Verdict::Ambiguous } else { Verdict::Retry };
                assert_eq!(answer(call, status, plain), wanted, "{status}");
            }
        }
        let at_500 = all.map(|call| answer(call, 500, plain));
        assert_eq!(at_500, [Verdict::Retry, Verdict::Done, Verdict::Ambiguous, Verdict::Done, Verdict::Done]);

        let failure =
            |call: &Call, failure| policy.verdict(call, Outcome::Failure(&TransportError::new(failure, "")));
        for call in all {
            let or_ambiguous =
                |verdict| if call.verb() == call::Verb::Create { Verdict::Ambiguous } else { verdict };
            assert_eq!(failure(call, Failure::Unsendable), Verdict::Done);
            assert_eq!(failure(call, Failure::Connect), Verdict::Retry);
            assert_eq!(failure(call, Failure::Protocol), or_ambiguous(Verdict::Done));
            for after_sending in [Failure::Timeout, Failure::Broken, Failure::Truncated] {
                assert_eq!(failure(call, after_sending), or_ambiguous(Verdict::Retry));
            }
        }
    }
}
