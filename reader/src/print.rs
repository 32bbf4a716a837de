// SPDX-License-Identifier: GPL-2.0

//! From events to lines of text.

use crate::decode::{Call, Event, What};
use heapless::FnvIndexMap;
use std::fmt::{self, Write as _};
use std::io::{self, Write};
use syscall_record_format::format::{Comm, Machine, Task, MAX_ARGS};

/// Longer than any line: the texts in it take less than 80 bytes, ids and numbers 10 each, results 18, a
/// name [`NAME_BYTES`], and arguments 19 each, comma included.
type Line = Text<{ 80 + 2 * 10 + 2 * 18 + NAME_BYTES + MAX_ARGS * 19 }>;

/// 16 bytes of a name take four characters each at the most.
const NAME_BYTES: usize = 64;

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
///
/// Where only returns are recorded, their lines tell the call; where arguments are recorded, the line
/// that tells the call has them at its end, 0 to [`MAX_ARGS`]:
///
/// ```text
/// syscall 0x3f, with pid=0x66, name=cat, args=0x3,0x7fd9e8c000,0x20000
/// syscall 0xac, with pid=0x66, name=cat, args=
/// exit syscall, regs[0]=0x48, with pid=0x66, ret=0x48, name=cat, syscall=0x3f
/// exit syscall, regs[0]=0x48, with pid=0x66, ret=0x48, name=cat, syscall=0x3f, args=0x3,0x7fd9e8c000,0x20000
/// ```
///
/// All numbers but those of drops are hexadecimal; they are as wide as the registers of the program that
/// makes the call. A name may contain a comma: what follows it is told from it at the end of the line.
pub struct Printer<W> {
    out: W,
    widths: Box<FnvIndexMap<u32, bool, MAX_THREADS>>,
    /// The name in the line before, and how it is written.
    name: Option<(Comm, Text<NAME_BYTES>)>,
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
    pub fn print(&mut self, machine: Machine, event: &Event<'_>) -> io::Result<()> {
        let mut line = Line::new();
        match &event.what {
            What::Enter { task, call } => {
                self.note_width(task, call);
                line.put(b"syscall ");
                put_hex(&mut line, u64::from(call.number));
                line.put(b", with pid=");
                put_hex(&mut line, u64::from(task.tid));
                self.put_name(&mut line, task.comm);
                put_args(&mut line, call);
            }
            What::Exit { task, call, result } => {
                let is_32bit = call.map_or_else(|| self.width(task), |call| call.is_32bit);
                let result = *result as u64 & (u64::MAX >> (64 - machine.program_bits(is_32bit)));
                line.put(b"exit syscall, regs[0]=");
                put_hex(&mut line, result);
                line.put(b", with pid=");
                put_hex(&mut line, u64::from(task.tid));
                line.put(b", ret=");
                put_hex(&mut line, result);
                self.put_name(&mut line, task.comm);
                if let Some(call) = call {
                    line.put(b", syscall=");
                    put_hex(&mut line, u64::from(call.number));
                    put_args(&mut line, call);
                }
            }
            What::Dropped { events } => {
                // The longest is far shorter than a line.
                let _ = write!(line, "dropped {events} events on cpu {}", event.cpu);
            }
        }
        line.put(b"\n");
        self.out.write_all(line.bytes())
    }

    /// Hands what was written to the operating system.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Remembers the width of the call that a task is in, where that is not its program's.
    fn note_width(&mut self, task: &Task, call: &Call<'_>) {
        if call.is_32bit != task.is_32bit {
            let _ = self.widths.insert(task.tid, call.is_32bit);
        } else if !self.widths.is_empty() {
            self.widths.remove(&task.tid);
        }
    }

    /// Whether the call that a task is in has 32 bits on a 64-bit kernel.
    fn width(&self, task: &Task) -> bool {
        if self.widths.is_empty() {
            return task.is_32bit;
        }
        self.widths.get(&task.tid).copied().unwrap_or(task.is_32bit)
    }

    fn put_name(&mut self, line: &mut Line, comm: Comm) {
        line.put(b", name=");
        match &self.name {
            Some((last, name)) if *last == comm => line.put(name.bytes()),
            _ => {
                let (_, name) = self.name.insert((comm, escape(comm)));
                line.put(name.bytes());
            }
        }
    }
}

fn put_args(line: &mut Line, call: &Call<'_>) {
    let Some(args) = call.args else { return };
    line.put(b", args=");
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            line.put(b",");
        }
        put_hex(line, arg);
    }
}

/// `comm` up to its NUL, with `\xNN` for the bytes of characters that control or mislead, and for what is
/// no UTF-8, and `\\` for a backslash, so that a name stays on its line and can be told from all others.
fn escape(comm: Comm) -> Text<NAME_BYTES> {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&comm[0].to_le_bytes());
    bytes[8..].copy_from_slice(&comm[1].to_le_bytes());
    let name = bytes.split(|&byte| byte == 0).next().unwrap_or_default();

    let mut escaped = Text::new();
    // As good as all names; a tenth of the work.
    if name.iter().all(|&byte| matches!(byte, b' '..=b'~') && byte != b'\\') {
        escaped.put(name);
        return escaped;
    }
    let hex = |escaped: &mut Text<NAME_BYTES>, bytes: &[u8]| {
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
                '\\' => escaped.put(b"\\\\"),
                _ if character.is_control() || misleads(character) => hex(&mut escaped, utf8),
                _ => escaped.put(utf8),
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

/// Text of `N` bytes at the most. (That of `heapless` appends byte by byte.)
struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Text<N> {
    fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Appends `bytes`, for which callers see to it that there is room.
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }
}

impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes());
        Ok(())
    }
}

/// Appends `0x` and the hexadecimal digits of `number`, without leading zeroes.
fn put_hex(line: &mut Line, number: u64) {
    let mut text = [0; 18];
    let mut rest = number;
    let mut start = text.len();
    loop {
        start -= 1;
        text[start] = b"0123456789abcdef"[(rest & 0xf) as usize];
        rest >>= 4;
        if rest == 0 {
            break;
        }
    }
    start -= 2;
    text[start..start + 2].copy_from_slice(b"0x");
    line.put(&text[start..]);
}
