//! Making a client: every option is honoured, and what is wrong is said before anything is sent.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use knack_core::ApplicationId;
use knack_core::key::KeyError;
use knack_core::limit::{Limiter, Slots, Unmetered};
use knack_core::plan::Plan;
use knack_core::quota::{QuotaPolicy, StandardPolicy};
use knack_core::transport::Transport;
use secrecy::{ExposeSecret, SecretString};

use crate::client::{ApiKey, Client, NoKey};
use crate::clock::TokioClock;
use crate::executor::{Executor, Options};
use crate::host::{BaseUrl, Host};
use crate::http_transport::{HttpOptions, HttpTransport};
use crate::queue::Queue;
use crate::retry::RetryBudget;
use crate::usage::PlanMeter;

const API_KEY: &str = "x-knack-rest-api-key";

/// How many unmetered calls may be under way: they cost nothing, and the server is shared.
const MOST_UNMETERED: u32 = 32;

/// A client that cannot be made from what was given.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The application id is none.
    #[error("the application id: {0} (Builder, API & Code)")]
    ApplicationId(#[from] KeyError),
    /// The API key cannot be a key. It is not repeated here.
    #[error("the API key is empty or has characters that no key has (Builder, API & Code)")]
    ApiKey,
    /// The base URL cannot be used.
    #[error("the base URL `{url}` cannot be used: {problem}")]
    BaseUrl {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The account's slug is no part of a host name.
    #[error("the account `{0}` is no part of a host name: expected letters, digits and hyphens")]
    Account(String),
    /// The user agent has characters that no header has.
    #[error("the user agent has characters that a header cannot have")]
    UserAgent,
    /// A time is zero.
    #[error("the {0} is zero, so no call could ever be sent")]
    ZeroTime(&'static str),
    /// The proxy or a certificate cannot be used.
    #[error("the connection cannot be set up: {0}")]
    Connection(String),
    /// An environment variable is not set, or is no text.
    #[error("the environment variable {0} is not set")]
    Environment(&'static str),
}

/// Begins a [`Client`]; see [`Client::builder`].
///
/// | option | unless set |
/// |---|---|
/// | [`api_key`](ClientBuilder::api_key) | no access to objects |
/// | [`host`](Self::host) or [`base_url`](Self::base_url) | `https://api.knack.com/v1` |
/// | [`plan`](Self::plan) | what the answers say |
/// | [`limiter`](Self::limiter) | [`Slots`], 10 calls a second |
/// | [`policy`](Self::policy) | [`StandardPolicy`] |
/// | [`timeout`](Self::timeout) of an attempt | 30 s |
/// | [`deadline`](Self::deadline) of a call | 60 s |
/// | [`proxy`](Self::proxy) | the environment's (`HTTPS_PROXY` …) |
/// | [`ca_certificate`](Self::ca_certificate) | the system's |
/// | [`user_agent`](Self::user_agent) | `knack-runtime/` and the version |
/// | [`transport`](Self::transport) | HTTPS |
#[must_use]
pub struct ClientBuilder<A> {
    application: String,
    api_key: Option<SecretString>,
    address: Address,
    allow_plain_http: bool,
    plan: Option<Plan>,
    limiter: Arc<dyn Limiter>,
    policy: Arc<dyn QuotaPolicy>,
    timeout: Duration,
    deadline: Duration,
    http: HttpOptions,
    user_agent: String,
    transport: Option<Arc<dyn Transport>>,
    access: PhantomData<fn() -> A>,
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
            limiter: Arc::new(Slots::default()),
            policy: Arc::new(StandardPolicy::new()),
            timeout: Duration::from_secs(30),
            deadline: Duration::from_mins(1),
            http: HttpOptions::default(),
            user_agent: concat!("knack-runtime/", env!("CARGO_PKG_VERSION")).to_owned(),
            transport: None,
            access: PhantomData,
        }
    }

    /// Gives the application's API key, which opens all objects. It is kept secret: it is in no
    /// `Debug` text, log line, error or URL, and is sent with object calls alone.
    ///
    /// Source: docs.knack.com/docs/object-based-requests.
    pub fn api_key(self, key: impl Into<SecretString>) -> ClientBuilder<ApiKey> {
        ClientBuilder {
            application: self.application,
            api_key: Some(key.into()),
            address: self.address,
            allow_plain_http: self.allow_plain_http,
            plan: self.plan,
            limiter: self.limiter,
            policy: self.policy,
            timeout: self.timeout,
            deadline: self.deadline,
            http: self.http,
            user_agent: self.user_agent,
            transport: self.transport,
            access: PhantomData,
        }
    }
}

impl ClientBuilder<ApiKey> {
    /// Begins a client from the environment: `KNACK_APP_ID`, `KNACK_API_KEY`, and, where it is set,
    /// `KNACK_BASE_URL`.
    pub fn from_env() -> Result<Self, BuildError> {
        let variable = |name| std::env::var(name).map_err(|_| BuildError::Environment(name));
        let builder = Client::builder(variable("KNACK_APP_ID")?).api_key(variable("KNACK_API_KEY")?);
        Ok(match variable("KNACK_BASE_URL") {
            Ok(url) => builder.base_url(url),
            Err(_) => builder,
        })
    }
}

impl<A> ClientBuilder<A> {
    /// Sets the host by name.
    pub fn host(mut self, host: Host) -> Self {
        self.address = Address::Host(host);
        self
    }

    /// Sets the address of the API, version included: `https://api.knack.com/v1`. Plain `http` is
    /// taken for this machine alone, see [`allow_plain_http`](Self::allow_plain_http).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.address = Address::Url(url.into());
        self
    }

    /// Lets the base URL be unencrypted on another machine, as in a network of containers. The API
    /// key then travels in the clear.
    pub fn allow_plain_http(mut self) -> Self {
        self.allow_plain_http = true;
        self
    }

    /// Tells the plan, for [`usage`](Client::usage) before the first answer.
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = Some(plan);
        self
    }

    /// Sets the limiter of metered calls. Give clones of one `Arc` to several clients to share it, as
    /// those of one account do well to.
    pub fn limiter(mut self, limiter: impl Limiter) -> Self {
        self.limiter = Arc::new(limiter);
        self
    }

    /// Sets the policy: which calls count, and what answers mean.
    pub fn policy(mut self, policy: impl QuotaPolicy) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Sets how long one attempt may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long a call may take in all; [`Client::with_deadline`] sets it for a clone.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets a proxy for all calls, `http://proxy.example:3128`. A name and password in the URL are
    /// used and shown nowhere.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = Some(url.into());
        self
    }

    /// Adds a certificate authority to those of the system, as PEM text.
    pub fn ca_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.certificates.push(pem.into());
        self
    }

    /// Sets the user agent.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sends over something else than HTTPS: an emulator in the same process, a test's own
    /// transport. The proxy and the certificates are not used then.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Makes the client, or says what is wrong. Sends nothing.
    pub fn build(self) -> Result<Client<A>, BuildError> {
        let application: ApplicationId = self.application.trim().parse()?;
        let base = base_url(&self.address, self.allow_plain_http)?;
        for (name, time) in [("timeout", self.timeout), ("deadline", self.deadline)] {
            if time.is_zero() {
                return Err(BuildError::ZeroTime(name));
            }
        }
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(HttpTransport::new(&self.http).map_err(BuildError::Connection)?),
        };
        let mut headers = HeaderMap::new();
        let application = application.to_string().parse().map_err(|_| BuildError::UserAgent)?;
        headers.insert("x-knack-application-id", application);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, self.user_agent.parse().map_err(|_| BuildError::UserAgent)?);
        headers.insert(API_KEY, HeaderValue::from_static("knack"));
        let object_headers = self.api_key.as_ref().map(secret_header).transpose()?.map(|key| {
            let mut headers = headers.clone();
            headers.insert(API_KEY, key);
            headers
        });
        let clock = TokioClock::new();
        let executor = Executor {
            transport,
            policy: self.policy,
            metered: Queue::new(self.limiter, clock),
            unmetered: Queue::new(Arc::new(Unmetered::at_most(MOST_UNMETERED)), clock),
            clock,
            base,
            headers,
            object_headers,
            timeout: self.timeout,
            plan: self.plan,
            meter: PlanMeter::default(),
            budget: RetryBudget::new(),
        };
        Ok(Client::new(executor, Options { deadline: self.deadline, wait_for_plan: false }))
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
    BaseUrl::parse(&url, allow_plain).map_err(|problem| BuildError::BaseUrl { url, problem })
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

impl<A> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("application", &self.application).finish_non_exhaustive()
    }
}
