// SPDX-License-Identifier: GPL-2.0

//! Prints events as plain lines, the lines of `/etc/syscall-record/record`.

use crate::decode::{DecodedCall, DecodedEvent, DecodedKind, DecodedReturn};
use crate::escape::escape;
use crate::fixed_text::{hex, FixedText, HEX_BYTES};
use heapless::FnvIndexMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use syscall_record_format::filter::comm_to_bytes;
use syscall_record_format::format::{Comm, Machine, Task, MAX_ARGS};

/// Has room for any line: less than 100 bytes of fixed texts, the call's number, the result twice, the thread, and the
/// arguments with their commas.
type Line = FixedText<{ 100 + 3 * HEX_BYTES + PID_BYTES + NAME_BYTES + MAX_ARGS * (1 + HEX_BYTES) }>;

/// Room for `, with pid=` and a number of 32 bits.
const PID_BYTES: usize = 24;
/// Room for `, name=` and a name of 16 bytes, each of which takes up to four characters.
const NAME_BYTES: usize = 72;

/// How many threads are remembered whose current call differs in width from their program. (An x86 program can make a
/// 32-bit call at any time; other programs cannot.) Of more threads, the program's width is taken.
const MAX_THREADS: usize = 256;

/// Writes the lines of `/etc/syscall-record/record`:
///
/// ```text
/// syscall 0x101, with pid=0x21e, name=systemd-journal
/// exit syscall, regs[0]=0x48, with pid=0x21e, ret=0x48, name=systemd-journal
/// dropped 12 events on cpu 0
/// ```
///
/// Where only returns are recorded, and where a call's entry may not have been traced because seccomp or a ptracer
/// refused the call, the line of a return has the call's number. Where arguments are recorded, 0 to
/// [`MAX_ARGS`] of them stand at the end of the line that has the call's number:
///
/// ```text
/// syscall 0x3f, with pid=0x66, name=cat, args=0x3,0x7fd9e8c000,0x20000
/// syscall 0xac, with pid=0x66, name=cat, args=
/// exit syscall, regs[0]=0x48, with pid=0x66, ret=0x48, name=cat, syscall=0x3f
/// exit syscall, regs[0]=0x48, with pid=0x66, ret=0x48, name=cat, syscall=0x3f, args=0x3,0x7fd9e8c000,0x20000
/// ```
///
/// The number of drops is decimal. All other numbers are hexadecimal, and as wide as the registers of the program that
/// makes the call. A name may contain a comma: parse a line from its end, where what follows the name is unambiguous.
pub struct RecordPrinter<W> {
    out: W,
    lines: LineMaker,
}

/// Makes lines.
// Not generic, so that it is compiled in this package, for speed.
struct LineMaker {
    /// The line that is being made.
    line: Line,
    /// By thread id, whether the thread's current call is of 32 bits, where its program is of the other width.
    widths: Box<FnvIndexMap<u32, bool, MAX_THREADS>>,
    /// The threads of the last lines, each at its id modulo [`RECENT_THREADS`].
    threads: Box<[ThreadTexts; RECENT_THREADS]>,
}

/// How many threads of the last lines are kept. Events of several CPUs alternate in the order of time.
const RECENT_THREADS: usize = 32;

/// The texts that a thread's lines have.
#[derive(Clone, Copy)]
struct ThreadTexts {
    tid: u32,
    comm: Comm,
    pid: FixedText<PID_BYTES>,
    name: FixedText<NAME_BYTES>,
}

impl ThreadTexts {
    fn new(tid: u32, comm: Comm) -> Self {
        let mut pid = FixedText::new();
        pid.put(b", with pid=");
        pid.put(hex(u64::from(tid)).bytes());
        Self { tid, comm, pid, name: name_text(comm) }
    }
}

impl<W: Write> RecordPrinter<W> {
    /// A printer that writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, lines: LineMaker::new() }
    }

    /// Writes an event's line.
    ///
    /// # Errors
    ///
    /// Errors of the output.
    pub fn print(&mut self, machine: Machine, event: &DecodedEvent<'_>) -> io::Result<()> {
        self.out.write_all(self.lines.make(machine, event))
    }

    /// Notes an event that is not printed: the width of a call is known from its entry.
    pub fn skip(&mut self, event: &DecodedEvent<'_>) {
        if let DecodedKind::Enter { task, call } = &event.kind {
            self.lines.note_width(task, call);
        }
    }

    /// The output that lines are written to.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Flushes the output.
    ///
    /// # Errors
    ///
    /// Errors of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl LineMaker {
    fn new() -> Self {
        let threads = Box::new([ThreadTexts::new(0, [0; 2]); RECENT_THREADS]);
        Self { line: Line::new(), widths: Box::new(FnvIndexMap::new()), threads }
    }

    /// Makes an event's line; an empty one for memory.
    fn make(&mut self, machine: Machine, event: &DecodedEvent<'_>) -> &[u8] {
        self.line.clear();
        match &event.kind {
            DecodedKind::Enter { task, call } => {
                self.note_width(task, call);
                let (line, thread) = self.line_of(task);
                line.put(b"syscall ");
                line.put_hex(u64::from(call.number));
                line.put_text(&thread.pid);
                line.put_text(&thread.name);
                put_args(line, call);
            }
            DecodedKind::Exit { task, call, result } => {
                let is_32bit = match call {
                    DecodedReturn::Numbered { call, .. } | DecodedReturn::ReturnOnly(call) => call.is_32bit,
                    DecodedReturn::EnteredAt(_) | DecodedReturn::Unnamed => self.is_32bit(task),
                };
                let result = hex(*result as u64 & (u64::MAX >> (64 - machine.program_bits(is_32bit))));
                let (line, thread) = self.line_of(task);
                line.put(b"exit syscall, regs[0]=");
                line.put_text(&result);
                line.put_text(&thread.pid);
                line.put(b", ret=");
                line.put_text(&result);
                line.put_text(&thread.name);
                if let Some(call) = call.whole() {
                    line.put(b", syscall=");
                    line.put_hex(u64::from(call.number));
                    put_args(line, call);
                }
            }
            // Plain lines do not show memory.
            DecodedKind::Memory { .. } => return &[],
            DecodedKind::Dropped { events } => {
                // This does not fail: the text is far shorter than a line.
                let _ = write!(self.line, "dropped {events} events on cpu {}", event.cpu);
            }
        }
        self.line.put(b"\n");
        self.line.bytes()
    }

    /// Remembers the width of the call that a task entered, if its program has another width.
    fn note_width(&mut self, task: &Task, call: &DecodedCall<'_>) {
        if call.is_32bit != task.is_32bit {
            let _ = self.widths.insert(task.tid, call.is_32bit);
        } else if !self.widths.is_empty() {
            self.widths.remove(&task.tid);
        }
    }

    /// Whether the call that a task is in is a 32-bit one on a 64-bit kernel.
    fn is_32bit(&self, task: &Task) -> bool {
        if self.widths.is_empty() {
            return task.is_32bit;
        }
        self.widths.get(&task.tid).copied().unwrap_or(task.is_32bit)
    }

    /// The line that is being made, and the texts of the task.
    #[inline]
    fn line_of(&mut self, task: &Task) -> (&mut Line, &ThreadTexts) {
        let thread = &mut self.threads[task.tid as usize % RECENT_THREADS];
        if (thread.tid, thread.comm) != (task.tid, task.comm) {
            *thread = ThreadTexts::new(task.tid, task.comm);
        }
        (&mut self.line, thread)
    }
}

#[inline]
fn put_args(line: &mut Line, call: &DecodedCall<'_>) {
    let Some(args) = call.args else { return };
    line.put(b", args=");
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            line.put(b",");
        }
        line.put_hex(arg);
    }
}

/// `, name=` and the name in `comm`, up to its NUL, escaped.
fn name_text(comm: Comm) -> FixedText<NAME_BYTES> {
    let bytes = comm_to_bytes(comm);
    let name = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let mut escaped = FixedText::new();
    escaped.put(b", name=");
    escape(name, |bytes| escaped.put(bytes));
    escaped
}
