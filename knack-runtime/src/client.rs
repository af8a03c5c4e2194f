//! The client: what programs hold.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use knack_core::call::{Call, Route};
use knack_core::error::Result;
use knack_core::limit::Class;
use knack_core::verbs::{Execute, ObjectAccess, Reply};
use knack_core::view::{Login as LoggedIn, Public, ViewAccess};
use secrecy::SecretString;

use crate::book::Book;
use crate::builder::{BuildError, ClientBuilder};
use crate::executor::{Executor, Options};
use crate::reservation::Reservation;
use crate::session::{Account, Carrier, Login, Session, Token};
use crate::transfer::Transfer;
use crate::usage::Usage;

/// The access of a client that has an API key: to all objects, whatever the application's pages allow.
///
/// Source: docs.knack.com/docs/object-based-requests.
///
/// ```
/// use knack_runtime::{ApiKey, BuildError, Client};
///
/// fn connect(key: &str) -> Result<Client<ApiKey>, BuildError> { // `Client` alone means the same
///     Client::builder("5d79512148c4af00106d1507").api_key(key).build()
/// }
/// assert!(connect("my-key").is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ApiKey;

/// The access of a client without a key: to views that everybody may see, and to nothing of objects. Calls that
/// need a key do not compile with it.
///
/// ```compile_fail,E0277
/// # use knack_emulator::Emulator;
/// # use knack_runtime::{Client, KnackObject};
/// # #[derive(Debug, KnackObject)]
/// # #[knack(object = "object_1")]
/// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let knack = Client::builder("5d79512148c4af00106d1507").build()?;
/// let customers = Customer::list(&knack); // `Client<NoKey>` has no API key
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NoKey;

/// The access of a user who has [logged in](Client::login): to the views that the user's roles may see. It is
/// no access to objects, whatever client the login was made with.
///
/// Source: docs.knack.com/docs/user-tokens.
///
/// ```
/// use knack_runtime::{Client, Token, User};
///
/// let knack = Client::builder("5d79512148c4af00106d1507").build()?;
/// let user: Client<User> = knack.with_token(Token::new("eyJhbGciOi…"));
/// # Ok::<(), knack_runtime::BuildError>(())
/// ```
#[derive(Clone)]
pub struct User {
    session: Arc<Session>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User")
    }
}

/// What a client may call: [`ApiKey`], [`NoKey`] or [`User`].
///
/// ```
/// use knack_runtime::{Access, Client};
///
/// fn calls_left<A: Access>(knack: &Client<A>) -> Option<i64> {
///     knack.usage().plan_left
/// }
/// ```
pub trait Access: sealed::Session + Clone + Send + Sync + 'static {}

impl Access for ApiKey {}
impl Access for NoKey {}
impl Access for User {}

mod sealed {
    use super::{ApiKey, NoKey, User};

    pub trait Session {
        /// The user's session, if there is one.
        fn session(&self) -> Option<&super::Session> {
            None
        }
    }

    impl Session for ApiKey {}
    impl Session for NoKey {}

    impl Session for User {
        fn session(&self) -> Option<&super::Session> {
            Some(&self.session)
        }
    }
}

/// A client of one Knack application. Cheap to clone; clones share the queue, the limiter and the
/// connections, and may have a class and a deadline of their own. Calls need tokio around them, of any flavor.
///
/// ```
/// # use knack_emulator::Emulator;
/// # use knack_runtime::{Client, KnackObject};
/// # #[derive(Debug, KnackObject)]
/// # #[knack(object = "object_1")]
/// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let local = Emulator::builder().sample().build()?;
/// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
/// let knack = builder.transport(local.transport()).build()?;
/// let tasks: Vec<_> = (0..20).map(|_| {
///     let knack = knack.clone();
///     tokio::spawn(async move { Customer::list(&knack).first().await })
/// }).collect();
/// for task in tasks {
///     assert!(task.await??.is_some()); // 20 calls in two seconds, in the order of their coming
/// }
/// assert_eq!(local.refused(), 0);
/// # Ok(()) }
/// ```
pub struct Client<A = ApiKey> {
    executor: Arc<Executor>,
    options: Options,
    access: A,
}

impl Client<ApiKey> {
    /// Begins a client of the application with this id (Builder, "API & Code"). What is wrong with the
    /// id, [`build`](ClientBuilder::build) says.
    ///
    /// ```
    /// use knack_runtime::Client;
    ///
    /// let knack = Client::builder("5d79512148c4af00106d1507").api_key("my-key").build()?;
    /// # Ok::<(), knack_runtime::BuildError>(())
    /// ```
    pub fn builder(application: impl Into<String>) -> ClientBuilder<NoKey> {
        ClientBuilder::new(application.into())
    }

    /// A client from the environment: `KNACK_APP_ID`, `KNACK_API_KEY`, and, where it is set,
    /// `KNACK_BASE_URL`. [`ClientBuilder::from_env`] leaves room for other options.
    ///
    /// ```
    /// use knack_runtime::{BuildError, Client};
    ///
    /// match Client::from_env() {
    ///     Ok(knack) => println!("{knack:?}"),
    ///     Err(BuildError::Environment(name)) => eprintln!("set {name} first"),
    ///     Err(error) => eprintln!("{error}"),
    /// }
    /// ```
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env()?.build()
    }
}

impl<A: Access> Client<A> {
    pub(crate) fn new(executor: Executor, options: Options, access: A) -> Self {
        Self { executor: Arc::new(executor), options, access }
    }

    pub(crate) fn carrier(&self) -> Carrier<'_> {
        Carrier::new(&self.executor, self.options)
    }

    /// Carries out a call with its file: as the user, if there is one.
    pub(crate) async fn transfer(&self, call: Call, transfer: &mut (dyn Transfer + '_)) -> Result<Reply> {
        match self.access.session() {
            Some(session) => session.execute(self.carrier(), call, Some(transfer)).await,
            None => self.executor.execute(call, self.options, None, Some(transfer)).await,
        }
    }

    pub(crate) fn of_user(&self, session: Session) -> Client<User> {
        let access = User { session: Arc::new(session) };
        Client { executor: Arc::clone(&self.executor), options: self.options, access }
    }

    /// Logs a user in: await it for a client of that user, which shares the queue, the limiter and the plan
    /// with this one. When the session is over, after 48 hours, the first call that finds it so logs in again
    /// for all; [`Login`] has options for that. Costs one call.
    ///
    /// What Knack refuses is [`Error::Auth`](crate::Error::Auth). Users who log in by single sign-on cannot do
    /// so here.
    ///
    /// Source: docs.knack.com/docs/remote-user-logins.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, KnackView};
    /// # #[derive(Debug, KnackView)]
    /// # #[knack(view = "view_10", scene = "scene_7", object = "object_1", access = "login", can = "list")]
    /// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let (email, password) = (local.account_email(0).unwrap(), "Pedal-2026");
    /// # let builder = Client::builder(local.application_id()).transport(local.transport());
    /// let knack = builder.build()?; // no API key: a user sees what the user may see
    /// let user = knack.login(email, password).await?;
    /// let customer = Customer::list(&user).first().await?;
    /// assert!(customer.is_some());
    /// # Ok(()) }
    /// ```
    pub fn login(&self, email: impl Into<String>, password: impl Into<SecretString>) -> Login<A> {
        Login::new(self.clone(), email.into(), password.into())
    }

    /// A client of the user whose token a program has from elsewhere, such as a web page. Nothing is sent; when
    /// the session is over, calls end in [`Error::SessionOver`](crate::Error::SessionOver).
    ///
    /// Source: docs.knack.com/docs/user-tokens.
    ///
    /// ```
    /// # use knack_runtime::Client;
    /// # use knack_runtime::Token;
    /// let knack = Client::builder("5d79512148c4af00106d1507").build()?;
    /// let user = knack.with_token(Token::new("eyJhbGciOi…"));
    /// assert!(user.account().is_none()); // until `check_session` has asked
    /// # Ok::<(), knack_runtime::BuildError>(())
    /// ```
    pub fn with_token(&self, token: Token) -> Client<User> {
        self.of_user(Session::of_token(token))
    }

    /// The same client with another deadline: how long a call may take in all, waits and retries
    /// included. 60 seconds unless set. A call that cannot be sent in time is refused at once, with
    /// [`Error::RateLimited`](crate::Error::RateLimited).
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, KnackObject};
    /// # #[derive(Debug, KnackObject)]
    /// # #[knack(object = "object_1")]
    /// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// use std::time::Duration;
    /// use knack_runtime::{Error, limit::Slots};
    ///
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// let knack = builder.transport(local.transport()).limiter(Slots::new(1)).build()?;
    /// Customer::list(&knack).first().await?; // takes the one call of this second
    ///
    /// let impatient = knack.with_deadline(Duration::from_millis(200));
    /// let refused = Customer::list(&impatient).first().await;
    /// assert!(matches!(refused, Err(Error::RateLimited { .. })));
    /// # Ok(()) }
    /// ```
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self { options: Options { deadline, ..self.options }, ..self.clone() }
    }

    /// The same client, whose calls are of this class: [`Class::Normal`] unless set. A person's click then
    /// passes a job of thousands of calls on the way to the limit, and the job still gets one call in ten
    /// however many others come.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, KnackObject};
    /// # #[derive(Debug, KnackObject)]
    /// # #[knack(object = "object_1")]
    /// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// use knack_runtime::limit::Class;
    ///
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// let knack = builder.transport(local.transport()).build()?;
    /// let job = knack.with_class(Class::Bulk);
    /// let click = knack.with_class(Class::Interactive);
    ///
    /// let crowd: Vec<_> = (0..40).map(|_| {
    ///     let job = job.clone();
    ///     tokio::spawn(async move { Customer::list(&job).first().await })
    /// }).collect();
    /// # tokio::task::yield_now().await;
    /// Customer::list(&click).first().await?; // the next to go
    /// assert!(local.calls() < 25);
    /// # Ok(()) }
    /// ```
    pub fn with_class(&self, class: Class) -> Self {
        Self { options: Options { class, ..self.options }, ..self.clone() }
    }

    /// The same client, which waits for the next day (`true`) or gives
    /// [`Error::PlanExhausted`](crate::Error::PlanExhausted) at once (`false`, the default) when the plan's
    /// calls are used up, or [`Error::PlanKept`](crate::Error::PlanKept) where the last are kept for others. The deadline does not count while it waits.
    ///
    /// Source: docs.knack.com/docs/api-limits: the day begins at midnight GMT.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, KnackObject};
    /// # #[derive(Debug, KnackObject)]
    /// # #[knack(object = "object_1")]
    /// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use knack_runtime::Error;
    ///
    /// let local = Emulator::builder().sample().daily_calls(1).build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// let knack = builder.transport(local.transport()).build()?;
    /// Customer::list(&knack).first().await?;
    ///
    /// let refused = Customer::list(&knack).first().await;
    /// assert!(matches!(refused, Err(Error::PlanExhausted { .. })));
    ///
    /// Customer::list(&knack.wait_for_plan(true)).first().await?; // tomorrow, at once in paused time
    /// # Ok(()) }
    /// ```
    pub fn wait_for_plan(&self, wait: bool) -> Self {
        Self { options: Options { wait_for_plan: wait, ..self.options }, ..self.clone() }
    }

    /// Sets calls of the day's plan aside for a job, or says at once how many there are and when the plan
    /// resets: [`Error::NotReserved`](crate::Error::NotReserved). No other call of this client and its clones
    /// may have them, interactive ones neither. The floor for interactive calls cannot be reserved but by an
    /// [interactive](Self::with_class) client. Before the first answer, the plan given to the builder counts
    /// as unused; without one the reservation is given on trust.
    ///
    /// Source: docs.knack.com/docs/api-limits.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, KnackObject};
    /// # #[derive(Debug, KnackObject)]
    /// # #[knack(object = "object_1")]
    /// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().daily_calls(1_000).build()?;
    /// use knack_runtime::{Error, limit::Class};
    ///
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// let knack = builder.transport(local.transport()).build()?;
    /// Customer::list(&knack).first().await?; // of 1,000 calls 999 are left, 50 of them for persons
    ///
    /// let Err(Error::NotReserved(shortage)) = knack.reserve(5_000) else { panic!() };
    /// assert_eq!(shortage.left, 949);
    ///
    /// let job = knack.with_class(Class::Bulk).reserve(400)?;
    /// let customers = Customer::list(job.client()).all().await?;
    /// assert!(job.left() < 400);
    /// # Ok(()) }
    /// ```
    pub fn reserve(&self, calls: u64) -> Result<Reservation<A>> {
        let id = self.executor.book.reserve(calls, self.options.class)?;
        let options = Options { reservation: Some(id), ..self.options };
        Ok(Reservation::new(Self { options, ..self.clone() }, id))
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    pub(crate) fn book(&self) -> &Book {
        &self.executor.book
    }

    /// What is left of the limits, as far as answers have told. Asks the server nothing.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, KnackObject};
    /// # #[derive(Debug, KnackObject)]
    /// # #[knack(object = "object_1")]
    /// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let local = Emulator::builder().sample().daily_calls(5_000).build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// let knack = builder.transport(local.transport()).build()?;
    /// assert_eq!(knack.usage().plan_left, None);
    /// Customer::list(&knack).first().await?;
    /// assert_eq!(knack.usage().plan_left, Some(4_999));
    /// # Ok(()) }
    /// ```
    #[doc(alias = "snapshot")]
    pub fn usage(&self) -> Usage {
        self.executor.usage()
    }
}

impl Client<User> {
    /// Who is logged in; `None` for a token of which Knack has not told yet.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::Client;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let knack = Client::builder(local.application_id()).transport(local.transport()).build()?;
    /// # let (email, password) = (local.account_email(0).unwrap(), "Pedal-2026");
    /// let user = knack.login(email, password).await?;
    /// for role in user.account().unwrap().roles {
    ///     println!("{role}");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn account(&self) -> Option<Account> {
        self.access.session.account()
    }

    /// Asks Knack whether the session is good, and whose it is. One that is over is renewed as for any call.
    /// Costs one call; it is not documented.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::Client;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let knack = Client::builder(local.application_id()).transport(local.transport()).build()?;
    /// # let (email, password) = (local.account_email(0).unwrap(), "Pedal-2026");
    /// let user = knack.login(email, password).await?;
    /// assert_eq!(user.check_session().await?.id, user.account().unwrap().id);
    /// # Ok(()) }
    /// ```
    pub async fn check_session(&self) -> Result<Account> {
        self.access.session.check(self.carrier()).await
    }

    /// Ends the session: forgets the token and the password, here, in clones, and in the store, and tells
    /// Knack. Calls end in [`Error::SessionOver`](crate::Error::SessionOver) then.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, Error};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let knack = Client::builder(local.application_id()).transport(local.transport()).build()?;
    /// # let (email, password) = (local.account_email(0).unwrap(), "Pedal-2026");
    /// let user = knack.login(email, password).await?;
    /// user.logout().await;
    /// assert!(matches!(user.check_session().await, Err(Error::SessionOver { .. })));
    /// # Ok(()) }
    /// ```
    pub async fn logout(&self) {
        self.access.session.logout(self.carrier()).await;
    }
}

impl<A: Access> Execute for Client<A> {
    fn execute(&self, call: Call) -> impl Future<Output = Result<Reply>> + Send {
        let client = self.clone();
        async move {
            match client.access.session() {
                Some(session) if call.route() == Route::UserView => {
                    // Boxed: its size would be that of every call.
                    Box::pin(session.execute(client.carrier(), call, None)).await
                }
                _ => client.executor.execute(call, client.options, None, None).await,
            }
        }
    }
}

impl ObjectAccess for Client<ApiKey> {}

// Whoever sees the pages needs no key: a key is never sent with them.
impl<A: Access> ViewAccess<Public> for Client<A> {}
impl ViewAccess<LoggedIn> for Client<User> {}

impl<A: Access> Clone for Client<A> {
    fn clone(&self) -> Self {
        let access = self.access.clone();
        Self { executor: Arc::clone(&self.executor), options: self.options, access }
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Client");
        debug.field("base_url", &self.executor.base.as_str()).field("options", &self.options);
        debug.finish_non_exhaustive()
    }
}
