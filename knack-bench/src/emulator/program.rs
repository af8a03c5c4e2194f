//! The local Knack as its users start it: `cargo-knack knack emulate`, as built beside this program.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::memory_of;
use crate::Failure;

/// It ends when this is dropped.
pub(super) struct Program {
    child: Child,
    address: SocketAddr,
    /// What it says; it would end if nobody could hear it.
    _told: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it on a free port with these options, and returns once it listens.
    pub(super) fn start(options: &[&str]) -> Result<Self, Failure> {
        let path = path()?;
        if !path.exists() {
            let build = "build it as this was: cargo build --release -p knack-cli";
            return Err(format!("{} is not there; {build}", path.display()).into());
        }
        // Elsewhere than here, where a folder `.knack` may be.
        let mut child = Command::new(path)
            .args(["knack", "emulate", "--port", "0"])
            .args(options)
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut told = BufReader::new(child.stdout.take().ok_or("the program cannot be heard")?);
        let mut first = String::new();
        told.read_line(&mut first)?;
        let address = first.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let Some(Ok(address)) = address.map(str::parse) else {
            let _ = child.kill();
            return Err(format!("the program did not say where it listens: {first}").into());
        };
        Ok(Self { child, address, _told: told })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Megabytes of memory that it holds.
    pub(super) fn memory(&self) -> f64 {
        memory_of(&self.child.id().to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn path() -> Result<PathBuf, Failure> {
    let name = format!("cargo-knack{}", std::env::consts::EXE_SUFFIX);
    Ok(std::env::current_exe()?.with_file_name(name))
}
