//! How alike two names are, for "did you mean".

/// From here on two names are so alike that one may be a slip of the other: real slips score 0.85 to
/// 0.98, and what else does (`owner`, `power`) is told as a question.
const ALIKE: f64 = 0.8;

/// The names most like one that there is none of, best first.
pub(crate) struct Near<T> {
    found: Vec<Found<T>>,
}

struct Found<T> {
    likeness: f64,
    /// Whether the name that there is none of is a part of this one's.
    is_whole: bool,
    item: T,
}

impl<T> Near<T> {
    /// Compares `name` with that of each item. A part of one, `name` of `full_name`, may be meant for it: it
    /// begins elsewhere, so that likeness does not show.
    pub(crate) fn of<N: AsRef<str>>(name: &str, items: impl IntoIterator<Item = (N, T)>) -> Self {
        let judged = |(other, item): (N, T)| {
            let is_whole = is_part(name, other.as_ref());
            let least = if is_whole { ALIKE } else { 0.0 };
            Found { likeness: likeness(name, other.as_ref()).max(least), is_whole, item }
        };
        let mut found: Vec<_> = items.into_iter().map(judged).collect();
        found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
        Self { found }
    }

    /// The nearest, where it is near enough to be meant.
    pub(crate) fn meant(&self) -> Option<&T> {
        self.all_meant().next()
    }

    /// The same, and where the name is a part of it, all others that it is a part of.
    pub(crate) fn all_meant(&self) -> impl Iterator<Item = &T> {
        let with_wholes = self.found.first().is_some_and(|first| first.is_whole);
        let near = self.found.iter().enumerate().take_while(|(_, found)| found.likeness >= ALIKE);
        let meant = near.filter(move |(place, found)| *place == 0 || with_wholes && found.is_whole);
        meant.map(|(_, found)| &found.item)
    }

    /// What there is, or the nearest of it where that is much, as the next line of a message.
    pub(crate) fn listed(&self, show: impl Fn(&T) -> String) -> String {
        let (begin, count) = match self.found.len() {
            0 => return "\nit has none".to_owned(),
            few @ 1..=4 => ("it has", few),
            _ => ("nearest are", 3),
        };
        let shown: Vec<_> = self.found.iter().take(count).map(|found| show(&found.item)).collect();
        format!("\n{begin} {}", shown.join(", "))
    }
}

/// Whether a name stands in another, whatever their case. One or two letters stand in too many.
fn is_part(name: &str, other: &str) -> bool {
    name.chars().count() > 2 && other.to_lowercase().contains(&name.to_lowercase())
}

/// Jaro's and Winkler's likeness of two names, from 0 to 1, whatever their case: the share of letters
/// that both have at about the same place, with a bonus for a common beginning.
pub(crate) fn likeness(one: &str, other: &str) -> f64 {
    let letters = |name: &str| name.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (one, other) = (letters(one), letters(other));
    let jaro = jaro(&one, &other);
    let start = one.iter().zip(&other).take(4).take_while(|(a, b)| a == b).count();
    jaro + share(start, 10) * (1.0 - jaro)
}

fn jaro(one: &[char], other: &[char]) -> f64 {
    if one == other {
        return 1.0;
    }
    // At least one place off, or a letter left out of a short name would shift the rest out of reach.
    let reach = (one.len().max(other.len()) / 2).saturating_sub(1).max(1);
    let mut free = vec![true; other.len()];
    // The letters of `one` that `other` has too, each with its place there.
    let common: Vec<(usize, char)> = one
        .iter()
        .enumerate()
        .filter_map(|(at, letter)| {
            let within = at.saturating_sub(reach)..=at + reach;
            let place = within
                .into_iter()
                .find(|&place| other.get(place) == Some(letter) && free.get(place) == Some(&true))?;
            *free.get_mut(place)? = false;
            Some((place, *letter))
        })
        .collect();
    if common.is_empty() {
        return 0.0;
    }
    let mut in_order = common.clone();
    in_order.sort_unstable_by_key(|(place, _)| *place);
    let moved = common.iter().zip(&in_order).filter(|((_, a), (_, b))| a != b).count() / 2;
    let count = common.len();
    (share(count, one.len()) + share(count, other.len()) + share(count - moved, count)) / 3.0
}

fn share(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "names are short")]
    return part as f64 / whole as f64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_alike() {
        for (slip, meant) in [
            ("fullname", "full_name"),
            ("compny", "company"),
            ("custmer", "customer"),
            ("naem", "name"),
            ("due", "due_date"),
            ("Company", "company"),
            ("ky", "key"),
            ("averge_spend", "average_spend"),
        ] {
            assert!(likeness(slip, meant) >= ALIKE, "{slip}, {meant}: {}", likeness(slip, meant));
        }
        for (one, other) in [("company", "contact"), ("name", "address"), ("status", "orders"), ("", "name")]
        {
            assert!(likeness(one, other) < ALIKE, "{one}, {other}: {}", likeness(one, other));
        }
    }

    #[test]
    fn known_figures() {
        for (one, other, expected) in [
            ("MARTHA", "MARHTA", 0.961),
            ("DWAYNE", "DUANE", 0.84),
            ("DIXON", "DICKSONX", 0.813),
            ("größe", "größe", 1.0),
            ("", "", 1.0),
            ("a", "b", 0.0),
        ] {
            assert!(
                (likeness(one, other) - expected).abs() < 0.001,
                "{one}, {other}: {}",
                likeness(one, other)
            );
        }
    }

    #[test]
    fn the_nearest_come_first() {
        let near =
            |name, others: &[&'static str]| Near::of(name, others.iter().map(|other| (*other, *other)));
        let listed = |near: &Near<&str>| near.listed(|name| format!("`{name}`"));
        let names = near("nam", &["address", "name", "number"]);
        assert_eq!(
            (names.meant(), &*listed(&names)),
            (Some(&"name"), "\nit has `name`, `number`, `address`")
        );
        let many = near("zip", &["company", "a", "b", "zap", "c", "d"]);
        assert_eq!((many.meant(), &*listed(&many)), (None, "\nnearest are `zap`, `company`, `a`"));
        assert_eq!(listed(&near("zip", &[])), "\nit has none");
    }

    #[test]
    fn a_part_is_meant_for_the_whole() {
        let near =
            |name, others: &[&'static str]| Near::of(name, others.iter().map(|other| (*other, *other)));
        let part = near("Name", &["email", "full_name", "phone", "names"]);
        assert_eq!(part.all_meant().copied().collect::<Vec<_>>(), ["names", "full_name"]);
        let slip = near("nmber", &["name", "number"]);
        assert_eq!(slip.all_meant().copied().collect::<Vec<_>>(), ["number"]);
        assert_eq!(near("na", &["full_name"]).meant(), None);
        assert_eq!(near("", &["full_name"]).meant(), None);
    }
}
