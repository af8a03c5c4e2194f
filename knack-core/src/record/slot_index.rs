//! Which slot a key of an answer goes to.

use crate::json::leading_number;
use crate::object::FieldDef;

/// Where the fields of a projection go: from the number in `field_N` to the slot's index, by open
/// addressing in a table at most a quarter full.
#[derive(Debug)]
pub(super) struct SlotIndex {
    by_number: Box<[(u32, u16)]>,
    mask: usize,
    named: Vec<(String, u16)>,
}

const FREE: (u32, u16) = (0, u16::MAX);

impl SlotIndex {
    pub(super) fn new(fields: &[FieldDef]) -> Self {
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
    pub(super) fn find(&self, key: &[u8]) -> Option<(usize, bool)> {
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
    pub(super) fn find_number(&self, number: u32) -> Option<usize> {
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
