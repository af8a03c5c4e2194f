//! Downloads: the address that a record tells, and the public one that it leads to.

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, LOCATION, RANGE,
};
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use crate::answer::Answer;
use crate::app::App;
use crate::assets::{self, Found};
use crate::gate;
use crate::query::Query;
use crate::routes::{Manners, Request};
use crate::store::Store;

/// Answers a download; `None` for any other request. Browsers follow such addresses from pages, so that
/// no key is asked for and nothing is counted.
pub(crate) fn answer(app: &App, store: &Store, manners: Manners, request: &Request) -> Option<Answer> {
    if request.method != Method::GET {
        return None;
    }
    let steps: Vec<String> = request
        .path
        .trim_start_matches('/')
        .split('/')
        .map(|step| percent_decode_str(step).decode_utf8_lossy().into_owned())
        .collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    match steps.as_slice() {
        ["v1", "applications", of, "download", "asset", id, name] => {
            Some(match assets::find(app, store, id, name).filter(|_| *of == app.id) {
                Some(found) => private(app, store, manners, request, &found),
                None => Answer::not_found(),
            })
        }
        // The bucket's name stands before, where an address leads to S3.
        ["assets", of, id, "original" | "thumb", name]
        | ["assets.knackhq.com", "assets", of, id, "original" | "thumb", name] => {
            Some(match assets::find(app, store, id, name).filter(|_| *of == app.id) {
                Some(found) => public(manners, request, &found),
                None => Answer::not_found(),
            })
        }
        ["v1", ..] => None,
        _ => assets::find_by_path(app, store, &request.path)
            .map(|found| part(manners, &request.headers, &found)),
    }
}

/// The address in a record: who may have the file is sent on to where it is.
fn private(app: &App, store: &Store, manners: Manners, request: &Request, found: &Found) -> Answer {
    if found.secure && !session_ok(&request.headers) {
        return Answer::text(StatusCode::UNAUTHORIZED, "Invalid or Expired Token");
    }
    if manners.direct_downloads {
        return part(manners, &request.headers, found);
    }
    let host = store.assets.host.as_deref().unwrap_or(&request.origin);
    let mut url = assets::public(host, &app.id, &found.id, "original", &found.name);
    if found.secure {
        url = format!("{url}?signature={}", assets::signature(&found.id));
    }
    Answer::text(StatusCode::FOUND, format!("Found. Redirecting to {url}")).with(LOCATION, url)
}

/// Whether a request comes from a logged-in user. Until sessions are known, any token is one.
fn session_ok(headers: &HeaderMap) -> bool {
    gate::text(headers, "authorization").is_some()
}

fn public(manners: Manners, request: &Request, found: &Found) -> Answer {
    let query = Query::parse(&request.query);
    let signed = query.get("signature") == Some(assets::signature(&found.id).as_str());
    if found.secure && !signed {
        return Answer::text(StatusCode::FORBIDDEN, "AccessDenied");
    }
    part(manners, &request.headers, found)
}

/// The file, or the part of it that is asked for.
fn part(manners: Manners, headers: &HeaderMap, found: &Found) -> Answer {
    let size = found.body.len();
    let etag = format!("\"{}-{size:x}\"", found.id.trim_matches('/').replace('/', "-"));
    let same = gate::text(headers, IF_RANGE.as_str()).is_none_or(|tag| tag == etag);
    let asked = gate::text(headers, RANGE.as_str()).filter(|_| manners.ranges && same);
    let answer = match asked.map_or(Asked::Whole, |asked| Asked::read(asked, size)) {
        Asked::Whole => file(StatusCode::OK, found, found.body.clone()),
        Asked::Part { from, to } => file(StatusCode::PARTIAL_CONTENT, found, found.body.slice(from..to))
            .with(CONTENT_RANGE, format!("bytes {from}-{}/{size}", to - 1)),
        Asked::Beyond => Answer::text(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange")
            .with(CONTENT_RANGE, format!("bytes */{size}")),
    };
    let answer = answer.with(ETAG, etag);
    if manners.ranges { answer.with(ACCEPT_RANGES, "bytes") } else { answer }
}

fn file(status: StatusCode, found: &Found, body: Bytes) -> Answer {
    let length = body.len().to_string();
    Answer::new(status, found.content_type.clone(), body).with(CONTENT_LENGTH, length)
}

/// What a `Range` asks for. What is not understood is ignored, as HTTP wants it; so are several ranges.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    /// From `from` to before `to`: at least one byte within the file.
    Part {
        from: usize,
        to: usize,
    },
    Beyond,
}

impl Asked {
    fn read(range: &str, size: usize) -> Self {
        let Some((from, to)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
            return Self::Whole;
        };
        let number = |text: &str| text.trim().parse::<usize>().ok();
        let (from, to) = match (from.trim(), to.trim()) {
            ("", last) => match number(last) {
                Some(last) => (size.saturating_sub(last), size),
                None => return Self::Whole,
            },
            (from, "") => match number(from) {
                Some(from) => (from, size),
                None => return Self::Whole,
            },
            (from, to) => match (number(from), number(to)) {
                (Some(from), Some(to)) if from <= to => (from, to.saturating_add(1).min(size)),
                _ => return Self::Whole,
            },
        };
        if from < to { Self::Part { from, to } } else { Self::Beyond }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (range, want) in [
            ("bytes=0-", Asked::Part { from: 0, to: 10 }),
            ("bytes=4-", Asked::Part { from: 4, to: 10 }),
            ("bytes=9-9", Asked::Part { from: 9, to: 10 }),
            ("bytes=2-99", Asked::Part { from: 2, to: 10 }),
            ("bytes=-3", Asked::Part { from: 7, to: 10 }),
            ("bytes=-99", Asked::Part { from: 0, to: 10 }),
            ("bytes=10-", Asked::Beyond),
            ("bytes=10-12", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=5-2", Asked::Whole),
            ("bytes=1-2,4-5", Asked::Whole),
            ("bytes=a-", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=99999999999999999999-", Asked::Whole),
            ("lines=1-2", Asked::Whole),
        ] {
            assert_eq!(Asked::read(range, 10), want, "{range}");
        }
        assert_eq!(Asked::read("bytes=0-", 0), Asked::Beyond);
    }
}
