// SPDX-License-Identifier: GPL-2.0

//! Numbers as text.

/// A number with its sign: positive numbers get a plus.
pub fn signed(number: f64, decimals: usize) -> String {
    format!("{number:+.decimals$}")
}

/// By how many percent each piece of work takes longer, if the rate of work drops from `fast` to `slow`.
pub fn cost_percent(fast: f64, slow: f64) -> f64 {
    (fast / slow - 1.0) * 100.0
}

/// `part` in percent of `whole`.
pub fn percent(part: f64, whole: f64) -> f64 {
    100.0 * part / whole
}

/// Bytes or time per call, from two runs, each given as (bytes or time, calls). What both runs have besides the calls,
/// such as a header or the start of a program, does not count.
pub fn per_call(small: (u64, u64), large: (u64, u64)) -> f64 {
    (large.0 as f64 - small.0 as f64) / (large.1 as f64 - small.1 as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_always_there() {
        assert_eq!([291.4, -0.2, 0.0].map(|number| signed(number, 0)), ["+291", "-0", "+0"]);
        assert_eq!(signed(1.234, 2), "+1.23");
    }

    #[test]
    fn cost_is_that_in_time() {
        assert!((cost_percent(5000.0, 4000.0) - 25.0).abs() < 1e-9);
        assert!((cost_percent(4000.0, 5000.0) + 20.0).abs() < 1e-9);
    }

    #[test]
    fn headers_and_starting_are_no_part_of_a_call() {
        assert_eq!(per_call((100 + 8 * 1000, 1000), (100 + 8 * 20_000, 20_000)), 8.0);
        assert_eq!(per_call((7_000_000 + 769 * 100, 100), (7_000_000 + 769 * 500, 500)), 769.0);
    }

    #[test]
    fn percentage_is_of_the_whole() {
        assert!((percent(9_600_000.0, 5e9) - 0.192).abs() < 1e-9);
    }
}
