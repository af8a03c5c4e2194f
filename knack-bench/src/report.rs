//! What every measurement gives: rows, as a table for people and as JSON for programs.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::Failure;

/// One line of figures.
pub(crate) trait Row: Serialize {
    /// The columns of the table.
    const COLUMNS: &'static [&'static str];

    /// The line's cells, as many as there are columns.
    fn cells(&self) -> Vec<String>;
}

/// The outcome of one measurement.
#[derive(Debug)]
pub(crate) struct Report<R> {
    /// What was measured, and on what.
    pub(crate) title: String,
    /// The figures.
    pub(crate) rows: Vec<R>,
    /// What follows from them, one sentence each.
    pub(crate) notes: Vec<String>,
}

impl<R: Row> Report<R> {
    /// Prints the table, and writes the rows to `json` as one array.
    pub(crate) fn publish(&self, json: Option<&Path>) -> Result<(), Failure> {
        // A closed pipe is no reason to panic, as `print!` would.
        std::io::stdout().write_all(self.text().as_bytes())?;
        let Some(path) = json else { return Ok(()) };
        let mut text = serde_json::to_string_pretty(&self.rows)?;
        text.push('\n');
        std::fs::write(path, text)
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        Ok(())
    }

    fn text(&self) -> String {
        let header = R::COLUMNS.iter().map(ToString::to_string).collect();
        let lines: Vec<Vec<String>> =
            std::iter::once(header).chain(self.rows.iter().map(Row::cells)).collect();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..R::COLUMNS.len()).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = format!("{}\n\n", self.title);
        for line in &lines {
            for (cell, width) in line.iter().zip(&widths) {
                // Figures are right-aligned, so that their points stand under each other.
                let _ = match cell.parse::<f64>() {
                    Ok(_) => write!(text, "  {cell:>width$}"),
                    Err(_) => write!(text, "  {cell:<width$}"),
                };
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text.push('\n');
        for note in &self.notes {
            let _ = writeln!(text, "{note}");
        }
        text
    }
}

/// How a note says whether a need is met.
pub(crate) const fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "NOT met" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Line(&'static str, f64);

    impl Row for Line {
        const COLUMNS: &'static [&'static str] = &["subject", "MB/s"];

        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), format!("{:.1}", self.1)]
        }
    }

    #[test]
    fn columns_line_up() {
        let rows = vec![Line("a", 1234.5), Line("longer than that", 2.0)];
        let report = Report { title: "speed".to_owned(), rows, notes: vec!["so it is".to_owned()] };
        let text = report.text();
        assert!(text.contains("  a                 1234.5\n  longer than that     2.0\n"), "{text}");
        assert!(text.ends_with("so it is\n"));
    }
}
