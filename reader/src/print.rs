// SPDX-License-Identifier: GPL-2.0

//! From events to lines of text.

use crate::decode::{Event, What};
use heapless::{FnvIndexMap, Vec};
use std::fmt::Write as _;
use std::io::{self, Write};
use syscall_record_format::format::{Comm, Machine, Task};

/// Longer than any line: 16 bytes of a name take four characters each at the most.
type Line = Vec<u8, 256>;

/// Threads whose current call has not the width of their program. (An x86 program can make a 32-bit
/// call at any time; elsewhere there are none.) Those beyond this number are taken to have it.
const MAX_THREADS: usize = 256;

/// Writes the lines of `/etc/syscall-record/record`:
///
/// ```text
/// syscall 0x101, with pid=0x21e, name=systemd-journal
/// exit syscall, regs[0]=0x48, with pid=0x21e, ret=0x48, name=systemd-journal
/// dropped 12 events on cpu 0
/// ```
pub struct Printer<W> {
    out: W,
    widths: Box<FnvIndexMap<u32, bool, MAX_THREADS>>,
    /// The task of the line before, with its name as it is written.
    name: Option<(Comm, Vec<u8, 64>)>,
}

impl<W: Write> Printer<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, widths: Box::new(FnvIndexMap::new()), name: None }
    }

    /// Writes an event's line.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn print(&mut self, machine: Machine, event: &Event) -> io::Result<()> {
        let mut line = Line::new();
        match &event.what {
            What::Enter { task, is_32bit, number } => {
                if *is_32bit != task.is_32bit {
                    let _ = self.widths.insert(task.tid, *is_32bit);
                } else if !self.widths.is_empty() {
                    self.widths.remove(&task.tid);
                }
                put(&mut line, b"syscall ");
                put_hex(&mut line, u64::from(*number));
                put(&mut line, b", with pid=");
                put_hex(&mut line, u64::from(task.tid));
                self.put_name(&mut line, task);
            }
            What::Exit { task, result } => {
                let is_32bit = self.widths.get(&task.tid).copied().unwrap_or(task.is_32bit);
                let bits = if is_32bit { 32 } else { machine.register_bits() };
                let result = *result as u64 & (u64::MAX >> (64 - bits));
                put(&mut line, b"exit syscall, regs[0]=");
                put_hex(&mut line, result);
                put(&mut line, b", with pid=");
                put_hex(&mut line, u64::from(task.tid));
                put(&mut line, b", ret=");
                put_hex(&mut line, result);
                self.put_name(&mut line, task);
            }
            What::Dropped { events } => {
                // The longest is far shorter than a line.
                let _ = writeln!(line, "dropped {events} events on cpu {}", event.cpu);
            }
        }
        self.out.write_all(&line)
    }

    /// Hands what was written to the operating system.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn put_name(&mut self, line: &mut Line, task: &Task) {
        if self.name.as_ref().is_none_or(|(comm, _)| *comm != task.comm) {
            self.name = Some((task.comm, escape(task.comm)));
        }
        put(line, b", name=");
        if let Some((_, name)) = &self.name {
            put(line, name);
        }
        put(line, b"\n");
    }
}

/// `comm` up to its NUL, with `\xNN` for the bytes of characters that control or mislead, and for what is no UTF-8, and `\\` for a
/// backslash, so that a name stays on its line and can be told from all others.
fn escape(comm: Comm) -> Vec<u8, 64> {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&comm[0].to_le_bytes());
    bytes[8..].copy_from_slice(&comm[1].to_le_bytes());
    let name = bytes.split(|&byte| byte == 0).next().unwrap_or_default();

    let mut escaped = Vec::new();
    let hex = |escaped: &mut Vec<u8, 64>, bytes: &[u8]| {
        for byte in bytes {
            // Four characters for each of 16 bytes fit.
            let _ = write!(escaped, "\\x{byte:02x}");
        }
    };
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            let mut utf8 = [0; 4];
            let utf8 = character.encode_utf8(&mut utf8).as_bytes();
            match character {
                '\\' => put(&mut escaped, b"\\\\"),
                _ if character.is_control() || misleads(character) => hex(&mut escaped, utf8),
                _ => put(&mut escaped, utf8),
            }
        }
        hex(&mut escaped, chunk.invalid());
    }
    escaped
}

/// Whether a character is no control character but has a line end, or read from right to left.
fn misleads(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Appends `bytes`; callers see to it that there is room.
fn put<const N: usize>(line: &mut Vec<u8, N>, bytes: &[u8]) {
    let _ = line.extend_from_slice(bytes);
}

/// Appends `0x` and the hexadecimal digits of `number`, without leading zeroes.
fn put_hex(line: &mut Line, number: u64) {
    put(line, b"0x");
    let digits = (64 - (number | 1).leading_zeros()).div_ceil(4);
    for place in (0..digits).rev() {
        put(line, &[b"0123456789abcdef"[((number >> (4 * place)) & 0xf) as usize]]);
    }
}
