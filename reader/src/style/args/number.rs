// SPDX-License-Identifier: GPL-2.0

//! Numbers as text, appended to a line.

/// Decimal digits.
#[inline(never)]
pub fn decimal(out: &mut Vec<u8>, number: u64) {
    digits(out, number, 10, 1);
}

/// Decimal digits, at least `width`, with zeroes before them.
#[inline(never)]
pub fn padded(out: &mut Vec<u8>, number: u64, width: usize) {
    digits(out, number, 10, width);
}

/// Decimal digits, with a sign if it is negative.
#[inline(never)]
pub fn signed(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    decimal(out, number.unsigned_abs());
}

/// `0x` and hexadecimal digits; 0 alone has no `0x`.
#[inline(never)]
pub fn hex(out: &mut Vec<u8>, number: u64) {
    if number != 0 {
        out.extend_from_slice(b"0x");
    }
    digits(out, number, 16, 1);
}

/// `0x` and hexadecimal digits, together at least `width` characters; 0 has no `0x`.
#[inline(never)]
pub fn padded_hex(out: &mut Vec<u8>, number: u64, width: usize) {
    if number == 0 {
        digits(out, 0, 16, width);
    } else {
        out.extend_from_slice(b"0x");
        digits(out, number, 16, width.saturating_sub(2));
    }
}

/// `0` and octal digits, together at least three.
#[inline(never)]
pub fn mode(out: &mut Vec<u8>, number: u64) {
    if number >= 0o100 {
        out.push(b'0');
    }
    digits(out, number, 8, 3);
}

/// An address: `NULL`, or as [`hex`] has it.
#[inline(never)]
pub fn address(out: &mut Vec<u8>, number: u64) {
    if number == 0 {
        out.extend_from_slice(b"NULL");
    } else {
        hex(out, number);
    }
}

/// The digits of `number`, at least `width`, of which there are never more than 24.
#[inline(never)]
fn digits(out: &mut Vec<u8>, mut number: u64, base: u64, width: usize) {
    let mut text = [b'0'; 24];
    let mut first = text.len();
    while number > 0 {
        let Some(place) = first.checked_sub(1) else { break };
        let digit = (number % base) as u8;
        text[place] = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
        number /= base;
        first = place;
    }
    let first = first.min(text.len().saturating_sub(width));
    out.extend_from_slice(text.get(first..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(put: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        put(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn as_the_library_writes_them(number in any::<u64>(), shift in 0u32..64) {
            let number = number >> shift;
            prop_assert_eq!(text(|out| decimal(out, number)), number.to_string());
            prop_assert_eq!(text(|out| signed(out, number as i64)), (number as i64).to_string());
            prop_assert_eq!(text(|out| padded(out, number, 9)), format!("{number:09}"));
            let hexadecimal = if number == 0 { "0".to_owned() } else { format!("{number:#x}") };
            prop_assert_eq!(text(|out| hex(out, number)), hexadecimal);
        }
    }

    #[test]
    fn modes_and_addresses() {
        let modes = [0, 7, 0o22, 0o644, 0o1777].map(|number| text(|out| mode(out, number)));
        assert_eq!(modes, ["000", "007", "022", "0644", "01777"]);
        assert_eq!(text(|out| mode(out, u64::MAX)), format!("0{:o}", u64::MAX));
        assert_eq!([0, 16].map(|number| text(|out| address(out, number))), ["NULL", "0x10"]);
        assert_eq!([0, 16].map(|number| text(|out| padded_hex(out, number, 8))), ["00000000", "0x000010"]);
    }
}
