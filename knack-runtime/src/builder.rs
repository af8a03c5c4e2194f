//! Making a client: every option is honoured, and what is wrong is said before anything is sent.

use std::env::VarError;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use knack_core::ApplicationId;
use knack_core::key::KeyError;
use knack_core::limit::{Adaptive, Class, Limiter, Unmetered};
use knack_core::plan::Plan;
use knack_core::quota::{QuotaPolicy, StandardPolicy};
use knack_core::transport::Transport;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::book::Book;
use crate::client::{Access, ApiKey, Client, NoKey};
use crate::executor::{Executor, MOST_UPLOADS, Options};
use crate::host::{BaseUrl, Host, shown};
use crate::http_transport::{HttpOptions, HttpTransport};
use crate::queue::Queue;
use crate::retry::RetryBudget;
use crate::round_trip::RoundTrip;
use crate::waits::Tally;

mod error;

pub use error::BuildError;

const API_KEY: &str = "x-knack-rest-api-key";

/// How many unmetered calls may be under way: they cost nothing, and the server is shared.
const MOST_UNMETERED: u32 = 32;

/// Begins a [`Client`]; see [`Client::builder`]. Options may come in any order, each replaces what was
/// said before, and [`build`](Self::build) checks them all.
///
/// | option | unless set |
/// |---|---|
/// | [`api_key`](ClientBuilder::api_key) | no access to objects |
/// | [`host`](Self::host) or [`base_url`](Self::base_url) | `https://api.knack.com/v1` |
/// | [`plan`](Self::plan) | what the answers say |
/// | [`interactive_floor`](Self::interactive_floor) | 5 of 100 calls of the day |
/// | [`ledger_file`](Self::ledger_file) | none |
/// | [`limiter`](Self::limiter) | [`Adaptive`], 10 calls a second |
/// | [`policy`](Self::policy) | [`StandardPolicy`] |
/// | [`timeout`](Self::timeout) of an attempt | 30 s |
/// | [`deadline`](Self::deadline) of a call | 60 s |
/// | [`proxy`](Self::proxy) | the environment's (`HTTPS_PROXY` …); none to this machine |
/// | [`ca_certificate`](Self::ca_certificate) | the system's |
/// | [`user_agent`](Self::user_agent) | `knack-runtime/` and the version |
/// | [`transport`](Self::transport) | HTTPS |
///
/// ```
/// # use knack_runtime::{BuildError, Client};
/// # const APP: &str = "5d79512148c4af00106d1507";
/// use std::time::Duration;
/// use knack_runtime::{Host, Plan};
///
/// let knack = Client::builder(APP)
///     .api_key("my-key")
///     .host(Host::Eu)
///     .plan(Plan::Pro)
///     .deadline(Duration::from_secs(20))
///     .build()?;
/// assert_eq!(knack.usage().plan_limit, Some(5_000));
/// # Ok::<(), BuildError>(())
/// ```
#[must_use]
pub struct ClientBuilder<A> {
    application: String,
    api_key: Option<SecretString>,
    address: Address,
    allow_plain_http: bool,
    plan: Option<Plan>,
    interactive_floor: u8,
    ledger_file: Option<PathBuf>,
    limiter: Arc<dyn Limiter>,
    policy: Arc<dyn QuotaPolicy>,
    timeout: Duration,
    deadline: Duration,
    http: HttpOptions,
    user_agent: String,
    transport: Option<Arc<dyn Transport>>,
    access: A,
}

enum Address {
    Host(Host),
    Url(String),
}

impl ClientBuilder<NoKey> {
    pub(crate) fn new(application: String) -> Self {
        Self {
            application,
            api_key: None,
            address: Address::Host(Host::default()),
            allow_plain_http: false,
            plan: None,
            interactive_floor: 5,
            ledger_file: None,
            limiter: Arc::new(Adaptive::default()),
            policy: Arc::new(StandardPolicy::new()),
            timeout: Duration::from_secs(30),
            deadline: Duration::from_mins(1),
            http: HttpOptions::default(),
            user_agent: concat!("knack-runtime/", env!("CARGO_PKG_VERSION")).to_owned(),
            transport: None,
            access: NoKey,
        }
    }

    /// Gives the application's API key (Builder, "API & Code"), which opens all objects. It is kept
    /// secret: it is in no `Debug` text, log line, error or URL, and is sent with object calls alone.
    ///
    /// Source: docs.knack.com/docs/object-based-requests.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// let builder = Client::builder(APP).api_key("s3cr3t");
    /// assert!(!format!("{builder:?}").contains("s3cr3t"));
    /// let knack = builder.build()?;
    /// assert!(!format!("{knack:?}").contains("s3cr3t"));
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn api_key(self, key: impl Into<SecretString>) -> ClientBuilder<ApiKey> {
        ClientBuilder {
            application: self.application,
            api_key: Some(key.into()),
            address: self.address,
            allow_plain_http: self.allow_plain_http,
            plan: self.plan,
            interactive_floor: self.interactive_floor,
            ledger_file: self.ledger_file,
            limiter: self.limiter,
            policy: self.policy,
            timeout: self.timeout,
            deadline: self.deadline,
            http: self.http,
            user_agent: self.user_agent,
            transport: self.transport,
            access: ApiKey,
        }
    }
}

impl ClientBuilder<ApiKey> {
    /// Begins a client from the environment: `KNACK_APP_ID`, `KNACK_API_KEY`, and, where it is set,
    /// `KNACK_BASE_URL`. A variable that is missing is [`BuildError::Environment`], one that is no text
    /// [`BuildError::EnvironmentText`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use knack_runtime::{BuildError, ClientBuilder};
    ///
    /// fn connect() -> Result<knack_runtime::Client, BuildError> {
    ///     ClientBuilder::from_env()?.deadline(Duration::from_secs(20)).build()
    /// }
    /// if let Err(error) = connect() {
    ///     eprintln!("{error}"); // the environment variable KNACK_APP_ID is not set
    /// }
    /// ```
    pub fn from_env() -> Result<Self, BuildError> {
        let needed = |name| variable(name)?.ok_or(BuildError::Environment(name));
        let builder = Client::builder(needed("KNACK_APP_ID")?).api_key(needed("KNACK_API_KEY")?);
        Ok(match variable("KNACK_BASE_URL")? {
            Some(url) => builder.base_url(url),
            None => builder,
        })
    }
}

impl<A: Access> ClientBuilder<A> {
    /// Sets the host by name. Asked at the wrong one, Knack may take writes and drop them.
    ///
    /// Source: docs.knack.com/docs/introduction-to-the-api; see [`Host`].
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// use knack_runtime::Host;
    ///
    /// let knack = Client::builder(APP).host(Host::Account("acme".into())).build()?;
    /// assert!(format!("{knack:?}").contains("https://acme-api.knack.com/v1"));
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn host(mut self, host: Host) -> Self {
        self.address = Address::Host(host);
        self
    }

    /// Sets the address of the API, version included: `https://api.knack.com/v1`. Plain `http` is
    /// taken for this machine alone, see [`allow_plain_http`](Self::allow_plain_http).
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// assert!(Client::builder(APP).base_url("http://127.0.0.1:4711/v1").build().is_ok());
    /// let built = Client::builder(APP).base_url("http://10.0.0.7:4711/v1").build();
    /// assert!(matches!(built, Err(BuildError::BaseUrl { .. })));
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.address = Address::Url(url.into());
        self
    }

    /// Lets the base URL be unencrypted on another machine, as in a network of containers. The API
    /// key then travels in the clear.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// let knack = Client::builder(APP).base_url("http://knack:4711/v1").allow_plain_http().build()?;
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// Tells the plan, for [`usage`](Client::usage) and [`reserve`](Client::reserve) before the first answer.
    /// From then on the server's word counts, which knows of add-ons and of what is used.
    ///
    /// Source: docs.knack.com/docs/api-limits.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// use knack_runtime::Plan;
    ///
    /// let knack = Client::builder(APP).plan(Plan::Corporate).build()?;
    /// assert_eq!(knack.usage().plan_limit, Some(10_000));
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = Some(plan);
        self
    }

    /// Sets how many of a hundred calls of the day are kept for [interactive](knack_core::limit::Class) calls:
    /// 5 unless set. Normal and bulk calls are refused with [`Error::PlanKept`](crate::Error::PlanKept), or wait
    /// if they were [told so](Client::wait_for_plan), where only these are left.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// use knack_runtime::Plan;
    ///
    /// let knack = Client::builder(APP).plan(Plan::Pro).interactive_floor(20).build()?;
    /// assert_eq!(knack.usage().plan_floor, 1_000);
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn interactive_floor(mut self, percent: u8) -> Self {
        self.interactive_floor = percent;
        self
    }

    /// Keeps what is left of the day in a small file, so that the program knows it when it is started again:
    /// the application's id, the plan's limit, what is left, when it resets and when the server said so, by this
    /// machine's clock. It is written once in 5 seconds at most and when the last clone of the client is dropped.
    /// A file that is torn, of another application, of another day or not readable is a warning in the log, and
    /// says nothing. Programs that run side by side may share it: the server's latest word stays.
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
    /// # let file = std::env::temp_dir().join(format!("knack-ledger-{}.json", std::process::id()));
    /// # let connect = || Client::builder(local.application_id()).api_key(local.api_key())
    /// #     .transport(local.transport()).ledger_file(&file).build();
    /// let knack = connect()?; // a builder with `ledger_file(&file)`
    /// Customer::list(&knack).first().await?;
    /// drop(knack);
    /// assert_eq!(connect()?.usage().plan_left, Some(999)); // in the next run
    /// # std::fs::remove_file(&file)?;
    /// # Ok(()) }
    /// ```
    pub fn ledger_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ledger_file = Some(path.into());
        self
    }

    /// Sets the limiter of metered calls. Give clones of one `Arc` to several clients to share it, as
    /// those of one account do well to: the limit is not each client's own. They then share its queue, in
    /// which all are served in the order of their coming, and which a refusal of one holds for all.
    ///
    /// Source: docs.knack.com/docs/api-limits.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// use std::sync::Arc;
    /// use knack_runtime::limit::Adaptive;
    ///
    /// let shared = Arc::new(Adaptive::default());
    /// let reads = Client::builder(APP).limiter(Arc::clone(&shared)).build()?;
    /// let writes = Client::builder(APP).limiter(shared).build()?; // ten calls a second for both together
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn limiter(mut self, limiter: impl Limiter) -> Self {
        self.limiter = Arc::new(limiter);
        self
    }

    /// Sets the policy: which calls count, and what answers mean.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// use knack_runtime::quota::{Metering, StandardPolicy};
    ///
    /// let careful = StandardPolicy::new().public_views(Metering::Metered);
    /// let knack = Client::builder(APP).policy(careful).build()?;
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn policy(mut self, policy: impl QuotaPolicy) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Sets how long one attempt may take, from sending to the last byte of the answer: 30 seconds
    /// unless set. A read that takes longer is tried again until the deadline. An attempt that was given
    /// up may still arrive, so the [limiter](Adaptive) counts it for a while, as it does a call whose future
    /// was dropped. Of an upload or a download it bounds how long nothing may move.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, KnackObject};
    /// # #[derive(Debug, KnackObject)]
    /// # #[knack(object = "object_1")]
    /// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use knack_emulator::{Effect, Fault};
    ///
    /// let local = Emulator::builder().sample().fault(Fault::new(Effect::Hang).nth(1)).build()?;
    /// # let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// let knack = builder.transport(local.transport()).timeout(Duration::from_secs(5)).build()?;
    /// Customer::list(&knack).first().await?; // the first attempt hangs for 5 s, the second is answered
    /// assert_eq!(local.calls(), 2);
    /// # Ok(()) }
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long a call may take in all, waits and retries included: 60 seconds unless set.
    /// [`Client::with_deadline`] sets it for a clone.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// use std::time::Duration;
    ///
    /// let overnight = Client::builder(APP).deadline(Duration::from_secs(3_600)).build()?;
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets a proxy for all calls, `http://proxy.example:3128`. A name and password in the URL are
    /// used and shown nowhere. Unless this is set, the environment's proxy is used (`HTTPS_PROXY` …), but
    /// not for a base URL on this machine.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// let knack = Client::builder(APP).proxy("http://ann:s3cr3t@proxy.example:3128").build()?;
    /// assert!(!format!("{knack:?}").contains("s3cr3t"));
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = Some(url.into());
        self
    }

    /// Adds a certificate authority to those of the system, as PEM text; may be called more than
    /// once. For a proxy that opens TLS, or a stand-in with a certificate of its own.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// fn behind_a_proxy(pem: &str) -> Result<Client<knack_runtime::NoKey>, BuildError> {
    ///     Client::builder(APP).ca_certificate(pem).build()
    /// }
    /// assert!(matches!(behind_a_proxy("no PEM"), Err(BuildError::Connection(_))));
    /// ```
    pub fn ca_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.certificates.push(pem.into());
        self
    }

    /// Sets the user agent, by which a server's log tells programs apart.
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
    /// let knack = builder.transport(local.transport()).user_agent("stock-sync/2.1").build()?;
    /// Customer::list(&knack).first().await?;
    /// assert_eq!(local.requests()[0].headers["user-agent"], "stock-sync/2.1");
    /// # Ok(()) }
    /// ```
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sends over something else than HTTPS: an emulator in the same process, a test's own
    /// transport. The proxy and the certificates are not used then.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::{Client, KnackObject};
    /// # #[derive(Debug, KnackObject)]
    /// # #[knack(object = "object_1")]
    /// # struct Customer { #[knack(key = "field_5", kind = "short_text")] company: Option<String> }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let local = Emulator::builder().sample().build()?;
    /// let builder = Client::builder(local.application_id()).api_key(local.api_key());
    /// let knack = builder.transport(local.transport()).build()?;
    /// assert!(Customer::list(&knack).first().await?.is_some());
    /// # Ok(()) }
    /// ```
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    fn application(&self) -> Result<ApplicationId, KeyError> {
        self.application.trim().parse()
    }

    /// Makes the client, or says what is wrong. Sends nothing: a wrong key shows at the first call.
    ///
    /// ```
    /// # use knack_runtime::{BuildError, Client};
    /// # const APP: &str = "5d79512148c4af00106d1507";
    /// let knack: Client = Client::builder(APP).api_key("my-key").build()?;
    /// assert!(Client::builder(APP).base_url("api.knack.com").build().is_err());
    /// # Ok::<(), BuildError>(())
    /// ```
    pub fn build(self) -> Result<Client<A>, BuildError> {
        let application = self.application()?;
        let base = base_url(&self.address, self.allow_plain_http)?;
        for (name, time) in [("timeout", self.timeout), ("deadline", self.deadline)] {
            if time.is_zero() {
                return Err(BuildError::ZeroTime(name));
            }
        }
        let over_https =
            || HttpTransport::new(&self.http, base.is_loopback()).map_err(BuildError::Connection);
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(over_https()?),
        };
        let mut headers = HeaderMap::new();
        let shown = application.to_string().parse().map_err(|_| BuildError::UserAgent)?;
        headers.insert("x-knack-application-id", shown);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, self.user_agent.parse().map_err(|_| BuildError::UserAgent)?);
        headers.insert(API_KEY, HeaderValue::from_static("knack"));
        let object_headers = self.api_key.as_ref().map(secret_header).transpose()?.map(|key| {
            let mut headers = headers.clone();
            headers.insert(API_KEY, key);
            headers
        });
        let executor = Executor {
            transport,
            policy: self.policy,
            metered: Queue::of(self.limiter),
            unmetered: Queue::of(Arc::new(Unmetered::at_most(MOST_UNMETERED))),
            base,
            application,
            headers,
            object_headers,
            timeout: self.timeout,
            book: Book::new(application, self.plan, self.interactive_floor, self.ledger_file),
            tally: Tally::default(),
            round_trip: RoundTrip::default(),
            budget: RetryBudget::new(),
            uploads: Semaphore::new(MOST_UPLOADS),
        };
        let (class, deadline) = (Class::default(), self.deadline);
        let options = Options { class, deadline, wait_for_plan: false, reservation: None };
        Ok(Client::new(executor, options, self.access))
    }
}

/// A variable of the environment; `None` if it is not set.
fn variable(name: &'static str) -> Result<Option<String>, BuildError> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(BuildError::EnvironmentText(name)),
    }
}

fn base_url(address: &Address, allow_plain: bool) -> Result<BaseUrl, BuildError> {
    let url = match address {
        Address::Url(url) => url.clone(),
        Address::Host(host) => host.base_url().ok_or_else(|| match host {
            Host::Account(slug) => BuildError::Account(slug.clone()),
            _ => BuildError::Account(String::new()),
        })?,
    };
    BaseUrl::parse(&url, allow_plain).map_err(|problem| BuildError::BaseUrl { url: shown(&url), problem })
}

fn secret_header(key: &SecretString) -> Result<HeaderValue, BuildError> {
    let key = key.expose_secret().trim();
    let mut value = HeaderValue::from_str(key).map_err(|_| BuildError::ApiKey)?;
    if key.is_empty() {
        return Err(BuildError::ApiKey);
    }
    value.set_sensitive(true);
    Ok(value)
}

impl<A: Access> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ClientBuilder");
        match self.application() {
            Ok(application) => debug.field("application", &application),
            // Not repeated whole: it may be the key.
            Err(error) => debug.field("application", &error),
        };
        debug.finish_non_exhaustive()
    }
}
