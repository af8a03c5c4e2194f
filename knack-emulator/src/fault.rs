//! Faults on purpose: what goes wrong, and for which requests.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Response};

use crate::outcome::Ending;

mod text;

pub use text::FaultError;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// This answer instead of the proper one; the call is counted, a write is not applied.
    Status {
        /// The status code.
        status: u16,
        /// The body; its type is told as JSON if it looks so, else as HTML.
        body: Bytes,
    },
    /// A 429 with proper headers, although there was room: as though others used it up.
    Throttle,
    /// No connection comes about; the server sees nothing. (On a socket the connection is closed.)
    NoConnection,
    /// The connection breaks before the request is judged: nothing is counted or applied.
    DropBefore,
    /// The connection breaks instead of the answer: the call was counted and applied.
    DropAfter,
    /// The body ends after so many bytes, though its length is told in full. The call was applied.
    CutBody {
        /// How many bytes still come.
        at: usize,
    },
    /// The connection breaks after so many bytes of the request's body: nothing is counted or applied.
    /// A shorter body comes whole.
    CutUpload {
        /// How many bytes still arrive.
        at: usize,
    },
    /// No answer ever comes; nothing was counted or applied.
    Hang,
    /// No answer ever comes, but the call was counted and applied.
    HangAfter,
    /// The answer comes so much later.
    Delay(Duration),
    /// The proper status and headers with this body: broken JSON, invalid UTF-8, a page of HTML.
    Body {
        /// What the body is told to be, such as `application/json`.
        content_type: String,
        /// The bytes.
        body: Bytes,
    },
    /// A header that is added to the answer, or replaces what it has: `Retry-After`, `Date` …
    Header {
        /// The name.
        name: String,
        /// The value; an empty one takes the header away.
        value: String,
    },
}

/// An [`Effect`] and the requests that it befalls. Several faults may befall one request.
///
/// ```
/// use http::Method;
/// use knack_emulator::{Effect, Fault};
///
/// // The second create of an order is applied, but its answer is lost.
/// let lost = Fault::new(Effect::DropAfter).method(Method::POST).path("/objects/object_4/").nth(2);
/// // Every tenth request meets a gateway in trouble.
/// let gateway = Fault::status(502, "<html>Bad Gateway</html>").every(10);
/// # let _ = (lost, gateway);
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    effect: Effect,
    which: Which,
    method: Option<Method>,
    path: Option<String>,
    met: u64,
}

#[derive(Clone, Copy, Debug)]
enum Which {
    All,
    Nth(u64),
    First(u64),
    Every(u64),
}

impl Fault {
    /// A fault that befalls every request until narrowed down.
    pub const fn new(effect: Effect) -> Self {
        Self { effect, which: Which::All, method: None, path: None, met: 0 }
    }

    /// A fault that answers with `status` and `body`.
    pub fn status(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(Effect::Status { status, body: body.into() })
    }

    /// A fault that answers 429 although there was room.
    pub const fn throttle() -> Self {
        Self::new(Effect::Throttle)
    }

    /// A fault that adds a `Retry-After` header, in seconds or as a date.
    pub fn retry_after(value: impl Into<String>) -> Self {
        Self::new(Effect::Header { name: "retry-after".to_owned(), value: value.into() })
    }

    /// A fault that cuts the next download of a file after `at` bytes. It waits at the public address
    /// (`/assets/…`), where a download ends up; with
    /// [`Builder::direct_downloads`](crate::Builder::direct_downloads) add `.path("/download/asset/")`.
    ///
    /// ```
    /// use knack_emulator::{Emulator, Fault};
    ///
    /// let knack = Emulator::builder().sample().fault(Fault::cut_download(1_000)).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn cut_download(at: usize) -> Self {
        Self::new(Effect::CutBody { at }).method(Method::GET).path("/assets/").nth(1)
    }

    /// A fault that breaks the connection of the next upload after `at` bytes of its body.
    ///
    /// ```
    /// use knack_emulator::{Emulator, Fault};
    ///
    /// let knack = Emulator::builder().sample().fault(Fault::cut_upload(1_000)).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub fn cut_upload(at: usize) -> Self {
        Self::new(Effect::CutUpload { at }).method(Method::POST).path("/assets/").nth(1)
    }

    /// Only the `n`th request that meets method and path, from 1.
    pub const fn nth(mut self, n: u64) -> Self {
        self.which = Which::Nth(n);
        self
    }

    /// Only the first `n` requests that meet method and path.
    pub const fn first(mut self, n: u64) -> Self {
        self.which = Which::First(n);
        self
    }

    /// Every `n`th request that meets method and path.
    pub const fn every(mut self, n: u64) -> Self {
        self.which = Which::Every(n);
        self
    }

    /// Only requests of this method.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Only requests whose path contains this.
    pub fn path(mut self, part: impl Into<String>) -> Self {
        self.path = Some(part.into());
        self
    }

    /// The effect on the next request, if it befalls that one. Counts the request.
    pub(crate) fn befalls(&mut self, method: &Method, path: &str) -> Option<Effect> {
        // A cut of the request's body was met before it arrived.
        if matches!(self.effect, Effect::CutUpload { .. }) {
            return None;
        }
        self.meets(method, path).then(|| self.effect.clone())
    }

    /// After how many bytes the next request's body is cut, if it befalls that one. Counts the request.
    pub(crate) fn cuts_upload(&mut self, method: &Method, path: &str) -> Option<usize> {
        let Effect::CutUpload { at } = self.effect else { return None };
        self.meets(method, path).then_some(at)
    }

    fn meets(&mut self, method: &Method, path: &str) -> bool {
        if self.method.as_ref().is_some_and(|wanted| wanted != method)
            || self.path.as_ref().is_some_and(|part| !path.contains(part.as_str()))
        {
            return false;
        }
        self.met += 1;
        let met = self.met;
        match self.which {
            Which::All => true,
            Which::Nth(n) => met == n,
            Which::First(n) => met <= n,
            Which::Every(n) => n > 0 && met.is_multiple_of(n),
        }
    }
}

/// Does to a ready response what faults do on its way out.
pub(crate) fn finish(mut response: Response<Bytes>, effects: &[Effect]) -> Ending {
    let mut cut = None;
    for effect in effects {
        match effect {
            Effect::DropAfter => return Ending::Dropped,
            Effect::HangAfter => return Ending::Silence,
            Effect::CutBody { at } => cut = Some(*at),
            Effect::Body { content_type, body } => {
                *response.body_mut() = body.clone();
                put(&mut response, "content-type", content_type);
            }
            Effect::Header { name, value } => put(&mut response, name, value),
            _ => {}
        }
    }
    let cut = cut.filter(|&at| at < response.body().len());
    Ending::Answer { response, cut }
}

fn put(response: &mut Response<Bytes>, name: &str, value: &str) {
    let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
        return;
    };
    if value.is_empty() {
        response.headers_mut().remove(name);
    } else {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(mut fault: Fault) -> Vec<usize> {
        (1..=6).filter(|_| fault.befalls(&Method::GET, "/v1/objects/object_1/records").is_some()).collect()
    }

    #[test]
    fn triggers() {
        assert_eq!(hits(Fault::throttle()), [1, 2, 3, 4, 5, 6]);
        assert_eq!(hits(Fault::throttle().nth(2)), [2]);
        assert_eq!(hits(Fault::throttle().first(2)), [1, 2]);
        assert_eq!(hits(Fault::throttle().every(3)), [3, 6]);
        assert_eq!(hits(Fault::throttle().every(0)), Vec::<usize>::new());
        assert_eq!(hits(Fault::throttle().method(Method::POST)), Vec::<usize>::new());
        assert_eq!(hits(Fault::throttle().path("object_1/").nth(1)), [1]);
        assert_eq!(hits(Fault::throttle().path("object_2/")), Vec::<usize>::new());
    }
}
