//! Which of the names there are may be meant by one that is none.

/// What may be meant by a name that is none, as the end of a message.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let name = name.to_lowercase();
    let near = |other: &str| {
        let other = other.to_lowercase();
        let part = name.chars().count() > 2 && other.contains(&name);
        if part { 1 } else { distance(&name, &other) }
    };
    let mut meant: Vec<_> = names.map(|other| (near(other), other)).collect();
    meant.sort_unstable();
    meant.dedup();
    let far = 1 + name.chars().count() / 3;
    let meant = meant.iter().filter(|(distance, _)| *distance <= far).take(3);
    let meant: Vec<_> = meant.map(|(_, other)| format!("`{other}`")).collect();
    if meant.is_empty() { String::new() } else { format!("; did you mean {}?", meant.join(" or ")) }
}

/// How many letters must be put in, taken out or changed to make one text of the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut last = i + 1;
        let mut next = vec![last];
        for ((b, above), diagonal) in to.iter().zip(row.iter().skip(1)).zip(&row) {
            last = (diagonal + usize::from(a != *b)).min(above + 1).min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
