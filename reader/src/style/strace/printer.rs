// SPDX-License-Identifier: GPL-2.0

//! The printer: calls on a line each, or in two parts.

use super::arguments::{self, CallPart};
use super::columns::{put_blanks_before_result, put_micros, Columns};
use super::options::StraceOptions;
use crate::args::atoms::{self, Atom};
use crate::args::{self, Context};
use crate::constants::signals;
use crate::model::{CallEvent, Death, Edge, Event, EventKind, KnownThreads, OtherThread, Printed};
use crate::text::{number, Append};
use std::io::{self, Write};

/// Prints events in strace's style.
pub struct StracePrinter<W> {
    out: W,
    options: StraceOptions,
    /// The text that is written next.
    line: Vec<u8>,
    open: Option<OpenLine>,
    columns: Columns,
    /// The threads of a process that ends.
    ending: Vec<OtherThread>,
}

/// The last line, while it ends with the first part of a call.
#[derive(Clone, Copy)]
struct OpenLine {
    /// The thread that makes the call.
    tid: u32,
    /// The number of characters on the line.
    length: usize,
}

impl<W: Write> StracePrinter<W> {
    /// Makes a printer that writes to `out`.
    pub fn new(out: W, options: StraceOptions) -> Self {
        Self { out, options, line: Vec::new(), open: None, columns: Columns::new(&options), ending: Vec::new() }
    }

    /// Writes an event: a line, or a part of one.
    ///
    /// # Errors
    ///
    /// Returns errors of the output.
    pub fn print(&mut self, event: &Event<'_>) -> io::Result<()> {
        self.line.clear();
        match &event.kind {
            EventKind::Call(call) => match call.edge {
                Edge::Enter => self.put_entry(event, call),
                Edge::Exit => self.put_return(event, call),
            },
            EventKind::Dropped { events } => {
                self.interrupt_open_line();
                self.line.put(b"+++ dropped ");
                number::put_decimal(&mut self.line, *events);
                self.line.put(b" events on cpu ");
                number::put_decimal(&mut self.line, u64::from(event.cpu));
                self.line.put(b" +++\n");
            }
        }
        self.out.write_all(&self.line)
    }

    /// Gives the output.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Ends the last line, and flushes the output.
    ///
    /// # Errors
    ///
    /// Returns errors of the output.
    pub fn finish(&mut self) -> io::Result<()> {
        self.line.clear();
        self.interrupt_open_line();
        self.out.write_all(&self.line)?;
        self.out.flush()
    }

    /// Flushes the output.
    ///
    /// # Errors
    ///
    /// Returns errors of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn put_entry(&mut self, event: &Event<'_>, call: &CallEvent<'_>) {
        let tid = call.task.tid;
        self.interrupt_open_line();
        let context = Context::new(call, self.options.arguments);
        let printed = printed_of(call);
        let has_late = arguments::has_late(&context);
        note_printed(call, Printed { is_known: true, is_entered: true, number: call.number, has_late, ..printed });
        let start = self.line.len();
        self.put_line_start(event, call, tid);
        put_name(&mut self.line, call);
        self.line.put_byte(b'(');
        self.put_restarted_call(printed, context.name);
        arguments::put_arguments(&mut self.line, &context, CallPart::Early);
        self.open = Some(OpenLine { tid, length: self.line.len() - start });
        if matches!(context.name, atoms::EXIT | atoms::EXIT_GROUP) {
            self.put_end(event, call, context.name == atoms::EXIT_GROUP);
        }
    }

    fn put_return(&mut self, event: &Event<'_>, call: &CallEvent<'_>) {
        let tid = call.task.tid;
        // strace follows a task from its first own call to its end.
        if call.is_birth || call.threads.0.is_some_and(|threads| threads.has_ended(call.task.tgid)) {
            return;
        }
        if let Some(death) = call.death.filter(|death| death.signal != 0) {
            self.put_killed(event, call, death);
        }
        let context = Context::new(call, self.options.arguments);
        let printed = printed_of(call);
        note_printed(call, Printed { is_known: true, last_call: call.known, ..Printed::default() });
        // The entered call may be another one, whose return was dropped.
        let is_entered = printed.is_entered && printed.number == call.number && call.latency.is_some();
        let is_open = is_entered && self.open.is_some_and(|open| open.tid == tid);
        let mut start = self.line.len();
        let mut before = 0;
        if is_open {
            before = self.open.take().map_or(0, |open| open.length);
        } else {
            self.interrupt_open_line();
            start = self.line.len();
            self.put_line_start(event, call, tid);
        }
        if is_entered || call.number.is_none() {
            if !is_open {
                self.line.put(b"<... ");
                put_name(&mut self.line, call);
                self.line.put(b" resumed>");
            }
            if call.number.is_some() {
                arguments::put_arguments(&mut self.line, &context, CallPart::Late);
            }
        } else {
            put_name(&mut self.line, call);
            self.line.put_byte(b'(');
            self.put_restarted_call(printed, context.name);
            arguments::put_arguments(&mut self.line, &context, CallPart::All);
        }
        self.line.put_byte(b')');
        let length = before + self.line.len() - start;
        put_blanks_before_result(&mut self.line, length);
        self.line.put(b"= ");
        args::put_result(&mut self.line, &context);
        if let (Some(latency), true) = (call.latency, self.options.has_latency) {
            self.line.put(b" <");
            put_micros(&mut self.line, latency, 1);
            self.line.put_byte(b'>');
        }
        self.line.put_byte(b'\n');
    }

    /// Ends the open line, because the next event makes a line of its own.
    #[inline(never)]
    fn interrupt_open_line(&mut self) {
        if self.open.take().is_some() {
            self.line.put(b" <unfinished ...>\n");
        }
    }

    #[inline(never)]
    fn put_line_start(&mut self, event: &Event<'_>, call: &CallEvent<'_>, tid: u32) {
        let has_many_threads = call.threads.0.is_some_and(|threads| threads.printed() > 1);
        self.columns.put_start(&mut self.line, event, tid, has_many_threads);
    }

    /// Appends the name of the call that `restart_syscall` continues.
    fn put_restarted_call(&mut self, printed: Printed, name: Atom) {
        if name == atoms::RESTART_SYSCALL {
            let last = printed.last_call.map_or("system call", |call| call.name());
            self.line.put(b"<... resuming interrupted ");
            self.line.put(last.as_bytes());
            self.line.put(b" ...>");
        }
    }

    /// Appends the end of a call that does not return, and a line for each thread that ends with it.
    #[inline(never)]
    fn put_end(&mut self, event: &Event<'_>, call: &CallEvent<'_>, is_process: bool) {
        let (tid, tgid) = (call.task.tid, call.task.tgid);
        let length = self.open.take().map_or(0, |open| open.length);
        self.line.put_byte(b')');
        put_blanks_before_result(&mut self.line, length + 1);
        self.line.put(b"= ?\n");
        let status = call.registers.first().map(|status| status & 0xff);
        if !is_process {
            self.put_exited(event, call, tid, status);
            return;
        }
        let threads = self.take_ending(call, tgid);
        for thread in threads.iter().filter(|thread| thread.tid != tid) {
            self.put_abandoned_call(event, call, thread);
        }
        for thread in &threads {
            self.put_exited(event, call, thread.tid, status);
        }
        self.ending = threads;
    }

    /// Appends a line for a thread that has ended with this status, if that is known.
    fn put_exited(&mut self, event: &Event<'_>, call: &CallEvent<'_>, tid: u32, status: Option<u64>) {
        let Some(status) = status else { return };
        self.put_line_start(event, call, tid);
        self.line.put(b"+++ exited with ");
        number::put_decimal(&mut self.line, status);
        self.line.put(b" +++\n");
    }

    /// Appends lines for the threads of a process that a signal has killed, as the return from a call that waits for it
    /// tells. strace hears of that before.
    #[cold]
    fn put_killed(&mut self, event: &Event<'_>, call: &CallEvent<'_>, death: Death) {
        let threads = self.take_ending(call, death.pid);
        for thread in &threads {
            match self.open.filter(|open| open.tid == thread.tid) {
                Some(open) => {
                    self.open = None;
                    let rest: &[u8] = if thread.printed.has_late { b" <unfinished ...>" } else { b"" };
                    self.line.put(rest);
                    self.put_no_result(open.length + rest.len());
                }
                None => {
                    self.interrupt_open_line();
                    self.put_abandoned_call(event, call, thread);
                }
            }
        }
        for thread in &threads {
            self.put_line_start(event, call, thread.tid);
            self.line.put(b"+++ killed by ");
            self.line.put(b"SIG");
            if !signals::put_signal(&mut self.line, u64::from(death.signal)) {
                number::put_decimal(&mut self.line, u64::from(death.signal));
            }
            self.line.put(if death.has_core { b" (core dumped) +++\n" as &[u8] } else { b" +++\n" });
        }
        self.ending = threads;
    }

    /// The threads of a process that were printed, the first one last.
    fn take_ending(&mut self, call: &CallEvent<'_>, tgid: u32) -> Vec<OtherThread> {
        let mut threads = std::mem::take(&mut self.ending);
        threads.clear();
        if let Some(known) = call.threads.0 {
            known.collect(tgid, &mut threads);
        }
        threads.retain(|thread| thread.printed.is_known);
        threads
    }

    /// Appends a line for the call that a thread was in when its process ended.
    fn put_abandoned_call(&mut self, event: &Event<'_>, call: &CallEvent<'_>, thread: &OtherThread) {
        if !thread.printed.is_entered {
            return;
        }
        let start = self.line.len();
        self.put_line_start(event, call, thread.tid);
        self.line.put(b"<... ");
        match (thread.known, thread.number) {
            (Some(known), _) => self.line.put(arguments::strace_name(known.name()).as_bytes()),
            (None, number) => {
                self.line.put(b"syscall_");
                number::put_hex(&mut self.line, u64::from(number.unwrap_or(0)));
            }
        }
        self.line.put(b" resumed>");
        let length = self.line.len() - start;
        self.put_no_result(length);
    }

    /// Appends the end of a call that never returns, of whose line there are so many characters.
    fn put_no_result(&mut self, length: usize) {
        self.line.put_byte(b')');
        put_blanks_before_result(&mut self.line, length + 1);
        self.line.put(b"= ?\n");
    }
}

/// What was printed of an event's thread.
fn printed_of(call: &CallEvent<'_>) -> Printed {
    call.threads.0.map_or_else(Printed::default, KnownThreads::of_own)
}

fn note_printed(call: &CallEvent<'_>, printed: Printed) {
    if let Some(threads) = call.threads.0 {
        threads.set_own(printed);
    }
}

/// Appends a call's name, or its number if it has no name.
fn put_name(out: &mut Vec<u8>, call: &CallEvent<'_>) {
    match (call.known, call.number) {
        (Some(known), _) => out.put(arguments::strace_name(known.name_and_hash().0).as_bytes()),
        (None, Some(number)) => {
            out.put(b"syscall_");
            number::put_hex(out, u64::from(number));
        }
        (None, None) => out.put(b"unknown"),
    }
}
