// SPDX-License-Identifier: GPL-2.0

//! Memory between quotes.

/// Appends `bytes` between quotes. A printable byte stands as it is, others as `\n` and the like or as an octal
/// number. The number is as short as the next byte allows.
pub(crate) fn put_quoted(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for (at, &byte) in bytes.iter().enumerate() {
        let escaped = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x0b => b'v',
            0x0c => b'f',
            b' '..=b'~' => {
                out.push(byte);
                continue;
            }
            _ => {
                put_octal(out, byte, matches!(bytes.get(at + 1), Some(b'0'..=b'7')));
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', escaped]);
    }
    out.push(b'"');
}

/// Appends `bytes` between quotes, each as `\xNN`.
pub(crate) fn put_quoted_hex(out: &mut Vec<u8>, bytes: &[u8]) {
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
    let digits = [byte >> 6, (byte >> 3) & 7, byte & 7].map(|digit| b'0' + digit);
    let skipped = match byte {
        _ if has_three_digits => 0,
        0..=7 => 2,
        8..=0o77 => 1,
        _ => 0,
    };
    out.push(b'\\');
    out.extend_from_slice(digits.get(skipped..).unwrap_or_default());
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
