// SPDX-License-Identifier: GPL-2.0

//! Sets of capabilities.

use super::bytes::integer;
use super::context::Context;
use super::flags::put_or;
use crate::constants::ConstantSet;
use crate::text::{number, Append};

/// Appends three sets of capabilities.
pub(super) fn put_capabilities(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    const VERSION_1: u64 = 0x1998_0330;
    let set = ConstantSet::new("cap")?;
    // The first version has no capabilities above 31: what would be their half is the program's own.
    let header = context.call.inputs.iter().find(|memory| memory.register == 0);
    let is_first_version = header.and_then(|header| integer(&header.bytes, 0, 4)) == Some(VERSION_1);
    for (at, name) in ["{effective=", ", permitted=", ", inheritable="].iter().enumerate() {
        out.put(name.as_bytes());
        let high = if is_first_version { 0 } else { integer(bytes, 12 + at * 4, 4)? };
        let all = integer(bytes, at * 4, 4)? | (high << 32);
        let start = out.len();
        let mut rest = all;
        for constant in set.constants() {
            if (all >> constant.value) & 1 != 0 {
                put_or(out, start);
                out.put(b"1<<");
                constant.put(out);
                rest &= !(1 << constant.value);
            }
        }
        if rest != 0 || all == 0 {
            put_or(out, start);
            number::put_hex(out, rest);
        }
    }
    out.put_byte(b'}');
    Some(())
}
