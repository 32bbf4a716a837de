// SPDX-License-Identifier: GPL-2.0

//! What the module is asked to record, for what the user wants to see.

use crate::errors::{complain, AnyError, WrongUsage};
use crate::module_parameters::ModuleParameters;
use std::fs;
use syscall_record::fields::{FieldId, Needs};
use syscall_record::filter::{Filter, Pushdown, Split};
use syscall_record::options::Options;
use syscall_record::source::Source;
use syscall_record::system_calls;
use syscall_record_format::call_set::CallSet;
use syscall_record_format::filter::{CommName, List, TaskFilter};
use syscall_record_format::format::{Edges, Machine};
use syscall_record_format::request::Request;
use syscall_record_format::selection::Selection;
use syscall_record_format::settings::DEFAULT_SNAPLEN;

/// The processes that `run` or `attach` record.
pub enum Target {
    /// A child and its descendants.
    Child(u32),
    /// Processes; with `true` their descendants, too.
    Processes(List<u32>, bool),
}

/// What the module is asked to record, and which part of the filter is left to the reader.
pub struct KernelRequest {
    /// Which events are shown. The reader applies the whole filter: an event may have been recorded before the request.
    pub filter: Option<Filter>,
    /// What the filter, and the fields and styles that show events, need.
    pub needs: Needs,
    split: Option<Split>,
    target: Option<Target>,
    /// How many bytes of buffers are recorded, if the user said it.
    snaplen: Option<u32>,
    /// Whether packets are written as they are.
    is_raw: bool,
}

impl KernelRequest {
    /// The request that `options` ask for, if the way to show events needs `shown`.
    pub fn new(options: &Options, shown: Needs) -> Self {
        let filter = options.filter.clone();
        let split = filter.as_ref().map(|filter| filter.split(shown));
        let needs = shown | filter.as_ref().map(Filter::needs).unwrap_or_default();
        Self { filter, needs, split, target: None, snaplen: options.snaplen, is_raw: options.raw }
    }

    /// Records this target and nothing else. Packets that are written get all that may be asked for when they are read.
    pub fn set_target(&mut self, target: Target) {
        self.target = Some(target);
        self.needs.arguments |= self.is_raw;
    }

    /// Sends the request to the module, if there is one.
    ///
    /// # Errors
    ///
    /// The module does not take the request, and the result would be wrong without it.
    pub fn send(&self, source: &Source) -> Result<(), AnyError> {
        let Some(request) = self.request(&ModuleParameters::read()) else { return Ok(()) };
        let Err(error) = system_calls::send_request(source.as_fd(), &request) else { return Ok(()) };
        let is_vital = self.target.is_some() || (self.is_raw && self.filter.is_some());
        match error.raw_os_error() {
            Some(libc::ENOTTY) if !is_vital => {
                complain("the loaded module cannot be told what to record: its parameters decide that");
                Ok(())
            }
            Some(libc::ENOTTY) => {
                Err("the loaded module cannot be told what to record; load the one that came with this program".into())
            }
            Some(libc::EBADF) if !is_vital => {
                complain("this user may not tell the module what to record: its parameters decide that");
                Ok(())
            }
            Some(libc::EBADF) => {
                Err("this user may not tell the module what to record: that takes the right to write the device".into())
            }
            Some(libc::EPERM) => {
                Err("to record what arguments point to takes CAP_SYS_PTRACE; -s 0 records the arguments alone".into())
            }
            Some(libc::EINVAL) => {
                Err("the module refuses what it was told to record; the kernel's log (dmesg) says why".into())
            }
            _ => Err(format!("the module cannot record that: {error}").into()),
        }
    }

    /// Checks the filter if packets are written as they are: the reader cannot take events out of packets.
    /// `is_recorded` says that the input is a recording, so that the kernel cannot leave out events either.
    ///
    /// # Errors
    ///
    /// The filter cannot be applied.
    pub fn check_raw(&self, is_recorded: bool) -> Result<(), WrongUsage> {
        let Some(split) = self.split.as_ref().filter(|_| self.is_raw) else { return Ok(()) };
        let Pushdown { pids, names, .. } = &split.pushdown;
        let text = if is_recorded {
            "-w: the packets of a recording cannot be taken apart: leave the filter out here, and give it to -r later"
        } else if !split.is_decided_by_kernel() || (self.target.is_some() && !(pids.is_empty() && names.is_empty())) {
            "-w: packets cannot be taken apart, and the kernel cannot decide all of this filter (--explain shows what \
             it can): leave the rest out here, and give it to -r later"
        } else {
            return Ok(());
        };
        Err(WrongUsage(text.into()))
    }

    /// What is sent to the module; `None` if its parameters decide what is recorded.
    fn request(&self, parameters: &ModuleParameters) -> Option<Request> {
        let pushdown = self.split.as_ref().map(|split| &split.pushdown);
        let is_needed = pushdown.is_some_and(|pushdown| *pushdown != Pushdown::default())
            || self.names_processes()
            || self.target.is_some()
            || self.snaplen.is_some()
            || self.needs.arguments
            || self.needs.entries;
        if !is_needed && !parameters.is_idle {
            return None;
        }
        let mut selection = parameters.selection;
        match &self.target {
            Some(Target::Child(pid)) => {
                selection.filter = TaskFilter { pids: List::new(&[*pid])?, ..TaskFilter::default() };
                selection.follow = true;
                // Who runs a program to watch it wants all of it, and nobody else's program waits.
                selection.fault = true;
            }
            Some(Target::Processes(pids, follow)) => {
                selection.filter = TaskFilter { pids: *pids, ..TaskFilter::default() };
                selection.follow = *follow;
            }
            None if self.names_processes() => {
                let names: Vec<CommName> =
                    pushdown.into_iter().flat_map(|it| &it.names).map(|name| CommName::new(name)).collect();
                let pids = pushdown.map(|it| it.pids.as_slice()).unwrap_or_default();
                selection.filter = TaskFilter {
                    // If there were too many, all would be recorded, and the reader would select.
                    pids: List::new(pids).unwrap_or_default(),
                    proc_names: List::new(&names).unwrap_or_default(),
                    ..TaskFilter::default()
                };
                selection.follow = false;
            }
            None => (),
        }
        if self.needs.arguments || self.snaplen.is_some() {
            selection.args = true;
            selection.snaplen = self.snaplen.unwrap_or(if parameters.selection.args {
                parameters.selection.snaplen
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
        let keep_unread = self.target.is_none() && !(self.is_raw && self.filter.is_some());
        Some(Request { selection, keep_unread })
    }

    /// Whether the kernel records all calls of the processes that it records.
    pub fn records_all_calls(&self) -> bool {
        let parameters = ModuleParameters::read();
        let Selection { filter, follow, calls, failed_only, .. } =
            self.request(&parameters).map_or(parameters.selection, |request| request.selection);
        // A name selects single threads of a process, unless the process is followed.
        let has_all_threads = filter.proc_names.items().is_empty() || follow;
        calls.is_none() && !failed_only && has_all_threads
    }

    /// Whether the filter compares a field of processes.
    fn names_processes(&self) -> bool {
        let is_of_process = |id| matches!(id, FieldId::Pid | FieldId::ProcName | FieldId::Ppid | FieldId::ParentName);
        self.filter.iter().flat_map(Filter::fields).any(|field| is_of_process(field.id()))
    }

    /// The request that ends the recording.
    pub fn stop_request(&self) -> Request {
        let Request { selection, .. } = self.request(&ModuleParameters::read()).unwrap_or_default();
        Request { selection: Selection { calls: Some(CallSet::none()), ..selection }, keep_unread: true }
    }
}

/// The machine of the running kernel. It can be another one than this program was built for.
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
