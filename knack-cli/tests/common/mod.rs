//! What the tests of the program share.

// Each test uses some of it. A panic is how a test fails, in its helpers as well.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

    /// The program, run in it.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        output(program(arguments).current_dir(&self.0))
    }

    /// What it prints, if it says that all went well.
    pub fn out(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.run(arguments);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        out
    }
}
