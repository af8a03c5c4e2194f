//! What can go wrong, in one enum: what happened, to which object and record, and what to do next.

use std::time::Duration;

use http::StatusCode;

use crate::call::Label;
use crate::cell::ValueError;
use crate::key::{FieldKey, RecordId};
use crate::ledger::Shortage;
use crate::record::RecordError;
use crate::transport::{Failure, TransportError};

mod answer;
mod local;
mod malformed;
mod validation;
mod words;

pub use answer::{HTML_PAGE, from_answer};
pub use local::LocalError;
pub use malformed::MalformedAnswer;
pub use validation::{Problem, Validation};
pub(crate) use words::resets;

/// The result of a call.
///
/// ```
/// use knack_core::{KnackObject, RecordId, Result, verbs::ObjectAccess};
///
/// async fn is_there<T: KnackObject>(knack: &impl ObjectAccess, id: RecordId) -> Result<bool> {
///     Ok(T::get_opt(knack, id).await?.is_some())
/// }
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that a call can end with besides its answer. Each message says what happened, to which
/// object, record and field, and what to do next.
///
/// No variant holds a secret: keys and tokens are sent in headers, which no message repeats.
///
/// ```
/// # use std::time::Duration;
/// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
/// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
/// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
/// /// What a program that copies records does about an error.
/// fn next_step(error: &Error) -> &'static str {
///     match error {
///         Error::Ambiguous { .. } => "look whether the record is there",
///         Error::PlanExhausted { .. } => "go on tomorrow",
///         Error::Validation(_) | Error::Unreadable(_) => "put the record on a list for people",
///         error if error.is_retryable() => "try again later",
///         _ => "give up",
///     }
/// }
/// # let error = Error::PlanExhausted { call, resets_in: Some(Duration::from_secs(60)) };
/// # assert_eq!(next_step(&error), "go on tomorrow");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The limit of calls a second leaves no room before the call's deadline, or, for a write, less time
    /// than answers take. It was not sent, or was refused with a 429, which Knack gives before it does
    /// anything.
    ///
    /// Source: docs.knack.com/docs/api-limits.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
    /// let error = Error::RateLimited {
    ///     call,
    ///     deadline: Duration::from_secs(5),
    ///     estimate: Some(Duration::from_secs(7)),
    ///     refusals: 0,
    /// };
    /// assert!(error.is_retryable());
    /// assert!(error.to_string().contains("no answer comes before 7.0s, which is not before its deadline of 5s"));
    /// ```
    RateLimited {
        /// The call.
        call: Label,
        /// The deadline, counted from the beginning of the call.
        deadline: Duration,
        /// When it could have been answered at the earliest, as far as that is known, counted from the
        /// beginning of the call; `None` where the limiter does not know when it could be sent.
        estimate: Option<Duration>,
        /// How often the server had refused it with a 429.
        refusals: u32,
    },

    /// The plan's calls of the day are used up, for all applications of the account. Until the reset,
    /// a client gives this error without asking the server, or waits if it was told so.
    ///
    /// Source: docs.knack.com/docs/api-limits.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
    /// let error = Error::PlanExhausted { call, resets_in: Some(Duration::from_secs(10_680)) };
    /// assert!(error.to_string().contains("used up, for another 2 h 58 min"));
    /// ```
    PlanExhausted {
        /// The call.
        call: Label,
        /// How long until the day's count begins anew, at midnight GMT, by the server's word; `None` if
        /// the answer did not say.
        resets_in: Option<Duration>,
    },

    /// The plan has calls left today, and they are kept: the last ones for [interactive] calls, others for
    /// jobs that reserved them. It was not sent.
    ///
    /// [interactive]: crate::limit::Class::Interactive
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
    /// let error = Error::PlanKept { call, left: 50, resets_in: Some(Duration::from_secs(10_680)) };
    /// assert!(error.is_retryable());
    /// assert!(error.to_string().contains("the plan's last 50 calls of the day are kept"));
    /// ```
    PlanKept {
        /// The call.
        call: Label,
        /// How many calls are left of the day.
        left: u64,
        /// How long until the day's count begins anew, by the server's word, if it gave any.
        resets_in: Option<Duration>,
    },

    /// Calls could not be reserved: the plan has not so many left.
    ///
    /// ```
    /// use knack_core::{Error, ledger::Shortage};
    ///
    /// let error = Error::from(Shortage { wanted: 500, left: 120, resets_in: None });
    /// assert!(error.to_string().starts_with("500 calls cannot be reserved: 120"));
    /// ```
    NotReserved(Shortage),

    /// A create was sent and no answer tells whether it was carried out. It is never sent again by
    /// itself: that could make a second record.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
    /// use knack_core::transport::{Failure, TransportError};
    ///
    /// let source = TransportError::new(Failure::Broken, "connection reset");
    /// let cause = Box::new(Error::Transport { call, source, attempts: 1 });
    /// let error = Error::Ambiguous { call, cause };
    /// assert!(error.is_ambiguous() && !error.is_retryable());
    /// ```
    Ambiguous {
        /// The call.
        call: Label,
        /// What came instead of an answer: a [`Transport`](Self::Transport) or an
        /// [`Api`](Self::Api) error.
        cause: Box<Error>,
    },

    /// Knack refused the values, or they were seen to be wrong before anything was sent.
    ///
    /// ```
    /// # use http::StatusCode;
    /// # use knack_core::{Error, call, error::from_answer, key::ObjectKey, object::Projection};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?).label();
    /// let body = br#"{"errors":[{"field":"field_7","type":"required","message":"City is required."}]}"#;
    /// let error = from_answer(&call, Some(&CUSTOMER), StatusCode::BAD_REQUEST, 1, body);
    /// let Error::Validation(validation) = error else { panic!("{error}") };
    /// assert_eq!(validation.problems()[0].message(), "City is required.");
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    Validation(Validation),

    /// Knack did not accept the credentials, or they do not reach this far. The message says which
    /// of them to check.
    ///
    /// Source: docs.knack.com/reference/response-format.
    ///
    /// ```
    /// # use http::StatusCode;
    /// # use knack_core::{Error, call, error::from_answer, key::ObjectKey, object::Projection};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?).label();
    /// let error = from_answer(&call, None, StatusCode::UNAUTHORIZED, 1, b"Invalid API Key");
    /// assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    /// assert!(error.to_string().contains("(401 Unauthorized): Invalid API Key; check the API key"));
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    Auth {
        /// The call.
        call: Label,
        /// 401 or 403; 400 for an application id that is none.
        status: StatusCode,
        /// Knack's own words.
        message: String,
    },

    /// The user's session is over, and no new one began: the password is not known here any more, or the new
    /// login failed. The call was not carried out.
    ///
    /// Source: docs.knack.com/docs/user-tokens.
    ///
    /// ```
    /// use knack_core::{Error, call};
    ///
    /// let error = Error::SessionOver { call: *call::session().label(), cause: None };
    /// assert_eq!(error.to_string(), "session was not done: the user has logged out; log in again");
    /// ```
    SessionOver {
        /// The call.
        call: Label,
        /// What ended the session, or why no new one could begin; `None` after a logout.
        cause: Option<Box<Error>>,
    },

    /// The record does not exist. Knack mostly says so with a 500, so the verbs look into the list
    /// before they give this error; [`status`](Self::status) is `None` for it.
    ///
    /// ```
    /// # use http::StatusCode;
    /// # use knack_core::{Error, call, error::from_answer, key::ObjectKey, object::Projection};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?).label();
    /// let error = from_answer(&call, None, StatusCode::NOT_FOUND, 1, b"");
    /// assert!(matches!(error, Error::NotFound { call } if call.record().is_some()));
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    NotFound {
        /// The call.
        call: Label,
    },

    /// A record came, but does not fit the struct. Where it came from a list, the other records can
    /// still be had: see [`List::guarded`](crate::list::List::guarded).
    ///
    /// ```
    /// # use knack_core::Error;
    /// # #[derive(Debug, knack_derive::KnackObject)]
    /// # #[knack(object = "object_3", crate = knack_core)]
    /// # struct Customer { #[knack(key = "field_8", kind = "number")] age: Option<u32> }
    /// let record = knack_core::record::read_record::<Customer>(br#"{"field_8":"many"}"#)?;
    /// let error = record.into_result().unwrap_err();
    /// assert!(matches!(&error, Error::Unreadable(_)));
    /// assert!(error.to_string().starts_with("`Customer.age` (object_3, field_8, number) could not"));
    /// # Ok::<(), knack_core::error::MalformedAnswer>(())
    /// ```
    Unreadable(RecordError),

    /// A record was made, and the answer of the create could not be read as the struct that was asked for.
    /// Do not send it again: that would make a second one.
    ///
    /// ```
    /// # use knack_core::{Error, KnackObject, Patch};
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo","field_8":"many"}"#);
    /// let new = Patch::<Customer>::new().set(Customer::CITY, "Oslo");
    /// let error = Customer::create(&knack, &new).await.unwrap_err();
    /// assert!(error.to_string().starts_with("create of `Customer` (object_3) made record 5d7964422d7159001659b27a"));
    /// # }
    /// ```
    Created {
        /// The call.
        call: Label,
        /// The record that was made, if the answer tells.
        record: Option<RecordId>,
        /// What is wrong with the answer.
        cause: RecordError,
    },

    /// A record was changed, and the answer of the update could not be read as what was asked for. What was
    /// written is in Knack; a second update would change nothing more.
    ///
    /// ```
    /// # use knack_core::{Error, KnackObject, Patch, RecordId};
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let id: RecordId = "5d7964422d7159001659b27a".parse().unwrap();
    /// let knack = Canned(r#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo","field_8":"many"}"#);
    /// let error = Customer::update(&knack, id, Patch::new().set(Customer::CITY, "Oslo")).await.unwrap_err();
    /// assert!(matches!(error, Error::Updated { .. }));
    /// assert!(error.to_string().contains("was carried out, but its answer does not fit: `Customer.age`"));
    /// # }
    /// ```
    Updated {
        /// The call.
        call: Label,
        /// What is wrong with the answer.
        cause: RecordError,
    },

    /// The answer has a status of success and is not what the API gives, such as the page of a
    /// gateway. After a write, look whether it was carried out: such an answer does not tell.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
    /// # #[derive(Debug, knack_derive::KnackObject)]
    /// # #[knack(object = "object_3", crate = knack_core)]
    /// # struct Customer { #[knack(key = "field_8", kind = "number")] age: Option<u32> }
    /// let answer = knack_core::record::read_page::<Customer>(b"<html>Welcome</html>").unwrap_err();
    /// let error = Error::Malformed { call, answer };
    /// assert!(error.to_string().contains("an HTML page, not JSON"));
    /// ```
    Malformed {
        /// The call.
        call: Label,
        /// What is wrong with it.
        answer: MalformedAnswer,
    },

    /// Another answer that is no success, or one of status 200 that does not do what was asked: a list whose
    /// pages repeat, so that it would never end, or connections that Knack did not keep as they were sent.
    ///
    /// ```
    /// # use http::StatusCode;
    /// # use knack_core::{Error, call, error::from_answer, key::ObjectKey, object::Projection};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?).label();
    /// let error = from_answer(&call, None, StatusCode::BAD_GATEWAY, 4, b"<html>Bad Gateway</html>");
    /// assert!(error.is_retryable());
    /// assert!(error.to_string().contains("failed (502 Bad Gateway) after 4 attempts: an HTML page"));
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    Api {
        /// The call.
        call: Label,
        /// The status.
        status: StatusCode,
        /// Knack's own words, or what stands for them, at most 300 characters.
        message: String,
        /// How often the server may have carried it out. Refusals (429) and attempts without a connection
        /// do not count.
        attempts: u32,
    },

    /// No usable answer came. For a create this means that it was not carried out; where that is not
    /// known, the error is [`Ambiguous`](Self::Ambiguous).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
    /// use knack_core::transport::{Failure, TransportError};
    ///
    /// let source = TransportError::new(Failure::Connect, "connection refused");
    /// let error = Error::Transport { call, source, attempts: 4 };
    /// assert!(error.is_retryable());
    /// assert!(error.to_string().contains("no connection to the server (connection refused), after 4"));
    /// ```
    Transport {
        /// The call.
        call: Label,
        /// What the transport says.
        source: TransportError,
        /// How often it was tried. Refusals (429) do not count.
        attempts: u32,
    },

    /// Trouble on this machine: the file to be uploaded could not be read, or what came could not be written.
    /// Nothing half done is left: no record has the upload, and no file has the download's name.
    ///
    /// ```
    /// # use std::io;
    /// # use knack_core::{Error, call, error::LocalError};
    /// # let call = *call::download().label();
    /// let trouble = LocalError::new("writing", "`/srv/terms.pdf`", io::ErrorKind::StorageFull.into());
    /// let error = Error::Local { call, trouble };
    /// assert!(error.to_string().starts_with("download failed here: writing `/srv/terms.pdf`: no storage space"));
    /// ```
    Local {
        /// The call.
        call: Label,
        /// What went wrong, and where.
        trouble: LocalError,
    },

    /// The call could not be made from what was given; nothing was sent. Of a file that is longer than it may
    /// be, a part may have been, which Knack does not keep.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_core::{Error, call, key::ObjectKey, object::Projection, query::ListQuery};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::list(&CUSTOMER, &ListQuery::default()).label();
    /// let error = Error::Invalid { call, problem: "`age` (field_8): the value is no finite number".into() };
    /// assert!(!error.is_retryable());
    /// assert!(error.to_string().starts_with("list of `Customer` (object_3) was not sent: `age`"));
    /// ```
    Invalid {
        /// The call.
        call: Label,
        /// What is wrong, to which field.
        problem: String,
    },
}

impl Error {
    /// The HTTP status of [`Auth`](Self::Auth), [`Api`](Self::Api) and of a
    /// [`Validation`](Self::Validation) by Knack; `None` for all other errors.
    ///
    /// ```
    /// # use http::StatusCode;
    /// # use knack_core::{Error, call, error::from_answer, key::ObjectKey, object::Projection};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?).label();
    /// let error = from_answer(&call, None, StatusCode::CONFLICT, 1, b"Conflict");
    /// assert_eq!(error.status(), Some(StatusCode::CONFLICT));
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Auth { status, .. } | Self::Api { status, .. } => Some(*status),
            Self::Validation(validation) => validation.status,
            _ => None,
        }
    }

    /// Whether the same call may succeed later without being changed, and sending it again does
    /// no harm. "No" is no verdict on the data: after [`Ambiguous`](Self::Ambiguous), look first.
    ///
    /// ```
    /// # use http::StatusCode;
    /// # use knack_core::{Error, call, error::from_answer, key::ObjectKey, object::Projection};
    /// # static CUSTOMER: Projection = Projection::new("Customer", ObjectKey::new(3), &[]);
    /// # let call = *call::get(&CUSTOMER, "5d7964422d7159001659b27a".parse()?).label();
    /// assert!(from_answer(&call, None, StatusCode::SERVICE_UNAVAILABLE, 4, b"").is_retryable());
    /// assert!(!from_answer(&call, None, StatusCode::FORBIDDEN, 1, b"").is_retryable());
    /// # Ok::<(), knack_core::key::KeyError>(())
    /// ```
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::PlanExhausted { .. }
            | Self::PlanKept { .. }
            | Self::NotReserved(_) => true,
            Self::Transport { source, .. } => {
                !matches!(source.failure(), Failure::Protocol | Failure::Unsendable)
            }
            Self::Api { status, .. } => status.is_server_error(),
            // A login that failed by chance; the next call tries another.
            Self::SessionOver { cause: Some(cause), .. } => cause.is_retryable(),
            _ => false,
        }
    }

    /// Whether a write may have been carried out although it failed; see [`Ambiguous`](Self::Ambiguous).
    pub const fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Ambiguous { .. })
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<Shortage> for Error {
    fn from(shortage: Shortage) -> Self {
        Self::NotReserved(shortage)
    }
}

/// A value that could not be written, as an error of the call that should have sent it.
pub(crate) fn unwritable(call: Label, field: &str, key: FieldKey, why: &ValueError) -> Error {
    Error::Invalid { call, problem: format!("`{field}` ({key}): the value {why}") }
}
