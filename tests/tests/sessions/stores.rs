//! Tokens that outlive the program.

use super::*;

/// Two users of one machine may share a file: each gets the own session or none.
#[tokio::test(start_paused = true)]
async fn a_stored_token_of_another_user_is_no_login() {
    let local = emulator().build().unwrap();
    let knack = Client::builder(local.application_id()).transport(local.transport()).build().unwrap();
    let store = Store::default();
    let login = async |n: usize| {
        let login = knack.login(local.account_email(n).unwrap(), Emulator::SAMPLE_PASSWORD);
        login.store(store.clone()).await.unwrap()
    };
    let first = login(0).await;
    let again = login(0).await;
    assert_eq!(first.account(), again.account());
    assert_ne!(login(1).await.account().unwrap().id, first.account().unwrap().id);
    let logins = local.requests().iter().filter(|request| is_login(&request.path)).count();
    assert_eq!(logins, 2);
}

/// A store that never ends.
struct Hanging;

impl TokenStore for Hanging {
    fn load(&self) -> BoxFuture<'_, io::Result<Option<Token>>> {
        Box::pin(std::future::pending())
    }

    fn save<'a>(&'a self, _: Option<&'a Token>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_holds_up_nobody_for_long() {
    let sessions = Sessions::new();
    let script = sessions.script();
    let began = tokio::time::Instant::now();
    let user = client(&script).login(EMAIL, PASSWORD).store(Hanging).await.unwrap();
    sessions.end_all();
    user.execute(orders()).await.unwrap();
    user.logout().await;
    assert!(began.elapsed() < 30 * SECOND, "{:?}", began.elapsed());
}

/// Keeps a token in memory; fails on demand.
#[derive(Clone, Default)]
struct Store {
    token: Arc<Mutex<Option<Token>>>,
    broken: bool,
}

impl TokenStore for Store {
    fn load(&self) -> BoxFuture<'_, io::Result<Option<Token>>> {
        Box::pin(async {
            if self.broken {
                Err(io::ErrorKind::PermissionDenied.into())
            } else {
                Ok(self.token.lock().unwrap().clone())
            }
        })
    }

    fn save<'a>(&'a self, token: Option<&'a Token>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            if self.broken {
                return Err(io::ErrorKind::StorageFull.into());
            }
            *self.token.lock().unwrap() = token.cloned();
            Ok(())
        })
    }
}

impl Store {
    fn holds(&self) -> Option<String> {
        self.token.lock().unwrap().as_ref().map(|token| token.expose().to_owned())
    }
}

#[tokio::test(start_paused = true)]
async fn a_stored_token_outlives_the_program() {
    let sessions = Sessions::new();
    let (script, store) = (sessions.script(), Store::default());
    let login = || client(&script).login(EMAIL, PASSWORD).store(store.clone());

    login().await.unwrap();
    assert_eq!(store.holds().as_deref(), Some("token-1"));
    let again = login().await.unwrap();
    assert_eq!(sessions.logins(), 1, "the stored token is still good");
    assert!(again.account().is_some(), "and tells whose it is");

    sessions.end_all();
    let anew = login().await.unwrap();
    assert_eq!((sessions.logins(), store.holds().as_deref()), (2, Some("token-2")));
    sessions.end_all();
    anew.execute(orders()).await.unwrap();
    assert_eq!(store.holds().as_deref(), Some("token-3"), "a new login is stored as well");
    anew.logout().await;
    assert_eq!(store.holds(), None);

    let broken = Store { broken: true, ..Store::default() };
    let user = client(&script).login(EMAIL, PASSWORD).store(broken).await.unwrap();
    user.execute(orders()).await.unwrap();
}
