//! How often a permit allocates. A counting allocator slows down whatever allocates, which is the others,
//! here and in `decode`: so it is in tests, and in the program by a feature alone.

/// Counts for a permit of ours, in its steady state.
pub(super) fn note() -> String {
    #[cfg(any(test, feature = "count-allocations"))]
    {
        let count = a_permit();
        let met = crate::report::met(count == 0.0);
        format!(
            "{met}: {count:.3} allocations a permit of adaptive, none allowed; times are those of a counting allocator"
        )
    }
    #[cfg(not(any(test, feature = "count-allocations")))]
    "allocations are counted by a test, and here with `--features count-allocations`".to_owned()
}

#[cfg(any(test, feature = "count-allocations"))]
fn a_permit() -> f64 {
    const LIVES: u32 = 10_000;
    let life = super::Life::default();
    let many = || (0..LIVES).for_each(|_| _ = life.once());
    many();
    let counted = u32::try_from(allocation_counter::measure(many).count_total).unwrap_or(u32::MAX);
    f64::from(counted) / f64::from(LIVES)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_permit_allocates_nothing() {
        let count = super::a_permit();
        assert!(count == 0.0, "{count} allocations a permit");
    }
}
