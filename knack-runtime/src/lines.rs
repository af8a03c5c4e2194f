//! Whose turn it is: the lines of a queue, one for each class.
//!
//! Interactive calls go before normal ones and these before bulk, first in, first out within a class. A
//! class that waits is not left behind for ever: after nine others one of its own goes, which is one a
//! second where others use up Knack's ten. It counts calls, not time, so a slow limiter does not turn
//! the order round, and windows of a second do not beat against it.

use std::collections::VecDeque;

use knack_core::limit::Class;

/// How many others go before a class that waits has its turn.
const MOST_PASSED_OVER: usize = 9;

/// A call's place in the queue, kept through its retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub(crate) u64);

/// Those that wait, by class.
#[derive(Debug)]
pub(crate) struct Lines<T>([Line<T>; 3]);

#[derive(Debug)]
struct Line<T> {
    class: Class,
    /// In the order of their places. Who left leaves it empty, so that thousands who leave at once cost no more
    /// than their number; neither the first nor the last is empty, nor more than half of them.
    waiting: VecDeque<(Place, Option<T>)>,
    /// How many left so.
    empty: usize,
    /// How many of other classes went since the last of this one, while it waited.
    passed_over: usize,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        let line = |class| Line { class, waiting: VecDeque::new(), empty: 0, passed_over: 0 };
        Self([Class::Interactive, Class::Normal, Class::Bulk].map(line))
    }
}

impl<T> Lines<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|line| line.waiting.is_empty())
    }

    /// How many wait: interactive, normal, bulk.
    pub(crate) fn lengths(&self) -> [usize; 3] {
        self.0.each_ref().map(Line::len)
    }

    /// How many go before the newcomer at least. The others may be more, but never fewer: a call is
    /// refused by this.
    pub(crate) fn ahead(&self, class: Class, place: Place) -> usize {
        let higher = self.0.iter().filter(|line| line.class < class).map(Line::len).sum();
        let (own, passed_over) =
            self.line(class).map_or((0, 0), |line| (line.ahead(place), line.passed_over));
        // Each of its class goes after nine others at the latest.
        own + ((own + 1) * MOST_PASSED_OVER).saturating_sub(passed_over).min(higher)
    }

    pub(crate) fn insert(&mut self, class: Class, place: Place, item: T) {
        if let Some(line) = self.0.iter_mut().find(|line| line.class == class) {
            if line.waiting.is_empty() {
                line.passed_over = 0;
            }
            line.waiting.insert(line.index(place), (place, Some(item)));
        }
    }

    /// Takes one out that does not wait any longer.
    pub(crate) fn remove(&mut self, class: Class, place: Place) {
        if let Some(line) = self.0.iter_mut().find(|line| line.class == class) {
            line.leave(place);
        }
    }

    /// Whose turn it is, and as what it asks the limiter. One that was passed over asks as the most urgent,
    /// or places that a limiter keeps for these would keep it waiting for ever.
    pub(crate) fn head(&self) -> Option<(&T, Class)> {
        let line = self.turn()?;
        let class = if line.is_due() { Class::Interactive } else { line.class };
        line.first().map(|item| (item, class))
    }

    /// Takes out the head, which has left.
    pub(crate) fn skip(&mut self) {
        let class = self.turn().map(|line| line.class);
        if let Some(line) = self.0.iter_mut().find(|line| Some(line.class) == class) {
            line.pop();
        }
    }

    /// Takes out the head, which goes.
    pub(crate) fn serve(&mut self) -> Option<T> {
        let class = self.turn()?.class;
        let mut served = None;
        for line in &mut self.0 {
            if line.class == class {
                line.passed_over = 0;
                served = line.pop();
            } else if !line.waiting.is_empty() {
                line.passed_over += 1;
            }
        }
        served
    }

    /// Takes out all for which `leaves` holds.
    pub(crate) fn take_if(&mut self, mut leaves: impl FnMut(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        for line in &mut self.0 {
            for (place, item) in std::mem::take(&mut line.waiting) {
                match item {
                    Some(item) if leaves(&item) => taken.push(item),
                    Some(item) => line.waiting.push_back((place, Some(item))),
                    None => {}
                }
            }
            line.empty = 0;
        }
        taken
    }

    fn line(&self, class: Class) -> Option<&Line<T>> {
        self.0.iter().find(|line| line.class == class)
    }

    fn turn(&self) -> Option<&Line<T>> {
        let waiting = || self.0.iter().filter(|line| !line.waiting.is_empty());
        let due = waiting().filter(|line| line.is_due()).max_by_key(|line| line.passed_over);
        due.or_else(|| waiting().next())
    }
}

impl<T> Line<T> {
    fn len(&self) -> usize {
        self.waiting.len() - self.empty
    }

    /// Where this place is, or would be.
    fn index(&self, place: Place) -> usize {
        self.waiting.partition_point(|(other, _)| *other < place)
    }

    /// How many wait in places before this one. Who asks is mostly at the end, or near the beginning.
    fn ahead(&self, place: Place) -> usize {
        let index = self.index(place);
        if self.empty == 0 {
            return index;
        }
        let waits = |(_, item): &&(Place, Option<T>)| item.is_some();
        if index <= self.waiting.len() / 2 {
            self.waiting.range(..index).filter(waits).count()
        } else {
            self.len() - self.waiting.range(index..).filter(waits).count()
        }
    }

    fn first(&self) -> Option<&T> {
        self.waiting.front().and_then(|(_, item)| item.as_ref())
    }

    fn pop(&mut self) -> Option<T> {
        let (_, item) = self.waiting.pop_front()?;
        self.tidy();
        item
    }

    fn leave(&mut self, place: Place) {
        let index = self.index(place);
        let left = self.waiting.get_mut(index).filter(|(other, _)| *other == place);
        if left.and_then(|(_, item)| item.take()).is_some() {
            self.empty += 1;
            self.tidy();
        }
    }

    fn tidy(&mut self) {
        while self.waiting.front().is_some_and(|(_, item)| item.is_none()) {
            self.waiting.pop_front();
            self.empty -= 1;
        }
        while self.waiting.back().is_some_and(|(_, item)| item.is_none()) {
            self.waiting.pop_back();
            self.empty -= 1;
        }
        if self.empty > self.waiting.len() / 2 {
            self.waiting.retain(|(_, item)| item.is_some());
            self.empty = 0;
        }
    }

    fn is_due(&self) -> bool {
        self.passed_over >= MOST_PASSED_OVER
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLASSES: [Class; 3] = [Class::Interactive, Class::Normal, Class::Bulk];

    fn filled(counts: [u64; 3]) -> Lines<(Class, u64)> {
        let mut lines = Lines::default();
        for (class, count) in CLASSES.into_iter().zip(counts) {
            (0..count).for_each(|place| lines.insert(class, Place(place), (class, place)));
        }
        lines
    }

    #[test]
    fn classes_go_in_order_and_a_retry_goes_back_to_its_place() {
        let mut lines = filled([1, 2, 1]);
        lines.insert(Class::Normal, Place(5), (Class::Normal, 5));
        lines.insert(Class::Normal, Place(3), (Class::Normal, 3));
        let order: Vec<_> = std::iter::from_fn(|| lines.serve()).collect();
        let normal = |place| (Class::Normal, place);
        let wanted = [(Class::Interactive, 0), normal(0), normal(1), normal(3), normal(5), (Class::Bulk, 0)];
        assert_eq!(order, wanted);
    }

    #[test]
    fn of_ten_one_is_bulk_and_asks_as_a_person_would() {
        let mut lines = filled([100, 0, 5]);
        for _ in 0..4 {
            for _ in 0..MOST_PASSED_OVER {
                assert_eq!(lines.serve().unwrap().0, Class::Interactive);
            }
            assert_eq!(
                lines.head().map(|(item, ask)| (item.0, ask)),
                Some((Class::Bulk, Class::Interactive))
            );
            lines.serve();
        }
        assert_eq!(lines.ahead(Class::Bulk, Place(9)), 1 + 18);
        let one = filled([0, 0, 1]);
        assert_eq!(one.head().unwrap().1, Class::Bulk);
    }

    #[test]
    fn who_has_left_counts_as_nobody() {
        let mut lines = filled([12, 0, 2]);
        lines.skip();
        lines.remove(Class::Interactive, Place(1));
        assert_eq!(lines.take_if(|(class, place)| *class == Class::Interactive && *place == 2).len(), 1);
        assert_eq!(lines.lengths(), [9, 0, 2]);
        let next: Vec<_> = (0..9).filter_map(|_| lines.serve()).map(|(class, _)| class).collect();
        assert_eq!(next, [Class::Interactive; 9]);
        assert!(!lines.is_empty());
    }

    #[test]
    fn thousands_who_leave_at_once_cost_no_more_than_their_number() {
        const CALLS: u64 = 200_000;
        let mut lines = filled([0, CALLS, 0]);
        let began = std::time::Instant::now();
        // In an order that is neither that in which they came nor the other; 77,777 and their number share no factor.
        for n in 0..CALLS {
            lines.remove(Class::Normal, Place(n * 77_777 % CALLS));
            assert_eq!(lines.lengths()[1] as u64, CALLS - 1 - n);
        }
        assert!(lines.is_empty());
        // By moving the others it would be minutes.
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }

    proptest! {
        /// Beside lists that know of no empty places.
        #[test]
        fn whoever_leaves_the_rest_is_in_order(
            steps in proptest::collection::vec((0_u8..4, 0_u64..60), 1..400),
        ) {
            let (mut lines, mut waiting) = (Lines::default(), std::collections::BTreeSet::new());
            for (step, place) in steps {
                match step {
                    0 => {
                        lines.remove(Class::Bulk, Place(place));
                        waiting.remove(&place);
                    }
                    1 => prop_assert_eq!(lines.serve(), waiting.pop_first()),
                    _ if waiting.insert(place) => lines.insert(Class::Bulk, Place(place), place),
                    _ => {}
                }
                prop_assert_eq!(lines.lengths(), [0, 0, waiting.len()]);
                prop_assert_eq!(lines.is_empty(), waiting.is_empty());
                prop_assert_eq!(lines.head().map(|(head, _)| *head), waiting.first().copied());
                for asked in [0, 20, 40, 60] {
                    let ahead = lines.ahead(Class::Bulk, Place(asked));
                    prop_assert_eq!(ahead, waiting.range(..asked).count());
                }
            }
        }

        /// Each step: one comes, of a class, or (3) the head goes.
        #[test]
        fn all_are_served_in_order_and_none_is_left_behind(
            steps in proptest::collection::vec(0_usize..6, 1..400),
        ) {
            let mut lines = Lines::default();
            let (mut came, mut passed, mut last) = (0, [0; 3], [None; 3]);
            let (mut served, mut least) = (0, std::collections::HashMap::new());
            let mut serve = |lines: &mut Lines<(Class, u64)>| -> Result<bool, TestCaseError> {
                let waiting = lines.lengths();
                let Some((class, place)) = lines.serve() else { return Ok(false) };
                for other in CLASSES.map(|class| class as usize) {
                    passed[other] = if other == class as usize || waiting[other] == 0 { 0 } else { passed[other] + 1 };
                    prop_assert!(passed[other] <= MOST_PASSED_OVER + 1);
                }
                prop_assert!(last[class as usize] < Some(place), "first in, first out");
                last[class as usize] = Some(place);
                Ok(true)
            };
            for step in steps {
                if let Some(class) = CLASSES.get(step) {
                    least.insert(came, served + lines.ahead(*class, Place(came)));
                    lines.insert(*class, Place(came), (*class, came));
                    came += 1;
                } else if let Some((_, place)) = lines.head().map(|(item, _)| *item) {
                    prop_assert!(served >= least[&place], "the estimate is too late");
                    prop_assert!(serve(&mut lines)?);
                    served += 1;
                }
            }
            while serve(&mut lines)? {
                served += 1;
            }
            prop_assert_eq!(served as u64, came);
        }
    }
}
