// SPDX-License-Identifier: GPL-2.0

//! Lines as strace writes them.
//!
//! ```text
//! 1224  openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3
//! 1224  read(3,  <unfinished ...>
//! 1225  getpid()                          = 1225
//! 1224  <... read resumed>"root:x:0:0:"..., 4096) = 881
//! 1224  exit_group(0)                     = ?
//! 1224  +++ exited with 0 +++
//! ```
//!
//! A call is written up to where its entry has told it, and ended when it returns; what comes from another thread
//! in between is on lines of its own. Where only returns are selected, each makes a whole line.

mod calls;

use super::args::names::{self, Name};
use super::args::{self, number, Context, Line};
use crate::clock::Moment;
use crate::model::{Call, Edge, Event, What};
use calls::Part;
use std::collections::VecDeque;
use std::io::{self, Write};

/// What lines have beside the calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// How arguments are shown.
    pub arguments: args::Options,
    /// Whether and how lines say whose they are.
    pub pids: Pids,
    /// Whether and how lines say when it was.
    pub clock: Clock,
    /// Whether a line ends in how long the call took.
    pub latency: bool,
}

/// How a line says which thread it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pids {
    /// `1224  `, as strace does in files.
    #[default]
    Column,
    /// `[pid  1224] `, as strace does elsewhere, if there is more than one thread.
    Brackets,
    /// Not at all.
    None,
}

/// How a line says when its first part happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Not at all.
    #[default]
    None,
    /// `17:06:08 ` in local time.
    Time,
    /// `17:06:08.348000 ` in local time.
    TimeMicros,
    /// Seconds since 1970: `1795280768.348000 `.
    Epoch,
    /// Seconds since the line before it: `     0.000043 `.
    Relative,
    /// Seconds since the first event: `     0.000043 `.
    SinceFirst,
}

/// The column in which results start, if there is room.
const RESULT_COLUMN: usize = 40;

/// Threads that are known at the most; more than a system has, as a rule. Of those above that number, whoever is in no
/// call is forgotten.
const MANY_THREADS: usize = 1 << 16;

/// Ended processes that are remembered.
const MANY_ENDED: usize = 16;

/// Writes events in strace's way.
pub struct Printer<W> {
    out: W,
    options: Options,
    /// What is being put together.
    line: Vec<u8>,
    /// The line that has no end yet: whose it is, and how long.
    open: Option<(u32, usize)>,
    /// By thread id.
    threads: Vec<Thread>,
    /// Processes that have ended last; a thread of theirs that was in a call may return from it yet.
    ended: VecDeque<u32>,
    /// When the last line was started.
    started: Option<u64>,
}

/// What is known of a thread.
#[derive(Clone, Copy)]
struct Thread {
    tid: u32,
    tgid: u32,
    /// Whether the entry of the call that it is in was written.
    call: Option<Entered>,
    /// The call before, which `restart_syscall` continues.
    last: &'static str,
}

/// A call of which a part is written.
#[derive(Clone, Copy)]
struct Entered {
    number: Option<u32>,
    name: &'static str,
}

impl<W: Write> Printer<W> {
    /// Writes to `out`.
    pub fn new(out: W, options: Options) -> Self {
        Self { out, options, line: Vec::new(), open: None, threads: Vec::new(), ended: VecDeque::new(), started: None }
    }

    /// Writes an event: a line, or a part of one.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn print(&mut self, event: &Event<'_>) -> io::Result<()> {
        self.line.clear();
        match &event.what {
            What::Call(call) => match call.edge {
                Edge::Enter => self.enter(event, call),
                Edge::Exit => self.exit(event, call),
            },
            What::Dropped { events } => {
                self.interrupt();
                self.line.put(b"+++ dropped ");
                number::decimal(&mut self.line, *events);
                self.line.put(b" events on cpu ");
                number::decimal(&mut self.line, u64::from(event.cpu));
                self.line.put(b" +++\n");
            }
        }
        self.out.write_all(&self.line)
    }

    /// Where the lines go.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Ends the last line.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn finish(&mut self) -> io::Result<()> {
        self.line.clear();
        self.interrupt();
        self.out.write_all(&self.line)?;
        self.out.flush()
    }

    /// Hands what was written to the operating system.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn enter(&mut self, event: &Event<'_>, call: &Call<'_>) {
        let tid = call.task.tid;
        // Another process has got the id.
        self.ended.retain(|&tgid| tgid != call.task.tgid);
        self.interrupt();
        let at = self.note_thread(call);
        let start = self.line.len();
        self.leader(event, tid);
        let context = Context::new(call, self.options.arguments);
        put_name(&mut self.line, call);
        self.line.put_byte(b'(');
        self.restarted(at, context.name);
        calls::put(&mut self.line, &context, Part::Early);
        self.open = Some((tid, self.line.len() - start));
        if let Some(thread) = self.threads.get_mut(at) {
            thread.call = Some(Entered { number: call.number, name: calls::name(context.text) });
        }
        if matches!(context.name, names::EXIT | names::EXIT_GROUP) {
            self.end(event, call, context.name == names::EXIT_GROUP);
        }
    }

    fn exit(&mut self, event: &Event<'_>, call: &Call<'_>) {
        let tid = call.task.tid;
        // strace follows a task from its first own call to its end.
        if call.is_birth || self.ended.contains(&call.task.tgid) {
            return;
        }
        let context = Context::new(call, self.options.arguments);
        let at = self.note_thread(call);
        let entered = self.threads.get_mut(at).and_then(|thread| thread.call.take());
        // The part that is written may be one of another call, whose return was dropped.
        let is_entered = entered.is_some_and(|entered| entered.number == call.number || call.number.is_none());
        let is_open = is_entered && self.open.is_some_and(|(open, _)| open == tid);
        let mut start = self.line.len();
        let mut before = 0;
        if is_open {
            before = self.open.take().map_or(0, |(_, column)| column);
        } else {
            self.interrupt();
            start = self.line.len();
            self.leader(event, tid);
        }
        if is_entered || call.number.is_none() {
            if !is_open {
                self.line.put(b"<... ");
                match entered {
                    Some(entered) if !entered.name.is_empty() => self.line.put(entered.name.as_bytes()),
                    _ => put_name(&mut self.line, call),
                }
                self.line.put(b" resumed>");
            }
            if call.number.is_some() {
                calls::put(&mut self.line, &context, Part::Late);
            }
        } else {
            put_name(&mut self.line, call);
            self.line.put_byte(b'(');
            self.restarted(at, context.name);
            calls::put(&mut self.line, &context, Part::All);
        }
        self.line.put_byte(b')');
        self.column(before + self.line.len() - start);
        self.line.put(b"= ");
        args::put_result(&mut self.line, &context);
        if let (Some(latency), true) = (call.latency, self.options.latency) {
            self.line.put(b" <");
            micros(&mut self.line, latency, 1);
            self.line.put_byte(b'>');
        }
        self.line.put_byte(b'\n');
        if let Some(thread) = self.threads.get_mut(at) {
            thread.last = context.text;
        }
        if context.text.starts_with("execve") && call.result == Some(0) {
            // The process has one thread now.
            self.threads.retain(|thread| thread.tid == tid || thread.tgid != call.task.tgid);
        }
    }

    /// Ends the line that has no end yet, because another one comes.
    #[inline(never)]
    fn interrupt(&mut self) {
        if self.open.take().is_some() {
            self.line.put(b" <unfinished ...>\n");
        }
    }

    /// Remembers a thread, and says where it is.
    #[inline(never)]
    fn note_thread(&mut self, call: &Call<'_>) -> usize {
        let (tid, tgid) = (call.task.tid, call.task.tgid);
        if self.threads.len() >= MANY_THREADS {
            self.threads.retain(|thread| thread.tid == tid || thread.call.is_some());
        }
        let at = self.threads.partition_point(|thread| thread.tid < tid);
        match self.threads.get_mut(at) {
            Some(thread) if thread.tid == tid => thread.tgid = tgid,
            _ => self.threads.insert(at, Thread { tid, tgid, call: None, last: "" }),
        }
        at
    }

    /// Appends which call it is that the kernel continues, where it does.
    fn restarted(&mut self, at: usize, name: Name) {
        if name == names::RESTART_SYSCALL {
            let last = self.threads.get(at).map_or("", |thread| thread.last);
            self.line.put(b"<... resuming interrupted ");
            self.line.put(if last.is_empty() { b"system call" } else { last.as_bytes() });
            self.line.put(b" ...>");
        }
    }

    /// Appends blanks up to the column of results; at least one.
    #[inline(never)]
    fn column(&mut self, length: usize) {
        self.line.put_byte(b' ');
        let blanks = RESULT_COLUMN.saturating_sub(length + 1);
        self.line.resize(self.line.len() + blanks, b' ');
    }

    /// Appends what all lines start with.
    #[inline(never)]
    fn leader(&mut self, event: &Event<'_>, tid: u32) {
        let number_at = self.line.len();
        match self.options.pids {
            Pids::Column => {
                number::decimal(&mut self.line, u64::from(tid));
                let blanks = 5_usize.saturating_sub(self.line.len() - number_at);
                self.line.resize(self.line.len() + blanks, b' ');
                self.line.put_byte(b' ');
            }
            Pids::Brackets if self.threads.len() > 1 => {
                self.line.put(b"[pid ");
                let blanks = 5_usize.saturating_sub(tid.checked_ilog10().unwrap_or(0) as usize + 1);
                self.line.resize(self.line.len() + blanks, b' ');
                number::decimal(&mut self.line, u64::from(tid));
                self.line.put(b"] ");
            }
            Pids::Brackets | Pids::None => {}
        }
        self.time(event);
    }

    #[inline(never)]
    fn time(&mut self, event: &Event<'_>) {
        let out = &mut self.line;
        let time = event.time;
        match self.options.clock {
            Clock::None => return,
            Clock::Time | Clock::TimeMicros => {
                let (hour, minute, second) = Moment::local(time).time();
                for (number, separator) in [(hour, b':'), (minute, b':'), (second, b'.')] {
                    number::padded(out, u64::from(number), 2);
                    out.put_byte(separator);
                }
                if self.options.clock == Clock::TimeMicros {
                    number::padded(out, time / 1000 % 1_000_000, 6);
                } else {
                    out.pop();
                }
            }
            Clock::Epoch => micros(out, time, 1),
            Clock::Relative => {
                let before = self.started.replace(time).unwrap_or(time);
                micros(out, time.saturating_sub(before), 6);
            }
            Clock::SinceFirst => micros(out, event.since_first, 6),
        }
        self.line.put_byte(b' ');
    }

    /// Writes that a thread ends, or all threads of its process.
    #[inline(never)]
    fn end(&mut self, event: &Event<'_>, call: &Call<'_>, is_process: bool) {
        let (tid, tgid) = (call.task.tid, call.task.tgid);
        let length = self.open.take().map_or(0, |(_, length)| length);
        self.line.put_byte(b')');
        self.column(length + 1);
        self.line.put(b"= ?\n");
        let ends = move |thread: &Thread| if is_process { thread.tgid == tgid } else { thread.tid == tid };
        let status = call.registers.first().map(|status| status & 0xff);
        // The first thread is the last one to be seen off.
        for is_first in [false, true] {
            for at in 0..self.threads.len() {
                match self.threads.get(at).copied() {
                    Some(thread) if ends(&thread) && (thread.tid == tgid) == is_first && thread.tid != tid => {
                        self.abandon(event, &thread);
                    }
                    _ => {}
                }
            }
        }
        for is_first in [false, true] {
            for at in 0..self.threads.len() {
                match (self.threads.get(at).copied(), status) {
                    (Some(thread), Some(status)) if ends(&thread) && (thread.tid == tgid) == is_first => {
                        self.leader(event, thread.tid);
                        self.line.put(b"+++ exited with ");
                        number::decimal(&mut self.line, status);
                        self.line.put(b" +++\n");
                    }
                    _ => {}
                }
            }
        }
        self.threads.retain(|thread| !ends(thread));
        if is_process {
            self.ended.truncate(MANY_ENDED - 1);
            self.ended.push_front(tgid);
        }
    }

    /// Writes that the call which a thread is in does not return.
    fn abandon(&mut self, event: &Event<'_>, thread: &Thread) {
        let Some(entered) = thread.call else { return };
        let start = self.line.len();
        self.leader(event, thread.tid);
        self.line.put(b"<... ");
        self.line.put(entered.name.as_bytes());
        self.line.put(b" resumed>)");
        self.column(self.line.len() - start);
        self.line.put(b"= ?\n");
    }
}

/// Appends a call's name; what has none by its number.
fn put_name(out: &mut Vec<u8>, call: &Call<'_>) {
    match (call.known, call.number) {
        (Some(known), _) => out.put(calls::name(known.name()).as_bytes()),
        (None, Some(number)) => {
            out.put(b"syscall_");
            number::hex(out, u64::from(number));
        }
        (None, None) => out.put(b"unknown"),
    }
}

/// Appends nanoseconds as seconds with six digits after the point, and blanks so that there are `width` before it.
fn micros(out: &mut Vec<u8>, nanoseconds: u64, width: usize) {
    let seconds = nanoseconds / 1_000_000_000;
    let digits = seconds.checked_ilog10().unwrap_or(0) as usize + 1;
    out.resize(out.len() + width.saturating_sub(digits), b' ');
    number::decimal(out, seconds);
    out.put_byte(b'.');
    number::padded(out, nanoseconds / 1000 % 1_000_000, 6);
}
