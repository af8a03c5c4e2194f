//! What the derive accepts, and what compilers say of what it does not.
//!
//! `TRYBUILD=overwrite cargo test -p knack-tests --test derive_ui` writes the `.stderr` anew; read
//! every one as somebody would who has just met Knack.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
    cases.pass("ui/schema/pass/*.rs");
    cases.compile_fail("ui/schema/fail/*.rs");
    cases.compile_fail("ui/schema/broken/*/*.rs");
}

/// In the cases of `ui/schema`, `//~` marks each line with an error, `//~ 2` one with two. There are as
/// many as are marked, and where: no error follows from another, and none is missing.
#[test]
fn every_error_is_one_that_is_marked() {
    let mut cases = 0;
    for folder in
        ["ui/schema/fail", "ui/schema/broken/conflict", "ui/schema/broken/future", "ui/schema/broken/no_app"]
    {
        for entry in fs::read_dir(folder).unwrap() {
            let case = entry.unwrap().path();
            if case.extension().is_some_and(|extension| extension == "rs") {
                assert_eq!(told(&case.with_extension("stderr")), marked(&case), "{}", case.display());
                cases += 1;
            }
        }
    }
    assert!(cases > 20, "{cases} cases");
}

/// The lines that are marked, twice where there are two errors.
fn marked(case: &Path) -> Vec<usize> {
    let source = fs::read_to_string(case).unwrap();
    let lines = source.lines().enumerate().filter_map(|(index, line)| {
        let (_, count) = line.split_once("//~")?;
        Some(vec![index + 1; count.trim().parse().unwrap_or(1)])
    });
    lines.flatten().collect()
}

/// The lines of the errors that the compiler told.
fn told(stderr: &Path) -> Vec<usize> {
    let stderr = fs::read_to_string(stderr).unwrap();
    let begins = |line: &str| line.starts_with("error") || line.starts_with("warning");
    let mut lines: Vec<usize> = Vec::new();
    let mut place_is_next = false;
    for line in stderr.lines() {
        place_is_next |= begins(line);
        if let Some((_, place)) = line.split_once("--> ").filter(|_| place_is_next) {
            lines.push(place.split(':').nth(1).unwrap().parse().unwrap());
            place_is_next = false;
        }
    }
    lines.sort_unstable();
    lines
}
