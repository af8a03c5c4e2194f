//! What the head of an answer tells of a file.

use http::{HeaderMap, HeaderValue, StatusCode, header};

/// See the [module](self).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Where in the file the body begins.
    pub(super) from: u64,
    /// How long the whole file is; a part may end before the file does.
    pub(super) total: Option<u64>,
    /// Which version of the file it is, by a tag that stands for each of its bytes.
    pub(super) version: Option<HeaderValue>,
}

impl Told {
    /// `None` for an answer that is no file, and for a part of which it is not clear where it belongs.
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let text =
            |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::trim);
        let length = || text(header::CONTENT_LENGTH)?.parse::<u64>().ok();
        let range = || text(header::CONTENT_RANGE)?.strip_prefix("bytes")?.trim_start().split_once('/');
        let (from, total) = match status {
            StatusCode::OK => (0, length()),
            StatusCode::PARTIAL_CONTENT => {
                let (part, total) = range()?;
                let from: u64 = part.split_once('-')?.0.trim().parse().ok()?;
                (from, total.parse().ok())
            }
            // Nothing is behind what was asked for: all of it was had before.
            StatusCode::RANGE_NOT_SATISFIABLE => {
                let total = range()?.1.parse().ok()?;
                (total, Some(total))
            }
            _ => return None,
        };
        let version = headers.get(header::ETAG).filter(|tag| tag.as_bytes().starts_with(b"\"")).cloned();
        Some(Self { from, total, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, headers: &[(&'static str, &'static str)]) -> Option<(u64, Option<u64>, bool)> {
        let pairs = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)));
        let told = Told::of(StatusCode::from_u16(status).unwrap(), &pairs.collect())?;
        Some((told.from, told.total, told.version.is_some()))
    }

    #[test]
    fn answers_are_read() {
        assert_eq!(told(200, &[("content-length", "10"), ("etag", "\"a\"")]), Some((0, Some(10), true)));
        assert_eq!(told(200, &[("content-length", "ten"), ("etag", "W/\"a\"")]), Some((0, None, false)));
        assert_eq!(told(206, &[("content-range", "bytes 4-9/10")]), Some((4, Some(10), false)));
        let open = [("content-range", "bytes 4-9/*"), ("content-length", "6")];
        assert_eq!(told(206, &open), Some((4, None, false)), "as it may end before the file does");
        assert_eq!(told(416, &[("content-range", "bytes */10")]), Some((10, Some(10), false)));
        for odd in ["", "bytes", "bytes 4/10", "bytes a-9/10", "lines 4-9/10", "bytes */10"] {
            assert_eq!(told(206, &[("content-range", odd)]), None, "{odd}");
        }
        assert_eq!(told(206, &[]), None);
        assert_eq!(told(416, &[("content-range", "bytes */*")]), None);
        assert_eq!(told(404, &[("content-length", "10")]), None);
    }
}
