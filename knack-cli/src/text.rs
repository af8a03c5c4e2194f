//! Text for a terminal, and for what is none.

use std::env;
use std::fmt;
use std::io::{IsTerminal, stderr, stdout};
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
