//! What is held against any bytes, once for the fuzzers (nightly, without an end) and for the bounded
//! tests (stable, some thousand cases).
//!
//! Each function takes an input and panics if what must hold does not: that is how a fuzzer is told.

mod every_kind;
mod filters;
mod local;
mod requests;

pub use filters::filters;
pub use requests::emulator;

use knack_core::RecordId;
use knack_core::record::{Page, read_page, read_record};
use knack_core::schema::Application;

use every_kind::EveryKind;

/// What became of an input: an error where the question itself went wrong, as a refusal or an answer that is none.
pub type Held = Result<(), Box<dyn std::error::Error>>;

/// Tells a fuzzer what became of an input: that one is to be kept, it knows by the end of the process alone.
pub fn tell(held: Held) {
    if let Err(error) = held {
        eprintln!("the question went wrong: {error}");
        std::process::abort();
    }
}

/// Any bytes are a page, a record or an error, and in the midst of a page they cost no neighbour.
///
/// # Panics
/// If that does not hold.
pub fn record_reader(input: &[u8]) {
    let _ = read_page::<EveryKind>(input);
    let _ = read_record::<EveryKind>(input);
    within_a_page(input);
}

/// The input as one record between two good ones.
///
/// The one before is always read. The one behind is read, or something is told to be wrong: broken text
/// may swallow it, and what is whole may replace it (an input that ends the list, or that has a list of
/// records of its own, is a page of its own making).
fn within_a_page(input: &[u8]) {
    let (first, last) = (good(1), good(3));
    let body = [b"{\"records\":[", first.as_bytes(), b",", input, b",", last.as_bytes(), b"]}"].concat();
    let Ok(page) = read_page::<EveryKind>(&body) else { return };
    let told = page.records.iter().any(|record| record.result.is_err());
    if leaves_the_list(input) {
        return;
    }
    assert!(has(&page, 1), "the record before is lost: {page:?}");
    assert!(told || has(&page, 3), "the record behind is lost in silence: {page:?}");
}

/// Whether an input closes the list that it is in, by brackets outside of texts. It is then no record any
/// more that is in a page, but a page with other contents.
fn leaves_the_list(input: &[u8]) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_i64, false, false);
    for byte in input {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

/// A record as Knack sends it, with connections, which look like records themselves.
fn good(n: u8) -> String {
    let id = RecordId::from_bytes([n; 12]);
    format!(
        r#"{{"id":"{id}","field_1":"some text","field_1_raw":"some text","field_27_raw":[
            {{"id":"{id}","identifier":"x"}},{{"id":"{id}","identifier":"y"}}],"field_99":""}}"#
    )
}

fn has(page: &Page<EveryKind>, n: u8) -> bool {
    let id = Some(RecordId::from_bytes([n; 12]));
    page.records.iter().any(|record| record.id == id && record.result.is_ok())
}

/// Any bytes are an application or an error, and what is found by its own key and name.
///
/// # Panics
/// If that does not hold.
pub fn metadata_reader(input: &[u8]) {
    let Ok(app) = Application::read(input) else { return };
    let _ = app.zone();
    for object in &app.objects {
        assert!(app.object(&object.key.to_string()).is_some_and(|found| found.key == object.key));
        assert!(app.object(&object.name).is_some());
        for field in &object.fields {
            assert!(object.field(&field.key.to_string()).is_some_and(|found| found.key == field.key));
            assert!(object.field(&field.name).is_some());
        }
    }
}
