// SPDX-License-Identifier: GPL-2.0

//! Times since 1970 as dates, in UTC: a recording does not tell the time zone in which it was made.

use crate::text::{number, Append};

/// Appends ` /* DATE */` for a time with `part` of a second in `width` digits. Appends nothing for 0, which means no
/// time, or if the date cannot be told.
pub(super) fn put_date_comment(out: &mut Vec<u8>, seconds: i64, part: u64, width: usize) {
    let start = out.len();
    out.put(b" /* ");
    if put_date(out, seconds, part, width) {
        out.put(b" */");
    } else {
        out.truncate(start);
    }
}

/// Appends a date such as `2026-11-21T17:06:08.348000000+0000`, the fraction only if it is not 0. Appends nothing and
/// gives `false` for the time 0, a year without four digits, or a fraction that does not fit into `width` digits.
pub(super) fn put_date(out: &mut Vec<u8>, seconds: i64, part: u64, width: usize) -> bool {
    // The years 1 to 9999.
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;
    let is_fraction = width == 0 && part == 0 || part.checked_ilog10().is_none_or(|log| (log as usize) < width);
    if (seconds == 0 && part == 0) || !(FIRST..=LAST).contains(&seconds) || !is_fraction {
        return false;
    }
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400) as u64);
    let (year, month, day) = date_of_day(days);
    number::put_padded(out, year, 4);
    for (separator, number) in
        [(b'-', month), (b'-', day), (b'T', second / 3600), (b':', second / 60 % 60), (b':', second % 60)]
    {
        out.put_byte(separator);
        number::put_padded(out, number, 2);
    }
    if part > 0 {
        out.put_byte(b'.');
        number::put_padded(out, part, width);
    }
    out.put(b"+0000");
    true
}

/// Computes year, month and day of the date that is `days` after 1970-01-01, from the year 1 on.
fn date_of_day(days: i64) -> (u64, u64, u64) {
    // Count from the first of March of the year 0: then a leap day is the last day of its year.
    let days = (days + 719_468).max(0) as u64;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let is_next_year = month >= 10;
    (era * 400 + year + u64::from(is_next_year), if is_next_year { month - 9 } else { month + 3 }, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seconds: i64, part: u64, width: usize) -> String {
        let mut out = Vec::new();
        put_date_comment(&mut out, seconds, part, width);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times_give_their_utc_dates() {
        assert_eq!(text(1_795_280_768, 348_000_000, 9), " /* 2026-11-21T17:06:08.348000000+0000 */");
        assert_eq!(text(951_782_400, 0, 9), " /* 2000-02-29T00:00:00+0000 */");
        assert_eq!(text(951_868_799, 1, 6), " /* 2000-02-29T23:59:59.000001+0000 */");
        assert_eq!(text(4_107_542_400, 0, 0), " /* 2100-03-01T00:00:00+0000 */");
        assert_eq!(text(-1, 0, 0), " /* 1969-12-31T23:59:59+0000 */");
        assert_eq!(text(253_402_300_799, 0, 0), " /* 9999-12-31T23:59:59+0000 */");
        assert_eq!(text(-62_135_596_800, 0, 0), " /* 0001-01-01T00:00:00+0000 */");
    }

    #[test]
    fn time_without_a_date_gives_nothing() {
        assert_eq!([text(0, 0, 9), text(i64::MAX, 0, 9), text(i64::MIN, 0, 9), text(1, 1_000_000_000, 9)], [""; 4]);
    }
}
