//! What every call but the dump passes first: who calls, and then the limits.

use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderMap};
use http::{Method, StatusCode};

use crate::answer::{Answer, Limits, PlanFigures};
use crate::app::App;
use crate::manners::Manners;
use crate::pages::Access;
use crate::plan::DailyPlan;
use crate::routes::Request;
use crate::sessions::Sessions;
use crate::sessions::users::User;
use crate::store::Store;
use crate::window::{Admission, StoredWindow};

/// Whom the gate asks.
#[derive(Clone, Copy)]
pub(crate) struct Guards<'a> {
    pub(crate) app: &'a App,
    pub(crate) api_key: &'a str,
    pub(crate) manners: Manners,
    pub(crate) store: &'a Store,
    pub(crate) sessions: &'a Sessions,
    pub(crate) wall: Duration,
}

/// What a call that is let in has.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) user: Option<User>,
    /// Whether the call uses up the daily plan.
    pub(crate) counts: bool,
    /// Whether it takes a place in the rate window.
    pub(crate) rated: bool,
}

impl Pass {
    fn new(user: Option<User>, counts: bool) -> Self {
        Self { user, counts, rated: true }
    }
}

impl Guards<'_> {
    /// Checks a call's credentials, by the part of the API that it goes to. Who is turned away here
    /// costs neither limit anything: a guess for views, as nobody tells.
    pub(crate) fn admit(self, request: &Request, steps: &[&str]) -> Result<Pass, Answer> {
        let headers = &request.headers;
        match steps {
            // What a view is, and not what it shows.
            ["pages" | "scenes", _, "views", _] if request.method != Method::GET => self.key(headers),
            ["pages" | "scenes", scene, "views", view, ..] => self.view(headers, scene, view),
            // A login needs no headers (`docs.knack.com/docs/remote-user-logins`).
            ["applications", id, "session"] => {
                self.application(id)?;
                Ok(Pass::new(None, false))
            }
            ["session", ..] => {
                self.named_application(headers)?;
                let token = token(headers).ok_or_else(|| unknown(self.manners))?;
                Ok(Pass::new(Some(self.user(token).ok_or_else(|| self.expired())?), false))
            }
            ["applications", _, "assets", "file" | "image", "upload"] => self.upload(headers),
            _ => self.key(headers),
        }
    }

    /// The two headers of object-based calls (`docs.knack.com/docs/object-based-requests`).
    fn key(self, headers: &HeaderMap) -> Result<Pass, Answer> {
        self.named_application(headers)?;
        match text(headers, "x-knack-rest-api-key") {
            None => Err(anonymous()),
            Some(given) if given != self.api_key => Err(wrong_key()),
            Some(_) => Ok(Pass::new(None, true)),
        }
    }

    /// The headers of view-based calls, and whether their page is open to the caller
    /// (`docs.knack.com/docs/view-based-requests`). Not documented: that the live app's `renderer` and
    /// the real key do as well as `knack`, and that a token needs no key beside it.
    fn view(self, headers: &HeaderMap, scene: &str, view: &str) -> Result<Pass, Answer> {
        self.named_application(headers)?;
        let token = token(headers);
        let by_key = match text(headers, "x-knack-rest-api-key") {
            Some("knack" | "renderer") => false,
            Some(given) if given == self.api_key => true,
            Some(_) => return Err(wrong_key()),
            None if token.is_some() => false,
            None => return Err(anonymous()),
        };
        let user = token.and_then(|token| self.user(token));
        let pages = &self.app.pages;
        let access = pages.view(scene, view).map_or(Access::Everybody, |(scene, _)| pages.access(scene));
        if access != Access::Everybody && !(by_key && self.manners.key_opens_pages) {
            token.ok_or_else(|| unknown(self.manners))?;
            let user = user.as_ref().ok_or_else(|| self.expired())?;
            if !access.admits(&user.roles) {
                return Err(Answer::text(StatusCode::FORBIDDEN, "Forbidden"));
            }
        }
        // By the older documents calls with a user's token count and public ones do not; what comes
        // with the real key counts always.
        let known = user.is_some() || by_key;
        let counts = known || self.manners.public_views_count;
        Ok(Pass { user, counts, rated: known || !self.manners.free_views })
    }

    /// Uploads come with any key (`docs.knack.com/docs/fileimage-uploads`), or with a user's token.
    fn upload(self, headers: &HeaderMap) -> Result<Pass, Answer> {
        self.named_application(headers)?;
        if text(headers, "x-knack-rest-api-key").is_none() {
            self.user(token(headers).ok_or_else(anonymous)?).ok_or_else(|| self.expired())?;
        }
        Ok(Pass::new(None, true))
    }

    /// Whether a call's header names this application.
    fn named_application(self, headers: &HeaderMap) -> Result<(), Answer> {
        self.application(text(headers, "x-knack-application-id").ok_or_else(anonymous)?)
    }

    fn expired(self) -> Answer {
        let status =
            if self.manners.bad_token_401 { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
        Answer::text(status, "Invalid or Expired Token")
    }

    fn application(self, id: &str) -> Result<(), Answer> {
        if id == self.app.id {
            return Ok(());
        }
        Err(if id.len() == 24 && id.bytes().all(|c| c.is_ascii_hexdigit()) {
            Answer::text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error\n")
        } else {
            Answer::text(StatusCode::BAD_REQUEST, "Malformed App ID.")
        })
    }

    /// The user of a token, if it is one of a live session.
    pub(crate) fn user(self, token: &str) -> Option<User> {
        self.sessions.user((self.app, self.store), token, self.wall)
    }
}

/// A user's token: the whole header, without `Bearer`.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    text(headers, AUTHORIZATION.as_str())
}

/// What a header says, if it says something.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

fn anonymous() -> Answer {
    Answer::text(StatusCode::UNAUTHORIZED, "Invalid API Request")
}

fn wrong_key() -> Answer {
    Answer::text(StatusCode::UNAUTHORIZED, "Invalid API Key")
}

/// A page behind a login, and no token. The status was measured, the words are a guess.
pub(crate) fn unknown(manners: Manners) -> Answer {
    let status = if manners.no_token_403 { StatusCode::FORBIDDEN } else { StatusCode::UNAUTHORIZED };
    Answer::text(status, "Unauthorized: please reauthenticate.")
}

/// Both limits of an account.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) window: StoredWindow,
    pub(crate) plan: DailyPlan,
    pub(crate) manners: Manners,
}

impl Gate {
    /// Judges one call at `wall` (since the Unix epoch): whether it passes, and its headers. A call
    /// that does not count passes a spent plan too, and one that is not rated a full second. With `throttle`
    /// it is refused although there is room.
    pub(crate) fn judge(
        &mut self,
        wall: Duration,
        Pass { counts, rated, .. }: &Pass,
        throttle: bool,
    ) -> (bool, Limits) {
        let (counts, rated) = (*counts, *rated);
        // A spent plan refuses whatever the window says; that refusal takes no place in it.
        let spent = counts && self.plan.left(wall) <= 0;
        let admission = if spent || !rated { self.window.peek(wall) } else { self.window.admit(wall) };
        let passes = !spent && (admission.admitted || !rated) && !throttle;
        if counts && (passes || self.manners.charge_refused) {
            self.plan.charge(wall);
        }
        (passes, self.told(wall, counts, admission, throttle && !spent))
    }

    /// The limits as they are, to a call that takes nothing of them.
    pub(crate) fn peek(&mut self, wall: Duration) -> Limits {
        let admission = self.window.peek(wall);
        self.told(wall, true, admission, false)
    }

    fn told(&mut self, wall: Duration, counts: bool, admission: Admission, full: bool) -> Limits {
        let reset_down = self.manners.reset_down;
        Limits {
            plan: counts.then(|| PlanFigures {
                limit: self.plan.limit(),
                left: self.plan.left(wall).max(0),
                reset_ms: DailyPlan::reset_ms(wall),
            }),
            rate_limit: self.window.limit(),
            rate_left: if full { 0 } else { admission.remaining },
            rate_reset: if reset_down { admission.reset.as_secs() } else { admission.reset_epoch_ceil() },
        }
    }
}
