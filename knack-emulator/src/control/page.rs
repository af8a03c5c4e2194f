//! The page at `/`: its files, which are in the program.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::response;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The files below `/_emulator/page/`, with their types and texts.
const FILES: [(&str, &str, &str); 8] = [
    ("page.css", CSS, include_str!("../../page/page.css")),
    ("icon.svg", "image/svg+xml", include_str!("../../page/icon.svg")),
    ("page.js", SCRIPT, include_str!("../../page/page.js")),
    ("parts.js", SCRIPT, include_str!("../../page/parts.js")),
    ("live.js", SCRIPT, include_str!("../../page/live.js")),
    ("limits.js", SCRIPT, include_str!("../../page/limits.js")),
    ("requests.js", SCRIPT, include_str!("../../page/requests.js")),
    ("records.js", SCRIPT, include_str!("../../page/records.js")),
];

/// Records and requests hold what anybody wrote: whatever of it the page took for its own would not run, load or
/// send anything. Nor is the page shown within another, where a click may be meant for something else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The page, or one of its files; `None` where there is no such.
pub(super) fn file(steps: &[&str]) -> Option<Response<Bytes>> {
    let (kind, text) = match steps {
        [] => (HTML, include_str!("../../page/index.html")),
        [name] => FILES.iter().find(|(file, ..)| file == name).map(|(_, kind, text)| (*kind, *text))?,
        _ => return None,
    };
    let mut response = response(StatusCode::OK, kind, Bytes::from_static(text.as_bytes()));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Some(response)
}
