// SPDX-License-Identifier: GPL-2.0

//! Finds the names of ioctl commands.

use super::ioctls::BOARD;
#[cfg(feature = "full")]
use super::ioctls::RARE;
use crate::text::compressed_text::compressed_text;
use crate::text::table::TextTable;
use crate::text::Append;

static BOARD_TABLE: TextTable<{ BOARD.len() }> = TextTable::new(BOARD, compressed_text!("board_ioctls"));
#[cfg(feature = "full")]
static RARE_TABLE: TextTable<{ RARE.len() }> = TextTable::new(RARE, compressed_text!("rare_ioctls"));

/// Finds the names of a command, joined by `+`. Structures have other sizes in 32-bit programs, and so have their
/// commands.
#[inline(never)]
pub(crate) fn find_ioctl(command: u32, is_32bit: bool) -> Option<&'static str> {
    let [high, low] = [(command >> 12) & 0xf, (command >> 8) & 0xf].map(|digit| char::from_digit(digit, 16));
    let mut key = [0; 2];
    for (byte, digit) in key.iter_mut().zip([high?, low?]) {
        *byte = digit as u8;
    }
    let key = std::str::from_utf8(&key).ok()?;
    let names = BOARD_TABLE.find(key).and_then(|row| find_in_row(row, command, is_32bit));
    #[cfg(feature = "full")]
    let names = names.or_else(|| RARE_TABLE.find(key).and_then(|row| find_in_row(row, command, is_32bit)));
    names
}

/// Appends the names of a command as strace does; gives `false` for one that has none.
pub(crate) fn put_ioctl(out: &mut Vec<u8>, command: u32, is_32bit: bool) -> bool {
    let Some(names) = find_ioctl(command, is_32bit) else { return false };
    for (at, name) in names.split('+').enumerate() {
        if at > 0 {
            out.put(b" or ");
        }
        out.put(name.as_bytes());
    }
    true
}

fn find_in_row(row: &'static str, command: u32, is_32bit: bool) -> Option<&'static str> {
    let mut number = u32::MAX;
    for entry in row.split(' ') {
        let (names, code) = entry.split_once('=').unwrap_or((entry, ""));
        let direction_at = code.find(['n', 'w', 'r', 'x']).unwrap_or(code.len());
        let (digits, shape) = code.split_at(direction_at);
        number = if digits.is_empty() { number.wrapping_add(1) } else { u32::from_str_radix(digits, 16).ok()? };
        if number != command & 0xff {
            continue;
        }
        // In 32-bit programs these are other names of commands that have one.
        let is_second_name = is_32bit && names.starts_with("FS_IOC32_");
        if !is_second_name && (number_of_shape(shape, is_32bit)? ^ command) & !0xffff == 0 {
            return Some(names);
        }
    }
    None
}

/// The direction and the size in their places in a command.
fn number_of_shape(shape: &str, is_32bit: bool) -> Option<u32> {
    let Some((direction, sizes)) = shape.split_at_checked(1) else { return Some(0) };
    let direction = "nwrx".find(direction)? as u32;
    let (wide, narrow) = sizes.split_once('/').unwrap_or((sizes, sizes));
    let size = u32::from_str_radix(if is_32bit { narrow } else { wide }, 16).ok()?;
    Some((direction << 30) | (size << 16))
}

#[cfg(test)]
mod tests {
    use super::super::ioctls::RARE;
    use super::*;

    #[test]
    fn commands_have_the_names_of_the_kernels_headers() {
        let name = |command| find_ioctl(command, false);
        assert_eq!(name(0x5413), Some("TIOCGWINSZ"));
        assert_eq!(name(0x4004_5706), None);
        assert_eq!(name(0xc004_5706), Some("WDIOC_SETTIMEOUT"));
        assert_eq!(name(0x8008_6601), Some("FS_IOC_GETFLAGS"));
        assert_eq!(name(0x4020_940d), Some("FICLONERANGE"));
        assert_eq!(name(0x4001_6b01), Some("SPI_IOC_WR_MODE"));
        assert_eq!(find_ioctl(0x8004_6601, true), Some("FS_IOC_GETFLAGS"));
        // The size of a structure differs.
        assert_eq!(find_ioctl(0x4030_5609, false), None);
        assert_eq!([find_ioctl(0x4008_5205, true), find_ioctl(0x5413, true)], [None, Some("TIOCGWINSZ")]);
        assert_eq!([name(0xdead_beef), name(0)], [None; 2]);
    }

    #[test]
    fn every_command_parses() {
        for (letter, row) in BOARD.iter().chain(RARE) {
            assert_eq!(letter.len(), 2);
            for entry in row.split(' ') {
                let (_, code) = entry.split_once('=').unwrap_or((entry, ""));
                let at = code.find(['n', 'w', 'r', 'x']).unwrap_or(code.len());
                let (digits, shape) = code.split_at(at);
                assert!(digits.is_empty() || u32::from_str_radix(digits, 16).is_ok(), "{entry}");
                assert!(number_of_shape(shape, false).is_some() && number_of_shape(shape, true).is_some(), "{entry}");
            }
        }
    }
}
