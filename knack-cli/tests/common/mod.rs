//! What the tests of the program share.

// Each test uses some of it. A panic is how a test fails, in its helpers as well.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use knack_emulator::{Builder, Emulator, Server};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A local Knack that answers as long as this lives.
pub struct Local {
    pub knack: Emulator,
    pub server: Server,
    _runtime: Runtime,
}

impl Local {
    pub fn serve(builder: Builder) -> Self {
        let knack = builder.build().unwrap();
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(knack.serve()).unwrap();
        Self { knack, server, _runtime: runtime }
    }

    /// `cargo-knack quota …` for it, with its key in the environment.
    pub fn quota(&self, more: &[&str]) -> Command {
        let mut command = program(&["quota", "--app", self.knack.application_id()]);
        command.arg("--base-url").arg(format!("{}/v1", self.server.url())).args(more);
        command.env("KNACK_API_KEY", self.knack.api_key());
        command
    }
}

pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-knack"));
    for name in ["KNACK_APP_ID", "KNACK_API_KEY", "KNACK_BASE_URL", "KNACK_SCHEMA_DIR"] {
        command.env_remove(name);
    }
    command.env("TZ", "Europe/Oslo").args(arguments).stdin(Stdio::null());
    command
}

pub fn output(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let [out, err] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(!out.contains('\x1b') && !err.contains('\x1b'), "colours where there is no terminal");
    (status.code().unwrap(), out, err)
}

pub fn json_of(command: &mut Command) -> Value {
    let (code, out, err) = output(command);
    assert_eq!((code, err.as_str()), (0, ""));
    serde_json::from_str(&out).unwrap()
}

/// The folder of an own small application, and of nothing else.
pub fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/shop.json")
}

/// The folder of recorded Knack answers, where it is at hand: `KNACK_FIXTURES`, else `../shared/fixtures`
/// seen from the root of the repository. In CI it must be.
pub fn fixtures() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures"));
    let folder = std::env::var_os("KNACK_FIXTURES").map_or_else(beside, PathBuf::from);
    if folder.join("knackpy").is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "in CI, KNACK_FIXTURES must name the recorded answers");
    println!("skipped: no recorded Knack answers at hand (KNACK_FIXTURES names their folder)");
    None
}

/// An empty package of its own for a test.
pub struct Package(pub PathBuf);

impl Package {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        let package = Self(path);
        package.write("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n[workspace]\n");
        package.write("src/lib.rs", "");
        package
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }

    /// A dump in the package, made of the shop's by changing it.
    pub fn dump(&self, change: impl FnOnce(&mut Value)) -> PathBuf {
        let mut dump: Value = serde_json::from_str(&fs::read_to_string(shop()).unwrap()).unwrap();
        change(&mut dump["application"]);
        self.write("dump.json", &dump.to_string());
        self.0.join("dump.json")
    }

    /// The program in it, not yet run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command.current_dir(&self.0);
        command
    }

    /// The program, run in it.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        output(&mut self.command(arguments))
    }

    /// What it prints, if it says that all went well.
    pub fn out(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.run(arguments);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        out
    }
}

/// A running `cargo knack emulate`.
pub struct Emulating {
    child: Child,
    /// Its base URL.
    pub url: String,
    /// What it said at its start.
    pub told: String,
}

impl Emulating {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = String::new();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap());
        while !told.contains("Ctrl-C stops it.\n") {
            if lines.read_line(&mut told).unwrap() == 0 {
                let mut why = String::new();
                child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
                panic!("it ended: {told}{why}");
            }
        }
        let url = told.split(" at ").nth(1).and_then(|rest| rest.split(": ").next()).unwrap().to_owned();
        Self { child, url, told }
    }

    /// Runs the line of its greeting that begins so.
    pub fn shell(&self, begins: &str) -> String {
        let line =
            self.told.lines().map(str::trim).find(|line| line.starts_with(&format!("{begins} "))).unwrap();
        let Output { stdout, .. } = Command::new("sh").arg("-c").arg(format!("{line} -s")).output().unwrap();
        String::from_utf8(stdout).unwrap()
    }

    /// A GET with the key: the whole answer.
    pub fn get(&self, path: &str) -> String {
        let variable = |name: &str| self.told.split(name).nth(1).unwrap().split_whitespace().next().unwrap();
        let app = format!("X-Knack-Application-Id: {}", variable("KNACK_APP_ID="));
        let key = format!("X-Knack-REST-API-Key: {}", variable("KNACK_API_KEY="));
        curl(&["-i", "-H", &app, "-H", &key, &format!("{}{path}", self.url)])
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ctrl-C: it must end well. Answers what it wrote to the standard error.
    pub fn stop(self) -> String {
        let (code, err) = self.interrupt();
        assert_eq!(code, 0, "{err}");
        err
    }

    /// Ctrl-C. Answers how it ended, and what it wrote to the standard error.
    pub fn interrupt(mut self) -> (i32, String) {
        signal(self.process(), "INT");
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code().unwrap(), err)
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Emulating {
    fn drop(&mut self) {
        // A test that failed leaves none behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).status().unwrap();
    assert!(sent.success());
}

pub fn curl(arguments: &[&str]) -> String {
    let Output { stdout, .. } = Command::new("curl").arg("-s").args(arguments).output().unwrap();
    String::from_utf8(stdout).unwrap()
}
