//! A small reader of `multipart/form-data`, tolerant of what clients do. The whole body is in memory
//! already, so that a part is a slice of it and nothing is copied.

use bytes::Bytes;
use percent_encoding::percent_decode_str;

/// One part of a form.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) filename: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Bytes,
}

/// The parts of a form, or what is wrong with it.
pub(crate) fn parts(content_type: &str, body: &Bytes) -> Result<Vec<Part>, &'static str> {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err("Expected multipart/form-data");
    }
    let boundary = parameter(parameters, "boundary").filter(|boundary| !boundary.is_empty());
    let delimiter = format!("--{}", boundary.ok_or("Multipart: Boundary not found")?);
    let mut parts = Vec::new();
    // Before the first delimiter may stand what nobody reads.
    let mut next = delimited(body, 0, delimiter.as_bytes());
    while let Some(found) = next {
        if found.last {
            return Ok(parts);
        }
        next = delimited(body, found.after, delimiter.as_bytes());
        let end = next.as_ref().ok_or("Unexpected end of multipart data")?.before;
        parts.push(part(&body.slice(found.after.min(end)..end))?);
    }
    Err("Unexpected end of multipart data")
}

/// A delimiter: where the line before it ends, and where what follows it begins.
struct Delimiter {
    before: usize,
    after: usize,
    last: bool,
}

/// The first delimiter at or behind `from`, which stands at the beginning of a line.
fn delimited(body: &Bytes, mut from: usize, delimiter: &[u8]) -> Option<Delimiter> {
    loop {
        let rest = body.get(from..)?;
        let line_end = rest.iter().position(|byte| *byte == b'\n').map(|end| from + end + 1);
        if let Some(behind) = rest.strip_prefix(delimiter) {
            let last = behind.starts_with(b"--");
            let padded = behind.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
            let whole = padded.and_then(|place| behind.get(place)) == Some(&b'\n');
            if last || whole {
                return Some(Delimiter {
                    before: trimmed(body, from),
                    after: line_end.unwrap_or(body.len()),
                    last,
                });
            }
        }
        from = line_end?;
    }
}

/// The place before the line end that stands before `at`.
fn trimmed(body: &[u8], at: usize) -> usize {
    let before = body.get(..at).unwrap_or_default();
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    before.strip_suffix(b"\r").unwrap_or(before).len()
}

/// Headers, an empty line, content.
fn part(part: &Bytes) -> Result<Part, &'static str> {
    const BROKEN: &str = "Malformed part header";
    let (mut name, mut filename, mut content_type) = (None, None, None);
    let mut at = 0;
    loop {
        let rest = part.get(at..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or(BROKEN)?;
        let line = String::from_utf8_lossy(rest.get(..end).unwrap_or_default());
        at += end + 1;
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        let (header, value) = line.split_once(':').ok_or(BROKEN)?;
        if header.eq_ignore_ascii_case("content-disposition") {
            let (_, parameters) = value.split_once(';').unwrap_or_default();
            name = parameter(parameters, "name");
            filename = extended(parameters).or_else(|| parameter(parameters, "filename"));
        } else if header.eq_ignore_ascii_case("content-type") {
            content_type = Some(value.trim().to_owned());
        }
    }
    let body = part.slice(at..);
    Ok(Part { name: name.ok_or(BROKEN)?, filename, content_type, body })
}

/// `filename*=UTF-8''r%C3%A9sum%C3%A9.pdf`, which says more than the plain `filename`.
fn extended(parameters: &str) -> Option<String> {
    let value = parameter(parameters, "filename*")?;
    let (_, coded) = value.split_once("''")?;
    Some(percent_decode_str(coded).decode_utf8_lossy().into_owned())
}

/// A parameter of a header: `name=value` or `name="quoted \"value\""`.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, behind) = if let Some(quoted) = after.trim_start().strip_prefix('"') {
            unquoted(quoted)
        } else {
            let (value, behind) = after.split_once(';').unwrap_or((after, ""));
            (value.trim().to_owned(), behind)
        };
        if name.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind;
    }
}

/// The text up to the closing quote, and what stands behind it. Only a quote is escaped: the other
/// backslashes belong to paths of Windows.
fn unquoted(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut rest = quoted;
    while let Some((before, behind)) = rest.split_once('"') {
        rest = behind;
        if let Some(before) = before.strip_suffix('\\') {
            value.push_str(before);
            value.push('"');
        } else {
            value.push_str(before);
            // Browsers write what would break the header so.
            let value = value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
            return (value, rest);
        }
    }
    (value + rest, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str) -> Result<Vec<Part>, &'static str> {
        parts(
            "multipart/form-data; charset=utf-8; boundary=\"X y\"",
            &Bytes::copy_from_slice(body.as_bytes()),
        )
    }

    #[test]
    fn what_clients_send() {
        let parts = read(
            "preamble\r\n--X y\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n\r\n--X y \r\n\
             content-type: text/plain\r\ncontent-disposition: form-data; name=files; filename=\"C:\\a \\\"b\\\".txt\"\
             \r\n\r\none\r\n--X yz\r\ntwo\n\r\n--X y--\r\nepilogue",
        )
        .unwrap();
        let told: Vec<_> =
            parts.iter().map(|p| (p.name.as_str(), p.filename.as_deref(), &p.body[..])).collect();
        assert_eq!(
            told,
            [("note", None, &b""[..]), ("files", Some("C:\\a \"b\".txt"), &b"one\r\n--X yz\r\ntwo\n"[..])]
        );
        assert_eq!(parts[1].content_type.as_deref(), Some("text/plain"));
        let bare = read(
            "--X y\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"; filename*=UTF-8''%C3%BC\n\nx\n--X y--",
        );
        assert_eq!(bare.unwrap()[0].filename.as_deref(), Some("ü"));
    }

    #[test]
    fn what_is_broken_is_told() {
        for body in [
            "",
            "\n",
            "--X y",
            "--X y\r\n",
            "--X y\r\n--X y--",
            "--X y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut in the mid",
            "--X y\r\nContent-Disposition: form-data; name=\"a\"\r\n--X y--",
            "--X y\r\nno colon\r\n\r\nx\r\n--X y--",
            "--X y\r\nA: b\r\n\r\nx\r\n--X y--",
        ] {
            assert!(read(body).is_err(), "{body:?}");
        }
        for kind in ["", "application/json", "multipart/form-data", "multipart/form-data; boundary="] {
            assert!(parts(kind, &Bytes::from_static(b"----")).is_err(), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn any_content_comes_through(content: Vec<u8>, name in "[^\"\\\\\r\n%]{1,20}") {
            let head = format!("--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n");
            let body = Bytes::from([head.as_bytes(), &content, b"\r\n--B--\r\n"].concat());
            let parts = parts("multipart/form-data; boundary=B", &body).unwrap();
            prop_assert_eq!((parts.len(), &parts[0].body[..]), (1, &content[..]));
            prop_assert_eq!(parts[0].filename.as_deref(), Some(name.as_str()));
        }

        #[test]
        fn any_body_is_judged(lines in "(--B|--|\r|\n|:|;|=|\"|name|Content-Disposition| |x){0,60}") {
            let _ = parts("multipart/form-data; boundary=B", &Bytes::from(lines));
        }
    }
}
