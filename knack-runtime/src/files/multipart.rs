//! The body of an upload: a form of one part, `files`, as browsers write it.
//!
//! Source: docs.knack.com/docs/fileimage-uploads; RFC 7578, and the form encoding of the HTML standard for names.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use knack_core::transport::ByteStream;

use super::{length, name};

/// What stands around the file.
pub(super) struct Form {
    boundary: String,
    head: Bytes,
    tail: Bytes,
}

impl Form {
    /// The form of a file of this name, which has no control characters.
    pub(super) fn new(file_name: &str) -> Self {
        let boundary = format!("knack-{:016x}{:016x}", random(), random());
        let quoted = file_name.replace('"', "%22").replace('\\', "%5C");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{quoted}\"\r\n\
             Content-Type: {}\r\n\r\n",
            name::content_type(file_name)
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        Self { boundary, head: head.into(), tail: tail.into() }
    }

    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The length of the whole, if the file has `file` bytes.
    pub(super) fn length(&self, file: u64) -> u64 {
        file.saturating_add(length(&self.head)).saturating_add(length(&self.tail))
    }

    /// The whole. It ends as a form does only where the file ended well.
    pub(super) fn around(self, file: ByteStream) -> ByteStream {
        Box::pin(Around { head: Some(self.head), file: Some(file), tail: Some(self.tail) })
    }
}

/// Nobody who gives a file away to be sent can guess what ends it in the form.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

struct Around {
    head: Option<Bytes>,
    file: Option<ByteStream>,
    tail: Option<Bytes>,
}

impl Stream for Around {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(head)));
        }
        if let Some(file) = &mut self.file {
            match ready!(file.as_mut().poll_next(context)) {
                Some(Err(error)) => {
                    (self.file, self.tail) = (None, None);
                    return Poll::Ready(Some(Err(error)));
                }
                Some(piece) => return Poll::Ready(Some(piece)),
                None => self.file = None,
            }
        }
        Poll::Ready(self.tail.take().map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use knack_core::transport::{collect, whole};

    use super::*;

    #[tokio::test]
    async fn a_form_is_as_long_as_it_says() {
        let form = Form::new("a\"b\\.png");
        assert!(form.content_type().starts_with("multipart/form-data; boundary=knack-"));
        let (long, boundary) = (form.length(5), form.boundary.clone());
        let body = collect(form.around(whole("12345"))).await.unwrap();
        assert_eq!(length(&body), long);
        let wanted = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a%22b%5C.png\"\r\n\
             Content-Type: image/png\r\n\r\n12345\r\n--{boundary}--\r\n"
        );
        assert_eq!(body, wanted);
        assert_ne!(Form::new("a").boundary, Form::new("a").boundary);
    }
}
