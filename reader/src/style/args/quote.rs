// SPDX-License-Identifier: GPL-2.0

//! Memory as quoted text.

/// Appends `bytes` between quotes: what can be printed as it is, the rest as `\n` and the like, or as an octal number
/// that is as short as what follows it allows.
pub fn quote(out: &mut Vec<u8>, bytes: &[u8]) {
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
                octal(out, byte, matches!(bytes.get(at + 1), Some(b'0'..=b'7')));
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', escaped]);
    }
    out.push(b'"');
}

/// Appends `bytes` between quotes, each as `\xNN`.
pub fn quote_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for byte in bytes {
        let digits = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
        out.extend_from_slice(&[b'\\', b'x', digits[0], digits[1]]);
    }
    out.push(b'"');
}

/// `\` and the octal digits of `byte`, all three if a digit follows.
fn octal(out: &mut Vec<u8>, byte: u8, is_whole: bool) {
    let digits = [byte >> 6, (byte >> 3) & 7, byte & 7].map(|digit| b'0' + digit);
    let skipped = match byte {
        _ if is_whole => 0,
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
        quote(&mut out, bytes);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_strace_escapes() {
        assert_eq!(quoted(b""), r#""""#);
        assert_eq!(quoted(b"a \"b\" \\ ~\n\r\t\x0b\x0c"), r#""a \"b\" \\ ~\n\r\t\v\f""#);
        assert_eq!(quoted(b"\x7fELF\x02\x01\0\0"), r#""\177ELF\2\1\0\0""#);
        // A digit that follows would become part of a shorter number.
        assert_eq!(quoted(b"\x01\x017\x018\x1f\x1f0\0"), r#""\1\0017\18\37\0370\0""#);
        assert_eq!(quoted("ä".as_bytes()), r#""\303\244""#);
    }

    #[test]
    fn hexadecimal() {
        let mut out = Vec::new();
        quote_hex(&mut out, b"\x00a\xff");
        assert_eq!(out, br#""\x00\x61\xff""#);
    }
}
