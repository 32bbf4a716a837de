// SPDX-License-Identifier: GPL-2.0

//! Memory between quotes.

use crate::plain::plain_length;

/// Appends `bytes` between quotes. A printable byte stands as it is, others as `\n` and the like or as an octal
/// number. The number is as short as the next byte allows.
pub fn put_quoted(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        if matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\' {
            // Most bytes stand as they are. They are copied together.
            let (text, others) = rest.split_at(plain_length(rest, b'"', b'\\'));
            out.extend_from_slice(text);
            rest = others;
        } else {
            put_escape(out, byte, matches!(after.first(), Some(b'0'..=b'7')));
            rest = after;
        }
    }
    out.push(b'"');
}

/// Appends a byte that is not plain. `has_digit` says that an octal digit follows.
fn put_escape(out: &mut Vec<u8>, byte: u8, has_digit: bool) {
    let escaped = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x0b => b'v',
        0x0c => b'f',
        _ => return put_octal(out, byte, has_digit),
    };
    out.extend_from_slice(&[b'\\', escaped]);
}

/// Appends `bytes` between quotes, each as `\xNN`.
pub fn put_quoted_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for byte in bytes {
        let digits = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
        out.extend_from_slice(&[b'\\', b'x', digits[0], digits[1]]);
    }
    out.push(b'"');
}

/// Appends `\` and the octal digits of `byte`: all three if `has_three_digits`, otherwise as few as possible.
fn put_octal(out: &mut Vec<u8>, byte: u8, has_three_digits: bool) {
    let [high, middle, low] = [byte >> 6, (byte >> 3) & 7, byte & 7].map(|digit| b'0' + digit);
    match byte {
        0..=7 if !has_three_digits => out.extend_from_slice(&[b'\\', low]),
        8..=0o77 if !has_three_digits => out.extend_from_slice(&[b'\\', middle, low]),
        _ => out.extend_from_slice(&[b'\\', high, middle, low]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        put_quoted(&mut out, bytes);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn bytes_are_escaped_as_strace_does() {
        assert_eq!(quoted(b""), r#""""#);
        assert_eq!(quoted(b"a \"b\" \\ ~\n\r\t\x0b\x0c"), r#""a \"b\" \\ ~\n\r\t\v\f""#);
        assert_eq!(quoted(b"\x7fELF\x02\x01\0\0"), r#""\177ELF\2\1\0\0""#);
        // A digit that follows a shorter number would become part of it.
        assert_eq!(quoted(b"\x01\x017\x018\x1f\x1f0\0"), r#""\1\0017\18\37\0370\0""#);
        assert_eq!(quoted("ä".as_bytes()), r#""\303\244""#);
    }

    #[test]
    fn hexadecimal_quotes_escape_every_byte() {
        let mut out = Vec::new();
        put_quoted_hex(&mut out, b"\x00a\xff");
        assert_eq!(out, br#""\x00\x61\xff""#);
    }
}
