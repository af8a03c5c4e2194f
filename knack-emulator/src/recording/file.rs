//! The file of a recording, read line by line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;

use super::exchange::{self, Exchange};
use crate::error::EmulatorError;

/// The format that is written and read.
pub(crate) const FORMAT: u64 = 1;
/// The longest line, in bytes: two bodies of the largest size, in the widest spelling.
const LONGEST_LINE: u64 = 128 * 1024 * 1024;
/// The largest file, in bytes: it is held in memory.
const LARGEST_FILE: u64 = 1024 * 1024 * 1024;

/// What a recording holds.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// Its exchanges in the order of their beginnings, each with the line that it stands on.
    pub(crate) exchanges: Vec<(usize, Exchange)>,
    /// Whether the application's id was replaced.
    pub(crate) replaced: bool,
    /// What is wrong with it, but does not keep it from being served.
    pub(crate) warning: Option<String>,
}

/// Reads a whole recording.
pub(crate) fn read(path: &Path) -> Result<Recorded, EmulatorError> {
    let told = |source| EmulatorError::Read { path: path.to_owned(), source };
    let wrong = |line: usize, why: String| EmulatorError::Recording { path: path.to_owned(), line, why };
    let file = File::open(path).map_err(told)?;
    if file.metadata().map_err(told)?.len() > LARGEST_FILE {
        return Err(wrong(1, "the file is larger than 1 GB; record less at a time".to_owned()));
    }
    let mut recorded = Recorded::default();
    let mut runs = 0_u64;
    let mut order = Vec::new();
    let mut lines = BufReader::new(file);
    for number in 1.. {
        let line = next_line(&mut lines).map_err(told)?;
        let whole = line.ends_with(b"\n");
        if line.is_empty() && runs > 0 {
            break;
        }
        if !whole && u64::try_from(line.len()).unwrap_or(u64::MAX) == LONGEST_LINE {
            return Err(wrong(
                number,
                "it is longer than 128 MB, which no recorder writes; take it out".to_owned(),
            ));
        }
        let entry = std::str::from_utf8(&line).map_err(|_| "it is no UTF-8; take it out".to_owned());
        match entry.and_then(|line| entry_of(line.trim(), runs > 0)) {
            Ok(Entry::Run { replaced }) => {
                runs += 1;
                recorded.replaced = replaced;
            }
            Ok(Entry::Exchange(exchange)) => order.push((runs, exchange.at_ms, number, exchange)),
            Ok(Entry::Nothing) => {}
            // What was killed while it wrote leaves half a line.
            Err(_) if !whole && runs > 0 => {
                recorded.warning = Some(format!("line {number} is cut off and is left out"));
            }
            Err(why) => return Err(wrong(number, why)),
        }
    }
    order.sort_by_key(|(run, at_ms, ..)| (*run, *at_ms));
    recorded.exchanges = order.into_iter().map(|(_, _, line, exchange)| (line, *exchange)).collect();
    Ok(recorded)
}

/// The next line with its end, as far as the longest goes; empty at the end of the file.
pub(crate) fn next_line(lines: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    lines.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    Ok(line)
}

enum Entry {
    Run { replaced: bool },
    Exchange(Box<Exchange>),
    Nothing,
}

fn entry_of(line: &str, begun: bool) -> Result<Entry, String> {
    if line.is_empty() && begun {
        return Ok(Entry::Nothing);
    }
    if begun && !line.starts_with("{\"knack_recording\"") {
        return exchange::read(line)
            .map(|exchange| Entry::Exchange(exchange.into()))
            .map_err(|why| format!("{why}; take the line out, or record anew"));
    }
    run_of(line).map(|replaced| Entry::Run { replaced })
}

/// The line that a run begins with: whether the application's id is replaced.
pub(crate) fn run_of(line: &str) -> Result<bool, String> {
    let first: Value = serde_json::from_str(line.trim_start_matches('\u{feff}')).unwrap_or_default();
    match first.get("knack_recording").map(Value::as_u64) {
        Some(Some(FORMAT)) => Ok(first.get("application_id").and_then(Value::as_str) != Some("kept")),
        Some(format) => Err(format!(
            "its format is {}, and this version reads {FORMAT}; take the version that wrote it, or record anew",
            format.map_or("no number".to_owned(), |format| format.to_string())
        )),
        None => Err("this is no recording, which begins with {\"knack_recording\":1; make one with \
                     `cargo knack record --out FILE`"
            .to_owned()),
    }
}
