//! A user's session: its token, and one new login for all calls when it is over.

mod account;
mod login;
mod store;
mod token;

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use knack_core::call::{self, Call, Label};
use knack_core::error::{Error, HTML_PAGE, MalformedAnswer, Result};
use knack_core::limit::Class;
use knack_core::transport::{Failure, TransportError};
use knack_core::verbs::Reply;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, timeout};
use tracing::{debug, warn};

pub use self::account::Account;
use self::account::SessionAnswer;
pub use self::login::Login;
pub use self::store::{TokenFile, TokenStore};
pub use self::token::Token;
use crate::executor::{Executor, Options, in_runtime};
use crate::transfer::Transfer;

/// How long a store may take. It is a help, and calls wait for it.
const STORE_PATIENCE: Duration = Duration::from_secs(5);

/// How long after a login whose token no call was let in with the next one is tried.
const BETWEEN_LOGINS: Duration = Duration::from_mins(1);

/// What all clones of a user's client share.
pub struct Session {
    /// Held while a login is under way: the other calls wait for what it comes to.
    state: Mutex<State>,
    /// How many logins have failed. Who waited while this went up shares in that: a login each, one after the
    /// other, would take all of them past their deadlines.
    failures: AtomicU64,
    /// The latest token that a call was let in with, by its generation.
    accepted: AtomicU64,
    account: Lock<Option<Account>>,
    store: Option<Arc<dyn TokenStore>>,
}

struct State {
    token: Option<Token>,
    credentials: Option<Credentials>,
    /// Which token this is: goes up with each.
    generation: u64,
    /// When the latest new login gave it.
    renewed: Option<Instant>,
    /// Why there is none.
    why: Option<Error>,
}

/// What a login needs.
#[derive(Clone)]
struct Credentials {
    email: String,
    password: SecretString,
}

impl Credentials {
    fn body(&self) -> String {
        json!({ "email": self.email, "password": self.password.expose_secret() }).to_string()
    }
}

/// The token that a call is sent with.
struct Ticket {
    header: HeaderValue,
    generation: u64,
}

/// By what calls are carried out, and how.
#[derive(Clone, Copy)]
pub(crate) struct Carrier<'a> {
    executor: &'a Executor,
    options: Options,
    /// When the first of them began: the deadline is of all together.
    began: Instant,
}

impl<'a> Carrier<'a> {
    pub(crate) fn new(executor: &'a Executor, options: Options) -> Self {
        Self { executor, options, began: Instant::now() }
    }

    async fn carry(
        self,
        call: Call,
        token: Option<&HeaderValue>,
        transfer: Option<&mut (dyn Transfer + '_)>,
    ) -> Result<Reply> {
        let deadline = self.left().unwrap_or(self.options.deadline);
        self.executor.execute(call, Options { deadline, ..self.options }, token, transfer).await
    }

    /// What is left until the deadline; `None` for who waits for the plan, however long that takes.
    fn left(self) -> Option<Duration> {
        let left = self.options.deadline.saturating_sub(self.began.elapsed());
        (!self.options.wait_for_plan).then_some(left)
    }

    /// Whether this failed by what the caller allows for it, so that it may go well for another.
    fn too_hasty_for(self, error: &Error) -> bool {
        let by_limits =
            matches!(error, Error::RateLimited { .. } | Error::PlanExhausted { .. } | Error::PlanKept { .. });
        by_limits || self.left().is_some_and(|left| left.is_zero())
    }

    /// For calls that others wait for.
    fn first(self) -> Self {
        Self { options: Options { class: Class::Interactive, ..self.options }, ..self }
    }
}

impl Session {
    fn new(
        token: Option<Token>,
        credentials: Option<Credentials>,
        store: Option<Arc<dyn TokenStore>>,
    ) -> Self {
        let state = Mutex::new(State { token, credentials, generation: 0, renewed: None, why: None });
        let (failures, accepted) = Default::default();
        Self { state, failures, accepted, account: Lock::default(), store }
    }

    /// The session of a token that a program has from elsewhere.
    pub(crate) fn of_token(token: Token) -> Self {
        Self::new(Some(token), None, None)
    }

    /// Who is logged in, if Knack has told.
    pub(crate) fn account(&self) -> Option<Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn know(&self, account: Option<Account>) {
        if account.is_some() {
            *self.account.lock().unwrap_or_else(PoisonError::into_inner) = account;
        }
    }

    /// Carries out a call with the token, and the file that goes with it. If the session is over, logs in anew,
    /// once for all calls that find it so, and carries out the call again: it was refused before it did anything.
    pub(crate) async fn execute(
        &self,
        by: Carrier<'_>,
        call: Call,
        mut transfer: Option<&mut (dyn Transfer + '_)>,
    ) -> Result<Reply> {
        in_runtime(call.label())?;
        let ticket = self.ticket(by, *call.label()).await?;
        let first = self.carry(by, call.clone(), &ticket, transfer.as_deref_mut()).await;
        let again = transfer.as_ref().is_none_or(|transfer| transfer.repeatable());
        match first {
            Err(refused @ Error::Auth { .. }) if again => {
                let ticket = self.renewed(by, *call.label(), &ticket, refused).await?;
                self.carry(by, call, &ticket, transfer).await
            }
            result => result,
        }
    }

    async fn carry(
        &self,
        by: Carrier<'_>,
        call: Call,
        ticket: &Ticket,
        transfer: Option<&mut (dyn Transfer + '_)>,
    ) -> Result<Reply> {
        let reply = by.carry(call, Some(&ticket.header), transfer).await?;
        self.accepted.fetch_max(ticket.generation, Ordering::Relaxed);
        Ok(reply)
    }

    /// The state, once no login is under way.
    async fn state(&self, by: Carrier<'_>, call: Label) -> Result<MutexGuard<'_, State>> {
        let Some(left) = by.left() else { return Ok(self.state.lock().await) };
        timeout(left, self.state.lock()).await.map_err(|_| {
            let detail = format!("another call was still logging in after {left:.1?}");
            let source = TransportError::new(Failure::Timeout, detail);
            Error::Transport { call, source, attempts: 0 }
        })
    }

    /// The present token, or the one of a new login.
    async fn ticket(&self, by: Carrier<'_>, call: Label) -> Result<Ticket> {
        let seen = self.failures.load(Ordering::Relaxed);
        let mut state = self.state(by, call).await?;
        self.ticket_or_login(&mut state, by, call, seen).await
    }

    /// Another token in place of the one with which a call was refused.
    async fn renewed(&self, by: Carrier<'_>, call: Label, old: &Ticket, refused: Error) -> Result<Ticket> {
        let seen = self.failures.load(Ordering::Relaxed);
        let mut state = self.state(by, call).await?;
        if state.generation == old.generation && state.token.is_some() {
            // Where Knack does not say, a login tells; who cannot log in keeps the token.
            let good = self.is_good(by, &old.header, None).await.unwrap_or(state.credentials.is_none());
            // Good, and the user may not do this; or as bad as the next one would be: each call would log in.
            if good || self.is_useless(&state) {
                return Err(refused);
            }
            state.end(refused);
        }
        self.ticket_or_login(&mut state, by, call, seen).await
    }

    /// Whether the token is of a new login just now and no call was let in with it.
    fn is_useless(&self, state: &State) -> bool {
        let just_now = state.renewed.is_some_and(|at| at.elapsed() < BETWEEN_LOGINS);
        just_now && self.accepted.load(Ordering::Relaxed) < state.generation
    }

    async fn ticket_or_login(
        &self,
        state: &mut State,
        by: Carrier<'_>,
        call: Label,
        seen: u64,
    ) -> Result<Ticket> {
        // A login that failed while this call waited was for this call as well.
        let failed_meanwhile = self.failures.load(Ordering::Relaxed) != seen && state.why.is_some();
        if state.token.is_none()
            && !failed_meanwhile
            && let Some(credentials) = state.credentials.clone()
        {
            debug!("the session is over: logging in anew");
            state.why = None;
            match self.login(by, &credentials).await {
                Ok(token) => {
                    state.begin(token);
                    state.renewed = Some(Instant::now());
                }
                Err(error) => self.failed(state, by, error).await,
            }
        }
        state.ticket(call)
    }

    /// Notes why there is no new token.
    async fn failed(&self, state: &mut State, by: Carrier<'_>, error: Error) {
        if refused_by_knack(&error) {
            // To try again with what was refused would lock the account.
            state.credentials = None;
            self.keep(None).await;
        }
        if !by.too_hasty_for(&error) {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        state.why = Some(error);
    }

    /// Logs in and keeps the token.
    async fn login(&self, by: Carrier<'_>, credentials: &Credentials) -> Result<Token> {
        let call = call::login(credentials.body());
        let label = *call.label();
        let reply = by.first().carry(call, None, None).await?;
        let answer = SessionAnswer::read(&reply.body);
        let (account, token) = answer.map(|answer| (answer.account, answer.token)).unwrap_or_default();
        let Some(token) = token.filter(|token| token.header().is_some()) else {
            let answer = MalformedAnswer::unlike("a session with a token");
            return Err(Error::Malformed { call: label, answer });
        };
        self.know(account);
        self.keep(Some(&token)).await;
        Ok(token)
    }

    /// Whether the token is good, and that of the user with this address; `None` where Knack does not say.
    async fn is_good(&self, by: Carrier<'_>, token: &HeaderValue, email: Option<&str>) -> Option<bool> {
        let reply = match by.first().carry(call::session(), Some(token), None).await {
            Err(Error::Auth { .. }) => return Some(false),
            reply => reply.ok()?,
        };
        let answer = SessionAnswer::read(&reply.body)?;
        let good = !answer.over && email.is_none_or(|email| answer.may_be_of(email));
        if good {
            self.know(answer.account);
        }
        Some(good)
    }

    /// Asks Knack whether the session is good, and whose it is.
    pub(crate) async fn check(&self, by: Carrier<'_>) -> Result<Account> {
        let call = call::session();
        let label = *call.label();
        let reply = self.execute(by, call, None).await?;
        let answer = SessionAnswer::read(&reply.body);
        if answer.as_ref().is_some_and(|answer| answer.over) {
            return Err(Error::SessionOver { call: label, cause: None });
        }
        let Some(account) = answer.and_then(|answer| answer.account) else {
            let answer = MalformedAnswer::unlike("a session with its user");
            return Err(Error::Malformed { call: label, answer });
        };
        // Not if the user has logged out meanwhile.
        if self.state(by, label).await?.token.is_some() {
            self.know(Some(account.clone()));
        }
        Ok(account)
    }

    /// Forgets the token and the password, here and in the store, and tells Knack.
    pub(crate) async fn logout(&self, by: Carrier<'_>) {
        let header = {
            let mut state = self.state.lock().await;
            state.credentials = None;
            state.why = None;
            *self.account.lock().unwrap_or_else(PoisonError::into_inner) = None;
            let token = state.token.take();
            self.keep(None).await;
            token.as_ref().and_then(Token::header)
        };
        // It is not documented that Knack listens, so that a refusal is nothing to tell of.
        if header.is_some()
            && let Err(error) = by.carry(call::logout(), header.as_ref(), None).await
        {
            debug!(%error, "Knack was not told of the logout");
        }
    }

    /// Saves the token, or forgets it. The store is a help, never a need.
    async fn keep(&self, token: Option<&Token>) {
        if let Some(store) = &self.store
            && let Err(error) = patiently(store.save(token)).await
        {
            warn!(%error, "the token could not be kept: the next run will log in again");
        }
    }
}

/// What a store does, but for one that hangs.
async fn patiently<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    if Handle::try_current().is_err() {
        return Err(io::Error::other("there is no tokio runtime here"));
    }
    timeout(STORE_PATIENCE, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

impl State {
    fn begin(&mut self, token: Token) {
        self.token = Some(token);
        self.generation += 1;
        self.why = None;
    }

    /// No token any more, for this reason.
    fn end(&mut self, why: Error) {
        self.token = None;
        self.why = Some(why);
    }

    fn ticket(&self, call: Label) -> Result<Ticket> {
        let Some(token) = &self.token else {
            return Err(Error::SessionOver { call, cause: self.why.clone().map(Box::new) });
        };
        let problem =
            || Error::Invalid { call, problem: "the token is none that a header can have".to_owned() };
        Ok(Ticket { header: token.header().ok_or_else(problem)?, generation: self.generation })
    }
}

/// Whether it is Knack that refused a login, and not a gateway before it, which has a page for that.
fn refused_by_knack(error: &Error) -> bool {
    matches!(error, Error::Auth { message, .. } if message != HTML_PAGE)
}
