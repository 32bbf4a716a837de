// SPDX-License-Identifier: GPL-2.0

//! Names of signals.

use super::constant_set::find_constant;
use crate::text::{number, Append};

/// The first real-time signal; they have no names of their own.
const FIRST_REALTIME: u64 = 32;
/// One more than the last signal.
const SIGNALS: u64 = 65;

/// Appends a signal's name without `SIG`. Appends nothing and gives `false` if there is no such signal.
pub(crate) fn put_signal(out: &mut Vec<u8>, number: u64) -> bool {
    match number {
        FIRST_REALTIME => out.put(b"RTMIN"),
        _ if (FIRST_REALTIME..SIGNALS).contains(&number) => {
            out.put(b"RT_");
            number::put_decimal(out, number - FIRST_REALTIME);
        }
        _ => match find_constant("signal", number) {
            Some(constant) => constant.put_without_prefix(out),
            None => return false,
        },
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_1_to_64_have_names_and_no_others() {
        let name = |number| {
            let mut out = Vec::new();
            put_signal(&mut out, number).then(|| String::from_utf8(out).unwrap())
        };
        let names = [1, 9, 17, 31, 32, 33, 64].map(|number| name(number).unwrap());
        assert_eq!(names, ["HUP", "KILL", "CHLD", "SYS", "RTMIN", "RT_1", "RT_32"]);
        assert_eq!([name(0), name(65), name(u64::MAX)], [None, None, None]);
    }
}
