//! What the issue needs of the default strategy, held against what was measured.

use std::fmt;

use super::Figures;
use crate::report::met;

/// The default, whose figures have needs.
const OURS: &str = "adaptive";

/// For each server: the least goodput and the most refused, in the shape `base`.
const NEEDS: &[(&str, f64, f64)] =
    &[("A", 99.8, 0.03), ("A2", 99.0, 0.1), ("B", 96.0, 0.17), ("C", 86.5, 0.12), ("D", 99.7, 0.03)];

/// The shapes in which every server has needs.
const SHAPES: [&str; 3] = ["base", "skew", "cold"];

/// How much worse the shape `cold` may be.
const COLD: (f64, f64) = (1.0, 0.1);

/// The servers of windows that a client can know by their resets: what persons wait, and what others lose, has needs
/// on these alone.
const BY_WINDOW: [&str; 2] = ["A", "B"];

/// The most of our calls that may be refused where others call twice a second, in A and B.
const FOREIGN: f64 = 3.0;

/// What persons may wait at the median and at the 99th centile, in A and B.
const WAITS: (f64, f64) = (0.05, 0.6);

/// A need, and whether it is met.
#[derive(Debug)]
pub(super) struct Judged {
    is_met: bool,
    what: String,
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {OURS} {}", met(self.is_met), self.what)
    }
}

/// Each need that was measured.
pub(super) fn judge(rows: &[Figures]) -> Vec<Judged> {
    rows.iter().filter(|row| row.strategy == OURS).flat_map(of_row).collect()
}

/// What keeps these rows from meeting all needs: those that are not met, and the rows that are missing.
pub(super) fn lacking(rows: &[Figures]) -> Vec<String> {
    let is_there = |(server, shape): &(&str, &str)| {
        rows.iter().any(|row| row.strategy == OURS && row.server == *server && row.shape == *shape)
    };
    let missing = needed().filter(|row| !is_there(row));
    let missing = missing.map(|(server, shape)| format!("missing: {OURS} {server} {shape}"));
    let unmet = judge(rows).into_iter().filter(|need| !need.is_met);
    unmet.map(|need| need.to_string()).chain(missing).collect()
}

/// The servers and shapes of all rows that have needs.
fn needed() -> impl Iterator<Item = (&'static str, &'static str)> {
    let everywhere =
        SHAPES.into_iter().flat_map(|shape| NEEDS.iter().map(move |(server, ..)| (*server, shape)));
    everywhere.chain(BY_WINDOW.map(|server| (server, "foreign")))
}

fn of_row(row: &Figures) -> Vec<Judged> {
    let mut needs = Vec::new();
    let mut need = |is_met, what: String| {
        needs.push(Judged { is_met, what: format!("{} {}: {what}", row.server, row.shape) });
    };
    let by_window = BY_WINDOW.contains(&row.server);
    if let Some((goodput, refused)) = bounds(row) {
        let is_met = row.goodput >= goodput && row.refused <= refused;
        let (got, lost) = (row.goodput, row.refused);
        need(is_met, format!("{got:.2} % >= {goodput:.1} with {lost:.3} % <= {refused:.2} refused"));
    } else if row.shape == "foreign" && by_window {
        need(row.refused <= FOREIGN, format!("{:.2} % <= {FOREIGN} refused beside others", row.refused));
    }
    if let (Some(p50), Some(p99)) = (row.wait_p50, row.wait_p99)
        && by_window
        && bounds(row).is_some()
    {
        let is_met = p50 <= WAITS.0 && p99 <= WAITS.1;
        need(is_met, format!("persons wait {p50:.3} <= {} and {p99:.3} <= {} s", WAITS.0, WAITS.1));
    }
    needs
}

/// The least goodput and the most refused; `None` for shapes that nothing is said of.
fn bounds(row: &Figures) -> Option<(f64, f64)> {
    let (_, goodput, refused) = NEEDS.iter().find(|(server, ..)| *server == row.server)?;
    match row.shape {
        "cold" => Some((goodput - COLD.0, refused + COLD.1)),
        shape if SHAPES.contains(&shape) => Some((*goodput, *refused)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(strategy: &'static str, shape: &'static str, goodput: f64, wait: f64) -> Figures {
        let waits = Some(wait);
        Figures { strategy, wait_p50: waits, wait_p99: waits, ..Figures::bound("B", shape, goodput) }
    }

    #[test]
    fn needs_are_held_against_the_default_alone() {
        let row = measured(OURS, "base", 96.1, 0.04);
        let needs = judge(&[row, measured("tower", "base", 10.0, 9.0)]);
        assert!(needs.iter().all(|need| need.to_string().starts_with("met: adaptive B base")), "{needs:?}");
        assert_eq!(needs.len(), 2);
        let needs = judge(&[measured(OURS, "base", 95.9, 0.06)]);
        assert!(needs.iter().all(|need| need.to_string().starts_with("NOT met")), "{needs:?}");
    }

    #[test]
    fn cold_may_be_a_little_worse_and_other_shapes_have_no_needs() {
        assert!(judge(&[measured(OURS, "cold", 95.0, 0.0)])[0].is_met);
        assert!(judge(&[measured(OURS, "hijit", 50.0, 9.0)]).is_empty());
        assert_eq!(judge(&[measured(OURS, "foreign", 50.0, 9.0)]).len(), 1);
    }
    /// The rows that meet all needs.
    fn fine() -> Vec<Figures> {
        let row = |(server, shape)| Figures { server, ..measured(OURS, shape, 100.0, 0.01) };
        let rows = needed().map(row);
        rows.map(|row| Figures { refused: 0.0, ..row }).collect()
    }

    #[test]
    fn each_row_is_needed_and_each_need_in_it() {
        assert_eq!(fine().len(), 17);
        assert_eq!(lacking(&fine()), Vec::<String>::new());
        for place in 0..fine().len() {
            let mut rows = fine();
            let Figures { server, shape, .. } = rows.remove(place);
            assert_eq!(lacking(&rows), [format!("missing: adaptive {server} {shape}")]);
            let mut rows = fine();
            rows[place].refused = 50.0;
            let lacking = lacking(&rows);
            assert!(lacking.len() == 1 && lacking[0].starts_with("NOT met"), "{lacking:?}");
        }
    }

    #[test]
    fn rows_of_others_stand_in_for_none() {
        let mut rows = fine();
        rows[0].strategy = "slots";
        assert_eq!(lacking(&rows), ["missing: adaptive A base"]);
    }
}
