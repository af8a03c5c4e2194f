//! The pass over the JSON of records, which is not generic.

use crate::cell::Cell;
use crate::error::MalformedAnswer;
use crate::json::{ScanError, Scanner, unescape};
use crate::object::{FieldDef, Projection};
use crate::record::reader::{Reader, Slot};
use crate::record::slot_index::SlotIndex;
use crate::record::{Guarded, Record, RecordError};

/// Fills slots from records; one for each answer, reused from record to record.
#[derive(Debug)]
pub(super) struct Slots<'a> {
    projection: &'a Projection,
    fields: &'a [FieldDef],
    index: SlotIndex,
    pub(super) id: &'a [u8],
    /// The value of the key `record`, if that is an object: no field of Knack's has that key.
    wrapped: Option<&'a [u8]>,
    /// Whether any field of the record came in both formats.
    both: bool,
    row: Vec<Slot<'a>>,
}

impl<'a> Slots<'a> {
    /// For these fields: those of the projection, or one that another struct of the object has.
    pub(super) fn new(projection: &'a Projection, fields: &'a [FieldDef]) -> Self {
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
    pub(super) fn of_record(
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

    /// Whether fields are asked for and none is there, not even an empty one.
    pub(super) fn is_bare(&self) -> bool {
        let absent = |slot: &Slot<'_>| slot.plain.is_empty() && slot.raw.is_empty();
        !self.row.is_empty() && self.row.iter().all(absent)
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        Reader {
            projection: self.projection,
            fields: self.fields,
            id: self.id,
            slots: &self.row,
            both: self.both,
            failure: None,
        }
    }

    pub(super) fn read<T: Record>(&self) -> Guarded<T> {
        let mut reader = self.reader();
        let id = reader.known_id();
        Guarded { id, result: T::read(&mut reader).map_err(Into::into) }
    }

    /// Reads the entry that comes next and the comma or bracket behind it: an error if the entry is
    /// no record, and whether more entries follow.
    pub(super) fn read_entry(
        &mut self,
        scan: &mut Scanner<'a>,
    ) -> Result<(Option<RecordError>, bool), ScanError> {
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
    pub(super) fn broken(&self, error: ScanError) -> RecordError {
        RecordError::Broken { object: self.projection.object(), at: error.at, expected: error.expected }
    }
}

pub(super) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}
