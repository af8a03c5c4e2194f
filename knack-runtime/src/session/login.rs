//! The begin of a session.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use knack_core::error::Result;
use knack_core::transport::BoxFuture;
use secrecy::SecretString;
use tracing::warn;

use super::{Credentials, Session, Token, TokenStore, patiently};
use crate::client::{Access, Client, User};

/// A login, not yet sent: await it. Made by [`Client::login`].
///
/// ```
/// # use knack_emulator::Emulator;
/// # use knack_runtime::Client;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let local = Emulator::builder().sample().build()?;
/// # let knack = Client::builder(local.application_id()).transport(local.transport()).build()?;
/// # let (email, password) = (local.account_email(0).unwrap(), "Pedal-2026");
/// let user = knack.login(email, password).forget_password().await?;
/// # Ok(()) }
/// ```
#[must_use = "a login is sent when it is awaited"]
pub struct Login<A> {
    client: Client<A>,
    credentials: Credentials,
    forget: bool,
    store: Option<Arc<dyn TokenStore>>,
}

impl<A: Access> Login<A> {
    pub(crate) fn new(client: Client<A>, email: String, password: SecretString) -> Self {
        Self { client, credentials: Credentials { email, password }, forget: false, store: None }
    }

    /// Keeps the token in a store, and begins with the one that is there, if it is still good and that of the
    /// same user, as far as Knack tells the address of its user.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// # use knack_runtime::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let local = Emulator::builder().sample().build()?;
    /// # let knack = Client::builder(local.application_id()).transport(local.transport()).build()?;
    /// # let (email, password) = (local.account_email(0).unwrap(), "Pedal-2026");
    /// # let file = std::env::temp_dir().join(format!("knack-token-{}", std::process::id()));
    /// use knack_runtime::TokenFile;
    ///
    /// let user = knack.login(email, password).store(TokenFile::new(&file)).await?;
    /// assert!(file.exists());
    /// user.logout().await;
    /// assert!(!file.exists());
    /// # Ok(()) }
    /// ```
    pub fn store(self, store: impl TokenStore) -> Self {
        Self { store: Some(Arc::new(store)), ..self }
    }

    /// Keeps the password no longer than this login takes. When the session is over, calls end in
    /// [`Error::SessionOver`](crate::Error::SessionOver) instead of a new login.
    pub fn forget_password(self) -> Self {
        Self { forget: true, ..self }
    }

    async fn send(self) -> Result<Client<User>> {
        let Self { client, credentials, forget, store } = self;
        let stored = match &store {
            Some(store) => load(&**store).await,
            None => None,
        };
        let kept = (!forget).then(|| credentials.clone());
        let session = Session::new(stored.clone(), kept, store);
        let by = client.carrier();
        let good = match stored.as_ref().and_then(Token::header) {
            // A store may still hold the token of whoever logged in before.
            Some(token) => session.is_good(by, &token, Some(&credentials.email)).await,
            None => None,
        };
        if good != Some(true) {
            let token = session.login(by, &credentials).await?;
            session.state.lock().await.begin(token);
        }
        Ok(client.of_user(session))
    }
}

/// The token in a store; one that cannot be read is no reason not to log in.
async fn load(store: &dyn TokenStore) -> Option<Token> {
    patiently(store.load()).await.unwrap_or_else(|error| {
        warn!(%error, "the stored token could not be read: logging in");
        None
    })
}

impl<A: Access> IntoFuture for Login<A> {
    type Output = Result<Client<User>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<A> fmt::Debug for Login<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("forget_password", &self.forget).finish_non_exhaustive()
    }
}
