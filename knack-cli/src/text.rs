//! Text for a terminal, and for what is none.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal, Write, stderr, stdout};

pub(crate) use knack_core::advice::{grouped, in_words};

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

/// A text in one line, without what moves a terminal's cursor or begins a command in a log of CI: names are what
/// people typed in Knack.
pub(crate) fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// See no-color.org.
fn is_coloured(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}
