//! Tables for people: columns as wide as what is in them.

use std::io::{self, Write};

use crate::text::{label, plain};

/// Writes rows under their headings. Nothing is cut: what is long may be piped elsewhere.
pub(crate) fn write<const N: usize>(
    headings: [&str; N],
    rows: &[[String; N]],
    out: &mut dyn Write,
) -> io::Result<()> {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(headings.get(column).map(|heading| heading.len())).max().unwrap_or(0)
    });
    line(&headings.map(str::to_owned), &widths, true, out)?;
    rows.iter().try_for_each(|row| line(row, &widths, false, out))
}

fn line(cells: &[String], widths: &[usize], heading: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut space = 0;
    for (cell, width) in cells.iter().zip(widths) {
        if !cell.is_empty() {
            // Space goes before a cell that is filled: no line ends in it.
            write!(out, "{:space$}", "")?;
            space = 0;
            if heading {
                write!(out, "{}", label(cell))?;
            } else {
                write!(out, "{}", plain(cell))?;
            }
        }
        space += (width + 2).saturating_sub(cell.chars().count());
    }
    writeln!(out)
}
