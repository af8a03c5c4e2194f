//! A user's session: its token, and one new login for all calls when it is over.

mod account;
mod login;
mod store;
mod token;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};

use http::HeaderValue;
use knack_core::call::{self, Call, Label};
use knack_core::error::{Error, MalformedAnswer, Result};
use knack_core::limit::Class;
use knack_core::verbs::Reply;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::sync::Mutex;
use tracing::{debug, warn};

pub use self::account::Account;
use self::account::SessionAnswer;
pub use self::login::Login;
pub use self::store::{TokenFile, TokenStore};
pub use self::token::Token;
use crate::executor::{Executor, Options};
use crate::transfer::Transfer;

/// What all clones of a user's client share.
pub struct Session {
    /// Held while a login is under way: the other calls wait for what it comes to.
    state: Mutex<State>,
    /// How many logins were begun. Who waited while this went up shares in what came of it.
    logins: AtomicU64,
    account: Lock<Option<Account>>,
    store: Option<Arc<dyn TokenStore>>,
}

struct State {
    token: Option<Token>,
    credentials: Option<Credentials>,
    /// Which token this is: goes up with each.
    generation: u64,
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
    pub(crate) executor: &'a Executor,
    pub(crate) options: Options,
}

impl Carrier<'_> {
    async fn carry(self, call: Call, token: Option<&HeaderValue>) -> Result<Reply> {
        self.executor.execute(call, self.options, token, None).await
    }

    async fn transfer(
        self,
        call: Call,
        ticket: &Ticket,
        transfer: &mut (dyn Transfer + '_),
    ) -> Result<Reply> {
        self.executor.execute(call, self.options, Some(&ticket.header), Some(transfer)).await
    }

    /// For calls that others wait for.
    fn first(self) -> Self {
        Self { options: Options { class: Class::Interactive, reservation: None, ..self.options }, ..self }
    }
}

impl Session {
    fn new(
        token: Option<Token>,
        credentials: Option<Credentials>,
        store: Option<Arc<dyn TokenStore>>,
    ) -> Self {
        let state = State { token, credentials, generation: 0, why: None };
        Self { state: Mutex::new(state), logins: AtomicU64::new(0), account: Lock::default(), store }
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

    /// Carries out a call with the token. If the session is over, logs in anew, once for all calls that find
    /// it so, and carries out the call again: it was refused before it did anything.
    pub(crate) async fn execute(&self, by: Carrier<'_>, call: Call) -> Result<Reply> {
        let ticket = self.ticket(by, *call.label()).await?;
        match by.carry(call.clone(), Some(&ticket.header)).await {
            Err(refused @ Error::Auth { .. }) => {
                let ticket = self.renewed(by, *call.label(), &ticket, refused).await?;
                by.carry(call, Some(&ticket.header)).await
            }
            result => result,
        }
    }

    /// The same with a file.
    pub(crate) async fn transfer(
        &self,
        by: Carrier<'_>,
        call: Call,
        transfer: &mut (dyn Transfer + '_),
    ) -> Result<Reply> {
        let ticket = self.ticket(by, *call.label()).await?;
        match by.transfer(call.clone(), &ticket, transfer).await {
            Err(refused @ Error::Auth { .. }) if transfer.repeatable() => {
                let ticket = self.renewed(by, *call.label(), &ticket, refused).await?;
                by.transfer(call, &ticket, transfer).await
            }
            result => result,
        }
    }

    /// The present token, or the one of a new login.
    async fn ticket(&self, by: Carrier<'_>, call: Label) -> Result<Ticket> {
        let seen = self.logins.load(Ordering::Relaxed);
        let mut state = self.state.lock().await;
        self.ticket_or_login(&mut state, by, call, seen).await
    }

    /// Another token in place of the one with which a call was refused.
    async fn renewed(&self, by: Carrier<'_>, call: Label, old: &Ticket, refused: Error) -> Result<Ticket> {
        let seen = self.logins.load(Ordering::Relaxed);
        let mut state = self.state.lock().await;
        if state.generation == old.generation && state.token.is_some() {
            if self.is_good(by, &old.header).await {
                // The token is not what is wrong: the user may not do this.
                return Err(refused);
            }
            state.end(refused);
        }
        self.ticket_or_login(&mut state, by, call, seen).await
    }

    async fn ticket_or_login(
        &self,
        state: &mut State,
        by: Carrier<'_>,
        call: Label,
        seen: u64,
    ) -> Result<Ticket> {
        // A login that failed while this call waited was for this call as well.
        let failed_meanwhile = self.logins.load(Ordering::Relaxed) != seen && state.why.is_some();
        if state.token.is_none()
            && !failed_meanwhile
            && let Some(credentials) = state.credentials.clone()
        {
            debug!("the session is over: logging in anew");
            state.why = None;
            match self.login(by, &credentials).await {
                Ok(token) => state.begin(token),
                Err(error) => {
                    if matches!(error, Error::Auth { .. }) {
                        // To try again with what was refused would lock the account.
                        state.credentials = None;
                        self.keep(None).await;
                    }
                    state.why = Some(error);
                }
            }
        }
        state.ticket(call)
    }

    /// Logs in and keeps the token.
    async fn login(&self, by: Carrier<'_>, credentials: &Credentials) -> Result<Token> {
        self.logins.fetch_add(1, Ordering::Relaxed);
        let call = call::login(credentials.body());
        let label = *call.label();
        let reply = by.first().carry(call, None).await?;
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

    /// Whether Knack says that the token is good. Where it does not say, it is not.
    async fn is_good(&self, by: Carrier<'_>, token: &HeaderValue) -> bool {
        let reply = by.first().carry(call::session(), Some(token)).await;
        let answer =
            reply.ok().and_then(|reply| SessionAnswer::read(&reply.body)).filter(|answer| !answer.over);
        let good = answer.is_some();
        self.know(answer.and_then(|answer| answer.account));
        good
    }

    /// Asks Knack whether the session is good, and whose it is.
    pub(crate) async fn check(&self, by: Carrier<'_>) -> Result<Account> {
        let call = call::session();
        let label = *call.label();
        let reply = self.execute(by, call).await?;
        let answer = SessionAnswer::read(&reply.body);
        if answer.as_ref().is_some_and(|answer| answer.over) {
            return Err(Error::SessionOver { call: label, cause: None });
        }
        let Some(account) = answer.and_then(|answer| answer.account) else {
            let answer = MalformedAnswer::unlike("a session with its user");
            return Err(Error::Malformed { call: label, answer });
        };
        self.know(Some(account.clone()));
        Ok(account)
    }

    /// Forgets the token and the password, here and in the store, and tells Knack.
    pub(crate) async fn logout(&self, by: Carrier<'_>) {
        let header = {
            let mut state = self.state.lock().await;
            state.credentials = None;
            state.why = None;
            state.token.take().as_ref().and_then(Token::header)
        };
        self.keep(None).await;
        *self.account.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // It is not documented that Knack listens, so that a refusal is nothing to tell of.
        if header.is_some()
            && let Err(error) = by.carry(call::logout(), header.as_ref()).await
        {
            debug!(%error, "Knack was not told of the logout");
        }
    }

    /// Saves the token, or forgets it. The store is a help, never a need.
    async fn keep(&self, token: Option<&Token>) {
        if let Some(store) = &self.store
            && let Err(error) = store.save(token).await
        {
            warn!(%error, "the token could not be kept: the next run will log in again");
        }
    }
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
