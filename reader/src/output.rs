// SPDX-License-Identifier: GPL-2.0

//! Shows events to the user: prints them, or counts them, or sums them up.

use crate::kernel_request::KernelRequest;
use crate::prelude::PreludeFilter;
use crate::presentation::Presentation;
use crate::sink::Sink;
use std::io::{self, BufWriter, Write};
use syscall_record::decode::{DecodedEvent, DecodedKind};
use syscall_record::fields::Needs;
use syscall_record::filter::Filter;
use syscall_record::model::{Model, ModelNeeds};
use syscall_record::options::Options;
use syscall_record::print::RecordPrinter;
use syscall_record::sink::{EventSink, SinkStopped, SkippedEvents};
use syscall_record::summary::{Summary, SummaryParts};
use syscall_record::wanted::{Wanted, WantedEvents, WantedMemory};
use syscall_record_format::format::Header;

/// How many bytes of lines are written together.
const OUTPUT_BYTES: usize = 64 * 1024;

/// Why the output takes no more events.
#[derive(Debug)]
pub enum OutputEnd {
    /// As many events were shown as the user wants.
    Enough,
    /// An event cannot be written.
    Error(io::Error),
}

impl From<io::Error> for OutputEnd {
    fn from(error: io::Error) -> Self {
        Self::Error(error)
    }
}

/// Shows events in one of the ways that [`View`] lists, up to the number that the user wants.
pub struct Output {
    /// How many events came, except for hidden ones.
    events: u64,
    /// How many more events are shown.
    left: u64,
    prelude: Option<PreludeFilter>,
    view: View,
    printer: RecordPrinter<BufWriter<Sink>>,
    /// Why no more events are taken.
    end: Option<OutputEnd>,
}

/// What is shown.
enum View {
    /// Nothing, and events are not counted.
    Nothing,
    /// Nothing, but events are counted.
    Count,
    /// The plain lines of all events.
    Lines,
    /// Something for which the model is needed.
    Modelled(Box<ModelledView>),
}

/// A view that shows more of an event than its record has.
struct ModelledView {
    model: Model,
    filter: Option<Filter>,
    /// The events that can pass the filter; `None` for all.
    wanted: Option<Box<WantedEvents>>,
    presentation: Presentation,
    summary: Option<Summary>,
    /// Which parts of the summary are printed: strace's table, tables, totals.
    tables: [bool; 3],
    /// Whether nothing is shown but how many events there were.
    is_count: bool,
    /// The time of the last event that was counted, in nanoseconds since the first.
    elapsed: u64,
    /// The text of an event.
    text: Vec<u8>,
    /// A buffer for values of fields.
    scratch: Vec<u8>,
}

impl Output {
    /// Shows events in `sink`. `is_live` says that the recording is being made on this machine now.
    pub fn new(
        options: &Options,
        request: KernelRequest,
        presentation: Presentation,
        sink: Sink,
        is_live: bool,
    ) -> Self {
        let printer = RecordPrinter::new(BufWriter::with_capacity(OUTPUT_BYTES, sink));
        // Live, a descriptor that was closed by a call that is not recorded would be shown with the name of another
        // file.
        let has_names = !is_live || request.records_all_calls();
        let KernelRequest { filter, .. } = request;
        let tables = [options.calls_table, options.summary, options.verbose];
        let parts = SummaryParts { calls: options.calls_table || options.summary, processes: options.summary };
        let summary = (tables != [false; 3]).then(|| Summary::new(parts));
        let view = match presentation {
            Presentation::Quiet if filter.is_none() && summary.is_none() => View::Count,
            Presentation::Record if filter.is_none() && summary.is_none() => View::Lines,
            _ => {
                let needs = presentation.needs() | filter.as_ref().map(Filter::needs).unwrap_or_default();
                let needs = Needs { times: needs.times | options.verbose, ..needs };
                let needs = model_needs(needs, parts, has_names);
                let model = Model::new(needs, is_live);
                // A process has the name that its first thread had last, in any call.
                let is_of_calls = !needs.files && !needs.processes && !parts.processes;
                let wanted = match &filter {
                    Some(filter) if !needs.calls => filter.wanted_by_record(),
                    Some(filter) if is_of_calls => filter.wanted_by_call(),
                    _ => None,
                };
                let is_quiet = matches!(presentation, Presentation::Quiet);
                let is_count = is_quiet && filter.is_none() && parts == SummaryParts::default();
                let (elapsed, text, scratch) = (0, Vec::new(), Vec::new());
                View::Modelled(Box::new(ModelledView {
                    model,
                    filter,
                    wanted,
                    presentation,
                    summary,
                    tables,
                    is_count,
                    elapsed,
                    text,
                    scratch,
                }))
            }
        };
        Self { events: 0, left: options.limit.unwrap_or(u64::MAX), prelude: None, view, printer, end: None }
    }

    /// Looks up what processes of this machine have open, now that a recording of them begins: these, or all. `waits`
    /// says that they do nothing until then.
    pub fn look_up(&mut self, pids: Option<&[u32]>, waits: bool) {
        if let View::Modelled(view) = &mut self.view {
            view.model.look_up(pids, waits);
        }
    }

    /// Hides the events of a child before it runs its command.
    pub fn hide_prelude(&mut self, prelude: PreludeFilter) {
        self.prelude = Some(prelude);
    }

    /// Stops counting events if nothing needs their number. Packets are then not decoded.
    pub fn stop_needless_count(&mut self) {
        if matches!(self.view, View::Count) && self.left == u64::MAX {
            self.view = View::Nothing;
        }
    }

    /// Whether it needs events at all.
    pub fn needs_events(&self) -> bool {
        !matches!(self.view, View::Nothing)
    }

    /// What it needs of a recording.
    pub fn wanted(&mut self) -> Wanted {
        let counts_all = self.prelude.is_none() && self.left == u64::MAX;
        let only_counts = match &mut self.view {
            View::Nothing | View::Count => true,
            View::Lines => false,
            View::Modelled(view) if view.is_count => true,
            View::Modelled(view) => {
                let events = view.wanted.take().filter(|_| self.prelude.is_none());
                return Wanted { memory: view.model.wanted_memory(), events };
            }
        };
        let nothing = || Box::new(WantedEvents { cpus: Some(Vec::new()), ..WantedEvents::default() });
        Wanted { memory: WantedMemory::Nothing, events: (only_counts && counts_all).then(nothing) }
    }

    /// Why it takes no more events, if that is so.
    ///
    /// # Errors
    ///
    /// [`OutputEnd::Enough`] if no more events are wanted, [`OutputEnd::Error`] if an event cannot be written.
    pub fn take_end(&mut self) -> Result<(), OutputEnd> {
        self.end.take().map_or(Ok(()), Err)
    }

    /// How many events came, also those that a filter drops.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Flushes the lines.
    ///
    /// # Errors
    ///
    /// Errors of the output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.printer.flush()
    }

    /// Ends the last line, and shows the summaries. No more events come.
    ///
    /// # Errors
    ///
    /// Errors of the output.
    pub fn finish(&mut self) -> io::Result<()> {
        if let View::Modelled(view) = &mut self.view {
            view.finish(self.printer.out())?;
        }
        self.printer.flush()
    }
}

impl EventSink for Output {
    /// Counts an event, and shows it if the user wants to see it.
    fn take(&mut self, header: &Header, event: &DecodedEvent<'_>) -> Result<(), SinkStopped> {
        let is_hidden = self.prelude.as_mut().is_some_and(|prelude| prelude.hides(header, event));
        let is_memory = matches!(event.kind, DecodedKind::Memory { .. });
        self.events += u64::from(!is_hidden && !is_memory);
        let is_shown = match &mut self.view {
            _ if is_hidden => Ok(false),
            View::Modelled(view) => view.add_event(header, event, &mut self.printer),
            _ if is_memory => Ok(false),
            View::Lines => self.printer.print(header.machine, event).map(|()| true),
            View::Nothing | View::Count => Ok(true),
        };
        self.left -= u64::from(matches!(is_shown, Ok(true)));
        self.end = match is_shown {
            Err(error) => Some(error.into()),
            Ok(true) if self.left == 0 => Some(OutputEnd::Enough),
            Ok(_) => return Ok(()),
        };
        Err(SinkStopped)
    }

    fn pass_over(&mut self, header: &Header, skipped: SkippedEvents) {
        self.events += skipped.count;
        if let View::Modelled(view) = &mut self.view {
            if let Some(summary) = view.summary.as_mut().filter(|_| view.is_count) {
                summary.count(skipped.count);
            }
            view.model.pass_over(header, skipped);
        }
    }
}

/// What the model must do for `needs` and for a summary. `has_names` says that the names of descriptors are known if
/// all calls are followed.
fn model_needs(needs: Needs, summary: SummaryParts, has_names: bool) -> ModelNeeds {
    let files = needs.files || (needs.names && has_names);
    let processes = needs.processes;
    // What a call is about, and what it makes, its memory tells.
    let memory = needs.arguments || files || processes;
    let calls = needs.calls || memory || summary != SummaryParts::default();
    ModelNeeds { calls, times: needs.times, memory, files, processes }
}

impl ModelledView {
    /// Gives an event to the model, and what the model makes of it to the filter, the summary and `printer`. Returns
    /// whether the event is shown.
    fn add_event(
        &mut self,
        header: &Header,
        event: &DecodedEvent<'_>,
        printer: &mut RecordPrinter<BufWriter<Sink>>,
    ) -> io::Result<bool> {
        if self.is_count {
            return Ok(self.count(header, event));
        }
        let Self { model, filter, presentation, summary, elapsed, text, scratch, .. } = self;
        let mut is_shown = false;
        text.clear();
        model.add_event(header, event, &mut |event| {
            if filter.as_ref().is_some_and(|filter| !filter.matches_with(event, scratch)) {
                return Ok(());
            }
            if let Some(summary) = summary {
                summary.add(event);
                *elapsed = event.since_first;
            }
            is_shown = presentation.show(text, event);
            Ok::<_, io::Error>(())
        })?;
        match presentation {
            Presentation::Record if is_shown => printer.print(header.machine, event)?,
            Presentation::Record => printer.skip(event),
            _ => printer.out().write_all(text)?,
        }
        Ok(is_shown)
    }

    /// Counts an event. Returns whether it counts.
    fn count(&mut self, header: &Header, event: &DecodedEvent<'_>) -> bool {
        let Some(summary) = &mut self.summary else { return false };
        match event.kind {
            DecodedKind::Memory { .. } => return false,
            DecodedKind::Dropped { events } => summary.count_dropped(events),
            _ => summary.count(1),
        }
        self.model.pass_over(header, SkippedEvents { count: 1, first: event.time, last: event.time });
        true
    }

    /// Ends the last line, and shows the summaries.
    fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        let [calls, tables, totals] = self.tables;
        self.text.clear();
        self.presentation.finish(&mut self.text);
        let summary = self.summary.take().unwrap_or_default();
        if calls {
            summary.put_strace_table(&mut self.text);
        }
        if tables {
            summary.put_tables(&mut self.text);
        }
        out.write_all(&self.text)?;
        if totals {
            // If standard output and standard error are one file, the totals come last.
            out.flush()?;
            self.text.clear();
            let elapsed = if self.is_count { self.model.elapsed() } else { self.elapsed };
            summary.put_totals(&mut self.text, elapsed);
            let _ = io::stderr().write_all(&self.text);
        }
        Ok(())
    }
}
