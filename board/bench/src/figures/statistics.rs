// SPDX-License-Identifier: GPL-2.0

//! Medians and ranges of what was measured several times.

/// The median of some numbers, the least and the most.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MedianAndRange {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl MedianAndRange {
    /// All are 0 if there is no number.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else { return Self::default() };
        // In a list of odd length, both are the element in the middle.
        let middle = [sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]];
        Self { median: (middle[0] + middle[1]) / 2.0, least, most }
    }
}

/// The median of some numbers; 0 if there is none.
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    MedianAndRange::of(numbers).median
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_number_has_one_in_the_middle() {
        assert_eq!(MedianAndRange::of([9.0, 1.0, 5.0]), MedianAndRange { median: 5.0, least: 1.0, most: 9.0 });
    }

    #[test]
    fn even_number_has_mean_of_the_two_in_the_middle() {
        assert_eq!(MedianAndRange::of([4.0, 1.0, 100.0, 2.0]), MedianAndRange { median: 3.0, least: 1.0, most: 100.0 });
    }

    #[test]
    fn no_number_gives_zero() {
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn one_outlier_does_not_move_the_median_far() {
        assert_eq!(median([290.0, 291.0, 9000.0]), 291.0);
    }
}
