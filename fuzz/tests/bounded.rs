//! The fuzzers' targets on stable, with an end: random bytes, and the seeds cut, spliced and damaged.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Cases for each target that reads: some 20 seconds without optimisation.
const CASES: u32 = 20_000;
/// Cases for each that asks the local Knack, as long.
const QUESTIONS: u32 = 1_000;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// A piece that JSON is made of, or a byte.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    const TOKENS: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"null",
        b"\"\"",
        b"[null]",
        b"{\"id\":",
        b"\"field_1\":",
        b"\"record\":",
        b"\"records\":[",
        b"\xEF\xBB\xBF",
        b"\\u",
        b"1e999",
        b"99999999999999999999",
        b"NaN",
        b"\n",
        b"/",
        b"?",
        b"&",
        b"%",
        b"%2f",
        b"page=",
        b"filters=",
    ];
    prop_oneof![3 => select(TOKENS).prop_map(<[u8]>::to_vec), 1 => any::<u8>().prop_map(|byte| vec![byte])]
}

/// A seed in which pieces replace what is at some places.
fn damaged(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), 0_usize..12, piece());
    (select(seeds), vec(change, 0..5)).prop_map(|(mut seed, changes)| {
        for (place, length, piece) in changes {
            let from = place.index(seed.len() + 1);
            let to = (from + length).min(seed.len());
            seed.splice(from..to, piece);
        }
        seed
    })
}

fn inputs(target: &str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => vec(any::<u8>(), 0..200),
        2 => vec(piece(), 0..40).prop_map(|pieces| pieces.concat()),
        6 => damaged(seeds(target)),
    ]
}

fn holds(target: &str, cases: u32, body: fn(&[u8])) {
    for seed in seeds(target) {
        body(&seed);
    }
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let run = runner.run(&inputs(target), |input| {
        body(&input);
        Ok(())
    });
    if let Err(error) = run {
        panic!("{target}: {error}");
    }
}

#[test]
fn record_reader() {
    holds("record_reader", CASES, knack_fuzz::record_reader);
}

#[test]
fn metadata_reader() {
    holds("metadata_reader", CASES, knack_fuzz::metadata_reader);
}

#[test]
fn emulator() {
    holds("emulator", QUESTIONS, |input| knack_fuzz::emulator(input).unwrap());
}

#[test]
fn filters() {
    holds("filters", QUESTIONS, |input| knack_fuzz::filters(input).unwrap());
}
