//! What the issue needs of the default strategy, held against what was measured.

use super::Figures;

/// The default, whose figures have needs.
const OURS: &str = "adaptive";

/// For each server: the least goodput and the most refused, in the shape `base`.
const NEEDS: &[(&str, f64, f64)] =
    &[("A", 99.8, 0.03), ("A2", 99.0, 0.1), ("B", 96.0, 0.17), ("C", 86.5, 0.12), ("D", 99.7, 0.03)];

/// How much worse the shape `cold` may be.
const COLD: (f64, f64) = (1.0, 0.1);

/// The most of our calls that may be refused where others call twice a second, in A and B.
const FOREIGN: f64 = 3.0;

/// What persons may wait at the median and at the 99th centile, in A and B.
const WAITS: (f64, f64) = (0.05, 0.6);

/// A sentence for each need that was measured.
pub(super) fn judge(rows: &[Figures]) -> Vec<String> {
    rows.iter().filter(|row| row.strategy == OURS).flat_map(of_row).collect()
}

fn of_row(row: &Figures) -> Vec<String> {
    let mut notes = Vec::new();
    let mut need = |met: bool, what: String| {
        let met = if met { "met" } else { "NOT met" };
        notes.push(format!("{met}: {OURS} {} {}: {what}", row.server, row.shape));
    };
    let by_window = matches!(row.server, "A" | "B");
    if let Some((goodput, refused)) = bounds(row) {
        let met = row.goodput >= goodput && row.refused <= refused;
        let (got, lost) = (row.goodput, row.refused);
        need(met, format!("{got:.2} % >= {goodput:.1} with {lost:.3} % <= {refused:.2} refused"));
    } else if row.shape == "foreign" && by_window {
        need(row.refused <= FOREIGN, format!("{:.2} % <= {FOREIGN} refused beside others", row.refused));
    }
    if let (Some(p50), Some(p99)) = (row.wait_p50, row.wait_p99)
        && by_window
        && bounds(row).is_some()
    {
        let met = p50 <= WAITS.0 && p99 <= WAITS.1;
        need(met, format!("persons wait {p50:.3} <= {} and {p99:.3} <= {} s", WAITS.0, WAITS.1));
    }
    notes
}

/// The least goodput and the most refused; `None` for shapes that nothing is said of.
fn bounds(row: &Figures) -> Option<(f64, f64)> {
    let (_, goodput, refused) = NEEDS.iter().find(|(server, ..)| *server == row.server)?;
    match row.shape {
        "base" | "skew" => Some((*goodput, *refused)),
        "cold" => Some((goodput - COLD.0, refused + COLD.1)),
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
        let notes = judge(&[row, measured("tower", "base", 10.0, 9.0)]);
        assert!(notes.iter().all(|note| note.starts_with("met: adaptive B base")), "{notes:?}");
        assert_eq!(notes.len(), 2);
        assert!(judge(&[measured(OURS, "base", 95.9, 0.06)]).iter().all(|note| note.starts_with("NOT met")));
    }

    #[test]
    fn cold_may_be_a_little_worse_and_other_shapes_have_no_needs() {
        assert!(judge(&[measured(OURS, "cold", 95.0, 0.0)])[0].starts_with("met"));
        assert_eq!(judge(&[measured(OURS, "hijit", 50.0, 9.0)]), Vec::<String>::new());
        assert_eq!(judge(&[measured(OURS, "foreign", 50.0, 9.0)]).len(), 1);
    }
}
