//! A download on its way: where it leads, and how it goes on where it was cut.

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header, response};
use knack_core::call::Label;
use knack_core::error::{Error, LocalError};
use knack_core::transport::{
    BoxFuture, ByteStream, Failure, Request, Response, Transport, TransportError, next, whole,
};
use reqwest::Url;

use super::address::{Reach, uri};
use super::sink::Sink;
use super::told::Told;
use super::upload::too_long;
use super::{OnProgress, Progress, length};
use crate::executor::within;
use crate::transfer::Transfer;

/// How often an address may lead on to another.
const MOST_REDIRECTS: usize = 5;

/// How often a download goes on where it was cut, each time further, before cuts count as any trouble does.
const MOST_CUTS: u32 = 20;

/// How much is read of an answer that is no file: a few words, or a gateway's page.
const MOST_WORDS: usize = 64 * 1024;

/// A file that is wanted.
pub(super) struct Wanted {
    pub(super) url: Url,
    /// How long the record says it is.
    pub(super) size: Option<u64>,
    pub(super) limit: Option<u64>,
    pub(super) on_progress: Option<OnProgress>,
}

/// See the [module](self).
pub(super) struct Fetch<'a> {
    call: Label,
    reach: Reach,
    wanted: Wanted,
    sink: Sink<'a>,
    /// What the sink is, for messages.
    place: String,
    /// How much of the file the sink has, of which version, and how long that is.
    done: u64,
    version: Option<HeaderValue>,
    total: Option<u64>,
    /// What comes next, and how much of that the sink has.
    body: Option<ByteStream>,
    skip: u64,
    furthest: u64,
    cuts: u32,
    trouble: Option<Error>,
}

impl<'a> Fetch<'a> {
    pub(super) fn new(call: Label, reach: Reach, wanted: Wanted, sink: Sink<'a>, place: String) -> Self {
        Self {
            call,
            reach,
            wanted,
            sink,
            place,
            done: 0,
            version: None,
            total: None,
            body: None,
            skip: 0,
            furthest: 0,
            cuts: 0,
            trouble: None,
        }
    }

    /// How much came, and where it is.
    pub(super) fn into_sink(self) -> (u64, Sink<'a>) {
        (self.done, self.sink)
    }

    async fn attempt(
        &mut self,
        transport: &dyn Transport,
        request: Request,
        idle: Duration,
    ) -> Result<Response, TransportError> {
        if self.version.is_none() {
            // Nothing tells whether the rest would be the rest of the same file.
            self.restart().await?;
        }
        let Arrival { answer, own, limits } = self.follow(transport, request.headers(), idle).await?;
        let (parts, body) = answer.into_parts();
        let resumes = self.done > 0 && parts.status == StatusCode::RANGE_NOT_SATISFIABLE;
        let (status, words) = if parts.status.is_success() || resumes {
            self.begin(&parts, body).await?;
            (StatusCode::OK, Bytes::new())
        } else if own {
            (parts.status, within(idle, words(body)).await??)
        } else {
            // What others say may repeat the address, which may be a secret.
            (parts.status, Bytes::new())
        };
        let mut answer = Response::new(words);
        // What others refuse holds nobody here.
        *answer.status_mut() = match status {
            StatusCode::TOO_MANY_REQUESTS if !own => StatusCode::SERVICE_UNAVAILABLE,
            status => status,
        };
        *answer.headers_mut() = limits;
        Ok(answer)
    }

    /// Goes where the address leads.
    async fn follow(
        &mut self,
        transport: &dyn Transport,
        with: &HeaderMap,
        idle: Duration,
    ) -> Result<Arrival, TransportError> {
        let mut url = self.wanted.url.clone();
        let (mut status, mut limits) = (StatusCode::FOUND, HeaderMap::new());
        for _ in 0..=MOST_REDIRECTS {
            let answer = within(idle, transport.stream(self.request(&url, with)?)).await??;
            let own = self.reach.is_own(&url);
            if own {
                limits.clone_from(answer.headers());
            }
            let Some(leads_to) = location(&answer) else {
                return Ok(Arrival { answer, own, limits });
            };
            status = answer.status();
            match self.reach.address(leads_to, Some(&url)) {
                Ok(next) => url = next,
                Err(problem) => return Err(self.odd(status, format!("it leads elsewhere, and {problem}"))),
            }
        }
        Err(self.odd(status, format!("it leads elsewhere more than {MOST_REDIRECTS} times")))
    }

    /// The request to an address: with credentials only where they belong.
    fn request(&self, url: &Url, with: &HeaderMap) -> Result<http::Request<ByteStream>, TransportError> {
        let no_uri = || TransportError::new(Failure::Unsendable, "the file's address is no URL");
        let mut request = http::Request::new(whole(""));
        *request.uri_mut() = uri(url).ok_or_else(no_uri)?;
        let headers = request.headers_mut();
        if self.reach.is_trusted(url) {
            headers.clone_from(with);
        } else if let Some(agent) = with.get(header::USER_AGENT) {
            headers.insert(header::USER_AGENT, agent.clone());
        }
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        // Ranges and lengths are those of the file itself.
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let (1.., Some(version)) = (self.done, &self.version) {
            let rest = HeaderValue::try_from(format!("bytes={}-", self.done)).map_err(|_| no_uri())?;
            headers.insert(header::RANGE, rest);
            headers.insert(header::IF_RANGE, version.clone());
        }
        Ok(request)
    }

    /// Sees where in the file an answer begins, and makes the sink ready for it.
    async fn begin(&mut self, head: &response::Parts, body: ByteStream) -> Result<(), TransportError> {
        let told = Told::of(head.status, &head.headers);
        let at = told.as_ref().map(|told| told.from);
        let same = told.as_ref().is_some_and(|told| self.is_same(told, head.status));
        self.skip = 0;
        if at == Some(0) && self.done > 0 && same {
            // The server gives no parts, or not this time.
            self.skip = self.done;
        } else if at != Some(self.done) || self.done == 0 || !same {
            self.restart().await?;
        }
        let Some(told) = told.filter(|told| told.from == self.done || self.skip > 0) else {
            let detail = "another part of the file came than was asked for";
            return Err(TransportError::new(Failure::Truncated, detail));
        };
        let nothing = head.status == StatusCode::RANGE_NOT_SATISFIABLE;
        self.body = Some(if nothing { whole("") } else { body });
        self.total = told.total.or(self.total);
        if head.status == StatusCode::OK || told.version.is_some() {
            self.version = told.version;
        }
        self.expect(head.status)
    }

    /// Whether an answer is of the file of which the sink has the beginning. A part without a tag is of the version
    /// that was asked for, unless the file has another length now.
    fn is_same(&self, told: &Told, status: StatusCode) -> bool {
        let tagged = told.version == self.version || (told.version.is_none() && status != StatusCode::OK);
        tagged && told.total.is_none_or(|total| self.total.is_none_or(|had| had == total))
    }

    /// Whether the file is as long as the record says, and no longer than it may be.
    fn expect(&mut self, status: StatusCode) -> Result<(), TransportError> {
        match (self.total, self.wanted.size, self.wanted.limit) {
            (Some(total), _, Some(limit)) if total > limit => Err(self.over(limit)),
            (Some(total), Some(size), _) if total != size => {
                let message = format!(
                    "the file has {total} bytes, not the {size} that its record tells of; where that is wrong, \
                     download its address"
                );
                Err(self.odd(status, message))
            }
            _ => Ok(()),
        }
    }

    async fn rest(&mut self, idle: Duration) -> Result<(), TransportError> {
        let Some(mut body) = self.body.take() else { return Ok(()) };
        while let Some(piece) = within(idle, next(&mut body)).await? {
            let piece = piece.map_err(|error| TransportError::of_body(error, Failure::Truncated))?;
            self.take(piece).await?;
        }
        let long = self.total.or(self.wanted.size);
        if self.skip > 0 || long.is_some_and(|long| self.done < long) {
            let detail = format!("it ended after {} bytes", self.done);
            return Err(TransportError::new(Failure::Truncated, detail));
        }
        Ok(())
    }

    async fn take(&mut self, mut piece: Bytes) -> Result<(), TransportError> {
        let had = usize::try_from(self.skip).unwrap_or(usize::MAX).min(piece.len());
        self.skip -= length(piece.get(..had).unwrap_or_default());
        piece.advance(had);
        let done = self.done.saturating_add(length(&piece));
        if let Some(limit) = self.wanted.limit.filter(|limit| done > *limit) {
            return Err(self.over(limit));
        }
        if let Some(long) = self.total.or(self.wanted.size).filter(|long| done > *long) {
            return Err(self.odd(StatusCode::OK, format!("more came than the {long} bytes of the file")));
        }
        let written = self.sink.write(&piece).await;
        self.written(written)?;
        self.done = done;
        if let Some(tell) = &self.wanted.on_progress {
            tell(Progress { done, total: self.total.or(self.wanted.size) });
        }
        Ok(())
    }

    /// Begins anew.
    async fn restart(&mut self) -> Result<(), TransportError> {
        if self.done > 0 {
            let forgotten = self.sink.restart().await;
            self.written(forgotten)?;
        }
        (self.done, self.version, self.total) = (0, None, None);
        Ok(())
    }

    fn written(&mut self, result: std::io::Result<()>) -> Result<(), TransportError> {
        result.map_err(|error| {
            let trouble = LocalError::new("writing", self.place.clone(), error);
            self.stop(Error::Local { call: self.call, trouble })
        })
    }

    fn over(&mut self, limit: u64) -> TransportError {
        self.stop(Error::Invalid { call: self.call, problem: too_long(limit) })
    }

    fn odd(&mut self, status: StatusCode, message: String) -> TransportError {
        self.stop(Error::Api { call: self.call, status, message, attempts: 1 })
    }

    /// No more attempts: this is what the call ends with.
    fn stop(&mut self, why: Error) -> TransportError {
        self.trouble = Some(why);
        TransportError::new(Failure::Truncated, "stopped here")
    }
}

/// Where an address has led.
struct Arrival {
    answer: http::Response<ByteStream>,
    /// Whether that is where the client's calls go.
    own: bool,
    /// The headers that came from there, here or on the way: nobody else knows of limits.
    limits: HeaderMap,
}

/// The beginning of a body.
async fn words(mut body: ByteStream) -> Result<Bytes, TransportError> {
    let mut all = BytesMut::new();
    while let (true, Some(piece)) = (all.len() < MOST_WORDS, next(&mut body).await) {
        let piece = piece.map_err(|error| TransportError::of_body(error, Failure::Truncated))?;
        all.extend_from_slice(&piece);
    }
    Ok(all.freeze())
}

/// Where an answer leads to, if it is no file itself.
fn location<T>(answer: &http::Response<T>) -> Option<&str> {
    let leads_on = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer.headers().get(header::LOCATION).filter(|_| leads_on)?;
    std::str::from_utf8(location.as_bytes()).ok()
}

impl Transfer for Fetch<'_> {
    fn send<'a>(
        &'a mut self,
        transport: &'a dyn Transport,
        request: Request,
        idle: Duration,
    ) -> BoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(self.attempt(transport, request, idle))
    }

    fn receive(&mut self, idle: Duration) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(self.rest(idle))
    }

    fn trouble(&mut self) -> Option<Error> {
        self.trouble.take()
    }

    fn repeatable(&self) -> bool {
        true
    }

    fn advanced(&mut self) -> bool {
        let further = self.done > self.furthest && self.cuts < MOST_CUTS;
        self.furthest = self.furthest.max(self.done);
        self.cuts += u32::from(further);
        further
    }
}
