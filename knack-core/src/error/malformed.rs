//! Answers that are not what the API gives.

use std::fmt;

/// An answer that is not the JSON that the API gives: where reading stopped, and how it begins, at
/// most 60 characters of it.
///
/// ```
/// # use knack_core::Error;
/// # #[derive(Debug, knack_derive::KnackObject)]
/// # #[knack(object = "object_3", crate = knack_core)]
/// # struct Customer { #[knack(key = "field_8", kind = "number")] age: Option<u32> }
/// use knack_core::record::read_page;
///
/// let cut = read_page::<Customer>(br#"{"total_pages":1,"#).unwrap_err();
/// assert!(cut.to_string().starts_with("it ends after 17 bytes"));
/// assert_eq!(read_page::<Customer>(b"").unwrap_err().to_string(), "it is empty");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedAnswer {
    at: usize,
    expected: &'static str,
    length: usize,
    beginning: String,
}

impl MalformedAnswer {
    pub(crate) fn new(body: &[u8], at: usize, expected: &'static str) -> Self {
        let beginning = String::from_utf8_lossy(body.get(..200).unwrap_or(body));
        let beginning = beginning.trim().chars().take(60).collect();
        Self { at, expected, length: body.len(), beginning }
    }

    /// Of an answer that is JSON, but not what was asked for. It is not shown: it may hold a token.
    ///
    /// ```
    /// use knack_core::error::MalformedAnswer;
    ///
    /// let answer = MalformedAnswer::unlike("a session with a token");
    /// assert_eq!(answer.to_string(), "a session with a token was expected, and it holds none");
    /// ```
    pub fn unlike(expected: &'static str) -> Self {
        Self { at: 0, expected, length: usize::MAX, beginning: String::new() }
    }

    fn is_html(&self) -> bool {
        self.beginning.starts_with('<')
    }
}

impl fmt::Display for MalformedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, expected, length, beginning } = self;
        if *length == usize::MAX {
            return write!(f, "{expected} was expected, and it holds none");
        }
        if *length == 0 {
            return f.write_str("it is empty");
        }
        if self.is_html() {
            return write!(
                f,
                "it is an HTML page, not JSON ({beginning}…); check the base URL and any proxy"
            );
        }
        if at >= length {
            return write!(f, "it ends after {length} bytes where {expected} was expected");
        }
        write!(f, "expected {expected} at byte {at} of {length}; it begins with {beginning}")
    }
}

impl std::error::Error for MalformedAnswer {}
