//! What the compiler needs for structs of ours, in seconds of processor time over an empty crate: beside
//! serde's derive, with the schema checked and without, and for the library itself.
//!
//! The crates are generated in a folder of their own below `target/`, and use this workspace's lock.

use std::path::PathBuf;

use fastrand::Rng;
use serde::Serialize;

use crate::Failure;
use crate::report::{Report, Row, met};
use crate::stats::median;

mod cargo;
mod generate;
mod projects;

use cargo::Cargo;
use projects::{Folder, Subject};

/// What is asked for on the command line.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) case: Option<String>,
    pub(crate) rounds: u32,
    /// Objects, and structs, of the case `schema`.
    pub(crate) objects: u32,
}

/// The names of the cases.
pub(crate) const CASES: [&str; 3] = ["structs", "schema", "dependency"];

/// One subject of a case.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    case: &'static str,
    subject: &'static str,
    cpu_s: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_per_struct: Option<f64>,
}

impl Row for Cost {
    const COLUMNS: &'static [&'static str] = &["case", "subject", "CPU s", "lines per struct"];

    fn cells(&self) -> Vec<String> {
        let lines = self.lines_per_struct.map_or(String::new(), |lines| format!("{lines:.1}"));
        vec![self.case.to_owned(), self.subject.to_owned(), format!("{:.2}", self.cpu_s), lines]
    }
}

/// Measures what is chosen.
pub(crate) fn run(choice: &Choice) -> Result<Report<Cost>, Failure> {
    let chosen = |case: &str| choice.case.as_deref().is_none_or(|chosen| chosen == case);
    let folder = Folder::new(target()?)?;
    let mut rows = Vec::new();
    if chosen("structs") {
        rows.extend(checks("structs", &folder, &projects::structs(200, 20), choice.rounds)?);
    }
    if chosen("schema") {
        rows.extend(checks("schema", &folder, &projects::schema(choice.objects, 40), choice.rounds)?);
    }
    if chosen("dependency") {
        rows.extend(dependency(&folder, choice.rounds)?);
    }
    let notes = judge(&rows);
    let title = format!("compile: processor seconds over an empty crate, median of {}", choice.rounds);
    Ok(Report { title, rows, notes })
}

/// Where cargo builds: beside this program.
fn target() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program is in no target folder")?;
    Ok(target.join("knack-bench-compile"))
}

/// `cargo check` of each subject, in turns whose order chance gives.
fn checks(
    case: &'static str,
    folder: &Folder,
    subjects: &[Subject],
    rounds: u32,
) -> Result<Vec<Cost>, Failure> {
    let workspace = folder.workspace(case, subjects)?;
    let cargo = Cargo::new(&workspace);
    // Each by itself, as it is measured: of all at once, other features of dependencies may be built.
    for subject in subjects {
        cargo.run(&["check", "-p", &subject.package()])?;
    }
    let mut turns: Vec<(&Subject, Vec<f64>)> = subjects.iter().map(|subject| (subject, Vec::new())).collect();
    let mut rng = Rng::with_seed(1);
    for _ in 0..rounds {
        rng.shuffle(&mut turns);
        for (subject, seconds) in &mut turns {
            workspace.touch(subject)?;
            seconds.push(cargo.run(&["check", "-p", &subject.package()])?);
        }
    }
    turns.sort_by_key(|(subject, _)| subjects.iter().position(|other| other.name == subject.name));
    let mut costs = Vec::new();
    let mut floor = 0.0;
    for (subject, mut seconds) in turns {
        let middle = median(&mut seconds);
        if subject.structs == 0 {
            floor = middle;
            continue;
        }
        let lines = cargo.expanded_lines(&subject.package())?;
        let lines_per_struct = Some(f64::from(lines) / f64::from(subject.structs));
        costs.push(Cost { case, subject: subject.name, cpu_s: middle - floor, lines_per_struct });
    }
    Ok(costs)
}

/// A debug build of the library in a project that talks HTTP, whose own dependencies are built: each time from
/// a copy of what is built of these.
fn dependency(folder: &Folder, rounds: u32) -> Result<Vec<Cost>, Failure> {
    let mut costs = Vec::new();
    for subject in projects::dependents() {
        let workspace = folder.workspace(subject.name, &[projects::network(), subject])?;
        let cargo = Cargo::new(&workspace);
        cargo.run(&["clean"])?;
        cargo.run(&["build", "-p", &projects::network().package()])?;
        workspace.keep_built()?;
        let mut seconds = Vec::new();
        for _ in 0..rounds {
            workspace.restore_built()?;
            seconds.push(cargo.run(&["build", "-p", &subject.package()])?);
        }
        workspace.drop_built()?;
        let cpu_s = median(&mut seconds);
        costs.push(Cost { case: "dependency", subject: subject.name, cpu_s, lines_per_struct: None });
    }
    Ok(costs)
}

/// The needs, and whether they are met.
fn judge(rows: &[Cost]) -> Vec<String> {
    let of = |case: &str, subject: &str| {
        rows.iter().find(|row| row.case == case && row.subject == subject).map(|row| row.cpu_s)
    };
    let mut notes = Vec::new();
    if let (Some(ours), Some(serde)) = (of("structs", "knack"), of("structs", "serde_derive")) {
        let ratio = ours / serde;
        notes.push(format!("{}: knack / serde_derive = {ratio:.3} <= 0.2", met(ratio <= 0.2)));
    }
    if let (Some(checked), Some(unchecked)) = (of("schema", "checked"), of("schema", "unchecked")) {
        let more = checked - unchecked;
        notes.push(format!("{}: checked - unchecked = {more:.2} s <= 0.4", met(more <= 0.4)));
    }
    for (subject, most) in [("default", 15.0), ("lean", 9.0)] {
        if let Some(cpu_s) = of("dependency", subject) {
            notes.push(format!(
                "{}: the library, {subject} features: {cpu_s:.1} s <= {most}",
                met(cpu_s <= most)
            ));
        }
    }
    notes
}
