// SPDX-License-Identifier: GPL-2.0

//! Settings of terminals.

use super::bytes::integer;
use super::context::Context;
use super::flags::{put_constants, put_more_flags, put_or};
use crate::constants::ConstantSet;
use crate::text::{number, Append};

/// Names of the control characters, in their order.
const CHARACTERS: &str =
    "VINTR VQUIT VERASE VKILL VEOF VTIME VMIN VSWTC VSTART VSTOP VSUSP VEOL VREPRINT VDISCARD VWERASE \
    VLNEXT VEOL2";
/// `NCCS` of the kernel's structures.
const CHARACTER_COUNT: usize = 19;

/// Appends the settings of a terminal, `struct termios` or `struct termios2`.
pub(super) fn put_termios(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let [input, output, control, local] = [0, 4, 8, 12].map(|at| integer(bytes, at, 4));
    let (input, output, control, local) = (input?, output?, control?, local?);
    let put_flags = |out: &mut Vec<u8>, set: &str, value: u64| {
        let start = out.len();
        put_more_flags(out, ConstantSet::new(set), value, start);
    };
    out.put(b"{c_iflag=");
    put_flags(out, "term_iflags", input);
    out.put(b", c_oflag=");
    let mut rest = output;
    for (name, mask) in [("NL", 0x100), ("CR", 0x600), ("TAB", 0x1800), ("BS", 0x2000), ("VT", 0x4000), ("FF", 0x8000)]
    {
        let value = (rest & mask) >> u64::trailing_zeros(mask);
        if (name, value) == ("TAB", 3) {
            out.put(b"XTABS");
        } else {
            out.put(name.as_bytes());
            number::put_decimal(out, value);
        }
        out.put_byte(b'|');
        rest &= !mask;
    }
    put_flags(out, "term_oflags", rest);
    out.put(b", c_cflag=");
    const BAUD: u64 = 0x100f;
    const INPUT_BAUD_SHIFT: u32 = 16;
    const SIZE: u64 = 0x30;
    put_constants(out, "baud", control & BAUD);
    let input_baud = (control >> INPUT_BAUD_SHIFT) & BAUD;
    if input_baud != 0 {
        put_or(out, 0);
        put_constants(out, "baud", input_baud);
        out.put(b"<<IBSHIFT");
    }
    out.put(b"|CS");
    number::put_decimal(out, 5 + ((control & SIZE) >> 4));
    out.put_byte(b'|');
    put_flags(out, "term_cflags", control & !(BAUD | SIZE | (BAUD << INPUT_BAUD_SHIFT)));
    out.put(b", c_lflag=");
    put_flags(out, "term_lflags", local);
    if !context.shows_all {
        out.put(b", ...}");
        return Some(());
    }
    out.put(b", c_line=");
    put_constants(out, "ldisc", integer(bytes, 16, 1)?);
    out.put(b", c_cc=[");
    let mut names = CHARACTERS.split(' ');
    for (at, &byte) in bytes.get(17..17 + CHARACTER_COUNT)?.iter().enumerate() {
        out.put(if at == 0 { b"[" } else { b", [" });
        match names.next() {
            Some(name) => out.put(name.as_bytes()),
            None => number::put_decimal(out, at as u64),
        }
        out.put(b"]=");
        number::put_hex(out, u64::from(byte));
    }
    out.put_byte(b']');
    if let (Some(input), Some(output)) = (integer(bytes, 36, 4), integer(bytes, 40, 4)) {
        out.put(b", c_ispeed=");
        number::put_decimal(out, input);
        out.put(b", c_ospeed=");
        number::put_decimal(out, output);
    }
    out.put_byte(b'}');
    Some(())
}
