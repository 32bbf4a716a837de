// SPDX-License-Identifier: GPL-2.0

//! The printer: calls on a line each, or in two parts.

use super::arguments::{self, CallPart};
use super::columns::{put_blanks_before_result, put_micros, Columns};
use super::options::StraceOptions;
use super::threads::{Ending, EnteredCall, StraceThread, Threads};
use crate::args::atoms::{self, Atom};
use crate::args::{self, Context};
use crate::model::{CallEvent, Edge, Event, EventKind};
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
    threads: Threads,
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
        Self { out, options, line: Vec::new(), open: None, columns: Columns::new(&options), threads: Threads::new() }
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
        self.threads.note_alive(call.task.tgid);
        self.interrupt_open_line();
        let at = self.threads.note(call);
        let start = self.line.len();
        self.put_line_start(event, tid);
        let context = Context::new(call, self.options.arguments);
        put_name(&mut self.line, call);
        self.line.put_byte(b'(');
        self.put_restarted_call(at, context.name);
        arguments::put_arguments(&mut self.line, &context, CallPart::Early);
        self.open = Some(OpenLine { tid, length: self.line.len() - start });
        if let Some(thread) = self.threads.get_mut(at) {
            let name = arguments::strace_name(context.name_text);
            thread.call = Some(EnteredCall { number: call.number, name });
        }
        if matches!(context.name, atoms::EXIT | atoms::EXIT_GROUP) {
            self.put_end(event, call, context.name == atoms::EXIT_GROUP);
        }
    }

    fn put_return(&mut self, event: &Event<'_>, call: &CallEvent<'_>) {
        let tid = call.task.tid;
        // strace follows a task from its first own call to its end.
        if call.is_birth || self.threads.has_ended(call.task.tgid) {
            return;
        }
        let context = Context::new(call, self.options.arguments);
        let at = self.threads.note(call);
        let entered = self.threads.get_mut(at).and_then(|thread| thread.call.take());
        // The entered call may be another one, whose return was dropped.
        let is_entered = entered.is_some_and(|entered| entered.number == call.number) && call.latency.is_some();
        let is_open = is_entered && self.open.is_some_and(|open| open.tid == tid);
        let mut start = self.line.len();
        let mut before = 0;
        if is_open {
            before = self.open.take().map_or(0, |open| open.length);
        } else {
            self.interrupt_open_line();
            start = self.line.len();
            self.put_line_start(event, tid);
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
            self.put_restarted_call(at, context.name);
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
        if let Some(thread) = self.threads.get_mut(at) {
            thread.last_call = context.name_text;
        }
        if context.name_text.starts_with("execve") && call.result == Some(0) {
            self.threads.keep_one(tid, call.task.tgid);
        }
    }

    /// Ends the open line, because the next event makes a line of its own.
    #[inline(never)]
    fn interrupt_open_line(&mut self) {
        if self.open.take().is_some() {
            self.line.put(b" <unfinished ...>\n");
        }
    }

    #[inline(never)]
    fn put_line_start(&mut self, event: &Event<'_>, tid: u32) {
        self.columns.put_start(&mut self.line, event, tid, self.threads.len() > 1);
    }

    /// Appends the name of the call that `restart_syscall` continues.
    fn put_restarted_call(&mut self, at: usize, name: Atom) {
        if name == atoms::RESTART_SYSCALL {
            let last = self.threads.get(at).map_or("", |thread| thread.last_call);
            self.line.put(b"<... resuming interrupted ");
            self.line.put(if last.is_empty() { b"system call" } else { last.as_bytes() });
            self.line.put(b" ...>");
        }
    }

    /// Appends the end of a call that does not return, and a line for each thread that ends with it.
    #[inline(never)]
    fn put_end(&mut self, event: &Event<'_>, call: &CallEvent<'_>, is_process: bool) {
        let ending = Ending { tid: call.task.tid, tgid: call.task.tgid, is_process };
        let length = self.open.take().map_or(0, |open| open.length);
        self.line.put_byte(b')');
        put_blanks_before_result(&mut self.line, length + 1);
        self.line.put(b"= ?\n");
        let status = call.registers.first().map(|status| status & 0xff);
        // The first thread of a process is printed last.
        for is_first in [false, true] {
            for at in 0..self.threads.len() {
                match self.threads.get(at).copied() {
                    Some(thread)
                        if ending.includes(&thread)
                            && (thread.tid == ending.tgid) == is_first
                            && thread.tid != ending.tid =>
                    {
                        self.put_abandoned_call(event, &thread);
                    }
                    _ => {}
                }
            }
        }
        for is_first in [false, true] {
            for at in 0..self.threads.len() {
                match (self.threads.get(at).copied(), status) {
                    (Some(thread), Some(status))
                        if ending.includes(&thread) && (thread.tid == ending.tgid) == is_first =>
                    {
                        self.put_line_start(event, thread.tid);
                        self.line.put(b"+++ exited with ");
                        number::put_decimal(&mut self.line, status);
                        self.line.put(b" +++\n");
                    }
                    _ => {}
                }
            }
        }
        self.threads.end(ending);
    }

    /// Appends a line for the call that a thread was in when its process ended.
    fn put_abandoned_call(&mut self, event: &Event<'_>, thread: &StraceThread) {
        let Some(entered) = thread.call else { return };
        let start = self.line.len();
        self.put_line_start(event, thread.tid);
        self.line.put(b"<... ");
        self.line.put(entered.name.as_bytes());
        self.line.put(b" resumed>)");
        let length = self.line.len() - start;
        put_blanks_before_result(&mut self.line, length);
        self.line.put(b"= ?\n");
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
