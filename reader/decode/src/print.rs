// SPDX-License-Identifier: GPL-2.0

//! From events to lines of text.

use crate::decode::{Call, Event, What};
use crate::escape::escape;
use crate::text::{hex, Text, HEX_BYTES};
use heapless::FnvIndexMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use syscall_record_format::filter::comm_to_bytes;
use syscall_record_format::format::{Comm, Machine, Task, MAX_ARGS};

/// Longer than any line: the texts in it take less than 100 bytes, then there are a call's number, the
/// result twice, the thread and the arguments with their commas.
type Line = Text<{ 100 + 3 * HEX_BYTES + PID_BYTES + NAME_BYTES + MAX_ARGS * (1 + HEX_BYTES) }>;

/// `, with pid=` and a number of 32 bits.
const PID_BYTES: usize = 24;
/// `, name=` and a name, of whose 16 bytes each takes four characters at the most.
const NAME_BYTES: usize = 72;

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
    lines: Lines,
}

/// Makes lines.
// Not generic: compiled here, for speed.
struct Lines {
    /// The line that is being made.
    line: Line,
    widths: Box<FnvIndexMap<u32, bool, MAX_THREADS>>,
    /// Threads of the last lines, each at the place that its id has.
    threads: Box<[Thread; RECENT_THREADS]>,
}

/// Threads of the last lines that are kept: CPUs take turns in the order of time.
const RECENT_THREADS: usize = 32;

/// What lines have of a thread.
#[derive(Clone, Copy)]
struct Thread {
    tid: u32,
    comm: Comm,
    pid: Text<PID_BYTES>,
    name: Text<NAME_BYTES>,
}

impl Thread {
    fn new(tid: u32, comm: Comm) -> Self {
        let mut pid = Text::new();
        pid.put(b", with pid=");
        pid.put(hex(u64::from(tid)).bytes());
        Self { tid, comm, pid, name: named(comm) }
    }
}

impl<W: Write> Printer<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, lines: Lines::new() }
    }

    /// Writes an event's line.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn print(&mut self, machine: Machine, event: &Event<'_>) -> io::Result<()> {
        self.out.write_all(self.lines.make(machine, event))
    }

    /// Takes notice of an event that is not written.
    pub fn skip(&mut self, event: &Event<'_>) {
        if let What::Enter { task, call } = &event.what {
            self.lines.note_width(task, call);
        }
    }

    /// Where the lines go.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Hands what was written to the operating system.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Lines {
    fn new() -> Self {
        let threads = Box::new([Thread::new(0, [0; 2]); RECENT_THREADS]);
        Self { line: Line::new(), widths: Box::new(FnvIndexMap::new()), threads }
    }

    /// An event's line; of memory there is none.
    fn make(&mut self, machine: Machine, event: &Event<'_>) -> &[u8] {
        self.line.clear();
        match &event.what {
            What::Enter { task, call } => {
                self.note_width(task, call);
                let (line, thread) = self.line_of(task);
                line.put(b"syscall ");
                line.put_text(&hex(u64::from(call.number)));
                line.put_text(&thread.pid);
                line.put_text(&thread.name);
                put_args(line, call);
            }
            What::Exit { task, call, result } => {
                let is_32bit = call.map_or_else(|| self.width(task), |call| call.is_32bit);
                let result = hex(*result as u64 & (u64::MAX >> (64 - machine.program_bits(is_32bit))));
                let (line, thread) = self.line_of(task);
                line.put(b"exit syscall, regs[0]=");
                line.put_text(&result);
                line.put_text(&thread.pid);
                line.put(b", ret=");
                line.put_text(&result);
                line.put_text(&thread.name);
                if let Some(call) = call {
                    line.put(b", syscall=");
                    line.put_text(&hex(u64::from(call.number)));
                    put_args(line, call);
                }
            }
            // Only styles that show arguments by name have a use for it.
            What::Memory { .. } => return &[],
            What::Dropped { events } => {
                // The longest is far shorter than a line.
                let _ = write!(self.line, "dropped {events} events on cpu {}", event.cpu);
            }
        }
        self.line.put(b"\n");
        self.line.bytes()
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

    /// The line, and what it is to have of the task.
    #[inline]
    fn line_of(&mut self, task: &Task) -> (&mut Line, &Thread) {
        let thread = &mut self.threads[task.tid as usize % RECENT_THREADS];
        if (thread.tid, thread.comm) != (task.tid, task.comm) {
            *thread = Thread::new(task.tid, task.comm);
        }
        (&mut self.line, thread)
    }
}

#[inline]
fn put_args(line: &mut Line, call: &Call<'_>) {
    let Some(args) = call.args else { return };
    line.put(b", args=");
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            line.put(b",");
        }
        line.put_text(&hex(arg));
    }
}

/// `, name=` and `comm` up to its NUL, escaped: four characters for each of its bytes fit.
fn named(comm: Comm) -> Text<NAME_BYTES> {
    let bytes = comm_to_bytes(comm);
    let name = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let mut escaped = Text::new();
    escaped.put(b", name=");
    escape(name, |bytes| escaped.put(bytes));
    escaped
}
