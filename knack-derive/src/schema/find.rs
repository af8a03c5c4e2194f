//! Where the schema of a derive is.

use std::path::{Path, PathBuf, absolute};

/// What the search for a schema goes by.
#[derive(Default)]
pub(crate) struct Place {
    /// The source file of the derive.
    pub(crate) file: Option<PathBuf>,
    /// What `KNACK_SCHEMA_DIR` says.
    pub(crate) variable: Option<PathBuf>,
    /// The folder of the package.
    pub(crate) manifest: Option<PathBuf>,
}

/// What the search came to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) folder: Option<PathBuf>,
    /// Whether another value of `KNACK_SCHEMA_DIR` could lead elsewhere.
    pub(crate) by_variable: bool,
}

impl Place {
    /// The `.knack/` that is nearest above the source file; else what `KNACK_SCHEMA_DIR` says; else the
    /// nearest above the package.
    ///
    /// The file goes first, since a variable holds for every package of a build: what is committed beside a
    /// struct is what the struct was written for, in a dependency as in a test that is built elsewhere. The
    /// package comes last, for editors that know of no files, and for documentation tests.
    pub(crate) fn find(&self) -> Found {
        if let Some(folder) = self.file.as_deref().and_then(above) {
            return Found { folder: Some(folder), by_variable: false };
        }
        let package = self.manifest.as_deref();
        let said = self.variable.as_ref().map(|said| package.unwrap_or(Path::new("")).join(said));
        Found { folder: said.or_else(|| package.and_then(above)), by_variable: true }
    }
}

/// The nearest `.knack/` from here upwards, as far as the repository goes.
fn above(here: &Path) -> Option<PathBuf> {
    let here = absolute(here).ok()?;
    for folder in here.ancestors() {
        let schema = folder.join(".knack");
        if schema.is_dir() {
            return Some(schema);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Scratch;

    #[test]
    fn the_nearest_above_the_file_then_the_variable_then_the_package() {
        let scratch = Scratch::new("find");
        for folder in [
            "repo/.git",
            "repo/near/.knack",
            "repo/near/src/deep",
            "repo/far/src",
            "repo/.knack",
            "other/.knack",
        ] {
            scratch.folder(folder);
        }
        scratch.file(".knack/app.json", "{}"); // above the repository: not its own
        let find = |file: &str, variable: &str, manifest: &str| {
            let path = |path: &str| (!path.is_empty()).then(|| scratch.path(path));
            let variable = (!variable.is_empty()).then(|| variable.into());
            let found = Place { file: path(file), variable, manifest: path(manifest) }.find();
            let folder = found.folder.map(|folder| scratch.relative(&folder)).unwrap_or_default();
            (folder, found.by_variable)
        };
        for (file, variable, manifest, folder, by_variable) in [
            ("repo/near/src/deep/main.rs", "../other/.knack", "repo/near", "repo/near/.knack", false),
            ("repo/far/src/main.rs", "", "repo/near", "repo/.knack", false),
            ("", "../../other/.knack", "repo/near", "repo/near/../../other/.knack", true),
            ("", "../missing", "repo/near", "repo/near/../missing", true),
            ("", "", "repo/near", "repo/near/.knack", true),
            ("", "", "", "", true),
        ] {
            assert_eq!(
                find(file, variable, manifest),
                (folder.to_owned(), by_variable),
                "{file} {variable} {manifest}"
            );
        }
    }

    #[test]
    fn a_repository_ends_the_search() {
        let scratch = Scratch::new("find_end");
        scratch.folder("outer/.knack");
        scratch.folder("outer/inner/.git");
        let file = Some(scratch.path("outer/inner/src/main.rs"));
        assert_eq!(Place { file, ..Place::default() }.find(), Found { folder: None, by_variable: true });
    }
}
