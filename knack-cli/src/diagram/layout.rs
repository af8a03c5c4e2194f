//! Where the boxes stand: in columns of about the same height, connected ones near each other.

use std::collections::{HashMap, HashSet, VecDeque};

use knack_runtime::key::ObjectKey;

use super::Picture;

pub(crate) const ROW: usize = 20;
pub(crate) const HEAD: usize = 28;
pub(crate) const MARGIN: usize = 44;
const GAP: usize = 28;
const BETWEEN_COLUMNS: usize = 90;

/// A box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) column: usize,
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// The boxes by their objects, and the size of the whole.
pub(crate) struct Layout {
    pub(crate) places: HashMap<ObjectKey, Place>,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Layout {
    pub(crate) fn of(picture: &Picture<'_>, width: usize) -> Self {
        let heights: HashMap<_, _> = picture
            .objects
            .iter()
            .map(|object| (object.key, HEAD + ROW * object.fields.len().max(1)))
            .collect();
        let total: usize = heights.values().map(|height| height + GAP).sum();
        let columns = columns(total, width + BETWEEN_COLUMNS);
        let limit = total.div_ceil(columns).max(1);
        let (mut places, mut column, mut y, mut lowest) = (HashMap::new(), 0, 0, 0);
        for key in in_order(picture) {
            let height = heights.get(&key).copied().unwrap_or(HEAD);
            // A box goes where more than half of it has room.
            if y > 0 && y + height / 2 > limit && column + 1 < columns {
                (column, y) = (column + 1, 0);
            }
            let x = MARGIN + column * (width + BETWEEN_COLUMNS);
            places.insert(key, Place { column, x, y: MARGIN + y, width, height });
            y += height + GAP;
            lowest = lowest.max(y);
        }
        let width = 2 * MARGIN + (column + 1) * width + column * BETWEEN_COLUMNS;
        Self { places, width, height: 2 * MARGIN + lowest.saturating_sub(GAP) }
    }
}

/// As many columns as make a picture that is about as wide as it is high.
fn columns(total: usize, width: usize) -> usize {
    (total.saturating_mul(2) / width.max(1)).isqrt().max(1)
}

/// The objects such that each comes soon after one that it is connected to; those with the most connections
/// begin.
fn in_order(picture: &Picture<'_>) -> Vec<ObjectKey> {
    let mut near: HashMap<ObjectKey, Vec<ObjectKey>> = HashMap::new();
    for connection in &picture.connections {
        near.entry(connection.from).or_default().push(connection.to);
        near.entry(connection.to).or_default().push(connection.from);
    }
    let degree = |key: &ObjectKey| near.get(key).map_or(0, Vec::len);
    let mut begin: Vec<_> = picture.objects.iter().map(|object| object.key).collect();
    begin.sort_by_key(|key| (std::cmp::Reverse(degree(key)), *key));
    let (mut order, mut seen) = (Vec::new(), HashSet::new());
    for key in begin {
        let mut next = VecDeque::from([key]);
        while let Some(key) = next.pop_front() {
            if seen.insert(key) {
                order.push(key);
                next.extend(near.get(&key).into_iter().flatten());
            }
        }
    }
    order
}
