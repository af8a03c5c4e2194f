//! The pages of lists.

use crate::cell::Cell;
use crate::error::MalformedAnswer;
use crate::json::{ScanError, Scanner, unescape};
use crate::record::slots::{Slots, without_bom};
use crate::record::{Guarded, Record};

/// One page of a list as the server sent it.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::{Page, read_page};
///
/// let sent = br#"{"total_pages":3,"current_page":1,"total_records":2500,"records":[{"field_7":"Oslo"}]}"#;
/// let page: Page<Customer> = read_page(sent)?;
/// assert_eq!((page.current_page, page.total_pages, page.total_records), (Some(1), Some(3), Some(2500)));
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The records, each with what is wrong with it if it could not be read.
    pub records: Vec<Guarded<T>>,
    /// The number of this page, from 1, as the server says it.
    pub current_page: Option<u64>,
    /// How many pages there are, by the server's count.
    pub total_pages: Option<u64>,
    /// How many records there are, by the server's count, which real applications get wrong.
    pub total_records: Option<u64>,
}

/// Reads the answer of a list: `{"total_pages":…,"current_page":…,"total_records":…,"records":[…]}`.
///
/// Source: docs.knack.com/reference/response-format.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::read_page;
///
/// let page = read_page::<Customer>(br#"{"records":[{"field_7":"Oslo"},{"field_7":7,"field_8":"x"}]}"#)?;
/// assert_eq!(page.records[0].result.as_ref().unwrap().city, "Oslo");
/// assert!(page.records[1].result.is_err());
/// assert!(read_page::<Customer>(b"<html>").is_err());
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
pub fn read_page<T: Record>(body: &[u8]) -> Result<Page<T>, MalformedAnswer> {
    let mut page = Page { records: Vec::new(), current_page: None, total_pages: None, total_records: None };
    let mut seen_records = false;
    let mut scan = Scanner::new(without_bom(body));
    let malformed = |error: ScanError| MalformedAnswer::new(body, error.at, error.expected);
    scan.expect(b'{', "the envelope of a list").map_err(malformed)?;
    let mut open = !scan.eat(b'}');
    while open {
        let key = unescape(scan.key().map_err(malformed)?);
        if *key == *b"records" && scan.peek() == Some(b'[') {
            seen_records = true;
            // A key that repeats counts where it stands last.
            page.records.clear();
            let readable = read_records(&mut scan, &mut page.records).map_err(malformed)?;
            if !readable {
                return Ok(page);
            }
        } else {
            let number = count(Cell::new(scan.value().map_err(malformed)?));
            match &*key {
                b"current_page" => page.current_page = number,
                b"total_pages" => page.total_pages = number,
                b"total_records" => page.total_records = number,
                _ => {}
            }
        }
        open = scan.more(b'}').map_err(malformed)?;
    }
    if seen_records { Ok(page) } else { Err(MalformedAnswer::new(body, scan.at(), "a list of `records`")) }
}

/// A count that came as a number or as text (`current_page` is text when it was asked for).
fn count(cell: Cell<'_>) -> Option<u64> {
    cell.number().ok()?.parse().ok()
}

/// How many bytes may be looked at for the record behind a broken one, in lengths of the answer: enough for
/// a page of broken records, and a bound on what a hostile answer can cost.
const SALVAGE: usize = 32;

/// Reads the list of records. Answers whether the envelope can be read on after it: behind broken
/// records that is not sure, and what is left of it is not worth losing them.
fn read_records<T: Record>(scan: &mut Scanner<'_>, records: &mut Vec<Guarded<T>>) -> Result<bool, ScanError> {
    scan.expect(b'[', "a list of records")?;
    if scan.eat(b']') {
        return Ok(true);
    }
    let mut slots = Slots::new(T::PROJECTION, T::PROJECTION.fields());
    let mut whole = true;
    let mut budget = scan.len().saturating_mul(SALVAGE);
    loop {
        let start = scan.at();
        match slots.read_entry(scan) {
            Ok((None, more)) => {
                records.push(slots.read());
                if !more {
                    return Ok(whole);
                }
            }
            Ok((Some(error), more)) => {
                records.push(Guarded { id: None, result: Err(error) });
                if !more {
                    return Ok(whole);
                }
            }
            Err(error) => {
                whole = false;
                let next = scan.next_record(start + 1, &mut budget);
                // Where the text ends behind a record, it was cut off there, and more may be lost.
                let cut = error.at >= scan.len() || !scan.ends_with(b'}');
                if next.is_none() && (cut || budget == 0) {
                    return Err(error);
                }
                records.push(Guarded { id: slots.reader().known_id(), result: Err(slots.broken(error)) });
                let Some(next) = next else { return Ok(false) };
                scan.jump(next);
            }
        }
    }
}
