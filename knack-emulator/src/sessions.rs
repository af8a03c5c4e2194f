//! Who is logged in: tokens and when they end, and accounts that are locked after wrong passwords
//! (`docs.knack.com/docs/user-tokens`, `docs.knack.com/docs/remote-user-logins`).

pub(crate) mod calls;
pub(crate) mod users;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::app::{App, whole_number};
use crate::render::base64;
use crate::store::{Id, Store};
use users::User;

/// How long a session lasts, as documented.
pub(crate) const LIFETIME: Duration = Duration::from_hours(48);

/// The most sessions at once, and the most addresses with wrong passwords. More than that are no users, and
/// must not fill the memory.
const MOST: usize = 10_000;

/// All sessions, and the logins that went wrong.
#[derive(Debug)]
pub(crate) struct Sessions {
    lifetime: Duration,
    lockout: Option<Lockout>,
    by_token: HashMap<Arc<str>, Session>,
    /// When each session ends and its token, in the order in which they began.
    order: VecDeque<(Duration, Arc<str>)>,
    failures: HashMap<String, Failures>,
    /// A chance of its own, so that logins change nothing of the rest.
    rng: Rng,
}

/// How many wrong passwords lock an account, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lockout {
    pub(crate) attempts: u32,
    pub(crate) length: Duration,
}

#[derive(Debug)]
struct Session {
    object: usize,
    user: Id,
    ends: Duration,
}

#[derive(Debug, Default)]
struct Failures {
    count: u32,
    locked_until: Option<Duration>,
}

impl Lockout {
    /// Reads `settings.lockout_options` of a dump; its length is taken as minutes, which is a guess.
    pub(crate) fn read(options: Option<&Value>) -> Option<Self> {
        let options = options?;
        let enforced = options.get("lockout_enforced").and_then(Value::as_bool) == Some(true);
        let count = |key: &str| options.get(key).and_then(whole_number).filter(|count| *count > 0);
        let attempts = u32::try_from(count("lockout_failed_attempts")?).unwrap_or(u32::MAX);
        let length = Duration::from_secs(count("lockout_length")?.saturating_mul(60));
        enforced.then_some(Self { attempts, length })
    }
}

impl Sessions {
    pub(crate) fn new(lifetime: Duration, lockout: Option<Lockout>, seed: u64) -> Self {
        Self {
            lifetime,
            lockout,
            by_token: HashMap::new(),
            order: VecDeque::new(),
            failures: HashMap::new(),
            rng: Rng::with_seed(seed ^ 0x5e55_1045),
        }
    }

    /// Begins a session and answers its token. Those that are over make room, and of too many the oldest.
    fn begin(&mut self, app: &App, user: &User, wall: Duration) -> String {
        let token = self.token(app, user, wall);
        let ends = wall.saturating_add(self.lifetime);
        let session = Session { object: user.object, user: user.id.as_str().into(), ends };
        while self.order.len() >= MOST || self.order.front().is_some_and(|(ends, _)| *ends <= wall) {
            let Some((_, oldest)) = self.order.pop_front() else { break };
            self.by_token.remove(&oldest);
        }
        let kept: Arc<str> = token.as_str().into();
        self.order.push_back((ends, kept.clone()));
        self.by_token.insert(kept, session);
        token
    }

    /// The user of a token; `None` once the session has ended or the account may not log in any more.
    pub(crate) fn user(&self, (app, store): (&App, &Store), token: &str, wall: Duration) -> Option<User> {
        let session = self.by_token.get(token).filter(|session| wall < session.ends)?;
        User::read((app, store), session.object, &session.user).filter(User::is_active)
    }

    /// Ends a session. It takes no place any more, or others would make room for it.
    fn end(&mut self, token: &str) {
        self.by_token.remove(token);
        self.order.retain(|(_, kept)| **kept != *token);
    }

    /// Goes on with the application as it is now: the objects of accounts may have other places.
    pub(crate) fn move_to(&mut self, before: &App, now: &App) {
        self.by_token.retain(|_, session| {
            let place = before.objects.get(session.object).and_then(|object| now.object(&object.key));
            session.object = place.map_or(session.object, |(place, _)| place);
            place.is_some()
        });
    }

    /// Ends every session.
    pub(crate) fn end_all(&mut self) {
        self.by_token.clear();
        self.order.clear();
    }

    /// How long the account of an address is still locked.
    fn locked(&mut self, email: &str, wall: Duration) -> Option<Duration> {
        let until = self.failures.get(email)?.locked_until?;
        let left = until.checked_sub(wall).filter(|left| !left.is_zero());
        if left.is_none() {
            self.failures.remove(email);
        }
        left
    }

    /// Counts a wrong password. Addresses without an account are locked too, or they could be told apart.
    fn failed(&mut self, email: &str, wall: Duration) {
        let Some(lockout) = self.lockout else { return };
        if self.failures.len() >= MOST {
            self.failures.retain(|_, failures| failures.locked_until.is_some_and(|until| wall < until));
        }
        if self.failures.len() >= MOST && !self.failures.contains_key(email) {
            return;
        }
        let failures = self.failures.entry(email.to_owned()).or_default();
        failures.count = failures.count.saturating_add(1);
        if failures.count >= lockout.attempts {
            failures.locked_until = Some(wall.saturating_add(lockout.length));
        }
    }

    fn succeeded(&mut self, email: &str) {
        self.failures.remove(email);
    }

    /// What looks like a JWT and is to be taken as opaque: its signature is chance.
    fn token(&mut self, app: &App, user: &User, wall: Duration) -> String {
        let claims = json!({"user_id": user.id, "application_id": app.id, "iat": wall.as_secs()});
        let head = json!({"alg": "HS256", "typ": "JWT"});
        let chance: Vec<u8> = (0..32).map(|_| self.rng.u8(..)).collect();
        let text = |value: &Value| coded(value.to_string().as_bytes());
        format!("{}.{}.{}", text(&head), text(&claims), coded(&chance))
    }
}

/// Base64 in the alphabet of URLs, without padding.
fn coded(bytes: &[u8]) -> String {
    base64(bytes).replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Row;

    #[test]
    fn only_live_sessions_take_a_place() {
        let app = json!({"id": "5f00000000000000000000aa", "objects": [{"key": "object_1", "user": true, "fields": []}]});
        let app = App::read(app).unwrap();
        let mut store = Store::new(&app);
        store.put(0, "a", Row { cells: Vec::new(), extra: Vec::new() });
        let user = User::read((&app, &store), 0, "a").unwrap();
        let mut sessions = Sessions::new(LIFETIME, None, 1);
        let now = Duration::from_secs(1);
        let first = sessions.begin(&app, &user, now);
        for _ in 0..=MOST {
            let token = sessions.begin(&app, &user, now);
            sessions.end(&token);
        }
        assert_eq!((sessions.by_token.len(), sessions.order.len()), (1, 1), "who logs out makes room");
        for _ in 1..MOST {
            sessions.begin(&app, &user, now);
        }
        assert!(sessions.by_token.contains_key(&*first));
        let last = sessions.begin(&app, &user, now);
        assert!(!sessions.by_token.contains_key(&*first) && sessions.by_token.contains_key(&*last));
        assert_eq!((sessions.by_token.len(), sessions.order.len()), (MOST, MOST));
        sessions.begin(&app, &user, now + LIFETIME);
        assert_eq!((sessions.by_token.len(), sessions.order.len()), (1, 1), "two days later all are over");
    }
}
