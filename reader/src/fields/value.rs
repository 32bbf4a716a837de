// SPDX-License-Identifier: GPL-2.0

//! Values of fields, and the result of a call as a value.

use crate::model::CallEvent;
use crate::text::number;
use std::net::IpAddr;

/// The value of a field for one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number that may be negative.
    Int(i64),
    /// A number that may be large, such as a register with an argument.
    Uint(u64),
    /// True or false.
    Bool(bool),
    /// Text or bytes, as recorded: not escaped.
    Text(&'a [u8]),
    /// An IP address.
    Address(IpAddr),
}

/// Gives the result: errors are negative, addresses of 32 bits are not.
pub(super) fn result(call: &CallEvent<'_>) -> Option<i64> {
    let is_address = call.abi.is_32bit() && call.errno().is_none();
    call.result.map(|result| if is_address { i64::from(result as u32) } else { result })
}

/// Appends the result; addresses and bits, as `is_hex` says, are hexadecimal.
pub(super) fn put_result(out: &mut Vec<u8>, is_hex: bool, result: i64) {
    if is_hex {
        number::put_hex(out, result as u64);
    } else {
        number::put_signed(out, result);
    }
}
