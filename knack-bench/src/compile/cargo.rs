//! Runs cargo, and tells how much processor time it took, with the compilers that it ran.

use std::fs;
use std::process::{Command, Stdio};

use super::projects::Workspace;
use crate::Failure;

pub(super) struct Cargo<'a>(&'a Workspace);

impl<'a> Cargo<'a> {
    pub(super) const fn new(workspace: &'a Workspace) -> Self {
        Self(workspace)
    }

    /// Runs it to its end; what it took in seconds.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<f64, Failure> {
        let before = of_children()?;
        let done = self.command(arguments).stdout(Stdio::null()).output()?;
        if !done.status.success() {
            return Err(failed(arguments, &done.stderr));
        }
        Ok(of_children()? - before)
    }

    /// How many lines a crate has once its macros are expanded.
    pub(super) fn expanded_lines(&self, package: &str) -> Result<u32, Failure> {
        let arguments = ["rustc", "-p", package, "--profile", "check", "--", "-Zunpretty=expanded"];
        let done = self.command(&arguments).output()?;
        if !done.status.success() {
            return Err(failed(&arguments, &done.stderr));
        }
        Ok(u32::try_from(String::from_utf8_lossy(&done.stdout).lines().count())?)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.arg("--quiet").args(arguments).current_dir(&self.0.dir);
        // Its own folder, whatever the caller's is: nothing else may wait for its lock.
        command.env("CARGO_TARGET_DIR", self.0.dir.join("target"));
        // With an unchanged rest, only what is touched would be compiled anew.
        command.env("CARGO_INCREMENTAL", "0");
        // What expands is not stable. By name, and always, since a change of it builds everything anew.
        command.env("RUSTC_BOOTSTRAP", &self.0.crates);
        let other = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "KNACK_SCHEMA_DIR"];
        let profiles = std::env::vars_os().map(|(name, _)| name);
        let profiles = profiles.filter(|name| name.to_string_lossy().starts_with("CARGO_PROFILE_"));
        for name in profiles.chain(other.map(Into::into)) {
            command.env_remove(name);
        }
        command
    }
}

fn failed(arguments: &[&str], told: &[u8]) -> Failure {
    format!("`cargo {}` failed:\n{}", arguments.join(" "), String::from_utf8_lossy(told)).into()
}

/// The processor time of all children that have ended, and theirs, in seconds.
fn of_children() -> Result<f64, Failure> {
    /// Linux counts in hundredths of a second for programs, whatever it does itself.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")
        .map_err(|error| format!("processor time is read from /proc/self/stat: {error}"))?;
    // The program's name, in parentheses, may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut times = fields.split_whitespace().skip(13).map(str::parse::<f64>);
    match (times.next(), times.next()) {
        (Some(Ok(user)), Some(Ok(system))) => Ok((user + system) / TICKS_A_SECOND),
        _ => Err("/proc/self/stat has no times of children".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_children_take_is_counted() {
        let before = of_children().unwrap();
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        assert!(Command::new("sh").args(["-c", busy]).status().unwrap().success());
        assert!(of_children().unwrap() > before);
    }
}
