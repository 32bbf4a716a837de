// SPDX-License-Identifier: GPL-2.0

//! The local time of day.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;
const DAY: i64 = 24 * 60 * 60;
/// The offset from UTC changes only at multiples of so many seconds.
const STEP: i64 = 15 * 60;

/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Days since 1970.
    day: i64,
    /// Seconds of the day.
    second: u32,
}

impl Moment {
    /// The local date and time of day, at so many nanoseconds after 1970.
    pub fn local(time: u64) -> Self {
        let seconds = (time / SECOND) as i64;
        Self::new(seconds + offset(seconds))
    }

    /// The date and time of day in UTC, at so many nanoseconds after 1970.
    pub fn utc(time: u64) -> Self {
        Self::new((time / SECOND) as i64)
    }

    fn new(seconds: i64) -> Self {
        Self { day: seconds.div_euclid(DAY), second: seconds.rem_euclid(DAY) as u32 }
    }

    /// Year, month and day of the month.
    pub fn date(self) -> (i64, u32, u32) {
        // The calendar repeats every 400 years. Here, years begin in March, so that the leap day is the last of a year.
        let days = self.day + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, turn) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        (era * 400 + year + turn, month as u32, day as u32)
    }

    /// Hour, minute and second.
    pub fn time(self) -> (u32, u32, u32) {
        (self.second / 3600, self.second / 60 % 60, self.second % 60)
    }
}

/// Prints `HH:MM:SS`; in the alternate form (`{:#}`) `YYYY-MM-DD HH:MM:SS`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            let (year, month, day) = self.date();
            write!(f, "{year:04}-{month:02}-{day:02} ")?;
        }
        let (hour, minute, second) = self.time();
        write!(f, "{hour:02}:{minute:02}:{second:02}")
    }
}

/// How many seconds local time is ahead of UTC, at a time in seconds since 1970. The last answer is remembered.
fn offset(seconds: i64) -> i64 {
    // The last answer: its step in the upper bits, its offset in the lower bits. The offset is less than 2 days.
    static LAST: AtomicI64 = AtomicI64::new(i64::MIN);
    const BITS: u32 = 19;
    let step = seconds.div_euclid(STEP);
    let last = LAST.load(Ordering::Relaxed);
    if last >> BITS == step {
        return (last & ((1 << BITS) - 1)) - DAY * 2;
    }
    let offset = ask_offset(seconds).clamp(-DAY * 2, DAY * 2);
    LAST.store((step << BITS) | (offset + DAY * 2), Ordering::Relaxed);
    offset
}

/// Asks the C library for the offset. The library reads `TZ` and `/etc/localtime`. 0 (UTC) for times that it cannot
/// tell.
#[allow(unsafe_code)]
#[allow(deprecated)] // The note says that musl's `time_t` will get wider. That does not matter here.
fn ask_offset(seconds: i64) -> i64 {
    // On some machines `time_t` has 32 bits. From 2038 on, they get the offset of another year.
    #[allow(clippy::unnecessary_cast)]
    let time = seconds as libc::time_t;
    // SAFETY: `struct tm` consists of integers and a pointer. All-zero bytes are valid for them.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: Both pointers are to initialised objects of the right types, which live until the function returns. It
    // writes only to `parts`. It may set `tm_zone` to memory of its own, which is not read here. This program does not
    // change the environment, which the function reads.
    let result = unsafe { libc::localtime_r(&time, &mut parts) };
    if result.is_null() {
        return 0;
    }
    // The offset is a `long`, which has 32 bits on some machines.
    #[allow(clippy::useless_conversion)]
    let offset = i64::from(parts.tm_gmtoff);
    offset
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_around_leap_days_are_right() {
        let text = |seconds: u64| format!("{:#}", Moment::utc(seconds * SECOND + 999_999_999));
        assert_eq!(text(0), "1970-01-01 00:00:00");
        assert_eq!(text(951_782_399), "2000-02-28 23:59:59");
        assert_eq!(text(951_782_400), "2000-02-29 00:00:00");
        assert_eq!(text(951_868_800), "2000-03-01 00:00:00");
        assert_eq!(text(1_735_689_599), "2024-12-31 23:59:59");
        assert_eq!(text(4_107_542_400), "2100-03-01 00:00:00");
        assert_eq!(Moment::utc(3_723 * SECOND).to_string(), "01:02:03");
    }

    proptest! {
        #[test]
        fn next_day_follows_by_lengths_of_months(day in 0u64..200_000) {
            let date = |day: u64| Moment::utc(day * DAY as u64 * SECOND).date();
            let (year, month, of_month) = date(day);
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let days = match month { 2 => 28 + u32::from(is_leap), 4 | 6 | 9 | 11 => 30, _ => 31 };
            let next = match (month, of_month) {
                (12, 31) => (year + 1, 1, 1),
                _ if of_month == days => (year, month + 1, 1),
                _ => (year, month, of_month + 1),
            };
            prop_assert_eq!(date(day + 1), next);
        }

        #[test]
        fn remembered_offsets_agree_with_the_library(seconds in 0i64..4_000_000_000, later in 0i64..2000) {
            prop_assert_eq!(offset(seconds), ask_offset(seconds));
            prop_assert_eq!(offset(seconds + later), ask_offset(seconds + later));
        }
    }
}
