// SPDX-License-Identifier: GPL-2.0

//! What the module is told to record, for what the user wants to see.

use crate::options::Options;
use crate::{complain, AnyError, WrongUsage};
use std::fs;
use std::io;
use syscall_record::control;
use syscall_record::fields::{Id, Needs};
use syscall_record::filter::{Filter, Pushdown, Split};
use syscall_record::source::Source;
use syscall_record_format::callset::CallSet;
use syscall_record_format::filter::{Filter as Processes, List, Name};
use syscall_record_format::format::{Edges, Machine};
use syscall_record_format::request::Request;
use syscall_record_format::selection::Selection;
use syscall_record_format::settings::{
    parse_edges, parse_name, parse_names, parse_pid, parse_pids, parse_snaplen, parse_switch, Rule, DEFAULT_SNAPLEN,
};

/// Whose calls are recorded.
pub enum Who {
    /// A child's, and its descendants'.
    Child(u32),
    /// Those of processes, and with `true` of their descendants.
    Processes(List<u32>, bool),
}

/// What is told to the module, and what is left to do here.
pub struct Plan {
    /// Which events are shown. What the module keeps back is asked here once more: it may have been recorded before.
    pub filter: Option<Filter>,
    /// What the fields and styles that show events need.
    pub needs: Needs,
    split: Option<Split>,
    who: Option<Who>,
    /// How many bytes of buffers are recorded, where the user said it.
    snaplen: Option<u32>,
    /// Packets are written as they are.
    is_raw: bool,
}

impl Plan {
    /// What `options` ask for, if showing events needs `shown`.
    ///
    /// # Errors
    ///
    /// What is wrong with the filter.
    pub fn new(options: &Options, shown: Needs) -> Result<Self, AnyError> {
        let filter = options.filter.as_deref().map(Filter::parse).transpose()?;
        let split = filter.as_ref().map(|filter| filter.split(shown));
        let needs = shown | filter.as_ref().map(Filter::needs).unwrap_or_default();
        Ok(Self { filter, needs, split, who: None, snaplen: options.snaplen, is_raw: options.raw })
    }

    /// Records these and nobody else; what is not looked at now, with all that may be asked of it later.
    pub fn record(&mut self, who: Who) {
        self.who = Some(who);
        self.needs.arguments |= self.is_raw;
    }

    /// Tells the module what to record.
    ///
    /// # Errors
    ///
    /// The module does not do that, and it matters.
    pub fn hand_over(&self, source: &Source) -> Result<(), AnyError> {
        let Some(request) = self.request(&Parameters::read()) else { return Ok(()) };
        let Err(error) = control::hand_over(source.as_fd(), &request) else { return Ok(()) };
        let is_vital = self.who.is_some() || (self.is_raw && self.filter.is_some());
        match error.raw_os_error() {
            Some(libc::ENOTTY) if !is_vital => {
                complain("the loaded module cannot be told what to record: its parameters decide that");
                Ok(())
            }
            Some(libc::ENOTTY) => {
                Err("the loaded module cannot be told what to record; load the one that came with this program".into())
            }
            Some(libc::EINVAL) => {
                Err("the module refuses what it was told to record; the kernel's log (dmesg) says why".into())
            }
            _ => Err(format!("the module cannot record that: {error}").into()),
        }
    }

    /// Checks what is written as it is: nothing of it can be selected here. `is_recorded`: it was before, so that the
    /// kernel cannot select either.
    ///
    /// # Errors
    ///
    /// The filter does.
    pub fn check(&self, is_recorded: bool) -> Result<(), WrongUsage> {
        let Some(split) = self.split.as_ref().filter(|_| self.is_raw) else { return Ok(()) };
        let Pushdown { pids, names, .. } = &split.pushdown;
        let text = if is_recorded {
            "-w: the packets of a recording cannot be taken apart: leave the filter out here, and give it to -r later"
        } else if !split.is_decided() || (self.who.is_some() && !(pids.is_empty() && names.is_empty())) {
            "-w: packets cannot be taken apart, and the kernel cannot decide all of this filter (--explain shows what \
             it can): leave the rest out here, and give it to -r later"
        } else {
            return Ok(());
        };
        Err(WrongUsage(text.into()))
    }

    /// What the module is told; `None` leaves it with its parameters.
    fn request(&self, parameters: &Parameters) -> Option<Request> {
        let pushdown = self.split.as_ref().map(|split| &split.pushdown);
        let is_asked = pushdown.is_some_and(|pushdown| *pushdown != Pushdown::default())
            || self.names_processes()
            || self.who.is_some()
            || self.snaplen.is_some()
            || self.needs.arguments
            || self.needs.entries;
        if !is_asked && !parameters.is_idle {
            return None;
        }
        let mut request = parameters.request;
        request.keep_unread = self.who.is_none() && !(self.is_raw && self.filter.is_some());
        let selection = &mut request.selection;
        match &self.who {
            Some(Who::Child(pid)) => {
                selection.filter = Processes { pids: List::new(&[*pid])?, ..Processes::default() };
                selection.follow = true;
            }
            Some(Who::Processes(pids, follow)) => {
                selection.filter = Processes { pids: *pids, ..Processes::default() };
                selection.follow = *follow;
            }
            None if self.names_processes() => {
                let names: Vec<Name> =
                    pushdown.into_iter().flat_map(|it| &it.names).map(|name| Name::new(name)).collect();
                let pids = pushdown.map(|it| it.pids.as_slice()).unwrap_or_default();
                selection.filter = Processes {
                    // The reader asks again, should there be too many.
                    pids: List::new(pids).unwrap_or_default(),
                    proc_names: List::new(&names).unwrap_or_default(),
                    ..Processes::default()
                };
                selection.follow = false;
            }
            None => (),
        }
        if self.needs.arguments || self.snaplen.is_some() {
            selection.args = true;
            selection.snaplen = self.snaplen.unwrap_or(if parameters.request.selection.args {
                parameters.request.selection.snaplen
            } else {
                DEFAULT_SNAPLEN
            });
        }
        if let Some(Pushdown { calls, edges, failed_only, .. }) = pushdown {
            selection.calls = calls.as_ref().map(|calls| calls.for_machine(machine()));
            if *edges != Edges::Both {
                selection.edges = *edges;
            }
            selection.failed_only |= failed_only;
        }
        if self.needs.entries {
            selection.edges = Edges::Both;
        }
        if selection.edges == Edges::Enter {
            selection.failed_only = false;
        }
        Some(request)
    }

    /// Whether the kernel leaves out no call of the processes that are recorded.
    pub fn records_all_calls(&self) -> bool {
        let parameters = Parameters::read();
        let Selection { filter, follow, calls, failed_only, .. } =
            self.request(&parameters).unwrap_or(parameters.request).selection;
        // A name is a thread's; who is followed is so with all threads.
        let has_threads = filter.proc_names.items().is_empty() || follow;
        calls.is_none() && !failed_only && has_threads
    }

    /// Whether the filter asks for processes.
    fn names_processes(&self) -> bool {
        let is_process = |id| matches!(id, Id::Pid | Id::ProcName | Id::Ppid | Id::ParentName);
        self.filter.iter().flat_map(Filter::fields).any(|field| is_process(field.id()))
    }

    /// What the module is told at the end, so that it records no more.
    pub fn stop(&self) -> Request {
        let Request { selection, .. } = self.request(&Parameters::read()).unwrap_or_default();
        Request { selection: Selection { calls: Some(CallSet::none()), ..selection }, keep_unread: true }
    }
}

/// What the module's parameters say.
#[derive(Default)]
struct Parameters {
    request: Request,
    is_idle: bool,
}

impl Parameters {
    /// Those that are in force; what cannot be read is as if it had not been given.
    fn read() -> Self {
        fn parse<T>(name: &str, parse: fn(&[u8]) -> Result<T, Rule>) -> Option<T> {
            let text = fs::read(format!("/sys/module/syscall_record/parameters/{name}")).ok()?;
            parse(text.strip_suffix(b"\n").unwrap_or(&text)).ok()
        }
        let default = Selection::default();
        let filter = Processes {
            pids: parse("pid", parse_pids).unwrap_or_default(),
            proc_names: parse("proc_name", parse_names).map(|(names, _)| names).unwrap_or_default(),
            ppid: parse("ppid", parse_pid),
            parent_proc_name: parse("parent_proc_name", parse_name).map(|(name, _)| name),
        };
        let switch = |name| parse(name, parse_switch).unwrap_or(false);
        let selection = Selection {
            filter,
            follow: switch("follow"),
            edges: parse("edges", parse_edges).unwrap_or_default(),
            failed_only: switch("failed"),
            args: switch("args"),
            snaplen: parse("snaplen", parse_snaplen).unwrap_or(default.snaplen),
            ..default
        };
        let request = Request { selection, keep_unread: false };
        Self { request, is_idle: switch("idle") }
    }
}

/// What the kernel runs on, which may be more than this program was built for.
fn machine() -> Machine {
    let arch = fs::read_to_string("/proc/sys/kernel/arch").unwrap_or_default();
    match arch.trim() {
        "aarch64" => Machine::Arm64,
        "x86_64" => Machine::X86_64,
        "" if cfg!(target_arch = "aarch64") => Machine::Arm64,
        "" if cfg!(target_arch = "x86_64") => Machine::X86_64,
        _ => Machine::Arm,
    }
}

/// Tells who decides what of a filter for a recording.
///
/// # Errors
///
/// What is wrong with the filter, and those of the output.
pub fn explain_recorded(options: &Options, out: &mut impl io::Write) -> Result<(), AnyError> {
    if let Some(filter) = Plan::new(options, Needs::default())?.filter {
        writeln!(out, "reader: {filter}\nThe kernel decides nothing: the recording is there already")?;
    }
    Ok(())
}

/// Tells who decides what of a filter.
///
/// # Errors
///
/// What is wrong with the filter, and those of the output.
pub fn explain(options: &Options, shown: Needs, out: &mut impl io::Write) -> Result<(), AnyError> {
    if let Some(split) = Plan::new(options, shown)?.split {
        writeln!(out, "{split}")?;
    }
    Ok(())
}
