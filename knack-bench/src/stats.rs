//! Order statistics of samples.

/// The value below which `share` (0 to 1) of the samples lie, by nearest rank; 0 without samples.
pub(crate) fn quantile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rank = (last as f64 * share).round() as usize;
    samples.get(rank).copied().unwrap_or_default()
}

/// The middle sample.
pub(crate) fn median(samples: &mut [f64]) -> f64 {
    quantile(samples, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks() {
        let mut samples = [5.0, 1.0, 3.0, 2.0, 4.0];
        assert!((median(&mut samples) - 3.0).abs() < f64::EPSILON);
        assert!((quantile(&mut samples, 0.99) - 5.0).abs() < f64::EPSILON);
        assert!(median(&mut []).abs() < f64::EPSILON);
    }
}
