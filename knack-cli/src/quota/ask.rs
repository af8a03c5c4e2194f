//! The question.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use knack_runtime::call::{self, Call};
use knack_runtime::headers::LimitHeaders;
use knack_runtime::key::ObjectKey;
use knack_runtime::object::Projection;
use knack_runtime::query::ListQuery;
use knack_runtime::quota::{Metering, Outcome, QuotaPolicy, Verdict};
use knack_runtime::verbs::Execute;
use knack_runtime::{ApplicationId, Error};

use crate::args::{KeyPlace, Remote};
use crate::error::{CliError, Result};
use crate::{key, remote};

/// How long the answer may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// A policy that hears what the answer says of limits and never tries again: each attempt would cost a
/// call, and a refusal tells as much as an answer.
#[derive(Clone, Debug, Default)]
struct Ear(Arc<Mutex<Option<Heard>>>);

/// What an answer says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) limits: LimitHeaders,
}

impl QuotaPolicy for Ear {
    fn meter(&self, _call: &Call) -> Metering {
        Metering::Metered
    }

    fn verdict(&self, _call: &Call, outcome: Outcome<'_>) -> Verdict {
        if let Outcome::Answer { status, limits } = outcome {
            let heard = Heard { status: status.as_u16(), limits: *limits };
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
        }
        Verdict::Done
    }
}

impl Ear {
    fn heard(&self) -> Option<Heard> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the application that is given, else `known`, for a list of one record. Its records do not matter, nor
/// whether the object exists, as long as the answer tells of limits.
pub(crate) fn once(
    remote: &Remote,
    key: &KeyPlace,
    known: Option<ApplicationId>,
    object: ObjectKey,
) -> Result<Heard> {
    let ear = Ear::default();
    let builder = remote::builder(remote, known)?.api_key(key::read(key)?);
    let client = builder.policy(ear.clone()).deadline(DEADLINE).build()?;
    // A call names a projection for ever; a process makes one.
    let projection = Box::leak(Box::new(Projection::new("Record", object, &[])));
    let call = call::list(projection, &ListQuery::default().rows_per_page(1));
    let answer = remote::runtime()?.block_on(client.execute(call));
    match (answer, ear.heard()) {
        (Err(error @ Error::Auth { .. }), _) => Err(CliError::KeyRefused(error)),
        (_, Some(heard)) if heard.tells() => Ok(heard),
        (Err(error), None) => Err(CliError::Call(error)),
        (answer, _) => {
            let answer =
                answer.map_or_else(|error| error.to_string(), |_| "it is a plain success".to_owned());
            Err(CliError::NoHeaders { answer, object })
        }
    }
}

impl Heard {
    fn tells(&self) -> bool {
        let limits = &self.limits;
        limits.plan_remaining.is_some() || limits.plan_limit.is_some() || limits.rate_limit.is_some()
    }
}
