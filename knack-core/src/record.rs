//! From the bytes of an answer to structs: one pass that is not generic, then one line per field.
//!
//! The pass fills, for each record, a table of slots with the JSON text of the fields that the
//! struct asks for, and passes over the rest. `T::read` then takes each slot as its Rust type. A
//! record that does not fit is kept as an error beside its id ([`Guarded`]), so that it never
//! costs the others.

use std::fmt;

use crate::cell::{Cell, ValueError};
use crate::error::MalformedAnswer;
use crate::json::{ScanError, Scanner, is_blank, leading_number, unescape};
use crate::key::{FieldKey, ObjectKey, RecordId};
use crate::kind::{FieldKind, Kind};
use crate::object::{FieldDef, Projection};
use crate::value::FromField;
use crate::verbs::KnackObject;

/// A field of a record that could not be read: which object, record, field and value, and why.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::{RecordError, read_record};
///
/// let sent = br#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo","field_8":"many"}"#;
/// let customer = read_record::<Customer>(sent)?;
/// let Err(RecordError::Field(error)) = customer.result else { unreachable!() };
/// assert_eq!((error.field(), error.key().to_string().as_str(), error.value()), ("age", "field_8", "\"many\""));
/// assert_eq!(error.record(), customer.id);
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError(Box<FieldErrorParts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct FieldErrorParts {
    type_name: &'static str,
    object: ObjectKey,
    record: Option<RecordId>,
    field: &'static str,
    key: FieldKey,
    kind: Option<FieldKind>,
    value: String,
    why: ValueError,
}

impl FieldError {
    /// The struct's field.
    pub fn field(&self) -> &'static str {
        self.0.field
    }

    /// The field's key in Knack.
    pub fn key(&self) -> FieldKey {
        self.0.key
    }

    /// The record, where its id could be read.
    pub fn record(&self) -> Option<RecordId> {
        self.0.record
    }

    /// The object's key.
    pub fn object(&self) -> ObjectKey {
        self.0.object
    }

    /// The beginning of the value as it came.
    pub fn value(&self) -> &str {
        &self.0.value
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FieldErrorParts { type_name, object, record, field, key, kind, value, why } = &*self.0;
        write!(f, "`{type_name}.{field}` ({object}, {key}")?;
        if let Some(kind) = kind {
            write!(f, ", {kind}")?;
        }
        f.write_str(")")?;
        if let Some(record) = record {
            write!(f, " of record {record}")?;
        }
        write!(f, " could not be read: the value {why}")?;
        if !value.is_empty() {
            write!(f, "; it is {value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldError {}

/// Why one record of a page could not be read.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::read_page;
///
/// let page = read_page::<Customer>(br#"{"records":[null,{"field_7":"Oslo"}]}"#)?;
/// let error = page.records[0].result.as_ref().unwrap_err();
/// assert_eq!(error.to_string(), "an entry of object_3 is no record but null");
/// assert!(page.records[1].result.is_ok()); // none costs the others
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// One field does not fit its Rust type.
    #[error("{0}")]
    Field(#[from] FieldError),
    /// The record's JSON is broken; the answer was picked up again at the next record.
    #[error("a record of {object} is not valid JSON near byte {at} of the answer: expected {expected}")]
    Broken {
        /// The object's key.
        object: ObjectKey,
        /// Where in the answer, in bytes.
        at: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// Something else stands in the place of a record, such as `null`.
    #[error("an entry of {object} is no record but {value}")]
    NoRecord {
        /// The object's key.
        object: ObjectKey,
        /// The beginning of what stands there.
        value: String,
    },
}

/// A record or the reason why it could not be read, with its id where that is known.
///
/// ```
/// # use knack_core::record::Guarded;
/// let page: Vec<Guarded<u32>> = Vec::new();
/// let (good, bad): (Vec<_>, Vec<_>) = page.into_iter().partition(|guarded| guarded.result.is_ok());
/// # assert!(good.is_empty() && bad.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Guarded<T> {
    /// The record's id.
    pub id: Option<RecordId>,
    /// The record, or what is wrong with it.
    pub result: Result<T, RecordError>,
}

/// The JSON text of one field of one record, in the two places where Knack puts values.
#[derive(Clone, Copy, Debug, Default)]
struct Slot<'a> {
    /// `field_N`: the formatted value, or the raw one if `format=raw` was asked for.
    plain: &'a [u8],
    /// `field_N_raw`.
    raw: &'a [u8],
}

/// Hands a struct its fields, one after the other. Made for each record; used by derived code, and by
/// hand only where a struct has a shape that the derive cannot give it.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::kind::ShortText;
/// use knack_core::record::{FieldError, Reader};
///
/// /// As the derive writes it: by the place of the field in the projection.
/// fn city(reader: &mut Reader<'_>) -> Result<String, FieldError> {
///     reader.take::<ShortText, String>(0)
/// }
/// ```
#[derive(Debug)]
pub struct Reader<'a> {
    projection: &'a Projection,
    fields: &'a [FieldDef],
    id: &'a [u8],
    slots: &'a [Slot<'a>],
    both: bool,
}

impl<'a> Reader<'a> {
    /// The record's id.
    pub fn id(&mut self) -> Result<RecordId, FieldError> {
        self.known_id().ok_or_else(|| {
            let why =
                if self.id.is_empty() { "is missing" } else { "is no record id (24 hexadecimal digits)" };
            self.error("id", FieldKey::ID, None, Cell::new(self.id), ValueError::new(why))
        })
    }

    fn known_id(&self) -> Option<RecordId> {
        match self.id {
            [b'"', inner @ .., b'"'] => RecordId::from_hex(inner),
            _ => None,
        }
    }

    /// The field at `index` of the projection, of kind `K`, as a `U`. This line in the derived code
    /// is also the check that `U` fits `K`.
    pub fn take<K: Kind, U: FromField<K>>(&mut self, index: usize) -> Result<U, FieldError> {
        let cell = self.cell(index);
        U::from_field(cell).map_err(|why| self.field_error(index, cell, why))
    }

    fn cell(&self, index: usize) -> Cell<'a> {
        let Slot { plain, raw } = self.slots.get(index).copied().unwrap_or_default();
        if raw.is_empty() && !self.shown_for_nothing(index, plain) {
            Cell::new(plain)
        } else {
            Cell::new(raw).with_shown(plain)
        }
    }

    /// Whether a value without a raw one is what is shown for a least, greatest or mean of nothing: where raw
    /// values come beside, the lack of one says so, as in a list of raw values.
    fn shown_for_nothing(&self, index: usize, plain: &[u8]) -> bool {
        let kind = || self.fields.get(index).map(FieldDef::kind);
        self.both && !is_blank(plain) && kind().is_some_and(FieldKind::shows_nothing_as_a_value)
    }

    #[cold]
    fn field_error(&self, index: usize, cell: Cell<'_>, why: ValueError) -> FieldError {
        match self.fields.get(index) {
            Some(def) => self.error(def.name(), def.key(), Some(def.kind()), cell, why),
            None => self.error("?", FieldKey::ID, None, cell, why),
        }
    }

    #[cold]
    fn error(
        &self,
        field: &'static str,
        key: FieldKey,
        kind: Option<FieldKind>,
        cell: Cell<'_>,
        why: ValueError,
    ) -> FieldError {
        FieldError(Box::new(FieldErrorParts {
            type_name: self.projection.type_name(),
            object: self.projection.object(),
            record: self.known_id(),
            field,
            key,
            kind,
            value: cell.excerpt(),
            why,
        }))
    }
}

/// Where the fields of a projection go: from the number in `field_N` to the slot's index, by open
/// addressing in a table at most a quarter full.
#[derive(Debug)]
struct SlotIndex {
    by_number: Box<[(u32, u16)]>,
    mask: usize,
    named: Vec<(String, u16)>,
}

const FREE: (u32, u16) = (0, u16::MAX);

impl SlotIndex {
    fn new(fields: &[FieldDef]) -> Self {
        let size = (fields.len() * 4).next_power_of_two();
        let mut index = Self { by_number: vec![FREE; size].into(), mask: size - 1, named: Vec::new() };
        // A struct has no 65,535 fields; were there more, the last would read as absent.
        for (slot, def) in (0..u16::MAX).zip(fields) {
            match def.key().number() {
                Some(number) => index.insert(number, slot),
                None => index.named.push((def.key().to_string(), slot)),
            }
        }
        index
    }

    fn insert(&mut self, number: u32, slot: u16) {
        let mut at = number as usize & self.mask;
        while let Some(entry) = self.by_number.get_mut(at) {
            if *entry == FREE {
                *entry = (number, slot);
                return;
            }
            at = (at + 1) & self.mask;
        }
    }

    /// The slot for `key` and whether it holds the raw value.
    fn find(&self, key: &[u8]) -> Option<(usize, bool)> {
        let Some(rest) = key.strip_prefix(b"field_") else { return self.find_named(key) };
        let (number, rest) = leading_number(rest)?;
        let raw = match rest {
            b"" => false,
            b"_raw" => true,
            _ => return None,
        };
        Some((self.find_number(number)?, raw))
    }

    /// The slot of `field_{number}`.
    #[inline]
    fn find_number(&self, number: u32) -> Option<usize> {
        let mut at = number as usize & self.mask;
        loop {
            match *self.by_number.get(at)? {
                FREE => return None,
                (found, slot) if found == number => return Some(usize::from(slot)),
                _ => at = (at + 1) & self.mask,
            }
        }
    }

    fn find_named(&self, key: &[u8]) -> Option<(usize, bool)> {
        let (name, raw) = key.strip_suffix(b"_raw").map_or((key, false), |name| (name, true));
        let (_, slot) = self.named.iter().find(|(named, _)| named.as_bytes() == name)?;
        Some((usize::from(*slot), raw))
    }
}

/// Fills slots from records; one for each answer, reused from record to record.
#[derive(Debug)]
struct Slots<'a> {
    projection: &'a Projection,
    fields: &'a [FieldDef],
    index: SlotIndex,
    id: &'a [u8],
    /// The value of the key `record`, if that is an object: no field of Knack's has that key.
    wrapped: Option<&'a [u8]>,
    /// Whether any field of the record came in both formats.
    both: bool,
    row: Vec<Slot<'a>>,
}

impl<'a> Slots<'a> {
    /// For these fields: those of the projection, or one that another struct of the object has.
    fn new(projection: &'a Projection, fields: &'a [FieldDef]) -> Self {
        let row = vec![Slot::default(); fields.len()];
        let index = SlotIndex::new(fields);
        Self { projection, fields, index, id: b"", wrapped: None, both: false, row }
    }

    /// Reads the record that comes next. Keys may be escaped and may repeat: the last counts.
    fn fill(&mut self, scan: &mut Scanner<'a>) -> Result<(), ScanError> {
        self.id = b"";
        self.wrapped = None;
        self.both = false;
        let mut both = false;
        self.row.fill(Slot::default());
        scan.expect(b'{', "a record")?;
        if scan.eat(b'}') {
            return Ok(());
        }
        loop {
            if let Some((number, raw)) = scan.field_key() {
                let slot = self.index.find_number(number);
                let value = scan.value()?;
                both |= raw;
                self.put(slot.map(|slot| (slot, raw)), value);
            } else {
                let key = scan.key()?;
                let value = scan.value()?;
                self.put_by_key(key, value);
            }
            if !scan.more(b'}')? {
                self.both |= both;
                return Ok(());
            }
        }
    }

    #[inline]
    fn put(&mut self, place: Option<(usize, bool)>, value: &'a [u8]) {
        if let Some((slot, raw)) = place
            && let Some(slot) = self.row.get_mut(slot)
        {
            if raw {
                slot.raw = value;
            } else {
                slot.plain = value;
            }
        }
    }

    /// Puts a value whose key is not of the common form: the id, a named column, a key with escapes.
    fn put_by_key(&mut self, key: &[u8], value: &'a [u8]) {
        let key = unescape(key);
        if *key == *b"id" {
            self.id = value;
        } else if *key == *b"record" && value.first() == Some(&b'{') {
            self.wrapped = Some(value);
        }
        self.both |= key.ends_with(b"_raw");
        self.put(self.index.find(&key), value);
    }

    /// The slots of the one record that an answer is, bare or wrapped in `record`.
    fn of_record(
        projection: &'a Projection,
        fields: &'a [FieldDef],
        body: &'a [u8],
    ) -> Result<Self, MalformedAnswer> {
        let malformed = |error: ScanError| MalformedAnswer::new(body, error.at, error.expected);
        let mut scan = Scanner::new(without_bom(body));
        let mut slots = Self::new(projection, fields);
        slots.fill(&mut scan).map_err(malformed)?;
        if scan.peek().is_some() {
            return Err(MalformedAnswer::new(body, scan.at(), "the end of the record"));
        }
        if let Some(record) = slots.wrapped {
            slots.fill(&mut Scanner::new(record)).map_err(malformed)?;
        }
        Ok(slots)
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            projection: self.projection,
            fields: self.fields,
            id: self.id,
            slots: &self.row,
            both: self.both,
        }
    }

    fn read<T: KnackObject>(&self) -> Guarded<T> {
        let mut reader = self.reader();
        let id = reader.known_id();
        Guarded { id, result: T::read(&mut reader).map_err(Into::into) }
    }
}

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
pub fn read_page<T: KnackObject>(body: &[u8]) -> Result<Page<T>, MalformedAnswer> {
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

fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// How many bytes may be looked at for the record behind a broken one, in lengths of the answer: enough for
/// a page of broken records, and a bound on what a hostile answer can cost.
const SALVAGE: usize = 32;

/// Reads the list of records. Answers whether the envelope can be read on after it: behind broken
/// records that is not sure, and what is left of it is not worth losing them.
fn read_records<T: KnackObject>(
    scan: &mut Scanner<'_>,
    records: &mut Vec<Guarded<T>>,
) -> Result<bool, ScanError> {
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

impl<'a> Slots<'a> {
    /// Reads the entry that comes next and the comma or bracket behind it: an error if the entry is
    /// no record, and whether more entries follow.
    fn read_entry(&mut self, scan: &mut Scanner<'a>) -> Result<(Option<RecordError>, bool), ScanError> {
        let mut error = None;
        if scan.peek() == Some(b'{') {
            self.fill(scan)?;
        } else {
            let value = Cell::new(scan.value()?).excerpt();
            error = Some(RecordError::NoRecord { object: self.projection.object(), value });
        }
        Ok((error, scan.more(b']')?))
    }

    #[cold]
    fn broken(&self, error: ScanError) -> RecordError {
        RecordError::Broken { object: self.projection.object(), at: error.at, expected: error.expected }
    }
}

/// Reads the answer of a get, create or update: the bare record, or `{"record":{…}}` as form views
/// send it.
///
/// ```
/// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/customer.rs")); } use doc::*;
/// use knack_core::record::read_record;
///
/// let sent = br#"{"id":"5d7964422d7159001659b27a","field_7":"Oslo"}"#;
/// let customer: Customer = read_record(sent)?.result.unwrap();
/// assert_eq!(customer.city, "Oslo");
/// # Ok::<(), knack_core::error::MalformedAnswer>(())
/// ```
pub fn read_record<T: KnackObject>(body: &[u8]) -> Result<Guarded<T>, MalformedAnswer> {
    Slots::of_record(T::PROJECTION, T::PROJECTION.fields(), body).map(|slots| slots.read())
}

/// Reads one field of the record `id`, whatever struct it is read as otherwise. An answer about another
/// record is an error, and so is one without the field: what it holds is not known then.
pub(crate) fn read_field<K: Kind, U: FromField<K>>(
    body: &[u8],
    projection: &Projection,
    id: RecordId,
    field: &FieldDef,
) -> Result<Result<U, FieldError>, MalformedAnswer> {
    let slots = Slots::of_record(projection, std::slice::from_ref(field), body)?;
    let mut reader = slots.reader();
    let sent = reader.id();
    Ok(sent.and_then(|sent| {
        let cell = reader.cell(0);
        if sent != id {
            let why = ValueError::new(format!("is not {id}, which was asked for"));
            return Err(reader.error("id", FieldKey::ID, None, Cell::new(reader.id), why));
        }
        if cell.json().is_empty() {
            return Err(reader.field_error(0, cell, ValueError::new("is not in the answer")));
        }
        reader.take::<K, U>(0)
    }))
}

#[cfg(test)]
mod tests;
