//! Text for a terminal, and for what is none.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal, Write, stderr, stdout};
use std::time::Duration;

/// A word in a style, where a terminal shows it.
pub(crate) struct Styled<'a>(&'a str, Option<u8>);

impl fmt::Display for Styled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(code) => write!(f, "\x1b[{code}m{}\x1b[0m", self.0),
            None => f.write_str(self.0),
        }
    }
}

/// The beginning of an error, on the standard error.
pub(crate) fn alarm(word: &str) -> Styled<'_> {
    Styled(word, is_coloured(&stderr()).then_some(31))
}

/// The name of a line of a report, on the standard output.
pub(crate) fn label(word: &str) -> Styled<'_> {
    Styled(word, is_coloured(&stdout()).then_some(1))
}

/// What a plus or minus in a report of changes looks like, on the standard output.
pub(crate) fn sign(sign: &str) -> Styled<'_> {
    let code = match sign {
        "+" => 32,
        "-" => 31,
        _ => 33,
    };
    Styled(sign, is_coloured(&stdout()).then_some(code))
}

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Well,
    Ill,
    Unknown,
}

impl Mark {
    /// As a sign, on the standard output.
    pub(crate) fn shown(self) -> Styled<'static> {
        let (sign, code) = match self {
            Self::Well => ("✓", 32),
            Self::Ill => ("✗", 31),
            Self::Unknown => ("?", 33),
        };
        Styled(sign, is_coloured(&stdout()).then_some(code))
    }
}

/// A line that says what is waited for, where a person may see it.
pub(crate) struct Waiting(bool);

impl Waiting {
    pub(crate) fn new(what: &str, err: &mut dyn Write) -> io::Result<Self> {
        let seen = stderr().is_terminal();
        if seen {
            write!(err, "{what}")?;
            err.flush()?;
        }
        Ok(Self(seen))
    }

    /// Takes the line away.
    pub(crate) fn over(self, err: &mut dyn Write) -> io::Result<()> {
        if self.0 { write!(err, "\r\x1b[2K") } else { Ok(()) }
    }
}

/// A count and its thing, as `1 object` and `2 objects`.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

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

/// See no-color.org.
fn is_coloured(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}

/// The number with a comma between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration in words, as `2 h 58 min`.
pub(crate) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_words() {
        for (seconds, wanted) in [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (10_738, "2 h 58 min")] {
            assert_eq!(spoken(Duration::from_secs(seconds)), wanted);
        }
    }

    #[test]
    fn thousands() {
        for (number, wanted) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), wanted);
        }
    }
}
