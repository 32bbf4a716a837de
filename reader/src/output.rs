// SPDX-License-Identifier: GPL-2.0

//! From events to what the user sees of them.

use crate::live::Plan;
use crate::options::Options;
use crate::shape::Shape;
use crate::sink::Sink;
use std::io::{self, BufWriter, Write};
use syscall_record::calls::{Abi, Call};
use syscall_record::decode::{DecodedCall, DecodedEvent, DecodedKind};
use syscall_record::filter::Filter;
use syscall_record::model::{Model, ModelNeeds};
use syscall_record::print::RecordPrinter;
use syscall_record::summary::Summary;
use syscall_record_format::format::{Comm, Header};

/// Lines that are written together.
const OUTPUT_BYTES: usize = 64 * 1024;

/// Why no more events are taken.
#[derive(Debug)]
pub enum Stop {
    /// As many were shown as the user wanted.
    Enough,
    /// They cannot be written.
    Error(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Error(error)
    }
}

/// Shows events.
pub struct Output {
    events: u64,
    /// How many more are shown.
    left: u64,
    gate: Option<Gate>,
    view: View,
    printer: RecordPrinter<BufWriter<Sink>>,
}

/// What is shown.
enum View {
    /// Nothing, and nobody counts events.
    Nothing,
    /// Nothing, but events are counted.
    Count,
    /// The lines that are made of events as they are.
    Lines,
    /// What needs more.
    Full(Box<Full>),
}

/// What needs to know of an event more than its record tells.
struct Full {
    model: Model,
    filter: Option<Filter>,
    shape: Shape,
    summary: Option<Summary>,
    /// What is printed of the summary: strace's table, tables, totals.
    tables: [bool; 3],
    /// The time of the last event, since the first.
    elapsed: u64,
    /// The text of an event.
    text: Vec<u8>,
}

impl Output {
    /// Shows events in `shape`, as `options` and `plan` say, in `sink`. `is_live`: they are of this machine, and of now.
    pub fn new(options: &Options, plan: Plan, shape: Shape, sink: Sink, is_live: bool) -> Self {
        let printer = RecordPrinter::new(BufWriter::with_capacity(OUTPUT_BYTES, sink));
        // Live, the name of a descriptor that was closed unseen would be that of another file.
        let is_named = !is_live || plan.records_all_calls();
        let Plan { filter, needs, .. } = plan;
        let tables = [options.calls_table, options.summary, options.verbose];
        let summary = (tables != [false; 3]).then(Summary::new);
        let view = match shape {
            Shape::Quiet if filter.is_none() && summary.is_none() => View::Count,
            Shape::Record if filter.is_none() && summary.is_none() => View::Lines,
            _ => {
                let files = needs.files || (needs.names && is_named);
                let needs = ModelNeeds { files, processes: needs.processes };
                let model = Model::new(needs, is_live);
                View::Full(Box::new(Full { model, filter, shape, summary, tables, elapsed: 0, text: Vec::new() }))
            }
        };
        Self { events: 0, left: options.limit.unwrap_or(u64::MAX), gate: None, view, printer }
    }

    /// Hides what a child does before it runs its command.
    pub fn hide(&mut self, gate: Gate) {
        self.gate = Some(gate);
    }

    /// Counts no events if nobody needs them: packets are then not looked into.
    pub fn count_if_needed(&mut self) {
        if matches!(self.view, View::Count) && self.left == u64::MAX {
            self.view = View::Nothing;
        }
    }

    /// Whether there is anything to be done with events.
    pub fn is_needed(&self) -> bool {
        !matches!(self.view, View::Nothing)
    }

    /// How many events came, also those that are not shown.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Takes an event.
    ///
    /// # Errors
    ///
    /// [`Stop::Enough`] if it is the last that is wanted, [`Stop::Error`] if it cannot be written.
    pub fn take(&mut self, header: &Header, event: &DecodedEvent<'_>) -> Result<(), Stop> {
        let is_hidden = self.gate.as_mut().is_some_and(|gate| gate.hides(header, event));
        if !matches!(event.kind, DecodedKind::Memory { .. }) {
            self.events += u64::from(!is_hidden);
        }
        let is_shown = match &mut self.view {
            _ if is_hidden => false,
            View::Full(full) => full.take(header, event, &mut self.printer)?,
            _ if matches!(event.kind, DecodedKind::Memory { .. }) => false,
            View::Lines => {
                self.printer.print(header.machine, event)?;
                true
            }
            View::Nothing | View::Count => true,
        };
        if is_shown {
            self.left -= 1;
            if self.left == 0 {
                return Err(Stop::Enough);
            }
        }
        Ok(())
    }

    /// Hands what was written to the operating system.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.printer.flush()
    }

    /// No more events come: shows what was waiting for more, and summaries.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub fn finish(&mut self) -> io::Result<()> {
        if let View::Full(full) = &mut self.view {
            full.finish(self.printer.out())?;
        }
        self.printer.flush()
    }
}

impl Full {
    /// Takes an event; whether it was shown.
    fn take(
        &mut self,
        header: &Header,
        event: &DecodedEvent<'_>,
        printer: &mut RecordPrinter<BufWriter<Sink>>,
    ) -> io::Result<bool> {
        let Self { model, filter, shape, summary, elapsed, text, .. } = self;
        let mut is_shown = false;
        text.clear();
        model.take(header, event, &mut |event| {
            if filter.as_ref().is_some_and(|filter| !filter.matches(event)) {
                return Ok(());
            }
            if let Some(summary) = summary {
                summary.add(event);
                *elapsed = event.since_first;
            }
            is_shown = shape.show(text, event);
            Ok::<_, io::Error>(())
        })?;
        match shape {
            Shape::Record if is_shown => printer.print(header.machine, event)?,
            Shape::Record => printer.skip(event),
            _ => printer.out().write_all(text)?,
        }
        Ok(is_shown)
    }

    /// Ends the last line, and shows the summaries.
    fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        let [calls, tables, totals] = self.tables;
        self.text.clear();
        self.shape.finish(&mut self.text);
        let summary = self.summary.take().unwrap_or_default();
        if calls {
            summary.put_strace_table(&mut self.text);
        }
        if tables {
            summary.put_tables(&mut self.text);
        }
        out.write_all(&self.text)?;
        if totals {
            // Behind what was shown, where both go to one place.
            out.flush()?;
            self.text.clear();
            summary.put_totals(&mut self.text, self.elapsed);
            let _ = io::stderr().write_all(&self.text);
        }
        Ok(())
    }
}

/// Hides what a child does before it runs its command.
pub struct Gate {
    tgid: u32,
    /// Its name until then: ours.
    comm: Comm,
    is_open: bool,
}

impl Gate {
    /// For the child of this process id.
    pub fn new(tgid: u32, comm: Comm) -> Self {
        Self { tgid, comm, is_open: false }
    }

    /// Whether an event is to be hidden. What is not hidden begins with the `execve`.
    fn hides(&mut self, header: &Header, event: &DecodedEvent<'_>) -> bool {
        let (task, call) = match &event.kind {
            DecodedKind::Enter { task, call } => (task, Some(call)),
            DecodedKind::Exit { task, call, .. } => (task, call.as_ref()),
            DecodedKind::Memory { .. } | DecodedKind::Dropped { .. } => return false,
        };
        if self.is_open || task.tgid != self.tgid {
            return false;
        }
        // If that was dropped, the name tells.
        self.is_open = task.comm != self.comm || call.is_some_and(|call| is_execve(header, call));
        !self.is_open
    }
}

fn is_execve(header: &Header, call: &DecodedCall<'_>) -> bool {
    let abi = Abi::new(header.machine, call.is_32bit);
    Call::new(abi, call.number).is_some_and(|call| call.name() == "execve")
}
