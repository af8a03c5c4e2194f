//! Names of files, which come from elsewhere and go to where they could do harm.

/// The last component of a name as it may stand in a folder: without control characters, and none that means
/// a folder itself. `separators` end what is before them.
pub(super) fn last_component(name: &str, separators: &[char]) -> Option<String> {
    let last = name.rsplit(separators).next().unwrap_or(name);
    let clean: String = last.chars().filter(|c| !c.is_control()).collect();
    let clean = clean.trim();
    (!matches!(clean, "" | "." | "..")).then(|| clean.to_owned())
}

/// What a file is, as far as its name tells. Knack's store gives it back with the file, and browsers show what
/// they know.
pub(super) fn content_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("svg") => "image/svg+xml",
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        let both = |name| last_component(name, &['/', '\\']);
        for (name, safe) in [
            ("terms.pdf", "terms.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("a\0b\r\n.txt", "ab.txt"),
            (" Überblick.pdf ", "Überblick.pdf"),
            (".bashrc", ".bashrc"),
            ("...", "..."),
        ] {
            assert_eq!(both(name).as_deref(), Some(safe));
        }
        for none in ["", " ", ".", "..", "a/", "/", "a/..", "\n", "..\t"] {
            assert_eq!(both(none), None, "{none:?}");
        }
        assert_eq!(last_component("a/b\\c", &['/']).as_deref(), Some("b\\c"));
    }

    #[test]
    fn types_are_told_by_names() {
        assert_eq!(content_type("a.b.PNG"), "image/png");
        assert_eq!(content_type("png"), "application/octet-stream");
    }
}
