//! The workspaces that are compiled: their folders, manifests and sources.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use super::generate::{self, Style};
use crate::Failure;

/// A crate to compile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    pub(super) name: &'static str,
    /// How many structs it has; none, and it is what the others are measured over.
    pub(super) structs: u32,
    fields: u32,
    style: Style,
    /// Lines of its manifest.
    dependencies: &'static [&'static str],
}

impl Subject {
    /// Its package; some subjects are named as crates that are depended on.
    pub(super) fn package(&self) -> String {
        format!("bench-{}", self.name)
    }
}

const KNACK: &str = "knack-runtime = { path = \"{root}/knack-runtime\" }\n";
const LEAN_KNACK: &str = "knack-runtime = { path = \"{root}/knack-runtime\", default-features = false }\n";
const SERDE: &str = "serde = { version = \"1\", features = [\"derive\"] }\n";
const NETWORK: &str = "\
reqwest = { version = \"0.13.5\", default-features = false, features = [\"rustls\", \"http2\", \"gzip\", \"system-proxy\"] }
serde_json = { version = \"1\", features = [\"raw_value\"] }
tokio = { version = \"1.54\", features = [\"macros\", \"net\", \"rt-multi-thread\", \"sync\", \"time\"] }
";

const fn empty(dependencies: &'static [&'static str]) -> Subject {
    Subject { name: "empty", structs: 0, fields: 0, style: Style::Nothing, dependencies }
}

/// The same structs, by us and by serde: read and written, and read alone.
pub(super) fn structs(structs: u32, fields: u32) -> [Subject; 4] {
    let subject = |name, style, dependencies| Subject { name, structs, fields, style, dependencies };
    [
        empty(&[KNACK]),
        subject("knack", Style::Keys, &[KNACK]),
        subject("serde_derive", Style::Serde, &[SERDE]),
        subject("serde_deserialize", Style::SerdeReading, &[SERDE]),
    ]
}

/// The same structs, with a committed schema and without.
pub(super) fn schema(structs: u32, fields: u32) -> [Subject; 3] {
    let subject = |name, style| Subject { name, structs, fields, style, dependencies: &[KNACK] };
    [empty(&[KNACK]), subject("checked", Style::Names), subject("unchecked", Style::Keys)]
}

/// A project that talks HTTP already.
pub(super) const fn network() -> Subject {
    Subject { name: "network", ..empty(&[NETWORK]) }
}

/// The same with us.
pub(super) const fn dependents() -> [Subject; 2] {
    [
        Subject { name: "default", ..empty(&[NETWORK, KNACK]) },
        Subject { name: "lean", ..empty(&[NETWORK, LEAN_KNACK]) },
    ]
}

/// Where all workspaces are.
pub(super) struct Folder(PathBuf);

/// A workspace of crates to compile.
pub(super) struct Workspace {
    pub(super) dir: PathBuf,
    /// The names of its crates, with commas between.
    pub(super) crates: String,
}

impl Folder {
    pub(super) fn new(dir: PathBuf) -> Result<Self, Failure> {
        fs::create_dir_all(&dir)?;
        Ok(Self(dir))
    }

    /// Writes a workspace anew, but for what is built in it.
    pub(super) fn workspace(&self, name: &str, subjects: &[Subject]) -> Result<Workspace, Failure> {
        let crates: Vec<String> =
            subjects.iter().map(|subject| subject.package().replace('-', "_")).collect();
        let workspace = Workspace { dir: self.0.join(name), crates: crates.join(",") };
        let members: Vec<String> = subjects.iter().map(|subject| format!("{:?}", subject.name)).collect();
        let root = root()?;
        fs::create_dir_all(&workspace.dir)?;
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
        fs::write(workspace.dir.join("Cargo.toml"), manifest)?;
        fs::copy(root.join("Cargo.lock"), workspace.dir.join("Cargo.lock"))?;
        for subject in subjects {
            workspace.write(subject, &root)?;
        }
        Ok(workspace)
    }
}

impl Workspace {
    fn write(&self, subject: &Subject, root: &Path) -> Result<(), Failure> {
        let dir = self.dir.join(subject.name);
        fs::create_dir_all(dir.join("src"))?;
        let name = subject.package();
        let dependencies = subject.dependencies.concat().replace("{root}", &root.display().to_string());
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}"
        );
        fs::write(dir.join("Cargo.toml"), manifest)?;
        fs::write(dir.join("src/lib.rs"), generate::source(subject.style, subject.structs, subject.fields))?;
        for (path, text) in generate::schema(subject.style, subject.structs, subject.fields) {
            let path = dir.join(".knack").join(path);
            fs::create_dir_all(path.parent().unwrap_or(&dir))?;
            fs::write(path, text)?;
        }
        Ok(())
    }

    /// Sets what is built aside, to begin from it again.
    pub(super) fn keep_built(&self) -> Result<(), Failure> {
        self.drop_built()?;
        Ok(fs::rename(self.target(), self.built())?)
    }

    /// Puts what was set aside back, and nothing else. The times of the files are cargo's proof that they are fresh.
    pub(super) fn restore_built(&self) -> Result<(), Failure> {
        remove(&self.target())?;
        let copied = Command::new("cp").arg("-a").arg(self.built()).arg(self.target()).status()?;
        if !copied.success() {
            return Err(format!("`cp -a` of {} failed: {copied}", self.built().display()).into());
        }
        Ok(())
    }

    /// Removes what was set aside.
    pub(super) fn drop_built(&self) -> Result<(), Failure> {
        remove(&self.built())
    }

    fn target(&self) -> PathBuf {
        self.dir.join("target")
    }

    fn built(&self) -> PathBuf {
        self.dir.join("built")
    }

    /// Makes cargo compile a subject again.
    pub(super) fn touch(&self, subject: &Subject) -> Result<(), Failure> {
        let path = self.dir.join(subject.name).join("src/lib.rs");
        let file = fs::File::options().append(true).open(path)?;
        file.set_modified(std::time::SystemTime::now())?;
        Ok(())
    }
}

/// Removes a folder, if it is there.
fn remove(dir: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The workspace that this program is of.
fn root() -> Result<PathBuf, Failure> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(package.parent().ok_or("the package is in no workspace")?.canonicalize()?)
}
