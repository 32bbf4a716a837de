// SPDX-License-Identifier: GPL-2.0

//! Numbers.

/// The numbers below 100, two digits each.
static PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + number as u8 / 10, b'0' + number as u8 % 10];
        number += 1;
    }
    pairs
}

/// Appends decimal digits.
#[inline(never)]
pub fn put_decimal(out: &mut Vec<u8>, number: u64) {
    if number < 10 {
        return out.push(b'0' + number as u8);
    }
    put_decimal_digits(out, number, 1);
}

/// Appends decimal digits, with leading zeros up to `width` digits.
#[inline(never)]
pub fn put_padded(out: &mut Vec<u8>, number: u64, width: usize) {
    put_decimal_digits(out, number, width);
}

/// Appends decimal digits, two at a time, at least `width`. 24 digits are the most.
#[inline]
fn put_decimal_digits(out: &mut Vec<u8>, number: u64, width: usize) {
    let mut text = [b'0'; 24];
    let mut first = text.len();
    // 32 bits suffice for most numbers, and are divided faster on small machines.
    let mut high = number;
    while high > u64::from(u32::MAX) {
        first = put_pair(&mut text, first, (high % 100) as usize);
        high /= 100;
    }
    let mut low = high as u32;
    while low >= 10 {
        first = put_pair(&mut text, first, (low % 100) as usize);
        low /= 100;
    }
    if low > 0 {
        first = first.saturating_sub(1);
        if let Some(place) = text.get_mut(first) {
            *place = b'0' + low as u8;
        }
    }
    let first = first.min(text.len().saturating_sub(width));
    out.extend_from_slice(text.get(first..).unwrap_or_default());
}

/// Writes the two digits of `number` before the place `end`. Gives where they begin.
#[inline(always)]
fn put_pair(text: &mut [u8; 24], end: usize, number: usize) -> usize {
    let start = end.saturating_sub(2);
    if let (Some(place), Some(pair)) = (text.get_mut(start..end), PAIRS.get(number)) {
        place.copy_from_slice(pair);
    }
    start
}

/// Appends decimal digits, with a minus sign if the number is negative.
#[inline(never)]
pub fn put_signed(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    put_decimal(out, number.unsigned_abs());
}

/// Appends `0x` and hexadecimal digits; 0 has no `0x`.
#[inline(never)]
pub fn put_hex(out: &mut Vec<u8>, number: u64) {
    if number != 0 {
        out.extend_from_slice(b"0x");
    }
    put_digits(out, number, 16, 1);
}

/// Appends `0x` and hexadecimal digits, together at least `width` characters; 0 has no `0x`.
#[inline(never)]
pub fn put_padded_hex(out: &mut Vec<u8>, number: u64, width: usize) {
    if number == 0 {
        put_digits(out, 0, 16, width);
    } else {
        out.extend_from_slice(b"0x");
        put_digits(out, number, 16, width.saturating_sub(2));
    }
}

/// Appends the permissions of a file: `0` and octal digits, together at least three.
#[inline(never)]
pub fn put_mode(out: &mut Vec<u8>, number: u64) {
    if number >= 0o100 {
        out.push(b'0');
    }
    put_digits(out, number, 8, 3);
}

/// Appends an address: `NULL`, or a hexadecimal number.
#[inline(never)]
pub fn put_address(out: &mut Vec<u8>, number: u64) {
    if number == 0 {
        out.extend_from_slice(b"NULL");
    } else {
        put_hex(out, number);
    }
}

/// Appends the digits of `number`, at least `width`. 24 digits are the most.
#[inline(always)]
fn put_digits(out: &mut Vec<u8>, mut number: u64, base: u64, width: usize) {
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
        fn numbers_equal_those_of_the_standard_library(number in any::<u64>(), shift in 0u32..64) {
            let number = number >> shift;
            prop_assert_eq!(text(|out| put_decimal(out, number)), number.to_string());
            prop_assert_eq!(text(|out| put_signed(out, number as i64)), (number as i64).to_string());
            prop_assert_eq!(text(|out| put_padded(out, number, 9)), format!("{number:09}"));
            let hexadecimal = if number == 0 { "0".to_owned() } else { format!("{number:#x}") };
            prop_assert_eq!(text(|out| put_hex(out, number)), hexadecimal);
        }
    }

    #[test]
    fn modes_and_addresses_have_their_own_forms() {
        let modes = [0, 7, 0o22, 0o644, 0o1777].map(|number| text(|out| put_mode(out, number)));
        assert_eq!(modes, ["000", "007", "022", "0644", "01777"]);
        assert_eq!(text(|out| put_mode(out, u64::MAX)), format!("0{:o}", u64::MAX));
        assert_eq!([0, 16].map(|number| text(|out| put_address(out, number))), ["NULL", "0x10"]);
        assert_eq!([0, 16].map(|number| text(|out| put_padded_hex(out, number, 8))), ["00000000", "0x000010"]);
    }
}
