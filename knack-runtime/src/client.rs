//! The client: what programs hold.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use knack_core::call::Call;
use knack_core::error::Result;
use knack_core::verbs::{Execute, ObjectAccess, Reply};

use crate::builder::{BuildError, ClientBuilder};
use crate::executor::{Executor, Options};
use crate::usage::Usage;

/// The access of a client that has an API key: to all objects.
#[derive(Clone, Copy, Debug)]
pub struct ApiKey;

/// The access of a client without a key: to nothing of objects. Calls that need a key do not
/// compile with it.
#[derive(Clone, Copy, Debug)]
pub struct NoKey;

/// A client of one Knack application. Cheap to clone; clones share the queue, the limiter and the
/// connections, and may have a deadline of their own.
///
/// ```
/// use std::time::Duration;
/// use knack_runtime::{Client, Plan};
///
/// # fn main() -> Result<(), knack_runtime::BuildError> {
/// let knack = Client::builder("5d79512148c4af00106d1507").api_key("my-key").plan(Plan::Pro).build()?;
/// let impatient = knack.with_deadline(Duration::from_secs(5));
/// let overnight = knack.wait_for_plan(true);
/// # Ok(())
/// # }
/// ```
pub struct Client<A = ApiKey> {
    executor: Arc<Executor>,
    options: Options,
    access: PhantomData<fn() -> A>,
}

impl Client<ApiKey> {
    /// Begins a client of the application with this id (Builder, "API & Code").
    pub fn builder(application: impl Into<String>) -> ClientBuilder<NoKey> {
        ClientBuilder::new(application.into())
    }

    /// A client from the environment: `KNACK_APP_ID`, `KNACK_API_KEY`, and, where it is set,
    /// `KNACK_BASE_URL`. [`ClientBuilder::from_env`] leaves room for other options.
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env()?.build()
    }
}

impl<A> Client<A> {
    pub(crate) fn new(executor: Executor, options: Options) -> Self {
        Self { executor: Arc::new(executor), options, access: PhantomData }
    }

    /// The same client with another deadline: how long a call may take in all, waits and retries
    /// included. 60 seconds unless set. A call that cannot be sent in time is refused at once.
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self { options: Options { deadline, ..self.options }, ..self.clone() }
    }

    /// The same client, which waits for the next day (`true`) or gives an error at once (`false`,
    /// the default) when the plan's calls are used up. The deadline does not count while it waits.
    pub fn wait_for_plan(&self, wait: bool) -> Self {
        Self { options: Options { wait_for_plan: wait, ..self.options }, ..self.clone() }
    }

    /// What is left of the limits, as far as answers have told. Asks the server nothing.
    pub fn usage(&self) -> Usage {
        self.executor.usage()
    }
}

impl<A: 'static> Execute for Client<A> {
    fn execute(&self, call: Call) -> impl Future<Output = Result<Reply>> + Send {
        let (executor, options) = (Arc::clone(&self.executor), self.options);
        async move { executor.execute(call, options).await }
    }
}

impl ObjectAccess for Client<ApiKey> {}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self { executor: Arc::clone(&self.executor), options: self.options, access: PhantomData }
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Client");
        debug.field("base_url", &self.executor.base.as_str()).field("options", &self.options);
        debug.finish_non_exhaustive()
    }
}
