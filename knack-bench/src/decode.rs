//! From the bytes of a page to structs, in MB/s: our reader beside what else Rust has for it.

use std::hint::black_box;
use std::time::Instant;

use fastrand::Rng;
use serde::Serialize;

use crate::Failure;
use crate::records::{Records, Source};
use crate::report::{Report, Row};
use crate::stats::median;

mod all;
mod by_serde;
mod six;

pub(crate) use six::Six;

/// The records of a page: as many as Knack gives at most.
const RECORDS: usize = 1_000;
/// Rounds before the first that counts.
const WARM_UP: u32 = 10;

/// A projection and the ways to read it.
pub(crate) struct Case {
    name: &'static str,
    /// What its page is made of.
    records: fn() -> Result<Records, Failure>,
    subjects: &'static [Subject],
    /// Asserts that all subjects read the same from these bytes.
    check: fn(&[u8]) -> Result<(), Failure>,
}

/// One way to read a page.
pub(crate) struct Subject {
    name: &'static str,
    read: fn(&[u8]) -> Result<(), Failure>,
}

const CASES: &[Case] = &[six::CASE, all::CASE];

/// The end of a timed run: the result was wanted, and is dropped.
#[allow(clippy::unnecessary_wraps)]
fn finish<R>(result: R) -> Result<(), Failure> {
    drop(black_box(result));
    Ok(())
}

/// One subject of one case.
#[derive(Debug, Serialize)]
pub(crate) struct Speed {
    case: &'static str,
    subject: &'static str,
    mb_per_s: f64,
    source: Source,
}

impl Row for Speed {
    const COLUMNS: &'static [&'static str] = &["case", "subject", "MB/s"];

    fn cells(&self) -> Vec<String> {
        vec![self.case.to_owned(), self.subject.to_owned(), format!("{:.1}", self.mb_per_s)]
    }
}

/// The cases' names, for the command line.
pub(crate) fn cases() -> impl Iterator<Item = &'static str> {
    CASES.iter().map(|case| case.name)
}

/// Measures every case, or the `only` one of this name.
pub(crate) fn run(rounds: u32, only: Option<&str>) -> Result<Report<Speed>, Failure> {
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    for case in CASES.iter().filter(|case| only.is_none_or(|only| case.name == only)) {
        let records = (case.records)()?;
        let page = records.page(RECORDS);
        (case.check)(&page).map_err(|error| format!("case `{}`: {error}", case.name))?;
        let speeds = measure(case, &page, rounds)?;
        notes.push(format!("{}: {} bytes of {}", case.name, page.len(), records.source.words()));
        let of = |name| speeds.iter().find(|(subject, _)| *subject == name).map(|(_, speed)| *speed);
        for peer in ["serde_derive", "value", "skip"] {
            if let (Some(ours), Some(theirs)) = (of("knack"), of(peer)) {
                notes.push(format!("{}: knack / {peer} = {:.2}", case.name, ours / theirs));
            }
        }
        let row = |(subject, mb_per_s)| Speed { case: case.name, subject, mb_per_s, source: records.source };
        rows.extend(speeds.into_iter().map(row));
    }
    let title = format!("decode: {RECORDS} records a page, {rounds} rounds, median");
    Ok(Report { title, rows, notes })
}

/// The median speed of each subject, in MB/s. In each round the subjects take turns, in an order
/// that chance gives, so that what else the machine does meets all of them alike.
fn measure(case: &Case, page: &[u8], rounds: u32) -> Result<Vec<(&'static str, f64)>, Failure> {
    let mut rng = Rng::with_seed(1);
    let mut turns: Vec<(&Subject, Vec<f64>)> =
        case.subjects.iter().map(|subject| (subject, Vec::new())).collect();
    for round in 0..WARM_UP + rounds {
        rng.shuffle(&mut turns);
        for (subject, seconds) in &mut turns {
            // The first run is not timed: it meets the caches and the heap as the one before left
            // them, and the tree of `Value`s leaves them in a poor state.
            (subject.read)(black_box(page))?;
            let begin = Instant::now();
            (subject.read)(black_box(page))?;
            let took = begin.elapsed();
            if round >= WARM_UP {
                seconds.push(took.as_secs_f64());
            }
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let megabytes = page.len() as f64 / 1e6;
    let speeds = case.subjects.iter().map(|subject| {
        let turn = turns.iter_mut().find(|(other, _)| other.name == subject.name);
        (subject.name, turn.map_or(0.0, |(_, seconds)| megabytes / median(seconds)))
    });
    Ok(speeds.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_agree_on_generated_records() {
        for (case, records) in CASES.iter().zip([Records::generated(), Records::every_kind()]) {
            let page = records.page(50);
            (case.check)(&page).unwrap();
            assert_eq!(measure(case, &page, 1).unwrap().len(), case.subjects.len());
        }
    }
}
